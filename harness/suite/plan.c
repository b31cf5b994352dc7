/* The plan of a run. */
#include "harness/suite/plan.h"

#include "base/mem.h"
#include "base/text.h"

/* Whether the globs choose this item: by the model's name alone, or by all three. */
static bool chosen(const struct attune_suite *suite, const char *only, size_t model, size_t prompt,
                   size_t seed, struct attune_buf *name)
{
    if (!only || attune_glob_list(only, suite->models[model].spec.name)) {
        return true;
    }
    attune_buf_reset(name);
    attune_buf_addf(name, "%s/%s/%lld", suite->models[model].spec.name,
                    suite->prompts.items[prompt].id, (long long)suite->seeds[seed]);
    return attune_glob_list(only, attune_buf_text(name));
}

enum attune_code attune_plan_init(struct attune_plan *plan, const struct attune_suite *suite,
                                  const struct attune_plan_options *options, struct attune_err *err)
{
    *plan = (struct attune_plan){0};
    struct attune_buf name = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    const size_t n_prompts = options->limit && options->limit < suite->prompts.n
                                 ? (size_t)options->limit
                                 : suite->prompts.n;
    size_t capacity = 0, n_chosen = 0;
    for (size_t m = 0; m < suite->n_models; m++) {
        if (suite->models[m].left_out) {
            continue;
        }
        plan->n_whole += suite->prompts.n * suite->n_seeds;
        for (size_t p = 0; p < n_prompts; p++) {
            for (size_t s = 0; s < suite->n_seeds; s++) {
                if (!chosen(suite, options->only, m, p, s, &name)) {
                    continue;
                }
                const size_t at = n_chosen++;
                if (options->n_shards && at % options->n_shards != options->shard - 1) {
                    continue;
                }
                if (!attune_grow((void **)&plan->items, &capacity, plan->n, sizeof *plan->items)) {
                    code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the plan");
                    goto out;
                }
                plan->items[plan->n++] =
                    (struct attune_plan_item){(uint32_t)m, (uint32_t)p, (uint32_t)s};
            }
        }
    }
    if (n_chosen == 0 && options->only) {
        code = attune_fail(err, ATTUNE_E_USAGE, "--only '%s' matches no item of the suite",
                           options->only);
        attune_err_hint(err, "patterns are over MODEL or MODEL/PROMPT/SEED; --dry-run lists them");
    }
out:
    attune_buf_release(&name);
    if (code) {
        attune_plan_release(plan);
    }
    return code;
}

void attune_plan_release(struct attune_plan *plan)
{
    attune_release(plan->items);
    *plan = (struct attune_plan){0};
}
