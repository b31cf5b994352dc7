"""Measures music from Python through libattune: arrays or files in, dicts out.

    import attune
    attune.evaluate("take1.wav")["metrics"]["harmonic.key_clarity"]
    attune.evaluate(samples, 44100)                    # (n_frames,) or (n_frames, n_channels)
    attune.evaluate_many(paths, jobs=8)                # one dict per path, in order
    attune.distance(reference, candidate)              # embeddings (n, d)
    attune.rank([("dpo", "base", "a"), ...])           # Bradley-Terry ratings
    attune.metrics()["harmonic.key_clarity"]["formula"]

Needs NumPy and the shared library, which is looked for beside the package's prefix, by the system,
or at $ATTUNE_LIBRARY. Calls release the interpreter's lock, so threads run side by side.
"""

import json
import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from . import _library as c

__all__ = ["AttuneError", "Session", "distance", "evaluate", "evaluate_many", "metrics", "rank",
           "version"]


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
    """Buffers and settings that serve many samples; one thread at a time.

    metrics: comma-separated patterns, None for all. compat: also legacy tools' values.
    prompt: a text, or a dict with "text" and "attributes", that samples are held against.
    soundfont: renders MIDI through it and measures the audio ("": the system's).
    """

    def __init__(self, metrics=None, compat=False, prompt=None, soundfont=None):
        self._handle = c.library().attune_session_new()
        if not self._handle:
            raise MemoryError("out of memory for a session")
        self._check(c.library().attune_session_choose(self._handle, _encode(metrics), compat))
        if prompt is not None:
            text, attributes = prompt, None
            if isinstance(prompt, dict):
                text, attributes = prompt["text"], json.dumps(prompt.get("attributes", {}))
            self._check(c.library().attune_session_prompt(self._handle, text.encode(),
                                                          _encode(attributes)))
        if soundfont is not None:
            self._check(c.library().attune_session_soundfont(self._handle, _encode(soundfont)))

    def close(self):
        """Gives the memory back; also done when the session is collected."""
        handle, self._handle = getattr(self, "_handle", None), None
        c.library().attune_session_free(handle)

    __del__ = close

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def evaluate(self, what, rate_hz=None):
        """Measures a path, bytes of a MIDI file, or an array of samples with its rate."""
        if isinstance(what, (bytes, bytearray, memoryview)):
            image = bytes(what)
            self._check(c.library().attune_session_midi(self._handle, image, len(image)))
        elif isinstance(what, (str, os.PathLike)):
            self._check(c.library().attune_session_file(self._handle, os.fsencode(what)))
        else:
            self._evaluate_samples(what, rate_hz)
        return {"modality": c.library().attune_session_modality(self._handle).decode(),
                "duration_s": c.library().attune_session_duration(self._handle),
                **self._results()}

    def embed(self, what, rate_hz=None):
        """The built-in embedding attune-1 of a sample, shape (d,)."""
        self.evaluate(what, rate_hz)
        row, d = c.float_pointer(), c.size_t()
        self._check(c.library().attune_session_embedding(self._handle, row, d))
        return np.ctypeslib.as_array(row, (d.value,)).copy()

    def distance(self, reference, candidate, replicates=200, seed=1):
        """Metrics of two sets of embeddings (n, d); reference None: of the candidate alone."""
        candidate = _rows(candidate, "candidate")
        reference = np.empty((0, candidate.shape[1]), np.float32) if reference is None \
            else _rows(reference, "reference")
        if reference.shape[1] != candidate.shape[1]:
            raise AttuneError(f"the reference has {reference.shape[1]} dimensions, the candidate "
                              f"{candidate.shape[1]}", c.INPUT)
        self._check(c.library().attune_session_distance(
            self._handle, reference.ctypes.data_as(c.float_pointer), len(reference),
            candidate.ctypes.data_as(c.float_pointer), len(candidate), candidate.shape[1],
            replicates, seed))
        warnings = c.library().attune_session_warnings(self._handle).decode()
        return {**self._results(with_intervals=True), "warnings": warnings.splitlines()}

    def rank(self, comparisons, replicates=1000, seed=1):
        """Ratings from (model_a, model_b, winner), winner "a", "b", "tie" or "both_bad"."""
        comparisons = list(comparisons)
        n = len(comparisons)
        for i, (_, _, winner) in enumerate(comparisons):
            if winner not in c.VERDICTS:
                raise AttuneError(f"winner '{winner}' of comparison {i}: allowed are "
                                  f"{', '.join(c.VERDICTS)}", c.USAGE)
        a = (c.char_p * n)(*[row[0].encode() for row in comparisons])
        b = (c.char_p * n)(*[row[1].encode() for row in comparisons])
        verdict = (c.c_int * n)(*[c.VERDICTS.index(row[2]) for row in comparisons])
        ratings, n_models = c.rating_pointer(), c.size_t()
        self._check(c.library().attune_session_rank(self._handle, a, b, verdict, n, replicates,
                                                    seed, ratings, n_models))
        return [{name: _plain(getattr(ratings[i], name)) for name, _ in c.Rating._fields_}
                for i in range(n_models.value)]

    def _evaluate_samples(self, samples, rate_hz):
        samples = np.ascontiguousarray(samples, np.float32)
        if rate_hz is None:
            raise AttuneError("an array of samples needs its rate_hz", c.USAGE)
        if samples.ndim not in (1, 2):
            raise AttuneError(f"samples of shape {samples.shape}: allowed are (n_frames,) and "
                              "(n_frames, n_channels)", c.USAGE)
        n_channels = 1 if samples.ndim == 1 else samples.shape[1]
        if n_channels > 64:
            raise AttuneError(f"{n_channels} channels: is the array (n_channels, n_frames)? "
                              "hint: transpose it", c.USAGE)
        self._check(c.library().attune_session_audio(
            self._handle, samples.ctypes.data_as(c.float_pointer), len(samples), n_channels,
            int(rate_hz)))

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

    def _check(self, status):
        if status == c.MEMORY:
            raise MemoryError(c.library().attune_session_error(self._handle).decode())
        if status != c.OK:
            message = c.library().attune_session_error(self._handle).decode(errors="replace")
            raise AttuneError(message, status)


def _rows(array, name):
    array = np.ascontiguousarray(array, np.float32)
    if array.ndim != 2:
        raise AttuneError(f"{name} of shape {array.shape}: embeddings are (n, d)", c.USAGE)
    return array


def evaluate(what, rate_hz=None, **settings):
    """Measures one sample; settings as for Session."""
    with Session(**settings) as session:
        return session.evaluate(what, rate_hz)


def evaluate_many(paths, jobs=None, **settings):
    """Measures files on several threads. A file that fails gives {"error": ...} in its place."""
    local = threading.local()

    def one(path):
        if not hasattr(local, "session"):
            local.session = Session(**settings)
        try:
            return {"path": os.fspath(path), **local.session.evaluate(path)}
        except AttuneError as error:
            return {"path": os.fspath(path), "error": str(error)}

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
