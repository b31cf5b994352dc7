#include "models/policy/family.h"

#include "models/policy/checkpoint.h"

enum attune_code attune_family_open(struct attune_family *family,
                                    const struct attune_family_kind *kind,
                                    const struct attune_model_spec *spec, struct attune_err *err)
{
    bool found = false;
    family->kind = kind;
    void *model = kind->create();
    if (!model) {
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory for model '%s'", spec->name);
    }
    enum attune_code code = attune_base_from_file(spec, kind->name, kind->params(model),
                                                  kind->n_params(), &found, err);
    if (code == ATTUNE_OK && found) {
        family->base = model;
        return ATTUNE_OK;
    }
    kind->destroy(model);
    kind->base_origin(family->origin, sizeof family->origin);
    return code == ATTUNE_OK ? kind->make_base(&family->base, &family->training, err) : code;
}

void attune_family_release(struct attune_family *family)
{
    if (!family->kind) {
        return;
    }
    for (size_t i = 0; i < family->n_models; i++) {
        family->kind->destroy(family->models[i]);
    }
    family->kind->destroy(family->base);
    *family = (struct attune_family){0};
}

const void *attune_family_model(const struct attune_family *family, uint64_t seed)
{
    return family->n_models > 0 ? family->models[seed % family->n_models] : family->base;
}

void attune_family_fingerprint(const struct attune_family *family, struct attune_buf *text)
{
    const struct attune_family_kind *kind = family->kind;
    attune_fingerprint_params(text, kind->params(family->base), kind->n_params());
    for (size_t i = 0; i < family->n_models; i++) {
        attune_fingerprint_params(text, kind->params(family->models[i]), kind->n_params());
    }
}

enum attune_code attune_family_save(const struct attune_family *family, const char *path,
                                    struct attune_err *err)
{
    const struct attune_family_kind *kind = family->kind;
    struct attune_checkpoint head = {.n_params = kind->n_params()};
    snprintf(head.kind, sizeof head.kind, "%s", kind->name);
    memcpy(head.origin, family->origin, sizeof head.origin);
    void *first = family->n_models > 0 ? family->models[0] : family->base;
    return attune_checkpoint_save(path, &head, kind->params(first), err);
}
