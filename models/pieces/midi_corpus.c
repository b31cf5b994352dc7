#include "models/pieces/midi_corpus.h"

#include "base/io/file.h"
#include "base/mem.h"
#include "models/pieces/midi_piece.h"

static void count_reason(struct attune_midi_corpus *corpus, const char *path, const char *why)
{
    size_t i = 0;
    while (i < corpus->n_reasons && strcmp(corpus->reasons[i].why, why) != 0) {
        i++;
    }
    if (i == ATTUNE_MAX_CORPUS_REASONS) {
        corpus->reasons[i - 1].n++;
        return;
    }
    struct attune_corpus_reason *reason = &corpus->reasons[i];
    if (i == corpus->n_reasons) {
        corpus->n_reasons++;
        snprintf(reason->why, sizeof reason->why, "%.150s", why);
        snprintf(reason->example, sizeof reason->example, "%.250s", path);
    }
    reason->n++;
}

/* The piece of one file, or why there is none. */
static enum attune_code read_one(struct attune_midi_corpus *corpus,
                                 struct attune_analysis *analysis, const char *path,
                                 struct attune_err *err)
{
    struct attune_midi midi = {0};
    struct attune_err why = ATTUNE_ERR_INIT;
    struct attune_piece *piece = &corpus->pieces[corpus->n_pieces];
    enum attune_code code = attune_midi_read(&midi, path, &why);
    if (code == ATTUNE_OK) {
        code = attune_analysis_load_midi(analysis, &midi, &why);
    }
    if (code == ATTUNE_E_MEMORY) {
        *err = why;
        return code;
    }
    const char *reason = code ? why.message : attune_piece_from_midi(analysis, &midi, piece);
    if (!reason && corpus->n_pieces % 2 == 1) {
        piece->setting.n_chords = (size_t)piece->setting.n_bars;
        memcpy(piece->setting.chords, piece->chord, piece->setting.n_chords);
    }
    if (reason) {
        count_reason(corpus, path, reason);
    } else {
        corpus->n_pieces++;
    }
    attune_midi_release(&midi);
    return attune_analysis_out_of_memory(analysis)
               ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory reading '%s'", path)
               : ATTUNE_OK;
}

static enum attune_code check_some(const struct attune_midi_corpus *corpus, const char *folder,
                                   struct attune_err *err)
{
    if (corpus->n_pieces > 0) {
        return ATTUNE_OK;
    }
    if (corpus->n_reasons == 0) {
        return attune_fail(err, ATTUNE_E_INPUT, "'%s' holds no files", folder);
    }
    attune_fail(err, ATTUNE_E_INPUT, "none of %zu files in '%s' can be used; the first, '%s': %s",
                corpus->n_files, folder, corpus->reasons[0].example, corpus->reasons[0].why);
    attune_err_hint(err, "it takes Standard MIDI Files with melody and chords in 4/4, 3/4 or 6/8");
    return ATTUNE_E_INPUT;
}

enum attune_code attune_midi_corpus_read(struct attune_midi_corpus *corpus, const char *folder,
                                         struct attune_err *err)
{
    struct attune_file_list files = {0};
    struct attune_analysis *analysis = NULL;
    *corpus = (struct attune_midi_corpus){0};
    enum attune_code code = attune_file_walk(&files, folder, err);
    if (code == ATTUNE_OK && !(analysis = attune_analysis_new(err))) {
        code = ATTUNE_E_MEMORY;
    }
    if (code == ATTUNE_OK &&
        !(corpus->pieces = attune_alloc(files.n ? files.n : 1, sizeof *corpus->pieces))) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu pieces", files.n);
    }
    corpus->n_files = files.n;
    for (size_t i = 0; code == ATTUNE_OK && i < files.n; i++) {
        code = read_one(corpus, analysis, files.paths[i], err);
    }
    if (code == ATTUNE_OK) {
        code = check_some(corpus, folder, err);
    }
    if (code == ATTUNE_OK) {
        attune_hash_bytes(corpus->pieces, corpus->n_pieces * sizeof *corpus->pieces, corpus->hash);
    } else {
        attune_midi_corpus_release(corpus);
    }
    attune_analysis_free(analysis);
    attune_file_list_release(&files);
    return code;
}

void attune_midi_corpus_release(struct attune_midi_corpus *corpus)
{
    attune_release(corpus->pieces);
    *corpus = (struct attune_midi_corpus){0};
}
