/* The suites and prompt sets that come with attune, as `attune list` shows them. */
#ifndef ATTUNE_CLI_LIST_FILES_H
#define ATTUNE_CLI_LIST_FILES_H

#include "base/text.h"

void attune_list_suites(struct attune_buf *out, bool json);
void attune_list_prompts(struct attune_buf *out, bool json);

#endif
