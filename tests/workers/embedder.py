"""A stand-in embedding worker: 4 numbers from a file's bytes, or a mistake in the way its argument names.

usage: embedder.py [MODE [SCALE]]. A mistake is made for files whose name holds "bad", every time.
Each question adds a line to the file that ATTUNE_TEST_ASKED names, if it is set.
"""
import json
import os
import struct
import sys
import tempfile
import time

MODE = sys.argv[1] if len(sys.argv) > 1 else "good"
SCALE = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
FOLDER = tempfile.mkdtemp(prefix="embedder-")


def npy(shape, numbers):
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % (shape,)
    header = header.ljust(118 - 1) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
            + struct.pack("<%df" % len(numbers), *numbers))


def embed(path):
    with open(path, "rb") as f:
        data = f.read()
    third = max(1, len(data) // 3)
    parts = [data[:third], data[third:2 * third], data[2 * third:]]
    return [SCALE * sum(p) / (len(p) or 1) for p in parts] + [SCALE * len(data) / 100.0]


def main():
    hello = json.loads(sys.stdin.readline())
    if MODE == "dies-at-start":
        sys.stderr.write("ModuleNotFoundError: No module named 'clap'\n")
        sys.exit(1)
    version = os.environ.get("ATTUNE_TEST_VERSION", "1")
    print(json.dumps({"ready": hello["role"] == "embedder", "name": "stand-in", "version": version}),
          flush=True)
    for line in sys.stdin:
        ask = json.loads(line)
        if os.environ.get("ATTUNE_TEST_ASKED"):
            with open(os.environ["ATTUNE_TEST_ASKED"], "a") as f:
                f.write(os.path.basename(ask["path"]) + "\n")
        bad = "bad" in os.path.basename(ask["path"])
        out = os.path.join(FOLDER, "%d.npy" % ask["id"])
        row = embed(ask["path"])
        image = npy("(4,)", row)
        if bad and MODE == "crash":
            sys.exit(3)
        elif bad and MODE == "hang":
            time.sleep(60)
        elif bad and MODE == "nan":
            image = npy("(1, 4)", row[:3] + [float("nan")])
        elif bad and MODE == "matrix":
            image = npy("(2, 2)", row)
        elif bad and MODE == "short":
            image = npy("(3,)", row[:3])
        elif bad and MODE == "garbage":
            image = b"no array"
        with open(out, "wb") as f:
            f.write(image)
        answer = {"id": ask["id"], "embedding": out}
        if bad and MODE == "polite":
            answer = {"id": ask["id"], "error": "out of memory"}
        elif bad and MODE == "relative":
            answer["embedding"] = "1.npy"
        elif bad and MODE == "no-file":
            answer["embedding"] = out + ".gone"
        elif bad and MODE == "no-path":
            del answer["embedding"]
        print(json.dumps(answer), flush=True)


main()
