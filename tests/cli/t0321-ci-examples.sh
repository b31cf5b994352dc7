#!/usr/bin/env bash
# The CI examples of docs/gate.md: a parser reads them, and their lines run in order in a folder like a fresh clone
# (all but ./quickstart), in a good week, in a bad one, and before there is a baseline.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
unset ATTUNE_DB
python=/usr/bin/python3
"$python" -c 'import yaml' 2>/dev/null || skip 'python3-yaml is not installed'

# github.sh, gitlab.sh: a line "WHEN<TAB>COMMAND" per step; always: also after a failure
"$python" - "$SOURCE/docs/gate.md" <<'PY' || fail 'not the YAML of a job'
import re, sys, yaml
github, gitlab = (yaml.safe_load(b) for b in re.findall(r"```yaml\n(.*?)```", open(sys.argv[1]).read(), re.S))
(job,) = github["jobs"].values()
with open("github.sh", "w") as out:
    for step in job["steps"]:
        assert set(step) <= {"uses", "run", "with", "if"} and ("uses" in step) != ("run" in step), step
        if "run" in step:
            out.write(f"{step.get('if', 'success()')}\t{step['run']}\n")
cache = next(s["with"] for s in job["steps"] if s.get("uses", "").startswith("actions/cache@"))
assert set(cache) == {"path", "key", "restore-keys"}, cache
assert "\n" in next(s["with"]["path"] for s in job["steps"] if "upload-artifact" in s.get("uses", ""))
(job,) = gitlab.values()
assert set(job) <= {"image", "script", "after_script", "cache", "artifacts"}, job
with open("gitlab.sh", "w") as out:
    for when, key in (("success()", "script"), ("always()", "after_script")):
        for line in job[key]:
            assert isinstance(line, str), line
            out.write(f"{when}\t{line}\n")
PY

# run_job FILE: its lines as a runner runs them; prints the lines that failed
run_job() {
    local failed=''
    while IFS=$'\t' read -r when line; do
        [ "$line" = ./quickstart ] && continue
        [ -n "$failed" ] && [ "$when" != 'always()' ] && continue
        bash -eo pipefail -c "$line" >>log 2>&1 </dev/null || { echo "$line"; failed=1; }
    done <"$1"
}

mkdir build && ln -s "$ATTUNE" build/attune
export GITHUB_STEP_SUMMARY=$PWD/summary.md CI_JOB_URL=https://ci.example.org/job/1
study() { # GENERATOR of the candidate
    printf 'suite: study\nprompts:\n' >study.yaml
    for key in A Bb C D E F G A; do
        printf '  - A waltz in %s major at %d BPM\n  - A march in %s minor at %d BPM\n' \
            $key $((n += 3)) $key $((n + 60)) >>study.yaml
    done
    printf 'seeds: [1]\nmodels:\n  - {name: mine-dpo, builtin: %s, method: other}\n' "$1" >>study.yaml
    printf 'metrics: [harmonic.key_clarity, harmonic.in_scale_ratio]\nrank_by: [harmonic.key_clarity]\n' >>study.yaml
}
n=60 study corpus

for job in github gitlab; do
    case_is "$job: before there is a baseline the gate fails and says so, and the page is there"
    rm -rf attune.db* page gate.md gate.xml summary.md log
    run_job $job.sh >failed
    [ "$(sed 's/ --.*//' failed | sort -u | head -n 1)" = 'build/attune regress' ] || fail "failed: $(cat failed)"
    [ "$(wc -l <failed)" = 1 ] || fail "more than the gate failed: $(cat failed)"
    expect_in log 'no baseline'
    [ -s page/index.html ] || fail 'no page'

    case_is "$job: a week without a change passes"
    build/attune baseline set release --model mine-dpo >/dev/null
    run_job $job.sh >failed
    [ ! -s failed ] || fail "failed: $(cat failed); $(tail -n 5 log)"
    [ -s gate.md ] && grep -q '<testsuite' gate.xml && [ -s page/index.html ] || fail 'no gate.md, gate.xml or page'
    [ $job = gitlab ] || cmp -s gate.md summary.md || [ -s summary.md ] || fail 'no summary'

    case_is "$job: a bad week fails at the gate, and its report is kept"
    n=60 study random
    run_job $job.sh >failed
    grep -q '^build/attune regress' failed && [ "$(wc -l <failed)" = 1 ] || fail "failed: $(cat failed)"
    grep -q 'regress' gate.md && grep -q '<failure' gate.xml || fail 'the report does not say so'
    n=60 study corpus
done
done_testing
