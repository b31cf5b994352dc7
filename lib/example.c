/* Measures the files that are named, then ranks three made-up models from five comparisons.
 *
 *     cc example.c $(pkg-config --cflags --libs attune) -o example && ./example take1.wav piece.mid
 */
#include <math.h>
#include <stdio.h>

#include <attune.h>

static int measure(struct attune_session *session, const char *path)
{
    size_t n;
    if (attune_session_file(session, path) != ATTUNE_STATUS_OK) {
        fprintf(stderr, "%s\n", attune_session_error(session));
        return 1;
    }
    const struct attune_result *results = attune_session_results(session, &n);
    printf("%s: %s, %.2f s\n", path, attune_session_modality(session),
           attune_session_duration(session));
    for (size_t i = 0; i < n; i++) {
        if (results[i].why) {
            printf("  %-32s undefined: %s\n", results[i].name, results[i].why);
        } else {
            printf("  %-32s %.6g\n", results[i].name, results[i].values[0]);
        }
    }
    return 0;
}

static int rank(struct attune_session *session)
{
    const char *const a[] = {"dpo", "dpo", "rlhf", "base", "dpo"};
    const char *const b[] = {"base", "rlhf", "base", "rlhf", "base"};
    const enum attune_verdict verdict[] = {ATTUNE_VERDICT_A, ATTUNE_VERDICT_A, ATTUNE_VERDICT_A,
                                           ATTUNE_VERDICT_TIE, ATTUNE_VERDICT_A};
    const struct attune_rating *ratings;
    size_t n;
    if (attune_session_rank(session, a, b, verdict, 5, 200, 1, &ratings, &n) != ATTUNE_STATUS_OK) {
        fprintf(stderr, "%s\n", attune_session_error(session));
        return 1;
    }
    for (size_t i = 0; i < n; i++) {
        printf("%zu. %-5s %7.1f [%.1f, %.1f]\n", ratings[i].rank, ratings[i].model,
               ratings[i].rating, ratings[i].ci_low, ratings[i].ci_high);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct attune_session *session = attune_session_new();
    if (!session) {
        fputs("out of memory\n", stderr);
        return 1;
    }
    int failures = attune_session_choose(session, "harmonic.key_clarity,temporal.tempo_bpm", 0);
    for (int i = 1; i < argc; i++) {
        failures += measure(session, argv[i]);
    }
    failures += rank(session);
    attune_session_free(session);
    return failures > 0;
}
