"""Text2midi (Bhandari et al. 2025) as an object: weights, vocabulary, sampling, log-probabilities.

Of the published repository: model/transformer_model.py, class Transformer, whose forward() gives the
logits of every next token and whose generate() samples at a temperature. A checkpoint is the pair
pytorch_model.bin and vocab_remi.pkl. The vocabulary is a pickle, and unpickling runs code: take it
from the authors.
"""
import pickle
import sys

import protocol

HUB = "amaai-lab/text2midi"
FIRST_TOKEN = 1  # generate() begins with it and leaves it out of what it returns


def add_options(parser):
    parser.add_argument("--repo", type=protocol.path, required=True,
                        help="clone of github.com/AMAAI-Lab/Text2midi")
    parser.add_argument("--checkpoint", type=protocol.path, help="pytorch_model.bin (default: from the hub)")
    parser.add_argument("--vocabulary", type=protocol.path, help="vocab_remi.pkl (default: from the hub)")


def find_weights(options):
    """Paths of checkpoint and vocabulary; what was not given comes from the hub or its cache."""
    def find(given, name):
        if given:
            return given
        from huggingface_hub import hf_hub_download
        return hf_hub_download(HUB, name)
    return find(options.checkpoint, "pytorch_model.bin"), find(options.vocabulary, "vocab_remi.pkl")


class Text2midi:
    def __init__(self, repo, checkpoint, vocabulary, device):
        sys.path.insert(0, repo)
        import torch
        from transformers import T5Tokenizer
        from model.transformer_model import Transformer
        with open(vocabulary, "rb") as f:
            self.vocabulary = pickle.load(f)
        # vocabulary, width, heads, positions, layers, feed-forward width, no mixture of 8 experts
        self.model = Transformer(len(self.vocabulary), 768, 8, 2048, 18, 1024, False, 8, device=device)
        self.model.load_state_dict(torch.load(checkpoint, map_location=device, weights_only=True))
        self.model.to(device).eval()
        self.tokenizer = T5Tokenizer.from_pretrained("google/flan-t5-base")
        self.device = device

    def _read(self, text):
        inputs = self.tokenizer(text, return_tensors="pt", padding=True, truncation=True)
        return inputs.input_ids.to(self.device), inputs.attention_mask.to(self.device)

    def sample(self, text, n_tokens, temperature):
        """Token ids (1, n_tokens)."""
        import torch
        with torch.no_grad():
            return self.model.generate(*self._read(text), max_len=n_tokens, temperature=temperature)

    def logprob(self, text, tokens, temperature):
        """Natural log-probability of drawing exactly these tokens at this temperature."""
        import torch
        first = torch.full((1, 1), FIRST_TOKEN, dtype=torch.long, device=self.device)
        with torch.no_grad():
            logits = self.model(*self._read(text), torch.cat((first, tokens[:, :-1]), dim=1))
        return protocol.sum_logprob(logits / temperature, tokens)
