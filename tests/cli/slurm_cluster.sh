#!/usr/bin/env bash
# A Slurm cluster of one node on this machine, for tests: controller, daemon and munge of its own, everything
# below one folder.
#
#     slurm_cluster.sh start FOLDER    writes FOLDER/slurm.conf; clients need SLURM_CONF=FOLDER/slurm.conf
#     slurm_cluster.sh stop FOLDER
set -eu
action=$1 folder=$(mkdir -p "$2" && cd "$2" && pwd)
host=$(hostname -s)
port=$((20000 + $$ % 20000))

start() {
    chmod 755 "$folder"
    mkdir -p "$folder/munge" "$folder/state" "$folder/spool"
    chmod 700 "$folder/munge" && chmod 755 "$folder/munge"
    (umask 077 && head -c 1024 /dev/urandom >"$folder/munge/key")
    munged --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" \
        --pid-file="$folder/munge/pid" --log-file="$folder/munge/log" --seed-file="$folder/munge/seed" \
        2>>"$folder/munge/stderr"
    cat >"$folder/slurm.conf" <<END
ClusterName=attune-test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/socket
CredType=cred/munge
CryptoType=crypto/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0,requeue_delay=1
MinJobAge=300
MessageTimeout=90
BatchStartTimeout=300
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=$host NodeAddr=127.0.0.1 CPUs=4 State=UNKNOWN
PartitionName=test Nodes=$host Default=YES MaxTime=10 State=UP
END
    sed -i '/^CryptoType/d' "$folder/slurm.conf"
    export SLURM_CONF="$folder/slurm.conf"
    slurmctld -f "$SLURM_CONF"
    slurmd -f "$SLURM_CONF"
    for _ in $(seq 300); do
        if sinfo -h -o %T 2>/dev/null | grep -q -e idle -e mixed; then
            return 0
        fi
        sleep 0.2
    done
    echo 'the node did not come up:' >&2
    tail -n 5 "$folder"/*.log >&2
    return 1
}

stop() {
    for name in slurmd slurmctld munge/pid; do
        pid_file="$folder/$name"
        [ "$name" = munge/pid ] || pid_file="$pid_file.pid"
        [ ! -s "$pid_file" ] || kill "$(cat "$pid_file")" 2>/dev/null || true
    done
    sleep 0.5
}

"$action"
