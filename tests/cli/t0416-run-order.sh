#!/usr/bin/env bash
# A resumed run begins with what is new, and looks at finished samples afterwards.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
cat >generate <<'END'
#!/bin/sh
echo "$1/$2" >>made
printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0\14\0\220<P\140\200<\0\0\377/\0' >"$3"
END
chmod +x generate
cat >suite.yaml <<END
suite: order
$prompts
seeds: [1, 2]
models: [{name: m, method: none, command: [./generate, "{prompt}", "{seed}", "{out}.mid"]}]
metrics: [symbolic.pitch_range]
END
path_of() { # PROMPT SEED
    query "SELECT path FROM sample_scores WHERE prompt = '$1' AND seed = $2 LIMIT 1"
}

case_is 'a run works in the order of its plan'
expect_exit 0 "$ATTUNE" run suite.yaml --jobs 1 --only 'm/p001/*,m/p003/1'
printf '%s\n' p001/1 p001/2 p003/1 >expected
expect_same expected made

case_is 'new samples first, then the finished ones, and of those only what is gone'
rm made "$(path_of p001 2)"
expect_exit 0 "$ATTUNE" run suite.yaml --jobs 1
expect_in out '6 of 6 samples, 2 from cache, 0 failed'
printf '%s\n' p002/1 p002/2 p003/2 p001/2 >expected
expect_same expected made
expect_query "SELECT count(*), sum(status = 'ok') FROM sample" '6|6'

case_is 'what another program made is new, whatever the database has'
rm made
echo '# another version' >>generate
expect_exit 0 "$ATTUNE" run suite.yaml --jobs 1
[ "$(wc -l <made)" -eq 6 ] || fail 'not all samples were made again'
