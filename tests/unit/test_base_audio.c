/* Audio in and out, and the resampler: files made here, in every format and shape that is promised.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <sndfile.h>
#include <unistd.h>

#include "base/io/audio.h"
#include "base/io/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/support/scratch.h"

/* A sine per channel, a third apart, peak 0.5. */
static float *tones(size_t n_frames, uint32_t n_channels, uint32_t rate_hz)
{
    float *v = attune_alloc(n_frames * n_channels, sizeof *v);
    assert_non_null(v);
    for (size_t i = 0; i < n_frames; i++) {
        for (uint32_t c = 0; c < n_channels; c++) {
            const double hz = 220.0 * pow(2.0, c / 3.0);
            v[i * n_channels + c] = (float)(0.5 * sin(2.0 * M_PI * hz * (double)i / rate_hz));
        }
    }
    return v;
}

/* Reads everything in blocks of an odd size. */
static float *read_all(struct attune_audio_source *source, size_t *n_frames)
{
    enum { BLOCK = 1001 };
    float *v = NULL;
    *n_frames = 0;
    for (;;) {
        v = attune_resize(v, (*n_frames + BLOCK) * source->n_channels, sizeof *v);
        assert_non_null(v);
        const size_t n = source->read(source, v + *n_frames * source->n_channels, BLOCK);
        *n_frames += n;
        if (n == 0) {
            return v;
        }
    }
}

static void open_or_fail(struct attune_audio_source *source, const char *path)
{
    struct attune_err err = ATTUNE_ERR_INIT;
    if (attune_audio_open(source, path, &err)) {
        fail_msg("%s: %s", path, err.message);
    }
}

static double largest_difference(const float *a, const float *b, size_t n)
{
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs((double)a[i] - b[i]));
    }
    return largest;
}

static void round_trip(const char *name, enum attune_audio_format format, size_t n_frames,
                       uint32_t n_channels, uint32_t rate_hz, double tolerance)
{
    float *v = tones(n_frames, n_channels, rate_hz);
    const char *path = scratch(name);
    assert_int_equal(attune_audio_write(path, format, v, n_frames, n_channels, rate_hz, NULL),
                     ATTUNE_OK);
    struct attune_audio_source source;
    open_or_fail(&source, path);
    assert_int_equal(source.rate_hz, rate_hz);
    assert_int_equal(source.n_channels, n_channels);
    assert_int_equal(source.n_frames, n_frames);
    size_t n_read;
    float *back = read_all(&source, &n_read);
    assert_int_equal(n_read, n_frames);
    assert_false(source.truncated);
    assert_int_equal(source.n_bad, 0);
    assert_true(largest_difference(v, back, n_frames * n_channels) <= tolerance);
    attune_release(back);
    attune_release(v);
    attune_audio_close(&source);
}

static void lossless_formats_read_back(void **state)
{
    const double half_step = 1.0 / 32767.0;
    round_trip("stereo.wav", ATTUNE_WAV_PCM16, 44100, 2, 44100, half_step);
    round_trip("mono.flac", ATTUNE_FLAC, 22050, 1, 22050, half_step);
    round_trip("low.wav", ATTUNE_WAV_PCM16, 8000, 1, 8000, half_step);
    round_trip("high.wav", ATTUNE_WAV_FLOAT, 19200, 2, 192000, 0.0);
    round_trip("surround.wav", ATTUNE_WAV_FLOAT, 4800, 6, 48000, 0.0);
    round_trip("surround.flac", ATTUNE_FLAC, 4800, 6, 48000, half_step);
    round_trip("clip.wav", ATTUNE_WAV_FLOAT, 441, 1, 44100, 0.0); /* 10 ms */
    round_trip("none.wav", ATTUNE_WAV_PCM16, 0, 2, 44100, 0.0);
}

/* Power of what was read relative to the written tone, in dB: lossy codecs delay and blur, but keep
 * that. */
static double level_difference_db(const char *path, size_t n_expected, uint32_t n_channels)
{
    struct attune_audio_source source;
    open_or_fail(&source, path);
    assert_int_equal(source.n_channels, n_channels);
    size_t n;
    float *v = read_all(&source, &n);
    assert_false(source.truncated);
    assert_true(n + 100 >= n_expected && n <= n_expected + 4000);
    double power = 0.0;
    for (size_t i = 0; i < n * n_channels; i++) {
        power += (double)v[i] * v[i];
    }
    attune_release(v);
    attune_audio_close(&source);
    return 10.0 * log10(power / ((double)n_expected * n_channels) / 0.125);
}

static void lossy_formats_are_known_by_content(void **state)
{
    enum { N = 44100 };
    float *v = tones(N, 2, 44100);
    assert_int_equal(attune_audio_write(scratch("lossy.bin"), ATTUNE_OGG, v, N, 2, 44100, NULL),
                     ATTUNE_OK);
    assert_true(fabs(level_difference_db(scratch("lossy.bin"), N, 2)) < 0.3);
    assert_int_equal(attune_audio_write(scratch("song.wav"), ATTUNE_MP3, v, N, 2, 44100, NULL),
                     ATTUNE_OK);
    assert_true(fabs(level_difference_db(scratch("song.wav"), N, 2)) < 0.3);
    assert_true(attune_audio_sniff(scratch("song.wav")));
    attune_release(v);

    /* The same MP3 behind an ID3v2.3 tag of a megabyte, as cover pictures make them. */
    char *mp3;
    size_t n_mp3;
    assert_int_equal(attune_file_read(scratch("song.wav"), 1 << 24, &mp3, &n_mp3, NULL), ATTUNE_OK);
    enum { TAG = 1 << 20 };
    char *tagged = attune_alloc(10 + TAG + n_mp3, 1);
    memcpy(tagged, "ID3\x03\x00\x00\x00\x40\x00\x00", 10); /* 7 bits a byte: 64 << 14 = 2^20 */
    memcpy(tagged + 10 + TAG, mp3, n_mp3);
    assert_int_equal(attune_file_write(scratch("tagged"), tagged, 10 + TAG + n_mp3, NULL),
                     ATTUNE_OK);
    assert_true(fabs(level_difference_db(scratch("tagged"), N, 2)) < 0.3);

    struct attune_audio_source source;
    assert_int_equal(attune_audio_open_bytes(&source, tagged, 10 + TAG + n_mp3, NULL), ATTUNE_OK);
    assert_int_equal(source.rate_hz, 44100);
    attune_audio_close(&source);
    attune_release(tagged);
    attune_release(mp3);
}

/* 24 bit: written by libsndfile itself, as attune writes none. */
static void deep_samples_keep_their_bits(void **state)
{
    SF_INFO info = {.samplerate = 96000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_24};
    SNDFILE *file = sf_open(scratch("deep.wav"), SFM_WRITE, &info);
    const int values[] = {256, -256, 0x7fffff00, 0x100}; /* left-aligned 24 bit */
    assert_int_equal(sf_write_int(file, values, 4), 4);
    sf_close(file);
    struct attune_audio_source source;
    open_or_fail(&source, scratch("deep.wav"));
    float v[8];
    assert_int_equal(source.read(&source, v, 8), 4);
    for (int i = 0; i < 4; i++) {
        assert_true(v[i] == (float)(values[i] / 2147483648.0));
    }
    attune_audio_close(&source);
}

static void bad_and_loud_samples(void **state)
{
    const float v[] = {0.5f, NAN, 2.5f, INFINITY, -INFINITY, -3.0f};
    const float expected[] = {0.5f, 0.0f, 2.5f, 0.0f, 0.0f, -3.0f};
    SF_INFO info = {.samplerate = 44100, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *file = sf_open(scratch("bad.wav"), SFM_WRITE, &info);
    assert_int_equal(sf_write_float(file, v, 6), 6);
    sf_close(file);
    struct attune_audio_source source;
    open_or_fail(&source, scratch("bad.wav"));
    float back[6];
    assert_int_equal(source.read(&source, back, 3), 3);
    assert_memory_equal(back, expected, sizeof expected);
    assert_int_equal(source.n_bad, 3);
    attune_audio_close(&source);

    attune_audio_from_memory(&source, v, 3, 2, 44100);
    assert_int_equal(source.read(&source, back, 2), 2);
    assert_int_equal(source.read(&source, back + 4, 2), 1);
    assert_int_equal(source.read(&source, back, 2), 0);
    assert_int_equal(source.n_bad, 3);
    attune_audio_close(&source);

    /* written, they are 0 and full scale */
    assert_int_equal(
        attune_audio_write(scratch("bad16.wav"), ATTUNE_WAV_PCM16, v, 3, 2, 44100, NULL),
        ATTUNE_OK);
    open_or_fail(&source, scratch("bad16.wav"));
    assert_int_equal(source.read(&source, back, 3), 3);
    assert_true(back[1] == 0.0f && back[2] > 0.999f && back[5] == -1.0f);
    attune_audio_close(&source);
}

static void cut_files_are_noticed(void **state)
{
    char *bytes;
    size_t n;
    const enum attune_audio_format formats[] = {ATTUNE_WAV_PCM16, ATTUNE_FLAC};
    for (int i = 0; i < 2; i++) {
        float *v = tones(20000, 1, 44100);
        for (size_t k = 0; k < 20000; k++) {
            /* so that FLAC has something to keep */
            v[k] += 0.1f * (float)((k * 7919) % 101) / 101.0f;
        }
        assert_int_equal(attune_audio_write(scratch("cut"), formats[i], v, 20000, 1, 44100, NULL),
                         ATTUNE_OK);
        attune_release(v);
        assert_int_equal(attune_file_read(scratch("cut"), 1 << 24, &bytes, &n, NULL), ATTUNE_OK);
        struct attune_audio_source source;
        assert_int_equal(attune_audio_open_bytes(&source, bytes, n / 2, NULL), ATTUNE_OK);
        size_t n_read;
        float *back = read_all(&source, &n_read);
        assert_true(n_read > 0 && n_read < 20000);
        assert_true(source.truncated);
        attune_release(back);
        attune_audio_close(&source);
        attune_release(bytes);
    }
}

static void what_is_not_audio_is_refused(void **state)
{
    struct attune_audio_source source;
    struct attune_err err = ATTUNE_ERR_INIT;
    assert_int_equal(attune_file_write(scratch("text.wav"), "hello, world\n", 13, NULL), ATTUNE_OK);
    assert_int_equal(attune_audio_open(&source, scratch("text.wav"), &err), ATTUNE_E_INPUT);
    assert_true(err.hint[0]);
    assert_false(attune_audio_sniff(scratch("text.wav")));
    assert_int_equal(attune_audio_open(&source, scratch("absent.wav"), &err), ATTUNE_E_IO);
    assert_int_equal(attune_audio_open(&source, scratch_folder(), &err), ATTUNE_E_INPUT);
    assert_int_equal(attune_audio_open_bytes(&source, "", 0, &err), ATTUNE_E_INPUT);
    attune_audio_close(&source);
}

static void equal_samples_give_equal_files(void **state)
{
    float *v = tones(3000, 2, 44100);
    for (int format = ATTUNE_WAV_PCM16; format <= ATTUNE_MP3; format++) {
        if (format == ATTUNE_OGG) {
            continue; /* its stream number is random */
        }
        char *bytes[2];
        size_t n[2];
        for (int i = 0; i < 2; i++) {
            assert_int_equal(attune_audio_write(scratch("same"), format, v, 3000, 2, 44100, NULL),
                             ATTUNE_OK);
            assert_int_equal(attune_file_read(scratch("same"), 1 << 24, &bytes[i], &n[i], NULL),
                             ATTUNE_OK);
        }
        assert_int_equal(n[0], n[1]);
        assert_memory_equal(bytes[0], bytes[1], n[0]);
        attune_release(bytes[0]);
        attune_release(bytes[1]);
    }
    attune_release(v);
}

/* All of in through the resampler, in pieces of the given size. */
static float *resample(const float *in, size_t n_in, double from_hz, double to_hz, size_t piece,
                       size_t *n_out)
{
    struct attune_resampler *resampler = attune_resampler_new(from_hz, to_hz, NULL);
    assert_non_null(resampler);
    const size_t capacity = (size_t)((double)n_in * to_hz / from_hz) + 4096;
    float *out = attune_alloc(capacity, sizeof *out);
    *n_out = 0;
    for (size_t at = 0; at < n_in;) {
        const size_t n = n_in - at < piece ? n_in - at : piece;
        size_t used;
        *n_out +=
            attune_resampler_run(resampler, in + at, n, &used, out + *n_out, capacity - *n_out);
        at += used;
    }
    for (size_t n = 1; n > 0;) {
        n = attune_resampler_run(resampler, NULL, 0, NULL, out + *n_out, capacity - *n_out);
        *n_out += n;
    }
    attune_resampler_free(resampler);
    return out;
}

static void resampler_keeps_time_and_tone(void **state)
{
    enum { N = 44100 };
    float *in = tones(N, 1, N);
    size_t n, n_pieces;
    float *out = resample(in, N, 44100.0, 22050.0, N, &n);
    float *expected = tones(N / 2, 1, 22050);
    assert_int_equal(n, N / 2);
    /* away from the ends, 20-bit quality */
    assert_true(largest_difference(out + 500, expected + 500, n - 1000) < 2e-6);
    float *pieces = resample(in, N, 44100.0, 22050.0, 77, &n_pieces);
    assert_int_equal(n, n_pieces);
    assert_memory_equal(out, pieces, n * sizeof *out); /* block size does not matter */
    float *same = resample(in, N, 44100.0, 44100.0, 1000, &n);
    assert_int_equal(n, N);
    assert_memory_equal(same, in, N * sizeof *in);
    attune_release(in);
    attune_release(out);
    attune_release(expected);
    attune_release(pieces);
    attune_release(same);
    assert_null(attune_resampler_new(0.0, 22050.0, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lossless_formats_read_back),
        cmocka_unit_test(lossy_formats_are_known_by_content),
        cmocka_unit_test(deep_samples_keep_their_bits),
        cmocka_unit_test(bad_and_loud_samples),
        cmocka_unit_test(cut_files_are_noticed),
        cmocka_unit_test(what_is_not_audio_is_refused),
        cmocka_unit_test(equal_samples_give_equal_files),
        cmocka_unit_test(resampler_keeps_time_and_tone),
    };
    return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
