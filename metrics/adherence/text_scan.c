#include "metrics/adherence/text_scan.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MAX_CUE_WORDS = 4 };

bool attune_scan_is_word(char c)
{
    return isalnum((unsigned char)c);
}

char attune_scan_byte(const struct attune_scan *s, size_t at)
{
    return at < s->n_bytes ? s->text[at] : '\0';
}

bool attune_scan_begins_word(const struct attune_scan *s, size_t at)
{
    return attune_scan_is_word(attune_scan_byte(s, at)) &&
           (at == 0 || !attune_scan_is_word(s->text[at - 1]));
}

void attune_scan_take(struct attune_scan *s, const char *attribute, size_t from, size_t n_bytes)
{
    memset(s->used + from, 1, n_bytes);
    if (s->words && s->words->n < ATTUNE_MAX_ATTRIBUTE_WORDS) {
        s->words->word[s->words->n].attribute = attribute;
        s->words->word[s->words->n].from = from;
        s->words->word[s->words->n++].n_bytes = n_bytes;
    }
}

size_t attune_scan_skip(const struct attune_scan *s, size_t at)
{
    while (at < s->n_bytes && (isspace((unsigned char)s->text[at]) || s->text[at] == '-')) {
        at++;
    }
    return at;
}

size_t attune_scan_phrase(const struct attune_scan *s, size_t at, const char *phrase)
{
    const size_t begin = at;
    for (const char *p = phrase; *p; p++) {
        if (*p == ' ') {
            const size_t next = attune_scan_skip(s, at);
            if (next == at) {
                return 0;
            }
            at = next;
        } else if (tolower((unsigned char)attune_scan_byte(s, at)) == *p) {
            at++;
        } else {
            return 0;
        }
    }
    if (tolower((unsigned char)attune_scan_byte(s, at)) == 's' &&
        !attune_scan_is_word(attune_scan_byte(s, at + 1))) {
        at++;
    }
    const bool inside_word =
        attune_scan_is_word(attune_scan_byte(s, at)) && attune_scan_is_word(s->text[at - 1]);
    return inside_word ? 0 : at - begin;
}

/* The word before `at`: its first byte; *n its bytes (0: none). */
static size_t word_before(const struct attune_scan *s, size_t at, size_t *n)
{
    size_t end = at;
    while (end > 0 && !attune_scan_is_word(s->text[end - 1])) {
        end--;
    }
    size_t begin = end;
    while (begin > 0 && attune_scan_is_word(s->text[begin - 1])) {
        begin--;
    }
    *n = end - begin;
    return begin;
}

static bool word_is(const struct attune_scan *s, size_t at, size_t n, const char *const *list,
                    size_t n_list)
{
    for (size_t i = 0; i < n_list; i++) {
        if (strlen(list[i]) == n && strncasecmp(s->text + at, list[i], n) == 0) {
            return true;
        }
    }
    return false;
}

bool attune_scan_has_cue(const struct attune_scan *s, size_t at, const char *const *cues,
                         size_t n_cues)
{
    static const char *const fillers[] = {
        "of",     "is",    "the",           "a",       "an",  "in",  "to",  "at",
        "around", "about", "approximately", "roughly", "set", "and", "with"};
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

bool attune_scan_is_negated(const struct attune_scan *s, size_t at)
{
    static const char *const no[] = {"no", "without", "not"};
    size_t n;
    at = word_before(s, at, &n);
    return word_is(s, at, n, no, 3);
}

size_t attune_scan_number(const struct attune_scan *s, size_t at, double *value)
{
    static const struct {
        const char *word;
        int value;
    } words[] = {{"twenty four", 24}, {"thirty two", 32}, {"sixty four", 64}, {"sixteen", 16},
                 {"twelve", 12}, {"eight", 8}, {"seven", 7}, {"three", 3}, {"four", 4},
                 {"five", 5}, {"nine", 9}, {"one", 1}, {"two", 2}, {"six", 6}, {"ten", 10}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t n = attune_scan_phrase(s, at, words[i].word);
        if (n > 0) {
            *value = words[i].value;
            return n;
        }
    }
    size_t n = 0;
    double number = 0.0, scale = 1.0;
    for (; n < 7 && isdigit((unsigned char)attune_scan_byte(s, at + n)); n++) {
        number = number * 10.0 + (attune_scan_byte(s, at + n) - '0');
    }
    if (n == 0 || n == 7) {
        return 0;
    }
    if (attune_scan_byte(s, at + n) == '.' &&
        isdigit((unsigned char)attune_scan_byte(s, at + n + 1))) {
        for (n++; isdigit((unsigned char)attune_scan_byte(s, at + n)); n++) {
            scale /= 10.0;
            number += scale * (attune_scan_byte(s, at + n) - '0');
        }
    }
    *value = number;
    return n;
}
