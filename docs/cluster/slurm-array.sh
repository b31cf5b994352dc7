#!/bin/bash
# A run as a Slurm job array: every task works on its shard in a database of its own, on its own local disk or on
# the shared one (no database is ever written by two hosts). A task that is preempted and requeued continues.
#
#     sbatch --array=1-8 slurm-array.sh study.yaml
#     attune merge study.db study.*.db          # when the array has ended; lists what is missing
#
#SBATCH --job-name=attune
#SBATCH --requeue
#SBATCH --cpus-per-task=4
#SBATCH --output=attune-%A-%a.log
set -eu
suite=${1:?usage: sbatch --array=1-N slurm-array.sh SUITE.yaml}
name=$(basename "$suite" .yaml)
exec attune run "$suite" --db "$name.$SLURM_ARRAY_TASK_ID.db" --shard auto --jobs "${SLURM_CPUS_PER_TASK:-1}"
