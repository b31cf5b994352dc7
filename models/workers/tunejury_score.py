"""TuneJury: a reward model of human preference for text-to-music (Kim et al. 2026,
github.com/yonghyunk1m/TuneJury).

    worker: [python3, tunejury_score.py, --repo, TuneJury]

Score `reward`: higher is preferred; only differences mean something. Prompts unlike requests to a music
arena are better scored without their text, as its authors advise: --empty-prompt.
"""
import os
import sys

import protocol


class Scorer:
    name = "tunejury"
    roles = ("scorer",)
    hears = True
    install = ("git clone https://github.com/yonghyunk1m/TuneJury, set up its environment.yml, "
               "and give the folder as --repo")

    @staticmethod
    def add_options(parser):
        parser.add_argument("--repo", type=protocol.path, required=True)
        parser.add_argument("--checkpoint", type=protocol.path,
                            help="default: checkpoints/tunejury.pt of the repository")
        parser.add_argument("--clap-checkpoint", type=protocol.path, help="default: fetched beside it")
        parser.add_argument("--empty-prompt", action="store_true")

    def __init__(self, options, device):
        sys.path.insert(0, options.repo)
        from tunejury import Scorer as TuneJury
        checkpoint = options.checkpoint or os.path.join(options.repo, "checkpoints", "tunejury.pt")
        self.model = TuneJury.from_pretrained(
            checkpoint, clap_ckpt_path=options.clap_checkpoint, device=device)
        self.empty_prompt = options.empty_prompt
        self.version = protocol.fingerprint(checkpoint) + (" empty-prompt" if self.empty_prompt else "")

    def score(self, path, prompt):
        return {"reward": self.model.score(path, prompt="" if self.empty_prompt else prompt["text"])}


if __name__ == "__main__":
    protocol.serve(Scorer)
