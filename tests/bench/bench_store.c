/* How fast finished samples are stored, through the recorder of a real run.
 *
 *     bench_store OUT.db SAMPLES METRICS
 *
 * Ten models share the samples, with four seeds; scores are seeded noise, every 97th undefined.
 * Prints samples, scores, seconds, scores per second, the file's size and the peak of resident
 * memory. */
#include <math.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/rng.h"
#include "harness/store/leaderboard.h"
#include "harness/run/recorder.h"

enum { N_MODELS = 10, N_SEEDS = 4 };

static void check(enum attune_code code, const struct attune_err *err)
{
    if (code) {
        fprintf(stderr, "bench_store: %s\n", err->message);
        exit(1);
    }
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void exec(struct attune_store *store, const char *sql)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    check(attune_store_exec(store, &err, sql, ""), &err);
}

static void add_header(struct attune_store *store, long n_prompts, long n_metrics)
{
    char sql[512];
    exec(
        store,
        "INSERT INTO run VALUES (1,'key','bench','suite: bench','h','s.yaml','p','/files',0,'[]',0,"
        "'0','c','cc','','cpu','host','{}','fftw',NULL,NULL,1,'2026-01-01T00:00:00Z',NULL)");
    exec(store, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)"
                " INSERT INTO model (id, run, position, name, method, base, generator, spec,"
                " fingerprint, simulated, selected_on) SELECT i, 1, i, 'model-' || i, 'none', "
                "NULL, 'policy', '{}', "
                "'', 0, NULL"
                " FROM n");
    static const char *const numbered[] = {
        "INSERT INTO prompt SELECT i, 'p' || i, 'prompt', '{}', 'hash' || i FROM n",
        "INSERT INTO run_prompt SELECT 1, i, i FROM n",
        "INSERT INTO params SELECT i, 'params' || i, '{}' FROM n",
        "INSERT INTO metric SELECT i, 'bench.m' || i, 1, '', 'm' || i, '1', 'up', NULL, 0, 1, "
        "'audio', '', ''"
        " FROM n",
        "INSERT INTO run_metric SELECT 1, i, i FROM n",
    };
    for (size_t i = 0; i < 5; i++) {
        snprintf(sql, sizeof sql,
                 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %ld) %s",
                 i < 3 ? n_prompts : n_metrics, numbered[i]);
        exec(store, sql);
    }
}

static struct attune_record *make_record(long i, long n_metrics, struct attune_rng *rng)
{
    struct attune_record *r = attune_alloc(1, sizeof *r);
    if (!r) {
        exit(70);
    }
    r->model = i % N_MODELS + 1;
    r->seed = i / N_MODELS % N_SEEDS + 1;
    r->prompt = r->params = i / N_MODELS / N_SEEDS + 1;
    snprintf(r->key, sizeof r->key, "%032lx", i * 0x9e3779b97f4a7c15);
    snprintf(r->path, sizeof r->path, "/files/model-%lld/p%lld__s%lld.wav", (long long)r->model,
             (long long)r->prompt, (long long)r->seed);
    r->files = "/files";
    attune_hash_bytes(&i, sizeof i, r->identity.hash);
    snprintf(r->modality, sizeof r->modality, "audio");
    snprintf(r->scored, sizeof r->scored, "all");
    r->duration_s = 30.0;
    r->generate_s = r->evaluate_s = 0.1;
    r->made = (struct attune_generation){.n_candidates = 1, .device_seconds = -1.0};
    for (long k = 0; k < n_metrics; k++) {
        const bool undefined = (i * n_metrics + k) % 97 == 0;
        const struct attune_record_score score = {
            .metric = k + 1, .value = attune_rng_uniform(rng),
            .why = undefined ? "less than 4 s of sound" : NULL,
        };
        if (!attune_record_add(r, score)) {
            exit(70);
        }
    }
    return r;
}

int main(int argc, char **argv)
{
    const long n = argc > 3 ? atol(argv[2]) : 0, n_metrics = argc > 3 ? atol(argv[3]) : 0;
    if (n < 1 || n_metrics < 1) {
        fprintf(stderr, "usage: bench_store OUT.db SAMPLES METRICS\n");
        return 2;
    }
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_store *store = NULL;
    struct attune_recorder *recorder = NULL;
    struct attune_rng rng;
    attune_rng_init(&rng, 1, 0);
    check(attune_store_open(&store, argv[1], ATTUNE_STORE_CREATE, &err), &err);
    check(attune_store_begin(store, &err), &err);
    add_header(store, (n + N_MODELS * N_SEEDS - 1) / (N_MODELS * N_SEEDS), n_metrics);
    check(attune_store_commit(store, &err), &err);

    const double start = now_s();
    const struct attune_recorder_spec spec = {.store = store, .run = 1};
    check(attune_recorder_start(&recorder, &spec, &err), &err);
    for (long i = 0; i < n; i++) {
        if (!attune_recorder_push(recorder, make_record(i, n_metrics, &rng))) {
            break;
        }
    }
    check(attune_recorder_finish(recorder, &err), &err);
    const double stored_s = now_s() - start;

    struct stat st;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%ld samples, %ld scores: %.2f s, %.0f scores/s, %.1f MB on disk, %.1f MB resident\n", n,
           n * n_metrics, stored_s, (double)(n * n_metrics) / stored_s,
           stat(argv[1], &st) == 0 ? (double)st.st_size / 1e6 : 0.0, (double)usage.ru_maxrss / 1e3);
    attune_store_close(store);
    return 0;
}
