/* Every command with its n-th allocation failing: no crash, no leak (under the address sanitizer),
 * an exit code of the contract, no output file that is half-written or differs from that of an
 * undisturbed call, nothing else printed or stored where it ends well, and a database that stays
 * whole. Each fault is a process of its own, so one that crashes is named and the rest goes on.
 *
 * All of the first faults, then ever wider steps; ATTUNE_FAULTS sets how many a command gets. */
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "tests/support/traces.h"

int attune_main(int argc, char **argv); /* cli/main.c */

enum { MAX_ARGS = 16, TIME_LIMIT_S = 60, NO_FAULT = 0, NOT_REACHED = 200 };

/* A small valid call of each command; "out*" is where it writes. */
static const char *const calls[][MAX_ARGS] = {
    {"run", "suite.yaml", "--db", "out.db", "--jobs", "1", "--quiet"}, /* it prints seconds */
    {"run", "suite.yaml", "--db", "run.db", "--jobs", "1", "--quiet"},
    {"eval", "a.mid", "--metrics", "symbolic.*", "--jobs", "1"},
    {"analyze", "a.mid"},
    {"distance", "--reference", "x.npy", "--candidate", "y.npy", "--replicates", "0"},
    {"embed", "a.mid", "--out", "out.npy"},
    {"leaderboard", "--db", "run.db"},
    {"compare", "corpus", "random", "--db", "run.db"},
    {"stability", "--db", "run.db"},
    {"history", "corpus", "--metrics", "harmonic.key_clarity", "--db", "run.db"},
    {"regress", "--baseline", "base", "--candidate", "random", "--db", "run.db"},
    {"baseline", "set", "other", "--model", "corpus", "--db", "run.db"},
    {"table", "leaderboard", "--db", "run.db"},
    {"plot", "leaderboard", "--db", "run.db", "--out", "out.svg"},
    {"report", "--db", "run.db", "--out", "out.page"},
    {"prefs", "rank", "votes.csv", "--replicates", "10", "--history", "out.csv"},
    {"prefs", "import", "votes.csv", "--db", "run.db"},
    {"reward", "train", "votes.csv", "--features", "m.csv", "--out", "out.reward", "--epochs", "2"},
    {"reward", "score", "--composite", "x.noise=1", "--features", "m.csv", "s/1.wav", "s/2.wav"},
    {"reward", "test", "--groups", "answers.csv"},
    {"audit", "--metrics", "symbolic.scale_consistency", "--pieces", "2", "--quick"},
    {"power", "corpus", "random", "--db", "run.db"},
    {"model", "list"},
    {"merge", "out.db", "run.db"},
    {"list", "metrics"},
    {"describe", "harmonic.key_clarity"},
    {"bench", "--help"},
    {"doctor"},
    {"db", "check", "--db", "run.db"},
    {"db", "export", "--db", "run.db", "--out", "out.csv"},
    {"db", "salvage", "run.db", "--out", "out.db"},
    {"completion", "bash"},
    {"manual", "out.man"},
};
enum { N_CALLS = sizeof calls / sizeof *calls };

static char folder[] = "/tmp/attune-cli-faults.XXXXXX";

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    return remove(path);
}

static void remove_outputs(void)
{
    DIR *dir = opendir(".");
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        if (strncmp(e->d_name, "out", 3) == 0) {
            nftw(e->d_name, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        }
    }
    closedir(dir);
}

/* The program in a process of its own with its n-th allocation failing; its exit code, NOT_REACHED
 * when it ended well with fewer allocations, or minus the signal that ended it. */
static int call(const char *const *args, uint64_t n)
{
    fflush(NULL);
    const pid_t child = fork();
    if (child == 0) {
        char *argv[MAX_ARGS + 2] = {"attune"};
        int argc = 1;
        for (; argc <= MAX_ARGS && args[argc - 1]; argc++) {
            argv[argc] = (char *)args[argc - 1];
        }
        /* cmocka's own handlers would go on with the next test in this process. */
        static const int crashes[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
        for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
            signal(crashes[i], SIG_DFL);
        }
        freopen("stdout", "w", stdout);
        freopen("stderr", "w", stderr);
        alarm(TIME_LIMIT_S);
        attune_mem_fail_after(n);
        const int code = attune_main(argc, argv);
        exit(n && code == 0 && !attune_mem_fault_happened() ? NOT_REACHED : code);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static bool is_of_contract(int code)
{
    return (code >= 0 && code <= 6) || code == 70;
}

static bool is_whole(const char *db)
{
    sqlite3 *handle = NULL;
    sqlite3_stmt *stmt = NULL;
    bool whole = false;
    if (sqlite3_open_v2(db, &handle, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        whole = strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") == 0;
    }
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    return whole;
}

/* Files that are replaced in one step leave nothing of the name they were written under. */
static bool is_litter_left(void)
{
    bool left = false;
    DIR *dir = opendir(".");
    for (const struct dirent *e; dir && (e = readdir(dir));) {
        left = left || strstr(e->d_name, ".part") || strstr(e->d_name, ".tmp");
    }
    closedir(dir);
    return left;
}

/* What is wrong after a fault, or NULL. Where two undisturbed calls differ (seconds are printed,
 * say), nothing can be told. */
static const char *fault_found(int code, const struct traces *whole, const struct traces *again,
                               const struct traces *now)
{
    const bool ended_well = code == 0;
    if (!is_of_contract(code)) {
        return "no exit code of the contract";
    }
    if (!is_whole("run.db")) {
        return "run.db is damaged";
    }
    if (is_litter_left()) {
        return "a half-written file is left";
    }
    /* Of several files some may be missing where it fails; none is ever another. */
    if (again->n_other == 0 &&
        (now->n_other > 0 || (ended_well && !traces_same(&whole->files, &now->files)))) {
        return "another output file";
    }
    if (ended_well && traces_same(&whole->printed, &again->printed) &&
        !traces_same(&whole->printed, &now->printed)) {
        return "prints something else and ends well";
    }
    if (ended_well && !traces_same(&whole->rows, &now->rows)) {
        return "stores something else and ends well";
    }
    return NULL;
}

static void print_tail(const char *path)
{
    char *bytes = NULL;
    size_t n = 0;
    if (attune_file_read(path, 1 << 20, &bytes, &n, NULL) == ATTUNE_OK) {
        printf("%.*s\n", (int)(n < 3000 ? n : 3000), bytes);
        attune_release(bytes);
    }
}

static int call_and_look(const char *const *args, uint64_t n, struct traces *traces,
                         const struct traces *whole)
{
    remove_outputs();
    const int code = call(args, n);
    traces_look(traces, whole);
    return code;
}

static size_t fail_one_by_one(const char *const *args, uint64_t n_wanted)
{
    static struct traces whole, again, now;
    const char *verb = args[1] ? args[1] : "";
    const int undisturbed = call_and_look(args, NO_FAULT, &whole, NULL);
    if (!is_of_contract(undisturbed) || undisturbed == 2 || undisturbed == 3 || undisturbed == 4) {
        print_tail("stderr");
        fail_msg("%s %s: exit %d without a fault", args[0], verb, undisturbed);
    }
    call_and_look(args, NO_FAULT, &again, &whole);
    size_t n_bad = 0, n_faults = 0;
    for (uint64_t n = 1; n_faults < n_wanted; n += n <= n_wanted / 2 ? 1 : 1 + n / 4) {
        const int code = call_and_look(args, n, &now, &whole);
        if (code == NOT_REACHED) {
            break;
        }
        n_faults++;
        const char *found = fault_found(code, &whole, &again, &now);
        if (found) {
            n_bad++;
            printf("%s %s, allocation %llu: exit %d, %s\n", args[0], verb, (unsigned long long)n,
                   code, found);
            print_tail("stderr");
        }
    }
    printf("%-12s %-12s %zu faults%s%s\n", args[0], verb, n_faults,
           traces_same(&whole.printed, &again.printed) ? "" : ", prints vary",
           again.n_other == 0 ? "" : ", files vary");
    traces_release(&whole);
    traces_release(&again);
    traces_release(&now);
    return n_bad;
}

static void test_every_command(void **state)
{
    const char *wanted = getenv("ATTUNE_FAULTS"), *only = getenv("ATTUNE_FAULTS_OF");
    size_t n_bad = 0;
    for (size_t i = 0; i < N_CALLS; i++) {
        if (!only || strcmp(only, calls[i][0]) == 0) {
            n_bad += fail_one_by_one(calls[i], wanted ? strtoull(wanted, NULL, 10) : 12);
        }
    }
    assert_int_equal(n_bad, 0);
}

static void test_no_command_is_left_out(void **state)
{
    for (size_t c = 0; attune_commands[c]; c++) {
        bool found = false;
        for (size_t i = 0; i < N_CALLS; i++) {
            found = found || strcmp(calls[i][0], attune_commands[c]->name) == 0;
        }
        if (!found) {
            fail_msg("no call of `attune %s` in this test", attune_commands[c]->name);
        }
    }
}

static bool write_text(const char *path, const char *text)
{
    return attune_file_write(path, text, strlen(text), NULL) == ATTUNE_OK;
}

/* 24 samples of two features and 60 votes on them. */
static bool write_votes(void)
{
    FILE *votes = fopen("votes.csv", "w"), *features = fopen("m.csv", "w");
    if (votes && features) {
        fprintf(features, "path,harmonic.key_clarity,x.noise\n");
        for (int i = 0; i < 24; i++) {
            fprintf(features, "s/%d.wav,%d,%d\n", i, i * 7 % 24, i * 5 % 24);
        }
        fprintf(votes, "prompt,model_a,model_b,winner,sample_a,sample_b\n");
        for (int k = 0; k < 60; k++) {
            const int i = k % 24, j = (k * 5 + 1) % 24;
            fprintf(votes, "p%d,g%d,g%d,%s,s/%d.wav,s/%d.wav\n", k % 6, i % 3, (i + 1) % 3,
                    i * 7 % 24 > j * 7 % 24 ? "a" : "b", i, j);
        }
    }
    const bool ok = votes && features;
    if (votes) {
        fclose(votes);
    }
    if (features) {
        fclose(features);
    }
    return ok;
}

/* (20, 4) float32 in NumPy's format. */
static bool write_npy(const char *path, float shift)
{
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00\x76\x00", 10);
    static const char text[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (20, 4), }";
    memcpy(header + 10, text, sizeof text - 1);
    header[127] = '\n';
    char bytes[sizeof header + 80 * sizeof(float)];
    memcpy(bytes, header, sizeof header);
    for (int i = 0; i < 80; i++) {
        const float v = (float)(i * 37 % 80) / 80.0f + shift;
        memcpy(bytes + sizeof header + (size_t)i * sizeof v, &v, sizeof v);
    }
    return attune_file_write(path, bytes, sizeof bytes, NULL) == ATTUNE_OK;
}

static const char suite_text[] =
    "suite: faults\nprompts: [A calm waltz in A minor, A march in C major, A slow blues]\n"
    "models:\n  - {name: corpus, builtin: corpus}\n  - {name: random, builtin: random}\n"
    "metrics: [harmonic.key_clarity, temporal.groove_consistency]\n";

static const char answers_text[] = "subject,set,right,path,score\ns,ref,1,a,2\ns,ref,0,b,1\ns,tied,"
                                   "1,c,3\ns,tied,1,d,2\ns,tied,0,e,1\n";

static int link_sample(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    return strstr(path, ".mid") ? link(path, "a.mid") + 1 : 0;
}

static int set_up(void **state)
{
    static const char *const before[][MAX_ARGS] = {
        {"run", "suite.yaml", "--db", "run.db"},
        {"baseline", "set", "base", "--model", "corpus", "--db", "run.db"},
    };
    if (!mkdtemp(folder) || chdir(folder) != 0 || !write_text("suite.yaml", suite_text) ||
        !write_votes() || !write_text("answers.csv", answers_text) || !write_npy("x.npy", 0.0f) ||
        !write_npy("y.npy", 0.3f)) {
        return 1;
    }
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (call(before[i], NO_FAULT) != 0) {
            print_tail("stderr");
            return 1;
        }
    }
    nftw("run.db.files", link_sample, 16, FTW_PHYS);
    return attune_file_exists("a.mid") ? 0 : 1;
}

static int tear_down(void **state)
{
    return chdir("/") || nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_command_is_left_out),
        cmocka_unit_test(test_every_command),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
