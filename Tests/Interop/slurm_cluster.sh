# A cluster of Slurm with one node in a folder of its own, for slurm.sh: source it, then call `cluster_start FOLDER`.
# Needs the Debian packages slurm-wlm and munge, and root, because slurmd starts jobs as their users.

cluster_start() { # FOLDER
  CLUSTER=$1
  mkdir -p "$CLUSTER"/{state,spool,munge}
  chmod 700 "$CLUSTER/munge"
  chmod 755 "$CLUSTER" "$CLUSTER/spool"
  dd if=/dev/urandom of="$CLUSTER/munge/key" bs=128 count=1 status=none
  chmod 400 "$CLUSTER/munge/key"
  /usr/sbin/munged --force --key-file="$CLUSTER/munge/key" --socket="$CLUSTER/munge/socket" \
    --pid-file="$CLUSTER/munge/pid" --log-file="$CLUSTER/munge/log" --seed-file="$CLUSTER/munge/seed"
  local host; host=$(hostname -s)
  cat > "$CLUSTER/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$CLUSTER/munge/socket
CredType=cred/munge
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
StateSaveLocation=$CLUSTER/state
SlurmdSpoolDir=$CLUSTER/spool
SlurmctldPidFile=$CLUSTER/ctld.pid
SlurmdPidFile=$CLUSTER/d.pid
SlurmctldLogFile=$CLUSTER/ctld.log
SlurmdLogFile=$CLUSTER/d.log
ReturnToService=2
SlurmdTimeout=20
KillWait=5
MessageTimeout=5
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
DefMemPerCPU=500
NodeName=$host NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$CLUSTER/slurm.conf
  controller_start
  node_start
  for _ in $(seq 300); do sinfo -h -o %t 2>/dev/null | grep -q idle && return; sleep 0.2; done
  tail -5 "$CLUSTER/ctld.log" "$CLUSTER/d.log"
  return 1
}

controller_start() { /usr/sbin/slurmctld; }
controller_stop() { cluster_kill ctld.pid TERM; }
node_start() { /usr/sbin/slurmd; }
node_kill() { cluster_kill d.pid KILL; }

# Ends a daemon of this cluster, by the number in its file.
cluster_kill() { # FILE SIGNAL
  local pid; pid=$(cat "$CLUSTER/$1" 2>/dev/null) || return 0
  kill "-$2" "$pid" 2>/dev/null || return 0
  for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
}

cluster_stop() {
  scancel --user "$(id -un)" 2>/dev/null || true
  cluster_kill d.pid TERM
  cluster_kill ctld.pid TERM
  cluster_kill munge/pid TERM
}
