#!/usr/bin/env bash
# Preset tables in every format, and the power table.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
"$make" a.db 6 24 2 12 >/dev/null || exit 70
"$make" hostile.db 6 12 1 8 hostile >/dev/null || exit 70

case_is 'tables'
expect_exit 0 "$ATTUNE" list tables
names=$(cut -d' ' -f1 out)
for name in $names; do
    for format in table latex markdown csv html json; do
        expect_exit 0 "$ATTUNE" table "$name" --db a.db --format $format
        [ -s out ] || fail "$name as $format is empty"
    done
    [ "$name" = coherence ] || expect_exit 0 "$ATTUNE" table "$name" --db hostile.db --format latex --out "$name.tex"
done
expect_exit 0 "$ATTUNE" table methods --db a.db --format json
python3 -c '
import json
rows = json.load(open("out"))
assert len(rows) == 6 and abs(rows[0]["divergence"] - 1.5) < 1e-12 and rows[0]["method"] == "inference"' || fail 'methods'
expect_exit 0 "$ATTUNE" table leaderboard --db a.db --metrics 'temporal.tempo_drift,harmonic.*' --format csv
expect_in out 'model,temporal.tempo_drift,temporal.tempo_drift_ci_low,temporal.tempo_drift_ci_high,harmonic.key_clarity'
expect_exit 2 "$ATTUNE" table methds --db a.db
expect_in err "did you mean 'methods'?"

case_is 'the text2midi table has its six columns and the published rows, marked as such'
expect_exit 0 "$ATTUNE" table text2midi --db a.db
expect_in out 'CLAP needs a scorer worker in the suite'
expect_in out 'Text2midi-InferAlign (reported)'
expect_in out 'reported by its authors on other prompts, not comparable'
expect_in out '32.5'

case_is 'power: the numbers of Cohen (1988), and of a pilot'
expect_exit 0 "$ATTUNE" power --format csv
expect_in out '0.2,199,'
expect_in out '0.5,34,'
expect_in out '0.8,15,'
expect_exit 0 "$ATTUNE" power base model-dpo2 --db a.db
expect_in out 'pilot base against model-dpo2, 24 prompts'
expect_exit 2 "$ATTUNE" power base --db a.db
expect_exit 2 "$ATTUNE" power base nobody --db a.db

if command -v pdflatex >/dev/null && kpsewhich siunitx.sty >/dev/null; then
    case_is 'every preset compiles with hostile names'
    for name in leaderboard methods by-method; do
        expect_exit 0 pdflatex -interaction=nonstopmode -halt-on-error "$name.tex"
    done
fi
done_testing
