/* Adam (Kingma & Ba 2015): gradient ascent on a flat parameter vector. Deterministic. */
#ifndef ATTUNE_MODELS_ADAM_H
#define ATTUNE_MODELS_ADAM_H

#include <stddef.h>

#include "base/err.h"

struct attune_adam {
    size_t n;
    long step;
    double *gradient;   /* (n,) to be filled by the caller, cleared by attune_adam_step */
    double *mean, *square; /* (n,) running moments */
};

enum attune_code attune_adam_init(struct attune_adam *adam, size_t n, struct attune_err *err);
void attune_adam_release(struct attune_adam *adam);

/* One step uphill along the gradient, then clears it. Where clip > 0, a gradient longer than clip
 * is scaled to that length first. ATTUNE_E_INTERNAL and no change when the gradient is not finite.
 */
enum attune_code attune_adam_step(struct attune_adam *adam, float *params, double rate, double clip,
                                  struct attune_err *err);

#endif
