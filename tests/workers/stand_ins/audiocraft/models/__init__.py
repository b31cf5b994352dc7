import contextlib
import types

import noise
import numpy
import torch


class LanguageModel:
    def __init__(self, name):
        self.name = name

    def compute_predictions(self, codes, conditions):
        assert conditions[0].text["description"]
        lean = 1.0 if self.name.endswith("small") else 2.0
        logits = numpy.zeros(codes.shape + (8,))
        logits[..., 3] = lean
        mask = numpy.ones(codes.shape, bool)
        mask[:, 1, 0] = False
        logits[:, 1, 0] = numpy.nan  # as the real one does where the pattern allows no prediction
        return types.SimpleNamespace(logits=torch.tensor(logits), mask=torch.tensor(mask))


class MusicGen:
    sample_rate = 8000
    max_duration = 30.0
    autocast = contextlib.nullcontext()

    @classmethod
    def get_pretrained(cls, name, device=None):
        assert device == "cpu"
        model = cls()
        model.lm = LanguageModel(name)
        noise.chatter()
        return model

    def set_generation_params(self, duration, temperature, top_k, cfg_coef):
        self.duration = duration

    def generate(self, descriptions, return_tokens):
        noise.maybe_explode(descriptions[0])
        codes = torch.tensor(numpy.random.randint(0, 8, size=(1, 2, 10)))
        t = numpy.arange(int(self.duration * self.sample_rate)) / self.sample_rate
        sound = sum(numpy.sin(6.283 * (200 + 50 * int(code)) * t) for code in codes[0, :, 0])
        return torch.tensor(sound[None, None, :]), codes
