/* How often the gate cries wolf, and how often it sleeps: simulated candidates against a
 * baseline.
 *
 *     gate_level [REPETITIONS]
 *
 * Six metrics; prompt effects shared by both models, three seeds each, noise within a prompt as
 * large as between prompts; one of the six metrics is worse by 0, .3, .5 and 1 standard
 * deviations of the prompt means. Margin .3 sd, alpha .05. Prints the share of repetitions that
 * ended in each verdict. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "metrics/stats/order.h"
#include "reports/gate.h"

enum { METRICS = 6, SEEDS = 3, MAX_PROMPTS = 500 };

static double seed_mean(struct attune_rng *rng, double centre, size_t kind)
{
    double sum = 0.0;
    for (int s = 0; s < SEEDS; s++) {
        const double z = attune_rng_normal(rng);
        const double x = centre + z;
        sum += kind == 0 ? x : kind == 1 ? exp(0.5 * x) : x > 0.5; /* normal, skewed, yes or no */
    }
    return sum / SEEDS;
}

static enum attune_gate_verdict one_week(struct attune_rng *rng, size_t n, double loss)
{
    static const char *const names[METRICS] = {"m.a", "m.b", "m.c", "m.d", "m.e", "m.f"};
    struct attune_contrasts c = {
        .n = METRICS, .n_compared = METRICS, .n_prompts = n, .alpha = 0.05};
    c.items = attune_arena_alloc(&c.arena, METRICS, sizeof *c.items);
    for (size_t k = 0; k < METRICS; k++) {
        double baseline[MAX_PROMPTS];
        struct attune_contrast *item = &c.items[k];
        *item = (struct attune_contrast){
            .metric = names[k], .direction = "up", .n = n, .verdict = ATTUNE_VERDICT_OPEN};
        item->better = attune_arena_alloc(&c.arena, n, sizeof *item->better);
        item->prompt = attune_arena_alloc(&c.arena, n, sizeof *item->prompt);
        for (size_t p = 0; p < n; p++) {
            const double centre = attune_rng_normal(rng);
            baseline[p] = seed_mean(rng, centre, k % 3);
            item->better[p] = seed_mean(rng, centre, k % 3) - baseline[p];
        }
        item->sd_b = attune_sd(baseline, n);
        for (size_t p = 0; k == 0 && p < n; p++) {
            item->better[p] -= loss * item->sd_b;
        }
    }
    struct attune_margins margins = {0};
    struct attune_gate gate;
    attune_gate_decide(&gate, &c, &margins, 1, NULL);
    const enum attune_gate_verdict verdict = gate.verdict;
    attune_gate_release(&gate);
    return verdict;
}

int main(int argc, char **argv)
{
    const int n_repetitions = argc > 1 ? atoi(argv[1]) : 1000;
    static const size_t prompts[] = {12, 24, 48, 100};
    static const double losses[] = {0.0, 0.3, 0.5, 1.0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("prompts  loss (sd)  regress  inconclusive  pass\n");
    for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
        for (size_t j = 0; j < sizeof losses / sizeof *losses; j++) {
            struct attune_rng rng;
            attune_rng_init(&rng, 1, i * 10 + j);
            size_t count[4] = {0};
            const int n = j == 0 ? n_repetitions : n_repetitions / 5;
            for (int r = 0; r < n; r++) {
                count[one_week(&rng, prompts[i], losses[j])]++;
            }
            printf("%7zu  %9.1f  %7.3f  %12.3f  %5.3f\n", prompts[i], losses[j],
                   (double)count[ATTUNE_GATE_REGRESS] / n,
                   (double)count[ATTUNE_GATE_INCONCLUSIVE] / n,
                   (double)count[ATTUNE_GATE_PASS] / n);
        }
    }
    return 0;
}
