/* `samples: PATTERN`: finished samples, made elsewhere, found by a pattern with {prompt}, {seed}
 * and {model}. The file is used where it lies, never copied or changed. */
#include "base/io/file.h"
#include "base/mem.h"
#include "models/pieces/builtin.h"
#include "models/generator.h"
#include "models/drivers/template.h"

static enum attune_code open_state(const struct attune_model_spec *spec, void **state,
                                   struct attune_err *err)
{
    enum attune_code code =
        attune_template_check(spec->samples, ATTUNE_TEMPLATE_PATTERN, spec->name, err);
    return code == ATTUNE_OK ? attune_builtin_open_spec(spec, state, err) : code;
}

/* Prompt ids come with the prompts, often from somebody else; those with folders in them are fine,
 * those that climb out of the folder of samples are not. */
static bool climbs(const char *id)
{
    for (const char *part = id;; part++) {
        const size_t n = strcspn(part, "/");
        if ((n == 2 && memcmp(part, "..", 2) == 0) || (n == 0 && part == id && *part)) {
            return true;
        }
        part += n;
        if (!*part) {
            return false;
        }
    }
}

static enum attune_code generate(void *state, const struct attune_request *request,
                                 struct attune_generation *out, struct attune_err *err)
{
    const struct attune_model_spec *spec = state;
    struct attune_buf name = ATTUNE_BUF_INIT, path = ATTUNE_BUF_INIT;
    enum attune_code code = ATTUNE_OK;
    attune_template_expand(&name, spec->samples, spec->name, request);
    const char *file = attune_path_join(&path, spec->folder ? spec->folder : "",
                                        attune_buf_text(&name));
    *out = (struct attune_generation){.n_candidates = 1, .device_seconds = -1.0};
    if (name.failed || path.failed) {
        code = attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    } else if (climbs(request->prompt->id)) {
        code = attune_fail(err, ATTUNE_E_INPUT,
                           "prompt id '%.200s' leads out of the folder of samples",
                           request->prompt->id);
    } else if (!attune_file_exists(file)) {
        code = attune_fail(err, ATTUNE_E_MISSING, "no sample '%s'", file);
    } else if (strlen(file) >= sizeof out->path) {
        code = attune_fail(err, ATTUNE_E_IO, "path too long: '%.80s...'", file);
    } else {
        snprintf(out->path, sizeof out->path, "%s", file);
    }
    attune_buf_release(&name);
    attune_buf_release(&path);
    return code;
}

static const char *const no_options[] = {NULL};

const struct attune_generator attune_generator_samples = {
    .name = "samples", .summary = "a folder of finished samples", .builtin = false,
    .options = no_options, .open = open_state, .generate = generate,
    .close = attune_builtin_close_spec, .fingerprint = NULL,
};
