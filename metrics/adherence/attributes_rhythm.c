/* Tempo, time signature and bars from a text. */
#include <ctype.h>
#include <string.h>

#include "metrics/adherence/text_scan.h"

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

static bool read_tempo_number(struct attune_scan *s, struct attune_attributes *out)
{
    static const char *const units[] = {"bpm", "beats per minute", "beats a minute", "b.p.m"};
    static const char *const cues[] = {"tempo", "bpm"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        double bpm;
        if (!attune_scan_begins_word(s, at) || !isdigit((unsigned char)s->text[at])) {
            continue;
        }
        const size_t n = attune_scan_number(s, at, &bpm);
        if (n == 0 || bpm < 10.0 || bpm > 999.0) {
            continue;
        }
        const size_t unit = attune_scan_skip(s, at + n);
        for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
            const size_t n_unit = attune_scan_phrase(s, unit, units[i]);
            if (n_unit > 0) {
                set_tempo(out, bpm);
                attune_scan_take(s, "tempo", at, unit + n_unit - at);
                return true;
            }
        }
        if (attune_scan_has_cue(s, at, cues, 2) && attune_scan_byte(s, at + n) != '/') {
            set_tempo(out, bpm);
            attune_scan_take(s, "tempo", at, n);
            return true;
        }
    }
    return false;
}

void attune_read_tempo(struct attune_scan *s, struct attune_attributes *out)
{
    if (read_tempo_number(s, out)) {
        return;
    }
    const size_t n_marks = sizeof tempo_marks / sizeof *tempo_marks;
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; attune_scan_begins_word(s, at) && i < n_marks; i++) {
            const size_t n = attune_scan_phrase(s, at, tempo_marks[i].word);
            if (n > 0) {
                set_tempo(out, tempo_marks[i].bpm);
                attune_scan_take(s, "tempo", at, n);
                return;
            }
        }
    }
}

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
static size_t fraction_at(const struct attune_scan *s, size_t at, int *numerator, int *denominator)
{
    size_t n = 0;
    *numerator = *denominator = 0;
    for (; n < 2 && isdigit((unsigned char)attune_scan_byte(s, at + n)); n++) {
        *numerator = *numerator * 10 + attune_scan_byte(s, at + n) - '0';
    }
    if (n == 0 || attune_scan_byte(s, at + n) != '/') {
        return 0;
    }
    const size_t slash = n++;
    for (; n < slash + 3 && isdigit((unsigned char)attune_scan_byte(s, at + n)); n++) {
        *denominator = *denominator * 10 + attune_scan_byte(s, at + n) - '0';
    }
    const char next = attune_scan_byte(s, at + n);
    return n == slash + 1 || attune_scan_is_word(next) || next == '/' ? 0 : n;
}

void attune_read_meter(struct attune_scan *s, struct attune_attributes *out)
{
    for (size_t at = 0; at < s->n_bytes; at++) {
        int numerator, denominator;
        const size_t n =
            attune_scan_begins_word(s, at) ? fraction_at(s, at, &numerator, &denominator) : 0;
        if (n > 0 && !attune_scan_phrase(s, attune_scan_skip(s, at + n), "note") &&
            (at == 0 || s->text[at - 1] != '/') && set_meter(out, numerator, denominator)) {
            attune_scan_take(s, "time_signature", at, n);
            return;
        }
    }
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; attune_scan_begins_word(s, at) && i < sizeof meters / sizeof *meters;
             i++) {
            const size_t n = attune_scan_phrase(s, at, meters[i].phrase);
            if (n > 0 && !s->used[at]) {
                set_meter(out, meters[i].numerator, meters[i].denominator);
                attune_scan_take(s, "time_signature", at, n);
                return;
            }
        }
    }
}

void attune_read_bars(struct attune_scan *s, struct attune_attributes *out)
{
    static const char *const units[] = {"bar", "measure"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        double value;
        const bool fits = attune_scan_begins_word(s, at) && !s->used[at];
        const size_t n = fits ? attune_scan_number(s, at, &value) : 0;
        if (n == 0 || value < 1.0 || value > 4096.0 || value != (int)value) {
            continue;
        }
        const size_t unit = attune_scan_skip(s, at + n);
        for (size_t i = 0; i < 2 && unit > at + n; i++) {
            const size_t n_unit = attune_scan_phrase(s, unit, units[i]);
            if (n_unit > 0 && !attune_scan_phrase(s, attune_scan_skip(s, unit + n_unit), "blues")) {
                out->has_bars = true;
                out->n_bars = (int)value;
                attune_scan_take(s, "bars", at, unit + n_unit - at);
                return;
            }
        }
    }
}

bool attune_attributes_set_time_signature(struct attune_attributes *attributes, const char *text)
{
    const struct attune_scan s = {.text = text, .n_bytes = strnlen(text, ATTUNE_SCAN_MAX_TEXT)};
    int numerator, denominator;
    const size_t n = fraction_at(&s, 0, &numerator, &denominator);
    return n > 0 && n == s.n_bytes && set_meter(attributes, numerator, denominator);
}
