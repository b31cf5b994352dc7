/* Makes the seed corpora: corpus DIR writes DIR/{midi,audio,npy,jsonl,attributes}/NNN, healthy and
 * damaged files. */
#include <stdio.h>

#include "base/io/file.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

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

static struct fuzz_file make_npy(int number)
{
    static const char *const headers[] = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 8), }",
        "{'descr': '<f2', 'fortran_order': False, 'shape': (64,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (16, 1), }",
        "{'descr': '|u1', 'fortran_order': True, 'shape': (1, 128), }",
    };
    struct attune_buf out = ATTUNE_BUF_INIT;
    const char *header = headers[number % 4];
    attune_buf_add_bytes(&out, number % 8 < 4 ? "\x93NUMPY\x01" : "\x93NUMPY\x02", 7);
    attune_buf_add_bytes(&out, (const char[]){0, (char)strlen(header), 0, 0, 0},
                         number % 8 < 4 ? 3 : 5);
    attune_buf_add(&out, header);
    for (int i = 0; i < 128; i++) {
        attune_buf_add_bytes(&out, (const char[]){(char)(i * 37)}, 1);
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

static struct fuzz_file make_jsonl(int number)
{
    struct attune_buf out = ATTUNE_BUF_INIT;
    for (int i = 0; i <= number; i++) {
        attune_buf_addf(&out,
                        "{\"id\": \"p%d\", \"x\": [%d, 1e%d, true, null, \"\\u00e9\xc3\xa9\"]}%s",
                        i, i, i, i % 3 ? "\n" : "\r\n\n");
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

static struct fuzz_file make_attributes(int number)
{
    static const char *const texts[] = {
        "A calm waltz in F# minor at 90 BPM for piano and string ensemble, 16 bars.",
        "chords: A-, Bb, E:min, Am7, F#m7b5, N; key: Bb major, 6/8 time, Allegro",
        "C\xe2\x80\x93G\xe2\x80\x93" "Am\xe2\x80\x93" "F in the key of E-flat, tempo of 120.5",
        "D:sus4(b7)/5", "a sad twelve-bar blues without drums, in A minor key, 1/8 notes",
    };
    struct attune_buf out = ATTUNE_BUF_INIT;
    for (int i = 0; i <= number / 5; i++) {
        attune_buf_add(&out, texts[(number + i) % 5]);
    }
    return (struct fuzz_file){(uint8_t *)out.text, out.n_bytes};
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s DIR\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < PER_KIND; i++) {
        struct fuzz_file files[] = {
            fuzz_make_midi((uint64_t)i),
            fuzz_make_audio((enum attune_audio_format)(i % (ATTUNE_MP3 + 1)), (uint64_t)i),
            make_npy(i),
            make_jsonl(i),
            make_attributes(i),
        };
        static const char *const kinds[] = {"midi", "audio", "npy", "jsonl", "attributes"};
        for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
            save_with_injuries(argv[1], kinds[k], i, files[k]);
            attune_release(files[k].bytes);
        }
    }
    return 0;
}
