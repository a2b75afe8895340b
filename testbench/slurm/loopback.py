#!/usr/bin/env python3
"""A whole Slurm on this machine, on loopback, for tests: munged, slurmctld and slurmd, with one node of some logical CPUs.

  loopback.py start [FOLDER] [--cpus N]    prints `export SLURM_CONF=…`, what sbatch, squeue and scontrol need to find it
  loopback.py status [FOLDER]              the daemons, the node, the queue
  loopback.py stop [FOLDER]                cancels what runs, ends the daemons, deletes FOLDER

Everything is in FOLDER: configuration, munge key and socket, state, logs. /etc stays as it is, ports are free ones above 1024,
and neither systemd nor root is needed; jobs run as whoever starts it.
"""

import argparse
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

PACKAGES = {"munged": "munge", "slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client"}
DAEMONS = ("slurmd", "slurmctld", "munged")  # in the order in which they are stopped
NODE_MEMORY_MB = 16000  # declared; it is not counted, so that a job may ask for what it needs on a real cluster
PATIENCE = 60.0  # s for anything to happen, on a busy machine too
SOCKET_LENGTH = 107  # bytes that the kernel takes for a socket's path

# Cgroups belong to a container's host, so nothing uses them: jobs are tracked by their parents, and the version is named because
# Slurm 22.05 would look for mounts to find it. Short intervals make tests quick.
CONFIGURATION = """\
ClusterName=loopback
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
MailProg=/bin/true
ReturnToService=2
KillWait=2
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
NodeName=loopback NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} State=UNKNOWN
PartitionName=compute Nodes=loopback Default=YES MaxTime=INFINITE State=UP
"""


class LoopbackError(Exception):
    """It does not start or stop; the message says why."""


def _program(name):
    """Path of a program, also from where plain users do not look; None if there is none."""
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def missing_packages():
    """Debian's names of what must still be installed."""
    return [package for name, package in PACKAGES.items() if _program(name) is None]


def start(folder, cpus):
    """Starts everything in folder (which must not exist, or be empty) and returns when the node takes jobs; LoopbackError."""
    if missing := missing_packages():
        raise LoopbackError(f"no Slurm to start; apt-get install {' '.join(missing)}")
    if folder.is_dir() and any(folder.iterdir()):
        raise LoopbackError(f"{folder} is not empty; `stop` what runs there, or name another folder")
    if len(os.fsencode(folder / "munge.socket")) > SOCKET_LENGTH:
        raise LoopbackError(f"{folder}: too long a path for a socket; name another folder")
    for part in ("state", "spool"):
        (folder / part).mkdir(parents=True, mode=0o755)
    key = folder / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    host = socket.gethostname().split(".")[0]
    configuration = folder / "slurm.conf"
    configuration.write_text(
        CONFIGURATION.format(host=host, folder=folder, ports=_free_ports(2), cpus=cpus, memory=NODE_MEMORY_MB, user=user()),
        encoding="utf-8",
    )
    (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n", encoding="utf-8")
    try:
        files = {"socket": "munge.socket", "key-file": key.name, "seed-file": "munge.seed"}
        files |= {"pid-file": "munged.pid", "log-file": "munged.log"}
        # Forced: it would refuse a folder within a private one, where others cannot reach the socket.
        _launch("munged", "--force", *[f"--{option}={folder / name}" for option, name in files.items()], folder=folder)
        _launch("slurmctld", "-f", configuration, folder=folder)
        _launch("slurmd", "-N", "loopback", "-f", configuration, folder=folder)
        if not within_patience(lambda: _ask(folder, "sinfo", "--noheader", "--format=%T").strip() == "idle"):
            raise LoopbackError("the node does not come up\n" + _last_lines(folder, "slurmctld") + _last_lines(folder, "slurmd"))
    except LoopbackError:
        stop(folder)
        raise
    return configuration


def stop(folder):
    """Cancels jobs, ends the daemons, deletes the folder; LoopbackError if a daemon or a job cannot be ended."""
    if not folder.is_dir():
        return
    if not (folder / "munge.key").is_file():
        raise LoopbackError(f"{folder}: no Slurm was started there, nothing is deleted")
    if _process(folder, "slurmctld") and _process(folder, "slurmd"):
        _ask(folder, "scancel", "--user", user())
        if not within_patience(lambda: not _ask(folder, "squeue", "--noheader").strip()):
            raise LoopbackError("jobs do not end:\n" + _ask(folder, "squeue"))
    for daemon in DAEMONS:
        for number in (signal.SIGTERM, signal.SIGKILL):
            process = _process(folder, daemon)
            if process is None:
                break
            os.kill(process, number)
            within_patience(lambda: _process(folder, daemon) is None)
        else:
            raise LoopbackError(f"{daemon} does not end")
    shutil.rmtree(folder)


def status(folder):
    """What runs, in lines."""
    lines = [f"{daemon:10} {_process(folder, daemon) or 'does not run'}" for daemon in reversed(DAEMONS)]
    if _process(folder, "slurmctld"):
        lines += [_ask(folder, "sinfo"), _ask(folder, "squeue")]
    return "\n".join(lines)


def user():
    """Whose daemons and jobs they are."""
    return pwd.getpwuid(os.getuid()).pw_name


def _free_ports(count):
    """Of loopback; all open at once, so that they differ."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


def _launch(daemon, *words, folder):
    """Starts a daemon, which goes into the background by itself."""
    done = subprocess.run([_program(daemon), *words], env=_environment(folder), capture_output=True, text=True, errors="replace")
    if done.returncode or not within_patience(lambda: _process(folder, daemon) is not None):
        raise LoopbackError(f"{daemon} does not start\n{done.stdout}{done.stderr}{_last_lines(folder, daemon)}")


def _ask(folder, *command):
    """What a program of Slurm prints, complaints included."""
    command = [_program(command[0]), *command[1:]]
    done = subprocess.run(command, env=_environment(folder), capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def _environment(folder):
    return os.environ | {"SLURM_CONF": str(folder / "slurm.conf")}


def _process(folder, daemon):
    """Number of the daemon's process, or None: a number that is another's by now does not have the folder in its command line."""
    try:
        number = int((folder / f"{daemon}.pid").read_text())
        command = pathlib.Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return None
    return number if os.fsencode(folder) in command else None


def within_patience(condition):
    """Whether it becomes true."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _last_lines(folder, daemon):
    path = folder / f"{daemon}.log"
    return "".join(path.read_text(errors="replace").splitlines(keepends=True)[-15:]) if path.is_file() else ""


def main():
    as_written = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="loopback.py", description=__doc__, formatter_class=as_written)
    parser.add_argument("action", choices=("start", "status", "stop"))
    parser.add_argument("folder", nargs="?", type=pathlib.Path, metavar="FOLDER",
                        default=pathlib.Path(tempfile.gettempdir()) / f"bcq-slurm-{os.getuid()}", help="default: %(default)s")
    parser.add_argument("--cpus", type=int, default=2, metavar="N", help="logical CPUs of the node (default: %(default)s)")
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.action == "start":
        print(f"export SLURM_CONF={start(folder, options.cpus)}")
    elif options.action == "status":
        print(status(folder))
    else:
        stop(folder)


if __name__ == "__main__":
    try:
        main()
    except LoopbackError as error:
        sys.exit(f"loopback.py: {error}")
