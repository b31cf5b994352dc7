#include "models/align/inferalign.h"

#include "base/mem.h"
#include "base/text.h"
#include "models/pieces/builtin.h"

struct beam {
    struct attune_piece piece;
    double score;
    bool scored;
    size_t rank; /* place before sorting: decides between equal scores */
};

struct search {
    const struct attune_inferalign *options;
    const struct attune_request *request;
    struct attune_scorer *text, *harmony;
    struct beam *beams; /* (n_beams,) */
    uint64_t n_tokens, n_rewards;
};

enum attune_code attune_note_score(const struct attune_piece *piece, double *score,
                                   struct attune_err *err)
{
    struct attune_midi midi;
    enum attune_code code = attune_piece_to_midi(piece, &midi, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    size_t count[128] = {0}, n = 0, most = 0;
    for (size_t i = 0; i < midi.n_events; i++) {
        const struct attune_midi_event *e = &midi.events[i];
        if (e->kind == ATTUNE_MIDI_NOTE_ON && e->channel != 9) {
            n++;
            count[e->a & 127]++;
            most = count[e->a & 127] > most ? count[e->a & 127] : most;
        }
    }
    attune_midi_release(&midi);
    *score = n > 0 ? 1.0 - (double)most / (double)n : 0.0;
    return ATTUNE_OK;
}

/* The stream of one beam at one block: a paraphrase of the prompt, hashed. */
static uint64_t paraphrase_stream(const struct attune_request *request, size_t block, size_t beam)
{
    static const char *const forms[] = {"%s", "Please play this: %s", "Music: %s",
                                        "%s, as a piece of music"};
    struct attune_buf text = ATTUNE_BUF_INIT;
    const char *form = forms[(block + beam) % (sizeof forms / sizeof *forms)];
    const char *slot = strstr(form, "%s");
    attune_buf_add_bytes(&text, form, (size_t)(slot - form));
    attune_buf_add(&text, request->prompt->text);
    attune_buf_add(&text, slot + 2);
    uint64_t hash = attune_mix64_text(attune_buf_text(&text));
    attune_buf_release(&text);
    return attune_mix64(attune_mix64(hash, block), beam);
}

/* Scores the first n_bars bars of a beam. */
static enum attune_code score_beam(struct search *s, struct beam *beam, int n_bars,
                                   struct attune_err *err)
{
    const struct attune_inferalign *o = s->options;
    struct attune_piece prefix = beam->piece;
    struct attune_value harmony = {0}, text = {0};
    prefix.setting.n_bars = n_bars;
    enum attune_code code =
        attune_scorer_score(s->harmony, &prefix, s->request->prompt, &harmony, err);
    s->n_rewards++;
    if (code == ATTUNE_OK && o->published) {
        double notes = 0.0;
        code = attune_note_score(&prefix, &notes, err);
        beam->scored = true;
        beam->score = 2.5 * (harmony.state == ATTUNE_DEFINED ? harmony.v : 0.0) + 2.5 * notes;
        return code;
    }
    bool asked = s->request->prompt->attributes.n_chords > 0 && o->alpha > 0.0;
    if (code == ATTUNE_OK && asked) {
        code = attune_scorer_score(s->text, &prefix, s->request->prompt, &text, err);
        s->n_rewards++;
    }
    beam->scored = harmony.state == ATTUNE_DEFINED && (!asked || text.state == ATTUNE_DEFINED);
    beam->score = o->beta * harmony.v + (asked ? o->alpha * text.v : 0.0);
    return code;
}

static int by_score(const void *x, const void *y)
{
    const struct beam *a = x, *b = y;
    if (a->scored != b->scored) {
        return b->scored - a->scored;
    }
    if (a->scored && a->score != b->score) {
        return a->score < b->score ? 1 : -1;
    }
    return (a->rank > b->rank) - (a->rank < b->rank);
}

/* Extends all beams to bar `to` and scores them; the best first. */
static enum attune_code grow(struct search *s, const struct attune_policy *policy, size_t block,
                             int from, int to, struct attune_err *err)
{
    size_t n = s->options->n_beams;
    for (size_t i = 0; i < n; i++) {
        struct attune_rng rng;
        if (attune_request_cancelled(s->request)) {
            return attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted");
        }
        attune_rng_init(&rng, attune_request_seed(s->request),
                        paraphrase_stream(s->request, block, i));
        s->beams[i].rank = i;
        attune_policy_extend(policy, &s->beams[i].piece, from, to, &rng);
        enum attune_code code = score_beam(s, &s->beams[i], to, err);
        if (code != ATTUNE_OK) {
            return code;
        }
    }
    const struct attune_setting *setting = &s->beams[0].piece.setting;
    size_t per_bar = attune_piece_n_cells(setting) / (size_t)setting->n_bars;
    s->n_tokens += n * per_bar * (size_t)(to - from);
    qsort(s->beams, n, sizeof *s->beams, by_score);
    for (size_t i = s->options->n_keep; i < n; i++) {
        s->beams[i] = s->beams[i - s->options->n_keep]; /* again from the best */
    }
    return ATTUNE_OK;
}

enum attune_code attune_inferalign(const struct attune_inferalign *o,
                                   const struct attune_policy *policy,
                                   const struct attune_policy *ref,
                                   const struct attune_request *request, struct attune_piece *piece,
                                   struct attune_generation *out, struct attune_err *err)
{
    struct search s = {
        .options = o, .request = request, .text = attune_scorer_borrow(o->text, err),
        .harmony = attune_scorer_borrow(o->harmony, err),
        .beams = attune_alloc(o->n_beams, sizeof *s.beams),
    };
    enum attune_code code = s.text && s.harmony && s.beams
                                ? ATTUNE_OK
                                : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu beams",
                                              o->n_beams);
    struct attune_setting setting;
    attune_setting_init(&setting, request->prompt);
    for (size_t i = 0; code == ATTUNE_OK && i < o->n_beams; i++) {
        s.beams[i].piece.setting = setting;
    }
    size_t block = 0;
    for (int from = 0; code == ATTUNE_OK && from < setting.n_bars; block++) {
        int to = from + o->block_bars < setting.n_bars ? from + o->block_bars : setting.n_bars;
        code = grow(&s, policy, block, from, to, err);
        from = to;
    }
    if (code == ATTUNE_OK && !s.beams[0].scored) {
        code = attune_fail(err, ATTUNE_E_INPUT, "no beam of %zu has a defined score", o->n_beams);
    }
    if (code == ATTUNE_OK) {
        *piece = s.beams[0].piece;
        *out = (struct attune_generation){
            .n_candidates = o->n_beams, .n_tokens = s.n_tokens, .n_rewards = s.n_rewards,
            .has_ref_logprob = true, .ref_logprob = attune_policy_logprob(ref, piece),
            .device_seconds = -1.0,
        };
    }
    attune_scorer_return(o->text, s.text);
    attune_scorer_return(o->harmony, s.harmony);
    attune_release(s.beams);
    return code;
}
