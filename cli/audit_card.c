/* The card of a metric: text for the catalogue, and the picture beside it. */
#include "cli/audit_card.h"

#include <math.h>
#include <unistd.h>

#include "base/io/file.h"
#include "reports/plots/plot_card.h"

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static const char *seen_as(const json_t *object)
{
    return strcmp(text_of(object, "modality"), "audio") ? "notes" : "audio";
}

static bool is_declared(const json_t *response)
{
    return strcmp(text_of(response, "verdict"), "not declared") != 0;
}

/* "pitch_noise" as "pitch noise". */
static void add_spaced(struct attune_buf *out, const char *name)
{
    for (const char *p = name; *p; p++) {
        attune_buf_add_bytes(out, *p == '_' ? " " : p, 1);
    }
}

static void add_responses(struct attune_buf *out, const json_t *card)
{
    bool begun = false;
    size_t i;
    json_t *r;
    json_array_foreach(json_object_get(card, "responses"), i, r) {
        if (!is_declared(r)) { /* what nobody promised says little; the picture has it in grey */
            continue;
        }
        attune_buf_add(out, begun ? ""
                                  : "\n| damage | seen as | tau [95 %] | verdict |\n"
                                    "|---|---|---|---|\n");
        begun = true;
        attune_buf_add(out, "| ");
        add_spaced(out, text_of(r, "damage"));
        attune_buf_addf(out, " | %s | %.2f [%.2f, %.2f] | %s |\n", seen_as(r), number_of(r, "tau"),
                        number_of(r, "tau_low"), number_of(r, "tau_high"),
                        text_of(r, "verdict"));
    }
}

/* The promised invariances, those kept or those broken, each once although both modalities may
 * have it. */
static void add_invariances(struct attune_buf *out, const json_t *card, bool kept,
                            const char *label)
{
    const json_t *all = json_object_get(card, "invariances");
    const char *separator = NULL;
    size_t i;
    json_t *v;
    json_array_foreach(all, i, v) {
        if (!json_is_true(json_object_get(v, "promised")) ||
            json_is_true(json_object_get(v, "kept")) != kept) {
            continue;
        }
        attune_buf_addf(out, separator ? "%s" : "\n- **%s:** ", separator ? separator : label);
        add_spaced(out, text_of(v, "change"));
        separator = ", ";
    }
    attune_buf_add(out, separator ? "\n" : "");
}

/* Which degenerate pieces beat how much of the music. */
static void add_nulls(struct attune_buf *out, const json_t *card)
{
    size_t n = 0, n_above = 0, i;
    json_t *null;
    json_array_foreach(json_object_get(card, "nulls"), i, null) {
        const double better_than = number_of(null, "better_than");
        if (isnan(better_than) || !(number_of(null, "n") > 0)) {
            continue;
        }
        n++;
        if (better_than > 0.0) {
            attune_buf_add(out, n_above++ ? ", " : "\n- **degenerate music that beats pieces:** ");
            add_spaced(out, text_of(null, "null"));
            attune_buf_addf(out, " (%s) %.0f %% of them", seen_as(null), 100.0 * better_than);
        }
    }
    if (n > 0) {
        attune_buf_add(out, n_above ? "\n" : "\n- **degenerate music that beats pieces:** none\n");
    }
}

void attune_audit_card_text(struct attune_buf *out, const struct attune_metric *metric,
                            const json_t *card)
{
    add_responses(out, card);
    add_invariances(out, card, true, "unmoved, as promised, by");
    add_invariances(out, card, false, "moved, against the promise, by");
    if (metric->direction == ATTUNE_UP || metric->direction == ATTUNE_DOWN) {
        add_nulls(out, card);
    }
}

static size_t read_curves(const json_t *card, struct attune_card_curve *curves, size_t room)
{
    size_t n = 0, i, level;
    json_t *r, *mean;
    json_array_foreach(json_object_get(card, "responses"), i, r) {
        if (n == room) {
            break;
        }
        struct attune_card_curve *c = &curves[n];
        struct attune_buf name = ATTUNE_BUF_INIT;
        add_spaced(&name, text_of(r, "damage"));
        *c = (struct attune_card_curve){
            .seen_as = strcmp(seen_as(r), "audio") ? ATTUNE_SYMBOLIC : ATTUNE_AUDIO,
            .declared = is_declared(r),
        };
        snprintf(c->damage, sizeof c->damage, "%s", attune_buf_text(&name));
        attune_buf_release(&name);
        size_t n_defined = 0;
        for (level = 0; level < ATTUNE_N_DOSES; level++) {
            mean = json_array_get(json_object_get(r, "mean"), level);
            c->mean[level] = json_is_number(mean) ? json_number_value(mean) : NAN;
            n_defined += !isnan(c->mean[level]);
        }
        n += n_defined > 0;
    }
    return n;
}

/* The pages carry pictures, not what they were made from. */
static void remove_sources(const struct attune_figure *figure)
{
    static const char *const extensions[] = {"gp", "dat"};
    for (size_t i = 0; i < 2; i++) {
        struct attune_buf path = ATTUNE_BUF_INIT;
        attune_buf_addf(&path, "%s/%s.%s", attune_buf_text(&figure->folder),
                        attune_buf_text(&figure->stem), extensions[i]);
        unlink(attune_buf_text(&path));
        attune_buf_release(&path);
    }
}

enum attune_code attune_audit_card_picture(const char *folder, const struct attune_metric *metric,
                                           const json_t *card, bool *drawn, struct attune_err *err)
{
    struct attune_card_curve curves[64];
    const size_t n = read_curves(card, curves, sizeof curves / sizeof *curves);
    *drawn = n > 0;
    if (n == 0) {
        return ATTUNE_OK;
    }
    struct attune_buf path = ATTUNE_BUF_INIT;
    struct attune_figure figure = {0};
    attune_buf_addf(&path, "%s/%s.svg", folder, metric->id);
    enum attune_code code = attune_figure_init(&figure, attune_buf_text(&path), "svg", err);
    if (!code) {
        attune_plot_card(&figure, metric->unit, curves, n);
        code = attune_figure_write(&figure, NULL, err);
        remove_sources(&figure);
    }
    attune_figure_release(&figure);
    attune_buf_release(&path);
    return code;
}
