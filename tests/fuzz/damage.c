/* Damaged files by the thousand: `damage COUNT [FOLDER]` injures COUNT MIDI files and COUNT audio
 * files and reads each. The healthy ones are made here; MIDI files below FOLDER join them. A test
 * with 300; by hand, under the asan preset, with 10000. Prints the number of the file in hand when
 * something breaks. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/io/file.h"
#include "base/io/midi.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

enum { HEALTHY = 40, MAX_FILES = 400, HANG_S = 20, SEED = 20 };

static const char *kind_in_hand = "none";
static unsigned long number_in_hand;

static void tell(void)
{
    char text[128];
    const int n =
        snprintf(text, sizeof text, "damage: %s file %lu\n", kind_in_hand, number_in_hand);
    if (write(STDERR_FILENO, text, (size_t)n) != n) {
        _exit(1);
    }
}

static void on_signal(int signal_number)
{
    tell();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* AddressSanitizer exits without a signal; it offers this instead. */
void __asan_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch(void)
{
    signal(SIGALRM, on_signal);
    signal(SIGABRT, on_signal);
    if (__asan_set_death_callback) {
        __asan_set_death_callback(tell);
    } else {
        signal(SIGSEGV, on_signal);
    }
}

static size_t gather_midi(struct fuzz_file *files, const char *folder)
{
    size_t n = 0;
    for (; n < HEALTHY; n++) {
        files[n] = fuzz_make_midi(n);
    }
    struct attune_file_list list = {0};
    if (folder && attune_file_walk(&list, folder, NULL) == ATTUNE_OK) {
        for (size_t i = 0; i < list.n && n < MAX_FILES; i++) {
            char *bytes;
            size_t n_bytes;
            if (attune_file_read(list.paths[i], 1 << 18, &bytes, &n_bytes, NULL) == ATTUNE_OK) {
                if (attune_midi_sniff(bytes, n_bytes)) {
                    files[n++] = (struct fuzz_file){(uint8_t *)bytes, n_bytes};
                } else {
                    attune_release(bytes);
                }
            }
        }
        attune_file_list_release(&list);
    }
    return n;
}

static size_t gather_audio(struct fuzz_file *files)
{
    for (size_t n = 0; n < HEALTHY; n++) {
        files[n] = fuzz_make_audio((enum attune_audio_format)(n % (ATTUNE_MP3 + 1)), n);
    }
    return HEALTHY;
}

static void run(const char *kind, const struct fuzz_file *files, size_t n_files,
                unsigned long count, bool is_midi)
{
    kind_in_hand = kind;
    for (unsigned long i = 0; i < count; i++) {
        struct attune_rng rng;
        attune_rng_init(&rng, SEED, i);
        number_in_hand = i;
        const struct fuzz_file *file = &files[i % n_files];
        struct fuzz_file bad = fuzz_damage(file->bytes, file->n_bytes, &rng);
        alarm(HANG_S);
        if (is_midi) {
            fuzz_midi(bad.bytes, bad.n_bytes);
        } else {
            fuzz_audio(bad.bytes, bad.n_bytes, 1 << 22);
        }
        attune_release(bad.bytes);
    }
    alarm(0);
}

int main(int argc, char **argv)
{
    const unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 300;
    static struct fuzz_file files[MAX_FILES];
    watch();
    const size_t n_midi = gather_midi(files, argc > 2 ? argv[2] : NULL);
    run("MIDI", files, n_midi, count, true);
    for (size_t i = 0; i < n_midi; i++) {
        attune_release(files[i].bytes);
    }
    const size_t n_audio = gather_audio(files);
    run("audio", files, n_audio, count, false);
    for (size_t i = 0; i < n_audio; i++) {
        attune_release(files[i].bytes);
    }
    printf("%lu damaged MIDI files (of %zu) and %lu damaged audio files (of %zu) read\n", count,
           n_midi, count, n_audio);
    return 0;
}
