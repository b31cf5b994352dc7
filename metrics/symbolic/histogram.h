/* Small counts shared by the symbolic metrics and the compatibility blocks. */
#ifndef ATTUNE_METRICS_SYMBOLIC_HISTOGRAM_H
#define ATTUNE_METRICS_SYMBOLIC_HISTOGRAM_H

#include <math.h>
#include <stdint.h>

/* Shannon entropy in bits of counts; 0 when all are 0. */
static inline double attune_entropy_bits(const uint32_t *count, size_t n)
{
    double total = 0.0, sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += count[i];
    }
    for (size_t i = 0; i < n; i++) {
        if (count[i] > 0) {
            sum += count[i] / total * log2(count[i] / total);
        }
    }
    return sum == 0.0 ? 0.0 : -sum;
}

/* Notes whose pitch class lies in the best of the 24 major and natural minor scales. Each minor
 * scale has the pitch classes of its relative major, so that the twelve majors are all there is to
 * try. */
static inline uint32_t attune_best_scale_count(const uint32_t pitch_class[12])
{
    static const uint8_t major[7] = {0, 2, 4, 5, 7, 9, 11};
    uint32_t best = 0;
    for (int root = 0; root < 12; root++) {
        uint32_t in_scale = 0;
        for (int degree = 0; degree < 7; degree++) {
            in_scale += pitch_class[(root + major[degree]) % 12];
        }
        best = in_scale > best ? in_scale : best;
    }
    return best;
}

#endif
