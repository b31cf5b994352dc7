/* Test material made on the spot: short pieces as MIDI events and as audio samples. */
#ifndef ATTUNE_TESTS_SUPPORT_SIGNALS_H
#define ATTUNE_TESTS_SUPPORT_SIGNALS_H

#include "base/io/audio.h"
#include "tests/support/midi_builder.h"

/* 16 bars of I-vi-IV-V in C at 120 BPM with melody, bass and drums, transposed, starting after
 * `bars_before` silent bars, velocities scaled. Form AABA with a varied B; one track. Finished, like the next. */
void test_midi_song(struct midi_builder *b, int transpose, int bars_before, double velocity_scale);

/* n_notes notes at random times, pitches and lengths in n_beats beats. */
void test_midi_random(struct midi_builder *b, uint64_t seed, size_t n_notes, uint32_t n_beats);

/* seconds of the song above as sums of decaying harmonics, interleaved stereo at rate_hz, peak
 * about .5; release with attune_release. NULL when out of memory. */
float *test_audio_song(double seconds, uint32_t rate_hz, uint64_t *n_frames);

/* White noise, interleaved stereo, uniform in -amplitude..amplitude. */
float *test_audio_noise(double seconds, uint32_t rate_hz, double amplitude, uint64_t seed,
                        uint64_t *n_frames);

#endif
