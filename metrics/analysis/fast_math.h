/* Elementary functions in plain C that compilers vectorise, for the inner loops of the front end.
 * libm's versions are calls, one element at a time, unless value-changing compiler flags are on. */
#ifndef ATTUNE_METRICS_ANALYSIS_FAST_MATH_H
#define ATTUNE_METRICS_ANALYSIS_FAST_MATH_H

#include <stdint.h>
#include <string.h>

/* log2(x) for positive normal x, relative error below 3e-7: x = 2^e m with m in [sqrt(1/2),
 * sqrt(2)), then the series of artanh in s = (m - 1)/(m + 1), |s| < 0.172, up to s^9. */
static inline float attune_log2f(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    const int32_t e = (int32_t)(bits - 0x3f3504f3u) >> 23;
    bits -= (uint32_t)e << 23;
    float m;
    memcpy(&m, &bits, sizeof m);
    const float s = (m - 1.0f) / (m + 1.0f);
    const float z = s * s;
    return (float)e +
           s * (2.88539008f +
                z * (0.96179669f + z * (0.57707802f + z * (0.41219858f + z * 0.32059890f))));
}

/* 10 log10(x), same domain. */
static inline float attune_power_db(float x)
{
    return 3.01029996f * attune_log2f(x);
}

#endif
