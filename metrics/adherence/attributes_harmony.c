/* Key and chords from a text. */
#include <ctype.h>
#include <string.h>

#include "metrics/adherence/chord_symbol.h"
#include "metrics/adherence/text_scan.h"

/* " sharp", "-flat" after a letter. */
static size_t spelled_accidental(const struct attune_scan *s, size_t at, int *tonic)
{
    const size_t word = attune_scan_skip(s, at);
    const size_t sharp = word > at ? attune_scan_phrase(s, word, "sharp") : 0;
    const size_t flat = word > at ? attune_scan_phrase(s, word, "flat") : 0;
    *tonic = (*tonic + 12 + (sharp > 0) - (flat > 0)) % 12;
    return sharp + flat > 0 ? word + sharp + flat - at : 0;
}

/* " minor", ":maj", "-dur" after a tonic; a church mode counts as major or minor by its third. */
static size_t mode_at(const struct attune_scan *s, size_t at, enum attune_mode *mode)
{
    static const struct {
        const char *word;
        enum attune_mode mode;
    } modes[] = {
        {"major", ATTUNE_MAJOR}, {"minor", ATTUNE_MINOR}, {"maj", ATTUNE_MAJOR},
        {"min", ATTUNE_MINOR}, {"dur", ATTUNE_MAJOR}, {"moll", ATTUNE_MINOR},
        {"natural minor", ATTUNE_MINOR}, {"harmonic minor", ATTUNE_MINOR},
        {"melodic minor", ATTUNE_MINOR}, {"ionian", ATTUNE_MAJOR}, {"lydian", ATTUNE_MAJOR},
        {"mixolydian", ATTUNE_MAJOR}, {"dorian", ATTUNE_MINOR}, {"phrygian", ATTUNE_MINOR},
        {"aeolian", ATTUNE_MINOR}, {"locrian", ATTUNE_MINOR},
    };
    const size_t word = attune_scan_byte(s, at) == ':' ? at + 1 : attune_scan_skip(s, at);
    if (word == at) {
        return 0;
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const size_t n = attune_scan_phrase(s, word, modes[i].word);
        if (n > 0) {
            *mode = modes[i].mode;
            return word + n - at;
        }
    }
    return 0;
}

struct key_reading {
    size_t from, n_bytes;
    int certainty; /* 0 none, 1 a key stands there, 2 after "in", 3 after "key" */
    int tonic;
    enum attune_mode mode;
};

static struct key_reading key_at(const struct attune_scan *s, size_t at)
{
    static const char *const key[] = {"key", "tonality"}, *const in[] = {"in"};
    struct key_reading r = {.from = at};
    size_t n = attune_pitch_class_parse(s->text + at, s->n_bytes - at, &r.tonic);
    if (n == 0) {
        return r;
    }
    n += spelled_accidental(s, at + n, &r.tonic);
    const bool altered = n > 1; /* "in Eb", "in A-flat": no word but a key */
    const int cue = attune_scan_has_cue(s, at, key, 2)  ? 3
                    : attune_scan_has_cue(s, at, in, 1) ? 2
                                                        : 1;
    const bool lower = islower((unsigned char)s->text[at]);
    const size_t n_mode = mode_at(s, at + n, &r.mode);
    if (n_mode > 0) {
        /* "a minor change" names no key, nor does "A minor key" without a letter before it. */
        const bool article = s->text[at + 1] == ' ' && (s->text[at] | 0x20) == 'a';
        const size_t after = attune_scan_skip(s, at + n + n_mode);
        const bool doubtful = lower || attune_scan_phrase(s, after, "key") > 0;
        r.certainty = article && doubtful && cue == 1 ? 0 : cue;
        r.n_bytes = n + n_mode;
    } else if (cue > 1 && !lower) {
        const bool attached_minor = attune_scan_byte(s, at + n) == 'm';
        n += attached_minor;
        r.mode = attached_minor ? ATTUNE_MINOR : ATTUNE_MAJOR;
        const bool certain = cue == 3 || altered || attached_minor;
        r.certainty = !certain || attune_scan_is_word(attune_scan_byte(s, at + n)) ? 0 : cue;
        r.n_bytes = n;
    }
    return r;
}

void attune_read_key(struct attune_scan *s, struct attune_attributes *out)
{
    struct key_reading best = {0};
    for (size_t at = 0; at < s->n_bytes; at++) {
        if (attune_scan_begins_word(s, at) && !s->used[at]) {
            const struct key_reading r = key_at(s, at);
            best = r.certainty > best.certainty ? r : best;
        }
    }
    if (best.certainty > 0) {
        out->has_key = true;
        out->tonic = best.tonic;
        out->mode = best.mode;
        attune_scan_take(s, "key", best.from, best.n_bytes);
    }
}

static const char *const list_ends = ".!?:";

/* A chord symbol at `at`; bytes read or 0. *ends: a sign that ends the list follows. */
static size_t chord_at(const struct attune_scan *s, size_t at, struct attune_chord *chord,
                       bool *ends)
{
    size_t n = 0;
    for (; at + n < s->n_bytes; n++) {
        const char c = s->text[at + n], next = attune_scan_byte(s, at + n + 1);
        const bool dash = c == '-' && (next == 'N' || (next >= 'A' && next <= 'G'));
        if (isspace((unsigned char)c) || strchr(",;|\"'", c) || dash ||
            (unsigned char)c == 0xe2) { /* dashes, arrows and quotes of Unicode */
            break;
        }
    }
    *ends =
        n > 0 && strchr(list_ends, s->text[at + n - 1]) && strncmp(s->text + at, "N.C.", 4) != 0;
    while (n > 0 && (strchr(list_ends, s->text[at + n - 1]) || s->text[at + n - 1] == ')') &&
           !attune_chord_parse(s->text + at, n, chord)) {
        n--;
    }
    if (n == 0 || !attune_chord_parse(s->text + at, n, chord)) {
        return 0;
    }
    enum attune_mode mode;
    const size_t n_mode = *ends ? 0 : mode_at(s, at + n, &mode);
    if (n_mode > 0 && chord->quality == ATTUNE_CHORD_MAJ) {
        chord->quality = mode == ATTUNE_MINOR ? ATTUNE_CHORD_MIN : ATTUNE_CHORD_MAJ;
        n += n_mode;
    }
    return n;
}

static size_t skip_separators(const struct attune_scan *s, size_t at)
{
    static const char *const words[] = {"and", "to", "then", "followed by"};
    for (size_t before = (size_t)-1; before != at;) {
        before = at;
        while (at < s->n_bytes && (isspace((unsigned char)s->text[at]) ||
                                   strchr(",;|->()", s->text[at]))) {
            at++;
        }
        if (at + 3 <= s->n_bytes && (unsigned char)s->text[at] == 0xe2) {
            at += 3;
        }
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            at += attune_scan_begins_word(s, at) ? attune_scan_phrase(s, at, words[i]) : 0;
        }
    }
    return at;
}

static bool speaks_of_chords(const struct attune_scan *s)
{
    static const char *const cues[] = {"chord", "progression", "harmony", "harmonies", "changes"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; attune_scan_begins_word(s, at) && i < sizeof cues / sizeof *cues; i++) {
            if (attune_scan_phrase(s, at, cues[i]) > 0) {
                return true;
            }
        }
    }
    return false;
}

void attune_read_chords(struct attune_scan *s, struct attune_attributes *out)
{
    struct attune_chord list[ATTUNE_MAX_PROMPT_CHORDS];
    const size_t least = speaks_of_chords(s) ? 2 : 3;
    size_t best_from = 0, best_bytes = 0;
    for (size_t at = 0; at < s->n_bytes; at++) {
        if (!attune_scan_begins_word(s, at)) {
            continue;
        }
        size_t n_chords = 0, end = at, next = at, n;
        bool ends = false;
        while (n_chords < ATTUNE_MAX_PROMPT_CHORDS && !ends &&
               (n = next < s->n_bytes ? chord_at(s, next, &list[n_chords], &ends) : 0) > 0) {
            n_chords++;
            end = next + n;
            next = skip_separators(s, end);
        }
        if (n_chords >= least && n_chords > out->n_chords) {
            out->n_chords = n_chords;
            memcpy(out->chords, list, n_chords * sizeof *list);
            best_from = at;
            best_bytes = end - at;
        }
        at = end > at ? end - 1 : at;
    }
    if (out->n_chords > 0) {
        attune_scan_take(s, "chords", best_from, best_bytes);
    }
}

bool attune_attributes_set_key(struct attune_attributes *attributes, const char *text)
{
    struct attune_scan s = {.text = text, .n_bytes = strnlen(text, ATTUNE_SCAN_MAX_TEXT)};
    int tonic;
    enum attune_mode mode = ATTUNE_MAJOR;
    size_t at = attune_pitch_class_parse(text, s.n_bytes, &tonic);
    if (at == 0) {
        return false;
    }
    at += spelled_accidental(&s, at, &tonic);
    const size_t n_mode = mode_at(&s, at, &mode);
    if (n_mode == 0 && attune_scan_byte(&s, at) == 'm') {
        mode = ATTUNE_MINOR;
        at++;
    }
    if (at + n_mode != s.n_bytes) {
        return false;
    }
    attributes->has_key = true;
    attributes->tonic = tonic;
    attributes->mode = mode;
    return true;
}

bool attune_attributes_set_chords(struct attune_attributes *attributes, const char *text)
{
    struct attune_chord chords[ATTUNE_MAX_PROMPT_CHORDS];
    size_t n_chords;
    if (!attune_chord_list_parse(text, chords, ATTUNE_MAX_PROMPT_CHORDS, &n_chords) ||
        n_chords == 0) {
        return false;
    }
    attributes->n_chords = n_chords;
    memcpy(attributes->chords, chords, n_chords * sizeof *chords);
    return true;
}
