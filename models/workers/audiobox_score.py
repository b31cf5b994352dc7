"""Audiobox-Aesthetics: four scores of a sound, without its prompt (Tjandra et al. 2025, package
audiobox_aesthetics).

    worker: [python3, audiobox_score.py, --checkpoint, checkpoint.pt]

Scores on a scale of 1 to 10: CE content enjoyment, CU content usefulness, PC production complexity, PQ
production quality; means over windows of 10 s. PC has no better end: read it, don't rank by it. Without
--checkpoint the package fetches its own.
"""
import json

import protocol


class Scorer:
    name = "audiobox-aesthetics"
    roles = ("scorer",)
    hears = True
    install = "pip install audiobox_aesthetics"

    @staticmethod
    def add_options(parser):
        parser.add_argument("--checkpoint", type=protocol.path)

    def __init__(self, options, device):
        from audiobox_aesthetics.infer import initialize_predictor
        self.predictor = initialize_predictor(options.checkpoint)
        self.version = "%s %s" % (
            protocol.package_version("audiobox_aesthetics"),
            protocol.fingerprint(options.checkpoint) if options.checkpoint else "default")

    def score(self, path, prompt):
        row = self.predictor.forward([{"path": path}])[0]
        return json.loads(row) if isinstance(row, str) else row  # JSON text in early releases


if __name__ == "__main__":
    protocol.serve(Scorer)
