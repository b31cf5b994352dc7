#!/usr/bin/env bash
# Ratings and outside scores: every format, names, accounts, refusals.
. "$SOURCE/tests/cli/lib.sh"

printf '%s\n' '{"file_name": "1.mp3", "annotation": [{"Coherence": 4, "Musicality": 3, "Memorability": 2, "Clarity": 5, "Naturalness": 1}, {"Coherence": 3, "Musicality": 3, "Memorability": 2, "Clarity": 4, "Naturalness": 2}]}' >songeval.jsonl
printf '%s\n' '{"data_path": "/x/musicgen/p1.wav", "Production_Quality": [3.0, 6], "Production_Complexity": [3, 7], "Content_Enjoyment": [4, 2], "Content_Usefulness": [0, 10]}' >audiobox.jsonl
printf '%s\n' 'audiomos-S008_P003.wav,3.8,2.5' 'audiomos-S010_P044.wav,2,4' >mos.txt
printf '%s\n' 'filename,D1,D2,rater' 'a.mp3,1,5,r' 'a.mp3,2,,s' >own.csv
printf '%s\n' '{"a.wav": {"Coherence": 3.5, "Clarity": 2}, "b/b.wav": {"Coherence": 1.5, "Clarity": 2.5}}' >result.json
printf '%s\n' '{"path": "a.wav", "CE": 5.1, "CU": 6, "PC": 3, "PQ": 7}' >aes.jsonl
printf '%s\n' 'path,clap' 'a.wav,0.25' >clap.csv

case_is 'formats are recognised, and the account says what became of every cell'
expect_exit 0 "$ATTUNE" prefs import songeval.jsonl audiobox.jsonl mos.txt result.json aes.jsonl --db r.db
expect_in err 'songeval, 1 records, 10 ratings, 0 empty cells, 2..2 raters each'
expect_in err 'audiobox, 1 records, 8 ratings'
expect_in err 'mos-list, 2 records, 4 ratings'
expect_in err 'result.json: scores, 2 records, 4 ratings'
expect_in err 'aes.jsonl: scores, 1 records, 4 ratings'
expect_exit 0 "$ATTUNE" prefs import --from ratings own.csv --db r.db
expect_in err 'ratings, 2 records, 3 ratings, 1 empty cells'
expect_exit 0 "$ATTUNE" prefs import --from scores clap.csv --db r.db

case_is 'systems and prompts come from fields, folders or names'
sqlite3 r.db "SELECT kind, item, system, prompt, axis, rater, value FROM rating
    WHERE line = 1 AND axis IN ('overall', 'Content_Usefulness', 'Clarity', 'PQ') ORDER BY id" >got
cat >want <<'W'
human|1.mp3|||Clarity|1|5.0
human|1.mp3|||Clarity|2|4.0
human|/x/musicgen/p1.wav|musicgen|p1|Content_Usefulness|1|0.0
human|/x/musicgen/p1.wav|musicgen|p1|Content_Usefulness|2|10.0
human|audiomos-S008_P003.wav|S008|P003|overall||3.8
score|a.wav|||Clarity||2.0
score|a.wav|||PQ||7.0
W
expect_same want got

case_is 'the same file twice adds nothing'
count=$(sqlite3 r.db 'SELECT count(*) FROM rating')
cp songeval.jsonl again.jsonl
expect_exit 0 "$ATTUNE" prefs import again.jsonl result.json --db r.db
[ "$(sqlite3 r.db 'SELECT count(*) FROM rating')" = "$count" ] || fail 'a repeated import added rows'

case_is 'a merge carries ratings'
expect_exit 0 "$ATTUNE" merge all.db r.db
[ "$(sqlite3 all.db 'SELECT count(*) FROM rating')" = "$count" ] || fail 'the merge lost ratings'

case_is 'bad input is refused whole, with its line'
refused() { # FILE MESSAGE [OPTION...]
    local file=$1 message=$2
    shift 2
    expect_exit 3 "$ATTUNE" prefs import "$@" "$file" --db none.db
    expect_in err "$message"
    [ "$(sqlite3 none.db 'SELECT count(*) FROM rating')" = 0 ] || fail "half of $file was imported"
}
(cat songeval.jsonl; sed 's/1.mp3/2.mp3/; s/"Clarity": 5/"Clarity": 6/' songeval.jsonl) >scale.jsonl
refused scale.jsonl 'scale.jsonl:2'
expect_in err 'numbers from 1 to 5'
(cat songeval.jsonl; sed 's/1.mp3/2.mp3/; s/"Clarity": 5, //' songeval.jsonl) >axis.jsonl
refused axis.jsonl "'Clarity' is missing for a rater"
cat audiobox.jsonl audiobox.jsonl >twice.jsonl
refused twice.jsonl 'occurs a second time'
printf '%s\n' 'song.wav,3,3' >name.txt
refused name.txt 'names no system and prompt'
printf '%s\n' 'audiomos-S008_P003.wav,3.8,2.5' 'audiomos-S008_P004.wav,good,2.5' >word.txt
refused word.txt "is 'good', no number"
printf '%s\n' '{"CE": 5.1, "CU": 6, "PC": 3, "PQ": 7}' >nopath.jsonl
refused nopath.jsonl 'does not say which file'
refused clap.csv 'fit none of the known formats'
expect_in err '--from'
: >empty.csv
refused empty.csv 'empty' --from scores

done_testing
