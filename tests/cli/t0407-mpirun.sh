#!/usr/bin/env bash
# Shards under an MPI launcher, by the script of the documentation.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
command -v mpirun >/dev/null || skip 'mpirun is not installed'
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
mpirun -n 1 true >/dev/null 2>&1 || skip 'mpirun does not work here'
small_suite small.yaml
expect_exit 0 "$ATTUNE" run small.yaml --db whole.db
standings whole.db >standings-whole
mkdir bin && ln -s "$ATTUNE" bin/attune
export PATH="$PWD/bin:$PATH"

case_is 'three ranks are one machine'
expect_exit 0 bash "$SOURCE/docs/cluster/mpirun.sh" 3 small.yaml
expect_in out '18 of 18 items, 0 failed'
[ -e small.0.db ] && [ -e small.2.db ] || fail 'not every rank had a database'
standings small.db >standings-merged
expect_same standings-whole standings-merged

done_testing
