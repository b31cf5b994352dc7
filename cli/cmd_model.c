/* attune model list|train|sample: the reference models and what alignment makes of them. A model is
 * opened as a suite would open it, so that both make the same thing. */
#include <math.h>
#include <unistd.h>

#include "base/io/file.h"
#include "cli/command.h"
#include "metrics/adherence/attributes.h"
#include "cli/training_line.h"
#include "models/align/recipe.h"
#include "models/generator.h"
#include "models/option.h"
#include "models/pieces/midi_corpus.h"
#include "models/policy/checkpoint.h"
#include "models/policy/diffusion.h"
#include "models/policy/policy_train.h"

enum { MAX_OPTIONS = 32 };

struct options {
    const char *out, *text, *corpus;
    uint64_t n;
};

static const struct attune_opt options_table[] = {
    {"out", ATTUNE_OPT_TEXT, offsetof(struct options, out), .metavar = "FILE",
     .help =
         "train: write the checkpoint here too; sample: folder for the MIDI files (default: .)"},
    {"corpus", ATTUNE_OPT_TEXT, offsetof(struct options, corpus), .metavar = "DIR",
     .help = "train policy or diffusion: on the MIDI files below DIR; needs --out"},
    {"text", ATTUNE_OPT_TEXT, offsetof(struct options, text), .metavar = "TEXT",
     .help = "sample: the prompt's text (default: \"a piece\")"},
    {"n", ATTUNE_OPT_COUNT, offsetof(struct options, n), .metavar = "N", .lo = 1, .hi = 100000,
     .help = "sample: how many, with seeds from --seed on (default 1)"},
    {NULL},
};

static const struct options defaults = {.text = "a piece", .n = 1};

/* Names on the command line, and what a suite would say for them. */
struct named_model {
    const char *name, *builtin;
    enum attune_method method;
    struct attune_option option; /* name NULL: none */
    const char *knobs;           /* the options that matter, with defaults */
};

#define POLICY(algorithm, method, knobs)                                                           \
    {algorithm, "policy", method, {"algorithm", algorithm}, knobs}
#define DIFFRHYTHM(name, preference)                                                               \
    {name, "diffusion", ATTUNE_METHOD_DPO, {"preference", preference},                             \
     "pairs epochs beta rate train_seed"}

static const struct named_model named_models[] = {
    {"policy", "policy", ATTUNE_METHOD_NONE, {NULL}, "best_of select"},
    POLICY("musicrl-r", ATTUNE_METHOD_RLHF, "reward steps batch beta rate train_seed"),
    POLICY("musicrl-u", ATTUNE_METHOD_RLHF, "reward steps batch beta rate train_seed"),
    POLICY("musicrl-ru", ATTUNE_METHOD_RLHF, "reward steps batch beta rate train_seed"),
    POLICY("grpo", ATTUNE_METHOD_RLHF, "reward steps batch group beta rate train_seed"),
    POLICY("dpo", ATTUNE_METHOD_DPO, "pairs epochs batch beta rate train_seed"),
    POLICY("ipo", ATTUNE_METHOD_DPO, "pairs epochs batch beta rate train_seed"),
    POLICY("dpop", ATTUNE_METHOD_DPO, "pairs epochs batch beta lambda rate train_seed"),
    POLICY("kto", ATTUNE_METHOD_DPO, "pairs epochs batch beta rate train_seed"),
    POLICY("expert-iteration", ATTUNE_METHOD_SFT,
           "reward rounds group keep epochs batch rate train_seed"),
    {"best-of-n", "policy", ATTUNE_METHOD_INFERENCE, {NULL}, "best_of=N select=METRIC"},
    POLICY("inferalign", ATTUNE_METHOD_INFERENCE, "select beams keep_beams block_bars alpha beta"),
    {"diffusion", "diffusion", ATTUNE_METHOD_NONE, {NULL}, "denoise_steps"},
    DIFFRHYTHM("diffrhythm-plus", "multi"),
    DIFFRHYTHM("diffrhythm-single", "single"),
    DIFFRHYTHM("diffrhythm-cross-pair", "cross-pair"),
    DIFFRHYTHM("diffrhythm-interpolated", "interpolation"),
    {"scg", "diffusion", ATTUNE_METHOD_INFERENCE, {NULL}, "select draws denoise_steps"},
};
enum { N_NAMED = sizeof named_models / sizeof *named_models };

static enum attune_code find_model(const char *name, const struct named_model **out,
                                   struct attune_err *err)
{
    const char *names[N_NAMED];
    for (size_t i = 0; i < N_NAMED; i++) {
        names[i] = named_models[i].name;
        if (strcmp(name, names[i]) == 0) {
            *out = &named_models[i];
            return ATTUNE_OK;
        }
    }
    attune_fail(err, ATTUNE_E_USAGE, "no model '%s'", name);
    const char *near = attune_nearest(name, names, N_NAMED);
    attune_err_hint(err, near ? "did you mean '%s'? `attune model list` shows all"
                              : "`attune model list` shows all", near);
    return ATTUNE_E_USAGE;
}

/* A model open as in a suite: NAME, then OPTION=VALUE arguments, which are cut apart in place. */
struct opened {
    const struct named_model *named;
    const struct attune_generator *generator;
    struct attune_option options[MAX_OPTIONS];
    struct attune_model_spec spec;
    struct attune_training_line line; /* what the spec's watcher writes to */
    void *state;
};

static enum attune_code read_spec(struct opened *m, char **args, int n_args, struct attune_err *err)
{
    enum attune_code code = find_model(n_args > 0 ? args[0] : "policy", &m->named, err);
    if (code != ATTUNE_OK) {
        return code;
    }
    m->spec = (struct attune_model_spec){.name = m->named->name, .builtin = m->named->builtin,
                                         .method = m->named->method, .options = m->options};
    if (m->named->option.name) {
        m->options[m->spec.n_options++] = m->named->option;
    }
    code = attune_generator_for(&m->spec, &m->generator, err);
    for (int i = 1; i < n_args && code == ATTUNE_OK; i++) {
        char *equals = strchr(args[i], '=');
        if (!equals || m->spec.n_options + 1 >= MAX_OPTIONS) {
            return attune_fail(err, ATTUNE_E_USAGE, "'%s' is not OPTION=VALUE", args[i]);
        }
        *equals = '\0';
        size_t n = 0;
        const char *const *known = m->generator->options;
        while (known[n] && strcmp(known[n], args[i]) != 0) {
            n++;
        }
        if (!known[n]) {
            const char *near = attune_nearest(args[i], known, n);
            attune_fail(err, ATTUNE_E_USAGE, "no option '%s' of model '%s'", args[i],
                        m->named->name);
            attune_err_hint(err, near ? "did you mean '%s'?" : "its options: %s",
                            near ? near : m->named->knobs);
            return ATTUNE_E_USAGE;
        }
        m->options[m->spec.n_options++] = (struct attune_option){args[i], equals + 1};
    }
    return code;
}

static enum attune_code open_model(struct opened *m, const struct attune_common *common,
                                   char **args, int n_args, struct attune_err *err)
{
    enum attune_code code = read_spec(m, args, n_args, err);
    m->line = (struct attune_training_line){.terminal = isatty(STDERR_FILENO),
                                            .quiet = common->quiet};
    m->spec.watcher = (struct attune_training_watcher){attune_training_line_show, &m->line};
    return code == ATTUNE_OK ? m->generator->open(&m->spec, &m->state, err) : code;
}

/* What an aligned policy is made from by default, its options with their values. */
static bool default_recipe(const struct named_model *m, char *text, size_t size)
{
    struct attune_recipe recipe;
    const struct attune_model_spec spec = {.name = m->name, .method = m->method,
                                           .options = &m->option,
                                           .n_options = m->option.name ? 1 : 0};
    if (strcmp(m->builtin, "policy") != 0 || m->method == ATTUNE_METHOD_INFERENCE ||
        attune_recipe_parse(&recipe, &spec, NULL) != ATTUNE_OK ||
        recipe.algorithm == ATTUNE_ALGORITHM_NONE) {
        return false;
    }
    char origin[200];
    attune_recipe_origin(&recipe, origin, sizeof origin);
    snprintf(text, size, "%s", origin + strlen(m->name) + 1);
    return true;
}

static enum attune_code list(void)
{
    printf("%-24s %-10s %-10s %s\n", "name", "builtin", "method", "options, with their defaults");
    for (size_t i = 0; i < N_NAMED; i++) {
        const struct named_model *m = &named_models[i];
        char recipe[200];
        printf("%-24s %-10s %-10s %s\n", m->name, m->builtin, attune_method_names[m->method],
               default_recipe(m, recipe, sizeof recipe) ? recipe : m->knobs);
    }
    puts("\nMethod none is trained on the built-in corpus or on --corpus; inference selects while "
         "it\n"
         "samples; all others are aligned from their base in seconds, once: what is made stays in\n"
         "the cache. `attune model train NAME` shows the cost, docs/alignment.md the methods.");
    return ATTUNE_OK;
}

static void print_cost(const struct attune_training *cost)
{
    printf("cost: %llu tokens generated, %llu processed, %llu reward calls, %llu pairs, %llu "
           "gradient steps, %.1f s\n",
           (unsigned long long)cost->n_generated, (unsigned long long)cost->n_processed,
           (unsigned long long)cost->n_rewards, (unsigned long long)cost->n_pairs,
           (unsigned long long)cost->n_steps, cost->seconds);
}

/* Settings of maximum likelihood from the arguments: epochs, batch, rate, seed. */
static enum attune_code read_training(const struct opened *m, struct attune_policy_training *t,
                                      struct attune_err *err)
{
    struct { const char *name; double lo, hi, value; } knobs[] = {
        {"epochs", 1, 100, t->n_epochs}, {"batch", 1, 4096, (double)t->batch},
        {"rate", 1e-6, 1, t->rate},
    };
    enum attune_code code = ATTUNE_OK;
    for (size_t i = 0; i < 3 && code == ATTUNE_OK; i++) {
        code = attune_option_number(&m->spec, knobs[i].name, knobs[i].value, knobs[i].lo,
                                    knobs[i].hi, &knobs[i].value, err);
    }
    t->n_epochs = (int)knobs[0].value;
    t->batch = (size_t)knobs[1].value < t->n_pieces ? (size_t)knobs[1].value : t->n_pieces;
    t->rate = knobs[2].value;
    return code;
}

static enum attune_code fit(const struct opened *m, const struct attune_midi_corpus *corpus,
                            const struct attune_policy_training *t, const char *out,
                            struct attune_err *err)
{
    const bool is_policy = strcmp(m->named->builtin, "policy") == 0;
    struct attune_policy *policy = is_policy ? attune_policy_new() : NULL;
    struct attune_diffusion *diffusion = is_policy ? NULL : attune_diffusion_new();
    struct attune_checkpoint head = {.n_params = is_policy ? attune_policy_n_params()
                                                           : attune_diffusion_n_params()};
    struct attune_training cost = {0};
    const float *params = policy      ? attune_policy_params(policy)
                          : diffusion ? attune_diffusion_params(diffusion)
                                      : NULL;
    enum attune_code code = !params     ? attune_fail(err, ATTUNE_E_MEMORY, "out of memory")
                            : is_policy ? attune_policy_fit(policy, corpus->pieces, t, &cost, NULL,
                                                            err)
                                        : attune_diffusion_fit(diffusion, corpus->pieces, t, &cost,
                                                               err);
    snprintf(head.kind, sizeof head.kind, "%s", m->named->builtin);
    snprintf(head.origin, sizeof head.origin,
             "midi %.16s features %zu pieces %zu epochs %d batch %zu rate %g", corpus->hash,
             head.n_params, t->n_pieces, t->n_epochs, t->batch, t->rate);
    if (code == ATTUNE_OK) {
        code = attune_checkpoint_save(out, &head, params, err);
    }
    if (code == ATTUNE_OK) {
        printf("%s\n%llu tokens processed, %llu gradient steps\nwritten to %s\n", head.origin,
               (unsigned long long)cost.n_processed, (unsigned long long)cost.n_steps, out);
    }
    attune_policy_free(policy);
    attune_diffusion_free(diffusion);
    return code;
}

static enum attune_code train_on_corpus(const struct attune_common *common, const struct options *o,
                                        char **args, int n_args, struct attune_err *err)
{
    struct opened m = {0};
    struct attune_midi_corpus corpus = {0};
    struct attune_training_line line = {.terminal = isatty(STDERR_FILENO), .quiet = common->quiet};
    enum attune_code code = read_spec(&m, args, n_args, err);
    if (code == ATTUNE_OK && (m.spec.method != ATTUNE_METHOD_NONE || !o->out)) {
        attune_fail(err, ATTUNE_E_USAGE, m.spec.method == ATTUNE_METHOD_NONE
                                             ? "--corpus needs --out, where '%s' goes"
                                             : "'%s' is not trained on a corpus", m.named->name);
        attune_err_hint(err, "attune model train policy --corpus DIR --out my.ckpt, then `attune "
                             "model train dpo checkpoint=my.ckpt`");
        return ATTUNE_E_USAGE;
    }
    struct attune_policy_training t = {0};
    if (code == ATTUNE_OK) {
        code = attune_midi_corpus_read(&corpus, o->corpus, err);
    }
    if (code == ATTUNE_OK) {
        printf("%zu of %zu files used\n", corpus.n_pieces, corpus.n_files);
        for (size_t i = 0; i < corpus.n_reasons; i++) {
            printf("  %zu left out: %s (%s)\n", corpus.reasons[i].n, corpus.reasons[i].why,
                   corpus.reasons[i].example);
        }
        t = strcmp(m.named->builtin, "policy") == 0 ? attune_policy_training_default
                                                    : attune_diffusion_training_default;
        t.n_pieces = corpus.n_pieces;
        t.watcher = (struct attune_training_watcher){attune_training_line_show, &line};
        code = read_training(&m, &t, err);
    }
    if (code == ATTUNE_OK) {
        code = fit(&m, &corpus, &t, o->out, err);
    }
    attune_midi_corpus_release(&corpus);
    return code;
}

static enum attune_code train(const struct attune_common *common, const struct options *o,
                              char **args, int n_args, struct attune_err *err)
{
    struct opened m = {0};
    struct attune_training cost = {0};
    char hash[ATTUNE_HASH_SIZE];
    enum attune_code code = open_model(&m, common, args, n_args, err);
    if (code == ATTUNE_OK && m.spec.method == ATTUNE_METHOD_INFERENCE) {
        code = attune_fail(err, ATTUNE_E_USAGE, "'%s' needs no training", m.named->name);
        attune_err_hint(err, "`attune model sample %s` draws from it", m.named->name);
    }
    if (code == ATTUNE_OK) {
        code = m.generator->fingerprint(m.state, hash, err);
    }
    if (code == ATTUNE_OK) {
        printf("%s, fingerprint %s\n", m.named->name, hash);
        if (m.generator->training(m.state, &cost)) {
            print_cost(&cost);
        }
        if (o->out) {
            code = m.generator->save(m.state, o->out, err);
        }
    }
    if (m.state) {
        m.generator->close(m.state);
    }
    return code;
}

static enum attune_code sample(const struct attune_common *common, const struct options *o,
                               char **args, int n_args, struct attune_err *err)
{
    struct opened m = {0};
    struct attune_prompt prompt = {.id = (char *)"sample", .text = (char *)o->text};
    const char *folder = o->out ? o->out : ".";
    char full[4096];
    attune_attributes_read(&prompt.attributes, prompt.text, NULL);
    enum attune_code code = open_model(&m, common, args, n_args, err);
    if (code == ATTUNE_OK) {
        code = attune_dir_make(folder, err);
    }
    if (code == ATTUNE_OK && !realpath(folder, full)) {
        code = attune_fail(err, ATTUNE_E_IO, "no folder '%s'", folder);
    }
    for (uint64_t i = 0; i < o->n && code == ATTUNE_OK; i++) {
        struct attune_generation made = {0};
        struct attune_buf out = ATTUNE_BUF_INIT;
        attune_buf_addf(&out, "%s/%s-%llu", full, m.named->name,
                        (unsigned long long)(common->seed + i));
        const struct attune_request request = {.prompt = &prompt, .seed = common->seed + i,
                                               .out = attune_buf_text(&out)};
        code = m.generator->generate(m.state, &request, &made, err);
        if (code == ATTUNE_OK) {
            printf("%s  %llu tokens", made.path, (unsigned long long)made.n_tokens);
            if (made.n_candidates > 1) {
                printf(", %llu candidates", (unsigned long long)made.n_candidates);
            }
            if (made.has_logprob && made.has_ref_logprob) {
                printf(", log p %.2f, of the base %.2f", made.logprob, made.ref_logprob);
            }
            putchar('\n');
        }
        attune_buf_release(&out);
    }
    if (m.state) {
        m.generator->close(m.state);
    }
    return code;
}

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    const struct options *o = options;
    if (strcmp(args[0], "list") == 0 && n_args == 1) {
        return list();
    }
    if (strcmp(args[0], "train") == 0) {
        return o->corpus ? train_on_corpus(common, o, args + 1, n_args - 1, err)
                         : train(common, o, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "sample") == 0) {
        return sample(common, o, args + 1, n_args - 1, err);
    }
    return attune_fail(err, ATTUNE_E_USAGE, "'%s' is not one of list, train, sample", args[0]);
}

const struct attune_command attune_command_model = {
    .name = "model",
    .usage = "list | train [NAME [OPTION=VALUE...]] | sample [NAME [OPTION=VALUE...]]",
    .summary = "make and sample the reference policies",
    .details =
        "NAME is one of `attune model list` (default: policy); OPTION=VALUE are the options that "
        "a suite\n"
        "gives a model: beta, rate, steps, pairs, ..., and checkpoint=FILE for a base of one's "
        "own. What\n"
        "is made stays in the cache.\n\n"
        "  attune model train dpo beta=0.1\n"
        "  attune model sample musicrl-u --text \"a sad waltz in D minor\" --n 4 --out samples\n"
        "  attune model sample best-of-n best_of=16 select=reward.proxy\n"
        "  attune model train policy --corpus my-midi --out my.ckpt\n"
        "  attune model sample policy checkpoint=my.ckpt",
    .options = options_table,
    .options_size = sizeof(struct options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = MAX_OPTIONS,
    .run = run,
};
