/* Makes a run of invented scores as `attune run` would leave it when it is killed before the last
 * sample, through the code of a real run, and says how fast it was stored.
 *
 *     bench_store FOLDER SAMPLES METRICS [I/N]
 *
 * Into FOLDER go suite.yaml (ten models, four seeds), prompts.jsonl, one file that stands for all
 * samples, a generator that notes when it is called (FOLDER/started), and attune.db; for a shard
 * I/N shard-I.db with its part. Scores are seeded noise around a model's own level, every 97th is
 * undefined. `attune run FOLDER/suite.yaml --db FOLDER/attune.db` makes the last sample.
 * Prints one line: samples, scores, seconds, bytes on disk, peak resident kilobytes. */
#include <limits.h>
#include <math.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/io/file.h"
#include "base/rng.h"
#include "harness/run/run_item.h"

enum { N_MODELS = 10, N_SEEDS = 4, SAMPLE_BYTES = ATTUNE_ALWAYS_HASH + 1 };

static void check(enum attune_code code, const struct attune_err *err)
{
    if (code) {
        fprintf(stderr, "bench_store: %s: %s\n", err->file, err->message);
        exit(1);
    }
}

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- the study */

static void write_file(const char *folder, const char *name, struct attune_buf *text)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_buf path = ATTUNE_BUF_INIT;
    attune_path_join(&path, folder, name);
    if (text->failed || path.failed) {
        exit(70);
    }
    check(attune_file_write(attune_buf_text(&path), attune_buf_text(text), text->n_bytes, &err),
          &err);
    if (chmod(attune_buf_text(&path), 0755) != 0) {
        exit(1);
    }
    attune_buf_release(&path);
    attune_buf_release(text);
}

/* What the generator hands out: a scale of 32 quarter notes. */
static void write_piece(const char *folder)
{
    static const unsigned char head[] = {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, 96,
                                         'M', 'T', 'r', 'k', 0, 0, 1, 4};
    static const unsigned char end[] = {0, 0xff, 0x2f, 0};
    static const unsigned char scale[] = {60, 62, 64, 65, 67, 69, 71, 72};
    struct attune_buf midi = ATTUNE_BUF_INIT;
    attune_buf_add_bytes(&midi, (const char *)head, sizeof head);
    for (int i = 0; i < 32; i++) {
        const unsigned char note[] = {0, 0x90, scale[i % 8], 80, 96, 0x80, scale[i % 8], 0};
        attune_buf_add_bytes(&midi, (const char *)note, sizeof note);
    }
    attune_buf_add_bytes(&midi, (const char *)end, sizeof end);
    write_file(folder, "new.mid", &midi);
}

static void write_study(const char *folder, long n_prompts, long n_metrics)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_buf text = ATTUNE_BUF_INIT;
    check(attune_dir_make(folder, &err), &err);
    for (long p = 1; p <= n_prompts; p++) {
        attune_buf_addf(&text, "{\"id\": \"p%07ld\", \"text\": \"A calm piano waltz in A minor at "
                               "%ld BPM\"}\n", p, 60 + p % 100);
    }
    write_file(folder, "prompts.jsonl", &text);
    attune_buf_add(&text, "#!/bin/sh\ncd \"$(dirname \"$0\")\"\n"
                          "date +%s.%N >> started\ncp new.mid \"$1\"\n");
    write_file(folder, "generate", &text);
    attune_buf_add(&text, "suite: scale\nprompts: prompts.jsonl\nseeds: [1, 2, 3, 4]\n"
                          "allow_failed: 1\nmodels:\n");
    for (int m = 1; m <= N_MODELS; m++) {
        attune_buf_addf(&text, "  - {name: model-%d, method: none, command: [./generate, "
                               "\"{out}.mid\"]}\n", m);
    }
    attune_buf_add(&text, "metrics: [");
    for (size_t i = 0; i < attune_n_metrics && i < (size_t)n_metrics; i++) {
        attune_buf_addf(&text, "%s\"%s\"", i ? ", " : "", attune_metrics[i]->id);
    }
    attune_buf_add(&text, "]\n");
    write_file(folder, "suite.yaml", &text);
    write_piece(folder);
    /* Larger than what is hashed again at every look. */
    for (int i = 0; i < SAMPLE_BYTES; i++) {
        attune_buf_add_bytes(&text, "x", 1);
    }
    write_file(folder, "sample.wav", &text);
}

/* ---- the samples */

/* The stand-in for all samples, as a file that was hashed long after it was written. */
static struct attune_identity stand_in(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        exit(1);
    }
    const int64_t ctime_ns = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
    return (struct attune_identity){
        .n_bytes = (int64_t)st.st_size,
        .inode = (int64_t)st.st_ino,
        .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
        .ctime_ns = ctime_ns,
        .hashed_ns = ctime_ns + (int64_t)10 * 1000000000,
    };
}

static struct attune_record *make_record(const struct attune_run_state *r, size_t i,
                                         const char *path, const struct attune_identity *identity,
                                         struct attune_rng *rng)
{
    const struct attune_plan_item *item = &r->plan.items[i];
    struct attune_record *record = attune_alloc(1, sizeof *record);
    if (!record) {
        exit(70);
    }
    record->model = r->models[item->model].id;
    record->seed = r->suite->seeds[item->seed];
    record->prompt = r->prompt_id[item->prompt];
    record->params = r->params_id[item->prompt];
    attune_item_key(r, item, record->key);
    snprintf(record->path, sizeof record->path, "%s", path);
    record->files = r->files;
    record->identity = *identity;
    attune_hash_bytes(record->key, sizeof record->key, record->identity.hash);
    snprintf(record->modality, sizeof record->modality, "audio");
    snprintf(record->scored, sizeof record->scored, "%s", r->scored);
    record->duration_s = 30.0;
    record->generate_s = record->evaluate_s = 0.1;
    record->made = (struct attune_generation){.n_candidates = 1, .device_seconds = -1.0};
    for (size_t k = 0; k < r->suite->metrics.n; k++) {
        const bool undefined = (i * r->suite->metrics.n + k) % 97 == 0;
        const struct attune_record_score score = {
            .metric = r->metric_id[k],
            .value = attune_rng_uniform(rng) + 0.01 * (double)item->model,
            .why = undefined ? "less than 4 s of sound" : NULL,
        };
        if (!attune_record_add(record, score)) {
            exit(70);
        }
    }
    return record;
}

/* All of the plan but the last item. */
static double store_samples(struct attune_run_state *r, const char *sample)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_recorder *recorder = NULL;
    const struct attune_identity identity = stand_in(sample);
    const struct attune_recorder_spec spec = {.store = r->store, .run = r->run};
    struct attune_rng rng;
    attune_rng_init(&rng, 1, 0);
    const double start = now_s();
    check(attune_recorder_start(&recorder, &spec, &err), &err);
    for (size_t i = 0; i + 1 < r->plan.n; i++) {
        if (!attune_recorder_push(recorder, make_record(r, i, sample, &identity, &rng))) {
            break;
        }
    }
    check(attune_recorder_finish(recorder, &err), &err);
    return now_s() - start;
}

int main(int argc, char **argv)
{
    const long n = argc > 3 ? atol(argv[2]) : 0, n_metrics = argc > 3 ? atol(argv[3]) : 0;
    struct attune_err err = ATTUNE_ERR_INIT;
    struct attune_run_options options = {.n_threads = 1};
    const char *source;
    if (n < 1 || n_metrics < 1) {
        fprintf(stderr, "usage: bench_store FOLDER SAMPLES METRICS [I/N]\n");
        return 2;
    }
    if (argc > 4) {
        check(attune_shard_parse(argv[4], &options.plan.shard, &options.plan.n_shards, &source,
                                 &err),
              &err);
    }
    char db[PATH_MAX], suite_path[PATH_MAX], sample[PATH_MAX], name[32] = "attune.db";
    if (argc > 4) {
        snprintf(name, sizeof name, "shard-%u.db", options.plan.shard);
    }
    snprintf(db, sizeof db, "%s/%s", argv[1], name);
    snprintf(suite_path, sizeof suite_path, "%s/suite.yaml", argv[1]);
    options.db = db;
    if (!attune_file_exists(suite_path)) { /* shards share the study */
        write_study(argv[1], (n + N_MODELS * N_SEEDS - 1) / (N_MODELS * N_SEEDS), n_metrics);
    }
    struct attune_suite suite;
    check(attune_suite_load(&suite, suite_path, &err), &err);
    snprintf(sample, sizeof sample, "%.4000s/sample.wav", suite.folder);
    struct attune_run_state r = {.suite = &suite, .options = &options};
    check(attune_store_open(&r.store, db, ATTUNE_STORE_CREATE, &err), &err);
    check(attune_run_prepare(&r, &err), &err);
    check(attune_run_register(&r, &err), &err);
    const double seconds = store_samples(&r, sample);
    const size_t n_stored = r.plan.n - 1, n_scores = n_stored * suite.metrics.n;
    attune_run_close(&r);
    attune_suite_release(&suite);

    struct stat st;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%zu samples, %zu scores: %.2f s, %lld bytes on disk, %ld kB resident\n", n_stored,
           n_scores, seconds, stat(db, &st) == 0 ? (long long)st.st_size : -1LL, usage.ru_maxrss);
    return 0;
}
