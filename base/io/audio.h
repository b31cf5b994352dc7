/* Audio files in and out, block by block, so that an hour of music needs no more memory than a
 * second.
 *
 * Formats are recognised by content through libsndfile (WAV, FLAC, OGG, MP3, AIFF, ...), never by
 * the file's extension. Samples are interleaved floats, full scale = 1; values beyond 1 are kept.
 * NaN and infinite samples are read as 0 and counted.
 */
#ifndef ATTUNE_BASE_IO_AUDIO_H
#define ATTUNE_BASE_IO_AUDIO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* A source of audio blocks: a file, or a buffer in memory. */
struct attune_audio_source {
    uint32_t rate_hz;    /* 1 .. 768000 */
    uint32_t n_channels; /* 1 .. 64 */
    uint64_t n_frames; /* as the header claims, 0 when it does not say; what can be read decides */
    uint64_t n_bad;      /* NaN and infinite samples replaced so far */
    /* Reads up to n_frames frames into interleaved (n_frames, n_channels); returns frames read, 0
     * at the end. A read error is indistinguishable from the end by design of the decoders;
     * `truncated` tells. */
    size_t (*read)(struct attune_audio_source *source, float *interleaved, size_t n_frames);
    bool truncated;      /* the data ended before n_frames, or the file before its RIFF size */
    void *impl;          /* SNDFILE * */
    void *bytes;         /* the image of attune_audio_open_bytes */
    const float *memory; /* for memory sources */
    uint64_t position;
};

/* Opens a file; close with attune_audio_close. ATTUNE_E_INPUT: not audio or damaged header;
 * ATTUNE_E_IO: cannot be read. */
enum attune_code attune_audio_open(struct attune_audio_source *source, const char *path,
                                   struct attune_err *err);

/* The same for a file image held in memory (fuzzing, tests). The bytes are borrowed. */
enum attune_code attune_audio_open_bytes(struct attune_audio_source *source, const void *bytes,
                                         size_t n_bytes, struct attune_err *err);

/* A source over interleaved samples in memory, borrowed. Cannot fail. */
void attune_audio_from_memory(struct attune_audio_source *source, const float *interleaved,
                              uint64_t n_frames, uint32_t n_channels, uint32_t rate_hz);

void attune_audio_close(struct attune_audio_source *source);

/* Whether libsndfile would take the file's first bytes as audio; cheap, for sorting folders. */
bool attune_audio_sniff(const char *path);

enum attune_audio_format {
    ATTUNE_WAV_PCM16,
    ATTUNE_WAV_FLOAT,
    ATTUNE_FLAC,
    ATTUNE_OGG,
    ATTUNE_MP3
};

/* Writes interleaved samples (n_frames, n_channels) to path, atomically. Beyond full scale, integer
 * formats clip; NaN and infinite samples are written as 0. The same samples give the same bytes,
 * but for OGG, whose stream number is random. */
enum attune_code attune_audio_write(const char *path, enum attune_audio_format format,
                                    const float *interleaved, uint64_t n_frames,
                                    uint32_t n_channels, uint32_t rate_hz, struct attune_err *err);

/* Streaming resampler (libsoxr, high quality), mono. */
struct attune_resampler;
struct attune_resampler *attune_resampler_new(double from_hz, double to_hz, struct attune_err *err);
void attune_resampler_free(struct attune_resampler *resampler);

/* Feeds n_in samples (in == NULL: end of input, flush) and takes up to n_out_max samples.
 * Returns the number written to out; *n_used (may be NULL) is the number of input samples consumed.
 * Call again with the rest, or with NULL until 0 is returned. */
size_t attune_resampler_run(struct attune_resampler *resampler, const float *in, size_t n_in,
                            size_t *n_used, float *out, size_t n_out_max);

#endif
