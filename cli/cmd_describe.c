/* attune describe ID: everything the registry knows of one metric; of a prompt's text, what it asks
 * for and which words say so; of a trained reward model, what it was trained on. */
#include "base/text.h"
#include "cli/command.h"
#include "cli/describe_reward.h"
#include "cli/metric_words.h"
#include "metrics/adherence/attributes.h"
#include "metrics/adherence/attributes_json.h"
#include "metrics/metric.h"
#include "metrics/set/set_metric.h"
#include "metrics/pillars/pillar.h"

static const struct attune_opt options_table[] = {{NULL}};

/* Prints text wrapped to 80 columns, behind a label of 16. */
static void paragraph(const char *label, const char *text)
{
    enum { LABEL = 16, WIDTH = 80 };
    printf("%-*s", LABEL, label);
    int column = LABEL;
    while (*text) {
        const int n = (int)strcspn(text, " \n");
        if (column + n > WIDTH && column > LABEL) {
            printf("\n%*s", LABEL, "");
            column = LABEL;
        }
        printf("%.*s", n, text);
        column += n;
        text += n;
        if (*text == '\n') {
            printf("\n%*s", LABEL, "");
            column = LABEL;
            text++;
        } else if (*text == ' ') {
            putchar(' ');
            column++;
            text++;
        }
    }
    putchar('\n');
}

static void describe(const struct attune_metric *m)
{
    char direction[32], line[256];
    printf("%s (version %d)\n\n", m->id, m->version);
    paragraph("title", m->title);
    paragraph("what", m->summary);
    paragraph("formula", m->formula);
    paragraph("direction", attune_direction_text(m, direction, sizeof direction));
    snprintf(line, sizeof line, "%g to %g %s", m->lo, m->hi, strcmp(m->unit, "1") ? m->unit : "");
    paragraph("range", line);
    paragraph("inputs", attune_metric_inputs(m));
    paragraph("undefined", m->undefined_when);
    struct attune_buf responds = ATTUNE_BUF_INIT;
    attune_metric_responses(&responds, m);
    paragraph("responds to", attune_buf_text(&responds));
    attune_buf_release(&responds);
    paragraph("source", m->source);
}

/* Members and weights of a pillar, per modality, and where they come from. */
static void describe_pillar(enum attune_pillar pillar)
{
    for (unsigned modality = ATTUNE_AUDIO; modality <= ATTUNE_SYMBOLIC; modality <<= 1) {
        const char *title = modality == ATTUNE_AUDIO ? "\nweights for audio\n"
                                                     : "\nweights for symbolic input\n";
        for (size_t i = 0; i < attune_n_pillar_members; i++) {
            const struct attune_pillar_member *m = &attune_pillar_members[i];
            if (m->pillar == pillar && m->modality == modality) {
                printf("%s  %.3f  %-32s median of the pool %.4g\n", title, m->weight, m->metric,
                       m->quantiles[ATTUNE_PILLAR_QUANTILES / 2]);
                title = "";
            }
        }
        for (size_t i = 0; i < attune_n_pillar_guards; i++) {
            const struct attune_pillar_guard *g = &attune_pillar_guards[i];
            if (g->pillar == pillar && g->modality == modality) {
                printf("  guard  %-32s factor 1 from %.4g on, 0 at %.4g\n", g->metric, g->at_one,
                       g->at_zero);
            }
        }
    }
    putchar('\n');
    paragraph("provenance", attune_pillar_provenance);
}

/* A text that is no id: what it asks for, and the words each attribute was read from. */
static void describe_prompt(const char *text)
{
    struct attune_attributes attributes = {0};
    struct attune_attribute_words words;
    struct attune_buf json = ATTUNE_BUF_INIT;
    attune_attributes_read(&attributes, text, &words);
    attune_attributes_json(&json, &attributes);
    paragraph("asks for", attune_buf_text(&json));
    for (size_t i = 0; i < words.n; i++) {
        char line[256];
        snprintf(line, sizeof line, "from '%.*s'", (int)words.word[i].n_bytes,
                 text + words.word[i].from);
        paragraph(words.word[i].attribute, line);
    }
    attune_buf_release(&json);
}

/* The metric of an id, or of a pillar's bare name. */
static const struct attune_metric *find(const char *id)
{
    for (size_t i = 0; id[0] && !strpbrk(id, "*?,") && i < attune_n_metrics; i++) {
        if (attune_metric_chosen(id, attune_metrics[i]->id)) {
            return attune_metrics[i];
        }
    }
    return NULL;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct attune_metric *metric = find(args[0]);
    if (metric) {
        describe(metric);
        for (int i = 0; i < ATTUNE_N_PILLARS; i++) {
            if (strncmp(metric->id, "pillar.", 7) == 0 &&
                strcmp(metric->id + 7, attune_pillar_names[i]) == 0) {
                describe_pillar((enum attune_pillar)i);
            }
        }
        return ATTUNE_OK;
    }
    const struct attune_set_metric *set_metric = attune_set_metric_find(args[0]);
    if (set_metric) {
        const struct attune_metric view = attune_set_metric_view(set_metric);
        describe(&view);
        return ATTUNE_OK;
    }
    if (strchr(args[0], ' ')) {
        describe_prompt(args[0]);
        return ATTUNE_OK;
    }
    bool found;
    enum attune_code code = attune_describe_reward(common, args[0], &found, err);
    if (code || found) {
        return code;
    }
    const char *ids[512];
    size_t n = 0;
    while (n < attune_n_metrics && n < 512) {
        ids[n] = attune_metrics[n]->id;
        n++;
    }
    for (size_t i = 0; i < attune_n_set_metrics && n < 512; i++) {
        ids[n++] = attune_set_metrics[i]->id;
    }
    attune_fail(err, ATTUNE_E_USAGE, "no metric '%s'", args[0]);
    const char *near = attune_nearest(args[0], ids, n);
    attune_err_hint(err, near ? "did you mean '%s'?" : "`attune list metrics` shows all", near);
    return ATTUNE_E_USAGE;
}

const struct attune_command attune_command_describe = {
    .name = "describe",
    .usage = "ID|TEXT",
    .summary = "explain a metric, or what a prompt's text asks for",
    .details = "Of a metric: formula, range, direction, source. Of the column reward.NAME of a\n"
               "trained reward model: the data, options and held-out figures of its trainings in\n"
               "the database. A TEXT is a prompt of several words: what is read from it, and from\n"
               "which words.\n"
               "\n"
               "  attune describe harmonic.key_clarity\n"
               "  attune describe reward.taste --db study.db\n"
               "  attune describe 'A calm waltz in D dorian at 120-130 BPM'",
    .options = options_table,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
