#!/bin/bash
# A run as a PBS job array. PBS tells a job its index but not how many there are, so that is given twice.
#
#     qsub -J 1-8 -v SUITE=study.yaml,PBS_ARRAY_COUNT=8 pbs-array.sh       (Torque: -t 1-8)
#     attune merge study.db study.*.db
#
#PBS -N attune
#PBS -l select=1:ncpus=4
set -eu
cd "$PBS_O_WORKDIR"
name=$(basename "$SUITE" .yaml)
exec attune run "$SUITE" --db "$name.${PBS_ARRAY_INDEX:-$PBS_ARRAYID}.db" --shard auto --jobs 4
