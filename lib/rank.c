/* Ratings from comparisons, through the same ranking as `attune prefs rank`. */
#include "lib/session.h"

static enum attune_code take_votes(struct attune_session *session, const char *const *model_a,
                                   const char *const *model_b, const enum attune_verdict *verdict,
                                   size_t n)
{
    static const enum attune_winner winners[] = {
        [ATTUNE_VERDICT_A] = ATTUNE_WINNER_A, [ATTUNE_VERDICT_B] = ATTUNE_WINNER_B,
        [ATTUNE_VERDICT_TIE] = ATTUNE_WINNER_TIE,
        [ATTUNE_VERDICT_BOTH_BAD] = ATTUNE_WINNER_BOTH_BAD};
    for (size_t i = 0; i < n; i++) {
        if ((unsigned)verdict[i] > ATTUNE_VERDICT_BOTH_BAD) {
            return attune_fail(&session->err, ATTUNE_E_USAGE,
                               "verdict %d of comparison %zu: allowed are 0 (a), 1 (b), 2 (tie), "
                               "3 (both bad)",
                               (int)verdict[i], i);
        }
        const struct attune_preference preference = {
            .line = (long)i + 1, .id = "", .prompt = "", .model_a = model_a[i],
            .model_b = model_b[i], .sample_a = "", .sample_b = "", .rater = "", .axis = "",
            .time = "", .winner = winners[verdict[i]], .confidence = NAN, .length_a = NAN,
            .length_b = NAN};
        const enum attune_code code =
            attune_ballot_take(&session->ballot, &preference, &session->err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

/* The ranking's rows as the public struct, in the arena. */
static struct attune_rating *copy_ratings(struct attune_session *session,
                                          const struct attune_ranking *ranking)
{
    struct attune_rating *out = attune_arena_alloc(&session->arena, ranking->n, sizeof *out);
    for (size_t i = 0; out && i < ranking->n; i++) {
        const struct attune_ranked *row = &ranking->rows[i];
        out[i] = (struct attune_rating){
            .model = row->model, .rating = row->rating, .ci_low = row->ci_low,
            .ci_high = row->ci_high, .n = row->n, .rank = row->rank, .rank_low = row->rank_low,
            .rank_high = row->rank_high};
    }
    return out;
}

enum attune_status attune_session_rank(struct attune_session *session, const char *const *model_a,
                                       const char *const *model_b,
                                       const enum attune_verdict *verdict, size_t n,
                                       size_t n_replicates, uint64_t seed,
                                       const struct attune_rating **ratings, size_t *n_models)
{
    struct attune_ranking ranking = {0};
    *ratings = NULL;
    *n_models = 0;
    attune_session_begin(session);
    attune_ballot_release(&session->ballot);
    session->ballot = (struct attune_ballot){0};
    enum attune_code code = take_votes(session, model_a, model_b, verdict, n);
    if (!code) {
        const struct attune_rank_options options = {
            .model = {.ties = ATTUNE_TIES_HALF, .ridge = 0.5}, .interval = ATTUNE_CI_PERCENTILE,
            .n_replicates = n_replicates, .seed = seed, .n_threads = 1};
        code = attune_rank(&session->ballot, &options, &ranking, &session->err);
    }
    if (!code) {
        *ratings = copy_ratings(session, &ranking);
        *n_models = *ratings ? ranking.n : 0;
        session->out_of_memory = !*ratings;
    }
    attune_ranking_release(&ranking);
    return attune_session_end(session, code);
}
