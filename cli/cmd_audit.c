/* attune audit: does a metric measure what it claims? */
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "harness/audit/audit_pillars.h"
#include "reports/sheets/audit_sheet.h"
#include "reports/plots/plot_audit.h"

struct options {
    const char *metrics, *corpus, *damage, *modality, *format, *out, *soundfont, *other_soundfont,
        *derive;
    uint64_t pieces;
    double seconds;
    bool rendered, quick, all;
};

enum { QUICK = 12 }; /* pieces of the quick form */

static const struct options defaults = {.format = "table", .pieces = 50, .seconds = 30.0};

static const struct attune_opt options_table[] = {
    {"metrics", ATTUNE_OPT_TEXT, offsetof(struct options, metrics), "GLOB,...",
     .help = "metrics to audit (default: all)"},
    {"corpus", ATTUNE_OPT_TEXT, offsetof(struct options, corpus), "DIR",
     .help = "music to damage, MIDI or audio (default: the built-in composer)"},
    {"pieces", ATTUNE_OPT_COUNT, offsetof(struct options, pieces), "N", .lo = 1, .hi = 10000,
     .help = "pieces of it (default: 50)"},
    {"damage", ATTUNE_OPT_TEXT, offsetof(struct options, damage), "GLOB,...",
     .help = "damages to do (default: all)"},
    {"modality", ATTUNE_OPT_CHOICE, offsetof(struct options, modality), .choices = "symbolic|audio",
     .help = "symbolic or audio (default: both)"},
    {"rendered", ATTUNE_OPT_FLAG, offsetof(struct options, rendered),
     .help = "audio: symbolic damage too, as heard in a rendering"},
    {"seconds", ATTUNE_OPT_NUMBER, offsetof(struct options, seconds), "S", .lo = 5, .hi = 600,
     .help = "audio: seconds at the end of each piece (default: 30)"},
    {"soundfont", ATTUNE_OPT_TEXT, offsetof(struct options, soundfont), "FILE",
     .help = "sound font of renderings (default: $ATTUNE_SOUNDFONT, else the system's)"},
    {"other-soundfont", ATTUNE_OPT_TEXT, offsetof(struct options, other_soundfont), "FILE",
     .help = "second sound font, to see what depends on it"},
    {"format", ATTUNE_OPT_CHOICE, offsetof(struct options, format), .choices = "table|json|csv",
     .help = "table, json or csv (default: table)"},
    {"all", ATTUNE_OPT_FLAG, offsetof(struct options, all),
     .help = "table: also responses that no metric declares (csv, json: always)"},
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), "DIR",
     .help = "write audit.json, audit.csv, audit.txt and the figure audit.svg there"},
    {"derive-pillars", ATTUNE_OPT_TEXT, offsetof(struct options, derive), "FILE",
     .help = "derive the pillars' members and weights, as C data"},
    {"quick", ATTUNE_OPT_FLAG, offsetof(struct options, quick),
     .help = "12 pieces, symbolic, no nulls: a minute's check of all declared directions"},
    {NULL},
};

static size_t terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40 ? size.ws_col : 120;
}

struct progress {
    bool terminal;
    double last_s;
};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void show_progress(void *context, size_t n_done, size_t n_total)
{
    struct progress *p = context;
    const double now = now_s();
    if (now - p->last_s < (p->terminal ? 0.2 : 10.0) && !(p->terminal && n_done == n_total)) {
        return;
    }
    p->last_s = now;
    fprintf(stderr, p->terminal ? "\r%zu of %zu pieces%s" : "%zu of %zu pieces%s\n", n_done,
            n_total, p->terminal && n_done == n_total ? "\n" : "");
}

static void add_sheet(struct attune_buf *out, struct attune_sheet *sheet, size_t width, bool color)
{
    if (sheet->n_rows > 0) {
        attune_buf_add(out, out->n_bytes ? "\n" : "");
        attune_sheet_terminal(out, sheet, width, color);
    }
    attune_sheet_release(sheet);
}

static void add_tables(struct attune_buf *out, const struct attune_audit *audit,
                       const struct attune_audit_summary *summary, bool all, size_t width,
                       bool color)
{
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    attune_audit_response_sheet(&sheet, audit, summary, all);
    add_sheet(out, &sheet, width, color);
    sheet = (struct attune_sheet)ATTUNE_SHEET_INIT;
    attune_audit_invariance_sheet(&sheet, audit, summary, all);
    add_sheet(out, &sheet, width, color);
    sheet = (struct attune_sheet)ATTUNE_SHEET_INIT;
    attune_audit_null_sheet(&sheet, audit, summary, all);
    add_sheet(out, &sheet, width, color);
    attune_buf_addf(out,
                    "\n%zu pieces; of %zu declared responses %zu hold, %zu are lost, %zu unclear; "
                    "of %zu promised invariances %zu broken\n",
                    audit->n_pieces, summary->n_held + summary->n_lost + summary->n_unclear,
                    summary->n_held, summary->n_lost, summary->n_unclear, summary->n_promises,
                    summary->n_broken);
}

static void add_csv(struct attune_buf *out, const struct attune_audit *audit,
                    const struct attune_audit_summary *summary)
{
    struct attune_sheet sheet = ATTUNE_SHEET_INIT;
    attune_audit_response_sheet(&sheet, audit, summary, true);
    attune_sheet_csv(out, &sheet);
    attune_sheet_release(&sheet);
}

/* audit.svg with script and data; without gnuplot the latter two, and without a declared response
 * nothing. */
static enum attune_code draw(const char *folder, const struct attune_audit *audit,
                             const struct attune_audit_summary *summary, struct attune_err *err)
{
    struct attune_figure figure;
    struct attune_buf path = ATTUNE_BUF_INIT;
    if (summary->n_held + summary->n_lost + summary->n_unclear == 0) {
        return ATTUNE_OK;
    }
    attune_path_join(&path, folder, "audit.svg");
    enum attune_code code = attune_figure_init(&figure, attune_buf_text(&path), NULL, err);
    if (!code) {
        struct attune_err drawn = ATTUNE_ERR_INIT;
        code = attune_plot_audit(&figure, audit, summary, err);
        if (!code) {
            code = attune_figure_write(&figure, NULL, &drawn);
        }
        if (code == ATTUNE_E_MISSING) {
            fprintf(stderr, "%s\n", drawn.message);
            code = ATTUNE_OK;
        } else if (code && err) {
            *err = drawn.code ? drawn : *err;
        }
        attune_figure_release(&figure);
    }
    attune_buf_release(&path);
    return code;
}

/* The audit in every format, into a folder. */
static enum attune_code write_folder(const char *folder, const struct attune_audit *audit,
                                     const struct attune_audit_corpus *corpus,
                                     const struct attune_audit_summary *summary,
                                     struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    attune_audit_json(&text, audit, corpus, summary);
    code = attune_text_save(folder, "audit.json", &text, err);
    attune_buf_reset(&text);
    if (!code) {
        add_csv(&text, audit, summary);
        code = attune_text_save(folder, "audit.csv", &text, err);
        attune_buf_reset(&text);
    }
    if (!code) {
        add_tables(&text, audit, summary, true, 160, false);
        code = attune_text_save(folder, "audit.txt", &text, err);
    }
    attune_buf_release(&text);
    return code ? code : draw(folder, audit, summary, err);
}

static enum attune_code derive(const struct attune_common *common, const struct options *o,
                               const struct attune_audit *audit, struct attune_err *err)
{
    struct attune_buf text = ATTUNE_BUF_INIT;
    char provenance[512];
    snprintf(provenance, sizeof provenance,
             "attune audit --derive-pillars, %s, %zu pieces, seed %llu, audio from the last %g s",
             o->corpus ? o->corpus : "built-in composer", audit->n_pieces,
             (unsigned long long)common->seed, o->seconds);
    enum attune_code code = attune_audit_derive_pillars(&text, audit, provenance, err);
    if (!code) {
        code = attune_text_save("", o->derive, &text, err);
    }
    attune_buf_release(&text);
    return code;
}

static enum attune_code print(const struct attune_common *common, const struct options *o,
                              const struct attune_audit *audit,
                              const struct attune_audit_corpus *corpus,
                              const struct attune_audit_summary *summary, struct attune_err *err)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    if (strcmp(o->format, "json") == 0) {
        attune_audit_json(&out, audit, corpus, summary);
    } else if (strcmp(o->format, "csv") == 0) {
        add_csv(&out, audit, summary);
    } else {
        add_tables(&out, audit, summary, o->all, terminal_width(), common->color);
    }
    fputs(attune_buf_text(&out), stdout);
    const enum attune_code code =
        out.failed ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory") : ATTUNE_OK;
    attune_buf_release(&out);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct progress progress = {.terminal = isatty(STDERR_FILENO), .last_s = now_s()};
    struct attune_audit_options how = {
        .metrics = o->metrics,
        .damages = o->damage,
        .modalities = o->modality
                          ? strcmp(o->modality, "audio") == 0 ? ATTUNE_AUDIO : ATTUNE_SYMBOLIC
                      : o->quick ? ATTUNE_SYMBOLIC
                                 : ATTUNE_AUDIO | ATTUNE_SYMBOLIC,
        .rendered = o->rendered,
        .checks = true,
        .nulls = !o->quick,
        .soundfont = o->soundfont,
        .other_soundfont = o->other_soundfont,
        .max_s = o->seconds,
        .seed = common->seed,
        .n_threads = common->jobs,
        .progress = common->quiet ? NULL : show_progress,
        .context = &progress,
    };
    if (o->derive) {
        attune_audit_pillar_options(&how);
    }
    struct attune_audit_corpus corpus = {0};
    struct attune_audit audit = {0};
    struct attune_audit_summary summary = {0};
    enum attune_code code = o->out ? attune_dir_make(o->out, err) : ATTUNE_OK;
    if (!code) {
        code = attune_audit_corpus_init(&corpus, o->corpus,
                                        o->quick && o->pieces > QUICK ? QUICK : o->pieces,
                                        common->seed, err);
    }
    if (!code) {
        code = attune_audit_run(&audit, &corpus, &how, err);
    }
    if (!code) {
        code = attune_audit_summarise(&summary, &audit, common->seed, err);
    }
    if (!code && o->out) {
        code = write_folder(o->out, &audit, &corpus, &summary, err);
    }
    if (!code && o->derive) {
        code = derive(common, o, &audit, err);
    }
    if (!code) {
        code = print(common, o, &audit, &corpus, &summary, err);
        /* What a derivation finds was said of the pillars before it. */
        *exit_code = !o->derive && (summary.n_lost || summary.n_broken) ? 1 : 0;
    }
    attune_audit_summary_release(&summary);
    attune_audit_release(&audit);
    attune_audit_corpus_release(&corpus);
    return code;
}

const struct attune_command attune_command_audit = {
    .name = "audit",
    .usage = "",
    .summary = "does a metric measure what it claims",
    .details =
        "Damages music in eleven doses and reports, per metric and damage, Kendall's tau between "
        "dose\n"
        "and value (mean over pieces, 95 % bootstrap interval over pieces; and of the mean curve), "
        "and\n"
        "the area under the ROC curve of clean against damaged pieces. A metric that declares a\n"
        "response must get worse with the dose (interval of tau beyond 0), and must not move "
        "under\n"
        "changes that it promises to ignore; exit code 1 when one does not.\n\n"
        "Examples:\n"
        "  attune audit --quick\n"
        "  attune audit --metrics 'harmonic.*' --damage 'pitch_noise,transposed_bars' --all\n"
        "  attune audit --corpus music/ --modality audio --rendered --out audit/",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .max_args = 0,
    .run = run,
};
