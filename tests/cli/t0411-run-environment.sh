#!/usr/bin/env bash
# What the processes of a run are given: a GPU each, and no variable that they have no business with.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
need python3
suite() { # NAME MODEL-KEYS SCORER-KEYS: three workers that note in ./models, one scorer in ./scorers
    {
        printf 'suite: %s\nprompts: [a, b, c, d, e, f, g, h, i]\nmetrics: [symbolic.pitch_range]\nmodels:\n' "$1"
        printf '  - {name: m, worker: [python3, %s, models, %s], workers: 3%s}\n' \
            "$SOURCE/tests/workers/environment_worker.py" 'API_TOKEN, CONDA_PASSWORD, CONDA_PREFIX' "$2"
        printf 'scorers:\n  - {name: s, worker: [python3, %s, scorers, API_TOKEN]%s}\n' \
            "$SOURCE/tests/workers/environment_worker.py" "$3"
    } >"$1.yaml"
    rm -f models scorers
}
expect_notes() { # FILE LINE...: the lines of FILE, in any order
    sort "$1" >notes
    printf '%s\n' "${@:2}" | sort >expected
    expect_same expected notes
}
unset CUDA_VISIBLE_DEVICES

case_is 'gpus are dealt out to the workers in turn'
suite dealt ', gpus: [0, 1]' ', gpus: ["2,3"]'
expect_exit 0 "$ATTUNE" run dealt.yaml --jobs 4
expect_notes models CUDA_VISIBLE_DEVICES=0 CUDA_VISIBLE_DEVICES=1 CUDA_VISIBLE_DEVICES=0
expect_notes scorers CUDA_VISIBLE_DEVICES=2,3

case_is 'another GPU is no other model: nothing is made again'
suite dealt ', gpus: [GPU-8a1b, MIG-2c]' ''
expect_exit 0 "$ATTUNE" run dealt.yaml --jobs 4
[ ! -e models ] || fail 'the workers were started again'

case_is 'without gpus several workers share our own list, one worker has all of it'
suite shared '' ''
CUDA_VISIBLE_DEVICES=4,5,6,7 expect_exit 0 "$ATTUNE" run shared.yaml --jobs 4 --db shared.db
expect_notes models CUDA_VISIBLE_DEVICES=4 CUDA_VISIBLE_DEVICES=5 CUDA_VISIBLE_DEVICES=6
expect_notes scorers CUDA_VISIBLE_DEVICES=4,5,6,7
suite none '' ''
CUDA_VISIBLE_DEVICES='' expect_exit 0 "$ATTUNE" run none.yaml --jobs 4 --db none.db
expect_notes models CUDA_VISIBLE_DEVICES= CUDA_VISIBLE_DEVICES= CUDA_VISIBLE_DEVICES=

case_is 'secrets stay here unless the suite names them'
export API_TOKEN=x CONDA_PASSWORD=y CONDA_PREFIX=z
suite reduced '' ''
expect_exit 0 "$ATTUNE" run reduced.yaml --jobs 4 --db reduced.db
expect_notes models CONDA_PREFIX=z CONDA_PREFIX=z CONDA_PREFIX=z
expect_notes scorers ''
suite named ', env: [CONDA_PASSWORD]' ', env: [API_TOKEN, NOT_SET]'
expect_exit 0 "$ATTUNE" run named.yaml --jobs 4 --db named.db
sort -u models >notes
printf 'CONDA_PASSWORD=y CONDA_PREFIX=z\n' >expected
expect_same expected notes
expect_notes scorers API_TOKEN=x
printf 'suite: c\nprompts: [a]\nallow_failed: 1\nmodels: [{name: c, command: [sh, -c, "env >seen"]}]\n' >c.yaml
expect_exit 0 "$ATTUNE" run c.yaml
expect_not_in seen API_TOKEN
expect_in seen PATH=
sed 's/command/env: [API_TOKEN], command/; s/suite: c/suite: d/' c.yaml >d.yaml
expect_exit 0 "$ATTUNE" run d.yaml
expect_in seen API_TOKEN=x

case_is 'mistakes are named'
suite wrong ', env: ["KEY=value"]' ''
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err "env 'KEY=value': names of variables, without values"
suite wrong ', gpus: ["0; rm"]' ''
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err "wrong.yaml:5"
expect_in err "gpu '0; rm'"
sed 's/command/gpus: [0], command/' c.yaml >wrong.yaml
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err 'gpus are dealt out to workers'
suite wrong '' ', gpu: [0]'
expect_exit 3 "$ATTUNE" run wrong.yaml
expect_in err "did you mean 'gpus'?"

done_testing
