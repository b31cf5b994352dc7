/* attune merge: the databases of shards into one. */
#include "cli/command.h"
#include "harness/store/leaderboard.h"
#include "harness/store/merge.h"

static const struct attune_opt options_table[] = {{NULL}};

enum { SHOWN_STRAGGLERS = 20 };

struct stragglers {
    size_t n_missing, n_failed;
};

static void show_straggler(void *context, const char *model, const char *prompt, int64_t seed,
                           const char *status)
{
    struct stragglers *s = context;
    if (s->n_missing + s->n_failed < SHOWN_STRAGGLERS) {
        printf("%-8s %s/%s/%lld\n", status, model, prompt, (long long)seed);
    }
    size_t *n = strcmp(status, "failed") == 0 ? &s->n_failed : &s->n_missing;
    ++*n;
}

/* Standings anew for every run, and what is still to be done. */
static enum attune_code finish_runs(const struct attune_common *common, struct attune_store *store,
                                    struct attune_err *err)
{
    struct attune_run_list runs;
    enum attune_code code = attune_read_runs(store, &runs, err);
    if (code) {
        return code;
    }
    for (size_t i = 0; code == ATTUNE_OK && i < runs.n; i++) {
        const struct attune_run_info *run = &runs.items[i];
        struct stragglers stragglers = {0};
        code = attune_leaderboard_refresh(store, run->id, common->seed, common->jobs, err);
        if (code == ATTUNE_OK && !common->quiet) {
            printf("run %lld '%s': %lld of %lld items, %lld failed\n", (long long)run->id,
                   run->name, (long long)(run->n_ok + run->n_failed), (long long)run->n_planned,
                   (long long)run->n_failed);
            code = attune_stragglers(store, run->id, show_straggler, &stragglers, err);
            const size_t n = stragglers.n_missing + stragglers.n_failed;
            if (n > SHOWN_STRAGGLERS) {
                printf("... and %zu more\n", n - SHOWN_STRAGGLERS);
            }
        }
    }
    attune_run_list_release(&runs);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    struct attune_store *store = NULL;
    enum attune_code code = attune_store_open(&store, args[0], ATTUNE_STORE_CREATE, err);
    for (int i = 1; code == ATTUNE_OK && i < n_args; i++) {
        struct attune_merge_counts counts = {0};
        code = attune_merge(store, args[i], &counts, err);
        if (code == ATTUNE_OK && !common->quiet) {
            printf("%s: %lld new samples, %lld new scores\n", args[i], (long long)counts.n_samples,
                   (long long)counts.n_scores);
        }
    }
    if (code == ATTUNE_OK) {
        code = finish_runs(common, store, err);
    }
    attune_store_close(store);
    return code;
}

const struct attune_command attune_command_merge = {
    .name = "merge",
    .usage = "OUT.db IN.db...",
    .summary = "join the databases of shards into one",
    .details = "The order of the inputs does not matter, and merging one again changes nothing. "
               "Inputs that\n"
               "contradict each other are refused. Items that no shard has finished are listed.\n\n"
               "Example:\n"
               "  attune run study.yaml --db part1.db --shard 1/2\n"
               "  attune run study.yaml --db part2.db --shard 2/2\n"
               "  attune merge study.db part1.db part2.db",
    .options = options_table,
    .min_args = 2,
    .max_args = -1,
    .run = run,
};
