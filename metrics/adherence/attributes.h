/* What a prompt's text asks for, read through tables of words: key, tempo, time signature, bars,
 * chord list, instruments, mood. Nothing is guessed: an attribute that the words do not name stays
 * unset.
 *
 * Read are, in the first 16 KiB of the text, whatever the case of letters:
 *   key          "in A minor", "key of Bb", "F-sharp major", "C# minor scale", "in Am"; a church
 *                mode is major or minor by its third: "D dorian" is D minor
 *   tempo        "at 90 BPM", "120 beats per minute", "tempo of 100", a range's middle ("120-130
 *                BPM"), and the Italian marks as the middle of their bin (tempo_bins.h) where no
 *                number is given
 *   meter        "3/4", "six-eight time", "waltz", "common time", "triple meter"; "the beat counts
 *                to 3" is 3/4
 *   bars         "16 bars", "eight-bar", "32 measures"; "12-bar blues" names a form, not a length
 *   chords       two or more symbols in a row where the text speaks of chords, else three or more
 *   instruments  General MIDI names and everyday ones (instruments.h)
 *   mood         the first word of the table of moods (moods.h)
 * `attune describe "TEXT"` shows what is read from which words.
 */
#ifndef ATTUNE_METRICS_ADHERENCE_ATTRIBUTES_H
#define ATTUNE_METRICS_ADHERENCE_ATTRIBUTES_H

#include "metrics/prompt.h"

enum { ATTUNE_MAX_ATTRIBUTE_WORDS = 64 };

/* Which bytes of the text were read as which attribute, in the order of reading. */
struct attune_attribute_words {
    size_t n;
    struct {
        const char *attribute; /* "key", "tempo", "time_signature", "bars", "chords", ... */
        size_t from, n_bytes;
    } word[ATTUNE_MAX_ATTRIBUTE_WORDS];
};

/* Adds to `attributes` what the text asks for and `attributes` does not hold yet, so that
 * attributes given by a prompt file win over its text. words may be NULL. */
void attune_attributes_read(struct attune_attributes *attributes, const char *text,
                            struct attune_attribute_words *words);

/* One field of a prompt file each; the whole text must be the value. False leaves *attributes as it
 * is. key: "A minor", "Am", "Bb major", "F#:min". time signature: "3/4". */
bool attune_attributes_set_key(struct attune_attributes *attributes, const char *text);
bool attune_attributes_set_time_signature(struct attune_attributes *attributes, const char *text);
bool attune_attributes_set_chords(struct attune_attributes *attributes, const char *text);

/* Adds one instrument as asked, lower-cased; true also where it is there already. False: no room,
 * or the table of instruments does not know the name. */
bool attune_attributes_add_instrument(struct attune_attributes *attributes, const char *name);

#endif
