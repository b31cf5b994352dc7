/* Samples and their files. */
#include "reports/page/page_media.h"

#include <ctype.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/hash.h"
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
                                              .hash = copy_text(s, row->hash),
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
    char soundfont[9];                  /* start of its content's hash */
    size_t *unique;                     /* (n_unique,) one sample of each content */
    size_t *twin;                       /* (n,) the sample whose files this one shares */
    unsigned char *done, *rendered;     /* (n,) */
    atomic_bool out_of_memory;
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

/* Whether the database knows the sample's content; what it says may come from a stranger. */
static bool has_hash(const struct attune_page_sample *sample)
{
    return sample->hash && strlen(sample->hash) == ATTUNE_HASH_SIZE - 1 &&
           strspn(sample->hash, "0123456789abcdef") == ATTUNE_HASH_SIZE - 1;
}

/* The part of a sample's file names that its content decides. */
static void stem_of(const struct attune_page_sample *sample, char out[32])
{
    if (has_hash(sample)) {
        snprintf(out, 32, "%.16s", sample->hash);
    } else {
        snprintf(out, 32, "sample-%lld", (long long)sample->id);
    }
}

/* Names below media/ of the copy and of its rendering. */
static void name_copy(const struct attune_page_sample *sample, char out[48])
{
    char stem[32], extension[8];
    stem_of(sample, stem);
    extension_of(sample, extension);
    snprintf(out, 48, "%s.%s", stem, extension);
}

static void name_rendering(const struct copying *c, const struct attune_page_sample *sample,
                           char out[48])
{
    char stem[32];
    stem_of(sample, stem);
    snprintf(out, 48, "%s-%s.mp3", stem, c->soundfont);
}

static void path_of(const struct copying *c, const char *name, struct attune_buf *out)
{
    attune_buf_reset(out);
    attune_buf_addf(out, "%s/media/%s", c->options->out, name);
}

/* Whether a step succeeded; out of memory is told apart from what is wrong with the sample. */
static bool worked(struct copying *c, enum attune_code code)
{
    if (code == ATTUNE_E_MEMORY) {
        atomic_store(&c->out_of_memory, true);
    }
    return code == ATTUNE_OK;
}

/* The sample's bytes, if they are still those that were scored: a database from a stranger names
 * any path of this machine, and the page is made to be given away. Release them. */
static char *read_scored(struct copying *c, const struct attune_page_sample *sample,
                         size_t *n_bytes)
{
    char *bytes = NULL, hash[ATTUNE_HASH_SIZE];
    if (!has_hash(sample) ||
        !worked(c, attune_file_read(sample->path, MAX_BYTES, &bytes, n_bytes, NULL))) {
        return NULL;
    }
    attune_hash_bytes(bytes, *n_bytes, hash);
    if (strcmp(hash, sample->hash) != 0) {
        attune_release(bytes);
        return NULL;
    }
    return bytes;
}

static bool render(struct copying *c, size_t worker, const char *path, const char *bytes,
                   size_t n_bytes)
{
    float *samples = NULL;
    uint64_t n_frames = 0;
    enum attune_code code = attune_render(c->renderers[worker], bytes, n_bytes, max_render_s,
                                          &samples, &n_frames, NULL);
    if (!code) {
        code = attune_audio_write(path, ATTUNE_MP3, samples, n_frames, 2, ATTUNE_RENDER_RATE, NULL);
    }
    attune_release(samples);
    return worked(c, code);
}

static void copy_sample(void *context, size_t item, size_t worker)
{
    struct copying *c = context;
    const size_t i = c->unique[item];
    const struct attune_page_sample *sample = &c->samples->items[i];
    const bool renders = sample->symbolic && c->renderers;
    char name[48];
    size_t n_bytes = 0;
    struct attune_buf copy = ATTUNE_BUF_INIT, rendering = ATTUNE_BUF_INIT;
    name_copy(sample, name);
    path_of(c, name, &copy);
    name_rendering(c, sample, name);
    path_of(c, name, &rendering);
    c->done[i] = has_hash(sample) && attune_file_exists(attune_buf_text(&copy));
    c->rendered[i] = renders && has_hash(sample) && attune_file_exists(attune_buf_text(&rendering));
    const bool needed = !c->done[i] || (renders && !c->rendered[i]);
    char *bytes = needed ? read_scored(c, sample, &n_bytes) : NULL;
    if (bytes) {
        c->done[i] = c->done[i] || worked(c, attune_file_write(attune_buf_text(&copy), bytes,
                                                               n_bytes, NULL));
        c->rendered[i] =
            renders &&
            (c->rendered[i] || render(c, worker, attune_buf_text(&rendering), bytes, n_bytes));
    }
    attune_release(bytes);
    attune_buf_release(&copy);
    attune_buf_release(&rendering);
}

struct named {
    char name[48];
    size_t sample;
};

static int by_name(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    const int order = strcmp(x->name, y->name);
    return order ? order : (x->sample > y->sample) - (x->sample < y->sample);
}

/* Finds the samples that share a content: unique and twin. Returns how many contents there are, or
 * SIZE_MAX when out of memory. */
static size_t find_twins(struct copying *c)
{
    struct named *list = attune_alloc(c->samples->n, sizeof *list);
    if (!list) {
        return SIZE_MAX;
    }
    size_t n = 0, n_unique = 0;
    for (size_t i = 0; i < c->samples->n; i++) {
        const struct attune_page_sample *s = &c->samples->items[i];
        c->twin[i] = i;
        if (!s->failed && s->path) {
            name_copy(s, list[n].name);
            list[n++].sample = i;
        }
    }
    qsort(list, n, sizeof *list, by_name);
    for (size_t k = 0; k < n; k++) {
        if (k > 0 && strcmp(list[k - 1].name, list[k].name) == 0) {
            c->twin[list[k].sample] = c->twin[list[k - 1].sample];
        } else {
            c->unique[n_unique++] = list[k].sample;
        }
    }
    attune_release(list);
    return n_unique;
}

static void name_files(struct copying *c)
{
    for (size_t i = 0; i < c->samples->n; i++) {
        struct attune_page_sample *s = &c->samples->items[i];
        s->gone = !s->failed && !c->done[c->twin[i]];
        if (!c->done[c->twin[i]]) {
            continue;
        }
        char name[48];
        name_copy(s, name);
        s->file = copy_text(c->samples, name);
        name_rendering(c, s, name);
        s->player = !s->symbolic              ? s->file
                    : c->rendered[c->twin[i]] ? copy_text(c->samples, name)
                                              : NULL;
    }
}

/* A renderer per thread, and the sound font's name in the file names. */
static enum attune_code open_renderers(struct copying *c, struct attune_err *err)
{
    char hash[ATTUNE_HASH_SIZE];
    enum attune_code code = attune_hash_file(c->options->soundfont, hash, err);
    if (code) {
        return code;
    }
    snprintf(c->soundfont, sizeof c->soundfont, "%.8s", hash);
    c->renderers = attune_alloc(c->options->n_threads, sizeof *c->renderers);
    if (!c->renderers) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the samples");
    }
    for (size_t t = 0; t < c->options->n_threads && !code; t++) {
        code = attune_renderer_new(&c->renderers[t], c->options->soundfont, err);
    }
    return code;
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
    c.unique = attune_alloc(samples->n, sizeof *c.unique);
    c.twin = attune_alloc(samples->n, sizeof *c.twin);
    const size_t n = c.done && c.rendered && c.unique && c.twin ? find_twins(&c) : SIZE_MAX;
    if (!code && n == SIZE_MAX) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the samples");
    }
    if (!code && options->soundfont) {
        code = open_renderers(&c, err);
    }
    if (!code) {
        attune_parallel_for(n, options->n_threads, copy_sample, &c);
        name_files(&c);
        if (atomic_load(&c.out_of_memory)) {
            code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for the samples");
        }
    }
    for (size_t t = 0; c.renderers && t < options->n_threads; t++) {
        attune_renderer_free(c.renderers[t]);
    }
    attune_release(c.renderers);
    attune_release(c.unique);
    attune_release(c.twin);
    attune_release(c.done);
    attune_release(c.rendered);
    attune_buf_release(&folder);
    return code;
}
