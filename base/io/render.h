/* MIDI to audio through FluidSynth and a General MIDI sound font.
 *
 * The file is read by attune's own reader, so that a damaged one cannot harm, and its events are
 * played at their place under the tempo map. Rendering is offline and deterministic: fixed gain,
 * reverb and chorus off, at most 128 voices, one render per call on the caller's thread, the same
 * bits whatever the renderer played before. One renderer serves one thread at a time; several run
 * side by side and share the sound font's samples.
 */
#ifndef ATTUNE_BASE_IO_RENDER_H
#define ATTUNE_BASE_IO_RENDER_H

#include <stdint.h>

#include "base/err.h"

struct attune_renderer;

/* The sound font to use: the argument, else $ATTUNE_SOUNDFONT, else the first found of those that
 * the distributions install below /usr/share. NULL (with ATTUNE_E_MISSING in err) when there is
 * none or attune was built without FluidSynth. */
const char *attune_soundfont_find(const char *wanted, struct attune_err *err);

/* Renders at 44.1 kHz stereo. */
enum attune_code attune_renderer_new(struct attune_renderer **out, const char *soundfont,
                                     struct attune_err *err);
void attune_renderer_free(struct attune_renderer *renderer);

/* The revision grows with any change that can move a sample of a rendering. */
enum { ATTUNE_RENDER_RATE = 44100, ATTUNE_RENDER_MAX_S = 4 * 3600, ATTUNE_RENDER_REVISION = 2 };

/* Renders a MIDI file image: *samples is interleaved stereo (n_frames, 2), released with
 * attune_release. The sound ends when the last voice has died away, at most 2 s after the last
 * event; at most max_seconds (and ATTUNE_RENDER_MAX_S) are rendered. ATTUNE_E_INPUT: not MIDI;
 * ATTUNE_E_MEMORY. */
enum attune_code attune_render(struct attune_renderer *renderer, const void *midi, size_t n_bytes,
                               double max_seconds, float **samples, uint64_t *n_frames,
                               struct attune_err *err);

#endif
