"""A stand-in for TuneJury's scorer."""
import os

import noise


class Scorer:
    @classmethod
    def from_pretrained(cls, head_ckpt_path, clap_ckpt_path=None, device=None):
        assert os.path.exists(head_ckpt_path) and device == "cpu"
        noise.chatter()
        return cls()

    def score(self, audio_path, prompt=""):
        noise.maybe_explode(prompt)
        return noise.number(os.path.getsize(audio_path), prompt) - 0.5
