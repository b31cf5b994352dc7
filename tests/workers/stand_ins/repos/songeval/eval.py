"""A stand-in for SongEval's evaluator."""
import os

import noise

AXES = ("Coherence", "Musicality", "Memorability", "Clarity", "Naturalness")


class Synthesizer:
    def __init__(self, checkpoint_path, input_path, output_dir, use_cpu=False):
        assert os.path.exists(checkpoint_path) and os.path.isdir(output_dir) and use_cpu

    def setup(self):
        noise.chatter()
        self.result_dcit = {}

    def handle(self, input_path):
        noise.maybe_explode(input_path)
        size = os.path.getsize(input_path)
        name = os.path.basename(input_path).split(".")[0]
        self.result_dcit[name] = {axis: 1.0 + 4.0 * noise.number(size, axis) for axis in AXES}
