/* Diversity within a prompt: how different the samples of one prompt are.
 *
 *     mean over prompts of the mean Euclidean distance between the embeddings of its samples, all
 * pairs
 *
 * Falls when a model answers every seed alike (mode collapse), which set distances to a reference
 * hide. Interval: bootstrap over prompts. Undefined when prompts are not known or none has 2
 * samples. The scale is the embedding's; compare within one embedding only.
 */
#include "base/mem.h"
#include "metrics/set/internal.h"
#include "metrics/set/interval.h"

struct member {
    uint32_t group, row;
};

static int by_group(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    if (a->group != b->group) {
        return a->group < b->group ? -1 : 1;
    }
    return a->row < b->row ? -1 : a->row > b->row;
}

static double distance(const float *a, const float *b, size_t d)
{
    double sum = 0.0;
    for (size_t j = 0; j < d; j++) {
        const double difference = (double)a[j] - b[j];
        sum += difference * difference;
    }
    return sqrt(sum);
}

static double mean_distance(const struct attune_set *set, const struct member *members, size_t n)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            sum += distance(set->rows + members[i].row * set->d,
                            set->rows + members[j].row * set->d, set->d);
        }
    }
    return sum / (0.5 * (double)n * ((double)n - 1.0));
}

static enum attune_code final(struct attune_set_pair *pair, struct attune_set_value *out,
                              struct attune_err *err)
{
    const struct attune_set *set = &pair->candidate;
    if (!set->group) {
        out->value = attune_undefined("the prompts of the samples are not known");
        return ATTUNE_OK;
    }
    enum attune_code code = ATTUNE_OK;
    struct member *members = attune_alloc(set->n, sizeof *members);
    double *prompt = attune_alloc(set->n, sizeof *prompt);
    if (!members || !prompt) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu samples", set->n);
        goto out;
    }
    for (size_t i = 0; i < set->n; i++) {
        members[i] = (struct member){set->group[i], (uint32_t)i};
    }
    qsort(members, set->n, sizeof *members, by_group);
    size_t n_prompts = 0;
    for (size_t begin = 0, end; begin < set->n; begin = end) {
        for (end = begin; end < set->n && members[end].group == members[begin].group; end++) {
        }
        if (end - begin >= 2) {
            prompt[n_prompts++] = mean_distance(set, members + begin, end - begin);
        }
    }
    if (n_prompts == 0) {
        out->value = attune_undefined("no prompt has 2 samples");
    } else {
        attune_set_detail(out, "n_prompts", (double)n_prompts);
        code = attune_set_mean(out, prompt, n_prompts, NULL, &pair->options, err);
    }
out:
    attune_release(members);
    attune_release(prompt);
    return code;
}

const struct attune_set_metric attune_set_metric_diversity_within_prompt = {
    .id = "set.diversity_within_prompt",
    .version = 1,
    .title = "Diversity within a prompt",
    .unit = "1",
    .direction = ATTUNE_UP,
    .lo = 0.0,
    .hi = INFINITY,
    .needs_reference = false,
    .summary = "mean embedding distance between samples of one prompt",
    .formula = "mean over prompts of the mean Euclidean distance between its samples",
    .source = "attune",
    .undefined_when = "prompts are not known, or none has 2 samples",
    .final = final,
};
