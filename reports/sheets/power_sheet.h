/* Power as tables: how many prompts, for a comparison and for the gate. */
#ifndef ATTUNE_REPORTS_POWER_SHEET_H
#define ATTUNE_REPORTS_POWER_SHEET_H

#include "reports/gate_simulate.h"
#include "reports/sheets/sheet.h"

struct attune_power_question {
    double alpha, power;
    size_t n_comparisons;
};

/* Without a pilot: prompts by size of the effect. */
void attune_power_sheet(const struct attune_power_question *question, struct attune_sheet *sheet);

/* With a pilot of two models: what its prompts can show, and what more would. */
void attune_power_pilot_sheet(const struct attune_power_question *question,
                              const struct attune_contrasts *contrasts, const char *a,
                              const char *b, struct attune_sheet *sheet);

/* Simulated weeks of the gate: trials (n,). */
void attune_gate_trials_sheet(const struct attune_gate_world *world,
                              const struct attune_gate_trial *trials, size_t n,
                              struct attune_sheet *sheet);

#endif
