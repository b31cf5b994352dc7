"""A stand-in for DiffRhythm's helpers; like the original it finds its files from the current folder."""
import os

import noise
import torch


def prepare_model(max_frames, device, repo_id):
    noise.chatter()
    assert max_frames in (2048, 6144) and repo_id.startswith("ASLP-lab/")
    return "flow", "tokenizer", "style model", "decoder"


def get_lrc_token(max_frames, text, tokenizer, device):
    return "lyrics: " + text, 0.0


def get_negative_style_prompt(device):
    assert os.path.exists("infer/infer_utils.py")
    return "vocal"


def get_style_prompt(model, wav_path=None, prompt=None):
    noise.maybe_explode(prompt)
    return noise.number(prompt)


def get_reference_latent(device, max_frames, edit, pred_segments, ref_song, vae_model):
    assert not edit
    return torch.full((1, 2, 64), 0.0), [(0, max_frames)]
