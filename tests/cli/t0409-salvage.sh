#!/usr/bin/env bash
# attune db salvage: pages of each table overwritten in turn, then in many places at once; what can be read is
# kept, what is lost is said, the result is whole, and the same run completes it to the same standings.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
small_suite suite.yaml
sed -i 's/^seeds.*/seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]/
        s/^metrics.*/metrics: ["harmonic.*", "temporal.*"]/' suite.yaml
expect_exit 0 "$ATTUNE" run suite.yaml
standings run.db >standings-whole
n_scores=$(query 'SELECT count(*) FROM score')
query 'SELECT 1 FROM dbstat LIMIT 1' >/dev/null 2>&1 || skip 'dbstat is not part of this sqlite3'
RANDOM=${ATTUNE_SEED:-$$}
say "seed ${ATTUNE_SEED:-$$}"

# pages NAME: the leaves of a table or index, in its order
pages() { query "SELECT pageno FROM dbstat WHERE name = '$1' AND pagetype = 'leaf' ORDER BY path"; }
# overwrite DB PAGE [SKIP]: random bytes over a page, but for its first SKIP bytes
overwrite() {
    head -c $((4096 - ${3:-0})) /dev/urandom |
        dd of="$1" bs=1 seek=$((($2 - 1) * 4096 + ${3:-0})) conv=notrunc status=none
}
# mended NAME: salvage of damaged.db, which must say that NAME lost something; then the run completes it
mended() {
    rm -rf new.db*
    expect_exit 4 "$ATTUNE" db check --db damaged.db
    expect_in out 'attune db salvage'
    expect_exit 1 "$ATTUNE" db salvage damaged.db --out new.db
    grep -Eq "^$1 .*cannot be read" out || fail "no loss of table $1 is told"
    [ "$(query 'PRAGMA integrity_check; PRAGMA foreign_key_check' new.db)" = ok ] || fail 'new.db is not whole'
    "$ATTUNE" db check --db new.db >out 2>err
    [ $? -le 1 ] || fail "new.db is damaged: $(cat out)"
    expect_exit 0 "$ATTUNE" run suite.yaml --db new.db
    expect_query "SELECT count(*) FROM sample WHERE status = 'ok'" 180 new.db
    standings new.db >standings-new
    expect_same standings-new standings-whole
    expect_query 'SELECT count(*) FROM score' "$n_scores" new.db
    expect_exit 0 "$ATTUNE" db check --db new.db
}

case_is 'a whole database is copied whole'
expect_exit 0 "$ATTUNE" db salvage run.db --out new.db
expect_in out 'nothing was lost'
for table in run model prompt run_prompt run_seed metric run_metric artefact params sample score event; do
    query "SELECT * FROM $table ORDER BY 1, 2" | sed 's/[^|]*run\.db\.files[^|]*//' >rows-old
    query "SELECT * FROM $table ORDER BY 1, 2" new.db | sed 's/[^|]*new\.db\.files[^|]*//; s/[^|]*run\.db\.files[^|]*//' >rows-new
    case $table in sample) cut -d'|' -f1-8,10- rows-old >a; cut -d'|' -f1-8,10- rows-new >b ;; *) cp rows-old a; cp rows-new b ;; esac
    expect_same a b
done
standings new.db >standings-new
expect_same standings-new standings-whole
expect_exit 0 "$ATTUNE" run suite.yaml --db new.db
expect_in out '180 from cache'

case_is 'an existing file is not replaced, --out is needed, what is no database is refused'
expect_exit 2 "$ATTUNE" db salvage run.db --out new.db
expect_in err 'is there already'
expect_exit 2 "$ATTUNE" db salvage run.db
expect_exit 4 "$ATTUNE" db salvage nowhere.db --out other.db
head -c 9000 /dev/urandom >noise.db
expect_exit 4 "$ATTUNE" db salvage noise.db --out other.db
[ -z "$(ls | grep '^other')" ] || fail 'something half-written stays'

for table in score sample artefact params model; do
    for which in first middle last; do
        case_is "the $which leaf of table $table"
        pages "$table" >leaves
        n=$(wc -l <leaves)
        case $which in first) i=1 ;; middle) i=$(((n + 1) / 2)) ;; last) i=$n ;; esac
        [ "$which" = first ] || [ "$n" -gt 1 ] || continue
        cp run.db damaged.db
        overwrite damaged.db "$(sed -n "${i}p" leaves)"
        # An inner page of the table's own is a leaf too where the table is small: then all of it is lost.
        mended "$table"
    done
done

case_is 'scores: only what was on the page is scored again, and nothing is generated'
cp run.db damaged.db
overwrite damaged.db "$(pages score | sed -n 3p)"
rm -rf new.db*
expect_exit 1 "$ATTUNE" db salvage damaged.db --out new.db
n=$(query "SELECT count(*) FROM sample WHERE scored = ''" new.db)
[ "$n" -ge 1 ] && [ "$n" -le 60 ] || fail "$n samples are to be scored again"
expect_query 'SELECT count(*) FROM sample' 180 new.db
expect_exit 0 "$ATTUNE" run suite.yaml --db new.db
expect_query "SELECT count(*) FROM sample WHERE path LIKE '%new.db.files%'" 0 new.db

case_is 'a page of an index loses nothing'
cp run.db damaged.db
overwrite damaged.db "$(pages sqlite_autoindex_sample_1 | sed -n 1p)"
rm -rf new.db*
expect_exit 0 "$ATTUNE" db salvage damaged.db --out new.db
expect_in out 'nothing was lost'
expect_exit 0 "$ATTUNE" db check --db new.db

case_is 'many places at once, pages in part, a file that was cut'
for round in 1 2 3; do
    cp run.db damaged.db
    overwrite damaged.db "$(pages score | sed -n "$((RANDOM % 5 + 1))p")"
    overwrite damaged.db "$(pages score | tail -n "$((RANDOM % 5 + 1))" | head -n 1)" 2000
    overwrite damaged.db "$(pages sample | sed -n "$((RANDOM % 5 + 1))p")" 100
    mended score
done
cp run.db damaged.db
truncate -s $(($(stat -c %s run.db) * 3 / 4 / 4096 * 4096)) damaged.db
rm -rf new.db*
"$ATTUNE" db salvage damaged.db --out new.db >out 2>err
[ $? -eq 1 ] || fail "$(cat err): a file that was cut should give what is left, exit 1"
expect_exit 0 "$ATTUNE" run suite.yaml --db new.db
standings new.db >standings-new
expect_same standings-new standings-whole

done_testing
