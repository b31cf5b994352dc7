/* What a number depends on beside its input: program, compiler, machine, libraries. */
#ifndef ATTUNE_HARNESS_PROVENANCE_H
#define ATTUNE_HARNESS_PROVENANCE_H

#include "base/text.h"

struct attune_provenance {
    const char *version, *commit, *compiler, *cflags, *fft; /* static */
    char cpu[128], host[128];
    struct attune_buf libraries; /* JSON object: name -> version */
};

/* Cannot fail; what is not known is "unknown". */
void attune_provenance_init(struct attune_provenance *provenance);
void attune_provenance_release(struct attune_provenance *provenance);

#endif
