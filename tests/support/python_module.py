"""The Python module against known answers; run by t0700-library.sh with a MIDI file."""

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import attune

path = sys.argv[1]
about = attune.metrics()
assert about["harmonic.key_clarity"]["direction"] == "up"
assert about["set.fad"]["direction"] == "down" and not about["set.fad"]["audio"]

# a file, its bytes, and several files on threads are the same sample
result = attune.evaluate(path)
assert result["modality"] == "symbolic" and result["duration_s"] > 0
with open(path, "rb") as file:
    assert attune.evaluate(file.read()) == result
assert all({**r, "path": path} == {"path": path, **result}
           for r in attune.evaluate_many([path] * 8, jobs=4))
assert set(result["metrics"]).isdisjoint(result["undefined"])

# a sine at half scale: crest factor sqrt 2 = 3.01 dB, both channels alike
t = np.arange(5 * 44100) / 44100
sine = 0.5 * np.sin(2 * np.pi * 1000 * t)
quality = attune.evaluate(np.stack([sine, sine], axis=1), 44100, metrics="quality.*")["metrics"]
assert abs(quality["quality.crest_db"] - 3.0103) < 0.01, quality
assert abs(quality["quality.stereo_correlation"] - 1) < 1e-6, quality
assert attune.evaluate(np.zeros(44100, np.int16), 44100)["metrics"]["quality.silence_ratio"] == 1

# PCM is measured at the scale of its width
loudness = quality["quality.loudness_lufs"]
for pcm in (sine * 32767).astype(np.int16), (sine * (2**31 - 1)).astype(np.int32), \
        np.round(sine * 127 + 128).astype(np.uint8):
    value = attune.evaluate(np.stack([pcm, pcm], axis=1), 44100, metrics="quality.*")["metrics"]
    assert abs(value["quality.loudness_lufs"] - loudness) < 0.1, (pcm.dtype, value)

# the legacy block holds vectors
compat = attune.evaluate(path, compat=True)["metrics"]
assert compat["compat.muspy.n_pitches_used"] > 0

# prompts and embeddings
with attune.Session(prompt={"text": "something", "attributes": {"tempo_bpm": 120}}) as session:
    assert session.evaluate(path)["metrics"]["adherence.tempo_bin"] == 1
    assert np.isfinite(session.embed(path)).all()

embedded = attune.embed_many([path] * 3, jobs=2)
assert embedded.shape[0] == 3 and (embedded == attune.embed(path)).all()

# a session takes turns when threads share it, and says when it is closed
with attune.Session() as session:
    with ThreadPoolExecutor(4) as pool:
        assert all(r == result for r in pool.map(session.evaluate, [path] * 8))

# sets: the Fréchet distance of rows and shifted rows is the squared shift
rows = np.random.default_rng(1).normal(size=(300, 4))
fad = attune.distance(rows, rows + [0.5, 0, 0, 0], metrics="set.fad")["metrics"]["set.fad"]
assert abs(fad["value"] - 0.25) < 1e-5 and fad["ci_low"] <= fad["value"] <= fad["ci_high"], fad
assert "vendi" in str(attune.distance(None, rows)["metrics"])
assert attune.distance(rows[:3], rows)["warnings"]

# ratings: A-B 7:3, A-C 8:2, B-C 6:4 in order
battles = [pair for a, b, wins in (("A", "B", 7), ("A", "C", 8), ("B", "C", 6))
           for pair in [(a, b, "a")] * wins + [(a, b, "b")] * (10 - wins)]
assert [row["model"] for row in attune.rank(battles, replicates=50)] == ["A", "B", "C"]

# mistakes are exceptions in words
for mistake, words in (
    (lambda: attune.evaluate("missing.wav"), "missing.wav"),
    (lambda: attune.evaluate(path, metrics="harmonic.keyclarity"), "harmonic.key_clarity"),
    (lambda: attune.evaluate(sine), "rate_hz"),
    (lambda: attune.evaluate(np.zeros((2, 44100)), 44100), "transpose"),
    (lambda: attune.evaluate(np.zeros(44100, int), 44100), "int16"),
    (lambda: attune.evaluate(sine, -1), "768000"),
    (lambda: attune.evaluate(path, prompt={"text": "x", "attributes": {"tempo_bpm": "x"}}),
     "tempo_bpm"),
    (lambda: session.evaluate(path), "closed"),
    (lambda: attune.Session(metrics="quality.crest_db").embed(sine, 44100), "set.*"),
    (lambda: attune.embed_many([path, "missing.mid"]), "missing.mid"),
    (lambda: attune.distance(rows, rows[:, :3]), "dimensions"),
    (lambda: attune.rank([("A", "B", "A")]), "both_bad"),
    (lambda: attune.rank([("A", "B")]), "winner"),
    (lambda: attune.rank([("A", "A", "a")]), "itself"),
):
    try:
        mistake()
    except attune.AttuneError as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"no error about {words}")
assert "error" in attune.evaluate_many(["missing.wav"])[0]
