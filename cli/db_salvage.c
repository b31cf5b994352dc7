/* What is kept, table by table, and what to do about the rest. */
#include "cli/db_salvage.h"

#include "harness/store/leaderboard.h"
#include "harness/store/salvage.h"

struct tally {
    bool quiet, lossy;
};

static void show_table(void *context, const struct attune_salvaged *table)
{
    struct tally *tally = context;
    tally->lossy = tally->lossy || table->lost || table->n_dropped;
    if (tally->quiet || (table->n_kept == 0 && !table->lost && !table->n_dropped)) {
        return;
    }
    printf("%-13s %lld rows kept", table->table, (long long)table->n_kept);
    if (table->lost) {
        printf("; cannot be read: %s", table->lost);
    }
    if (table->n_dropped) {
        printf("; %lld dropped: they belong to rows that are lost", (long long)table->n_dropped);
    }
    printf("\n");
}

static enum attune_code refresh_leaderboards(const struct attune_common *common, const char *path,
                                             struct attune_err *err)
{
    struct attune_store *store = NULL;
    struct attune_run_list runs = {0};
    enum attune_code code = attune_store_open(&store, path, ATTUNE_STORE_WRITE, err);
    if (code == ATTUNE_OK) {
        code = attune_read_runs(store, &runs, err);
    }
    for (size_t i = 0; code == ATTUNE_OK && i < runs.n; i++) {
        code = attune_leaderboard_refresh(store, runs.items[i].id, common->seed, common->jobs, err);
    }
    attune_run_list_release(&runs);
    attune_store_close(store);
    return code;
}

enum attune_code attune_db_salvage(const struct attune_common *common, const char *damaged,
                                   const char *out, int *exit_code, struct attune_err *err)
{
    struct tally tally = {.quiet = common->quiet};
    struct attune_salvage_result result;
    enum attune_code code = attune_store_salvage(damaged, out, show_table, &tally, &result, err);
    if (code == ATTUNE_OK) {
        code = refresh_leaderboards(common, out, err);
    }
    if (code) {
        return code;
    }
    *exit_code = tally.lossy || result.n_unscored;
    if (!common->quiet) {
        if (result.n_unscored) {
            printf("%lld samples are to be scored again: a score of theirs may be lost\n",
                   (long long)result.n_unscored);
        }
        printf("%s: %s; `attune run SUITE.yaml --db %s` goes on with it\n", out,
               *exit_code ? "not everything could be saved" : "nothing was lost", out);
    }
    return ATTUNE_OK;
}
