#!/usr/bin/env bash
# Preset tables in every format, and the power table.
. "$SOURCE/tests/cli/lib.sh"
make="$BUILD/tests/synth_store"
[ -x "$make" ] || skip 'synth_store was not built'
"$make" a.db 6 24 2 12 >/dev/null || exit 70
"$make" more.db 6 24 2 15 >/dev/null || exit 70
"$make" hostile.db 6 12 1 15 hostile >/dev/null || exit 70

case_is 'tables'
expect_exit 0 "$ATTUNE" list tables
names=$(cut -d' ' -f1 out)
for name in $names; do
    for format in table latex markdown csv html json; do
        expect_exit 0 "$ATTUNE" table "$name" --db more.db --format $format
        [ -s out ] || fail "$name as $format is empty"
    done
    expect_exit 0 "$ATTUNE" table "$name" --db more.db --format latex --out "$name-plain.tex"
    expect_exit 0 "$ATTUNE" table "$name" --db hostile.db --format latex --out "$name-hostile.tex"
    expect_in "$name-plain.tex" 'SELECT * FROM leaderboard WHERE run = 1'
done
expect_exit 2 "$ATTUNE" table songs --db a.db
expect_in err "run 'synthetic' measured none of"
expect_exit 0 "$ATTUNE" table reward-models --db more.db
expect_in out 'τ with'

case_is 'a spec'
cat >spec.yaml <<'YAML'
metrics: [harmonic.key_clarity, "temporal.*"]
columns: [method, candidates]
models: ["model-*", base]
sort: candidates
baseline: base
decimals: 3
caption: 100 % & more
label: tab:main
YAML
expect_exit 0 "$ATTUNE" table spec.yaml --db a.db --format latex --out spec-plain.tex
expect_in spec-plain.tex '\caption{100 \% \& more}'
expect_in spec-plain.tex '\label{tab:main}'
expect_exit 0 "$ATTUNE" table spec.yaml --db a.db --format csv
expect_in out 'model,harmonic.key_clarity,harmonic.key_clarity_ci_low,harmonic.key_clarity_ci_high,temporal'
[ "$(tail -n 1 out | cut -d, -f1)" = model-inference3 ] || fail 'the model with most candidates is not last'
expect_exit 0 "$ATTUNE" table spec.yaml --db a.db
expect_in out '+ better, - worse than base'
mistake() { # YAML, CODE, TEXT...
    printf '%s\n' "$1" >bad.yaml
    expect_exit "$2" "$ATTUNE" table bad.yaml --db a.db
    shift 2
    for text; do expect_in err "$text"; done
}
mistake 'rowz: model' 3 "bad.yaml:1: unknown key 'rowz'" "did you mean 'rows'?"
mistake 'columns: [metod]' 3 "did you mean 'method'?"
mistake 'baseline: bsae' 2 "did you mean 'base'?"
mistake 'sort: nothing' 2 "has no 'nothing'"
mistake 'label: "}\\input{x"' 3 'allowed are letters'
mistake 'decimals: 99' 3 'allowed are 0 to 9'
expect_exit 3 "$ATTUNE" table ./none.yaml --db a.db

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
    case_is 'every table compiles, and fits a paper of one and of two columns'
    for columns in onecolumn twocolumn; do
        {
            printf '%s\n' "\\documentclass[$columns]{article}" '\usepackage{booktabs,siunitx}' '\begin{document}'
            for file in *-plain.tex *-hostile.tex; do
                printf '\\input{%s}\\clearpage\n' "${file%.tex}"
            done
            printf '%s\n' '\end{document}'
        } >paper.tex
        expect_exit 0 pdflatex -interaction=nonstopmode -halt-on-error paper.tex
        grep -E '^! |Missing character|^Overfull' -A 1 paper.log >problem && fail "$columns: $(cat problem)"
    done
fi
done_testing
