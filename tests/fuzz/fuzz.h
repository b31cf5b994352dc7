/* What the fuzz targets, their corpus and the damage test share. */
#ifndef ATTUNE_TESTS_FUZZ_FUZZ_H
#define ATTUNE_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/io/audio.h"
#include "base/rng.h"

/* libFuzzer's entry, one per target. Inputs longer than the target's cap are ignored. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

/* A broken promise of the reader: not an error, a bug. */
#define FUZZ_REQUIRE(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition);        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Parses, checks what the reader promises of any input, writes and reads back. */
void fuzz_midi(const uint8_t *bytes, size_t n_bytes);

/* Opens and reads at most max_samples samples. */
void fuzz_audio(const uint8_t *bytes, size_t n_bytes, uint64_t max_samples);

/* The input as a file in memory with a path, for readers that take one; false: no such file could
 * be made. */
struct fuzz_input {
    int fd;
    char path[64];
};
bool fuzz_file_open(struct fuzz_input *input, const uint8_t *bytes, size_t n_bytes);
void fuzz_file_close(struct fuzz_input *input);

/* Files that attune makes itself, from a seed. The caller frees with attune_release. */
struct fuzz_file {
    uint8_t *bytes;
    size_t n_bytes;
};
struct fuzz_file fuzz_make_midi(uint64_t seed);
struct fuzz_file fuzz_make_audio(enum attune_audio_format format, uint64_t seed);

/* A copy cut short, with bits flipped, bytes inserted, removed or repeated: one to four such
 * injuries. */
struct fuzz_file fuzz_damage(const uint8_t *bytes, size_t n_bytes, struct attune_rng *rng);

#endif
