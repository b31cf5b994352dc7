/* MIDI to audio through FluidSynth and a General MIDI sound font.
 * Rendering is offline and deterministic: fixed gain, reverb and chorus off, one render per call on the
 * caller's thread; calls on several threads run side by side (one synthesiser per renderer). */
#ifndef ATTUNE_BASE_IO_RENDER_H
#define ATTUNE_BASE_IO_RENDER_H

#include <stdint.h>

#include "base/err.h"

struct attune_renderer;

/* The sound font to use: the argument, else $ATTUNE_SOUNDFONT, else the first found below /usr/share/sounds.
 * NULL (with ATTUNE_E_MISSING in err) when there is none or attune was built without FluidSynth. */
const char *attune_soundfont_find(const char *wanted, struct attune_err *err);

/* Renders at 44.1 kHz stereo. */
enum attune_code attune_renderer_new(struct attune_renderer **out, const char *soundfont,
                                     struct attune_err *err);
void attune_renderer_free(struct attune_renderer *renderer);

/* Renders a MIDI file image: *samples is interleaved stereo (n_frames, 2), released with attune_release. The
 * tail after the last event is at most 2 s; at most max_seconds are rendered. */
enum attune_code attune_render(struct attune_renderer *renderer, const void *midi, size_t n_bytes,
                               double max_seconds, float **samples, uint64_t *n_frames,
                               struct attune_err *err);

#endif
