"""A stand-in for Text2midi's model: 24 tokens, all next ones equally likely but for a rule by the text."""
import noise
import numpy
import torch


class Transformer:
    def __init__(self, n_vocab, d_model, nhead, max_len, n_layers, dim, use_moe, n_experts, device=None):
        assert (n_vocab, d_model, n_layers, use_moe) == (24, 768, 18, False)
        self.n_vocab = n_vocab
        noise.chatter()

    def load_state_dict(self, state):
        self.sharpness = len(state["weights"])

    def to(self, device):
        return self

    def eval(self):
        return self

    def __call__(self, src, src_mask, tgt):
        assert src.shape == src_mask.shape and tgt[0, 0] == 1
        return torch.tensor(numpy.ones((1, tgt.shape[1], 1)) * self._logits(src))

    def _logits(self, src):
        return 0.1 * self.sharpness * (numpy.arange(self.n_vocab) == src.sum() % self.n_vocab)

    def generate(self, src, src_mask, max_len=100, temperature=1.0):
        noise.maybe_explode(bytes(src[0].tolist()).decode())
        p = numpy.exp(self._logits(src) / temperature)
        return torch.tensor(numpy.random.choice(self.n_vocab, size=(1, max_len), p=p / p.sum()))
