/* JSON Lines: one JSON value per line, strict, with line numbers in every error.
 * Values are Jansson's; empty lines are skipped; a byte-order mark is accepted; lines longer than
 * the cap are an error, not an allocation. */
#ifndef ATTUNE_BASE_IO_JSONL_H
#define ATTUNE_BASE_IO_JSONL_H

#include <jansson.h>

#include "base/err.h"

enum { ATTUNE_JSONL_MAX_LINE = 16 << 20 };

struct attune_jsonl;

enum attune_code attune_jsonl_open(struct attune_jsonl **reader, const char *path,
                                   struct attune_err *err);
void attune_jsonl_close(struct attune_jsonl *reader);

/* The next value (the caller's reference: json_decref), or NULL in *value at the end. */
enum attune_code attune_jsonl_next(struct attune_jsonl *reader, json_t **value,
                                   struct attune_err *err);

/* The line number of the value read last, from 1. */
long attune_jsonl_line(const struct attune_jsonl *reader);

#endif
