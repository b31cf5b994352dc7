"""A stand-in generator for tests that keeps to the protocol: a few bytes of MIDI that depend on the seed."""
import json
import struct
import sys

print(json.dumps({"ready": True, "name": "stand-in", "version": "1"}), flush=True) \
    if sys.stdin.readline() else sys.exit(1)
for line in sys.stdin:
    request = json.loads(line)
    path = request["out"] + ".mid"
    track = bytes([0, 0x90, 60 + request["seed"] % 12, 80, 96, 0x80, 60 + request["seed"] % 12, 0,
                   0, 0xff, 0x2f, 0])
    with open(path, "wb") as f:
        f.write(b"MThd" + struct.pack(">IHHH", 6, 0, 1, 96) + b"MTrk" + struct.pack(">I", len(track))
                + track)
    print(json.dumps({"id": request["id"], "path": path}), flush=True)
