/* Bandwidth: the frequency below which 99 % of the power lies.
 *
 *     median over sounding frames of the 99 % roll-off
 *
 * Measured on the analysis signal, so nothing above 11 025 Hz is seen: full-band music saturates
 * only where it has more than 1 % of its power up there. */
#include "metrics/analysis/frontend.h"
#include "metrics/metric.h"
#include "metrics/quality/frame_values.h"

static struct attune_value eval(struct attune_analysis *a)
{
    const struct attune_frames *frames = attune_analysis_frames(a);
    if (frames->why) {
        return attune_undefined(frames->why);
    }
    return attune_frame_quantile(a, frames->rolloff99_hz, 0.5);
}

const struct attune_metric attune_metric_quality_bandwidth_hz = {
    .id = "quality.bandwidth_hz",
    .version = 1,
    .title = "Bandwidth",
    .unit = "Hz",
    .direction = ATTUNE_UP,
    .lo = 0,
    .hi = 11025,
    .inputs = ATTUNE_AUDIO,
    .needs = ATTUNE_NEED_SPECTRAL,
    .responds_to = ATTUNE_DAMAGE_LOWPASS,
    .invariant = ATTUNE_INVARIANT_GAIN | ATTUNE_INVARIANT_POLARITY,
    .summary = "frequency below which 99 % of the power lies",
    .formula =
        "median over sounding frames of the frequency below which 99 % of the frame's "
        "power lies (analysis signal, up to 11 025 Hz)",
    .source = "spectral roll-off, Peeters 2004",
    .undefined_when = "silence",
    .eval = eval,
};
