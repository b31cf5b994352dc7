/* Streaming resampling of one channel through libsoxr, high quality (SOXR_HQ, 20 bit, linear
 * phase). Equal rates pass samples through untouched. */
#include <soxr.h>

#include "base/io/audio.h"
#include "base/mem.h"

struct attune_resampler {
    soxr_t soxr; /* NULL: pass through */
};

struct attune_resampler *attune_resampler_new(double from_hz, double to_hz, struct attune_err *err)
{
    if (!(from_hz > 0.0) || !(to_hz > 0.0) || !(from_hz / to_hz < 1e4) ||
        !(to_hz / from_hz < 1e4)) {
        attune_fail(err, ATTUNE_E_USAGE, "cannot resample from %g Hz to %g Hz", from_hz, to_hz);
        return NULL;
    }
    struct attune_resampler *resampler = attune_alloc(1, sizeof *resampler);
    if (resampler && from_hz != to_hz) {
        soxr_error_t error = NULL;
        const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
        const soxr_runtime_spec_t one_thread = soxr_runtime_spec(1);
        resampler->soxr = soxr_create(from_hz, to_hz, 1, &error, NULL, &quality, &one_thread);
        if (error || !resampler->soxr) {
            attune_resampler_free(resampler);
            resampler = NULL;
        }
    }
    if (!resampler) {
        attune_fail(err, ATTUNE_E_MEMORY, "out of memory for a resampler from %g Hz to %g Hz",
                    from_hz, to_hz);
    }
    return resampler;
}

void attune_resampler_free(struct attune_resampler *resampler)
{
    if (resampler) {
        soxr_delete(resampler->soxr);
        attune_release(resampler);
    }
}

size_t attune_resampler_run(struct attune_resampler *resampler, const float *in, size_t n_in,
                            size_t *n_used, float *out, size_t n_out_max)
{
    size_t used = 0, written = 0;
    if (resampler->soxr) {
        /* With a live handle and float in and out, soxr_process only fails on misuse. */
        if (soxr_process(resampler->soxr, in, in ? n_in : 0, &used, out, n_out_max, &written)) {
            written = 0;
            used = in ? n_in : 0;
        }
    } else if (in) {
        written = used = n_in < n_out_max ? n_in : n_out_max;
        memcpy(out, in, written * sizeof *out);
    }
    if (n_used) {
        *n_used = used;
    }
    return written;
}
