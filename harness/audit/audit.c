/* Running an audit: pieces over threads, rows into their places. */
#include "harness/audit/audit.h"

#include <pthread.h>

#include "base/io/audio.h"
#include "base/io/render.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "harness/audit/audit_internal.h"

/* Row 0 is the clean piece as notes, row 1 as audio; then the series, then the checks. */
enum { N_LEVELS = ATTUNE_N_DOSES - 1 };

static size_t row_of_clean(enum attune_modality modality)
{
    return modality == ATTUNE_AUDIO;
}

static size_t row_of_series(size_t series, int level)
{
    return 2 + series * N_LEVELS + (size_t)level - 1;
}

static size_t row_of_check(const struct attune_audit *audit, size_t check)
{
    return 2 + audit->n_series * N_LEVELS + check;
}

static struct attune_audit_cell *row(const struct attune_audit *audit, size_t piece, size_t index)
{
    return audit->cells + (piece * audit->n_rows + index) * audit->selection.n;
}

const struct attune_audit_cell *attune_audit_clean(const struct attune_audit *audit, size_t piece,
                                                   enum attune_modality modality)
{
    return row(audit, piece, row_of_clean(modality));
}

const struct attune_audit_cell *attune_audit_damaged(const struct attune_audit *audit,
                                                     size_t piece, size_t series, int level)
{
    return level == 0 ? attune_audit_clean(audit, piece, audit->series[series].seen_as)
                      : row(audit, piece, row_of_series(series, level));
}

const struct attune_audit_cell *attune_audit_checked(const struct attune_audit *audit,
                                                     size_t piece, size_t check)
{
    return row(audit, piece, row_of_check(audit, check));
}

const struct attune_audit_cell *attune_audit_null(const struct attune_audit *audit, size_t null,
                                                  size_t draw)
{
    return audit->null_cells + (null * ATTUNE_AUDIT_NULL_DRAWS + draw) * audit->selection.n;
}

/* Evaluates the sample that the worker's analysis holds. */
static enum attune_code fill_row(const struct attune_audit *audit, struct attune_audit_worker *w,
                                 struct attune_audit_cell *cells, struct attune_err *err)
{
    const unsigned modality = attune_analysis_modality(w->analysis);
    for (size_t i = 0; i < audit->selection.n; i++) {
        const struct attune_metric *metric = attune_metrics[audit->selection.index[i]];
        if (metric->inputs & modality) {
            const struct attune_value value = attune_metric_eval(metric, w->analysis);
            cells[i] = (struct attune_audit_cell){value.v, value.state == ATTUNE_DEFINED};
        }
    }
    if (attune_analysis_out_of_memory(w->analysis)) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    return ATTUNE_OK;
}

enum attune_code attune_audit_eval_midi(const struct attune_audit *audit,
                                        struct attune_audit_worker *w,
                                        const struct attune_midi *midi,
                                        struct attune_audit_cell *cells, struct attune_err *err)
{
    enum attune_code code = attune_analysis_load_midi(w->analysis, midi, err);
    return code ? code : fill_row(audit, w, cells, err);
}

enum attune_code attune_audit_eval_clip(const struct attune_audit *audit,
                                        struct attune_audit_worker *w,
                                        const struct attune_clip *clip,
                                        struct attune_audit_cell *cells, struct attune_err *err)
{
    struct attune_audio_source source;
    attune_audio_from_memory(&source, clip->samples, clip->n_frames, clip->n_channels,
                             clip->rate_hz);
    enum attune_code code =
        attune_analysis_load_audio(w->analysis, &source, audit->selection.needs, err);
    return code ? code : fill_row(audit, w, cells, err);
}

enum attune_code attune_audit_render(struct attune_renderer *renderer,
                                     const struct attune_midi *midi, struct attune_clip *clip,
                                     struct attune_err *err)
{
    unsigned char *bytes = NULL;
    size_t n_bytes = 0;
    *clip = (struct attune_clip){.n_channels = 2, .rate_hz = ATTUNE_RENDER_RATE};
    enum attune_code code = attune_midi_format(midi, &bytes, &n_bytes, err);
    if (!code) {
        code = attune_render(renderer, bytes, n_bytes, ATTUNE_RENDER_MAX_S, &clip->samples,
                             &clip->n_frames, err);
    }
    attune_release(bytes);
    return code;
}

/* A piece, as notes and as audio, with its donor. Empty where the modality is not wanted. */
struct subject {
    const struct attune_midi *midi; /* of the whole piece; NULL for audio files */
    struct attune_midi tail;        /* what is rendered */
    struct attune_score score, tail_score;
    struct attune_clip clip;
    enum attune_modality modality;
};

static void release_subject(struct subject *s)
{
    attune_score_release(&s->score);
    attune_score_release(&s->tail_score);
    attune_midi_release(&s->tail);
    attune_clip_release(&s->clip);
}

static enum attune_code take_score(struct attune_audit_worker *w, const struct attune_midi *midi,
                                   struct attune_score *score, struct attune_err *err)
{
    enum attune_code code = attune_analysis_load_midi(w->analysis, midi, err);
    return code ? code : attune_score_init(score, midi, w->analysis, err);
}

static enum attune_code take_subject(const struct attune_audit_job *job,
                                     struct attune_audit_worker *w, size_t piece,
                                     struct subject *out, struct attune_err *err)
{
    const struct attune_audit_piece *p = &job->corpus->pieces[piece];
    *out = (struct subject){.midi = p->is_midi ? &p->midi : NULL};
    const bool audio = job->options->modalities & ATTUNE_AUDIO;
    if (!p->is_midi) {
        return audio ? attune_audit_read_clip(p, job->options->max_s, &out->clip, err) : ATTUNE_OK;
    }
    enum attune_code code = take_score(w, out->midi, &out->score, err);
    if (!code && audio) {
        code = attune_score_tail(&out->score, job->options->max_s, &out->tail, err);
    }
    if (!code && audio) {
        code = take_score(w, &out->tail, &out->tail_score, err);
    }
    if (!code && audio) {
        code = attune_audit_render(w->renderer, &out->tail, &out->clip, err);
    }
    return code;
}

/* One damage at one dose, in the modality of the series. */
static enum attune_code run_level(const struct attune_audit_job *job, struct attune_audit_worker *w,
                                  size_t piece, size_t series, int level, const struct subject *s,
                                  const struct subject *donor, struct attune_err *err)
{
    const struct attune_audit *audit = job->audit;
    const struct attune_damage_spec *damage = audit->series[series].damage;
    struct attune_audit_cell *cells = row(audit, piece, row_of_series(series, level));
    const uint64_t seed = attune_mix64(job->options->seed, piece);
    const double dose = (double)level / N_LEVELS;
    struct attune_midi midi = {0};
    struct attune_clip clip = ATTUNE_CLIP_INIT;
    enum attune_code code;
    if (damage->audio) {
        code = attune_damage_clip(damage, &s->clip, &donor->clip, dose, seed, &clip, err);
    } else {
        const bool rendered = audit->series[series].seen_as == ATTUNE_AUDIO;
        code = attune_damage_score(damage, rendered ? &s->tail_score : &s->score,
                                   rendered ? &donor->tail_score : &donor->score, dose, seed, &midi,
                                   err);
        if (!code && rendered) {
            code = attune_audit_render(w->renderer, &midi, &clip, err);
        }
    }
    if (!code) {
        code = audit->series[series].seen_as == ATTUNE_AUDIO
                   ? attune_audit_eval_clip(audit, w, &clip, cells, err)
                   : attune_audit_eval_midi(audit, w, &midi, cells, err);
    }
    attune_clip_release(&clip);
    attune_midi_release(&midi);
    return code;
}

/* Whether the piece can be seen so: audio files have no notes. */
static bool sees(const struct subject *s, const struct attune_audit_series *series)
{
    return s->midi || (series->damage->audio && s->clip.samples);
}

static enum attune_code run_rows(const struct attune_audit_job *job, struct attune_audit_worker *w,
                                 size_t piece, const struct subject *s, const struct subject *donor,
                                 struct attune_err *err)
{
    const struct attune_audit *audit = job->audit;
    enum attune_code code = ATTUNE_OK;
    if (s->midi && (audit->modalities & ATTUNE_SYMBOLIC)) {
        code = attune_audit_eval_midi(audit, w, s->midi, row(audit, piece, 0), err);
    }
    if (!code && s->clip.samples) {
        code = attune_audit_eval_clip(audit, w, &s->clip, row(audit, piece, 1), err);
    }
    for (size_t i = 0; i < audit->n_series && !code; i++) {
        for (int level = 1; level <= N_LEVELS && !code && sees(s, &audit->series[i]) &&
                            sees(donor, &audit->series[i]); level++) {
            code = run_level(job, w, piece, i, level, s, donor, err);
        }
    }
    for (size_t i = 0; i < attune_audit_n_checks && !code && audit->checks; i++) {
        const struct attune_audit_check *check = &attune_audit_checks[i];
        if (check->modality == ATTUNE_SYMBOLIC
                ? s->midi && (audit->modalities & ATTUNE_SYMBOLIC)
                : s->clip.samples != NULL) {
            code = attune_audit_run_check(job, w, check, &s->score, &s->tail, &s->clip,
                                          row(audit, piece, row_of_check(audit, i)), err);
        }
    }
    return code;
}

static void report_progress(struct attune_audit_job *job)
{
    pthread_mutex_lock(&job->lock);
    job->n_done++;
    if (job->options->progress) {
        job->options->progress(job->options->context, job->n_done, job->n_total);
    }
    pthread_mutex_unlock(&job->lock);
}

static void run_piece(void *context, size_t piece, size_t worker)
{
    struct attune_audit_job *job = context;
    struct attune_audit_worker *w = &job->workers[worker];
    struct attune_err *err = &job->errs[piece];
    struct subject s = {0}, donor = {0};
    enum attune_code code = take_subject(job, w, piece, &s, err);
    if (!code) {
        code = take_subject(job, w, (piece + 1) % job->corpus->n, &donor, err);
    }
    if (!code) {
        code = run_rows(job, w, piece, &s, &donor, err);
    }
    release_subject(&s);
    release_subject(&donor);
    if (code && !err->file[0]) {
        snprintf(err->file, sizeof err->file, "%s", job->corpus->pieces[piece].name);
    }
    report_progress(job);
}

/* A null: made from nothing, or a piece of the corpus at dose 1. */
static enum attune_code run_null_draw(const struct attune_audit_job *job,
                                      struct attune_audit_worker *w, size_t index, size_t draw,
                                      struct attune_err *err)
{
    const struct attune_audit_null *null = &job->audit->nulls[index];
    const struct attune_null_spec *spec = null->spec;
    const struct attune_damage_spec *damage =
        spec->damage ? attune_damage_find(spec->damage) : NULL;
    struct attune_audit_cell *cells =
        (struct attune_audit_cell *)attune_audit_null(job->audit, index, draw);
    struct attune_midi midi = {0};
    struct attune_clip clip = ATTUNE_CLIP_INIT;
    struct subject s = {0};
    struct attune_rng rng;
    attune_rng_init(&rng, job->options->seed, attune_mix64(attune_mix64_text(spec->id), draw));
    enum attune_code code = ATTUNE_OK;
    if (damage) {
        code = draw < job->corpus->n ? take_subject(job, w, draw, &s, err) : ATTUNE_E_USAGE;
        if (code || (damage->symbolic && !s.midi)) {
            release_subject(&s);
            return draw < job->corpus->n ? code : ATTUNE_OK;
        }
        code = damage->audio
                   ? attune_damage_clip(damage, &s.clip, NULL, 1.0, 0, &clip, err)
                   : attune_damage_score(damage,
                                         null->seen_as == ATTUNE_AUDIO ? &s.tail_score : &s.score,
                                         NULL, 1.0, 0, &midi, err);
    } else if (spec->audio) {
        code = attune_clip_init(&clip, (uint64_t)(job->options->max_s * ATTUNE_RENDER_RATE), 2,
                                ATTUNE_RENDER_RATE, err);
        if (!code) {
            spec->audio(&rng, &clip);
        }
    } else {
        code = spec->symbolic(&rng, &midi, err);
    }
    if (!code && null->seen_as == ATTUNE_AUDIO && !clip.samples) {
        code = attune_audit_render(w->renderer, &midi, &clip, err);
    }
    if (!code && null->seen_as == ATTUNE_AUDIO) {
        code = clip.n_frames ? attune_audit_eval_clip(job->audit, w, &clip, cells, err) : ATTUNE_OK;
    } else if (!code) {
        code = attune_audit_eval_midi(job->audit, w, &midi, cells, err);
    }
    attune_midi_release(&midi);
    attune_clip_release(&clip);
    release_subject(&s);
    return code;
}

static void run_null(void *context, size_t item, size_t worker)
{
    struct attune_audit_job *job = context;
    struct attune_err *err = &job->errs[item];
    run_null_draw(job, &job->workers[worker], item / ATTUNE_AUDIT_NULL_DRAWS,
                  item % ATTUNE_AUDIT_NULL_DRAWS, err);
    report_progress(job);
}

/* Each pattern must match a damage, so that a typing error is not an empty table. */
static enum attune_code check_globs(const char *globs, struct attune_err *err)
{
    for (const char *p = globs; p && *p;) {
        char pattern[64];
        const char *ids[64];
        const size_t length = strcspn(p, ",");
        size_t n = 0;
        bool found = false;
        snprintf(pattern, sizeof pattern, "%.*s", (int)length, p);
        for (; n < attune_n_damages && n < 64; n++) {
            ids[n] = attune_damages[n].id;
            found = found || attune_glob(pattern, ids[n]);
        }
        if (!found) {
            attune_fail(err, ATTUNE_E_USAGE, "no damage matches '%s'", pattern);
            const char *near = attune_nearest(pattern, ids, n);
            if (near) {
                attune_err_hint(err, "did you mean '%s'?", near);
            }
            return ATTUNE_E_USAGE;
        }
        p += length + (p[length] == ',');
    }
    return ATTUNE_OK;
}

/* The series and nulls of the chosen damages and modalities, and room for all rows. */
static enum attune_code lay_out(struct attune_audit *audit,
                                const struct attune_audit_corpus *corpus,
                                const struct attune_audit_options *options, struct attune_err *err)
{
    audit->modalities = options->modalities;
    audit->checks = options->checks;
    audit->n_pieces = corpus->n;
    audit->series = attune_alloc(2 * attune_n_damages, sizeof *audit->series);
    audit->nulls = attune_alloc(2 * attune_n_nulls, sizeof *audit->nulls);
    if (!audit->series || !audit->nulls) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audit");
    }
    for (unsigned seen_as = ATTUNE_AUDIO; seen_as <= ATTUNE_SYMBOLIC; seen_as <<= 1) {
        for (size_t i = 0; i < attune_n_damages && (options->modalities & seen_as); i++) {
            const struct attune_damage_spec *damage = &attune_damages[i];
            if ((damage->modality == seen_as ||
                 (damage->modality == ATTUNE_SYMBOLIC && options->rendered)) &&
                attune_glob_list(options->damages, damage->id)) {
                audit->series[audit->n_series++] =
                    (struct attune_audit_series){damage, (enum attune_modality)seen_as};
            }
        }
        for (size_t i = 0; i < attune_n_nulls && options->nulls && (options->modalities & seen_as);
             i++) {
            if (attune_nulls[i].modality == seen_as ||
                attune_nulls[i].modality == ATTUNE_SYMBOLIC) {
                audit->nulls[audit->n_nulls++] =
                    (struct attune_audit_null){&attune_nulls[i], (enum attune_modality)seen_as};
            }
        }
    }
    audit->n_rows = 2 + audit->n_series * N_LEVELS + attune_audit_n_checks;
    audit->cells = attune_alloc(audit->n_pieces * audit->n_rows,
                                (audit->selection.n + 1) * sizeof *audit->cells);
    audit->null_cells = attune_alloc((audit->n_nulls + 1) * ATTUNE_AUDIT_NULL_DRAWS,
                                     (audit->selection.n + 1) * sizeof *audit->null_cells);
    if (!audit->cells || !audit->null_cells) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audit of %zu pieces",
                           audit->n_pieces);
    }
    if (audit->selection.n == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "no metric to audit");
    }
    return ATTUNE_OK;
}

/* Audio needs a synthesiser per thread as soon as one piece is MIDI. */
static enum attune_code hire(struct attune_audit_job *job, struct attune_err *err)
{
    bool synthesise = false;
    for (size_t i = 0; i < job->corpus->n; i++) {
        synthesise = synthesise || job->corpus->pieces[i].is_midi;
    }
    synthesise = synthesise && (job->options->modalities & ATTUNE_AUDIO);
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < job->options->n_threads && !code; i++) {
        struct attune_audit_worker *w = &job->workers[i];
        w->analysis = attune_analysis_new(err);
        code = w->analysis ? ATTUNE_OK : ATTUNE_E_MEMORY;
        if (!code && synthesise) {
            code = attune_renderer_new(&w->renderer, job->options->soundfont, err);
        }
        if (!code && synthesise && job->options->other_soundfont) {
            code = attune_renderer_new(&w->other_renderer, job->options->other_soundfont, err);
        }
    }
    return code;
}

static void dismiss(struct attune_audit_job *job)
{
    for (size_t i = 0; job->workers && i < job->options->n_threads; i++) {
        attune_analysis_free(job->workers[i].analysis);
        attune_renderer_free(job->workers[i].renderer);
        attune_renderer_free(job->workers[i].other_renderer);
    }
    attune_release(job->workers);
}

/* The error of the first item that has one. */
static enum attune_code first_error(const struct attune_err *errs, size_t n, struct attune_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (errs[i].code) {
            if (err) {
                *err = errs[i];
            }
            return errs[i].code;
        }
    }
    return ATTUNE_OK;
}

enum attune_code attune_audit_run(struct attune_audit *audit,
                                  const struct attune_audit_corpus *corpus,
                                  const struct attune_audit_options *options,
                                  struct attune_err *err)
{
    *audit = (struct attune_audit){0};
    struct attune_audit_job job = {.audit = audit, .corpus = corpus, .options = options,
                                   .lock = PTHREAD_MUTEX_INITIALIZER};
    enum attune_code code = attune_selection_init(&audit->selection, options->metrics, err);
    if (!code) {
        code = check_globs(options->damages, err);
    }
    if (!code) {
        code = lay_out(audit, corpus, options, err);
    }
    if (code) {
        goto out;
    }
    const size_t n_null_items = audit->n_nulls * ATTUNE_AUDIT_NULL_DRAWS;
    const size_t n_items = corpus->n > n_null_items ? corpus->n : n_null_items;
    job.n_total = corpus->n + n_null_items;
    job.workers = attune_alloc(options->n_threads, sizeof *job.workers);
    job.errs = attune_alloc(n_items, sizeof *job.errs);
    if (!job.workers || !job.errs) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for an audit");
        goto out;
    }
    code = hire(&job, err);
    if (!code) {
        attune_parallel_for(corpus->n, options->n_threads, run_piece, &job);
        code = first_error(job.errs, corpus->n, err);
    }
    if (!code) {
        attune_parallel_for(n_null_items, options->n_threads, run_null, &job);
        code = first_error(job.errs, n_null_items, err);
    }
out:
    dismiss(&job);
    attune_release(job.errs);
    if (code) {
        attune_audit_release(audit);
    }
    return code;
}

void attune_audit_release(struct attune_audit *audit)
{
    attune_selection_release(&audit->selection);
    attune_release(audit->series);
    attune_release(audit->nulls);
    attune_release(audit->cells);
    attune_release(audit->null_cells);
    *audit = (struct attune_audit){0};
}
