#include "models/align/align_diffusion.h"

#include <math.h>

#include "base/mem.h"
#include "base/thread.h"
#include "models/policy/adam.h"
#include "models/align/preference_loss.h"

enum { MAX_POOLS = 8 };

const char *const attune_mix_names[ATTUNE_N_MIXES] = {"multi", "single", "cross-pair",
                                                      "interpolation"};

const struct attune_diffrhythm attune_diffrhythm_default = {
    .mix = ATTUNE_MIX_MULTI,
    .n_pairs = 2048,
    .n_epochs = 2,
    .batch = 32,
    .beta = 200.0,
    .rate = 0.01,
    .n_steps = 32,
    .n_masks = 4,
    .seed = 1,
    .n_threads = 1,
};

/* Two samples of one prompt and what each reward model says of them. */
struct duel {
    struct attune_piece piece[2];
    double reward[2][MAX_POOLS];
    bool scored; /* by all reward models */
    double ref_bound[2]; /* nats per cell */
};

/* A preference: which duel, and which of its two samples won. */
struct preference {
    size_t duel;
    int winner;
};

struct job {
    const struct attune_diffusion *ref;
    struct attune_scorer_pool *const *pools;
    size_t n_pools, n_prompts;
    const struct attune_prompt *prompts;
    const struct attune_diffrhythm *o;
    struct duel *duels;
    enum attune_code *codes; /* (n_pairs,) */
};

/* The masks of a duel are the same for both samples, the model and its reference. */
static double bound_per_cell(const struct attune_diffusion *model, const struct attune_piece *piece,
                             const struct attune_diffrhythm *o, size_t duel, double weight,
                             double *gradient)
{
    double n = (double)attune_piece_n_cells(&piece->setting);
    return attune_diffusion_bound(model, piece, o->n_masks, attune_mix64(o->seed, duel), weight / n,
                                  gradient) / n;
}

double attune_diffrhythm_bound(const struct attune_diffusion *model,
                               const struct attune_piece *piece,
                               const struct attune_diffrhythm *o, size_t masks)
{
    return bound_per_cell(model, piece, o, masks, 0.0, NULL);
}

double attune_diffrhythm_pair(const struct attune_diffusion *model, const struct attune_piece *w,
                              const struct attune_piece *l, double ref_w, double ref_l,
                              const struct attune_diffrhythm *o, size_t masks, double scale,
                              double *gradient)
{
    struct attune_diffusion_loss loss = attune_diffusion_pair_loss(
        attune_diffrhythm_bound(model, w, o, masks), attune_diffrhythm_bound(model, l, o, masks),
        ref_w, ref_l, o->beta);
    if (gradient) {
        bound_per_cell(model, w, o, masks, scale * loss.d_w, gradient);
        bound_per_cell(model, l, o, masks, scale * loss.d_l, gradient);
    }
    return loss.loss;
}

/* Cells that a bound runs through the model: half of them are hidden on average. */
static size_t bound_cells(const struct attune_piece *piece, const struct attune_diffrhythm *o)
{
    return o->n_masks * attune_piece_n_cells(&piece->setting) / 2;
}

static void fight(void *context, size_t item, size_t worker)
{
    struct job *job = context;
    struct duel *d = &job->duels[item];
    const struct attune_prompt *prompt = &job->prompts[item % job->n_prompts];
    struct attune_setting setting;
    attune_setting_init(&setting, prompt);
    d->scored = true;
    for (int k = 0; k < 2; k++) {
        struct attune_rng rng;
        attune_rng_init(&rng, job->o->seed, 2 * item + (size_t)k);
        attune_diffusion_sample(job->ref, NULL, &setting, job->o->n_steps, &d->piece[k], NULL,
                                &rng);
        d->ref_bound[k] = attune_diffrhythm_bound(job->ref, &d->piece[k], job->o, item);
        for (size_t p = 0; p < job->n_pools && job->codes[item] == ATTUNE_OK; p++) {
            struct attune_value value = {0};
            struct attune_scorer *scorer = attune_scorer_borrow(job->pools[p], NULL);
            job->codes[item] = scorer
                                   ? attune_scorer_score(scorer, &d->piece[k], prompt, &value, NULL)
                                   : ATTUNE_E_MEMORY;
            attune_scorer_return(job->pools[p], scorer);
            d->scored = d->scored && job->codes[item] == ATTUNE_OK && value.state == ATTUNE_DEFINED;
            d->reward[k][p] = value.v;
        }
    }
}

/* Preferences of reward models [first, last) over all duels into list; cross: only unanimous ones,
 * once. */
static size_t collect(const struct duel *duels, size_t n_duels, size_t first, size_t last,
                      bool cross, struct preference *list)
{
    size_t n = 0;
    for (size_t i = 0; i < n_duels; i++) {
        size_t wins = 0, ties = 0;
        for (size_t p = first; p < last && duels[i].scored; p++) {
            double d = duels[i].reward[0][p] - duels[i].reward[1][p];
            wins += d > 0.0;
            ties += d == 0.0;
            if (!cross && d != 0.0) {
                list[n++] = (struct preference){i, d > 0.0 ? 0 : 1};
            }
        }
        if (cross && duels[i].scored && ties == 0 && (wins == 0 || wins == last - first)) {
            list[n++] = (struct preference){i, wins > 0 ? 0 : 1};
        }
    }
    return n;
}

static enum attune_code optimise(struct attune_diffusion *model, const struct duel *duels,
                                 const struct preference *list, size_t n,
                                 const struct attune_diffrhythm *o, struct attune_training *cost,
                                 struct attune_err *err)
{
    struct attune_adam adam = {0};
    size_t *order = attune_alloc(n, sizeof *order);
    enum attune_code code =
        order ? attune_adam_init(&adam, attune_diffusion_n_params(), err)
              : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu pairs", n);
    for (size_t epoch = 0; epoch < o->n_epochs && code == ATTUNE_OK; epoch++) {
        struct attune_rng rng;
        attune_rng_init(&rng, o->seed, SIZE_MAX - epoch);
        for (size_t i = 0; i < n; i++) {
            order[i] = i;
        }
        attune_rng_shuffle(&rng, order, n);
        for (size_t i = 0; i < n && code == ATTUNE_OK; i += o->batch) {
            size_t end = i + o->batch < n ? i + o->batch : n;
            for (size_t k = i; k < end; k++) {
                const struct preference *p = &list[order[k]];
                const struct duel *d = &duels[p->duel];
                const struct attune_piece *w = &d->piece[p->winner], *l = &d->piece[1 - p->winner];
                attune_diffrhythm_pair(model, w, l, d->ref_bound[p->winner],
                                       d->ref_bound[1 - p->winner], o, p->duel,
                                       -1.0 / (double)(end - i), adam.gradient); /* downhill */
                cost->n_processed += 2 * (bound_cells(w, o) + bound_cells(l, o));
            }
            code = attune_adam_step(&adam, attune_diffusion_params(model), o->rate, 0.0, err);
            cost->n_steps++;
            attune_training_tell(o->watcher, (struct attune_training_progress){
                                                 "diffrhythm+", epoch * n + end, o->n_epochs * n,
                                                 NAN, NAN});
        }
    }
    attune_adam_release(&adam);
    attune_release(order);
    return code;
}

/* One run per reward model from the reference, then the mean of the parameters. */
static enum attune_code interpolate(struct attune_diffusion *model,
                                    const struct attune_diffusion *ref, const struct duel *duels,
                                    struct preference *list, size_t n_pools,
                                    const struct attune_diffrhythm *o, struct attune_training *cost,
                                    struct attune_err *err)
{
    size_t n_params = attune_diffusion_n_params();
    double *sum = attune_alloc(n_params, sizeof *sum);
    enum attune_code code = sum ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    for (size_t p = 0; p < n_pools && code == ATTUNE_OK; p++) {
        struct attune_diffusion *run = attune_diffusion_copy(ref);
        size_t n = collect(duels, o->n_pairs, p, p + 1, false, list);
        code = run ? optimise(run, duels, list, n, o, cost, err)
                   : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a diffusion model");
        for (size_t i = 0; i < n_params && code == ATTUNE_OK; i++) {
            sum[i] += attune_diffusion_params(run)[i] / (double)n_pools;
        }
        attune_diffusion_free(run);
    }
    for (size_t i = 0; i < n_params && code == ATTUNE_OK; i++) {
        attune_diffusion_params(model)[i] = (float)sum[i];
    }
    attune_release(sum);
    return code;
}

enum attune_code attune_align_diffrhythm(struct attune_diffusion *model,
                                         const struct attune_diffusion *ref,
                                         struct attune_scorer_pool *const *pools, size_t n_pools,
                                         const struct attune_prompt *prompts, size_t n_prompts,
                                         const struct attune_diffrhythm *o,
                                         struct attune_training *cost, struct attune_err *err)
{
    if (n_pools < 1 || n_pools > MAX_POOLS) {
        return attune_fail(err, ATTUNE_E_USAGE, "%zu reward models, not 1..%d", n_pools, MAX_POOLS);
    }
    struct job job = {.ref = ref, .pools = pools, .n_pools = n_pools, .prompts = prompts,
                      .n_prompts = n_prompts, .o = o,
                      .duels = attune_alloc(o->n_pairs, sizeof *job.duels),
                      .codes = attune_alloc(o->n_pairs, sizeof *job.codes)};
    struct preference *list = attune_alloc(o->n_pairs * n_pools, sizeof *list);
    enum attune_code code = job.duels && job.codes && list
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu pairs",
                                              o->n_pairs);
    if (code == ATTUNE_OK) {
        attune_parallel_for(o->n_pairs, o->n_threads, fight, &job);
    }
    for (size_t i = 0; i < o->n_pairs && code == ATTUNE_OK; i++) {
        code = job.codes[i] == ATTUNE_OK ? ATTUNE_OK
                                         : attune_fail(err, job.codes[i], "could not score a pair");
        cost->n_generated += 2 * attune_piece_n_cells(&job.duels[i].piece[0].setting);
        cost->n_processed += 2 * bound_cells(&job.duels[i].piece[0], o);
        cost->n_rewards += 2 * n_pools;
        cost->n_pairs += job.duels[i].scored;
    }
    if (code == ATTUNE_OK && o->mix == ATTUNE_MIX_INTERPOLATION) {
        code = interpolate(model, ref, job.duels, list, n_pools, o, cost, err);
    } else if (code == ATTUNE_OK) {
        size_t n = collect(job.duels, o->n_pairs, 0, o->mix == ATTUNE_MIX_SINGLE ? 1 : n_pools,
                           o->mix == ATTUNE_MIX_CROSS_PAIR, list);
        code = n >= 2 ? optimise(model, job.duels, list, n, o, cost, err)
                      : attune_fail(err, ATTUNE_E_INCONCLUSIVE,
                                    "only %zu preferences from %zu pairs", n, o->n_pairs);
    }
    attune_release(job.duels);
    attune_release(job.codes);
    attune_release(list);
    return code;
}

enum attune_code attune_scg_sample(const struct attune_diffusion *model,
                                   struct attune_scorer *scorer, const struct attune_prompt *prompt,
                                   size_t n_steps, size_t n_draws, struct attune_rng *rng,
                                   struct attune_piece *piece, uint64_t *n_tokens,
                                   uint64_t *n_rewards, struct attune_err *err)
{
    struct attune_setting setting;
    bool found = false;
    attune_setting_init(&setting, prompt);
    attune_diffusion_hide(piece, &setting);
    *n_tokens = *n_rewards = 0;
    for (size_t step = 0; step < n_steps; step++) {
        struct attune_piece best = *piece;
        double best_score = 0.0;
        found = false;
        for (size_t k = 0; k < n_draws; k++) {
            struct attune_piece state = *piece;
            struct attune_value value = {0};
            attune_diffusion_step(model, &state, 1.0 / (double)(n_steps - step), rng);
            struct attune_piece predicted = state;
            attune_diffusion_step(model, &predicted, 1.0, rng);
            enum attune_code code = attune_scorer_score(scorer, &predicted, prompt, &value, err);
            if (code != ATTUNE_OK) {
                return code;
            }
            *n_tokens += attune_piece_n_cells(&setting) * (n_steps - step) / n_steps;
            ++*n_rewards;
            bool better = value.state == ATTUNE_DEFINED && (!found || value.v > best_score);
            if (better || k == 0) {
                best = state;
            }
            best_score = better ? value.v : best_score;
            found = found || better;
        }
        *piece = best;
    }
    return found ? ATTUNE_OK
                 : attune_fail(err, ATTUNE_E_INPUT,
                               "no candidate of the last step has a defined score");
}
