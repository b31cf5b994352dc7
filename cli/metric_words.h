/* What a metric's bit sets say, in words. */
#ifndef ATTUNE_CLI_METRIC_WORDS_H
#define ATTUNE_CLI_METRIC_WORDS_H

#include "base/text.h"
#include "metrics/metric.h"

/* "pitch noise, freezing (symbolic only)"; "nothing declared" where nothing is. */
void attune_metric_responses(struct attune_buf *out, const struct attune_metric *metric);

/* "audio and symbolic", "audio", "symbolic" or "sets of samples". */
const char *attune_metric_inputs(const struct attune_metric *metric);

#endif
