#!/usr/bin/env bash
# compare, baseline, regress: numbers against the database, exit codes, files for CI.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
"$make" a.db 6 24 2 8 >/dev/null || exit 70
"$make" hostile.db 6 12 1 8 hostile >/dev/null || exit 70

case_is 'compare'
expect_exit 0 "$ATTUNE" compare model-inference3 base --db a.db
expect_in out 'A = model-inference3, B = base: paired over 24 prompts'
expect_in out 'A better'
expect_in out 'more prompts'
[ "$(LC_ALL=C.UTF-8 awk '{ if (length($0) > w) w = length($0) } END { print w }' out)" -le 110 ] ||
    fail 'too wide'
expect_exit 0 "$ATTUNE" compare model-inference3 base --db a.db --format json
python3 - <<'PY' || fail 'the means differ from the database'
import json, sqlite3
db = sqlite3.connect("a.db")
for row in json.load(open("out")):
    means = []
    for model in (row["model_a"], row["model_b"]):
        values = {}
        for prompt, value in db.execute("SELECT prompt, value FROM sample_scores WHERE model = ? AND metric = ?"
                                        " AND state = 'ok'", (model, row["metric"])):
            values.setdefault(prompt, []).append(value)
        means.append({p: sum(v) / len(v) for p, v in values.items()})
    common = sorted(set(means[0]) & set(means[1]))
    assert len(common) == row["n"]
    for side, key in ((0, "mean_a"), (1, "mean_b")):
        assert abs(sum(means[side][p] for p in common) / len(common) - row[key]) < 1e-12
PY
cp out first.json
expect_exit 0 "$ATTUNE" compare model-inference3 base --db a.db --format json --jobs 1
expect_same out first.json
expect_exit 0 "$ATTUNE" compare base base --db a.db --metrics 'harmonic.*'
expect_in out 'identical'
expect_exit 2 "$ATTUNE" compare model-inference base --db a.db
expect_in err "did you mean 'model-inference3'?"
expect_exit 2 "$ATTUNE" compare base --db a.db
for format in table markdown latex html csv; do
    expect_exit 0 "$ATTUNE" compare 'a_b%$#{}\' '<script>alert(1)</script>' --db hostile.db --format $format
done

case_is 'baselines'
expect_exit 6 "$ATTUNE" regress --baseline b --candidate base --db a.db
expect_exit 2 "$ATTUNE" baseline set b --model nobody --db a.db
expect_exit 2 "$ATTUNE" baseline set b --db a.db
expect_exit 2 "$ATTUNE" baseline set --db a.db
expect_exit 0 "$ATTUNE" baseline set b --model model-inference3 --db a.db
expect_exit 0 "$ATTUNE" baseline list --db a.db
expect_in out 'model-inference3'

case_is 'the gate: pass, regress, inconclusive'
expect_exit 0 "$ATTUNE" regress --baseline b --candidate model-inference3 --db a.db
expect_in out 'pass'
expect_exit 1 "$ATTUNE" regress --baseline b --candidate base --db a.db --junit gate.xml --markdown gate.md
expect_in out 'worst on Key clarity'
expect_in out 'now     /nowhere/none.wav'
expect_in gate.md '**regress**'
expect_in gate.md '[now](/nowhere/none.wav)'
python3 -c '
import xml.etree.ElementTree as e
s = e.parse("gate.xml").getroot()[0]
assert int(s.get("tests")) == len(s) and int(s.get("failures")) == len(s.findall(".//failure")) > 0' ||
    fail 'JUnit XML'
expect_exit 5 "$ATTUNE" regress --baseline b --candidate model-dpo2 --db a.db --metrics adherence.tempo_bin --margin 0.001
expect_in err 'prompts would be needed'
expect_exit 2 "$ATTUNE" regress --baseline b --candidate base --db a.db --margin lots
expect_exit 2 "$ATTUNE" regress --baseline b --db a.db
case_is 'the rules of the suite, and --margin before them'
gate_of() { # YAML: the section of the stored suite
    python3 -c 'import sqlite3, sys; db = sqlite3.connect("a.db")
db.execute("UPDATE run SET suite = ?", ("suite: s\ngate: " + sys.argv[1],)); db.commit()' "$1"
}
gate_of '{metrics: [harmonic.key_clarity], margin: 10sd}'
expect_exit 0 "$ATTUNE" regress --baseline b --candidate base --db a.db
expect_in out '1 pass, 0 regress, 0 inconclusive'
expect_exit 1 "$ATTUNE" regress --baseline b --candidate base --db a.db --margin 0.1sd
gate_of '{metrics: [harmony], margins: {"harmonic.*": 10sd, harmonic.key_clarity: exact}}'
expect_exit 1 "$ATTUNE" regress --baseline b --candidate base --db a.db --format json
expect_in out '"exact"'
expect_exit 0 "$ATTUNE" regress --baseline b --candidate model-inference3 --db a.db
gate_of '{metrics: [harmonic.key_clarity], directions: {harmonic.key_clarity: down}}'
expect_exit 0 "$ATTUNE" regress --baseline b --candidate base --db a.db
expect_in out 'Key clarity ↓'
gate_of '{metrics: [quality.loudness_lufs], directions: {quality.loudness_lufs: -16}}'
expect_exit 5 "$ATTUNE" regress --baseline b --candidate base --db a.db
expect_in out 'Integrated loudness =-16'
gate_of '{margin: wide}'
expect_exit 3 "$ATTUNE" regress --baseline b --candidate base --db a.db
expect_in err "'wide' is no margin"
gate_of '{}'

case_is 'a baseline that is gone'
expect_exit 0 "$ATTUNE" baseline remove b --db a.db
expect_exit 6 "$ATTUNE" baseline remove b --db a.db

case_is 'a device is written to, not replaced'
ln -s /dev/null sink
"$ATTUNE" baseline set b --model base --db a.db 2>/dev/null
expect_exit 0 "$ATTUNE" regress --baseline b --candidate base --db a.db --junit sink
[ -L sink ] && [ -c /dev/null ] || fail 'the link or the device is gone'

done_testing
