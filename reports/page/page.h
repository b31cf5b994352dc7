/* The page: a folder of static HTML that needs no network, no server and, for reading, no script.
 *
 *     index.html      leaderboard, pillars, methods and their cost, models against their bases,
 *                     figures, failures, provenance, downloads
 *     prompts/N.html  one prompt: what it asks for, and every model's sample beside the others
 *     models/N.html   one model against its base: where it got worse, with both players
 *     media/          the samples: audio as it is, MIDI as a file and, where asked for, rendered
 *     leaderboard.csv, failures.csv, attune.db, figures/
 *
 * Text from outside is escaped everywhere, and a content security policy forbids everything that is
 * not in the folder.
 */
#ifndef ATTUNE_REPORTS_PAGE_H
#define ATTUNE_REPORTS_PAGE_H

#include "reports/board.h"

struct attune_page_options {
    const char *out;       /* folder, made when missing */
    const char *soundfont; /* renders MIDI with it; NULL: MIDI is offered as a file */
    bool figures, media;   /* draw with gnuplot; copy the samples */
    bool database;         /* put a copy of the database among the downloads */
    const char *run;       /* as attune_board_read takes it */
    uint64_t seed;
    size_t n_threads;
};

struct attune_page_result {
    size_t n_prompts, n_samples, n_failed,
        n_gone; /* gone: files that are no longer where the run left them */
    bool has_figures;
};

enum attune_code attune_page_write(struct attune_store *store,
                                   const struct attune_page_options *options,
                                   struct attune_page_result *result, struct attune_err *err);

/* ---- parts, used by page.c */

/* Head of an HTML document up to <main>; up: "" or "../", the way to the folder. */
void attune_page_begin(struct attune_buf *out, const char *title, const char *up);
void attune_page_end(struct attune_buf *out);

extern const char attune_page_css[], attune_page_js[];

#endif
