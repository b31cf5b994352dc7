/* Choosing and loading the pieces of an audit. */
#include "harness/audit/audit_corpus.h"

#include <math.h>

#include "base/io/audio.h"
#include "base/mem.h"
#include "harness/evaluate.h"
#include "metrics/analysis/grid.h"
#include "models/pieces/corpus.h"

enum { MIN_BARS = 8, MIN_SECONDS = 12, COMPOSED_BARS = 32 };

static struct attune_audit_piece *add(struct attune_audit_corpus *corpus, const char *name,
                                      struct attune_err *err)
{
    char *copy = attune_strdup(name);
    if (!copy || !attune_grow((void **)&corpus->pieces, &corpus->capacity, corpus->n,
                              sizeof *corpus->pieces)) {
        attune_release(copy);
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the corpus");
        return NULL;
    }
    struct attune_audit_piece *piece = &corpus->pieces[corpus->n++];
    *piece = (struct attune_audit_piece){.name = copy};
    return piece;
}

/* Programs that carry a melody, and that carry a bass, in most styles. */
static const uint8_t melody_programs[] = {0, 4, 11, 24, 40, 56, 65, 73, 80};
static const uint8_t bass_programs[] = {32, 33, 35, 38, 43};

static enum attune_code compose(struct attune_audit_corpus *corpus, size_t n_pieces, uint64_t seed,
                                struct attune_err *err)
{
    static const double metre_share[ATTUNE_N_METRES] = {0.6, 0.25, 0.15};
    for (size_t i = 0; i < n_pieces; i++) {
        struct attune_rng rng;
        attune_rng_init(&rng, seed, i);
        struct attune_setting setting = {
            .tonic = (int)attune_rng_below(&rng, 12),
            .mode = attune_rng_below(&rng, 2) ? ATTUNE_MAJOR : ATTUNE_MINOR,
            .metre = (enum attune_metre)attune_rng_choice(&rng, metre_share, ATTUNE_N_METRES),
            .tempo_bpm = 80.0 + (double)attune_rng_below(&rng, 81),
            .n_bars = COMPOSED_BARS,
            .has_drums = attune_rng_below(&rng, 2),
            .melody_program = melody_programs[attune_rng_below(&rng, sizeof melody_programs)],
            .chord_program = melody_programs[attune_rng_below(&rng, 4)],
            .bass_program = bass_programs[attune_rng_below(&rng, sizeof bass_programs)],
        };
        char name[32];
        snprintf(name, sizeof name, "composed-%zu", i + 1);
        struct attune_audit_piece *piece = add(corpus, name, err);
        struct attune_piece composition;
        if (!piece) {
            return ATTUNE_E_MEMORY;
        }
        piece->is_midi = true;
        attune_corpus_compose(&composition, &setting, 0, &rng);
        enum attune_code code = attune_piece_to_midi(&composition, &piece->midi, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

static bool is_long_enough(struct attune_analysis *analysis, const struct attune_midi *midi)
{
    if (attune_analysis_load_midi(analysis, midi, NULL)) {
        return false;
    }
    const struct attune_grid *grid = attune_analysis_grid(analysis);
    return !grid->why && grid->n_bars >= MIN_BARS && grid->bar_s[grid->n_bars] >= MIN_SECONDS;
}

static bool audio_is_long_enough(const char *path)
{
    struct attune_audio_source source;
    if (attune_audio_open(&source, path, NULL)) {
        return false;
    }
    const bool enough = source.n_frames >= (uint64_t)source.rate_hz * MIN_SECONDS;
    attune_audio_close(&source);
    return enough;
}

/* Adds the file when it is usable music. */
static enum attune_code consider(struct attune_audit_corpus *corpus, const char *path,
                                 struct attune_analysis *analysis, struct attune_err *err)
{
    const char *modality = attune_file_modality(path);
    struct attune_midi midi = {0};
    const bool is_midi = strcmp(modality, "symbolic") == 0;
    const bool usable =
        is_midi ? !attune_midi_read(&midi, path, NULL) && is_long_enough(analysis, &midi)
                : strcmp(modality, "audio") == 0 && audio_is_long_enough(path);
    if (!usable) {
        attune_midi_release(&midi);
        corpus->n_skipped++;
        return ATTUNE_OK;
    }
    struct attune_audit_piece *piece = add(corpus, path, err);
    if (!piece) {
        attune_midi_release(&midi);
        return ATTUNE_E_MEMORY;
    }
    piece->is_midi = is_midi;
    piece->midi = midi;
    return ATTUNE_OK;
}

static enum attune_code collect(struct attune_audit_corpus *corpus, const char *folder,
                                size_t n_pieces, struct attune_err *err)
{
    struct attune_file_list files = {0};
    struct attune_analysis *analysis = attune_analysis_new(err);
    enum attune_code code = analysis ? attune_file_walk(&files, folder, err) : ATTUNE_E_MEMORY;
    for (size_t i = 0; i < files.n && !code && corpus->n < n_pieces; i++) {
        code = consider(corpus, files.paths[i], analysis, err);
    }
    if (!code && corpus->n == 0) {
        code = attune_fail(err, ATTUNE_E_INPUT,
                           "no usable music in '%s': %zu files, none of at least %d bars and %d s",
                           folder, files.n, MIN_BARS, MIN_SECONDS);
    }
    attune_file_list_release(&files);
    attune_analysis_free(analysis);
    return code;
}

enum attune_code attune_audit_corpus_init(struct attune_audit_corpus *corpus, const char *folder,
                                          size_t n_pieces, uint64_t seed, struct attune_err *err)
{
    *corpus = (struct attune_audit_corpus){0};
    enum attune_code code = folder ? collect(corpus, folder, n_pieces, err)
                                   : compose(corpus, n_pieces, seed, err);
    if (code) {
        attune_audit_corpus_release(corpus);
    }
    return code;
}

void attune_audit_corpus_release(struct attune_audit_corpus *corpus)
{
    for (size_t i = 0; i < corpus->n; i++) {
        attune_release(corpus->pieces[i].name);
        attune_midi_release(&corpus->pieces[i].midi);
    }
    attune_release(corpus->pieces);
    *corpus = (struct attune_audit_corpus){0};
}

enum attune_code attune_audit_read_clip(const struct attune_audit_piece *piece, double max_s,
                                        struct attune_clip *clip, struct attune_err *err)
{
    struct attune_audio_source source;
    enum attune_code code = attune_audio_open(&source, piece->name, err);
    if (code) {
        return code;
    }
    code = attune_clip_init(clip, source.n_frames, source.n_channels, source.rate_hz, err);
    if (!code) {
        uint64_t n_read = 0;
        for (size_t got = 1; got > 0 && n_read < clip->n_frames; n_read += got) {
            got = source.read(&source, clip->samples + n_read * clip->n_channels,
                              clip->n_frames - n_read);
        }
        const uint64_t n = (uint64_t)fmin((double)n_read, max_s * clip->rate_hz);
        memmove(clip->samples, clip->samples + (n_read - n) * clip->n_channels,
                n * clip->n_channels * sizeof *clip->samples);
        clip->n_frames = n;
    }
    attune_audio_close(&source);
    return code;
}
