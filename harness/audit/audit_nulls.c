/* Things that are not music, in a few draws each. */
#include "harness/audit/audit_internal.h"

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
    struct attune_audit_subject s = {0};
    struct attune_rng rng;
    attune_rng_init(&rng, job->options->seed, attune_mix64(attune_mix64_text(spec->id), draw));
    enum attune_code code = ATTUNE_OK;
    if (damage) {
        code = draw < job->corpus->n ? attune_audit_take_subject(job, w, draw, &s, err)
                                     : ATTUNE_E_USAGE;
        if (code || (damage->symbolic && !s.midi)) {
            attune_audit_release_subject(&s);
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
    attune_audit_release_subject(&s);
    return code;
}

void attune_audit_run_null(void *context, size_t item, size_t worker)
{
    struct attune_audit_job *job = context;
    struct attune_err *err = &job->errs[item];
    run_null_draw(job, &job->workers[worker], item / ATTUNE_AUDIT_NULL_DRAWS,
                  item % ATTUNE_AUDIT_NULL_DRAWS, err);
    attune_audit_report_progress(job);
}
