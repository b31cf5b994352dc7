/* Samples and their files. */
#include "reports/page/page_media.h"

#include <ctype.h>

#include "base/io/audio.h"
#include "base/io/file.h"
#include "base/io/render.h"
#include "base/thread.h"

enum { MAX_BYTES = 512 << 20 };
static const double max_render_s = 600.0;

static const char *copy_text(struct attune_page_samples *s, const char *text)
{
    if (!text) {
        return NULL;
    }
    const size_t n = strlen(text) + 1;
    char *to = attune_arena_alloc(&s->text, n, 1);
    s->failed = s->failed || !to;
    return to ? memcpy(to, text, n) : NULL;
}

static size_t model_at(const struct attune_page_samples *s, const char *name)
{
    size_t i = 0;
    while (i < s->models->n && strcmp(s->models->items[i].name, name) != 0) {
        i++;
    }
    return i;
}

/* Samples come in the order of the prompts, so the search starts where the last one ended. */
static size_t prompt_at(const struct attune_page_samples *s, const char *name)
{
    const size_t start = s->n ? s->items[s->n - 1].prompt : 0;
    for (size_t k = 0; k < s->prompts->n; k++) {
        const size_t i = (start + k) % s->prompts->n;
        if (strcmp(s->prompts->items[i].name, name) == 0) {
            return i;
        }
    }
    return s->prompts->n;
}

static bool add_sample(void *context, const struct attune_sample_row *row)
{
    struct attune_page_samples *s = context;
    const struct attune_page_sample sample = {.id = row->id,
                                              .seed = row->seed,
                                              .model = model_at(s, row->model),
                                              .prompt = prompt_at(s, row->prompt),
                                              .failed = strcmp(row->status, "ok") != 0,
                                              .symbolic = row->modality &&
                                                          strcmp(row->modality, "symbolic") == 0,
                                              .error = copy_text(s, row->error),
                                              .path = copy_text(s, row->path),
                                              .duration_s = row->duration_s,
                                              .generate_s = row->generate_s};
    if (sample.model == s->models->n || sample.prompt == s->prompts->n) {
        return true;
    }
    if (!attune_grow((void **)&s->items, &s->capacity, s->n, sizeof *s->items)) {
        s->failed = true;
        return false;
    }
    s->items[s->n++] = sample;
    return !s->failed;
}

enum attune_code attune_page_samples_read(struct attune_page_samples *out,
                                          struct attune_store *store, int64_t run,
                                          const struct attune_model_list *models,
                                          const struct attune_prompt_list *prompts,
                                          struct attune_err *err)
{
    *out = (struct attune_page_samples){.models = models, .prompts = prompts};
    enum attune_code code = attune_read_samples(store, run, NULL, add_sample, out, err);
    return code || !out->failed
               ? code
               : attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the samples");
}

void attune_page_samples_release(struct attune_page_samples *samples)
{
    attune_release(samples->items);
    attune_arena_release(&samples->text);
    *samples = (struct attune_page_samples){0};
}

/* ---- files */

struct copying {
    struct attune_page_samples *samples;
    const struct attune_page_options *options;
    struct attune_renderer **renderers; /* (n_threads,) or NULL */
    unsigned char *done, *rendered;     /* (n,) */
};

/* "mid", or the path's own extension where it is a plain one. */
static void extension_of(const struct attune_page_sample *sample, char out[8])
{
    const char *dot = strrchr(sample->path, '.');
    size_t n = 0;
    for (; dot && dot[1 + n] && n < 7; n++) {
        if (!isalnum((unsigned char)dot[1 + n])) {
            n = 7;
            break;
        }
        out[n] = (char)tolower((unsigned char)dot[1 + n]);
    }
    out[n < 7 ? n : 0] = '\0';
    if (sample->symbolic || !out[0] || strncmp(out, "htm", 3) == 0 || strcmp(out, "svg") == 0) {
        snprintf(out, 8, "%s", sample->symbolic ? "mid" : "wav");
    }
}

static void file_name(const struct copying *c, size_t item, const char *extension,
                      struct attune_buf *out)
{
    attune_buf_addf(out, "%s/media/%lld.%s", c->options->out, (long long)c->samples->items[item].id,
                    extension);
}

static bool render(const struct copying *c, size_t item, size_t worker, const char *bytes,
                   size_t n_bytes)
{
    float *samples = NULL;
    uint64_t n_frames = 0;
    struct attune_buf path = ATTUNE_BUF_INIT;
    file_name(c, item, "mp3", &path);
    enum attune_code code = attune_render(c->renderers[worker], bytes, n_bytes, max_render_s,
                                          &samples, &n_frames, NULL);
    if (!code) {
        code = attune_audio_write(attune_buf_text(&path), ATTUNE_MP3, samples, n_frames, 2,
                                  ATTUNE_RENDER_RATE, NULL);
    }
    attune_release(samples);
    attune_buf_release(&path);
    return code == ATTUNE_OK;
}

static void copy_sample(void *context, size_t item, size_t worker)
{
    struct copying *c = context;
    const struct attune_page_sample *sample = &c->samples->items[item];
    if (sample->failed || !sample->path) {
        return;
    }
    char *bytes = NULL, extension[8];
    size_t n_bytes = 0;
    struct attune_buf path = ATTUNE_BUF_INIT;
    extension_of(sample, extension);
    file_name(c, item, extension, &path);
    if (attune_file_read(sample->path, MAX_BYTES, &bytes, &n_bytes, NULL) == ATTUNE_OK) {
        c->done[item] =
            attune_file_write(attune_buf_text(&path), bytes, n_bytes, NULL) == ATTUNE_OK;
        c->rendered[item] =
            sample->symbolic && c->renderers && render(c, item, worker, bytes, n_bytes);
    }
    attune_release(bytes);
    attune_buf_release(&path);
}

static void name_files(struct copying *c)
{
    for (size_t i = 0; i < c->samples->n; i++) {
        struct attune_page_sample *s = &c->samples->items[i];
        s->gone = !s->failed && !c->done[i];
        if (!c->done[i]) {
            continue;
        }
        char extension[8], name[48];
        extension_of(s, extension);
        snprintf(name, sizeof name, "%lld.%s", (long long)s->id, extension);
        s->file = copy_text(c->samples, name);
        snprintf(name, sizeof name, "%lld.mp3", (long long)s->id);
        s->player = !s->symbolic ? s->file : c->rendered[i] ? copy_text(c->samples, name) : NULL;
    }
}

enum attune_code attune_page_copy(struct attune_page_samples *samples,
                                  const struct attune_page_options *options, struct attune_err *err)
{
    struct copying c = {.samples = samples, .options = options};
    struct attune_buf folder = ATTUNE_BUF_INIT;
    attune_buf_addf(&folder, "%s/media", options->out);
    enum attune_code code = attune_dir_make(attune_buf_text(&folder), err);
    c.done = attune_alloc(samples->n, 1);
    c.rendered = attune_alloc(samples->n, 1);
    if (!code && (!c.done || !c.rendered)) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the samples");
    }
    if (!code && options->soundfont) {
        c.renderers = attune_alloc(options->n_threads, sizeof *c.renderers);
        for (size_t t = 0; c.renderers && t < options->n_threads && !code; t++) {
            code = attune_renderer_new(&c.renderers[t], options->soundfont, err);
        }
    }
    if (!code) {
        attune_parallel_for(samples->n, options->n_threads, copy_sample, &c);
        name_files(&c);
    }
    for (size_t t = 0; c.renderers && t < options->n_threads; t++) {
        attune_renderer_free(c.renderers[t]);
    }
    attune_release(c.renderers);
    attune_release(c.done);
    attune_release(c.rendered);
    attune_buf_release(&folder);
    return code;
}
