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

/* The second number of "120-130", "60 to 70" or "between 90 and 100" after the first one, which
 * ends at `at`; bytes read from there or 0. Replaces *bpm by the middle. */
static size_t tempo_range_at(const struct attune_scan *s, size_t first, size_t at, double *bpm)
{
    static const char *const between[] = {"between"};
    size_t next = attune_scan_skip(s, at);
    if (strncmp(s->text + next, "\xe2\x80\x93", 3) == 0) { /* an en dash */
        next = attune_scan_skip(s, next + 3);
    } else if (attune_scan_begins_word(s, next) && !isdigit((unsigned char)s->text[next])) {
        const size_t to = attune_scan_phrase(s, next, "to");
        const size_t and = attune_scan_phrase(s, next, "and");
        if (to == 0 && (and == 0 || !attune_scan_has_cue(s, first, between, 1))) {
            return 0;
        }
        next = attune_scan_skip(s, next + to + and);
    }
    double other = 0.0;
    const size_t n = isdigit((unsigned char)attune_scan_byte(s, next))
                         ? attune_scan_number(s, next, &other)
                         : 0;
    if (n == 0 || next == at || other <= *bpm || other > 999.0) {
        return 0;
    }
    *bpm = (*bpm + other) / 2.0;
    return next + n - at;
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
        size_t n = attune_scan_number(s, at, &bpm);
        if (n == 0 || bpm < 10.0 || bpm > 999.0) {
            continue;
        }
        n += tempo_range_at(s, at, at + n, &bpm);
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
    {"duple meter", 2, 4}, {"triple meter", 3, 4}, {"triple time", 3, 4},
    {"quadruple meter", 4, 4},
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

/* "The beat counts to 3", "Downbeat is every 4 beats": the control sentences of MusicBench, which
 * mean quarters. */
static bool read_beat_count(struct attune_scan *s, struct attune_attributes *out)
{
    static const char *const cues[] = {"beat counts to", "beat count is", "beat is",
                                       "downbeat is every"};
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; attune_scan_begins_word(s, at) && i < sizeof cues / sizeof *cues; i++) {
            const size_t n_cue = attune_scan_phrase(s, at, cues[i]);
            const size_t number = attune_scan_skip(s, at + n_cue);
            double beats;
            const size_t n = n_cue > 0 ? attune_scan_number(s, number, &beats) : 0;
            if (n > 0 && beats >= 1.0 && beats <= 16.0 && beats == (int)beats &&
                !s->used[number] && set_meter(out, (int)beats, 4)) {
                attune_scan_take(s, "time_signature", at, number + n - at);
                return true;
            }
        }
    }
    return false;
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
    if (read_beat_count(s, out)) {
        return;
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
