/* The catalogue of metrics as one Markdown page: what `attune describe` says of each, and from an
 * audit how each responds to damage. */
#ifndef ATTUNE_CLI_CATALOGUE_H
#define ATTUNE_CLI_CATALOGUE_H

#include "base/err.h"
#include "base/text.h"

/* audit: a file of `attune audit --format json`, or NULL for a page without cards; the pictures of
 * the cards are drawn into FOLDER/metrics, where the page in FOLDER expects them. */
enum attune_code attune_catalogue_make(struct attune_buf *out, const char *folder,
                                       const char *audit, struct attune_err *err);

#endif
