/* One piece of the corpus: clean, in all doses of all damages, and through all checks. */
#include "harness/audit/audit_internal.h"

/* One damage at one dose, in the modality of the series. */
static enum attune_code run_level(const struct attune_audit_job *job, struct attune_audit_worker *w,
                                  size_t piece, size_t series, int level,
                                  const struct attune_audit_subject *s,
                                  const struct attune_audit_subject *donor, struct attune_err *err)
{
    const struct attune_audit *audit = job->audit;
    const struct attune_damage_spec *damage = audit->series[series].damage;
    struct attune_audit_cell *cells =
        attune_audit_row(audit, piece, attune_audit_row_of_series(series, level));
    const uint64_t seed = attune_mix64(job->options->seed, piece);
    const double dose = (double)level / ATTUNE_AUDIT_N_LEVELS;
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
static bool sees(const struct attune_audit_subject *s, const struct attune_audit_series *series)
{
    return s->midi || (series->damage->audio && s->clip.samples);
}

static enum attune_code run_rows(const struct attune_audit_job *job, struct attune_audit_worker *w,
                                 size_t piece, const struct attune_audit_subject *s,
                                 const struct attune_audit_subject *donor, struct attune_err *err)
{
    const struct attune_audit *audit = job->audit;
    enum attune_code code = ATTUNE_OK;
    if (s->midi && (audit->modalities & ATTUNE_SYMBOLIC)) {
        code = attune_audit_eval_midi(
            audit, w, s->midi,
            attune_audit_row(audit, piece, attune_audit_row_of_clean(ATTUNE_SYMBOLIC)), err);
    }
    if (!code && s->clip.samples) {
        code = attune_audit_eval_clip(
            audit, w, &s->clip,
            attune_audit_row(audit, piece, attune_audit_row_of_clean(ATTUNE_AUDIO)), err);
    }
    for (size_t i = 0; i < audit->n_series && !code; i++) {
        for (int level = 1; level <= ATTUNE_AUDIT_N_LEVELS && !code && sees(s, &audit->series[i]) &&
                            sees(donor, &audit->series[i]);
             level++) {
            code = run_level(job, w, piece, i, level, s, donor, err);
        }
    }
    for (size_t i = 0; i < attune_audit_n_checks && !code && audit->checks; i++) {
        const struct attune_audit_check *check = &attune_audit_checks[i];
        if (check->modality == ATTUNE_SYMBOLIC ? s->midi && (audit->modalities & ATTUNE_SYMBOLIC)
                                               : s->clip.samples != NULL) {
            code = attune_audit_run_check(
                job, w, check, &s->score, &s->tail, &s->clip,
                attune_audit_row(audit, piece, attune_audit_row_of_check(audit, i)), err);
        }
    }
    return code;
}

void attune_audit_run_piece(void *context, size_t piece, size_t worker)
{
    struct attune_audit_job *job = context;
    struct attune_audit_worker *w = &job->workers[worker];
    struct attune_err *err = &job->errs[piece];
    struct attune_audit_subject s = {0}, donor = {0};
    enum attune_code code = attune_audit_take_subject(job, w, piece, &s, err);
    if (!code) {
        code = attune_audit_take_subject(job, w, (piece + 1) % job->corpus->n, &donor, err);
    }
    if (!code) {
        code = run_rows(job, w, piece, &s, &donor, err);
    }
    attune_audit_release_subject(&s);
    attune_audit_release_subject(&donor);
    if (code && !err->file[0]) {
        snprintf(err->file, sizeof err->file, "%s", job->corpus->pieces[piece].name);
    }
    attune_audit_report_progress(job);
}
