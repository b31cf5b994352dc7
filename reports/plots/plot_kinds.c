/* The list of figures. */
#include "reports/plots/plot.h"

const struct attune_plot_kind attune_plot_kinds[] = {
    {"leaderboard", "means with intervals, one panel per metric", false},
    {"heatmap", "metrics by models, coloured by distance from the mean of the models", false},
    {"distribution", "one metric: every prompt's value, means with intervals", false},
    {"winrate", "one metric: how often a model beats another on a prompt", false},
    {"critical-difference", "one metric: mean ranks, with bars over models not separated", false},
    {"ssm", "self-similarity matrix of one sample", true},
    {"scape", "fitness of every segment of one sample: what repeats, and at what scale", true},
    {"chromagram", "pitch classes of one sample over time", true},
    {NULL},
};
