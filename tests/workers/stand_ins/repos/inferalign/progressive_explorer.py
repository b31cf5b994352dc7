"""A stand-in for InferAlign's search: the best of random pieces by a made-up reward; 0.0 is a failure."""
import os
import random

import miditok
import noise


class ProgressiveExplorer:
    def __init__(self, model_path, tokenizer_filepath, vocab_size, device="cuda", soundfont_path="",
                 token_batch_size=100, num_beams=5, replacement_top_k=2, temperature=0.8,
                 anthropic_api_key=None, use_caption_mutation=True, num_mutations=5):
        assert os.path.exists(model_path) and vocab_size == 24 and not use_caption_mutation
        self.num_beams = num_beams
        noise.chatter()

    def progressive_generate(self, caption, max_tokens=2000):
        noise.maybe_explode(caption)
        beams = [[random.randrange(24) for _ in range(max_tokens)] for _ in range(self.num_beams)]
        best = max(beams, key=lambda tokens: noise.number(caption, tokens))
        reward = 0.0 if "unscorable" in caption else noise.number(caption, best)
        os.makedirs("outputs", exist_ok=True)
        miditok.REMI().decode(best).dump_midi("outputs/progressive_midi_1.mid")
        return {"midi_path": "outputs/progressive_midi_1.mid", "reward": reward, "tokens": best}
