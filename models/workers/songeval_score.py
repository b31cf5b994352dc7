"""SongEval: five aesthetic scores of a song, without its prompt (Yao et al. 2025,
github.com/ASLP-lab/SongEval).

    worker: [python3, songeval_score.py, --repo, SongEval]

Scores on a scale of 1 to 5: Coherence, Musicality, Memorability, Clarity (of structure), Naturalness (of
singing). Made for songs with vocals; it reads .wav and .mp3.
"""
import os
import sys
import tempfile

import protocol


class Scorer:
    name = "songeval"
    roles = ("scorer",)
    hears = True
    install = ("git clone https://github.com/ASLP-lab/SongEval, pip install -r its requirements.txt, "
               "and give the folder as --repo")

    @staticmethod
    def add_options(parser):
        parser.add_argument("--repo", type=protocol.path, required=True)
        parser.add_argument("--checkpoint", type=protocol.path,
                            help="default: ckpt/model.safetensors of the repository")

    def __init__(self, options, device):
        sys.path.insert(0, options.repo)
        from eval import Synthesizer
        checkpoint = options.checkpoint or os.path.join(options.repo, "ckpt", "model.safetensors")
        self.folder = tempfile.TemporaryDirectory(prefix="songeval-")
        self.evaluator = Synthesizer(checkpoint_path=checkpoint, input_path="",
                                     output_dir=self.folder.name, use_cpu=device == "cpu")
        self.evaluator.setup()
        self.version = protocol.fingerprint(checkpoint)

    def score(self, path, prompt):
        if not path.endswith((".wav", ".mp3")):
            raise ValueError("SongEval reads .wav and .mp3, not '%s'" % os.path.basename(path)[-40:])
        results = self.evaluator.result_dcit  # so spelled; filled by handle()
        results.clear()
        self.evaluator.handle(path)
        return dict(next(iter(results.values())))


if __name__ == "__main__":
    protocol.serve(Scorer)
