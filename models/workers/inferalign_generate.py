"""Text2midi-InferAlign: Text2midi with inference-time alignment (Roy et al. 2025,
github.com/AMAAI-Lab/t2m-inferalign).

    worker: [python3, inferalign_generate.py, --repo, t2m-inferalign]

Runs the published search, class ProgressiveExplorer, as it is: beams are extended by blocks of tokens,
scored (2.5 key + CLAP logit + 2.5 note), the best kept, the others refilled. tokens and candidates count
the whole search, so that it is compared at equal compute. A search has no density: no logprob. Where the
published code scores a failure as 0.0 and goes on, a search whose best score is exactly that is a failed
sample here. Captions are mutated only with --mutate: that asks a paid service with the key in
ANTHROPIC_API_KEY and can't be repeated from a seed (the suite then needs `env: [ANTHROPIC_API_KEY]`).
"""
import os
import pickle
import shutil
import sys
import tempfile

import protocol
import text2midi


class Generator:
    name = "inferalign"
    roles = ("generator",)
    install = ("git clone https://github.com/AMAAI-Lab/t2m-inferalign, pip install -r its "
               "requirements.txt, and give the folder as --repo")

    @staticmethod
    def add_options(parser):
        text2midi.add_options(parser)
        parser.add_argument("--soundfont", type=protocol.path,
                            default="/usr/share/sounds/sf2/FluidR3_GM.sf2")
        parser.add_argument("--max-tokens", type=int, default=2000)
        parser.add_argument("--block", type=int, default=500, help="tokens between two scorings")
        parser.add_argument("--beams", type=int, default=3)
        parser.add_argument("--keep", type=int, default=2)
        parser.add_argument("--mutate", action="store_true", help="paraphrase the caption")

    def __init__(self, options, device):
        self.options = options
        sys.path.insert(0, options.repo)
        from progressive_explorer import ProgressiveExplorer
        if not os.path.exists(options.soundfont):
            raise FileNotFoundError("no soundfont '%s' (--soundfont)" % options.soundfont)
        checkpoint, vocabulary = text2midi.find_weights(options)
        with open(vocabulary, "rb") as f:
            n_vocabulary = len(pickle.load(f))
        self.search = ProgressiveExplorer(
            checkpoint, vocabulary, n_vocabulary, device=device, soundfont_path=options.soundfont,
            token_batch_size=options.block, num_beams=options.beams, replacement_top_k=options.keep,
            use_caption_mutation=options.mutate)
        self.version = protocol.fingerprint(checkpoint, vocabulary)
        # The search writes outputs/ below the current folder, named by the second: keep workers apart.
        self.folder = tempfile.TemporaryDirectory(prefix="inferalign-")
        os.chdir(self.folder.name)

    def generate(self, prompt, out):
        found = self.search.progressive_generate(prompt["text"], max_tokens=self.options.max_tokens)
        if found["reward"] == 0.0:
            raise RuntimeError("no beam could be scored; the reason is in the log")
        shutil.move(found["midi_path"], out + ".mid")
        n_scored = (self.options.max_tokens // self.options.block + 2) * self.options.beams
        return {"path": out + ".mid", "candidates": n_scored, "tokens": n_scored * self.options.block}


if __name__ == "__main__":
    protocol.serve(Generator)
