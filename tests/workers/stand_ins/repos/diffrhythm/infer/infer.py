"""A stand-in for DiffRhythm's sampler: half a second of a tone as (2, n) int16, normalised to its peak."""
import numpy
import torch


def inference(cfm_model, vae_model, cond, text, duration, style_prompt, negative_style_prompt, start_time,
              pred_frames, batch_infer_num, chunked=False):
    assert (cfm_model, vae_model, negative_style_prompt) == ("flow", "decoder", "vocal")
    t = numpy.arange(22050) / 44100.0
    tone = numpy.sin(6.283 * (200.0 + 400.0 * style_prompt + 50.0 * numpy.random.random()) * t)
    return [torch.tensor((32767 * numpy.stack((tone, -tone))).astype(numpy.int16))]
