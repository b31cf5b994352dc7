"""Measures music from Python through libattune: arrays or files in, dicts out.

    import attune
    attune.evaluate("take1.wav")["metrics"]["harmonic.key_clarity"]
    attune.evaluate(samples, 44100)                    # (n_frames,) or (n_frames, n_channels)
    attune.evaluate_many(paths, jobs=8)                # one dict per path, in order
    attune.distance(attune.embed_many(references), attune.embed_many(renders))
    attune.rank([("dpo", "base", "a"), ...])           # Bradley-Terry ratings
    attune.metrics()["harmonic.key_clarity"]["formula"]

A metric without a value is in the dict "undefined" with the reason, never a NaN or 0. Mistakes are
AttuneError, a ValueError, in words. Files and arrays are measured outside the interpreter's lock:
threads with a Session each run side by side, those that share one take turns.

Needs NumPy and the shared library: at $ATTUNE_LIBRARY, else the one installed with this module, else
the system's.
"""

import json
import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from . import _library as c

__all__ = ["AttuneError", "Session", "distance", "embed", "embed_many", "evaluate", "evaluate_many",
           "metrics", "rank", "version"]


class AttuneError(ValueError):
    """What went wrong, in words; `status` is the library's number for it."""

    def __init__(self, message, status):
        super().__init__(message)
        self.status = status


def version():
    """Version of the library that is loaded."""
    return c.library().attune_library_version().decode()


def metrics():
    """All metrics by id: title, unit, direction, range, formula, source, when undefined."""
    found = {}
    text = c.MetricText()
    for index in range(c.library().attune_metric_count()):
        c.library().attune_metric_about(index, text)
        about = {name: _plain(getattr(text, name)) for name, _ in c.MetricText._fields_}
        about["audio"], about["symbolic"] = bool(about["audio"]), bool(about["symbolic"])
        found[about.pop("id")] = about
    return found


def _plain(value):
    return value.decode() if isinstance(value, bytes) else value


def _encode(text):
    return None if text is None else os.fsencode(text)


class Session:
    """Buffers and settings that serve many samples.

    metrics: comma-separated patterns, None for all. compat: also legacy tools' values.
    prompt: a text, or a dict with "text" and "attributes", that samples are held against.
    soundfont: renders MIDI through it and measures the audio ("": the system's).
    """

    _handle = None

    def __init__(self, metrics=None, compat=False, prompt=None, soundfont=None):
        self._lock = threading.Lock()
        self._handle = c.library().attune_session_new()
        if not self._handle:
            raise MemoryError("out of memory for a session")
        self._call("choose", _encode(metrics), compat)
        if prompt is not None:
            text, attributes = prompt, None
            if isinstance(prompt, dict):
                text, attributes = prompt["text"], json.dumps(prompt.get("attributes", {}))
            self._call("prompt", text.encode(), _encode(attributes))
        if soundfont is not None:
            self._call("soundfont", _encode(soundfont))

    def close(self):
        """Gives the memory back; also done when the session is collected."""
        if self._handle:
            with self._lock:
                handle, self._handle = self._handle, None
                c.library().attune_session_free(handle)

    __del__ = close

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def evaluate(self, what, rate_hz=None):
        """Measures a path, bytes of a MIDI file, or an array of samples with its rate.

        Samples are (n_frames,) or (n_frames, n_channels): floats at full scale 1, or PCM as int16,
        int32 or uint8. Returns {"modality": "audio" or "symbolic", "duration_s": ..., "metrics":
        {id: value}, "undefined": {id: reason}}; values are floats, or arrays for some of compat.*.
        """
        with self._lock:
            self._measure(what, rate_hz)
            return {"modality": c.library().attune_session_modality(self._handle).decode(),
                    "duration_s": c.library().attune_session_duration(self._handle),
                    **self._results()}

    def embed(self, what, rate_hz=None):
        """The built-in embedding attune-1 of a sample, shape (d,)."""
        with self._lock:
            self._measure(what, rate_hz)
            row, d = c.float_pointer(), c.size_t()
            self._call("embedding", row, d)
            return np.ctypeslib.as_array(row, (d.value,)).copy()

    def distance(self, reference, candidate, replicates=200, seed=1):
        """Metrics of two sets of embeddings (n, d); reference None: of the candidate alone.

        Returns {"metrics": {id: {"value", "ci_low", "ci_high"}}, "undefined": {id: reason},
        "warnings": [...]}; the ends of the 95 % bootstrap interval are None where there is none.
        """
        candidate = _rows(candidate, "candidate")
        reference = np.empty((0, candidate.shape[1]), np.float32) if reference is None \
            else _rows(reference, "reference")
        if reference.shape[1] != candidate.shape[1]:
            raise AttuneError(f"the reference has {reference.shape[1]} dimensions, the candidate "
                              f"{candidate.shape[1]}", c.INPUT)
        with self._lock:
            self._call("distance", reference.ctypes.data_as(c.float_pointer), len(reference),
                       candidate.ctypes.data_as(c.float_pointer), len(candidate),
                       candidate.shape[1], replicates, seed)
            warnings = c.library().attune_session_warnings(self._handle).decode()
            return {**self._results(with_intervals=True), "warnings": warnings.splitlines()}

    def rank(self, comparisons, replicates=1000, seed=1):
        """Ratings from (model_a, model_b, winner), winner "a", "b", "tie" or "both_bad".

        Returns, best first, dicts with "model", "rating" (Elo scale, centre 1000), "ci_low",
        "ci_high", "n", "rank", "rank_low" and "rank_high".
        """
        comparisons = list(comparisons)
        n = len(comparisons)
        for i, row in enumerate(comparisons):
            if len(row) != 3:
                raise AttuneError(f"comparison {i} is {row!r}: allowed are (model_a, model_b, "
                                  "winner)", c.USAGE)
            if row[2] not in c.VERDICTS:
                raise AttuneError(f"winner '{row[2]}' of comparison {i}: allowed are "
                                  f"{', '.join(c.VERDICTS)}", c.USAGE)
        a = (c.char_p * n)(*[row[0].encode() for row in comparisons])
        b = (c.char_p * n)(*[row[1].encode() for row in comparisons])
        verdict = (c.c_int * n)(*[c.VERDICTS.index(row[2]) for row in comparisons])
        ratings, n_models = c.rating_pointer(), c.size_t()
        with self._lock:
            self._call("rank", a, b, verdict, n, replicates, seed, ratings, n_models)
            return [{name: _plain(getattr(ratings[i], name)) for name, _ in c.Rating._fields_}
                    for i in range(n_models.value)]

    def _measure(self, what, rate_hz):
        if isinstance(what, (bytes, bytearray, memoryview)):
            image = bytes(what)
            self._call("midi", image, len(image))
        elif isinstance(what, (str, os.PathLike)):
            self._call("file", os.fsencode(what))
        else:
            if rate_hz is None:
                raise AttuneError("an array of samples needs its rate_hz", c.USAGE)
            if not 1 <= rate_hz <= 768000:
                raise AttuneError(f"rate_hz {rate_hz}: allowed are 1 .. 768000", c.USAGE)
            samples = _samples(what)
            self._call("audio", samples.ctypes.data_as(c.float_pointer), *samples.shape,
                       int(rate_hz))

    def _results(self, with_intervals=False):
        n = c.size_t()
        results = c.library().attune_session_results(self._handle, n)
        found, undefined = {}, {}
        for i in range(n.value):
            result = results[i]
            name = result.name.decode()
            if result.why is not None:
                undefined[name] = result.why.decode()
            elif with_intervals:
                has_interval = not math.isnan(result.ci_low)
                found[name] = {"value": result.values[0],
                               "ci_low": result.ci_low if has_interval else None,
                               "ci_high": result.ci_high if has_interval else None}
            elif result.n == 1:
                found[name] = result.values[0]
            else:
                found[name] = np.array(result.values[:result.n])
        return {"metrics": found, "undefined": undefined}

    def _call(self, name, *arguments):
        if not self._handle:
            raise AttuneError("the session is closed", c.USAGE)
        status = getattr(c.library(), "attune_session_" + name)(self._handle, *arguments)
        if status != c.OK:
            message = c.library().attune_session_error(self._handle).decode(errors="replace")
            raise MemoryError(message) if status == c.MEMORY else AttuneError(message, status)


def _samples(array):
    """Samples as float32 (n_frames, n_channels); integers are PCM of their width."""
    array = np.asarray(array)
    if array.ndim not in (1, 2):
        raise AttuneError(f"samples of shape {array.shape}: allowed are (n_frames,) and (n_frames, "
                          "n_channels)", c.USAGE)
    if array.ndim == 1:
        array = array[:, np.newaxis]
    if array.shape[1] > 64:
        raise AttuneError(f"{array.shape[1]} channels: is the array (n_channels, n_frames)? hint: "
                          "transpose it", c.USAGE)
    if array.dtype == np.uint8:
        array = (array.astype(np.float32) - 128) / 128
    elif array.dtype in (np.int16, np.int32):
        array = array / float(-int(np.iinfo(array.dtype).min))
    elif array.dtype.kind != "f":
        raise AttuneError(f"samples of type {array.dtype}: allowed are floats (full scale 1) and "
                          "PCM as int16, int32 or uint8", c.USAGE)
    return np.ascontiguousarray(array, np.float32)


def _rows(array, name):
    array = np.ascontiguousarray(array, np.float32)
    if array.ndim != 2:
        raise AttuneError(f"{name} of shape {array.shape}: embeddings are (n, d)", c.USAGE)
    return array


def evaluate(what, rate_hz=None, **settings):
    """Measures one sample: a path, bytes of a MIDI file, or an array with its rate.

    settings as for Session, the result as of Session.evaluate.
    """
    with Session(**settings) as session:
        return session.evaluate(what, rate_hz)


def evaluate_many(paths, jobs=None, **settings):
    """Measures files on several threads. A file that fails gives {"error": ...} in its place."""
    def one(session, path):
        try:
            return {"path": os.fspath(path), **session.evaluate(path)}
        except AttuneError as error:
            return {"path": os.fspath(path), "error": str(error)}

    return _on_threads(one, paths, jobs, settings)


def embed(what, rate_hz=None, soundfont=None):
    """The built-in embedding attune-1 of one sample, shape (d,)."""
    with Session(metrics="set.*", soundfont=soundfont) as session:
        return session.embed(what, rate_hz)


def embed_many(paths, jobs=None, soundfont=None):
    """The embeddings of files of one kind, shape (n, d), measured on several threads."""
    settings = {"metrics": "set.*", "soundfont": soundfont}
    return np.stack(_on_threads(Session.embed, paths, jobs, settings))


def _on_threads(work, paths, jobs, settings):
    """work(session, path) of every path in order; each thread has a session of its own."""
    if isinstance(paths, (str, bytes, os.PathLike)):
        raise TypeError(f"{paths!r} is one path, not a list of paths")
    Session(**settings).close()  # a mistake in the settings is raised here, not on a thread
    local = threading.local()

    def one(path):
        if not hasattr(local, "session"):
            local.session = Session(**settings)
        return work(local.session, path)

    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        return list(pool.map(one, paths))


def distance(reference, candidate, replicates=200, seed=1, metrics=None):
    """Metrics of two sets of embeddings with intervals; metrics: patterns such as "set.fad"."""
    with Session(metrics=metrics) as session:
        return session.distance(reference, candidate, replicates, seed)


def rank(comparisons, replicates=1000, seed=1):
    """Bradley-Terry ratings, best first, from (model_a, model_b, winner)."""
    with Session() as session:
        return session.rank(comparisons, replicates, seed)
