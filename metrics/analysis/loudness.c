/* K-weighting and gating. The filters are given by the standard at 48 kHz only; their analogue
 * prototypes (De Man 2014, "Evaluation of implementations of the EBU R128 loudness measurement")
 * give every other rate through the bilinear transform. */
#include "metrics/analysis/loudness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { MOMENTARY_STEPS = 4, SHORT_TERM_STEPS = 30, SHORT_TERM_HOP = 10 };

static const double ABSOLUTE_GATE_LUFS = -70.0;
static const double RELATIVE_GATE_LU = -10.0;
static const double RANGE_GATE_LU = -20.0;

static struct attune_biquad high_shelf(double rate_hz)
{
    const double f0 = 1681.974450955533, gain_db = 3.999843853973347, q = 0.7071752369554196;
    const double k = tan(M_PI * f0 / rate_hz);
    const double vh = pow(10.0, gain_db / 20.0), vb = pow(vh, 0.4996667741545416);
    const double a0 = 1.0 + k / q + k * k;
    return (struct attune_biquad){
        .b = {(vh + vb * k / q + k * k) / a0, 2.0 * (k * k - vh) / a0,
              (vh - vb * k / q + k * k) / a0},
        .a = {1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0},
    };
}

static struct attune_biquad high_pass(double rate_hz)
{
    const double f0 = 38.13547087602444, q = 0.5003270373238773;
    const double k = tan(M_PI * f0 / rate_hz);
    const double a0 = 1.0 + k / q + k * k;
    return (struct attune_biquad){
        .b = {1.0, -2.0, 1.0},
        .a = {1.0, 2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0},
    };
}

/* Channel orders as libebur128 assumes them: L R, L R C, L R Ls Rs, L R C Ls Rs, L R C LFE Ls Rs.
 * */
static double channel_weight(size_t channel, size_t n_channels)
{
    const size_t first_surround = n_channels == 4 ? 2 : n_channels == 5 ? 3 : 4;
    if (channel < 3 && channel < first_surround) {
        return 1.0;
    }
    return channel == first_surround || channel == first_surround + 1 ? 1.41 : 0.0;
}

void attune_loudness_begin(struct attune_loudness *loudness, uint32_t rate_hz, size_t n_channels)
{
    double *energy = loudness->energy;
    const size_t capacity = loudness->capacity;
    *loudness = (struct attune_loudness){
        .shelf = high_shelf(rate_hz),
        .high_pass = high_pass(rate_hz),
        .n_channels = n_channels,
        .step = (rate_hz + 5) / 10,
        .energy = energy,
        .capacity = capacity,
    };
    for (size_t c = 0; c < n_channels; c++) {
        loudness->weight[c] = channel_weight(c, n_channels);
    }
}

void attune_loudness_release(struct attune_loudness *loudness)
{
    attune_release(loudness->energy);
    loudness->energy = NULL;
    loudness->capacity = 0;
}

/* Sum of squares of two K-weighted channels, each times its weight. Two channels side by side hide
 * the latency of the recursion; the canonical form keeps one multiply-add on its critical path. */
static double filter_pair(struct attune_loudness *l, const float *restrict x, size_t stride,
                          const size_t channel[2], size_t n)
{
    const struct attune_biquad p = l->shelf, q = l->high_pass;
    double p1[2], p2[2], q1[2], q2[2], sum[2] = {0.0, 0.0};
    for (size_t j = 0; j < 2; j++) {
        const double *s = l->state[channel[j]];
        p1[j] = s[0], p2[j] = s[1], q1[j] = s[2], q2[j] = s[3];
    }
    const float *x0 = x + channel[0], *x1 = channel[1] < l->n_channels ? x + channel[1] : x0;
    for (size_t i = 0; i < n; i++) {
        const double in[2] = {(double)x0[i * stride], (double)x1[i * stride]};
        for (size_t j = 0; j < 2; j++) {
            const double w = (in[j] - p.a[2] * p2[j]) - p.a[1] * p1[j];
            const double y = p.b[0] * w + (p.b[1] * p1[j] + p.b[2] * p2[j]);
            const double v = (y - q.a[2] * q2[j]) - q.a[1] * q1[j];
            const double z = (v + q2[j]) - 2.0 * q1[j];
            p2[j] = p1[j], p1[j] = w, q2[j] = q1[j], q1[j] = v;
            sum[j] += z * z;
        }
    }
    for (size_t j = 0; j < 2; j++) {
        /* Decaying into denormals after the sound would slow the loop down a hundredfold. */
        double *s = l->state[channel[j]];
        s[0] = fabs(p1[j]) < 1e-30 ? 0.0 : p1[j];
        s[1] = fabs(p2[j]) < 1e-30 ? 0.0 : p2[j];
        s[2] = fabs(q1[j]) < 1e-30 ? 0.0 : q1[j];
        s[3] = fabs(q2[j]) < 1e-30 ? 0.0 : q2[j];
    }
    return l->weight[channel[0]] * sum[0] + l->weight[channel[1]] * sum[1];
}

int attune_loudness_feed(struct attune_loudness *loudness, const float *interleaved, size_t n)
{
    const size_t stride = loudness->n_channels;
    while (n > 0) {
        const size_t left = loudness->step - loudness->n_in_step;
        const size_t n_now = n < left ? n : left;
        for (size_t c = 0; c < stride; c += 2) {
            /* An odd last channel runs beside a dummy of weight 0. */
            const size_t pair[2] = {c, c + 1};
            if (loudness->weight[c] > 0.0 || loudness->weight[c + 1] > 0.0) {
                loudness->step_energy += filter_pair(loudness, interleaved, stride, pair, n_now);
            }
        }
        interleaved += n_now * stride;
        n -= n_now;
        loudness->n_in_step += n_now;
        if (loudness->n_in_step == loudness->step) {
            if (!attune_grow((void **)&loudness->energy, &loudness->capacity, loudness->n_steps,
                             sizeof *loudness->energy)) {
                return 0;
            }
            loudness->energy[loudness->n_steps++] = loudness->step_energy / (double)loudness->step;
            loudness->step_energy = 0.0;
            loudness->n_in_step = 0;
        }
    }
    return 1;
}

double attune_loudness_lufs(double energy)
{
    return 10.0 * log10(energy) - 0.691;
}

static double energy_at(double lufs)
{
    return pow(10.0, (lufs + 0.691) / 10.0);
}

static double window_energy(const struct attune_loudness *loudness, size_t first, size_t n)
{
    double sum = 0.0;
    for (size_t i = first; i < first + n; i++) {
        sum += loudness->energy[i];
    }
    return sum / (double)n;
}

/* Mean over the momentary windows of at least `gate`; *n_above receives how many there were. */
static double gated_mean(const struct attune_loudness *loudness, double gate, size_t *n_above)
{
    double sum = 0.0;
    *n_above = 0;
    for (size_t i = 0; i + MOMENTARY_STEPS <= loudness->n_steps; i++) {
        const double energy = window_energy(loudness, i, MOMENTARY_STEPS);
        if (energy >= gate) {
            sum += energy;
            ++*n_above;
        }
    }
    return *n_above ? sum / (double)*n_above : 0.0;
}

int attune_loudness_integrated(const struct attune_loudness *loudness, double *lufs)
{
    size_t n;
    const double absolute = energy_at(ABSOLUTE_GATE_LUFS);
    const double relative =
        gated_mean(loudness, absolute, &n) * pow(10.0, RELATIVE_GATE_LU / 10.0);
    if (n == 0) {
        return 0;
    }
    *lufs = attune_loudness_lufs(
        gated_mean(loudness, relative > absolute ? relative : absolute, &n));
    return 1;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int attune_loudness_range(const struct attune_loudness *loudness, double *sorted, double *range_lu)
{
    const double absolute = energy_at(ABSOLUTE_GATE_LUFS);
    size_t n = 0;
    double mean = 0.0;
    for (size_t i = 0; i + SHORT_TERM_STEPS <= loudness->n_steps; i += SHORT_TERM_HOP) {
        const double energy = window_energy(loudness, i, SHORT_TERM_STEPS);
        if (energy >= absolute) {
            sorted[n++] = energy;
            mean += energy;
        }
    }
    if (n == 0) {
        return 0;
    }
    qsort(sorted, n, sizeof *sorted, ascending);
    const double relative = mean / (double)n * pow(10.0, RANGE_GATE_LU / 10.0);
    size_t first = 0;
    while (sorted[first] < relative) {
        first++;
    }
    const double *gated = sorted + first;
    n -= first;
    const double low = gated[(size_t)((double)(n - 1) * 0.10 + 0.5)];
    const double high = gated[(size_t)((double)(n - 1) * 0.95 + 0.5)];
    *range_lu = attune_loudness_lufs(high) - attune_loudness_lufs(low);
    return 1;
}
