/* The files behind the paths of a command line: see collect.h. */
#include "cli/collect.h"

#include "base/mem.h"
#include "harness/evaluate.h"

static enum attune_code add_file(struct attune_file_list *list, const char *path,
                                 struct attune_err *err)
{
    void *items = list->paths;
    char *copy = attune_strdup(path);
    if (!copy || !attune_grow(&items, &list->capacity, list->n, sizeof *list->paths)) {
        attune_release(copy);
        return attune_fail(err, ATTUNE_E_MEMORY, "out of memory");
    }
    list->paths = items;
    list->paths[list->n++] = copy;
    return ATTUNE_OK;
}

enum attune_code attune_collect_files(const struct attune_common *common, char **args, int n_args,
                                      struct attune_file_list *files, struct attune_err *err)
{
    for (int i = 0; i < n_args; i++) {
        if (!attune_dir_exists(args[i])) {
            enum attune_code code = add_file(files, args[i], err);
            if (code) {
                return code;
            }
            continue;
        }
        struct attune_file_list found = {0};
        enum attune_code code = attune_file_walk(&found, args[i], err);
        for (size_t k = 0; k < found.n && !code; k++) {
            if (attune_file_modality(found.paths[k])[0]) {
                code = add_file(files, found.paths[k], err);
            } else if (!common->quiet) {
                fprintf(stderr, "attune: skipped '%s': neither audio nor MIDI\n", found.paths[k]);
            }
        }
        attune_file_list_release(&found);
        if (code) {
            return code;
        }
    }
    return ATTUNE_OK;
}
