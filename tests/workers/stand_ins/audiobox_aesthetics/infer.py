"""A stand-in for audiobox_aesthetics: four numbers from a file's size; one of them not a number on demand."""
import os

import noise


class Predictor:
    def forward(self, batch):
        noise.maybe_explode(batch[0]["path"])
        size = os.path.getsize(batch[0]["path"])
        row = {axis: 1.0 + 9.0 * noise.number(size, axis) for axis in ("CE", "CU", "PC", "PQ")}
        if os.environ.get("ATTUNE_TEST_NAN"):
            row["PC"] = float("nan")
        return [row]


def initialize_predictor(ckpt=None):
    noise.chatter()
    return Predictor()
