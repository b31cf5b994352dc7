/* Progression fit: how well the roots of the chords move by the rules of common practice.
 *
 *     value = mean over root changes of ln P(next | this)  -  the same mean over a shuffled
 * sequence
 *
 * P is a first-order model made from Piston's table of usual root progressions (Harmony, 1941 and
 * later editions: what each degree "is followed by", "sometimes", "less often"). Piston gives
 * ranks, not numbers; ours are: usually 6, sometimes 3, less often 1, divided by the row's sum;
 * the table is the same in major and minor, and both forms of the minor seventh are VII. A root
 * outside the scale is chromatic: every degree leads there with a total of 4 %, and from there
 * every other root is equally likely. In minor the two forms of the seventh degree share its
 * weight.
 *
 * Degrees are relative to the estimated key. Chords on one root after each other (C, C7) are one
 * station. The mean over all orders of the stations, pairs of equal roots left out, needs no
 * random number: it is the sum over ordered pairs of distinct roots r, s of n_r n_s ln P(s | r),
 * over the sum of n_r n_s. A fit above 0 says that the order, not the mere choice of chords,
 * follows the model. */
#include <math.h>

#include "metrics/analysis/chords.h"
#include "metrics/analysis/key.h"
#include "metrics/metric.h"

enum { N_DEGREES = 7, CHROMATIC = N_DEGREES };

#define P_CHROMATIC 0.04

/* usually 6, sometimes 3, less often 1; rows: from I .. VII */
static const double weight[N_DEGREES][N_DEGREES] = {
    /* I    II   III  IV   V    VI   VII */
    {0.0, 1.0, 1.0, 6.0, 6.0, 3.0, 0.5}, /* IV or V; VI; II or III */
    {1.0, 0.0, 1.0, 3.0, 6.0, 3.0, 0.5}, /* V; IV or VI; I or III */
    {1.0, 1.0, 0.0, 3.0, 1.0, 6.0, 0.5}, /* VI; IV; I, II or V */
    {3.0, 3.0, 1.0, 0.0, 6.0, 1.0, 0.5}, /* V; I or II; III or VI */
    {6.0, 1.0, 1.0, 3.0, 0.0, 3.0, 0.5}, /* I; VI or IV; III or II */
    {1.0, 6.0, 3.0, 3.0, 6.0, 0.0, 0.5}, /* II or V; III or IV; I */
    {6.0, 1.0, 6.0, 1.0, 1.0, 3.0, 0.0}, /* I or III; VI; II, IV or V */
};

static int degree(int key, int root)
{
    static const int major[12] = {0, 7, 1, 7, 2, 3, 7, 4, 7, 5, 7, 6};
    static const int minor[12] = {0, 7, 1, 2, 7, 3, 7, 4, 5, 7, 6, 6};
    const int interval = (root - key % 12 + 12) % 12;
    return key < 12 ? major[interval] : minor[interval];
}

/* ln P(to | from), both roots. Of the chromatic roots each takes an equal part. */
static double log_probability(int key, int from, int to)
{
    const int a = degree(key, from), b = degree(key, to);
    const int n_chromatic = key < 12 ? 5 : 4;
    if (a == CHROMATIC) {
        return log(1.0 / 11.0);
    }
    if (b == CHROMATIC) {
        return log(P_CHROMATIC / n_chromatic);
    }
    double row = 0.0;
    for (int d = 0; d < N_DEGREES; d++) {
        row += weight[a][d];
    }
    /* between the two sevenths of minor there is no progression of degrees: the rarest kind */
    const double form = key >= 12 && b == N_DEGREES - 1 ? 0.5 : 1.0;
    const double w = form * (a == b ? 0.5 : weight[a][b]);
    return log((1.0 - P_CHROMATIC) * w / row);
}

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_key *key = attune_analysis_key(a);
    const struct attune_chords *chords = attune_analysis_chords(a);
    if (key->why || chords->why) {
        return attune_undefined(key->why ? key->why : chords->why);
    }
    double count[12] = {0.0}, sum = 0.0;
    size_t n_changes = 0;
    int before = -1;
    for (size_t i = 0; i < chords->n_chords; i++) {
        const int root = chords->sequence[i].root;
        if (root == before) {
            continue;
        }
        count[root] += 1.0;
        if (before >= 0) {
            sum += log_probability(key->best, before, root);
            n_changes++;
        }
        before = root;
    }
    double shuffled = 0.0, pairs = 0.0;
    int n_roots = 0;
    for (int r = 0; r < 12; r++) {
        n_roots += count[r] > 0.0;
        for (int s = 0; s < 12; s++) {
            if (r != s && count[r] * count[s] > 0.0) {
                shuffled += count[r] * count[s] * log_probability(key->best, r, s);
                pairs += count[r] * count[s];
            }
        }
    }
    if (n_changes < 4 || n_roots < 3) {
        return attune_undefined("fewer than four root changes or three roots");
    }
    return attune_defined(sum / (double)n_changes - shuffled / pairs);
}

const struct attune_metric attune_metric_harmonic_progression_fit = {
    .id = "harmonic.progression_fit",
    .version = 2,
    .title = "Progression fit",
    .unit = "nat",
    .direction = ATTUNE_UP,
    .lo = -INFINITY,
    .hi = INFINITY,
    .inputs = ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
    .needs = ATTUNE_NEED_HARMONIC,
    .responds_to = 0,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY |
        ATTUNE_INVARIANT_TRANSPOSE | ATTUNE_INVARIANT_TIME_SHIFT,
    .summary =
        "how well chord roots move by the rules of common practice, against a shuffled "
        "sequence",
    .formula =
        "mean ln P(next root | root) relative to the key under a first-order model (6 : "
        "3 : 1 for usual : sometimes : less often), minus its mean over all orders of "
        "the same chords",
    .source =
        "table of usual root progressions, Piston 1941, Harmony; the numbers for its "
        "ranks are attune's own",
    .undefined_when = "no key, fewer than four root changes or fewer than three distinct roots",
    .eval = eval,
};
