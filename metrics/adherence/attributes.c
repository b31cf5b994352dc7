#include "metrics/adherence/attributes.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "metrics/adherence/chord_symbol.h"
#include "metrics/adherence/instruments.h"
#include "metrics/adherence/moods.h"

enum { MAX_TEXT = 16384, MAX_CUE_WORDS = 4 };

/* A text being read; what one attribute has taken is not read as another. */
struct scan {
    const char *text;
    size_t n_bytes;
    bool used[MAX_TEXT];
    struct attune_attribute_words *words;
};

static bool is_word_byte(char c)
{
    return isalnum((unsigned char)c);
}

static char byte_at(const struct scan *s, size_t at)
{
    return at < s->n_bytes ? s->text[at] : '\0';
}

static bool begins_word(const struct scan *s, size_t at)
{
    return is_word_byte(byte_at(s, at)) && (at == 0 || !is_word_byte(s->text[at - 1]));
}

static void take(struct scan *s, const char *attribute, size_t from, size_t n_bytes)
{
    memset(s->used + from, 1, n_bytes);
    if (s->words && s->words->n < ATTUNE_MAX_ATTRIBUTE_WORDS) {
        s->words->word[s->words->n].attribute = attribute;
        s->words->word[s->words->n].from = from;
        s->words->word[s->words->n++].n_bytes = n_bytes;
    }
}

static size_t skip_spaces(const struct scan *s, size_t at)
{
    while (at < s->n_bytes && (isspace((unsigned char)s->text[at]) || s->text[at] == '-')) {
        at++;
    }
    return at;
}

/* Bytes of the phrase at `at`, whatever the case, or 0. A space in the phrase stands for spaces and
 * hyphens; the phrase must end with a word, of which a plural is allowed. */
static size_t phrase_at(const struct scan *s, size_t at, const char *phrase)
{
    const size_t begin = at;
    for (const char *p = phrase; *p; p++) {
        if (*p == ' ') {
            const size_t next = skip_spaces(s, at);
            if (next == at) {
                return 0;
            }
            at = next;
        } else if (tolower((unsigned char)byte_at(s, at)) == *p) {
            at++;
        } else {
            return 0;
        }
    }
    if (tolower((unsigned char)byte_at(s, at)) == 's' && !is_word_byte(byte_at(s, at + 1))) {
        at++;
    }
    return is_word_byte(byte_at(s, at)) && is_word_byte(s->text[at - 1]) ? 0 : at - begin;
}

/* The word before `at`: its first byte; *n its bytes (0: none). */
static size_t word_before(const struct scan *s, size_t at, size_t *n)
{
    size_t end = at;
    while (end > 0 && !is_word_byte(s->text[end - 1])) {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && is_word_byte(s->text[begin - 1])) {
        begin--;
    }
    *n = end - begin;
    return begin;
}

static bool word_is(const struct scan *s, size_t at, size_t n, const char *const *list, size_t n_list)
{
    for (size_t i = 0; i < n_list; i++) {
        if (strlen(list[i]) == n && strncasecmp(s->text + at, list[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/* Whether one of the cues stands before `at`, with nothing but fillers between. */
static bool has_cue(const struct scan *s, size_t at, const char *const *cues, size_t n_cues)
{
    static const char *const fillers[] = {"of", "is", "the", "a", "an", "in", "to", "at", "around",
                                          "about", "approximately", "roughly", "set", "and", "with"};
    for (int i = 0; i < MAX_CUE_WORDS; i++) {
        size_t n;
        at = word_before(s, at, &n);
        if (n == 0) {
            return false;
        }
        if (word_is(s, at, n, cues, n_cues)) {
            return true;
        }
        if (!word_is(s, at, n, fillers, sizeof fillers / sizeof *fillers)) {
            return false;
        }
    }
    return false;
}

static bool is_negated(const struct scan *s, size_t at)
{
    static const char *const no[] = {"no", "without", "not"};
    size_t n;
    at = word_before(s, at, &n);
    return word_is(s, at, n, no, 3);
}

/* ---- numbers ------------------------------------------------------------------------------------ */

/* A number in digits or words at a word's beginning; bytes read or 0. */
static size_t number_at(const struct scan *s, size_t at, double *value)
{
    static const struct {
        const char *word;
        int value;
    } words[] = {{"twenty four", 24}, {"thirty two", 32}, {"sixty four", 64}, {"sixteen", 16},
                 {"twelve", 12}, {"eight", 8}, {"seven", 7}, {"three", 3}, {"four", 4},
                 {"five", 5}, {"nine", 9}, {"one", 1}, {"two", 2}, {"six", 6}, {"ten", 10}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t n = phrase_at(s, at, words[i].word);
        if (n > 0) {
            *value = words[i].value;
            return n;
        }
    }
    size_t n = 0;
    double number = 0.0, scale = 1.0;
    for (; n < 7 && isdigit((unsigned char)byte_at(s, at + n)); n++) {
        number = number * 10.0 + (byte_at(s, at + n) - '0');
    }
    if (n == 0 || n == 7) {
        return 0;
    }
    if (byte_at(s, at + n) == '.' && isdigit((unsigned char)byte_at(s, at + n + 1))) {
        for (n++; isdigit((unsigned char)byte_at(s, at + n)); n++) {
            scale /= 10.0;
            number += scale * (byte_at(s, at + n) - '0');
        }
    }
    *value = number;
    return n;
}

/* ---- tempo -------------------------------------------------------------------------------------- */

/* Italian marks with the middle of their bin of tempo_bins.h. */
static const struct {
    const char *word;
    double bpm;
} tempo_marks[] = {
    {"prestissimo", 220}, {"presto", 185}, {"vivace", 150}, {"allegretto", 115}, {"allegro", 125},
    {"moderato", 100}, {"andantino", 85}, {"andante", 80}, {"adagio", 65}, {"larghetto", 63},
    {"largo", 50}, {"lento", 50}, {"grave", 35},
};

static void set_tempo(struct attune_attributes *out, double bpm)
{
    out->has_tempo = true;
    out->tempo_bpm = bpm;
}

static bool read_tempo_number(struct scan *s, struct attune_attributes *out)
{
    static const char *const units[] = {"bpm", "beats per minute", "beats a minute", "b.p.m"};
    static const char *const cues[] = {"tempo", "bpm"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        double bpm;
        if (!begins_word(s, at) || !isdigit((unsigned char)s->text[at])) {
            continue;
        }
        const size_t n = number_at(s, at, &bpm);
        if (n == 0 || bpm < 10.0 || bpm > 999.0) {
            continue;
        }
        const size_t unit = skip_spaces(s, at + n);
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            const size_t n_unit = phrase_at(s, unit, units[i]);
            if (n_unit > 0) {
                set_tempo(out, bpm);
                take(s, "tempo", at, unit + n_unit - at);
                return true;
            }
        }
        if (has_cue(s, at, cues, 2) && byte_at(s, at + n) != '/') {
            set_tempo(out, bpm);
            take(s, "tempo", at, n);
            return true;
        }
    }
    return false;
}

static void read_tempo(struct scan *s, struct attune_attributes *out)
{
    if (read_tempo_number(s, out)) {
        return;
    }
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; begins_word(s, at) && i < sizeof tempo_marks / sizeof *tempo_marks; i++) {
            const size_t n = phrase_at(s, at, tempo_marks[i].word);
            if (n > 0) {
                set_tempo(out, tempo_marks[i].bpm);
                take(s, "tempo", at, n);
                return;
            }
        }
    }
}

/* ---- time signature ----------------------------------------------------------------------------- */

static const struct {
    const char *phrase;
    int numerator, denominator;
} meters[] = {
    {"common time", 4, 4}, {"cut time", 2, 2}, {"alla breve", 2, 2}, {"four four", 4, 4},
    {"three four", 3, 4}, {"two four", 2, 4}, {"five four", 5, 4}, {"seven four", 7, 4},
    {"three eight", 3, 8}, {"five eight", 5, 8}, {"six eight", 6, 8}, {"seven eight", 7, 8},
    {"nine eight", 9, 8}, {"twelve eight", 12, 8}, {"waltz", 3, 4}, {"waltzes", 3, 4},
    {"minuet", 3, 4}, {"mazurka", 3, 4}, {"jig", 6, 8}, {"polka", 2, 4},
};

static bool set_meter(struct attune_attributes *out, int numerator, int denominator)
{
    const bool power_of_two = denominator > 0 && (denominator & (denominator - 1)) == 0;
    if (numerator < 1 || numerator > 32 || !power_of_two || denominator > 32) {
        return false;
    }
    out->has_time_signature = true;
    out->numerator = numerator;
    out->denominator = denominator;
    return true;
}

/* "6/8" at a word's beginning; bytes read or 0. */
static size_t fraction_at(const struct scan *s, size_t at, int *numerator, int *denominator)
{
    size_t n = 0;
    *numerator = *denominator = 0;
    for (; n < 2 && isdigit((unsigned char)byte_at(s, at + n)); n++) {
        *numerator = *numerator * 10 + byte_at(s, at + n) - '0';
    }
    if (n == 0 || byte_at(s, at + n) != '/') {
        return 0;
    }
    const size_t slash = n++;
    for (; n < slash + 3 && isdigit((unsigned char)byte_at(s, at + n)); n++) {
        *denominator = *denominator * 10 + byte_at(s, at + n) - '0';
    }
    const char next = byte_at(s, at + n);
    return n == slash + 1 || is_word_byte(next) || next == '/' ? 0 : n;
}

static void read_meter(struct scan *s, struct attune_attributes *out)
{
    for (size_t at = 0; at < s->n_bytes; at++) {
        int numerator, denominator;
        const size_t n = begins_word(s, at) ? fraction_at(s, at, &numerator, &denominator) : 0;
        if (n > 0 && !phrase_at(s, skip_spaces(s, at + n), "note") &&
            (at == 0 || s->text[at - 1] != '/') && set_meter(out, numerator, denominator)) {
            take(s, "time_signature", at, n);
            return;
        }
    }
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; begins_word(s, at) && i < sizeof meters / sizeof *meters; i++) {
            const size_t n = phrase_at(s, at, meters[i].phrase);
            if (n > 0 && !s->used[at]) {
                set_meter(out, meters[i].numerator, meters[i].denominator);
                take(s, "time_signature", at, n);
                return;
            }
        }
    }
}

/* ---- bars --------------------------------------------------------------------------------------- */

static void read_bars(struct scan *s, struct attune_attributes *out)
{
    static const char *const units[] = {"bar", "measure"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        double value;
        const size_t n = begins_word(s, at) && !s->used[at] ? number_at(s, at, &value) : 0;
        if (n == 0 || value < 1.0 || value > 4096.0 || value != (int)value) {
            continue;
        }
        const size_t unit = skip_spaces(s, at + n);
        for (size_t i = 0; i < 2 && unit > at + n; i++) {
            const size_t n_unit = phrase_at(s, unit, units[i]);
            if (n_unit > 0 && !phrase_at(s, skip_spaces(s, unit + n_unit), "blues")) {
                out->has_bars = true;
                out->n_bars = (int)value;
                take(s, "bars", at, unit + n_unit - at);
                return;
            }
        }
    }
}

/* ---- key ---------------------------------------------------------------------------------------- */

/* " sharp", "-flat" after a letter. */
static size_t spelled_accidental(const struct scan *s, size_t at, int *tonic)
{
    const size_t word = skip_spaces(s, at);
    const size_t sharp = word > at ? phrase_at(s, word, "sharp") : 0;
    const size_t flat = word > at ? phrase_at(s, word, "flat") : 0;
    *tonic = (*tonic + 12 + (sharp > 0) - (flat > 0)) % 12;
    return sharp + flat > 0 ? word + sharp + flat - at : 0;
}

/* " minor", ":maj", "-dur" after a tonic. */
static size_t mode_at(const struct scan *s, size_t at, enum attune_mode *mode)
{
    static const struct {
        const char *word;
        enum attune_mode mode;
    } modes[] = {
        {"major", ATTUNE_MAJOR}, {"minor", ATTUNE_MINOR}, {"maj", ATTUNE_MAJOR},
        {"min", ATTUNE_MINOR}, {"dur", ATTUNE_MAJOR}, {"moll", ATTUNE_MINOR},
        {"natural minor", ATTUNE_MINOR}, {"harmonic minor", ATTUNE_MINOR},
        {"melodic minor", ATTUNE_MINOR},
    };
    const size_t word = byte_at(s, at) == ':' ? at + 1 : skip_spaces(s, at);
    if (word == at) {
        return 0;
    }
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        const size_t n = phrase_at(s, word, modes[i].word);
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

static struct key_reading key_at(const struct scan *s, size_t at)
{
    static const char *const key[] = {"key", "tonality"}, *const in[] = {"in"};
    struct key_reading r = {.from = at};
    size_t n = attune_pitch_class_parse(s->text + at, s->n_bytes - at, &r.tonic);
    if (n == 0) {
        return r;
    }
    n += spelled_accidental(s, at + n, &r.tonic);
    const int cue = has_cue(s, at, key, 2) ? 3 : has_cue(s, at, in, 1) ? 2 : 1;
    const bool lower = islower((unsigned char)s->text[at]);
    const size_t n_mode = mode_at(s, at + n, &r.mode);
    if (n_mode > 0) {
        /* "a minor change" names no key, nor does "A minor key" without a letter before it. */
        const bool article = s->text[at + 1] == ' ' && (s->text[at] | 0x20) == 'a';
        const bool doubtful = lower || phrase_at(s, skip_spaces(s, at + n + n_mode), "key") > 0;
        r.certainty = article && doubtful && cue == 1 ? 0 : cue;
        r.n_bytes = n + n_mode;
    } else if (cue == 3 && !lower) {
        const bool attached_minor = byte_at(s, at + n) == 'm';
        n += attached_minor;
        r.mode = attached_minor ? ATTUNE_MINOR : ATTUNE_MAJOR;
        r.certainty = is_word_byte(byte_at(s, at + n)) ? 0 : cue;
        r.n_bytes = n;
    }
    return r;
}

static void read_key(struct scan *s, struct attune_attributes *out)
{
    struct key_reading best = {0};
    for (size_t at = 0; at < s->n_bytes; at++) {
        if (begins_word(s, at) && !s->used[at]) {
            const struct key_reading r = key_at(s, at);
            best = r.certainty > best.certainty ? r : best;
        }
    }
    if (best.certainty > 0) {
        out->has_key = true;
        out->tonic = best.tonic;
        out->mode = best.mode;
        take(s, "key", best.from, best.n_bytes);
    }
}

/* ---- chords ------------------------------------------------------------------------------------- */

static const char *const list_ends = ".!?:";

/* A chord symbol at `at`; bytes read or 0. *ends: a sign that ends the list follows. */
static size_t chord_at(const struct scan *s, size_t at, struct attune_chord *chord, bool *ends)
{
    size_t n = 0;
    for (; at + n < s->n_bytes; n++) {
        const char c = s->text[at + n], next = byte_at(s, at + n + 1);
        const bool dash = c == '-' && (next == 'N' || (next >= 'A' && next <= 'G'));
        if (isspace((unsigned char)c) || strchr(",;|\"'", c) || dash ||
            (unsigned char)c == 0xe2) { /* dashes, arrows and quotes of Unicode */
            break;
        }
    }
    *ends = n > 0 && strchr(list_ends, s->text[at + n - 1]) && strncmp(s->text + at, "N.C.", 4) != 0;
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

static size_t skip_separators(const struct scan *s, size_t at)
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
            at += begins_word(s, at) ? phrase_at(s, at, words[i]) : 0;
        }
    }
    return at;
}

static bool speaks_of_chords(const struct scan *s)
{
    static const char *const cues[] = {"chord", "progression", "harmony", "harmonies", "changes"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; begins_word(s, at) && i < sizeof cues / sizeof *cues; i++) {
            if (phrase_at(s, at, cues[i]) > 0) {
                return true;
            }
        }
    }
    return false;
}

static void read_chords(struct scan *s, struct attune_attributes *out)
{
    struct attune_chord list[ATTUNE_MAX_PROMPT_CHORDS];
    const size_t least = speaks_of_chords(s) ? 2 : 3;
    size_t best_from = 0, best_bytes = 0;
    for (size_t at = 0; at < s->n_bytes; at++) {
        if (!begins_word(s, at)) {
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
        take(s, "chords", best_from, best_bytes);
    }
}

/* ---- instruments and mood ----------------------------------------------------------------------- */

bool attune_attributes_add_instrument(struct attune_attributes *attributes, const char *name)
{
    const struct attune_instrument *instrument = attune_instrument_find(name);
    if (!instrument) {
        return false;
    }
    for (size_t i = 0; i < attributes->n_instruments; i++) {
        if (strcmp(attributes->instruments[i], instrument->name) == 0) {
            return true;
        }
    }
    if (attributes->n_instruments == ATTUNE_MAX_PROMPT_INSTRUMENTS) {
        return false;
    }
    snprintf(attributes->instruments[attributes->n_instruments++],
             sizeof attributes->instruments[0], "%s", instrument->name);
    return true;
}

static void read_instruments(struct scan *s, struct attune_attributes *out)
{
    for (size_t at = 0; at < s->n_bytes; at++) {
        if (!begins_word(s, at) || s->used[at]) {
            continue;
        }
        for (size_t i = 0; i < attune_n_instruments; i++) {
            const char *name = attune_instruments[i].name;
            if (name[0] != tolower((unsigned char)s->text[at])) {
                continue;
            }
            const size_t n = phrase_at(s, at, name);
            if (n > 0) {
                if (!is_negated(s, at) && attune_attributes_add_instrument(out, name)) {
                    take(s, "instruments", at, n);
                }
                at += n - 1;
                break;
            }
        }
    }
}

static void read_mood(struct scan *s, struct attune_attributes *out)
{
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; begins_word(s, at) && !s->used[at] && i < attune_n_moods; i++) {
            const size_t n = phrase_at(s, at, attune_moods[i].word);
            if (n > 0 && !is_negated(s, at)) {
                snprintf(out->mood, sizeof out->mood, "%s", attune_moods[i].word);
                take(s, "mood", at, n);
                return;
            }
        }
    }
}

/* ---- all ---------------------------------------------------------------------------------------- */

void attune_attributes_read(struct attune_attributes *attributes, const char *text,
                            struct attune_attribute_words *words)
{
    struct scan s = {.text = text, .n_bytes = strnlen(text, MAX_TEXT), .words = words};
    if (words) {
        words->n = 0;
    }
    if (attributes->n_chords == 0) {
        read_chords(&s, attributes);
    }
    if (!attributes->has_tempo) {
        read_tempo(&s, attributes);
    }
    if (!attributes->has_key) {
        read_key(&s, attributes);
    }
    if (!attributes->has_time_signature) {
        read_meter(&s, attributes);
    }
    if (!attributes->has_bars) {
        read_bars(&s, attributes);
    }
    if (attributes->n_instruments == 0) {
        read_instruments(&s, attributes);
    }
    if (attributes->mood[0] == '\0') {
        read_mood(&s, attributes);
    }
}

bool attune_attributes_set_key(struct attune_attributes *attributes, const char *text)
{
    struct scan s = {.text = text, .n_bytes = strnlen(text, MAX_TEXT)};
    int tonic;
    enum attune_mode mode = ATTUNE_MAJOR;
    size_t at = attune_pitch_class_parse(text, s.n_bytes, &tonic);
    if (at == 0) {
        return false;
    }
    at += spelled_accidental(&s, at, &tonic);
    const size_t n_mode = mode_at(&s, at, &mode);
    if (n_mode == 0 && byte_at(&s, at) == 'm') {
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

bool attune_attributes_set_time_signature(struct attune_attributes *attributes, const char *text)
{
    const struct scan s = {.text = text, .n_bytes = strnlen(text, MAX_TEXT)};
    int numerator, denominator;
    const size_t n = fraction_at(&s, 0, &numerator, &denominator);
    return n > 0 && n == s.n_bytes && set_meter(attributes, numerator, denominator);
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
