/* attune run: from a suite file to a finished database. */
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/training_line.h"
#include "harness/run/run.h"

struct options {
    const char *only, *shard;
    uint64_t limit;
    bool dry_run, keep_failed;
};

static const struct attune_opt options_table[] = {
    {"limit", ATTUNE_OPT_COUNT, offsetof(struct options, limit), .metavar = "N",
     .help = "only the first N prompts (default: all)"},
    {"only", ATTUNE_OPT_TEXT, offsetof(struct options, only), .metavar = "GLOB,...",
     .help = "only items that match: MODEL or MODEL/PROMPT/SEED"},
    {"shard", ATTUNE_OPT_TEXT, offsetof(struct options, shard), .metavar = "I/N",
     .help = "part I of N, from 1; auto: from Slurm, MPI, PBS or LSF"},
    {"dry-run", ATTUNE_OPT_FLAG, offsetof(struct options, dry_run),
     .help = "print the plan and what of it is cached, change nothing"},
    {"keep-failed", ATTUNE_OPT_FLAG, offsetof(struct options, keep_failed),
     .help = "do not try failed samples again"},
    {NULL},
};

/* Ctrl-C: finish what is in flight, keep everything, exit 130. The second one ends the program at
 * once. */
static atomic_bool interrupted;

static void on_signal(int number)
{
    atomic_store(&interrupted, true);
    signal(number, SIG_DFL);
}

static void catch_signals(void)
{
    const struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* How progress is shown. */
struct screen {
    bool quiet, terminal, line_is_open;
    double last_s;
};

static void add_time(struct attune_buf *out, double seconds)
{
    const long s = (long)(seconds + 0.5);
    if (s >= 3600) {
        attune_buf_addf(out, "%ld h %02ld min", s / 3600, s / 60 % 60);
    } else if (s >= 60) {
        attune_buf_addf(out, "%ld min %02ld s", s / 60, s % 60);
    } else {
        attune_buf_addf(out, "%ld s", s);
    }
}

static void show_progress(void *context, const struct attune_run_status *status)
{
    struct screen *screen = context;
    if (screen->quiet || status->elapsed_s - screen->last_s < (screen->terminal ? 0.2 : 10.0)) {
        return;
    }
    screen->last_s = status->elapsed_s;
    struct attune_buf line = ATTUNE_BUF_INIT;
    attune_buf_addf(&line, "%zu of %zu", status->n_done, status->n_items);
    if (status->n_cached) {
        attune_buf_addf(&line, " (%zu cached)", status->n_cached);
    }
    attune_buf_addf(&line, ", %.1f/s", status->per_s);
    if (status->left_s >= 0.0) {
        attune_buf_add(&line, ", ");
        add_time(&line, status->left_s);
        attune_buf_add(&line, " left");
    }
    attune_buf_addf(&line, ", %zu failed", status->n_failed);
    if (status->n_unscored) {
        attune_buf_addf(&line, ", %zu not scored", status->n_unscored);
    }
    fprintf(stderr, screen->terminal ? "\r\033[K%s" : "%s\n", attune_buf_text(&line));
    screen->line_is_open = screen->terminal;
    attune_buf_release(&line);
}

static void end_progress(struct screen *screen)
{
    if (screen->line_is_open) {
        fputs("\r\033[K", stderr);
        screen->line_is_open = false;
    }
}

static void show_notice(void *context, const char *text)
{
    struct screen *screen = context;
    end_progress(screen);
    fprintf(stderr, "attune: %s\n", text);
}

struct preview {
    size_t n[ATTUNE_ITEM_FAILED + 1];
};

static void show_item(void *context, const struct attune_suite *suite,
                      const struct attune_plan_item *item, enum attune_item_state state)
{
    static const char *const names[] = {"new", "cached", "to score", "changed", "failed"};
    struct preview *preview = context;
    preview->n[state]++;
    printf("%-9s %s/%s/%lld\n", names[state], suite->models[item->model].spec.name,
           suite->prompts.items[item->prompt].id, (long long)suite->seeds[item->seed]);
}

static enum attune_code dry_run(const struct attune_suite *suite,
                                const struct attune_run_options *run_options,
                                struct attune_err *err)
{
    struct preview preview = {{0}};
    enum attune_code code = attune_run_preview(suite, run_options, show_item, &preview, err);
    if (code == ATTUNE_OK) {
        printf("%zu new, %zu cached, %zu to score, %zu changed, %zu failed before\n",
               preview.n[ATTUNE_ITEM_NEW], preview.n[ATTUNE_ITEM_CACHED],
               preview.n[ATTUNE_ITEM_RESCORE], preview.n[ATTUNE_ITEM_CHANGED],
               preview.n[ATTUNE_ITEM_FAILED]);
    }
    return code;
}

static void show_result(const struct attune_common *common, const struct attune_suite *suite,
                        const struct attune_run_result *result)
{
    const struct attune_run_status *s = &result->status;
    struct attune_buf line = ATTUNE_BUF_INIT;
    attune_buf_addf(&line, "%s: %zu of %zu samples", suite->name, s->n_done, s->n_items);
    if (s->n_cached) {
        attune_buf_addf(&line, ", %zu from cache", s->n_cached);
    }
    attune_buf_addf(&line, ", %zu failed, ", s->n_failed);
    add_time(&line, s->elapsed_s);
    attune_buf_addf(&line, "\ndatabase %s, samples %s\n", common->db, result->files);
    if (!common->quiet) {
        fputs(attune_buf_text(&line), stdout);
    }
    attune_buf_release(&line);
    if (result->first_failure[0]) {
        fprintf(stderr,
                "attune: %zu of %zu samples failed, %zu could not be scored; the first: %s\n",
                s->n_failed, s->n_done, s->n_unscored, result->first_failure);
    }
    if (!common->quiet && isatty(STDERR_FILENO)) {
        fprintf(stderr, "hint: `attune leaderboard --db %s` shows the standings\n", common->db);
    }
}

static enum attune_code run_suite(const struct attune_common *common,
                                  const struct attune_suite *suite,
                                  struct attune_run_options *run_options, bool dry, int *exit_code,
                                  struct attune_err *err)
{
    struct screen screen = {.quiet = common->quiet, .terminal = isatty(STDERR_FILENO)};
    /* cppcheck-suppress autoVariables; the run ends before the screen does */
    run_options->context = &screen;
    run_options->progress = show_progress;
    run_options->notice = show_notice;
    if (dry) {
        return dry_run(suite, run_options, err);
    }
    struct attune_run_result result;
    catch_signals();
    enum attune_code code = attune_run(suite, run_options, &result, err);
    end_progress(&screen);
    if (code) {
        return code;
    }
    show_result(common, suite, &result);
    if (result.interrupted) {
        attune_fail(err, ATTUNE_E_INTERRUPTED, "interrupted; the same command continues");
        return ATTUNE_E_INTERRUPTED;
    }
    *exit_code = result.too_many_failed ? 1 : 0;
    return ATTUNE_OK;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    struct attune_run_options run_options = {
        .db = common->db, .n_threads = common->jobs, .seed = common->seed,
        .keep_failed = o->keep_failed, .interrupted = &interrupted,
        .plan = {.limit = o->limit, .only = o->only},
    };
    const char *source = NULL;
    enum attune_code code =
        o->shard ? attune_shard_parse(o->shard, &run_options.plan.shard, &run_options.plan.n_shards,
                                      &source, err)
                 : ATTUNE_OK;
    if (code) {
        return code;
    }
    if (source && !common->quiet) {
        fprintf(stderr, "attune: shard %u of %u (%s)\n", run_options.plan.shard,
                run_options.plan.n_shards, source);
    }
    struct attune_suite suite;
    code = attune_suite_load(&suite, args[0], err);
    struct attune_training_line line = {.terminal = isatty(STDERR_FILENO), .quiet = common->quiet};
    for (size_t i = 0; code == ATTUNE_OK && i < suite.n_models; i++) {
        suite.models[i].spec.watcher =
            (struct attune_training_watcher){attune_training_line_show, &line};
    }
    if (code == ATTUNE_OK) {
        code = run_suite(common, &suite, &run_options, o->dry_run, exit_code, err);
        attune_suite_release(&suite);
    }
    return code;
}

const struct attune_command attune_command_run = {
    .name = "run",
    .usage = "SUITE.yaml",
    .summary = "generate and score everything a suite plans, or continue",
    .details =
        "The same command continues where a run stopped, also after Ctrl-C or kill -9: what is\n"
        "finished is not repeated, what has changed is. Failed samples are tried again.\n\n"
        "Exit 1 when more samples failed than the suite's allow_failed share; 130 after Ctrl-C.\n\n"
        "Examples:\n"
        "  attune run study.yaml --db study.db\n"
        "  attune run study.yaml --only 'mine-*' --limit 10     a first look\n"
        "  attune run study.yaml --db part3.db --shard 3/8      one of eight machines",
    .options = options_table,
    .options_size = sizeof(struct options),
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
