#include "metrics/adherence/chord_symbol.h"

#include <string.h>

/* Sharps and flats: the sign's bytes and what it does. */
static const struct {
    const char *sign;
    int semitones;
} accidentals[] = {
    {"#", 1}, {"b", -1}, {"\xe2\x99\xaf", 1}, {"\xe2\x99\xad", -1},
};

static const int natural[7] = {9, 11, 0, 2, 4, 5, 7}; /* A..G */

/* Suffixes after the root, as they stand, a leading ":" removed. */
static const struct {
    const char *suffix;
    enum attune_chord_quality quality;
} suffixes[] = {
    {"", ATTUNE_CHORD_MAJ}, {"M", ATTUNE_CHORD_MAJ}, {"maj", ATTUNE_CHORD_MAJ},
    {"Maj", ATTUNE_CHORD_MAJ}, {"ma", ATTUNE_CHORD_MAJ}, {"major", ATTUNE_CHORD_MAJ},
    {"5", ATTUNE_CHORD_MAJ}, {"6", ATTUNE_CHORD_MAJ}, {"maj6", ATTUNE_CHORD_MAJ},
    {"M6", ATTUNE_CHORD_MAJ}, {"69", ATTUNE_CHORD_MAJ}, {"6/9", ATTUNE_CHORD_MAJ},
    {"add2", ATTUNE_CHORD_MAJ}, {"add9", ATTUNE_CHORD_MAJ}, {"add4", ATTUNE_CHORD_MAJ},
    {"add11", ATTUNE_CHORD_MAJ}, {"2", ATTUNE_CHORD_MAJ},
    {"m", ATTUNE_CHORD_MIN}, {"min", ATTUNE_CHORD_MIN}, {"mi", ATTUNE_CHORD_MIN},
    {"-", ATTUNE_CHORD_MIN}, {"minor", ATTUNE_CHORD_MIN}, {"m6", ATTUNE_CHORD_MIN},
    {"min6", ATTUNE_CHORD_MIN}, {"-6", ATTUNE_CHORD_MIN}, {"m69", ATTUNE_CHORD_MIN},
    {"madd9", ATTUNE_CHORD_MIN}, {"minadd9", ATTUNE_CHORD_MIN}, {"mmaj7", ATTUNE_CHORD_MIN},
    {"mMaj7", ATTUNE_CHORD_MIN}, {"mM7", ATTUNE_CHORD_MIN}, {"minmaj7", ATTUNE_CHORD_MIN},
    {"-maj7", ATTUNE_CHORD_MIN}, {"-M7", ATTUNE_CHORD_MIN},
    {"dim", ATTUNE_CHORD_DIM}, {"o", ATTUNE_CHORD_DIM}, {"\xc2\xb0", ATTUNE_CHORD_DIM},
    {"diminished", ATTUNE_CHORD_DIM}, {"mb5", ATTUNE_CHORD_DIM},
    {"aug", ATTUNE_CHORD_AUG}, {"+", ATTUNE_CHORD_AUG}, {"augmented", ATTUNE_CHORD_AUG},
    {"#5", ATTUNE_CHORD_AUG}, {"aug7", ATTUNE_CHORD_AUG}, {"+7", ATTUNE_CHORD_AUG},
    {"7#5", ATTUNE_CHORD_AUG}, {"7+", ATTUNE_CHORD_AUG},
    {"7", ATTUNE_CHORD_DOM7}, {"dom7", ATTUNE_CHORD_DOM7}, {"9", ATTUNE_CHORD_DOM7},
    {"11", ATTUNE_CHORD_DOM7}, {"13", ATTUNE_CHORD_DOM7}, {"7b9", ATTUNE_CHORD_DOM7},
    {"7#9", ATTUNE_CHORD_DOM7}, {"7#11", ATTUNE_CHORD_DOM7}, {"7b13", ATTUNE_CHORD_DOM7},
    {"7b5", ATTUNE_CHORD_DOM7}, {"7alt", ATTUNE_CHORD_DOM7}, {"alt", ATTUNE_CHORD_DOM7},
    {"maj7", ATTUNE_CHORD_MAJ7}, {"Maj7", ATTUNE_CHORD_MAJ7}, {"M7", ATTUNE_CHORD_MAJ7},
    {"ma7", ATTUNE_CHORD_MAJ7}, {"major7", ATTUNE_CHORD_MAJ7}, {"j7", ATTUNE_CHORD_MAJ7},
    {"\xce\x94", ATTUNE_CHORD_MAJ7}, {"\xce\x94" "7", ATTUNE_CHORD_MAJ7},
    {"^", ATTUNE_CHORD_MAJ7}, {"^7", ATTUNE_CHORD_MAJ7}, {"maj9", ATTUNE_CHORD_MAJ7},
    {"M9", ATTUNE_CHORD_MAJ7}, {"maj11", ATTUNE_CHORD_MAJ7}, {"maj13", ATTUNE_CHORD_MAJ7},
    {"maj7#11", ATTUNE_CHORD_MAJ7},
    {"m7", ATTUNE_CHORD_MIN7}, {"min7", ATTUNE_CHORD_MIN7}, {"mi7", ATTUNE_CHORD_MIN7},
    {"-7", ATTUNE_CHORD_MIN7}, {"minor7", ATTUNE_CHORD_MIN7}, {"m9", ATTUNE_CHORD_MIN7},
    {"min9", ATTUNE_CHORD_MIN7}, {"-9", ATTUNE_CHORD_MIN7}, {"m11", ATTUNE_CHORD_MIN7},
    {"min11", ATTUNE_CHORD_MIN7}, {"-11", ATTUNE_CHORD_MIN7}, {"m13", ATTUNE_CHORD_MIN7},
    {"min13", ATTUNE_CHORD_MIN7},
    {"m7b5", ATTUNE_CHORD_HDIM7}, {"min7b5", ATTUNE_CHORD_HDIM7}, {"-7b5", ATTUNE_CHORD_HDIM7},
    {"hdim7", ATTUNE_CHORD_HDIM7}, {"hdim", ATTUNE_CHORD_HDIM7},
    {"\xc3\xb8", ATTUNE_CHORD_HDIM7}, {"\xc3\xb8" "7", ATTUNE_CHORD_HDIM7},
    {"m7-5", ATTUNE_CHORD_HDIM7},
    {"dim7", ATTUNE_CHORD_DIM7}, {"o7", ATTUNE_CHORD_DIM7}, {"\xc2\xb0" "7", ATTUNE_CHORD_DIM7},
    {"sus2", ATTUNE_CHORD_SUS2}, {"sus9", ATTUNE_CHORD_SUS2},
    {"sus4", ATTUNE_CHORD_SUS4}, {"sus", ATTUNE_CHORD_SUS4}, {"7sus4", ATTUNE_CHORD_SUS4},
    {"7sus", ATTUNE_CHORD_SUS4}, {"9sus4", ATTUNE_CHORD_SUS4}, {"9sus", ATTUNE_CHORD_SUS4},
};

static const char *const no_chord[] = {"N", "NC", "N.C.", "X"};

static bool equals(const char *text, size_t n_bytes, const char *word)
{
    return strlen(word) == n_bytes && memcmp(text, word, n_bytes) == 0;
}

static size_t accidental(const char *text, size_t n_bytes, int *semitones)
{
    for (size_t i = 0; i < sizeof accidentals / sizeof *accidentals; i++) {
        const size_t n = strlen(accidentals[i].sign);
        if (n <= n_bytes && memcmp(text, accidentals[i].sign, n) == 0) {
            *semitones += accidentals[i].semitones;
            return n;
        }
    }
    return 0;
}

size_t attune_pitch_class_parse(const char *text, size_t n_bytes, int *pitch_class)
{
    const char letter = n_bytes > 0 ? (char)(text[0] & ~0x20) : '\0';
    if (letter < 'A' || letter > 'G') {
        return 0;
    }
    int pitch = natural[letter - 'A'] + 120;
    size_t at = 1;
    /* Three accidentals are more than any key needs; more would be noise. */
    for (int i = 0; i < 3; i++) {
        const size_t n = accidental(text + at, n_bytes - at, &pitch);
        if (n == 0) {
            break;
        }
        at += n;
    }
    *pitch_class = pitch % 12;
    return at;
}

/* A bass after the slash: a note ("E", "Bb") or Harte's degree ("3", "b7"). */
static bool is_bass(const char *text, size_t n_bytes)
{
    int ignored = 0;
    if (n_bytes == 0) {
        return false;
    }
    if (text[0] >= 'A' && text[0] <= 'G') {
        return attune_pitch_class_parse(text, n_bytes, &ignored) == n_bytes;
    }
    size_t at = 0, n;
    while ((n = accidental(text + at, n_bytes - at, &ignored)) > 0) {
        at += n;
    }
    const size_t first_digit = at;
    while (at < n_bytes && text[at] >= '0' && text[at] <= '9') {
        at++;
    }
    return at == n_bytes && at > first_digit && at <= first_digit + 2;
}

/* Shortens n to leave out a bass and parenthesised extensions. */
static size_t strip_bass_and_brackets(const char *text, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        if (text[i] == '/' && is_bass(text + i + 1, n - i - 1) && !equals(text, n, "6/9")) {
            n = i;
            break;
        }
    }
    if (n > 0 && text[n - 1] == ')') {
        for (size_t i = n; i-- > 0;) {
            if (text[i] == '(') {
                return i;
            }
        }
    }
    return n;
}

bool attune_chord_parse(const char *text, size_t n_bytes, struct attune_chord *out)
{
    for (size_t i = 0; i < sizeof no_chord / sizeof *no_chord; i++) {
        if (equals(text, n_bytes, no_chord[i])) {
            *out = (struct attune_chord){.root = -1};
            return true;
        }
    }
    int root = 0;
    if (n_bytes == 0 || text[0] < 'A' || text[0] > 'G') {
        return false; /* a lower-case letter is an article or a Roman numeral, not a root */
    }
    const size_t n_root = attune_pitch_class_parse(text, n_bytes, &root);
    const char *suffix = text + n_root;
    size_t n = n_bytes - n_root;
    if (n > 0 && suffix[0] == ':') {
        suffix++;
        n--;
        if (n == 0) {
            return false;
        }
    }
    n = strip_bass_and_brackets(suffix, n);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (equals(suffix, n, suffixes[i].suffix)) {
            *out = (struct attune_chord){.root = root, .quality = suffixes[i].quality};
            return true;
        }
    }
    return false;
}

/* Bytes of separators at text. */
static size_t separators(const char *text)
{
    static const char *const signs[] = {" ", "\t", "\n", ",", ";", "|", "- ", "->",
                                        "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x86\x92"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const size_t n = strlen(signs[i]);
        if (strncmp(text + at, signs[i], n) == 0) {
            at += n;
            i = (size_t)-1; /* from the first sign again */
        }
    }
    return at;
}

bool attune_chord_list_parse(const char *text, struct attune_chord *chords, size_t room,
                             size_t *n_chords)
{
    *n_chords = 0;
    size_t n = 0;
    for (text += separators(text); *text; text += separators(text)) {
        size_t n_bytes = 0;
        /* A dash right after a root belongs to the symbol: "A- - Bb". */
        while (text[n_bytes] && (text[n_bytes] == '-' || separators(text + n_bytes) == 0)) {
            n_bytes++;
        }
        if (n_bytes == 0 || n == room || !attune_chord_parse(text, n_bytes, &chords[n])) {
            return false;
        }
        n++;
        text += n_bytes;
    }
    *n_chords = n;
    return true;
}
