"""A stand-in generator and scorer that notes what its process was given: each start adds a line to the file
of its first argument, CUDA_VISIBLE_DEVICES and then whichever of the variables named after it are set."""
import json
import os
import struct
import sys
import time

names = ["CUDA_VISIBLE_DEVICES"] + sys.argv[2:]
with open(sys.argv[1], "a") as f:
    f.write(" ".join("%s=%s" % (name, os.environ[name]) for name in names if name in os.environ) + "\n")
hello = json.loads(sys.stdin.readline())
print(json.dumps({"ready": True, "name": "environment", "version": "1"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    time.sleep(0.2)  # long enough for every worker of a pool to be needed
    answer = {"id": request["id"], "scores": {"one": 1}}
    if hello["role"] == "generator":
        answer = {"id": request["id"], "path": request["out"] + ".mid"}
        track = bytes([0, 0x90, 60, 80, 96, 0x80, 60, 0, 0, 0xff, 0x2f, 0])
        with open(answer["path"], "wb") as f:
            f.write(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", len(track)))
            f.write(track)
    print(json.dumps(answer), flush=True)
