"""A stand-in command for tests: writes its arguments to the output, or fails in the way that is named."""
import os
import subprocess
import sys
import time

mode, out = sys.argv[1], sys.argv[2]
if mode == "good":
    with open(out + ".txt", "w", encoding="utf-8") as f:
        f.write("\n".join(sys.argv[3:]))
elif mode == "hang":
    subprocess.Popen(["sleep", "60"])  # a child of its own must not survive either
    sys.stderr.write("stand-in: thinking\n")
    sys.stderr.flush()
    time.sleep(60)
elif mode == "daemon":  # made a sample, left a process that is in no group or session of ours
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    os.wait()
    with open(out + ".mid", "wb") as f:
        f.write(b"MThd stand-in")
elif mode == "crash":
    sys.stderr.write("stand-in: no\nmemory\n")
    sys.exit(7)
elif mode == "flood":
    while True:
        os.write(1, b"x" * 65536)
elif mode == "several":
    for extension in (".wav", ".mid"):
        with open(out + extension, "wb") as f:
            f.write(b"x")
elif mode == "memory":
    block = bytearray(1 << 30)
elif mode == "empty":
    open(out + ".mid", "wb").close()
elif mode == "abort":
    os.abort()
