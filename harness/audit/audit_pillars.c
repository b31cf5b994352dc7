/* Deriving pillars.
 *
 * Candidates are the pillar's metrics that have a direction. Each is mapped by its own reference
 * pool (all doses of the pillar's damages, the undamaged pieces among them). The weights minimise
 *
 *     mean over damages and pairs of ln(1 + exp(-(s_a - s_b)))  +  RIDGE sum w^2,   s = g sum w F
 *
 * over w >= 0 and all pairs of doses a < b of one damage on one piece: the Bradley-Terry likelihood
 * of the smaller dose being preferred. g is the guards' factor. Descent is by projected gradient
 * from equal weights, of fixed length, hence reproducible. Weights below 2 % are dropped and the
 * rest is fitted again. */
#include "harness/audit/audit_pillars.h"

#include <math.h>

#include "base/mem.h"
#include "metrics/pillars/pillar.h"
#include "metrics/stats/order.h"

enum { MAX_MEMBERS = 32, STEPS = 4000 };
#define RIDGE 1e-5
#define RATE 2.0 /* below 2 over the greatest curvature, a quarter of the mean squared difference */
#define MIN_WEIGHT 0.02
#define MIN_DEFINED 0.8 /* share of undamaged pieces on which a member must be defined */

enum { MAX_GUARDS = 4 };

#define BOTH (ATTUNE_AUDIO | ATTUNE_SYMBOLIC)

/* Music may be so: a guard leaves this share of the undamaged pieces alone. */
#define MOST 0.98

#define HARMONY_DAMAGES "pitch_noise,transposed_bars,random_notes,detuned_blocks"
#define COHERENCE_DAMAGES                                                                          \
    "onset_jitter,bar_shuffle,tempo_wander,style_switch,block_shuffle,speed_wobble,splice"
#define QUALITY_DAMAGES "noise,clipping,low_pass,drop_outs"

/* What a pillar is made of: candidate metrics, the damages that the weights are fitted to, guards.
 * Freezing makes form ever clearer: it is the business of the guard against stagnation. That begins
 * early, so that it falls with all but the first doses; in sound not quite so early, for music is
 * often there: shuffled bars stagnate less, and a guard that bites there rewards them for it.
 * Random notes one at a time sound smooth, and dense music does not; what they lack is a key. Its
 * guards end where random notes come out: a clarity of .5, and the score of keys drawn by lot,
 * .1. */
static const struct {
    const char *name, *candidates, *damages;
    struct {
        const char *metric; /* NULL after the last one */
        unsigned modalities;
        double from;        /* share of undamaged pieces that it leaves alone, at least */
        double allowed;     /* left alone in any case: the corpus does not hold all music */
        double chance;      /* where the factor is 0: for metrics that are degenerate when low */
    } guards[MAX_GUARDS];
    double cap;             /* quantile of the undamaged pieces at which the pool ends; 1: no end */
} recipes[ATTUNE_N_PILLARS] = {
    [ATTUNE_PILLAR_HARMONY] = {"HARMONY", "harmonic.*",
                               HARMONY_DAMAGES,
                               {{"harmonic.chord_histogram_entropy", BOTH, MOST, 1.0, 0.0},
                                {"temporal.stagnation", BOTH, MOST, 0.5, 0.0},
                                {"harmonic.key_clarity", ATTUNE_AUDIO, MOST, 0.7, 0.5},
                                {"harmonic.key_stability", ATTUNE_AUDIO, MOST, 0.4, 0.1}},
                               1.0},
    [ATTUNE_PILLAR_COHERENCE] = {"COHERENCE", "temporal.*,harmonic.key_stability",
                                 COHERENCE_DAMAGES,
                                 {{"temporal.stagnation", ATTUNE_SYMBOLIC, 0.5, 0.2},
                                  {"temporal.stagnation", ATTUNE_AUDIO, 0.5, 0.4}},
                                 1.0},
    [ATTUNE_PILLAR_QUALITY] = {"QUALITY",
                               "quality.clipping_ratio,quality.silence_ratio,quality.dc_offset,"
                               "quality.bandwidth_hz,quality.noise_floor_db,quality.hiss_db,"
                               "quality.click_rate,quality.mains_hum_db",
                               QUALITY_DAMAGES,
                               {{"quality.silence_ratio", ATTUNE_AUDIO, MOST, 0.1},
                                {"quality.hiss_db", ATTUNE_AUDIO, MOST, -30.0},
                                {"quality.bandwidth_hz", ATTUNE_AUDIO, MOST, 1000.0}},
                               0.25},
};

struct fit {
    const struct attune_audit *audit;
    enum attune_modality modality;
    const char *damages;
    double cap;
    size_t member[MAX_MEMBERS]; /* indices into the selection */
    size_t n;
    double quantiles[MAX_MEMBERS][ATTUNE_PILLAR_QUANTILES];
    double weight[MAX_MEMBERS];
    struct attune_pillar_guard guard[MAX_GUARDS];
    size_t guard_member[MAX_GUARDS]; /* indices into the selection */
    size_t n_guards;
};

static const struct attune_metric *metric_of(const struct attune_audit *audit, size_t i)
{
    return attune_metrics[audit->selection.index[i]];
}

static bool is_relevant(const struct fit *fit, size_t series)
{
    return fit->audit->series[series].seen_as == fit->modality &&
           attune_glob_list(fit->damages, fit->audit->series[series].damage->id);
}

static bool is_defined_enough(const struct attune_audit *audit, size_t metric,
                              enum attune_modality modality)
{
    size_t n = 0;
    for (size_t piece = 0; piece < audit->n_pieces; piece++) {
        n += attune_audit_clean(audit, piece, modality)[metric].defined;
    }
    return (double)n >= MIN_DEFINED * (double)audit->n_pieces;
}

/* The goodness at which the pool ends. scratch: (n_pieces,) */
static double end_of_pool(const struct fit *fit, size_t k, double *scratch)
{
    const struct attune_metric *metric = metric_of(fit->audit, fit->member[k]);
    size_t n = 0;
    for (size_t piece = 0; piece < fit->audit->n_pieces; piece++) {
        const struct attune_audit_cell cell =
            attune_audit_clean(fit->audit, piece, fit->modality)[fit->member[k]];
        if (cell.defined) {
            scratch[n++] = attune_metric_goodness(metric, cell.v);
        }
    }
    return fit->cap < 1.0 && n ? attune_quantile(scratch, n, fit->cap) : INFINITY;
}

/* Goodness of one metric over the pool, sorted, to quantiles. pool: (n_pieces * n_series * doses,),
 * twice. */
static void fill_quantiles(struct fit *fit, size_t k, double *pool, double *scratch)
{
    const struct attune_audit *audit = fit->audit;
    const double end = end_of_pool(fit, k, scratch);
    size_t n = 0;
    for (size_t piece = 0; piece < audit->n_pieces; piece++) {
        for (size_t series = 0; series < audit->n_series; series++) {
            for (int level = 0; level < ATTUNE_N_DOSES && is_relevant(fit, series); level++) {
                const struct attune_audit_cell *cell =
                    attune_audit_damaged(audit, piece, series, level) + fit->member[k];
                if (cell->defined) {
                    pool[n++] = fmin(
                        end, attune_metric_goodness(metric_of(audit, fit->member[k]), cell->v));
                }
            }
        }
    }
    attune_sort_doubles(pool, scratch, n);
    for (int q = 0; q < ATTUNE_PILLAR_QUANTILES; q++) {
        const double at = (double)(n - 1) * q / (ATTUNE_PILLAR_QUANTILES - 1);
        const size_t i = (size_t)at, next = i + 1 < n ? i + 1 : i;
        fit->quantiles[k][q] = pool[i] + (at - (double)i) * (pool[next] - pool[i]);
    }
}

/* Mapped members of one row, 0.5 where undefined, times the guards' factor. */
static void map_row(const struct fit *fit, const struct attune_audit_cell *cells, double *x)
{
    double factor = 1.0;
    for (size_t i = 0; i < fit->n_guards; i++) {
        const struct attune_audit_cell cell = cells[fit->guard_member[i]];
        factor *= cell.defined ? attune_pillar_guard_factor(&fit->guard[i], cell.v) : 1.0;
    }
    for (size_t k = 0; k < fit->n; k++) {
        const struct attune_audit_cell cell = cells[fit->member[k]];
        const struct attune_metric *metric = metric_of(fit->audit, fit->member[k]);
        const double share = cell.defined
                                 ? attune_pillar_share(fit->quantiles[k],
                                                       attune_metric_goodness(metric, cell.v))
                                 : 0.5;
        x[k] = factor * share;
    }
}

/* Adds the gradient of all pairs of one curve; returns their number. x: (ATTUNE_N_DOSES,
 * MAX_MEMBERS) */
static size_t add_pairs(const struct fit *fit, double (*x)[MAX_MEMBERS], double *gradient)
{
    double score[ATTUNE_N_DOSES];
    for (int level = 0; level < ATTUNE_N_DOSES; level++) {
        score[level] = 0.0;
        for (size_t k = 0; k < fit->n; k++) {
            score[level] += fit->weight[k] * x[level][k];
        }
    }
    size_t n = 0;
    for (int b = 1; b < ATTUNE_N_DOSES; b++) {
        for (int a = 0; a < b; a++, n++) {
            const double pull = 1.0 / (1.0 + exp(score[a] - score[b]));
            for (size_t k = 0; k < fit->n; k++) {
                gradient[k] -= pull * (x[a][k] - x[b][k]);
            }
        }
    }
    return n;
}

/* curves: (n_curves, ATTUNE_N_DOSES, MAX_MEMBERS) */
static void descend(struct fit *fit, double (*curves)[ATTUNE_N_DOSES][MAX_MEMBERS], size_t n_curves)
{
    for (size_t k = 0; k < fit->n; k++) {
        fit->weight[k] = 1.0;
    }
    for (int step = 0; step < STEPS; step++) {
        double gradient[MAX_MEMBERS] = {0};
        size_t n = 0;
        for (size_t i = 0; i < n_curves; i++) {
            n += add_pairs(fit, curves[i], gradient);
        }
        for (size_t k = 0; k < fit->n; k++) {
            const double slope = gradient[k] / (double)n + 2.0 * RIDGE * fit->weight[k];
            fit->weight[k] = fmax(fit->weight[k] - RATE * slope, 0.0);
        }
    }
}

static size_t fill_curves(const struct fit *fit, double (*curves)[ATTUNE_N_DOSES][MAX_MEMBERS])
{
    size_t n = 0;
    for (size_t piece = 0; piece < fit->audit->n_pieces; piece++) {
        for (size_t series = 0; series < fit->audit->n_series; series++) {
            if (is_relevant(fit, series)) {
                for (int level = 0; level < ATTUNE_N_DOSES; level++) {
                    map_row(fit, attune_audit_damaged(fit->audit, piece, series, level),
                            curves[n][level]);
                }
                n++;
            }
        }
    }
    return n;
}

/* Removes members of little weight; returns whether one was removed. Weights end with sum 1. */
static bool prune(struct fit *fit)
{
    double sum = 0.0;
    size_t n = 0;
    for (size_t k = 0; k < fit->n; k++) {
        sum += fit->weight[k];
    }
    for (size_t k = 0; k < fit->n; k++) {
        const double weight = sum > 0.0 ? fit->weight[k] / sum : 1.0 / (double)fit->n;
        if (weight >= MIN_WEIGHT) {
            fit->weight[n] = weight;
            fit->member[n] = fit->member[k];
            memmove(fit->quantiles[n], fit->quantiles[k], sizeof fit->quantiles[n]);
            n++;
        }
    }
    const bool removed = n < fit->n;
    fit->n = n;
    return removed;
}

static enum attune_code fit_weights(struct fit *fit, struct attune_err *err)
{
    const struct attune_audit *audit = fit->audit;
    const size_t n_curves = audit->n_pieces * audit->n_series;
    double *pool = attune_alloc(2 * n_curves * ATTUNE_N_DOSES, sizeof *pool);
    double(*curves)[ATTUNE_N_DOSES][MAX_MEMBERS] = attune_alloc(n_curves, sizeof *curves);
    if (!pool || !curves) {
        attune_release(pool);
        attune_release(curves);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a pillar");
    }
    for (size_t k = 0; k < fit->n; k++) {
        fill_quantiles(fit, k, pool, pool + n_curves * ATTUNE_N_DOSES);
    }
    do {
        descend(fit, curves, fill_curves(fit, curves));
    } while (prune(fit));
    attune_release(pool);
    attune_release(curves);
    return ATTUNE_OK;
}

static const char *modality_name(enum attune_modality modality)
{
    return modality == ATTUNE_AUDIO ? "AUDIO" : "SYMBOLIC";
}

/* A number as a C constant. */
static void add_number(struct attune_buf *out, double value)
{
    attune_buf_addf(out, "%.6g", value == 0.0 ? 0.0 : value);
}

static void add_members(struct attune_buf *out, const struct fit *fit, const char *pillar)
{
    for (size_t k = 0; k < fit->n; k++) {
        const struct attune_metric *metric = metric_of(fit->audit, fit->member[k]);
        attune_buf_addf(out, "MEMBER(%s, %s, \"%s\", %d, %.4f", pillar,
                        modality_name(fit->modality), metric->id, metric->version, fit->weight[k]);
        for (int q = 0; q < ATTUNE_PILLAR_QUANTILES; q++) {
            attune_buf_add(out, q % 7 == 0 ? ",\n       " : ", ");
            add_number(out, fit->quantiles[k][q]);
        }
        attune_buf_add(out, ")\n");
    }
}

/* A guard begins at a quantile of the undamaged corpus or at what is allowed; for metrics that are
 * degenerate when high it falls up to their greatest value, for others down to chance. clean:
 * (n_pieces,) scratch. */
static void find_guard(struct fit *fit, size_t member, double share, double allowed, double chance,
                       double *clean)
{
    const struct attune_metric *metric = metric_of(fit->audit, member);
    size_t n = 0;
    for (size_t piece = 0; piece < fit->audit->n_pieces; piece++) {
        const struct attune_audit_cell cell =
            attune_audit_clean(fit->audit, piece, fit->modality)[member];
        if (cell.defined) {
            clean[n++] = cell.v;
        }
    }
    if (n > 0) {
        const bool high = metric->direction == ATTUNE_DOWN;
        const double at_one = attune_quantile(clean, n, high ? share : 1.0 - share);
        fit->guard_member[fit->n_guards] = member;
        fit->guard[fit->n_guards++] = (struct attune_pillar_guard){
            .modality = fit->modality, .metric = metric->id, .at_zero = high ? metric->hi : chance,
            .at_one = high ? fmax(at_one, allowed) : fmin(at_one, allowed)};
    }
}

static enum attune_code find_guards(struct fit *fit, int recipe, struct attune_err *err)
{
    double *clean = attune_alloc(fit->audit->n_pieces, sizeof *clean);
    if (!clean) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a guard");
    }
    for (size_t g = 0; g < MAX_GUARDS && recipes[recipe].guards[g].metric; g++) {
        for (size_t i = 0; i < fit->audit->selection.n; i++) {
            const struct attune_metric *metric = metric_of(fit->audit, i);
            if (strcmp(metric->id, recipes[recipe].guards[g].metric) == 0 &&
                (recipes[recipe].guards[g].modalities & metric->inputs & fit->modality)) {
                find_guard(fit, i, recipes[recipe].guards[g].from,
                           recipes[recipe].guards[g].allowed,
                           recipes[recipe].guards[g].chance, clean);
            }
        }
    }
    attune_release(clean);
    return ATTUNE_OK;
}

static void add_guards(struct attune_buf *out, const struct fit *fit, const char *pillar)
{
    for (size_t i = 0; i < fit->n_guards; i++) {
        attune_buf_addf(out, "GUARD(%s, %s, \"%s\", ", pillar, modality_name(fit->modality),
                        fit->guard[i].metric);
        add_number(out, fit->guard[i].at_zero);
        attune_buf_add(out, ", ");
        add_number(out, fit->guard[i].at_one);
        attune_buf_add(out, ")\n");
    }
}

void attune_audit_pillar_options(struct attune_audit_options *options)
{
    options->metrics = options->metrics ? options->metrics : "harmonic.*,temporal.*,quality.*";
    options->damages = options->damages
                           ? options->damages
                           : HARMONY_DAMAGES "," COHERENCE_DAMAGES "," QUALITY_DAMAGES;
    options->modalities = ATTUNE_AUDIO | ATTUNE_SYMBOLIC;
    options->rendered = true;
    options->checks = options->nulls = false;
}

enum attune_code attune_audit_derive_pillars(struct attune_buf *out,
                                             const struct attune_audit *audit,
                                             const char *provenance, struct attune_err *err)
{
    attune_buf_add(out,
                   "/* Data of the pillars (pillar.h). Made by `attune audit --derive-pillars`; "
                   "do not edit.\n * MEMBER(pillar, modality, metric, version, weight, 21 "
                   "quantiles of the pool's goodness)\n * GUARD(pillar, modality, metric, value "
                   "of factor 0, value of factor 1) */\nPROVENANCE(");
    attune_buf_add_json(out, provenance);
    attune_buf_add(out, ")\n");
    enum attune_code code = ATTUNE_OK;
    for (int pillar = 0; pillar < ATTUNE_N_PILLARS && !code; pillar++) {
        for (unsigned modality = ATTUNE_AUDIO; modality <= ATTUNE_SYMBOLIC && !code;
             modality <<= 1) {
            struct fit fit = {.audit = audit,
                              .modality = (enum attune_modality)modality,
                              .damages = recipes[pillar].damages,
                              .cap = recipes[pillar].cap};
            for (size_t i = 0; i < audit->selection.n && fit.n < MAX_MEMBERS; i++) {
                const struct attune_metric *metric = metric_of(audit, i);
                if (metric->direction != ATTUNE_NONE && (metric->inputs & modality) &&
                    attune_glob_list(recipes[pillar].candidates, metric->id) &&
                    is_defined_enough(audit, i, fit.modality)) {
                    fit.member[fit.n++] = i;
                }
            }
            if (fit.n > 0) {
                code = find_guards(&fit, pillar, err);
            }
            if (!code && fit.n > 0) {
                code = fit_weights(&fit, err);
            }
            if (!code) {
                add_members(out, &fit, recipes[pillar].name);
                add_guards(out, &fit, recipes[pillar].name);
            }
        }
    }
    return code;
}
