/* attune reward train|score|test|probe|serve: reward models from votes, their scores, what they are
 * worth and how they can be fooled. */
#include "cli/reward.h"

#define FIELD(name) offsetof(struct attune_reward_options, name)

static const struct attune_opt options_table[] = {
    {"format", ATTUNE_OPT_CHOICE, FIELD(format), .choices = "table|json|csv",
     .help = "output format (default: table; score: csv)"},
    {"from", ATTUNE_OPT_TEXT, FIELD(from), .metavar = "NAME",
     .help = "format of the votes (default: recognised)"},
    {"axis", ATTUNE_OPT_TEXT, FIELD(axis), .metavar = "NAME",
     .help = "axis of the votes (train: a head for every axis)"},
    {"features", ATTUNE_OPT_TEXT, FIELD(features), .metavar = "FILE",
     .help = "metric values that `attune eval` wrote (csv or jsonl)"},
    {"embeddings", ATTUNE_OPT_TEXT, FIELD(embeddings), .metavar = "FILE.npy|DIR",
     .help = "embeddings that `attune embed` or another program wrote"},
    {"folder", ATTUNE_OPT_TEXT, FIELD(folder), .metavar = "DIR",
     .help = "samples' files, without the two above (default: here)"},
    {"metrics", ATTUNE_OPT_TEXT, FIELD(metrics), .metavar = "GLOB,...",
     .help = "train: metrics to hear (default: all but rewards)"},
    {"model", ATTUNE_OPT_TEXT, FIELD(models), .metavar = "FILE,...",
     .help = "test: reward models; two are compared"},
    {"score-a", ATTUNE_OPT_TEXT, FIELD(score_a), .metavar = "FIELD,...",
     .help = "test: fields with scores of clip a (default: score_a)"},
    {"score-b", ATTUNE_OPT_TEXT, FIELD(score_b), .metavar = "FIELD,...",
     .help = "test: the same of clip b (default: score_b)"},
    {"groups", ATTUNE_OPT_TEXT, FIELD(groups), .metavar = "FILE",
     .help = "test: instead of votes, prompts with several right answers (ties score)"},
    {"score", ATTUNE_OPT_TEXT, FIELD(score), .metavar = "FIELD,...",
     .help = "test --groups: fields with an answer's score (default: score)"},
    {"ties", ATTUNE_OPT_CHOICE, FIELD(ties), .choices = "drop|half|partial",
     .help = "test: what listeners' ties count in the accuracy (default: drop)"},
    {"ensemble", ATTUNE_OPT_CHOICE, FIELD(ensemble), .choices = "mean|worst|cautious",
     .help = "how members speak; cautious: mean - lambda variance (default: mean)"},
    {"lambda", ATTUNE_OPT_NUMBER, FIELD(lambda), .metavar = "X", .lo = 0, .hi = 1e6,
     .help = "of cautious (default: .5)"},
    {"composite", ATTUNE_OPT_TEXT, FIELD(composite), .metavar = "NAME=WEIGHT,...",
     .help = "score: instead of a model, standardised scores or metrics, weighted"},
    {"out", ATTUNE_OPT_TEXT, FIELD(out), .metavar = "FILE",
     .help = "train: the reward model's file (default: cross-validation only)"},
    {"head", ATTUNE_OPT_CHOICE, FIELD(head), .choices = "linear|mlp",
     .help = "train: linear, or a multilayer perceptron (default: linear)"},
    {"hidden", ATTUNE_OPT_TEXT, FIELD(hidden), .metavar = "N,...",
     .help = "train: hidden units of the mlp (default: 64,32)"},
    {"embedding-name", ATTUNE_OPT_TEXT, FIELD(embedding_name), .metavar = "NAME",
     .help = "train: what the embeddings are called (default: embedding)"},
    {"members", ATTUNE_OPT_COUNT, FIELD(members), .metavar = "N", .lo = 1, .hi = 100,
     .help = "train: heads of an ensemble, on resampled pairs (default: 1)"},
    {"rate", ATTUNE_OPT_NUMBER, FIELD(rate), .metavar = "X", .lo = 0, .hi = 10,
     .help = "train: Adam's step (default: .01 linear, .001 mlp)"},
    {"l2", ATTUNE_OPT_NUMBER, FIELD(l2), .metavar = "X", .lo = 0, .hi = 1e3,
     .help = "train: l2/2 |W|^2 (default: .001)"},
    {"margin", ATTUNE_OPT_NUMBER, FIELD(margin), .metavar = "X", .lo = 0, .hi = 100,
     .help = "train: winners are to lead by this (default: 0)"},
    {"smoothing", ATTUNE_OPT_NUMBER, FIELD(smoothing), .metavar = "X", .lo = 0, .hi = 0.5,
     .help = "train: label smoothing (default: 0)"},
    {"centring", ATTUNE_OPT_NUMBER, FIELD(centring), .metavar = "X", .lo = 0, .hi = 100,
     .help = "train: c (r_w + r_l)^2 (default: .01)"},
    {"epochs", ATTUNE_OPT_COUNT, FIELD(epochs), .metavar = "N", .lo = 1, .hi = 100000,
     .help = "train: at most so many (default: 100)"},
    {"patience", ATTUNE_OPT_COUNT, FIELD(patience), .metavar = "N", .lo = 0, .hi = 100000,
     .help = "train: epochs without a better held-out loss; 0: all (default: 8)"},
    {"batch", ATTUNE_OPT_COUNT, FIELD(batch), .metavar = "N", .lo = 1, .hi = 65536,
     .help = "train: pairs per step (default: 128)"},
    {"folds", ATTUNE_OPT_COUNT, FIELD(folds), .metavar = "N", .lo = 0, .hi = 1000,
     .help = "train: groups of prompts held out in turn; 0: none (default: 5)"},
    {"no-generator-folds", ATTUNE_OPT_FLAG, FIELD(no_generator_folds),
     .help = "train: without leaving generators out (faster, no headline)"},
    {NULL},
};

static const struct attune_reward_options defaults = {
    .format = NULL, .ties = "drop", .ensemble = "mean", .lambda = 0.5, .head = "linear",
    .members = 1, .l2 = 1e-3, .centring = 0.01, .epochs = 100, .patience = 8, .batch = 128,
    .folds = 5,
};

static enum attune_code run(const struct attune_common *common, const void *options, char **args,
                            int n_args, int *exit_code, struct attune_err *err)
{
    if (strcmp(args[0], "train") == 0) {
        return attune_reward_train_command(common, options, args + 1, n_args - 1, err);
    }
    const struct attune_reward_options *o = options;
    if (strcmp(args[0], "score") == 0 && o->composite && n_args > 1) {
        return attune_reward_composite_command(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "score") == 0 && !o->composite && n_args > 2) {
        return attune_reward_score_command(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "test") == 0 && o->groups && n_args == 1) {
        return attune_reward_ties_command(common, options, err);
    }
    if (strcmp(args[0], "test") == 0 && !o->groups) {
        return attune_reward_test_command(common, options, args + 1, n_args - 1, err);
    }
    if (strcmp(args[0], "probe") == 0 && n_args > 2) {
        return attune_reward_probe_command(common, options, args + 1, n_args - 1, exit_code, err);
    }
    if (strcmp(args[0], "serve") == 0 && n_args == 2) {
        return attune_reward_serve_command(options, args[1], err);
    }
    if (strcmp(args[0], "test") == 0) {
        return attune_fail(err, ATTUNE_E_USAGE,
                           "`attune reward test` takes --groups or votes, not both");
    }
    attune_fail(err, ATTUNE_E_USAGE, "`attune reward %s` with %d files is not known", args[0],
                n_args - 1);
    attune_err_hint(err, "`attune reward --help` shows train, score, test, probe and serve");
    return ATTUNE_E_USAGE;
}

const struct attune_command attune_command_reward = {
    .name = "reward",
    .usage = "train [VOTES...] | score MODEL PATH... | test [VOTES...] | probe MODEL PATH... | "
             "serve MODEL",
    .summary = "reward models: train, score, test against votes, probe for shortcuts",
    .details =
        "train fits a reward model to votes (files in the formats of `attune prefs`, or those of\n"
        "the database) on what is heard of each sample: --features, --embeddings, or the samples'\n"
        "own files. It prints what the model is worth on generators and prompts it has not seen.\n"
        "score prints a reward per sample; metrics of other versions than the model was trained\n"
        "on are refused. test measures models (--model) or scores that stand in the file\n"
        "(--score-a, --score-b) beside the baselines that they have to beat. With --groups it\n"
        "prints RewardBench 2's ties score instead: of a reference prompt with one right answer\n"
        "and a tied one with several, right ones must lead wrong ones by more than they differ\n"
        "among themselves (records: subject, set ref|tied, right 1|0, path, scores). probe asks\n"
        "how the reward answers to gain, length, silence, noise, loops and the like; exit code 1 "
        "when\n"
        "silence or noise is not below the 1st percentile of music. serve answers as a scorer of\n"
        "a suite: scorers: [{name: taste, worker: [attune, reward, serve, taste.reward]}].\n\n"
        "Examples:\n"
        "  attune eval samples/ --format csv >metrics.csv\n"
        "  attune reward train votes.csv --features metrics.csv --out taste.reward\n"
        "  attune reward score taste.reward new/*.wav\n"
        "  attune reward score --composite clap=.5,PQ=.5 --features scores.csv a.wav b.wav c.wav\n"
        "  attune reward test votes.csv --model taste.reward --features metrics.csv\n"
        "  attune reward test scored.csv --score-a clap_a --score-b clap_b\n"
        "  attune reward test --groups answers.csv --model taste.reward --features metrics.csv\n"
        "  attune reward probe taste.reward samples/",
    .options = options_table,
    .options_size = sizeof(struct attune_reward_options),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = -1,
    .run = run,
};
