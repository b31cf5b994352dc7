/* Makes a database of invented scores, for the tests of reports and for timing them.
 *
 *     synth_store OUT.db MODELS PROMPTS SEEDS METRICS [hostile]
 *
 * A score is effect(model) + prompt + noise(model, prompt, seed), seeded. Models 1 and 2 are
 * alike; every 97th score is undefined and every 53rd sample of model 3 failed. With `hostile`,
 * names are what an enemy would choose. Prints the seconds that writing and the refresh of the
 * leaderboard took. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/rng.h"
#include "base/text.h"
#include "base/thread.h"
#include "harness/store/leaderboard.h"
#include "harness/store/store.h"

static const struct {
    const char *name, *title, *unit, *direction;
    double centre, spread;
} metrics[] = {
    {"harmonic.key_clarity", "Key clarity", "1", "up", 0.72, 0.08},
    {"temporal.groove_consistency", "Groove consistency", "1", "up", 0.81, 0.06},
    {"quality.clipping_ratio", "Clipping ratio", "1", "down", 0.02, 0.01},
    {"adherence.tempo_bin", "Tempo in the asked bin", "1", "up", 0.6, 0.3},
    {"quality.loudness_lufs", "Integrated loudness", "LUFS", "none", -16.0, 2.0},
    {"temporal.tempo_drift", "Tempo drift", "1/min", "target", 0.0, 0.05},
    {"harmonic.tonal_distance", "Tonal distance", "1", "down", 0.4, 0.1},
    {"reward.score", "Reward", "1", "up", 1.0, 1.0},
};
enum { N_NAMED = sizeof metrics / sizeof *metrics };

static const char *const hostile_names[] = {
    "a_b%$#{}\\",
    "<script>alert(1)</script>",
    "\"; system \"date\"; #`id`",
    "\xc3\xa9pinette \xe6\x97\xa5\xe6\x9c\xac",
    "x, \"y\"\n&z|w",
    "^~@{/Symbol a}_{b}",
};
static const char *const methods[] = {"none", "rlhf", "dpo", "inference", "sft", "other"};

static void check(enum attune_code code, const struct attune_err *err)
{
    if (code) {
        fprintf(stderr, "synth_store: %s\n", err->message);
        exit(1);
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void add_header(struct attune_store *store, int n_models, int n_prompts, int n_seeds,
                       int n_metrics, bool hostile)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    check(attune_store_exec(
              store, &err,
              "INSERT INTO run VALUES (1,'key','synthetic','suite: synthetic','suitehash','s.yaml',"
              "'prompthash','/nowhere',?2,?1,0.05,'0.1.0','abc','gcc','-O3','cpu','host','{}',"
              "'fftw',NULL,NULL,1,'2026-01-01T00:00:00Z','2026-01-01T00:01:00Z')",
              "ti", "[\"harmony\",\"coherence\",\"quality\",\"adherence\",\"reward\"]",
              (int64_t)n_models * n_prompts * n_seeds),
          &err);
    const char *base = hostile ? hostile_names[0] : "base";
    for (int m = 0; m < n_models; m++) {
        char plain[64];
        snprintf(plain, sizeof plain, "%s%s%d", m ? "model-" : "base", m ? methods[m % 6] : "", m);
        const char *name = hostile && m < 6 ? hostile_names[m] : m ? plain : "base";
        check(attune_store_exec(
                  store, &err,
                  "INSERT INTO model (id, run, position, name, method, base, generator, spec,"
                  " fingerprint, simulated, selected_on) "
                  "VALUES (?1,1,?1,?2,?3,?4,'policy','{}','',?5,NULL)", "ittti",
                  (int64_t)m, name, methods[m % 6], m % 6 ? base : NULL, (int64_t)(m == 4)),
              &err);
    }
    for (int p = 0; p < n_prompts; p++) {
        char name[32], text[128];
        snprintf(name, sizeof name, "p%03d", p + 1);
        snprintf(text, sizeof text, "%s waltz in A minor at %d BPM",
                 hostile ? "<img src=x onerror=alert(1)> \\input{/etc/passwd}" : "A calm piano",
                 60 + p);
        check(attune_store_exec(store, &err, "INSERT INTO prompt VALUES (?1,?2,?3,'{}',?2)", "itt",
                                (int64_t)p, name, text),
              &err);
        check(attune_store_exec(store, &err, "INSERT INTO run_prompt VALUES (1,?1,?1)", "i",
                                (int64_t)p),
              &err);
    }
    for (int k = 0; k < n_metrics; k++) {
        char name[64];
        snprintf(name, sizeof name, "%s%02d",
                 k == 12   ? "scorer.songeval"
                 : k == 13 ? "pillar.harmony"
                 : k == 14 ? "pillar.coherence"
                           : "symbolic.m",
                 k);
        const bool named = k < N_NAMED;
        check(attune_store_exec(
                  store, &err,
                  "INSERT INTO metric (id,name,version,title,unit,direction,target,inputs,summary,"
                  "source) VALUES (?1,?2,1,?3,?4,?5,?6,'audio,symbolic','','')",
                  "ittttd", (int64_t)k, named ? metrics[k].name : name,
                  named ? metrics[k].title : name, named ? metrics[k].unit : "1",
                  named ? metrics[k].direction : "up", 0.0),
              &err);
        check(attune_store_exec(store, &err, "INSERT INTO run_metric VALUES (1,?1,?1)", "i",
                                (int64_t)k),
              &err);
    }
    check(attune_store_exec(store, &err, "INSERT INTO params VALUES (1,'params','{}')", ""), &err);
}

static sqlite3_stmt *prepare(struct attune_store *store, const char *sql)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    sqlite3_stmt *stmt = attune_store_prepare(store, sql, &err);
    if (!stmt) {
        check(ATTUNE_E_STORE, &err);
    }
    return stmt;
}

static double effect(int model, int metric)
{
    const int like = model == 2 ? 1 : model;
    struct attune_rng rng;
    attune_rng_init(&rng, 77, (uint64_t)(like * 1000 + metric));
    return 0.4 * attune_rng_normal(&rng);
}

static void add_samples(struct attune_store *store, int n_models, int n_prompts, int n_seeds,
                        int n_metrics)
{
    sqlite3_stmt *artefact =
        prepare(store, "INSERT INTO artefact VALUES (?1,?1||'h','audio',1000,10)");
    sqlite3_stmt *sample =
        prepare(store, "INSERT INTO sample "
                       "(id,run,model,prompt,seed,key,status,error,path,artefact,params,finished,"
                       "generate_s,n_candidates,n_tokens,n_rewards,logprob,ref_logprob) VALUES "
                       "(?1,1,?2,?3,?4,'k'||?1,?5,?6,?7,?8,?9,'t',0.5,?10,512,?10,-100.0,-101.5)");
    sqlite3_stmt *score = prepare(store, "INSERT INTO score VALUES (?1,1,?2,?3,?4)");
    struct attune_rng rng;
    attune_rng_init(&rng, 3, 0);
    int64_t id = 0;
    for (int m = 0; m < n_models; m++) {
        for (int p = 0; p < n_prompts; p++) {
            for (int s = 0; s < n_seeds; s++) {
                id++;
                const bool failed = m == 3 && id % 53 == 0;
                if (!failed) {
                    sqlite3_bind_int64(artefact, 1, id);
                    sqlite3_step(artefact);
                    sqlite3_reset(artefact);
                }
                sqlite3_clear_bindings(sample);
                sqlite3_bind_int64(sample, 1, id);
                sqlite3_bind_int64(sample, 2, m);
                sqlite3_bind_int64(sample, 3, p);
                sqlite3_bind_int64(sample, 4, s + 1);
                sqlite3_bind_text(sample, 5, failed ? "failed" : "ok", -1, SQLITE_STATIC);
                if (failed) {
                    sqlite3_bind_text(sample, 6, "time out after 120 s <b>", -1, SQLITE_STATIC);
                } else {
                    sqlite3_bind_text(sample, 7, "none.wav", -1, SQLITE_STATIC);
                    sqlite3_bind_int64(sample, 8, id);
                    sqlite3_bind_int64(sample, 9, 1);
                }
                sqlite3_bind_int64(sample, 10, m % 6 == 3 ? 8 : 1);
                if (sqlite3_step(sample) != SQLITE_DONE) {
                    fprintf(stderr, "%s\n", sqlite3_errmsg(attune_store_sqlite(store)));
                    exit(1);
                }
                sqlite3_reset(sample);
                for (int k = 0; k < n_metrics && !failed; k++) {
                    const double centre = k < N_NAMED ? metrics[k].centre : 0.5;
                    const double spread = k < N_NAMED ? metrics[k].spread : 0.1;
                    struct attune_rng prompt;
                    attune_rng_init(&prompt, 5, (uint64_t)(p * 1000 + k));
                    const double z = effect(m, k) + 0.8 * attune_rng_normal(&prompt) +
                                     0.6 * attune_rng_normal(&rng);
                    sqlite3_bind_int64(score, 1, id);
                    sqlite3_bind_int64(score, 2, k);
                    if ((id + k) % 97 == 0) {
                        sqlite3_bind_null(score, 3);
                        sqlite3_bind_text(score, 4, "less than 4 s of sound", -1, SQLITE_STATIC);
                    } else {
                        sqlite3_bind_double(score, 3, centre + spread * z);
                        sqlite3_bind_null(score, 4);
                    }
                    sqlite3_step(score);
                    sqlite3_reset(score);
                }
            }
        }
    }
    sqlite3_finalize(artefact);
    sqlite3_finalize(sample);
    sqlite3_finalize(score);
}

int main(int argc, char **argv)
{
    if (argc < 6) {
        fprintf(stderr, "usage: synth_store OUT.db MODELS PROMPTS SEEDS METRICS [hostile]\n");
        return 2;
    }
    const int n_models = atoi(argv[2]), n_prompts = atoi(argv[3]), n_seeds = atoi(argv[4]);
    const int n_metrics = atoi(argv[5]);
    struct attune_store *store = NULL;
    struct attune_err err = ATTUNE_ERR_INIT;
    const double start = seconds();
    check(attune_store_open(&store, argv[1], ATTUNE_STORE_CREATE, &err), &err);
    check(attune_store_begin(store, &err), &err);
    add_header(store, n_models, n_prompts, n_seeds, n_metrics, argc > 6);
    add_samples(store, n_models, n_prompts, n_seeds, n_metrics);
    check(attune_store_commit(store, &err), &err);
    const double written = seconds();
    check(attune_leaderboard_refresh(store, 1, 1, attune_core_count(), &err), &err);
    printf("written in %.2f s, leaderboard in %.2f s\n", written - start, seconds() - written);
    attune_store_close(store);
    return 0;
}
