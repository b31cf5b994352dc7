/* attune model list|train|sample: the reference policy and what alignment makes of it. */
#include <math.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/rng.h"
#include "cli/command.h"
#include "models/policy/checkpoint.h"
#include "models/policy/policy_train.h"
#include "models/align/recipe.h"

enum { MAX_OPTIONS = 32 };

struct options {
    const char *out, *text;
    uint64_t n;
};

static const struct attune_opt options_table[] = {
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "FILE",
     .help =
         "train: write the checkpoint here too; sample: folder for the MIDI files (default: .)"},
    {"text", ATTUNE_OPT_TEXT, offsetof(struct options, text), .metavar = "TEXT",
     .help = "sample: the prompt's text (default: \"a piece\")"},
    {"n", ATTUNE_OPT_COUNT, offsetof(struct options, n), .metavar = "N", .lo = 1, .hi = 100000,
     .help = "sample: how many (default 1)"},
    {NULL},
};

static const struct options defaults = {.text = "a piece", .n = 1};

/* The method that an algorithm belongs to, as a suite would say it. */
static enum attune_method method_of(const char *algorithm)
{
    static const char *const rlhf[] = {"musicrl-r", "musicrl-u", "musicrl-ru", "grpo"};
    for (size_t i = 0; i < sizeof rlhf / sizeof *rlhf; i++) {
        if (strcmp(algorithm, rlhf[i]) == 0) {
            return ATTUNE_METHOD_RLHF;
        }
    }
    return strcmp(algorithm, "expert-iteration") == 0 ? ATTUNE_METHOD_SFT : ATTUNE_METHOD_DPO;
}

/* "base" or an algorithm, then its options as name=value; they are cut apart in place. */
static enum attune_code read_recipe(struct attune_recipe *recipe, char **args, int n_args,
                                    struct attune_err *err)
{
    struct attune_option options[MAX_OPTIONS];
    struct attune_model_spec spec = {.name = n_args > 0 ? args[0] : "base", .options = options};
    for (int i = 1; i < n_args; i++) {
        char *equals = strchr(args[i], '=');
        if (!equals || spec.n_options + 1 >= MAX_OPTIONS) {
            return attune_fail(err, ATTUNE_E_USAGE, "'%s' is not name=value", args[i]);
        }
        *equals = '\0';
        options[spec.n_options++] = (struct attune_option){args[i], equals + 1};
    }
    if (strcmp(spec.name, "base") != 0) {
        spec.method = method_of(spec.name);
        options[spec.n_options++] = (struct attune_option){"algorithm", spec.name};
    }
    return attune_recipe_parse(recipe, &spec, err);
}

struct progress {
    bool terminal, quiet;
};

static void show_progress(void *context, const struct attune_align_progress *p)
{
    const struct progress *show = context;
    size_t every = p->total >= 10 ? p->total / 10 : 1;
    if (show->quiet || (!show->terminal && p->done % every != 0 && p->done != p->total)) {
        return;
    }
    fprintf(stderr, "%s%s %zu/%zu", show->terminal ? "\r\033[K" : "", p->method, p->done, p->total);
    if (!isnan(p->reward)) {
        fprintf(stderr, "  reward %.3f", p->reward);
    }
    fprintf(stderr, "  log-ratio %.2f nats%s", p->kl,
            show->terminal && p->done < p->total ? "" : "\n");
}

static enum attune_code copy(const struct attune_policy *base, struct attune_policy **policy,
                             struct attune_err *err)
{
    *policy = attune_policy_copy(base);
    return *policy ? ATTUNE_OK : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a policy");
}

static enum attune_code make(const struct attune_common *common, char **args, int n_args,
                             struct attune_recipe *recipe, struct attune_policy **base,
                             struct attune_policy **policy, struct attune_training *cost,
                             struct attune_err *err)
{
    struct progress progress = {.terminal = isatty(STDERR_FILENO), .quiet = common->quiet};
    enum attune_code code = read_recipe(recipe, args, n_args, err);
    if (code == ATTUNE_OK) {
        code =
            attune_policy_base(base, recipe->algorithm == ATTUNE_ALGORITHM_NONE ? cost : NULL, err);
    }
    if (code == ATTUNE_OK) {
        code = recipe->algorithm == ATTUNE_ALGORITHM_NONE
                   ? copy(*base, policy, err)
                   : attune_recipe_make(recipe, *base, policy, cost, NULL, show_progress, &progress,
                                        err);
    }
    return code;
}

static enum attune_code list(struct attune_err *err)
{
    char origin[200];
    printf("%-18s %-6s %s\n", "name", "method", "made by default from");
    attune_policy_origin(&attune_policy_training_default, origin, sizeof origin);
    printf("%-18s %-6s %s\n", "base", "none", origin);
    for (int i = 1; i < ATTUNE_N_ALGORITHMS; i++) {
        struct attune_recipe recipe;
        char *args[] = {(char *)attune_algorithm_names[i]};
        enum attune_code code = read_recipe(&recipe, args, 1, err);
        if (code != ATTUNE_OK) {
            return code;
        }
        attune_recipe_origin(&recipe, origin, sizeof origin);
        printf("%-18s %-6s %s\n", args[0], attune_method_names[method_of(args[0])], origin);
    }
    return ATTUNE_OK;
}

static enum attune_code train(const struct attune_common *common, const struct options *o,
                              char **args, int n_args, struct attune_err *err)
{
    struct attune_policy *base = NULL, *policy = NULL;
    struct attune_recipe recipe;
    struct attune_training cost = {0};
    enum attune_code code = make(common, args, n_args, &recipe, &base, &policy, &cost, err);
    if (code == ATTUNE_OK) {
        struct attune_checkpoint head = {.kind = "policy", .n_params = attune_policy_n_params()};
        char hash[ATTUNE_HASH_SIZE];
        if (recipe.algorithm == ATTUNE_ALGORITHM_NONE) {
            attune_policy_origin(&attune_policy_training_default, head.origin, sizeof head.origin);
        } else {
            attune_recipe_origin(&recipe, head.origin, sizeof head.origin);
        }
        attune_hash_bytes(attune_policy_params(policy), head.n_params * sizeof(float), hash);
        printf("%s\n%zu parameters, hash %s\n", head.origin, head.n_params, hash);
        printf("cost: %llu tokens generated, %llu processed, %llu reward calls, %llu pairs, %llu "
               "gradient steps, %.1f s\n",
               (unsigned long long)cost.n_generated, (unsigned long long)cost.n_processed,
               (unsigned long long)cost.n_rewards, (unsigned long long)cost.n_pairs,
               (unsigned long long)cost.n_steps, cost.seconds);
        if (o->out) {
            code = attune_checkpoint_save(o->out, &head, attune_policy_params(policy), err);
        }
    }
    attune_policy_free(policy);
    attune_policy_free(base);
    return code;
}

static enum attune_code sample(const struct attune_common *common, const struct options *o,
                               char **args, int n_args, struct attune_err *err)
{
    struct attune_policy *base = NULL, *policy = NULL;
    struct attune_recipe recipe;
    struct attune_setting setting;
    struct attune_prompt prompt = {.id = (char *)"sample", .text = (char *)o->text};
    enum attune_code code = make(common, args, n_args, &recipe, &base, &policy, NULL, err);
    if (code == ATTUNE_OK) {
        code = attune_dir_make(o->out ? o->out : ".", err);
    }
    attune_setting_init(&setting, &prompt);
    for (uint64_t i = 0; i < o->n && code == ATTUNE_OK; i++) {
        struct attune_piece piece;
        struct attune_rng rng;
        char out[4096], path[4096];
        attune_rng_init(&rng, common->seed, i);
        double logprob = attune_policy_sample(policy, &setting, &piece, &rng);
        snprintf(out, sizeof out, "%.4000s/%s-%llu", o->out ? o->out : ".",
                 attune_algorithm_names[recipe.algorithm], (unsigned long long)i);
        code = attune_piece_write(&piece, out, path, sizeof path, err);
        if (code == ATTUNE_OK) {
            printf("%s  log p %.2f  log p of the base %.2f\n", path, logprob,
                   attune_policy_logprob(base, &piece));
        }
    }
    attune_policy_free(policy);
    attune_policy_free(base);
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    if (strcmp(args[0], "list") == 0 && n_args == 1) {
        return list(err);
    }
    if (strcmp(args[0], "train") == 0) {
        return train(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "sample") == 0) {
        return sample(common, options, args + 1, n_args - 1, err);
    }
    return attune_fail(err, ATTUNE_E_USAGE, "'%s' is not one of list, train, sample", args[0]);
}

const struct attune_command attune_command_model = {
    .name = "model",
    .usage = "list | train [NAME [OPTION=VALUE...]] | sample [NAME [OPTION=VALUE...]]",
    .summary = "make and sample the reference policies",
    .details =
        "NAME is base or an alignment algorithm (`attune model list`); OPTION=VALUE are the "
        "options that a\n"
        "suite gives a model: beta, rate, steps, pairs, ... What is made stays in the cache.\n\n"
        "  attune model train dpo beta=0.1\n"
        "  attune model sample musicrl-u --text \"a sad waltz\" --n 4 --out samples",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = MAX_OPTIONS,
    .run = run,
};
