"""A stand-in worker for tests: well behaved, or wrong in the one way that its argument names.

It speaks attune's JSON Lines protocol and writes a few bytes where a real worker would write music.
A mode applies to requests whose prompt text contains "bad"; all others are answered well.
"""
import json
import os
import signal
import sys
import time

MODE = sys.argv[1]


def say(text):
    sys.stdout.write(text)
    sys.stdout.flush()


def answer(request, **extra):
    path = request["out"] + ".mid"
    with open(path, "wb") as f:
        f.write(b"MThd stand-in")
    say(json.dumps({"id": request["id"], "path": path, **extra}) + "\n")


def leave_a_daemon():
    """Out of the process group and the session, and no child of anybody who is here."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    os.wait()


def misbehave(request):
    out = request["out"]
    if MODE == "hang":
        time.sleep(60)
    elif MODE == "crash":
        sys.stderr.write("stand-in: out of cheese\n")
        sys.exit(3)
    elif MODE == "flood":
        while True:
            say("x" * 65536)
    elif MODE == "flood-stderr":
        while True:
            sys.stderr.write("y" * 65536)
    elif MODE == "partial":
        say('{"id": %d, "pa' % request["id"])
        time.sleep(60)
    elif MODE == "binary":
        sys.stdout.buffer.write(b"\x00\x01\x02\xff\n")
        sys.stdout.flush()
    elif MODE == "text":
        say("loading weights...\n")
    elif MODE == "wrong-id":
        say(json.dumps({"id": request["id"] + 1, "path": out + ".mid"}) + "\n")
    elif MODE == "no-id":
        say(json.dumps({"path": out + ".mid"}) + "\n")
    elif MODE == "no-path":
        say(json.dumps({"id": request["id"]}) + "\n")
    elif MODE == "no-file":
        say(json.dumps({"id": request["id"], "path": out + ".mid"}) + "\n")
    elif MODE == "nan":
        answer(request, logprob=float("nan"))
    elif MODE == "text-count":
        answer(request, candidates="eight")
    elif MODE == "outside":
        path = os.path.join(os.path.dirname(os.path.dirname(out)), "outside.mid")
        with open(path, "wb") as f:
            f.write(b"MThd stand-in")
        say(json.dumps({"id": request["id"], "path": path}) + "\n")
    elif MODE == "relative":
        answer_path = os.path.relpath(out + ".mid")
        with open(out + ".mid", "wb") as f:
            f.write(b"MThd stand-in")
        say(json.dumps({"id": request["id"], "path": answer_path}) + "\n")
    elif MODE == "climbing":  # begins with the sample's folder, ends outside
        with open(os.path.join(os.path.dirname(out), "../climbed.mid"), "wb") as f:
            f.write(b"MThd stand-in")
        say(json.dumps({"id": request["id"], "path": os.path.dirname(out) + "/../climbed.mid"}) + "\n")
    elif MODE == "symlink":
        os.symlink("/etc/hostname", out + ".mid")
        say(json.dumps({"id": request["id"], "path": out + ".mid"}) + "\n")
    elif MODE == "out-of-order":
        say(json.dumps({"id": request["id"] + 1, "path": out + ".mid"}) + "\n")
        answer(request)
    elif MODE == "ignores-sigterm":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    elif MODE == "huge-file":
        with open(out + ".mid", "wb") as f:
            while True:
                f.write(b"x" * 65536)
    elif MODE == "fork-bomb":  # a small one: 63 processes
        for _ in range(6):
            os.fork()
        time.sleep(60)
    elif MODE == "daemon":
        leave_a_daemon()
        time.sleep(60)
    elif MODE == "daemon-crash":
        leave_a_daemon()
        sys.exit(3)
    elif MODE == "close-stdin":
        os.close(0)
        answer(request)
        time.sleep(60)
    elif MODE == "unasked":
        answer(request)
        say(json.dumps({"id": request["id"], "path": "again"}) + "\n")
    elif MODE == "polite":
        say(json.dumps({"id": request["id"], "error": "out of memory"}) + "\n")


def main():
    hello = json.loads(sys.stdin.readline())
    if MODE == "no-ready":
        say('{"ready": false}\n')
        return
    if MODE == "dies-at-start":
        sys.stderr.write("ModuleNotFoundError: No module named 'stand_in'\n")
        sys.exit(1)
    say(json.dumps({"ready": hello["role"] == "generator" and hello["attune"] == 1,
                    "name": "stand-in", "version": "1"}) + "\n")
    for line in iter(sys.stdin.readline, ""):
        request = json.loads(line)
        if "bad" in request["prompt"]["text"]:
            misbehave(request)
        else:
            answer(request, candidates=4, tokens=100, logprob=-12.5, ref_logprob=-13.0,
                   device_seconds=0.25)


main()
