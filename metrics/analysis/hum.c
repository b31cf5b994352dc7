/* The floor of the low spectrum, and mains lines in it. */
#include "metrics/analysis/hum.h"

#include <math.h>

#include "metrics/stats/order.h"

enum { BINS = ATTUNE_HUM_BINS, FRAMES_PER_ROW = 11, N_HARMONICS = 4 };

static const double MAINS_HZ[] = {50.0, 60.0};
static const double TOLERANCE_HZ = 0.7;
static const double LEAST_DB = 6.0; /* noise alone makes peaks of up to 5 dB in the floor */
static const float SILENCE = 1e-12f;

void attune_hum_reset(struct attune_hum *hum)
{
    hum->n_seconds = hum->n_frames = 0;
}

int attune_hum_push(struct attune_hum *hum, const float *power)
{
    float total = 0.0f;
    for (size_t k = 0; k < BINS; k++) {
        total += power[k];
    }
    if (total <= SILENCE) {
        return 1;
    }
    if (hum->n_frames++ % FRAMES_PER_ROW == 0) {
        if (!attune_grow((void **)&hum->minima, &hum->capacity, hum->n_seconds,
                         BINS * sizeof *hum->minima)) {
            return 0;
        }
        memcpy(hum->minima + BINS * hum->n_seconds++, power, BINS * sizeof *power);
        return 1;
    }
    float *row = hum->minima + BINS * (hum->n_seconds - 1);
    for (size_t k = 0; k < BINS; k++) {
        row[k] = power[k] < row[k] ? power[k] : row[k];
    }
    return 1;
}

/* Excess in dB of a peak at hz over the bins beside it; 0 where there is none. */
static double line_db(const double *floor, double hz, double bin_hz)
{
    size_t k = (size_t)lround(hz / bin_hz);
    k = floor[k - 1] > floor[k] ? k - 1 : floor[k + 1] > floor[k] ? k + 1 : k;
    if (floor[k] < floor[k - 1] || floor[k] < floor[k + 1]) {
        return 0.0;
    }
    const double below = log(floor[k - 1]), at = log(floor[k]), above = log(floor[k + 1]);
    const double bend = below - 2.0 * at + above;
    const double offset = bend < 0.0 ? 0.5 * (below - above) / bend : 0.0;
    if (fabs(((double)k + offset) * bin_hz - hz) > TOLERANCE_HZ) {
        return 0.0;
    }
    const double beside = 0.25 * (floor[k - 5] + floor[k - 4] + floor[k + 4] + floor[k + 5]);
    const double db = 10.0 * log10(floor[k] / beside);
    return db >= LEAST_DB ? db : 0.0;
}

double attune_hum_db(const struct attune_hum *hum, double rate_hz, double *scratch)
{
    double floor[BINS];
    for (size_t k = 0; k < BINS; k++) {
        for (size_t i = 0; i < hum->n_seconds; i++) {
            scratch[i] = (double)hum->minima[BINS * i + k];
        }
        floor[k] = attune_quantile(scratch, hum->n_seconds, 0.1) + (double)SILENCE;
    }
    double strongest = 0.0;
    for (size_t m = 0; m < sizeof MAINS_HZ / sizeof *MAINS_HZ; m++) {
        for (int h = 1; h <= N_HARMONICS; h++) {
            const double db = line_db(floor, h * MAINS_HZ[m], rate_hz / ATTUNE_HARMONIC_SIZE);
            strongest = fmax(strongest, db);
        }
    }
    return strongest;
}
