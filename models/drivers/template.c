#include "models/drivers/template.h"

#include "metrics/adherence/attributes_json.h"

static const char *const pitch_names[12] = {"C", "C#", "D", "Eb", "E", "F",
                                            "F#", "G", "Ab", "A", "Bb", "B"};

const char *attune_key_text(const struct attune_attributes *a, char *buf, size_t size)
{
    snprintf(buf, size, "%s %s", pitch_names[a->tonic % 12],
             a->mode == ATTUNE_MINOR ? "minor" : "major");
    return buf;
}

/* One writer per key. */
static void put_text(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    attune_buf_add(out, r->prompt->text);
}

static void put_seed(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    attune_buf_addf(out, "%llu", (unsigned long long)r->seed);
}

static void put_out(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    attune_buf_add(out, r->out);
}

static void put_prompt(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    attune_buf_add(out, r->prompt->id);
}

static void put_model(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    attune_buf_add(out, model);
}

static void put_key(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    char text[16];
    if (r->prompt->attributes.has_key) {
        attune_buf_add(out, attune_key_text(&r->prompt->attributes, text, sizeof text));
    }
}

static void put_tempo(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    if (r->prompt->attributes.has_tempo) {
        attune_buf_add_double(out, r->prompt->attributes.tempo_bpm);
    }
}

static void put_metre(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    const struct attune_attributes *a = &r->prompt->attributes;
    if (a->has_time_signature) {
        attune_buf_addf(out, "%d/%d", a->numerator, a->denominator);
    }
}

static void put_chords(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    for (size_t i = 0; i < r->prompt->attributes.n_chords; i++) {
        char text[16];
        attune_buf_add(out, i ? " " : "");
        attune_buf_add(out,
                       attune_chord_symbol(r->prompt->attributes.chords[i], text, sizeof text));
    }
}

static void put_bars(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    if (r->prompt->attributes.has_bars) {
        attune_buf_addf(out, "%d", r->prompt->attributes.n_bars);
    }
}

static void put_instruments(struct attune_buf *out, const char *model,
                            const struct attune_request *r)
{
    for (size_t i = 0; i < r->prompt->attributes.n_instruments; i++) {
        attune_buf_add(out, i ? ", " : "");
        attune_buf_add(out, r->prompt->attributes.instruments[i]);
    }
}

static void put_mood(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    attune_buf_add(out, r->prompt->attributes.mood);
}

/* Seconds, where bars, tempo and time signature say them. */
static void put_duration(struct attune_buf *out, const char *model, const struct attune_request *r)
{
    const struct attune_attributes *a = &r->prompt->attributes;
    if (a->has_bars && a->has_tempo && a->has_time_signature && a->denominator > 0 &&
        a->tempo_bpm > 0.0) {
        attune_buf_add_double(out, a->n_bars * 4.0 * a->numerator / a->denominator * 60.0 /
                                       a->tempo_bpm);
    }
}

static const struct {
    const char *name;
    unsigned uses; /* enum attune_template_use */
    void (*put)(struct attune_buf *out, const char *model, const struct attune_request *r);
} keys[] = {
    {"prompt", ATTUNE_TEMPLATE_PATTERN | ATTUNE_TEMPLATE_COMMAND, put_prompt},
    {"seed", ATTUNE_TEMPLATE_PATTERN | ATTUNE_TEMPLATE_COMMAND, put_seed},
    {"model", ATTUNE_TEMPLATE_PATTERN | ATTUNE_TEMPLATE_COMMAND, put_model},
    {"text", ATTUNE_TEMPLATE_COMMAND, put_text},
    {"out", ATTUNE_TEMPLATE_COMMAND, put_out},
    {"key", ATTUNE_TEMPLATE_COMMAND, put_key},
    {"tempo_bpm", ATTUNE_TEMPLATE_COMMAND, put_tempo},
    {"time_signature", ATTUNE_TEMPLATE_COMMAND, put_metre},
    {"chords", ATTUNE_TEMPLATE_COMMAND, put_chords},
    {"bars", ATTUNE_TEMPLATE_COMMAND, put_bars},
    {"instruments", ATTUNE_TEMPLATE_COMMAND, put_instruments},
    {"mood", ATTUNE_TEMPLATE_COMMAND, put_mood},
    {"duration", ATTUNE_TEMPLATE_COMMAND, put_duration},
};
enum { N_KEYS = sizeof keys / sizeof *keys };

static int find_key(const char *name, size_t n_bytes)
{
    for (int i = 0; i < N_KEYS; i++) {
        if (strlen(keys[i].name) == n_bytes && memcmp(keys[i].name, name, n_bytes) == 0) {
            return i;
        }
    }
    return -1;
}

enum attune_code attune_template_check(const char *text, enum attune_template_use use,
                                       const char *model, struct attune_err *err)
{
    for (const char *at = strchr(text, '{'); at; at = strchr(at, '{')) {
        if (at[1] == '{') {
            at += 2;
            continue;
        }
        const char *end = strchr(at, '}');
        if (!end) {
            enum attune_code code = attune_fail(
                err, ATTUNE_E_INPUT, "model '%s': '{' is never closed in '%s'", model, text);
            attune_err_hint(err, "write {{ for a brace that is no key");
            return code;
        }
        int k = find_key(at + 1, (size_t)(end - at - 1));
        if (k < 0 || !(keys[k].uses & use)) {
            char name[64];
            snprintf(name, sizeof name, "%.*s", (int)(end - at - 1), at + 1);
            const char *names[N_KEYS], *near;
            size_t n = 0;
            for (int i = 0; i < N_KEYS; i++) {
                if (keys[i].uses & use) {
                    names[n++] = keys[i].name;
                }
            }
            enum attune_code code = attune_fail(
                err, ATTUNE_E_INPUT, "model '%s': unknown key '{%s}' in '%s'", model, name, text);
            near = attune_nearest(name, names, n);
            attune_err_hint(err,
                            near ? "did you mean {%s}?" : "%swrite {{ for a brace that is no key",
                            near ? near : "");
            return code;
        }
        at = end + 1;
    }
    return ATTUNE_OK;
}

void attune_template_expand(struct attune_buf *out, const char *text, const char *model,
                            const struct attune_request *request)
{
    while (*text) {
        size_t plain = strcspn(text, "{}");
        attune_buf_add_bytes(out, text, plain);
        text += plain;
        const char *end = *text == '{' && text[1] != '{' ? strchr(text, '}') : NULL;
        if (end) {
            int k = find_key(text + 1, (size_t)(end - text - 1));
            if (k >= 0) {
                keys[k].put(out, model, request);
            }
            text = end + 1;
        } else if (*text) {
            attune_buf_add_bytes(out, text, 1);
            text += 1 + (text[1] == text[0]);
        }
    }
}
