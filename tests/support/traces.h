/* What a call of attune leaves in the current folder, to tell two calls apart: what it printed (the
 * file stdout), its output files (out*), the rows of out.db, or of run.db where that is not there. */
#ifndef ATTUNE_TESTS_TRACES_H
#define ATTUNE_TESTS_TRACES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct traces {
    struct attune_buf printed, files, rows;
    size_t n_other; /* files that are not the same in `whole` */
};

/* whole may be NULL. */
void traces_look(struct traces *traces, const struct traces *whole);
void traces_release(struct traces *traces);

bool traces_same(const struct attune_buf *a, const struct attune_buf *b);

#endif
