/* The prompt file formats; prompts.c adds the checks that they share. */
#ifndef ATTUNE_HARNESS_PROMPTS_READ_H
#define ATTUNE_HARNESS_PROMPTS_READ_H

#include "harness/suite/prompts.h"

/* Recognises the format by content and appends every prompt of the file. */
enum attune_code attune_prompts_read_file(struct attune_prompt_set *set, const char *path,
                                          struct attune_err *err);

#endif
