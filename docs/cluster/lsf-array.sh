#!/bin/bash
# A run as an LSF job array.
#
#     bsub -J "attune[1-8]" -n 4 ./lsf-array.sh study.yaml
#     attune merge study.db study.*.db
set -eu
suite=${1:?usage: bsub -J "attune[1-N]" lsf-array.sh SUITE.yaml}
name=$(basename "$suite" .yaml)
exec attune run "$suite" --db "$name.$LSB_JOBINDEX.db" --shard auto --jobs "${LSB_DJOB_NUMPROC:-1}"
