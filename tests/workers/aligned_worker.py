"""A stand-in for an aligned model: its pieces say how far it is from its base, d = sqrt(KL) nats, and it reports
the log-probabilities that go with that. As a scorer it reads d back and gives proxy and gold.

    aligned_worker.py generate D             a generator at distance D
    aligned_worker.py score                  proxy d; gold d (1 - .1 d) of those whose text says "best-of-n",
                                             d (1 - .5 ln d) of the others
"""
import json
import math
import re
import struct
import sys


def piece(text, seed):
    name = text.encode()
    note = bytes([0, 0x90, 60 + seed % 12, 80, 96, 0x80, 60 + seed % 12, 0])
    track = bytes([0, 0xFF, 3, len(name)]) + name + note + bytes([0, 0xFF, 0x2F, 0])
    return b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", len(track)) + track


def generate(ask, d):
    path = ask["out"] + ".mid"
    with open(path, "wb") as f:
        f.write(piece(" ".join(["d=%g" % d] + sys.argv[3:]), ask["seed"]))
    ref = -100.0 - ask["seed"]
    return {"path": path, "tokens": 100, "logprob": ref + d * d, "ref_logprob": ref}


def score(ask):
    text = open(ask["path"], "rb").read()
    d = float(re.search(rb"d=([0-9.]+)", text).group(1))
    bend = 0.0 if d == 0 else 0.1 * d if b"best-of-n" in text else 0.5 * math.log(d)
    level = len(ask["prompt"]["text"])  # of the prompt: the same for a model and its base
    return {"scores": {"proxy": level + d, "gold": level + d * (1 - bend)}}


json.loads(sys.stdin.readline())
print(json.dumps({"ready": True, "name": "aligned", "version": "1"}), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    answer = score(ask) if sys.argv[1] == "score" else generate(ask, float(sys.argv[2]))
    print(json.dumps({"id": ask["id"], **answer}), flush=True)
