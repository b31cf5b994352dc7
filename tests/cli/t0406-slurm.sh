#!/usr/bin/env bash
# A Slurm array of eight shards on a cluster of its own, one task killed and requeued: the merged result is that of
# one machine.
. "$SOURCE/tests/cli/lib.sh"
. "$SOURCE/tests/cli/run_lib.sh"
need sqlite3
for program in slurmctld slurmd sbatch munged; do
    command -v "$program" >/dev/null || skip "slurm is not installed ($program)"
done
cluster="$PWD/cluster"
bash "$SOURCE/tests/cli/slurm_cluster.sh" start "$cluster" >&2 || {
    bash "$SOURCE/tests/cli/slurm_cluster.sh" stop "$cluster"
    skip 'slurm cannot be started here'
}
trap 'bash "$SOURCE/tests/cli/slurm_cluster.sh" stop "$cluster"; rm -rf "$scratch"' EXIT
export SLURM_CONF="$cluster/slurm.conf"
small_suite small.yaml
sed -i 's/^seeds.*/seeds: [1, 2, 3, 4, 5, 6, 7, 8]/' small.yaml
expect_exit 0 "$ATTUNE" run small.yaml --db whole.db
standings whole.db >standings-whole

case_is 'an array of eight tasks, one killed and requeued'
mkdir bin && ln -s "$ATTUNE" bin/attune
export PATH="$PWD/bin:$PATH"
{
    sed -n '1,/^set -eu/p' "$SOURCE/docs/cluster/slurm-array.sh"
    cat <<'END'
if [ "$SLURM_ARRAY_TASK_ID" = 3 ] && [ "${SLURM_RESTART_COUNT:-0}" = 0 ]; then
    attune run small.yaml --db small.3.db --shard auto --jobs 1 &
    sleep 0.05
    kill -9 $! || true
    echo killed >killed
    until scontrol requeue "$SLURM_JOB_ID"; do sleep 0.5; done
    sleep 600
fi
echo "${SLURM_RESTART_COUNT:-0}" >"restarts.$SLURM_ARRAY_TASK_ID"
END
    sed '1,/^set -eu/d' "$SOURCE/docs/cluster/slurm-array.sh"
} >job.sh
expect_exit 0 sbatch --array=1-8 --cpus-per-task=1 job.sh small.yaml
for _ in $(seq 600); do # a loaded machine takes its time; ctest has the last word
    # A controller that does not answer in time is no empty queue.
    queue=$(squeue -h 2>/dev/null) && [ -z "$queue" ] && [ "$(ls restarts.* 2>/dev/null | wc -l)" -eq 8 ] && break
    # A requeued job waits for two minutes by default; this one need not, once its first go has been cleared away.
    [ -z "$(squeue -h -t CG)" ] && for job in $(squeue -h -t PD -o '%i %r' | sed -n 's/ BeginTime//p'); do
        scontrol update JobId="$job" StartTime=now 2>/dev/null
    done
    sleep 0.3
done
[ -z "$(squeue -h)" ] || { fail 'the array did not end'; squeue >&2; }
[ -e killed ] || fail 'no task was killed'
[ "$(cat restarts.3 2>/dev/null)" = 1 ] || {
    fail 'the killed task was not requeued'
    { scontrol show job; tail -n 40 "$cluster/slurmctld.log" "$cluster/slurmd.log"; } >&2
}
expect_exit 0 "$ATTUNE" merge small.db small.[1-8].db
expect_in out "72 of 72 items, 0 failed"
standings small.db >standings-merged
expect_same standings-whole standings-merged

case_is 'tasks of one srun'
# shellcheck disable=SC2016
expect_exit 0 srun --ntasks=4 bash -c 'exec attune run small.yaml --db "step.$SLURM_PROCID.db" --shard auto --jobs 1'
expect_exit 0 "$ATTUNE" merge step.db step.[0-3].db
expect_in out '72 of 72 items'
standings step.db >standings-step
expect_same standings-whole standings-step

done_testing
