#!/usr/bin/env bash
# Embedding workers: what they answer is kept by content, version and program; what they do wrong costs a row.
. "$SOURCE/tests/cli/lib.sh"
command -v python3 >/dev/null || skip 'python3 is not installed'
export TMPDIR="$scratch" ATTUNE_TEST_ASKED="$scratch/asked"
worker="python3 $SOURCE/tests/workers/embedder.py"
mkdir music
for i in 1 2 3 4; do printf 'MThd file %d %s' "$i" "$(seq "$((i * i * 7))")" >"music/p$i.mid"; done
embed() { "$ATTUNE" embed music --out rows.npy --worker "$worker $1" "${@:2}"; }
n_asked() { [ "$(cat asked 2>/dev/null | wc -l)" -eq "$1" ] || fail "$(wc -l <asked) questions, expected $1"; }

case_is 'rows of a worker, each file asked for once'
expect_exit 0 embed good
expect_in out '4 of 4 files, 4 dimensions, worker'
n_asked 4
cp rows.npy first.npy
expect_exit 0 embed good
expect_same rows.npy first.npy
n_asked 4

case_is 'changed content, a new version and another program are asked again'
printf 'more' >>music/p2.mid
expect_exit 0 embed good
n_asked 5
ATTUNE_TEST_VERSION=2 expect_exit 0 embed good
n_asked 5 # nothing is missing: the worker is not even started
printf 'more' >>music/p3.mid
ATTUNE_TEST_VERSION=2 expect_exit 0 embed good
n_asked 9
expect_exit 0 embed 'good 2'
n_asked 13

case_is 'a cache of its own'
expect_exit 0 embed good --cache own.db
expect_exit 0 embed good --cache own.db --workers 2 --jobs 2
n_asked 17

case_is 'distance through a worker says which it was'
expect_exit 0 "$ATTUNE" distance --reference music --candidate music --embedding "$worker good" \
    --metrics set.vendi --format json
expect_in out '"embedding": "worker", "embedding_version": "2"'
expect_in out '"d": 4'

case_is 'every kind of mistake costs its row, with the reason'
printf 'MThd bad' >music/p3bad.mid
mistake() {
    expect_exit 1 embed "$1"
    expect_in out '4 of 5 files'
    expect_in err 'p3bad.mid: no embedding: '
    expect_in err "$2"
}
mistake crash 'worker'
mistake nan 'NaN'
mistake matrix 'shape (2, 2)'
mistake garbage 'NPY'
mistake polite 'out of memory'
mistake relative 'not absolute'
mistake no-file '.npy.gone'
mistake no-path 'without the path'
expect_exit 3 embed short
expect_in err 'has 3 dimensions'
rm music/p3bad.mid

case_is 'a worker that does not start'
expect_exit 1 embed dies-at-start
expect_in err "No module named 'clap'"

done_testing
