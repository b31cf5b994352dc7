/* What an audit says of one metric, from the JSON of `attune audit --format json`: for people who
 * read the catalogue. */
#ifndef ATTUNE_CLI_AUDIT_CARD_H
#define ATTUNE_CLI_AUDIT_CARD_H

#include <jansson.h>

#include "base/err.h"
#include "base/text.h"
#include "metrics/metric.h"

/* Appends, in Markdown: tau of every declared response, what does not move the metric, and how
 * degenerate music fares. card: an entry of "metrics", NULL appends nothing. */
void attune_audit_card_text(struct attune_buf *out, const struct attune_metric *metric,
                            const json_t *card);

/* Draws the values over the doses into FOLDER/ID.svg. *drawn: whether there was something to
 * draw. */
enum attune_code attune_audit_card_picture(const char *folder, const struct attune_metric *metric,
                                           const json_t *card, bool *drawn,
                                           struct attune_err *err);

#endif
