/* Simulated weeks of the gate. */
#include "reports/gate_simulate.h"

#include <math.h>

#include "base/rng.h"
#include "base/thread.h"
#include "metrics/stats/order.h"

enum { N_SEEDS = 3, N_KINDS = 3 };

struct job {
    const struct attune_gate_world *world;
    const struct attune_gate_trial *trial;
    const size_t *gated; /* (n_gated,) contrasts of the pilot that a gate would decide on */
    size_t n_gated;
    const size_t *at; /* (n_contrasts, n_prompts) position of a prompt's difference + 1; 0: none */
    unsigned char *verdict; /* (n_repetitions,) */
};

static double invented_mean(struct attune_rng *rng, double centre, size_t kind)
{
    double sum = 0.0;
    for (int s = 0; s < N_SEEDS; s++) {
        const double x = centre + attune_rng_normal(rng);
        sum += kind == 0 ? x : kind == 1 ? exp(0.5 * x) : x > 0.5;
    }
    return sum / N_SEEDS;
}

/* item->better holds room for n differences. False when out of memory. */
static bool invent(struct attune_contrasts *week, struct attune_contrast *item, size_t k, size_t n,
                   struct attune_rng *rng)
{
    double *baseline = attune_arena_alloc(&week->arena, n, sizeof *baseline);
    for (size_t p = 0; baseline && p < n; p++) {
        const double centre = attune_rng_normal(rng);
        baseline[p] = invented_mean(rng, centre, k % N_KINDS);
        item->better[p] = invented_mean(rng, centre, k % N_KINDS) - baseline[p];
    }
    item->n = n;
    item->sd_b = baseline ? attune_sd(baseline, n) : 0.0;
    return baseline != NULL;
}

/* Prompts of the pilot, the same for all metrics: its index + 1, negative with changed sign. */
static void draw(const struct job *job, long *drawn, struct attune_rng *rng)
{
    for (size_t p = 0; p < job->trial->n_prompts; p++) {
        const long at = (long)attune_rng_below(rng, job->world->pilot->n_prompts) + 1;
        drawn[p] = attune_rng_below(rng, 2) ? at : -at;
    }
}

static void resample(const struct job *job, struct attune_contrast *item, size_t k,
                     const long *drawn)
{
    const struct attune_contrasts *pilot = job->world->pilot;
    const struct attune_contrast *from = &pilot->items[job->gated[k]];
    for (size_t p = 0; p < job->trial->n_prompts; p++) {
        const size_t prompt = (size_t)labs(drawn[p]) - 1;
        const size_t at = job->at[job->gated[k] * pilot->n_prompts + prompt];
        if (at > 0) {
            item->better[item->n++] = drawn[p] > 0 ? from->better[at - 1] : -from->better[at - 1];
        }
    }
    item->sd_b = from->sd_b;
    item->mean_b = from->mean_b;
}

/* The contrasts of one week. False when out of memory. */
static bool make_week(const struct job *job, size_t repetition, struct attune_contrasts *week)
{
    const struct attune_gate_world *world = job->world;
    const size_t n = job->trial->n_prompts, n_metrics = job->n_gated;
    struct attune_rng rng;
    attune_rng_init(&rng, attune_mix64(world->seed, n), repetition);
    *week = (struct attune_contrasts){
        .n = n_metrics, .n_compared = n_metrics, .n_prompts = n, .alpha = world->alpha};
    week->items = attune_arena_alloc(&week->arena, n_metrics, sizeof *week->items);
    long *drawn = attune_arena_alloc(&week->arena, n, sizeof *drawn);
    if (!week->items || !drawn) {
        return false;
    }
    if (world->pilot) {
        draw(job, drawn, &rng);
    }
    for (size_t k = 0; k < n_metrics; k++) {
        struct attune_contrast *item = &week->items[k];
        const char *name = world->pilot ? world->pilot->items[job->gated[k]].metric : "";
        *item = (struct attune_contrast){
            .metric = name, .direction = "up", .verdict = ATTUNE_VERDICT_OPEN};
        item->better = attune_arena_alloc(&week->arena, n, sizeof *item->better);
        item->prompt = attune_arena_alloc(&week->arena, n, sizeof *item->prompt);
        if (!item->better || !item->prompt) {
            return false;
        }
        if (world->pilot) {
            resample(job, item, k, drawn);
        } else if (!invent(week, item, k, n, &rng)) {
            return false;
        }
        const double loss = repetition % n_metrics == k ? job->trial->loss * item->sd_b : 0.0;
        for (size_t p = 0; p < item->n; p++) {
            item->better[p] -= loss;
        }
        item->verdict =
            attune_contrast_unchanged(item) ? ATTUNE_VERDICT_IDENTICAL : ATTUNE_VERDICT_OPEN;
    }
    return true;
}

static void one_week(void *context, size_t repetition, size_t worker)
{
    const struct job *job = context;
    struct attune_contrasts week;
    struct attune_gate gate = {0};
    job->verdict[repetition] = ATTUNE_GATE_SKIPPED; /* out of memory */
    if (make_week(job, repetition, &week) &&
        attune_gate_decide(&gate, &week, job->world->margins,
                           attune_mix64(job->world->seed, repetition), NULL) == ATTUNE_OK) {
        job->verdict[repetition] = (unsigned char)gate.verdict;
    }
    attune_gate_release(&gate);
    attune_contrasts_release(&week);
}

/* Which contrasts of the pilot can be gated, and where each prompt's difference stands. */
static enum attune_code index_pilot(struct job *job, size_t *gated, size_t *at,
                                    struct attune_err *err)
{
    const struct attune_contrasts *pilot = job->world->pilot;
    for (size_t i = 0; i < pilot->n; i++) {
        const struct attune_contrast *c = &pilot->items[i];
        const bool exact =
            attune_margin_for(job->world->margins, c->metric).kind == ATTUNE_MARGIN_EXACT;
        if (c->skipped || c->n < 2 || exact || strcmp(c->direction, "none") == 0) {
            continue;
        }
        gated[job->n_gated++] = i;
        for (size_t p = 0; p < c->n; p++) {
            at[i * pilot->n_prompts + c->prompt[p]] = p + 1;
        }
    }
    return job->n_gated ? ATTUNE_OK
                        : attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                                      "no metric of the pilot has values on two prompts");
}

enum attune_code attune_gate_simulate(const struct attune_gate_world *world,
                                      struct attune_gate_trial *trial, struct attune_err *err)
{
    struct job job = {.world = world, .trial = trial, .n_gated = world->n_metrics};
    const struct attune_contrasts *pilot = world->pilot;
    size_t *gated = pilot ? attune_alloc(pilot->n, sizeof *gated) : NULL;
    size_t *at = pilot ? attune_alloc(pilot->n * pilot->n_prompts, sizeof *at) : NULL;
    job.verdict = attune_alloc(trial->n_repetitions, 1);
    enum attune_code code = ATTUNE_OK;
    if (!job.verdict || (pilot && (!gated || !at))) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a simulation");
        goto out;
    }
    if (pilot) {
        job.gated = gated;
        job.at = at;
        job.n_gated = 0;
        code = index_pilot(&job, gated, at, err);
    }
    if (!code) {
        attune_parallel_for(trial->n_repetitions, world->n_threads, one_week, &job);
        memset(trial->count, 0, sizeof trial->count);
        for (size_t i = 0; i < trial->n_repetitions && !code; i++) {
            if (job.verdict[i] == ATTUNE_GATE_SKIPPED) {
                code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a simulation");
            } else {
                trial->count[job.verdict[i]]++;
            }
        }
    }
out:
    attune_release(gated);
    attune_release(at);
    attune_release(job.verdict);
    return code;
}
