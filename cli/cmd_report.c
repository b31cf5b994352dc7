/* attune report --out DIR: the page. */
#include "base/io/render.h"
#include "cli/report_common.h"
#include "reports/page/page.h"

struct options {
    const char *out, *run, *soundfont;
    bool render, no_media, no_figures, no_database;
};

static const struct attune_opt options_table[] = {
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "DIR",
     .help = "folder of the page, made when missing (needed)"},
    {"run", ATTUNE_OPT_TEXT, offsetof(struct options, run), .metavar = "RUN",
     .help = "id of a run or name of its suite (default: the latest run)"},
    {"render", ATTUNE_OPT_FLAG, offsetof(struct options, render),
     .help = "render MIDI samples, so that they have a player"},
    {"soundfont", ATTUNE_OPT_TEXT, offsetof(struct options, soundfont), .metavar = "FILE",
     .help = "sound font for --render (default: $ATTUNE_SOUNDFONT, else the system's)"},
    {"no-media", ATTUNE_OPT_FLAG, offsetof(struct options, no_media),
     .help = "leave the samples out"},
    {"no-figures", ATTUNE_OPT_FLAG, offsetof(struct options, no_figures),
     .help = "leave the figures out"},
    {"no-database", ATTUNE_OPT_FLAG, offsetof(struct options, no_database),
     .help = "leave the copy of the database out"},
    {NULL},
};

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    if (!o->out) {
        return attune_fail(err, ATTUNE_E_USAGE, "--out DIR is needed");
    }
    struct attune_page_options page = {.out = o->out,
                                       .run = o->run,
                                       .media = !o->no_media,
                                       .figures = !o->no_figures,
                                       .database = !o->no_database,
                                       .seed = common->seed,
                                       .n_threads = common->jobs};
    struct attune_page_result result = {0};
    struct attune_store *store = NULL;
    enum attune_code code = ATTUNE_OK;
    if (o->render) {
        page.soundfont = attune_soundfont_find(o->soundfont, err);
        code = page.soundfont ? ATTUNE_OK : ATTUNE_E_MISSING;
    }
    if (!code) {
        code = attune_store_open_read(&store, common->db, err);
    }
    if (!code && o->render && !common->quiet) {
        fprintf(stderr, "rendering the MIDI samples with '%s'\n", page.soundfont);
    }
    if (!code) {
        code = attune_page_write(store, &page, &result, err);
    }
    attune_store_close(store);
    if (code) {
        return code;
    }
    printf("%s/index.html\n", o->out);
    if (!common->quiet) {
        fprintf(stderr, "%zu prompts, %zu samples, %zu failed\n", result.n_prompts,
                result.n_samples, result.n_failed);
        if (result.n_gone) {
            fprintf(stderr, "%zu files are gone or no longer what was scored\n", result.n_gone);
        }
        if (page.figures && !result.has_figures) {
            fprintf(stderr, "no figures: gnuplot is missing or failed (package gnuplot-nox)\n");
        }
    }
    return ATTUNE_OK;
}

const struct attune_command attune_command_report = {
    .name = "report",
    .usage = "--out DIR",
    .summary = "a self-contained page: leaderboard, players, failures, provenance",
    .details = "Static HTML that opens from the disk, without a server, a network or, for reading, "
               "a script.\n\n"
               "Examples:\n"
               "  attune report --out page\n"
               "  attune report --out page --render     MIDI samples get a player",
    .options = options_table,
    .options_size = sizeof(struct options),
    .max_args = 0,
    .run = run,
};
