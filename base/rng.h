/* Seeded random numbers: xoshiro256++ (Blackman & Vigna 2019), seeded through splitmix64.
 *
 * A generator is initialised from a seed and a stream number; different streams of one seed are
 * independent for every purpose here. Work that is split over threads takes one stream per item,
 * never one per thread, so that results do not depend on the number of threads.
 */
#ifndef ATTUNE_BASE_RNG_H
#define ATTUNE_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

struct attune_rng {
    uint64_t s[4];
};

void attune_rng_init(struct attune_rng *rng, uint64_t seed, uint64_t stream);

uint64_t attune_rng_u64(struct attune_rng *rng);

/* Uniform in [0, n), without modulo bias (Lemire 2019). n > 0. */
uint64_t attune_rng_below(struct attune_rng *rng, uint64_t n);

/* Uniform in [0, 1), 53 bits. */
double attune_rng_uniform(struct attune_rng *rng);

/* Standard normal (Marsaglia's polar method, one of the pair discarded to stay stateless). */
double attune_rng_normal(struct attune_rng *rng);

/* Index drawn with probability weight[i] / sum; weights >= 0 with a positive sum. */
size_t attune_rng_choice(struct attune_rng *rng, const double *weight, size_t n);

/* Fisher-Yates shuffle of n indices. */
void attune_rng_shuffle(struct attune_rng *rng, size_t *index, size_t n);

/* 64-bit mix of two numbers or of a string, to derive seeds from names (splitmix64 finaliser,
 * FNV-1a). */
uint64_t attune_mix64(uint64_t a, uint64_t b);
uint64_t attune_mix64_text(const char *text);

#endif
