/* `attune list plots` and `attune list tables`. */
#ifndef ATTUNE_CLI_LIST_REPORTS_H
#define ATTUNE_CLI_LIST_REPORTS_H

#include <stdbool.h>

#include "base/text.h"

void attune_list_plots(struct attune_buf *out, bool json);
void attune_list_tables(struct attune_buf *out, bool json);

#endif
