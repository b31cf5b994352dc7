/* Attributes out of JSON, by a table of keys. */
#include "harness/suite/prompt_attributes.h"

#include "base/mem.h"
#include "base/text.h"
#include "metrics/adherence/attributes.h"
#include "metrics/adherence/instruments.h"

/* A text, or a list of texts joined by spaces; empty for anything else. */
static void join(struct attune_buf *out, const json_t *value)
{
    if (json_is_string(value)) {
        attune_buf_add(out, json_string_value(value));
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *text = json_string_value(json_array_get(value, i));
        attune_buf_addf(out, "%s%s", i ? " " : "", text ? text : "?");
    }
}

static bool set_key(struct attune_attributes *a, const json_t *value)
{
    return json_is_string(value) && attune_attributes_set_key(a, json_string_value(value));
}

static bool set_tempo(struct attune_attributes *a, const json_t *value)
{
    const double bpm = json_number_value(value);
    if (!json_is_number(value) || !(bpm >= 10.0 && bpm <= 500.0)) {
        return false;
    }
    a->has_tempo = true;
    a->tempo_bpm = bpm;
    return true;
}

static bool set_time_signature(struct attune_attributes *a, const json_t *value)
{
    return json_is_string(value) &&
           attune_attributes_set_time_signature(a, json_string_value(value));
}

static bool set_bars(struct attune_attributes *a, const json_t *value)
{
    const json_int_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 1 || n > 100000) {
        return false;
    }
    a->has_bars = true;
    a->n_bars = (int)n;
    return true;
}

static bool set_chords(struct attune_attributes *a, const json_t *value)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    join(&text, value);
    const bool fine = text.n_bytes && attune_attributes_set_chords(a, attune_buf_text(&text));
    attune_buf_release(&text);
    return fine;
}

static bool set_instruments(struct attune_attributes *a, const json_t *value)
{
    if (json_is_string(value)) {
        return attune_attributes_add_instrument(a, json_string_value(value));
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        if (!name || !attune_attributes_add_instrument(a, name)) {
            return false;
        }
    }
    return json_array_size(value) > 0;
}

static bool set_mood(struct attune_attributes *a, const json_t *value)
{
    const char *word = json_string_value(json_is_array(value) ? json_array_get(value, 0) : value);
    if (!word || !*word || strlen(word) >= sizeof a->mood) {
        return false;
    }
    snprintf(a->mood, sizeof a->mood, "%s", word);
    return true;
}

static const struct attribute {
    const char *key, *midicaps, *form;
    bool (*set)(struct attune_attributes *a, const json_t *value);
} attributes[] = {
    {"key", "key", "a key such as \"A minor\"", set_key},
    {"tempo_bpm", "tempo", "a number from 10 to 500", set_tempo},
    {"time_signature", "time_signature", "a meter such as \"3/4\"", set_time_signature},
    {"instruments", "instrument_summary", "a list of at most 16 instrument names", set_instruments},
    {"chords", "chord_summary", "a list of at most 64 chord symbols", set_chords},
    {"bars", NULL, "a whole number from 1", set_bars},
    {"mood", "mood", "a word of at most 31 letters", set_mood},
};
enum { N_ATTRIBUTES = sizeof attributes / sizeof *attributes };

static const struct attribute *find(const char *key)
{
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        if (strcmp(attributes[i].key, key) == 0) {
            return &attributes[i];
        }
    }
    return NULL;
}

static enum attune_code unknown_key(const char *key, const char *file, long line,
                                    struct attune_err *err)
{
    const char *known[N_ATTRIBUTES];
    struct attune_buf list = ATTUNE_BUF_INIT;
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        known[i] = attributes[i].key;
        attune_buf_addf(&list, "%s%s", i ? ", " : "", known[i]);
    }
    attune_fail_at(err, ATTUNE_E_INPUT, file, line, "unknown attribute '%.60s'; allowed are %s",
                   key, attune_buf_text(&list));
    attune_buf_release(&list);
    const char *near = attune_nearest(key, known, N_ATTRIBUTES);
    if (near) {
        attune_err_hint(err, "did you mean '%s'?", near);
    }
    return ATTUNE_E_INPUT;
}

/* For a refused list of instruments: which one, and what it may have been. */
static void hint_instrument(const json_t *value, struct attune_err *err)
{
    const char **names = attune_alloc(attune_n_instruments, sizeof *names);
    for (size_t k = 0; names && k < attune_n_instruments; k++) {
        names[k] = attune_instruments[k].name;
    }
    for (size_t i = 0; names && i < json_array_size(value); i++) {
        const char *name = json_string_value(json_array_get(value, i));
        if (!name || attune_instrument_find(name)) {
            continue;
        }
        const char *near = attune_nearest(name, names, attune_n_instruments);
        if (near) {
            attune_err_hint(err, "'%.60s' is not known; did you mean '%s'?", name, near);
        } else {
            attune_err_hint(err, "'%.60s' is not known; use names of General MIDI instruments",
                            name);
        }
        break;
    }
    attune_release((void *)names);
}

enum attune_code attune_prompt_attributes(struct attune_attributes *out, const json_t *object,
                                          const char *file, long line, struct attune_err *err)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        const struct attribute *attribute = find(key);
        if (!attribute) {
            return unknown_key(key, file, line, err);
        }
        if (!json_is_null(value) && !attribute->set(out, value)) {
            char *shown = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
            attune_fail_at(err, ATTUNE_E_INPUT, file, line, "attribute '%s': %.120s is not %s", key,
                           shown ? shown : "?", attribute->form);
            free(shown);
            if (attribute->set == set_instruments) {
                hint_instrument(value, err);
            }
            return ATTUNE_E_INPUT;
        }
    }
    return ATTUNE_OK;
}

void attune_midicaps_attributes(struct attune_attributes *out, const json_t *record)
{
    for (size_t i = 0; i < N_ATTRIBUTES; i++) {
        const json_t *value =
            attributes[i].midicaps ? json_object_get(record, attributes[i].midicaps) : NULL;
        if (!value) {
            continue;
        }
        struct attune_attributes tried = *out;
        if (attributes[i].set == set_instruments) {
            tried.n_instruments = 0;
            for (size_t k = 0; k < json_array_size(value); k++) {
                const char *name = json_string_value(json_array_get(value, k));
                if (name) {
                    attune_attributes_add_instrument(&tried, name);
                }
            }
            if (tried.n_instruments) {
                *out = tried;
            }
        } else if (attributes[i].set(&tried, value)) {
            *out = tried;
        }
    }
}
