/* attune list: what there is, as a table or JSON, from the registries and the shipped fixtures. */
#include "base/text.h"
#include "cli/command.h"
#include "cli/list_files.h"
#include "cli/list_reports.h"
#include "metrics/metric.h"
#include "metrics/set/set_metric.h"
#include "models/generator.h"

struct options {
    const char *format;
};

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "table|json",
     .help = "table or json (default: table)"},
    {NULL},
};

/* Per-sample metrics, then those of sets. */
static void list_metrics(struct attune_buf *out, bool json)
{
    for (size_t i = 0; i < attune_n_metrics + attune_n_set_metrics; i++) {
        const struct attune_metric of_set =
            i < attune_n_metrics ? (struct attune_metric){0}
                                 : attune_set_metric_view(attune_set_metrics[i - attune_n_metrics]);
        const struct attune_metric *m = i < attune_n_metrics ? attune_metrics[i] : &of_set;
        char direction[32];
        attune_direction_text(m, direction, sizeof direction);
        const char *inputs = m->inputs == (ATTUNE_AUDIO | ATTUNE_SYMBOLIC) ? "audio, symbolic"
                             : m->inputs == ATTUNE_AUDIO                   ? "audio"
                             : m->inputs == 0                              ? "sets"
                                                                           : "symbolic";
        if (!json) {
            attune_buf_addf(out, "%-34s %-5s %-16s %s\n", m->id, direction, inputs, m->title);
            continue;
        }
        attune_buf_addf(out, "%s\n  {\"id\": ", i ? "," : "");
        attune_buf_add_json(out, m->id);
        attune_buf_addf(out, ", \"version\": %d, \"title\": ", m->version);
        attune_buf_add_json(out, m->title);
        attune_buf_add(out, ", \"unit\": ");
        attune_buf_add_json(out, m->unit);
        attune_buf_addf(out, ", \"direction\": \"%s\", \"inputs\": [%s%s%s%s], \"lo\": ", direction,
                        m->inputs ? "" : "\"sets\"",
                        m->inputs & ATTUNE_AUDIO ? "\"audio\"" : "",
                        m->inputs == (ATTUNE_AUDIO | ATTUNE_SYMBOLIC) ? ", " : "",
                        m->inputs & ATTUNE_SYMBOLIC ? "\"symbolic\"" : "");
        attune_buf_add_double(out, m->lo);
        attune_buf_add(out, ", \"hi\": ");
        attune_buf_add_double(out, m->hi);
        attune_buf_add(out, ", \"summary\": ");
        attune_buf_add_json(out, m->summary);
        attune_buf_add(out, "}");
    }
}

static void list_models(struct attune_buf *out, bool json)
{
    for (size_t i = 0; attune_generators[i]; i++) {
        const struct attune_generator *g = attune_generators[i];
        if (json) {
            attune_buf_addf(out, "%s\n  {\"name\": ", i ? "," : "");
            attune_buf_add_json(out, g->name);
            attune_buf_addf(out, ", \"builtin\": %s, \"summary\": ", g->builtin ? "true" : "false");
            attune_buf_add_json(out, g->summary);
            attune_buf_add(out, "}");
        } else {
            attune_buf_addf(out, "%-12s %-8s %s\n", g->name, g->builtin ? "builtin" : "driver",
                            g->summary);
        }
    }
}

static const struct {
    const char *name;
    void (*list)(struct attune_buf *out, bool json);
} kinds[] = {
    {"metrics", list_metrics},
    {"models", list_models},
    {"suites", attune_list_suites},
    {"prompts", attune_list_prompts},
    {"plots", attune_list_plots},
    {"tables", attune_list_tables},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    const bool json = o->format && strcmp(o->format, "json") == 0;
    for (size_t k = 0; k < N_KINDS; k++) {
        if (strcmp(args[0], kinds[k].name) == 0) {
            struct attune_buf out = ATTUNE_BUF_INIT;
            attune_buf_add(&out, json ? "[" : "");
            kinds[k].list(&out, json);
            attune_buf_add(&out, json ? "\n]\n" : "");
            const bool failed = out.failed;
            fputs(attune_buf_text(&out), stdout);
            attune_buf_release(&out);
            return failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
        }
    }
    attune_fail(err, ATTUNE_E_USAGE, "nothing to list under '%s'", args[0]);
    attune_err_hint(err, "`attune list --help` names the kinds");
    return ATTUNE_E_USAGE;
}

const struct attune_command attune_command_list = {
    .name = "list",
    .usage = "metrics|models|suites|prompts|plots|tables",
    .summary = "list what there is",
    .details = "Examples:\n"
               "  attune list metrics                 ids, directions, inputs, titles\n"
               "  attune list metrics --format json   for scripts",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
