/* Healthy files and their injuries. */
#include "tests/fuzz/fuzz.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/io/midi.h"
#include "base/mem.h"

static void add(struct attune_buf *out, const uint8_t *bytes, size_t n)
{
    attune_buf_add_bytes(out, (const char *)bytes, n);
}

/* A track with running status, metas, SysEx and every kind of channel message. */
static void add_track(struct attune_buf *out, struct attune_rng *rng)
{
    struct attune_buf track = ATTUNE_BUF_INIT;
    add(&track, (const uint8_t[]){0, 0xff, 3, 4, 'l', 'e', 'a', 'd'}, 8);
    add(&track, (const uint8_t[]){0, 0xff, 0x51, 3, 7, 0xa1, 0x20}, 7);
    add(&track, (const uint8_t[]){0, 0xff, 0x58, 4, 4, 2, 24, 8}, 8);
    add(&track, (const uint8_t[]){0, 0xff, 0x59, 2, 0xfd, 1}, 6);
    add(&track, (const uint8_t[]){0, 0xf0, 5, 0x7e, 0x7f, 9, 1, 0xf7}, 8);
    add(&track, (const uint8_t[]){0, 0xc0, 24, 0, 0xb0, 7, 100, 0, 0xe0, 0, 64, 0, 0xd0, 5}, 14);
    const size_t n_notes = 4 + attune_rng_below(rng, 24);
    for (size_t i = 0; i < n_notes; i++) {
        const uint8_t pitch = (uint8_t)(36 + attune_rng_below(rng, 60));
        add(&track, (const uint8_t[]){0, 0x90, pitch, 90, 0x40, pitch, 0}, 7); /* running status */
        add(&track, (const uint8_t[]){0x81, 0x10, 0x99, 38, 70, 0x20, 0x89, 38, 64}, 9);
    }
    add(&track, (const uint8_t[]){0, 0xff, 0x2f, 0}, 4);
    attune_buf_add(out, "MTrk");
    add(out, (const uint8_t[]){0, 0, (uint8_t)(track.n_bytes >> 8), (uint8_t)track.n_bytes}, 4);
    attune_buf_add_bytes(out, track.text, track.n_bytes);
    attune_buf_release(&track);
}

struct fuzz_file fuzz_make_midi(uint64_t seed)
{
    static const uint16_t divisions[] = {96, 480, 0xe728, 1};
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 0);
    struct attune_buf out = ATTUNE_BUF_INIT;
    const uint8_t type = (uint8_t)attune_rng_below(&rng, 3);
    const uint8_t n_tracks = type == 0 ? 1 : (uint8_t)(1 + attune_rng_below(&rng, 4));
    const uint16_t division = divisions[attune_rng_below(&rng, 4)];
    if (seed % 5 == 4) {
        attune_buf_add_bytes(&out, "RIFF\xff\xff\0\0RMIDdata\xff\xff\0\0", 20);
    }
    attune_buf_add_bytes(&out, "MThd\0\0\0\x06\0", 9);
    add(&out, (const uint8_t[]){type, 0, n_tracks, (uint8_t)(division >> 8), (uint8_t)division}, 5);
    for (int i = 0; i < n_tracks; i++) {
        if (i == 1) {
            attune_buf_add_bytes(&out, "XFIH\0\0\0\x02zz", 10);
        }
        add_track(&out, &rng);
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

struct fuzz_file fuzz_make_audio(enum attune_audio_format format, uint64_t seed)
{
    enum { MAX_FRAMES = 3000 };
    static const uint32_t rates[] = {8000, 22050, 44100, 48000};
    struct attune_rng rng;
    attune_rng_init(&rng, seed, 1);
    const size_t n_frames = 100 + attune_rng_below(&rng, MAX_FRAMES - 100);
    const uint32_t n_channels = 1 + (uint32_t)attune_rng_below(&rng, 2);
    const uint32_t rate = rates[attune_rng_below(&rng, 4)];
    float samples[2 * MAX_FRAMES];
    for (size_t i = 0; i < n_frames * n_channels; i++) {
        samples[i] = (float)(0.4 * sin(0.05 * (double)i) + 0.1 * attune_rng_uniform(&rng));
    }
    char path[] = "/tmp/attune-fuzz-XXXXXX";
    struct fuzz_file file = {0};
    struct attune_err err = ATTUNE_ERR_INIT;
    const int fd = mkstemp(path);
    if (fd < 0 || attune_audio_write(path, format, samples, n_frames, n_channels, rate, &err) ||
        attune_file_read(path, 1 << 24, (char **)&file.bytes, &file.n_bytes, &err)) {
        fprintf(stderr, "cannot make a test file: %s\n", err.message);
        abort();
    }
    close(fd);
    unlink(path);
    return file;
}

/* One injury in place; returns the new size, at most 16 bytes more. Half of all injuries fall
 * within the first 64 bytes, where the headers are. */
static size_t injure(uint8_t *bytes, size_t n, struct attune_rng *rng)
{
    const size_t range = n > 64 && attune_rng_below(rng, 2) ? 64 : n;
    const size_t at = attune_rng_below(rng, range);
    const size_t run = 1 + attune_rng_below(rng, n - at < 16 ? n - at : 16);
    switch (attune_rng_below(rng, 6)) {
    case 0: /* cut */
        return attune_rng_below(rng, 4) ? attune_rng_below(rng, n) + 1 : at + 1;
    case 1: /* flip a bit */
        bytes[at] ^= (uint8_t)(1u << attune_rng_below(rng, 8));
        return n;
    case 2: /* overwrite, often with extreme values */
        for (size_t i = 0; i < run; i++) {
            static const uint8_t extremes[] = {0x00, 0x7f, 0x80, 0xff};
            bytes[at + i] = attune_rng_below(rng, 2) ? extremes[attune_rng_below(rng, 4)]
                                                     : (uint8_t)attune_rng_below(rng, 256);
        }
        return n;
    case 3: /* insert */
        memmove(bytes + at + run, bytes + at, n - at);
        for (size_t i = 0; i < run; i++) {
            bytes[at + i] = (uint8_t)attune_rng_below(rng, 256);
        }
        return n + run;
    case 4: /* remove */
        memmove(bytes + at, bytes + at + run, n - at - run);
        return n > run ? n - run : n;
    default: /* repeat the file's beginning inside it */
        memmove(bytes + at, bytes, run < n - at ? run : n - at);
        return n;
    }
}

struct fuzz_file fuzz_damage(const uint8_t *bytes, size_t n_bytes, struct attune_rng *rng)
{
    enum { MAX_INJURIES = 4, MAX_RUN = 16 };
    struct fuzz_file file = {attune_alloc(n_bytes + MAX_INJURIES * MAX_RUN, 1), n_bytes};
    if (!file.bytes) {
        abort();
    }
    memcpy(file.bytes, bytes, n_bytes);
    const size_t n_injuries = 1 + attune_rng_below(rng, MAX_INJURIES);
    for (size_t i = 0; i < n_injuries; i++) {
        file.n_bytes = injure(file.bytes, file.n_bytes, rng);
    }
    return file;
}
