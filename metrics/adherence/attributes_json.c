/* Writing prompt attributes as JSON. */
#include "metrics/adherence/attributes_json.h"

#include <stdio.h>

/* The spelling with fewer accidentals in the key's signature. */
static const char *const major_names[12] = {
    "C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B",
};
static const char *const minor_names[12] = {
    "C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B",
};

static const char *const qualities[ATTUNE_N_CHORD_QUALITIES] = {
    [ATTUNE_CHORD_MAJ] = "",      [ATTUNE_CHORD_MIN] = "m",     [ATTUNE_CHORD_DIM] = "dim",
    [ATTUNE_CHORD_AUG] = "aug",   [ATTUNE_CHORD_DOM7] = "7",    [ATTUNE_CHORD_MAJ7] = "maj7",
    [ATTUNE_CHORD_MIN7] = "m7",   [ATTUNE_CHORD_HDIM7] = "m7b5", [ATTUNE_CHORD_DIM7] = "dim7",
    [ATTUNE_CHORD_SUS2] = "sus2", [ATTUNE_CHORD_SUS4] = "sus4",
};

const char *attune_chord_symbol(struct attune_chord chord, char *buf, size_t size)
{
    if (chord.root < 0) {
        snprintf(buf, size, "N");
    } else {
        const bool minor = chord.quality == ATTUNE_CHORD_MIN || chord.quality == ATTUNE_CHORD_MIN7;
        snprintf(buf, size, "%s%s", (minor ? minor_names : major_names)[chord.root % 12],
                 qualities[chord.quality]);
    }
    return buf;
}

/* The comma before every key but the first, and the key. */
static void key(struct attune_buf *out, bool *first, const char *name)
{
    attune_buf_addf(out, "%s\"%s\": ", *first ? "" : ", ", name);
    *first = false;
}

void attune_attributes_json(struct attune_buf *out, const struct attune_attributes *a)
{
    bool first = true;
    attune_buf_add(out, "{");
    if (a->has_key) {
        key(out, &first, "key");
        attune_buf_addf(out, "\"%s %s\"",
                        (a->mode == ATTUNE_MINOR ? minor_names : major_names)[a->tonic % 12],
                        a->mode == ATTUNE_MINOR ? "minor" : "major");
    }
    if (a->has_tempo) {
        key(out, &first, "tempo_bpm");
        attune_buf_add_double(out, a->tempo_bpm);
    }
    if (a->has_time_signature) {
        key(out, &first, "time_signature");
        attune_buf_addf(out, "\"%d/%d\"", a->numerator, a->denominator);
    }
    if (a->n_instruments) {
        key(out, &first, "instruments");
        for (size_t i = 0; i < a->n_instruments; i++) {
            attune_buf_add(out, i ? ", " : "[");
            attune_buf_add_json(out, a->instruments[i]);
        }
        attune_buf_add(out, "]");
    }
    if (a->n_chords) {
        char symbol[16];
        key(out, &first, "chords");
        for (size_t i = 0; i < a->n_chords; i++) {
            attune_buf_addf(out, "%s\"%s\"", i ? ", " : "[",
                            attune_chord_symbol(a->chords[i], symbol, sizeof symbol));
        }
        attune_buf_add(out, "]");
    }
    if (a->has_bars) {
        key(out, &first, "bars");
        attune_buf_addf(out, "%d", a->n_bars);
    }
    if (a->mood[0]) {
        key(out, &first, "mood");
        attune_buf_add_json(out, a->mood);
    }
    attune_buf_add(out, "}");
}

void attune_prompt_json(struct attune_buf *out, const struct attune_prompt *prompt)
{
    attune_buf_add(out, "{\"id\": ");
    attune_buf_add_json(out, prompt->id);
    attune_buf_add(out, ", \"text\": ");
    attune_buf_add_json(out, prompt->text);
    attune_buf_add(out, ", \"attributes\": ");
    attune_attributes_json(out, &prompt->attributes);
    attune_buf_add(out, "}");
}
