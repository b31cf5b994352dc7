"""The worker's side of attune's protocol, so that a worker is a model and nothing else.

A worker is one class and `serve(TheClass)`. The class names itself, says how it is installed, loads
its model once, and answers questions:

    name     = "clap"                   # of the system, in results
    roles    = ("scorer", "embedder")   # what it can be asked for
    hears    = True                     # needs sound: MIDI is rendered first, with --soundfont
    install  = "pip install laion-clap" # the hint when a module is missing
    add_options(parser)                 # static; --device is there already
    __init__(self, options, device)     # loads; sets self.version (fingerprint() of the weights)
    generate(self, prompt, out) -> {"path": out + ".wav", ...}   # role generator
    score(self, path, prompt) -> {"name": number, ...}           # role scorer
    embed(self, path) -> row of numbers                          # role embedder

Everything else is done here. stdout belongs to the protocol: what libraries print goes to stderr.
random, numpy and torch are seeded with the request's seed, or for scorers and embedders with a fixed
one, so that the same question gets the same answer. An exception costs one answer with its reason,
never the process. Needs Python 3.9 and nothing of attune; may be copied beside a worker of your own.
"""
import argparse
import hashlib
import importlib.metadata
import json
import math
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
import traceback

FIXED_SEED = 1
MAX_ERROR = 300  # characters of a reason


def path(text):
    """The type of options that name files: absolute, so that a library may change the folder."""
    return os.path.abspath(os.path.expanduser(text))


def fingerprint(*files):
    """12 hex digits that change with the content of any of the files.

    A file in the cache of huggingface_hub is a link to a blob that is named by its hash: that name is
    taken and the file is not read.
    """
    total = hashlib.sha256()
    for name in files:
        blob = os.path.realpath(name)
        if re.fullmatch("[0-9a-f]{40,64}", os.path.basename(blob)):
            total.update(os.path.basename(blob).encode())
            continue
        content = hashlib.sha256()
        with open(blob, "rb") as f:
            for block in iter(lambda: f.read(1 << 20), b""):
                content.update(block)
        total.update(content.digest())
    return total.hexdigest()[:12]


def package_version(name):
    """Of an installed distribution; "?" for a plain folder."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "?"


def write_wav(name, channels, rate):
    """Writes (n_channels, n_samples) numbers in -1..1, clipped, as 16-bit PCM."""
    import wave
    import numpy
    samples = numpy.clip(numpy.asarray(channels, dtype=numpy.float64), -1.0, 1.0)
    if not numpy.isfinite(samples).all():
        raise ValueError("the model gave samples that are not numbers")
    with wave.open(name, "wb") as f:
        f.setnchannels(samples.shape[0])
        f.setsampwidth(2)
        f.setframerate(int(rate))
        f.writeframes(numpy.rint(samples.T * 32767.0).astype("<i2").tobytes())


def sum_logprob(logits, tokens, mask=None):
    """log p of tokens (...,) under logits (..., n_vocab), summed where the mask is true."""
    import torch
    logprob = torch.log_softmax(logits.float(), dim=-1)
    picked = logprob.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    return float((picked if mask is None else picked[mask]).sum().item())


def _seed(seed):
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def _pick_device(asked):
    if asked == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""  # for libraries that choose for themselves
    if asked:
        return asked
    if os.environ.get("CUDA_VISIBLE_DEVICES", "0").strip() in ("", "-1"):
        return "cpu"
    import torch
    return "cuda:0" if torch.cuda.is_available() else "cpu"


def _cuda():
    """torch.cuda if it is in use, else None."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch and torch.cuda.is_available() else None


def _finite(value):
    """A number that JSON can hold, or None."""
    value = float(value)
    return value if math.isfinite(value) else None


def _as_sound(name, soundfont, folder):
    """The file itself, or if it is MIDI its rendering by the program fluidsynth."""
    with open(name, "rb") as f:
        if f.read(4) != b"MThd":
            return name
    if not soundfont:
        raise ValueError("a MIDI file: to hear it this worker needs --soundfont FILE.sf2")
    sound = os.path.join(folder, "rendered.wav")
    try:
        subprocess.run(["fluidsynth", "-ni", "-r", "44100", "-F", sound, soundfont, name], check=True,
                       stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise RuntimeError("the program 'fluidsynth' is not installed, and this is a MIDI file") from None
    return sound


def _answer(worker, role, request, options, folder):
    if role == "generator":
        _seed(request["seed"])
        return worker.generate(request["prompt"], request["out"])
    name = request["path"]
    if getattr(worker, "hears", False):
        name = _as_sound(name, options.soundfont, folder)
    _seed(FIXED_SEED)
    if role == "scorer":
        scores = worker.score(name, request["prompt"])
        return {"scores": {key: _finite(value) for key, value in scores.items()}}
    import numpy
    row = numpy.asarray(worker.embed(name), dtype=numpy.float32).reshape(1, -1)
    name = os.path.join(folder, "row.npy")
    numpy.save(name, row)
    return {"embedding": name}


def _timed_answer(worker, role, request, options, folder):
    start = time.perf_counter()
    answer = _answer(worker, role, request, options, folder)
    if _cuda():
        _cuda().synchronize()
    if role == "generator":
        answer.setdefault("device_seconds", time.perf_counter() - start)
        answer = {key: _finite(value) if isinstance(value, float) else value
                  for key, value in answer.items()}
    return answer


def _reason(error):
    text = " ".join(str(error).split())
    return (type(error).__name__ + (": " + text if text else ""))[:MAX_ERROR]


def _quit(message):
    """The last words on stderr are what attune quotes."""
    sys.stdout.flush()
    sys.stderr.write("%s: %s\n" % (os.path.basename(sys.argv[0]), message))
    sys.exit(1)


def _leave(*_):
    """SIGTERM ends the process as the end of stdin does: temporary folders are removed, undisturbed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


def _load(worker_class, options):
    try:
        return worker_class(options, _pick_device(options.device))
    except ModuleNotFoundError as error:
        _quit("the Python module '%s' is missing; hint: %s" % (error.name, worker_class.install))
    except Exception as error:  # whatever a library throws at us
        traceback.print_exc()
        _quit("cannot load the model: " + _reason(error))


def serve(worker_class):
    parser = argparse.ArgumentParser(
        description=sys.modules[worker_class.__module__].__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", help="cpu, cuda:0, ... (default: the first GPU that "
                        "CUDA_VISIBLE_DEVICES leaves, else the CPU)")
    if getattr(worker_class, "hears", False):
        parser.add_argument("--soundfont", type=path, help="renders MIDI files (with fluidsynth)")
    worker_class.add_options(parser)
    options = parser.parse_args()

    signal.signal(signal.SIGTERM, _leave)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # from here on stdout is stderr, for C libraries and child processes too

    def say(answer):
        answers.write(json.dumps(answer, allow_nan=False) + "\n")
        answers.flush()

    questions = iter(sys.stdin.readline, "")
    role = json.loads(next(questions, "{}")).get("role")
    if role not in worker_class.roles:
        _quit("asked to be a %s, but this is a %s" % (role, " and a ".join(worker_class.roles)))
    worker = _load(worker_class, options)
    say({"ready": True, "name": worker_class.name, "version": worker.version[:63]})
    with tempfile.TemporaryDirectory(prefix="attune-worker-") as folder:
        for line in questions:
            request = json.loads(line)
            try:
                say({"id": request["id"], **_timed_answer(worker, role, request, options, folder)})
            except (Exception, SystemExit) as error:  # one sample, not the process
                traceback.print_exc()
                say({"id": request["id"], "error": _reason(error)})
                if _cuda():
                    _cuda().empty_cache()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
