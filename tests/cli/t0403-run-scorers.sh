#!/usr/bin/env bash
# Outside scorers: their values become metrics, are cached by the scorer's own content, and their failures
# cost nothing but themselves.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
need python3
cat >scorer.py <<'END'
import json, os, sys
print(json.dumps({"ready": True, "name": "test", "version": "1"}), flush=True)
json.loads(sys.stdin.readline())
for line in sys.stdin:
    ask = json.loads(line)
    prompt = ask["prompt"]
    if prompt["id"] == "p002" and os.path.exists("fail"):
        print(json.dumps({"id": ask["id"], "error": "no opinion"}), flush=True)
        continue
    if prompt["id"] == "p003" and os.path.exists("die"):
        sys.exit(3)
    size = os.path.getsize(ask["path"])
    print(json.dumps({"id": ask["id"], "scores": {"size": size, "words": len(prompt["text"].split())}}), flush=True)
END
# The handshake is asked for before it is given.
python3 - <<'END'
text = open("scorer.py").read().split("\n")
text[1], text[2] = text[2], text[1]
open("scorer.py", "w").write("\n".join(text))
END
small_suite suite.yaml 'scorers:' '  - {name: test, worker: [python3, scorer.py], higher_is_better: false}'

case_is 'values become metrics with a direction'
expect_exit 0 "$ATTUNE" run suite.yaml
expect_query "SELECT count(*), min(value > 0) FROM sample_scores WHERE metric = 'scorer.test.size'" '18|1'
expect_query "SELECT DISTINCT value FROM sample_scores WHERE metric = 'scorer.test.words' AND prompt = 'p001'" 10.0
expect_query "SELECT direction FROM metric WHERE name = 'scorer.test.size'" down
expect_query "SELECT count(*) FROM leaderboard WHERE metric = 'scorer.test.size' AND rank_low >= 1" 3
standings run.db >standings1

case_is 'a second run does not ask again; a new run takes the values over'
: >die
expect_exit 0 "$ATTUNE" run suite.yaml
expect_in out '18 from cache'
sed 's/^suite: small/suite: renamed/' suite.yaml >renamed.yaml
expect_exit 0 "$ATTUNE" run renamed.yaml
expect_query "SELECT count(*) FROM sample_scores WHERE run = 2 AND metric = 'scorer.test.size' AND state = 'ok'" 18
rm die

case_is 'a changed scorer is asked again'
sed -i 's/getsize(ask\["path"\])/& + 1/' scorer.py
expect_exit 0 "$ATTUNE" run suite.yaml --db run.db
expect_query 'SELECT count(*) FROM run' 3
expect_query "SELECT count(DISTINCT identity) FROM metric WHERE name = 'scorer.test.size'" 2

case_is 'so is one whose own module has changed, and one with a new module; other files do not count'
printf 'BIAS = 1\n' >bias.py
expect_exit 0 "$ATTUNE" run suite.yaml --db run.db
expect_query "SELECT count(DISTINCT identity) FROM metric WHERE name = 'scorer.test.size'" 3
printf 'BIAS = 2\n' >bias.py
expect_exit 0 "$ATTUNE" run suite.yaml --db run.db
expect_query "SELECT count(DISTINCT identity) FROM metric WHERE name = 'scorer.test.size'" 4
printf 'notes' >notes.txt
expect_exit 0 "$ATTUNE" run suite.yaml --db run.db
expect_in out '18 from cache'

case_is 'another version in the handshake is another scorer: all is asked again, but only when it is started'
cat >versioned.py <<'END'
import json, os, sys
json.loads(sys.stdin.readline())
open("started", "w").close()
version = open(os.environ["ATTUNE_TEST_VERSION"]).read()
print(json.dumps({"ready": True, "name": "v", "version": version}), flush=True)
for line in sys.stdin:
    print(json.dumps({"id": json.loads(line)["id"], "scores": {"v": float(version)}}), flush=True)
END
export ATTUNE_TEST_VERSION=$scratch/version
printf 1 >version
small_suite versioned.yaml 'scorers:' '  - {name: v, worker: [python3, versioned.py]}'
sed 's/^seeds.*/seeds: [1, 2, 3]/' versioned.yaml >more.yaml
expect_exit 0 "$ATTUNE" run versioned.yaml --db versioned.db
expect_query "SELECT kind, text FROM event WHERE kind = 'scorer'" 'scorer|1' versioned.db
rm started
expect_exit 0 "$ATTUNE" run versioned.yaml --db versioned.db
expect_exit 0 "$ATTUNE" run versioned.yaml --db versioned.db --dry-run
expect_in out '18 cached'
[ ! -e started ] || fail 'the scorer was started for nothing'
printf 2 >version
expect_exit 0 "$ATTUNE" run more.yaml --db versioned.db
expect_query "SELECT count(*), min(value), max(value) FROM sample_scores WHERE metric = 'scorer.v.v'
    AND run = (SELECT max(id) FROM run)" '27|2.0|2.0' versioned.db
rm started
expect_exit 0 "$ATTUNE" run more.yaml --db versioned.db
[ ! -e started ] || fail 'the scorer was started for nothing'
expect_exit 0 "$ATTUNE" run versioned.yaml --db versioned.db
expect_query "SELECT DISTINCT value FROM sample_scores WHERE metric = 'scorer.v.v'
    AND run = (SELECT max(id) FROM run)" 2.0 versioned.db

case_is 'a failure is reported, keeps the sample, and is asked for again'
: >fail
expect_exit 1 "$ATTUNE" run suite.yaml --db fail.db
expect_in err '6 could not be scored'
expect_in err 'no opinion'
expect_query "SELECT count(*) FROM sample WHERE status = 'ok'" 18 fail.db
rm fail
expect_exit 0 "$ATTUNE" run suite.yaml --db fail.db
expect_in out '12 from cache'
expect_query "SELECT count(*) FROM sample_scores WHERE metric = 'scorer.test.size' AND state = 'ok'" 18 fail.db

case_is 'a scorer that dies is started again and fails only its sample'
: >die
sed 's/^allow.*//; $a allow_failed: 0.5' suite.yaml >dying.yaml
expect_exit 0 "$ATTUNE" run dying.yaml --db die.db
expect_in err 'could not be scored'
expect_query "SELECT count(*) FROM sample_scores WHERE metric = 'scorer.test.size' AND state = 'ok' AND prompt != 'p003'" 12 die.db

done_testing
