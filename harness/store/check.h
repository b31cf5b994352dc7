/* Is an experiment whole? Looks at the database file, at the references between its tables and at
 * the samples on disk, and says for each trouble what to do about it. Changes nothing. */
#ifndef ATTUNE_HARNESS_CHECK_H
#define ATTUNE_HARNESS_CHECK_H

#include "harness/store/store.h"

enum attune_severity {
    ATTUNE_NOTE,    /* worth knowing */
    ATTUNE_LOSS,    /* samples are missing, changed or incomplete; running again mends it */
    ATTUNE_DAMAGE,  /* the database itself is broken */
};

struct attune_finding {
    enum attune_severity severity;
    const char *what, *mend; /* live during the call */
};

/* Calls each for every finding, the database's own first; after damage the samples are not looked
 * at. */
enum attune_code attune_store_check(struct attune_store *store,
                                    void (*each)(void *context,
                                                 const struct attune_finding *finding),
                                    void *context, struct attune_err *err);

#endif
