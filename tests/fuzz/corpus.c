/* Makes the seed corpora: corpus DIR writes DIR/KIND/NNN, healthy and damaged files, for every kind
 * of input that has a fuzz target. */
#include <stdio.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "tests/fuzz/seeds.h"

enum { PER_KIND = 24 };

static void save(const char *dir, const char *kind, int number, const void *bytes, size_t n_bytes)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", dir, kind);
    enum attune_code code = attune_dir_make(path, &err);
    snprintf(path, sizeof path, "%s/%s/%03d", dir, kind, number);
    if (code || attune_file_write(path, bytes, n_bytes, &err)) {
        fprintf(stderr, "%s\n", err.message);
        exit(1);
    }
}

/* The healthy file, then three injured ones. */
static void save_with_injuries(const char *dir, const char *kind, int number, struct fuzz_file file)
{
    struct attune_rng rng;
    attune_rng_init(&rng, (uint64_t)number, 2);
    save(dir, kind, 4 * number, file.bytes, file.n_bytes);
    for (int i = 1; i < 4; i++) {
        struct fuzz_file bad = fuzz_damage(file.bytes, file.n_bytes, &rng);
        save(dir, kind, 4 * number + i, bad.bytes, bad.n_bytes);
        attune_release(bad.bytes);
    }
}

static struct fuzz_file make_midi(int number)
{
    return fuzz_make_midi((uint64_t)number);
}

static struct fuzz_file make_audio(int number)
{
    return fuzz_make_audio((enum attune_audio_format)(number % (ATTUNE_MP3 + 1)),
                           (uint64_t)number);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        struct fuzz_file (*make)(int number);
    } kinds[] = {
        {"midi", make_midi}, {"audio", make_audio}, {"npy", seed_npy},
        {"jsonl", seed_jsonl}, {"attributes", seed_attributes}, {"suite", seed_suite},
        {"prompts", seed_prompts}, {"prefs", seed_prefs}, {"checkpoint", seed_checkpoint},
        {"database", seed_database},
    };
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return 2;
    }
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (int i = 0; i < PER_KIND; i++) {
            struct fuzz_file file = kinds[k].make(i);
            save_with_injuries(argv[1], kinds[k].name, i, file);
            attune_release(file.bytes);
        }
    }
    return 0;
}
