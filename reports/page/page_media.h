/* The samples of a run as the page shows them, and their files copied beside it. */
#ifndef ATTUNE_REPORTS_PAGE_MEDIA_H
#define ATTUNE_REPORTS_PAGE_MEDIA_H

#include "reports/page/page.h"

struct attune_page_sample {
    int64_t id, seed;
    size_t model, prompt; /* positions in the run's lists */
    bool failed, symbolic, gone;
    const char *error, *path, *hash; /* NULL where there is none */
    const char *file, *player;       /* names below media/; NULL where there is none */
    double duration_s, generate_s;
};

struct attune_page_samples {
    struct attune_page_sample *items; /* (n,) by model, prompt, seed */
    size_t n, capacity;
    struct attune_arena text;
    const struct attune_model_list *models;
    const struct attune_prompt_list *prompts;
    bool failed; /* out of memory while reading */
};

enum attune_code attune_page_samples_read(struct attune_page_samples *out,
                                          struct attune_store *store, int64_t run,
                                          const struct attune_model_list *models,
                                          const struct attune_prompt_list *prompts,
                                          struct attune_err *err);
void attune_page_samples_release(struct attune_page_samples *samples);

/* Copies into OUT/media, renders MIDI where a sound font is given; fills file, player and gone.
 * Files are named by content, so equal samples share one, and what an earlier report left there is
 * not copied or rendered again. A file that cannot be read is marked as gone, it does not stop the
 * page. */
enum attune_code attune_page_copy(struct attune_page_samples *samples,
                                  const struct attune_page_options *options,
                                  struct attune_err *err);

#endif
