# SPDX-License-Identifier: GPL-2.0-or-later
"""One lab host: its files, its QEMU process, the way to it.

Everything of the host NAME is in $TDX_HOST_BUILD/lab/vm/NAME:
  disk.qcow2   overlay over the image; the image itself is never written
  vars.fd      firmware variables
  console.log  everything that the serial console said since the start
  console.sock, qmp.sock   for people and for QMP; relative to the folder, because
               the length of a socket's path is limited
  ssh_config   for ssh -F and for Ansible
  state.json   pid, port, ready; there while the host runs
  lock         held while the host runs
"""

import contextlib
import ctypes
import fcntl
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.environ.get("TDX_HOST_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "tdx-host")
BUILD = os.environ.get("TDX_HOST_BUILD") or os.path.join(TOP, "build")
# The emulator's byte-wise string instructions are several times slower than the wider ones
# that a kernel uses where these two features are missing.
CPU = "EPYC-Milan,phys-bits=48,erms=off,fsrm=off"
CONSOLE_LINES = 20
PR_SET_PDEATHSIG = 1
ESCAPES = re.compile(r"\x1b(\[[0-9;?=]*[A-Za-z]|[=>c])")


class LabError(Exception):
    """What, why and how to go on, in one line; log holds lines that show it."""

    def __init__(self, message, log=()):
        super().__init__(message)
        self.log = log


def write_atomic(path, text):
    tmp = f"{path}.tmp"
    with open(tmp, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(tmp, path)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def bind_port(variable):
    """A listening loopback socket: a free port, or the one that the variable names."""
    wanted = os.environ.get(variable, "0")
    if not wanted.isdigit() or int(wanted) > 65535:
        raise LabError(f"{variable}={wanted}: not a port number; set it to 1 to 65535 or unset it")
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", int(wanted)))
        sock.listen()
    except OSError as err:
        sock.close()
        raise LabError(f"port {wanted} of 127.0.0.1: {err.strerror}; "
                       f"end what uses it, or set {variable} to a free port") from err
    return sock


def available_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    return 0


def run_tool(*argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError as err:
        raise LabError(f"{argv[0]}: not installed; run scripts/install-deps lab") from err
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise LabError(f"{argv[0]}: {reason}; look at {argv[-1]}")


def image_dir():
    return os.path.realpath(os.path.join(BUILD, "lab", "image"))


class LabHost:
    def __init__(self, name):
        if not name.replace("-", "").isalnum():
            raise LabError(f"lab host {name!r}: not a name; use letters, digits and dashes")
        self.name = name
        self.dir = os.path.join(BUILD, "lab", "vm", name)
        self.deadline_s = float(os.environ.get("TDX_HOST_BOOT_DEADLINE", "300"))
        self.process = None
        self.lock_fd = None

    def path(self, name):
        return os.path.join(self.dir, name)

    # State

    def try_lock(self):
        """False if the host runs already."""
        os.makedirs(self.dir, exist_ok=True)
        fd = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self.lock_fd = fd
        return True

    def unlock(self):
        os.close(self.lock_fd)
        self.lock_fd = None

    def state(self):
        """What the running host wrote down, or None if it does not run."""
        if not os.path.isdir(self.dir):
            return None
        if self.try_lock():
            self.unlock()
            return None
        try:
            with open(self.path("state.json"), encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {"ready": False}

    def write_state(self, **state):
        write_atomic(self.path("state.json"), json.dumps(state) + "\n")

    def forget(self):
        for name in ("state.json", "qmp.sock", "console.sock"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path(name))

    def console_tail(self):
        try:
            with open(self.path("console.log"), "rb") as file:
                text = file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return []
        lines = [ESCAPES.sub("", line).rstrip() for line in text.splitlines()]
        return [line for line in lines if line][-CONSOLE_LINES:]

    # Disk

    def make_disk(self, disk_from=None):
        """A fresh overlay on the image, or a copy of another host's."""
        image = image_dir()
        if not os.path.exists(os.path.join(image, "disk.qcow2")):
            raise LabError("no lab host image: it is not built; run tests/lab/build-image")
        for name in ("disk.qcow2", "vars.fd"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path(name))
        if disk_from:
            other = LabHost(disk_from)
            if other.state() is not None:
                raise LabError(f"disk of lab host {disk_from}: it is running; stop it first")
            if not os.path.exists(other.path("disk.qcow2")):
                raise LabError(f"disk of lab host {disk_from}: there is none; start that host once")
            run_tool("cp", "--sparse=always", "--reflink=auto", other.path("vars.fd"),
                     other.path("disk.qcow2"), self.dir)
            return
        shutil.copyfile(os.path.join(image, "OVMF_VARS_4M.fd"), self.path("vars.fd"))
        run_tool("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2",
                 "-b", os.path.join(image, "disk.qcow2"), self.path("disk.qcow2"))

    def has_disk(self):
        """Whether there is an overlay of the image as it is now."""
        if not os.path.exists(self.path("disk.qcow2")):
            return False
        info = subprocess.run(("qemu-img", "info", "--output=json", self.path("disk.qcow2")),
                              capture_output=True, text=True, check=False)
        if info.returncode:
            return False
        backing = json.loads(info.stdout).get("backing-filename", "")
        return os.path.dirname(backing) == image_dir()

    # Process

    def command(self, port, memory, cpus):
        code = os.path.join(image_dir(), "OVMF_CODE_4M.fd")
        return [
            "qemu-system-x86_64", "-name", self.name, "-no-user-config", "-nodefaults",
            "-display", "none", "-machine", "q35,smm=off", "-accel", "tcg,thread=multi", "-cpu", CPU,
            "-smp", str(cpus), "-m", memory,
            "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
            "-drive", "if=pflash,unit=1,format=raw,file=vars.fd",
            "-drive", "if=none,id=disk,format=qcow2,file=disk.qcow2,cache=unsafe,discard=unmap",
            "-device", "virtio-blk-pci,drive=disk,bootindex=0",
            "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{port}-:22",
            "-device", "virtio-net-pci,netdev=net,romfile=",
            "-chardev", "socket,id=console,path=console.sock,server=on,wait=off,logfile=console.log",
            "-serial", "chardev:console",
            "-qmp", "unix:qmp.sock,server=on,wait=off",
        ] + shlex.split(os.environ.get("TDX_HOST_LAB_QEMU_ARGS", ""))

    def launch(self, memory, cpus):
        """Starts QEMU; the caller holds the lock and has made the disk."""
        mib = int(memory.rstrip("GgMm")) * (1024 if memory[-1] in "Gg" else 1)
        if available_mib() < mib + 512:
            raise LabError(f"too little memory: lab host {self.name} needs {mib + 512} MiB, "
                           f"{available_mib()} MiB are available; stop other programs")
        self.forget()
        for name in ("console.log", "qemu.log"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path(name))
        sock = bind_port("TDX_HOST_SSH_PORT")
        port = sock.getsockname()[1]
        argv = self.command(port, memory, cpus)
        self.write_ssh_config(port)
        sock.close()
        with open(self.path("qemu.log"), "wb") as log:
            try:
                self.process = subprocess.Popen(argv, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log, preexec_fn=die_with_parent)
            except FileNotFoundError as err:
                raise LabError(f"{argv[0]}: not installed; run scripts/install-deps lab") from err
        return port

    def write_ssh_config(self, port):
        write_atomic(self.path("ssh_config"), "\n".join((
            f"Host {self.name}",
            "  HostName 127.0.0.1",
            f"  Port {port}",
            "  User root",
            f"  IdentityFile \"{os.path.join(CACHE, 'keys', 'ssh')}\"",
            "  IdentitiesOnly yes",
            "  PreferredAuthentications publickey",
            "  HostKeyAlias tdx-host-lab",
            f"  UserKnownHostsFile \"{os.path.join(image_dir(), 'known_hosts')}\"",
            "  GlobalKnownHostsFile none",
            "  StrictHostKeyChecking yes",
            "  UpdateHostKeys no",
            "  KexAlgorithms curve25519-sha256",
            "  LogLevel ERROR",
            "  ConnectTimeout 60",
            "  ServerAliveInterval 10",
            "  ServerAliveCountMax 12",
            "")))

    def says_ssh(self, port):
        """Whether sshd answers; QEMU alone accepts the connection, so read the banner."""
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
                return sock.recv(4) == b"SSH-"
        except OSError:
            return False

    def check_alive(self):
        if self.process.poll() is None:
            return
        with open(self.path("qemu.log"), encoding="utf-8", errors="replace") as file:
            said = [line for line in file.read().splitlines() if "doesn't support requested feature" not in line]
        raise LabError(f"lab host {self.name}: QEMU ended with {self.process.returncode}: "
                       f"{said[-1] if said else 'the host powered itself off'}; see {self.path('console.log')}",
                       self.console_tail())

    def wait_ready(self, port):
        begin = time.monotonic()
        while time.monotonic() - begin < self.deadline_s:
            self.check_alive()
            if self.says_ssh(port):
                if subprocess.run(self.ssh_argv() + ["true"], stdin=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, check=False).returncode == 0:
                    return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=0.5)
        raise LabError(f"lab host {self.name} did not come up: no ssh within {self.deadline_s:.0f} s; "
                       f"see {self.path('console.log')}", self.console_tail())

    def ssh_argv(self):
        return ["ssh", "-F", self.path("ssh_config"), self.name]

    def end(self):
        """The disk is throw-away: no need to ask the host."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.forget()


def fail(err):
    for line in err.log:
        print(f"console: {line}", file=sys.stderr)
    print(f"error: {err}", file=sys.stderr)
    return 1
