#!/usr/bin/env bash
# What comes from somebody else: prompt ids as paths, databases whose paths and schema mean harm, archives.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml
sample=$PWD/$(find run.db.files -name '*.mid' | sort | head -n 1)

case_is 'ids that climb out of the folder of samples are failed samples; folders below it are fine'
mkdir -p renders/set/1
cp "$sample" renders/set/1/a.mid
cp "$sample" outside.mid
cp "$sample" renders/plain.mid
{
    printf '{"id": "%s", "text": "A waltz"}\n' ../outside set/../../outside "$PWD/outside" .. set/1/a plain set/..x
} >ids.jsonl
cat >ids.yaml <<'END'
suite: ids
prompts: ids.jsonl
models:
  - {name: rendered, samples: "renders/{prompt}.mid"}
  - {name: anywhere, samples: "{prompt}.mid"}
metrics: [symbolic.pitch_range]
allow_failed: 1.0
END
expect_exit 0 "$ATTUNE" run ids.yaml --db ids.db
expect_query "SELECT count(*) FROM sample WHERE status = 'ok'" 2 ids.db
expect_query "SELECT count(*) FROM sample WHERE error LIKE '%leads out of the folder of samples%'" 8 ids.db
expect_query "SELECT count(*) FROM sample WHERE path LIKE '%outside%'" 0 ids.db

case_is "a stranger's database: its paths are read only where they hold what was scored, and never written"
mkdir canary
printf 'precious' >canary/file
cp "$sample" canary/music.mid
cp run.db stranger.db
query "UPDATE run SET files = '$PWD/canary';
       UPDATE sample SET path = '$PWD/canary/file' WHERE id % 3 = 0;
       UPDATE sample SET path = '../canary/file' WHERE id % 3 = 1;
       UPDATE sample SET path = 'music.mid' WHERE id % 3 = 2;" stranger.db
find canary -type f -exec md5sum {} + | sort >canary-before
"$ATTUNE" db check --db stranger.db >out 2>err
expect_in out 'samples have changed since they were scored'
expect_exit 0 "$ATTUNE" merge merged.db stranger.db
"$ATTUNE" leaderboard --db merged.db >out 2>err || fail "leaderboard: $(cat err)"
expect_exit 0 "$ATTUNE" report --db merged.db --out page --no-figures --no-database
! grep -rqF precious page || fail 'the page shows a file of this machine'
expect_exit 0 "$ATTUNE" db salvage stranger.db --out saved.db
for db in merged stranger saved; do
    expect_exit 0 "$ATTUNE" run suite.yaml --db "$db.db" # what is not as it was scored is made again, here
    standings "$db.db" >standings-strange
    standings run.db >standings-whole
    expect_same standings-whole standings-strange
done
find canary -type f -exec md5sum {} + | sort >canary-after
expect_same canary-before canary-after

case_is 'triggers and views of a database do nothing'
cp run.db trigger.db
query "CREATE TRIGGER harm AFTER INSERT ON event BEGIN DELETE FROM score; END;
       CREATE TRIGGER harm2 AFTER UPDATE ON run BEGIN DELETE FROM sample; END;
       CREATE TEMP TABLE t (x); DROP VIEW sample_scores;
       CREATE VIEW sample_scores AS SELECT load_extension('./harm.so') AS run" trigger.db
n=$(query 'SELECT count(*) FROM score' trigger.db)
"$ATTUNE" run suite.yaml --db trigger.db >out 2>err
expect_query 'SELECT count(*) FROM score' "$n" trigger.db
expect_query 'SELECT count(*) FROM sample' 18 trigger.db
"$ATTUNE" merge merged2.db trigger.db >out 2>err
expect_query 'SELECT count(*) FROM sample' 18 merged2.db
for words in 'leaderboard' 'db check' 'db export' 'report --out page2 --no-figures --no-media'; do
    # shellcheck disable=SC2086
    "$ATTUNE" $words --db trigger.db >out 2>err
    code=$?
    [ "$code" -le 6 ] || fail "$words: exit $code"
done

case_is 'archives are no samples: nothing is unpacked anywhere'
command -v python3 >/dev/null && {
    python3 - "$sample" <<'END'
import sys, tarfile, zipfile
with tarfile.open("samples.tar", "w") as tar:
    tar.add(sys.argv[1], arcname="../climbed.mid")
with zipfile.ZipFile("samples.zip", "w") as archive:
    archive.write(sys.argv[1], arcname="../climbed.mid")
END
    for archive in samples.tar samples.zip; do
        "$ATTUNE" eval "$archive" >out 2>err && fail "$archive is evaluated"
        expect_in out 'not audio'
        "$ATTUNE" distance --reference "$archive" --candidate renders >out 2>err && fail "$archive is a set"
    done
    [ ! -e ../climbed.mid ] && [ ! -e climbed.mid ] || fail 'something was unpacked'
}

done_testing
