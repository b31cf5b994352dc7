#!/bin/bash
# A run as the tasks of one Slurm job step: as many shards as tasks.
#
#     sbatch --ntasks=8 srun.sh study.yaml
#
#SBATCH --job-name=attune
#SBATCH --cpus-per-task=4
set -eu
suite=${1:?usage: sbatch --ntasks=N srun.sh SUITE.yaml}
name=$(basename "$suite" .yaml)
status=0
srun bash -c 'exec attune run "$1" --db "$2.$SLURM_PROCID.db" --shard auto --jobs "${SLURM_CPUS_PER_TASK:-1}"' \
    attune "$suite" "$name" || status=$?
attune merge "$name.db" "$name".[0-9]*.db
exit "$status"
