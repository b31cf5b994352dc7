/* The exponential of the kernels' inner loops. */
#ifndef ATTUNE_METRICS_SET_EXP2_H
#define ATTUNE_METRICS_SET_EXP2_H

#include <stdint.h>
#include <string.h>

/* 2^t for t <= 0, relative error below 3e-7; 0 below 2^-126. Written so that compilers vectorise
 * it: t is split into the nearest integer, which goes to the exponent, and a rest within +-1/2 for
 * the Taylor series. */
static inline float attune_exp2_negative(float t)
{
    const float magic = 12582912.0f; /* 1.5 * 2^23: adding it rounds to an integer */
    const float clamped = t < -126.0f ? -126.0f : t;
    const float whole = (clamped + magic) - magic;
    const float f = clamped - whole;
    const float series =
        1.0f +
        f * (0.693147181f +
             f * (0.240226507f +
                  f * (0.0555041087f +
                       f * (0.00961812911f +
                            f * (0.00133335581f + f * (0.000154035304f + f * 0.0000152527338f))))));
    const int32_t bits = ((int32_t)whole + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return t < -126.0f ? 0.0f : series * scale;
}

#endif
