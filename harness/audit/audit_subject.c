/* Taking a piece in the forms that damage works on. */
#include "harness/audit/audit_internal.h"

void attune_audit_release_subject(struct attune_audit_subject *s)
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

enum attune_code attune_audit_take_subject(const struct attune_audit_job *job,
                                           struct attune_audit_worker *w, size_t piece,
                                           struct attune_audit_subject *out, struct attune_err *err)
{
    const struct attune_audit_piece *p = &job->corpus->pieces[piece];
    *out = (struct attune_audit_subject){.midi = p->is_midi ? &p->midi : NULL};
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
