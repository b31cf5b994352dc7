/* Rewards and outside scorers of a run: how they order its models. */
#ifndef ATTUNE_REPORTS_TABLE_REWARD_MODELS_H
#define ATTUNE_REPORTS_TABLE_REWARD_MODELS_H

#include "reports/table_spec.h"

/* ATTUNE_E_USAGE when the run has neither rewards nor scorers. */
enum attune_code attune_reward_models_sheet(const struct attune_table_source *source,
                                            struct attune_sheet *sheet, struct attune_err *err);

#endif
