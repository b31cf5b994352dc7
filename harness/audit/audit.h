/* The audit: every chosen metric over pieces that are damaged in measured doses, changed in ways
 * that should not matter, and over things that are not music. Pieces are worked on by all threads;
 * the result is the same for any number of them. Audio is the last seconds of an audio file, or the
 * last bars of a MIDI piece rendered.
 *
 * Values lie in rows of cells, one cell per chosen metric. Each piece has the same rows: the clean
 * piece in each modality, every series (a damage seen in a modality) at doses .1 to 1, every check.
 */
#ifndef ATTUNE_HARNESS_AUDIT_H
#define ATTUNE_HARNESS_AUDIT_H

#include "harness/audit/audit_corpus.h"
#include "harness/evaluate.h"
#include "metrics/audit/damage.h"
#include "metrics/audit/nulls.h"

struct attune_audit_options {
    const char *metrics;      /* globs, NULL: all */
    const char *damages;      /* globs over damage ids, NULL: all */
    unsigned modalities;      /* ATTUNE_SYMBOLIC | ATTUNE_AUDIO */
    bool rendered;            /* audio: symbolic damage too, rendered */
    bool checks, nulls;       /* run invariance checks, null pieces */
    const char *soundfont;    /* NULL: the first found */
    const char *other_soundfont; /* for the sound font check, or NULL */
    double max_s;             /* audio: seconds of each piece; 30 */
    uint64_t seed;
    size_t n_threads;
    void (*progress)(void *context, size_t n_done, size_t n_total); /* may be NULL; serialised */
    void *context;
};

struct attune_audit_cell {
    double v;
    bool defined;
};

/* One damage seen in one modality: notes damaged and read as notes, notes damaged and rendered, or
 * audio damaged. */
struct attune_audit_series {
    const struct attune_damage_spec *damage;
    enum attune_modality seen_as;
};

/* A change that should not matter. */
struct attune_audit_check {
    const char *id;       /* "gain-12dB" */
    const char *title;
    enum attune_modality modality;
    unsigned
        invariance; /* ATTUNE_INVARIANT_* that promises it, 0: nothing is promised, only reported */
};
extern const struct attune_audit_check attune_audit_checks[];
extern const size_t attune_audit_n_checks;

struct attune_audit_null {
    const struct attune_null_spec *spec;
    enum attune_modality seen_as;
};

enum { ATTUNE_AUDIT_NULL_DRAWS = 5 }; /* seeds, or pieces of the corpus */

struct attune_audit {
    struct attune_selection selection;
    struct attune_audit_series *series; /* (n_series,) */
    size_t n_series;
    size_t n_pieces, n_rows;
    struct attune_audit_cell *cells;      /* (n_pieces, n_rows, selection.n) */
    struct attune_audit_null *nulls;      /* (n_nulls,) */
    size_t n_nulls;
    struct attune_audit_cell *null_cells; /* (n_nulls, ATTUNE_AUDIT_NULL_DRAWS, selection.n) */
    unsigned modalities;                  /* ATTUNE_SYMBOLIC | ATTUNE_AUDIO as asked */
    bool checks;                          /* whether the checks were run */
};

/* Runs everything. Release with attune_audit_release. ATTUNE_E_USAGE: a glob matches nothing;
 * ATTUNE_E_MISSING: audio from MIDI without a sound font; ATTUNE_E_INPUT: nothing left to do. */
enum attune_code attune_audit_run(struct attune_audit *audit,
                                  const struct attune_audit_corpus *corpus,
                                  const struct attune_audit_options *options,
                                  struct attune_err *err);
void attune_audit_release(struct attune_audit *audit);

/* Rows of a piece, each (selection.n,). level: 0 is the clean piece. */
const struct attune_audit_cell *attune_audit_clean(const struct attune_audit *audit, size_t piece,
                                                   enum attune_modality modality);
const struct attune_audit_cell *attune_audit_damaged(const struct attune_audit *audit,
                                                     size_t piece, size_t series, int level);
const struct attune_audit_cell *attune_audit_checked(const struct attune_audit *audit,
                                                     size_t piece, size_t check);
const struct attune_audit_cell *attune_audit_null(const struct attune_audit *audit, size_t null,
                                                  size_t draw);

#endif
