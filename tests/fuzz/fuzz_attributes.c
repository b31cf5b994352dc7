/* Prompt texts and chord symbols: any bytes are read without harm, and what was read is in range.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/adherence/attributes.h"
#include "metrics/adherence/chord_symbol.h"
#include "metrics/adherence/instruments.h"
#include "metrics/adherence/moods.h"
#include "tests/fuzz/fuzz.h"

enum { MAX_BYTES = 1 << 15 };

static void check(const struct attune_attributes *a, const char *text)
{
    FUZZ_REQUIRE(!a->has_key || (a->tonic >= 0 && a->tonic < 12));
    FUZZ_REQUIRE(!a->has_tempo || (a->tempo_bpm >= 10.0 && a->tempo_bpm <= 999.0));
    FUZZ_REQUIRE(!a->has_time_signature || (a->numerator > 0 && a->denominator > 0));
    FUZZ_REQUIRE(!a->has_bars || a->n_bars > 0);
    FUZZ_REQUIRE(a->n_chords <= ATTUNE_MAX_PROMPT_CHORDS);
    FUZZ_REQUIRE(a->n_instruments <= ATTUNE_MAX_PROMPT_INSTRUMENTS);
    for (size_t i = 0; i < a->n_chords; i++) {
        FUZZ_REQUIRE(a->chords[i].root >= -1 && a->chords[i].root < 12);
        FUZZ_REQUIRE(a->chords[i].quality < ATTUNE_N_CHORD_QUALITIES);
    }
    for (size_t i = 0; i < a->n_instruments; i++) {
        FUZZ_REQUIRE(attune_instrument_find(a->instruments[i]));
    }
    FUZZ_REQUIRE(!a->mood[0] || attune_mood_find(a->mood));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes)
{
    if (n_bytes > MAX_BYTES) {
        return 0;
    }
    /* Exact blocks, so that a sanitizer sees the first byte read beyond them. */
    char *text = malloc(n_bytes + 1), *raw = malloc(n_bytes ? n_bytes : 1);
    if (!text || !raw) {
        free(text);
        free(raw);
        return 0;
    }
    memcpy(text, bytes, n_bytes);
    memcpy(raw, bytes, n_bytes);
    text[n_bytes] = '\0';
    struct attune_attributes attributes = {0};
    struct attune_attribute_words words;
    attune_attributes_read(&attributes, text, &words);
    check(&attributes, text);
    for (size_t i = 0; i < words.n; i++) {
        FUZZ_REQUIRE(words.word[i].from + words.word[i].n_bytes <= strlen(text));
    }
    struct attune_chord chord;
    attune_chord_parse(raw, n_bytes, &chord);
    attune_attributes_set_key(&attributes, text);
    attune_attributes_set_time_signature(&attributes, text);
    attune_attributes_set_chords(&attributes, text);
    attune_attributes_add_instrument(&attributes, text);
    check(&attributes, text);
    free(text);
    free(raw);
    return 0;
}
