"""A stand-in for transformers: a tokenizer that gives the bytes of a text."""
import types

import torch


class T5Tokenizer:
    @classmethod
    def from_pretrained(cls, name):
        assert name == "google/flan-t5-base"
        return cls()

    def __call__(self, text, return_tensors, padding, truncation):
        ids = torch.tensor([list(text.encode())])
        return types.SimpleNamespace(input_ids=ids, attention_mask=ids * 0 + 1)
