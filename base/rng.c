/* xoshiro256++ and the draws made from it. */
#include "base/rng.h"

#include <math.h>

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t attune_mix64(uint64_t a, uint64_t b)
{
    uint64_t state = a;
    uint64_t mixed = splitmix64(&state) ^ b;
    return splitmix64(&mixed);
}

uint64_t attune_mix64_text(const char *text)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (; *text; text++) {
        h = (h ^ (unsigned char)*text) * 0x100000001b3u;
    }
    return attune_mix64(h, 0);
}

void attune_rng_init(struct attune_rng *rng, uint64_t seed, uint64_t stream)
{
    uint64_t state = attune_mix64(seed, stream);
    for (int i = 0; i < 4; i++) {
        rng->s[i] = splitmix64(&state);
    }
}

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t attune_rng_u64(struct attune_rng *rng)
{
    uint64_t *s = rng->s;
    const uint64_t result = rotl(s[0] + s[3], 23) + s[0];
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

uint64_t attune_rng_below(struct attune_rng *rng, uint64_t n)
{
    __extension__ typedef unsigned __int128 u128;
    u128 m = (u128)attune_rng_u64(rng) * n;
    if ((uint64_t)m < n) {
        const uint64_t threshold = -n % n;
        while ((uint64_t)m < threshold) {
            m = (u128)attune_rng_u64(rng) * n;
        }
    }
    return (uint64_t)(m >> 64);
}

double attune_rng_uniform(struct attune_rng *rng)
{
    return (double)(attune_rng_u64(rng) >> 11) * 0x1p-53;
}

double attune_rng_normal(struct attune_rng *rng)
{
    double u, v, s;
    do {
        u = 2.0 * attune_rng_uniform(rng) - 1.0;
        v = 2.0 * attune_rng_uniform(rng) - 1.0;
        s = u * u + v * v;
    } while (s >= 1.0 || s == 0.0);
    return u * sqrt(-2.0 * log(s) / s);
}

size_t attune_rng_choice(struct attune_rng *rng, const double *weight, size_t n)
{
    double total = 0.0;
    for (size_t i = 0; i < n; i++) {
        total += weight[i];
    }
    double x = attune_rng_uniform(rng) * total;
    size_t last = 0;
    for (size_t i = 0; i < n; i++) {
        if (weight[i] > 0.0) {
            last = i;
            if (x < weight[i]) {
                return i;
            }
            x -= weight[i];
        }
    }
    return last; /* rounding left a crumb: the last possible index */
}

void attune_rng_shuffle(struct attune_rng *rng, size_t *index, size_t n)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = attune_rng_below(rng, i);
        size_t t = index[i - 1];
        index[i - 1] = index[j];
        index[j] = t;
    }
}
