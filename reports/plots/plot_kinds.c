/* The list of figures. */
#include "reports/plots/plot.h"

const struct attune_plot_kind attune_plot_kinds[] = {
    {"leaderboard", "means with intervals, one panel per metric", .draw = attune_plot_leaderboard},
    {"heatmap", "metrics by models, coloured by distance from the mean of the models",
     .draw = attune_plot_heatmap, .all_metrics = true},
    {"radar", "metrics as axes of a disc, from the worst mean to the best; a line per model",
     .draw = attune_plot_radar},
    {"scatter", "two metrics: a point per model with both intervals, or per prompt (--by-prompt)",
     .draw = attune_plot_scatter},
    {"distribution", "one metric: every prompt's value, means with intervals",
     .draw = attune_plot_distribution, .of_scores = true},
    {"paired", "one metric of two models: a line per prompt, and the differences",
     .draw = attune_plot_paired, .of_scores = true},
    {"performance-profile", "one metric: share of prompts that reach a value, with bands",
     .draw = attune_plot_performance_profile, .of_scores = true},
    {"winrate", "one metric: how often a model beats another on a prompt",
     .draw = attune_plot_winrate, .of_scores = true},
    {"critical-difference", "one metric: mean ranks, with bars over models not separated",
     .draw = attune_plot_critical_difference, .of_scores = true},
    {"history", "one metric from run to run, with the steps in between and their commits",
     .draw = attune_plot_history},
    {"ssm", "self-similarity matrix of one sample", .of_sample = true},
    {"scape", "fitness of every segment of one sample: what repeats, and at what scale",
     .of_sample = true},
    {"chromagram", "pitch classes of one sample over time", .of_sample = true},
    {NULL},
};
