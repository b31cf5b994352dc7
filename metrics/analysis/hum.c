/* Hum lines and their surroundings. */
#include "metrics/analysis/hum.h"

#include <math.h>

#include "metrics/stats/order.h"

enum { N_HARMONICS = 4 };

static const double MAINS_HZ[ATTUNE_N_MAINS] = {50.0, 60.0};
static const float SILENCE = 1e-12f;

int attune_hum_push(struct attune_hum *hum, const float *power, double rate_hz)
{
    struct attune_hum_frame frame = {.line = {0}};
    float total = 0.0f;
    for (size_t m = 0; m < ATTUNE_N_MAINS; m++) {
        for (int h = 1; h <= N_HARMONICS; h++) {
            const size_t k =
                (size_t)lround(MAINS_HZ[m] * h * (double)ATTUNE_HARMONIC_SIZE / rate_hz);
            frame.line[m] += power[k - 1] + power[k] + power[k + 1];
            frame.beside[m] +=
                0.75f * (power[k - 5] + power[k - 4] + power[k + 4] + power[k + 5]);
        }
        total += frame.line[m] + frame.beside[m];
    }
    if (total <= SILENCE) {
        return 1;
    }
    if (!attune_grow((void **)&hum->frames, &hum->capacity, hum->n_frames, sizeof *hum->frames)) {
        return 0;
    }
    hum->frames[hum->n_frames++] = frame;
    return 1;
}

double attune_hum_db(const struct attune_hum *hum, double *scratch)
{
    double best = -INFINITY;
    for (size_t m = 0; m < ATTUNE_N_MAINS; m++) {
        for (size_t i = 0; i < hum->n_frames; i++) {
            scratch[i] = (double)hum->frames[i].line[m];
        }
        const double line = attune_quantile(scratch, hum->n_frames, 0.1);
        for (size_t i = 0; i < hum->n_frames; i++) {
            scratch[i] = (double)hum->frames[i].beside[m];
        }
        const double beside = attune_quantile(scratch, hum->n_frames, 0.1);
        const double floor = (double)SILENCE;
        best = fmax(best, 10.0 * log10((line + floor) / (beside + floor)));
    }
    return best;
}
