/* Instruments and mood from a text, and the order in which attributes are read. */
#include "metrics/adherence/attributes.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "metrics/adherence/instruments.h"
#include "metrics/adherence/moods.h"
#include "metrics/adherence/text_scan.h"

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

static void read_instruments(struct attune_scan *s, struct attune_attributes *out)
{
    for (size_t at = 0; at < s->n_bytes; at++) {
        if (!attune_scan_begins_word(s, at) || s->used[at]) {
            continue;
        }
        for (size_t i = 0; i < attune_n_instruments; i++) {
            const char *name = attune_instruments[i].name;
            if (name[0] != tolower((unsigned char)s->text[at])) {
                continue;
            }
            const size_t n = attune_scan_phrase(s, at, name);
            if (n > 0) {
                if (!attune_scan_is_negated(s, at) && attune_attributes_add_instrument(out, name)) {
                    attune_scan_take(s, "instruments", at, n);
                }
                at += n - 1;
                break;
            }
        }
    }
}

static void read_mood(struct attune_scan *s, struct attune_attributes *out)
{
    for (size_t at = 0; at < s->n_bytes; at++) {
        for (size_t i = 0; attune_scan_begins_word(s, at) && !s->used[at] && i < attune_n_moods;
             i++) {
            const size_t n = attune_scan_phrase(s, at, attune_moods[i].word);
            if (n > 0 && !attune_scan_is_negated(s, at)) {
                snprintf(out->mood, sizeof out->mood, "%s", attune_moods[i].word);
                attune_scan_take(s, "mood", at, n);
                return;
            }
        }
    }
}

void attune_attributes_read(struct attune_attributes *attributes, const char *text,
                            struct attune_attribute_words *words)
{
    struct attune_scan s = {
        .text = text, .n_bytes = strnlen(text, ATTUNE_SCAN_MAX_TEXT), .words = words};
    if (words) {
        words->n = 0;
    }
    if (attributes->n_chords == 0) {
        attune_read_chords(&s, attributes);
    }
    if (!attributes->has_tempo) {
        attune_read_tempo(&s, attributes);
    }
    if (!attributes->has_key) {
        attune_read_key(&s, attributes);
    }
    if (!attributes->has_time_signature) {
        attune_read_meter(&s, attributes);
    }
    if (!attributes->has_bars) {
        attune_read_bars(&s, attributes);
    }
    if (attributes->n_instruments == 0) {
        read_instruments(&s, attributes);
    }
    if (attributes->mood[0] == '\0') {
        read_mood(&s, attributes);
    }
}
