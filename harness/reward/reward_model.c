/* Reward models on disk, and their scores. */
#include "harness/reward/reward_model.h"

#include <math.h>

#include "base/io/file.h"
#include "base/mem.h"

static const char magic[] = "attune reward 1\n";
enum { MAX_BYTES = 1 << 30 };

void attune_reward_model_release(struct attune_reward_model *m)
{
    for (size_t i = 0; m->heads && i < m->axes.n * m->n_members; i++) {
        attune_head_release(&m->heads[i]);
    }
    attune_release(m->heads);
    attune_release(m->version);
    attune_release(m->mean);
    attune_release(m->sd);
    attune_names_release(&m->features);
    attune_names_release(&m->axes);
    json_decref(m->training);
    *m = (struct attune_reward_model){0};
}

static json_t *describe(const struct attune_reward_model *m)
{
    json_t *features = json_array(), *axes = json_array(), *sizes = json_array();
    for (size_t k = 0; k < m->features.n; k++) {
        json_array_append_new(features, json_pack("{s:s, s:i}", "name", m->features.name[k],
                                                  "version", m->version[k]));
    }
    for (size_t i = 0; i < m->axes.n; i++) {
        json_array_append_new(axes, json_string(m->axes.name[i]));
    }
    for (size_t l = 0; l <= m->heads[0].n_layers; l++) {
        json_array_append_new(sizes, json_integer((json_int_t)m->heads[0].size[l]));
    }
    return json_pack("{s:s, s:o, s:o, s:i, s:o, s:O}", "embedding", m->embedding, "layers", sizes,
                     "axes", axes, "members", (int)m->n_members, "features", features, "training",
                     m->training);
}

static void add_floats(struct attune_buf *out, const float *v, size_t n)
{
    attune_buf_add_bytes(out, (const char *)v, n * sizeof *v);
}

enum attune_code attune_reward_model_save(struct attune_reward_model *m, const char *path,
                                          struct attune_err *err)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    struct attune_temp temp = ATTUNE_TEMP_INIT;
    json_t *head = describe(m);
    char *text = head ? json_dumps(head, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    enum attune_code code = ATTUNE_OK;
    attune_buf_addf(&out, "%s%s\n", magic, text ? text : "");
    add_floats(&out, m->mean, m->features.n);
    add_floats(&out, m->sd, m->features.n);
    for (size_t i = 0; i < m->axes.n * m->n_members; i++) {
        add_floats(&out, m->heads[i].parameters, m->heads[i].n_parameters);
    }
    if (!text || out.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a reward model");
        goto out;
    }
    attune_hash_bytes(out.text, out.n_bytes, m->hash);
    attune_buf_addf(&out, "\n%s\n", m->hash);
    code = attune_temp_open(&temp, path, err);
    code = code ? code : attune_temp_write(&temp, out.text, out.n_bytes, err);
    code = code ? code : attune_temp_commit(&temp, err);
out:
    attune_temp_drop(&temp);
    attune_buf_release(&out);
    free(text);
    json_decref(head);
    return code;
}

/* Where the numbers begin, once magic and checksum hold. */
static enum attune_code check_bytes(const char *path, const char *bytes, size_t n_bytes,
                                    size_t *n_payload, char hash[ATTUNE_HASH_SIZE],
                                    struct attune_err *err)
{
    const size_t n_magic = strlen(magic), n_tail = ATTUNE_HASH_SIZE + 1;
    if (n_bytes < n_magic || memcmp(bytes, magic, n_magic - 2) != 0) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "not a reward model of attune");
    }
    if (memcmp(bytes, magic, n_magic) != 0) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 1,
                              "a reward model of another format, this attune knows format 1");
    }
    *n_payload = n_bytes > n_tail ? n_bytes - n_tail : 0;
    attune_hash_bytes(bytes, *n_payload, hash);
    if (*n_payload < n_magic || memcmp(bytes + *n_payload + 1, hash, ATTUNE_HASH_SIZE - 1) != 0) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "damaged: the checksum does not match");
    }
    return ATTUNE_OK;
}

static enum attune_code allocate(struct attune_reward_model *m, const size_t *size, size_t n_layers,
                                 struct attune_err *err)
{
    const size_t d = m->features.n;
    m->mean = attune_alloc(d, sizeof *m->mean);
    m->sd = attune_alloc(d, sizeof *m->sd);
    m->heads = attune_alloc(m->axes.n * m->n_members, sizeof *m->heads);
    if (!m->mean || !m->sd || !m->heads) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a reward model");
    }
    for (size_t i = 0; i < m->axes.n * m->n_members; i++) {
        enum attune_code code = attune_head_init(&m->heads[i], size, n_layers, 1, err);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}

/* The checksum held, so that only a program of another mind could have written nonsense. */
static enum attune_code read_head(struct attune_reward_model *m, const json_t *head,
                                  const char *path, struct attune_err *err)
{
    const json_t *features = json_object_get(head, "features");
    const json_t *axes = json_object_get(head, "axes"), *layers = json_object_get(head, "layers");
    const char *embedding = json_string_value(json_object_get(head, "embedding"));
    const size_t d = json_array_size(features), n_sizes = json_array_size(layers);
    size_t size[ATTUNE_HEAD_MAX_LAYERS + 1];
    m->n_members = (size_t)json_integer_value(json_object_get(head, "members"));
    m->training = json_incref(json_object_get(head, "training"));
    m->version = attune_alloc(d, sizeof *m->version);
    for (size_t k = 0; m->version && k < d; k++) {
        const json_t *f = json_array_get(features, k);
        const char *name = json_string_value(json_object_get(f, "name"));
        m->version[k] = (int)json_integer_value(json_object_get(f, "version"));
        attune_names_add(&m->features, name ? name : "");
    }
    for (size_t i = 0; i < json_array_size(axes); i++) {
        const char *name = json_string_value(json_array_get(axes, i));
        attune_names_add(&m->axes, name ? name : "");
    }
    for (size_t l = 0; l < n_sizes && l <= ATTUNE_HEAD_MAX_LAYERS; l++) {
        size[l] = (size_t)json_integer_value(json_array_get(layers, l));
    }
    if (d == 0 || m->features.n != d || m->axes.n != json_array_size(axes) || m->axes.n == 0 ||
        m->n_members == 0 || m->n_members > 1000 || n_sizes < 2 ||
        n_sizes > ATTUNE_HEAD_MAX_LAYERS + 1 || size[0] != d || !embedding) {
        return attune_fail_at(err, ATTUNE_E_INPUT, path, 2, "the description makes no sense");
    }
    snprintf(m->embedding, sizeof m->embedding, "%s", embedding);
    return allocate(m, size, n_sizes - 1, err);
}

static bool take_floats(const char **at, const char *end, float *v, size_t n)
{
    if ((size_t)(end - *at) < n * sizeof *v) {
        return false;
    }
    memcpy(v, *at, n * sizeof *v);
    *at += n * sizeof *v;
    return true;
}

static enum attune_code read_numbers(struct attune_reward_model *m, const char *at, const char *end,
                                     const char *path, struct attune_err *err)
{
    bool whole = take_floats(&at, end, m->mean, m->features.n) &&
                 take_floats(&at, end, m->sd, m->features.n);
    for (size_t i = 0; whole && i < m->axes.n * m->n_members; i++) {
        whole = take_floats(&at, end, m->heads[i].parameters, m->heads[i].n_parameters);
    }
    return whole && at == end
               ? ATTUNE_OK
               : attune_fail_at(err, ATTUNE_E_INPUT, path, 0, "holds other than its numbers");
}

enum attune_code attune_reward_model_load(struct attune_reward_model *m, const char *path,
                                          struct attune_err *err)
{
    char *bytes = NULL;
    size_t n_bytes = 0, n_payload = 0;
    json_t *head = NULL;
    json_error_t why;
    *m = (struct attune_reward_model){0};
    enum attune_code code = attune_file_read(path, MAX_BYTES, &bytes, &n_bytes, err);
    code = code ? code : check_bytes(path, bytes, n_bytes, &n_payload, m->hash, err);
    if (code) {
        goto out;
    }
    const char *line = bytes + strlen(magic), *end = memchr(line, '\n', n_payload - strlen(magic));
    head = end ? json_loadb(line, (size_t)(end - line), 0, &why) : NULL;
    code = head ? read_head(m, head, path, err)
                : attune_fail_at(err, ATTUNE_E_INPUT, path, 2, "no description");
    code = code ? code : read_numbers(m, end + 1, bytes + n_payload, path, err);
out:
    json_decref(head);
    attune_release(bytes);
    if (code) {
        attune_reward_model_release(m);
    }
    return code;
}

void attune_reward_model_metrics(const struct attune_reward_model *m, struct attune_buf *out)
{
    for (size_t k = 0; k < m->features.n && !m->embedding[0]; k++) {
        attune_buf_addf(out, "%s%s", k ? "," : "", m->features.name[k]);
    }
}

enum attune_code attune_reward_model_accept(const struct attune_reward_model *m,
                                            const struct attune_items *items, size_t *columns,
                                            struct attune_err *err)
{
    if (m->embedding[0] && items->features.n != m->features.n) {
        return attune_fail(err, ATTUNE_E_INPUT,
                           "the reward model hears embeddings '%s' of %zu dimensions, these have "
                           "%zu",
                           m->embedding, m->features.n, items->features.n);
    }
    for (size_t k = 0; k < m->features.n; k++) {
        columns[k] = attune_names_find(&items->features, m->features.name[k]);
        if (columns[k] == SIZE_MAX) {
            attune_fail(err, ATTUNE_E_INPUT, "the reward model hears '%s', which is not there",
                        m->features.name[k]);
            attune_err_hint(err, "`attune eval --metrics` computes it");
            return ATTUNE_E_INPUT;
        }
        if (items->version[columns[k]] != m->version[k]) {
            attune_fail(err, ATTUNE_E_INPUT,
                        "the reward model was trained on version %d of '%s', this is version %d",
                        m->version[k], m->features.name[k], items->version[columns[k]]);
            attune_err_hint(err, "train it again; scores of other versions mean something else");
            return ATTUNE_E_INPUT;
        }
    }
    return ATTUNE_OK;
}

/* Standardised features of the complete items, one after another; index says which they are. */
static size_t gather(const struct attune_reward_model *m, const struct attune_items *items,
                     const size_t *columns, float *x, size_t *index)
{
    const size_t d = m->features.n;
    size_t n = 0;
    for (size_t i = 0; i < items->names->n; i++) {
        bool complete = true;
        for (size_t k = 0; k < d && complete; k++) {
            const float value = items->x[i * items->features.n + columns[k]];
            x[n * d + k] = (value - m->mean[k]) / m->sd[k];
            complete = isfinite(value);
        }
        index[n] = i;
        n += complete;
    }
    return n;
}

static double speak(const double *score, size_t n_members, size_t stride,
                    const struct attune_reward_voice *voice)
{
    double mean = 0.0, worst = INFINITY, squares = 0.0;
    for (size_t k = 0; k < n_members; k++) {
        mean += score[k * stride] / (double)n_members;
        worst = fmin(worst, score[k * stride]);
    }
    for (size_t k = 0; k < n_members; k++) {
        squares += (score[k * stride] - mean) * (score[k * stride] - mean);
    }
    return voice->ensemble == ATTUNE_ENSEMBLE_WORST ? worst
           : voice->ensemble == ATTUNE_ENSEMBLE_CAUTIOUS
               ? mean - voice->lambda * squares / (double)n_members
               : mean;
}

enum attune_code attune_reward_model_score(const struct attune_reward_model *m, size_t axis,
                                           const struct attune_reward_voice *voice,
                                           const struct attune_items *items, double *reward,
                                           struct attune_err *err)
{
    const size_t n = items->names->n, d = m->features.n;
    size_t *columns = attune_alloc(d, sizeof *columns), *index = attune_alloc(n + 1, sizeof *index);
    float *x = attune_alloc_aligned(n + 1, d * sizeof *x);
    double *score = attune_alloc(m->n_members, (n + 1) * sizeof *score);
    enum attune_code code = ATTUNE_OK;
    if (!columns || !index || !x || !score) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory for %zu samples", n);
        goto out;
    }
    code = attune_reward_model_accept(m, items, columns, err);
    const size_t n_complete = code ? 0 : gather(m, items, columns, x, index);
    for (size_t k = 0; k < m->n_members && !code; k++) {
        code = attune_head_scores(&m->heads[axis * m->n_members + k], x, n_complete, score + k * n,
                                  err);
    }
    for (size_t i = 0; i < n; i++) {
        reward[i] = NAN;
    }
    for (size_t i = 0; i < n_complete && !code; i++) {
        reward[index[i]] = speak(score + i, m->n_members, n, voice);
    }
out:
    attune_release(columns);
    attune_release(index);
    attune_release(x);
    attune_release(score);
    return code;
}
