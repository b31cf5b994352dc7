#!/bin/bash
# A run under an MPI launcher (Open MPI or MPICH). attune does not speak MPI: the launcher starts the processes,
# and each finds its number in the environment.
#
#     ./mpirun.sh 8 study.yaml
set -eu
n=${1:?usage: mpirun.sh N SUITE.yaml}
suite=${2:?usage: mpirun.sh N SUITE.yaml}
name=$(basename "$suite" .yaml)
status=0
mpirun -n "$n" bash -c \
    'exec attune run "$1" --db "$2.${OMPI_COMM_WORLD_RANK:-${PMI_RANK:?}}.db" --shard auto --jobs 1' \
    attune "$suite" "$name" || status=$?
attune merge "$name.db" "$name".[0-9]*.db
exit "$status"
