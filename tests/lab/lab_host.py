# SPDX-License-Identifier: GPL-2.0-or-later
"""One lab host: its files, its QEMU process, how to reach it.

Everything of the host NAME is in $TDX_HOST_BUILD/lab/vm/NAME:
  disk.qcow2   overlay over the image; the image itself is never written
  vars.fd      firmware variables
  console.log  everything that the serial console printed since the start
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
import shutil
import signal
import socket
import subprocess
import time

from lab_base import BUILD, LabError, bind_port, run_tool, scaled, write_atomic
from lab_machine import image_dir, qemu_argv, ssh_config

CONSOLE_LINES = 20
PR_SET_PDEATHSIG = 1
ESCAPES = re.compile(r"\x1b(\[[0-9;?=]*[A-Za-z]|[=>c])")


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def available_mib():
    with open("/proc/meminfo", encoding="ascii") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) // 1024
    return 0


class LabHost:
    def __init__(self, name):
        if not name.replace("-", "").isalnum():
            raise LabError(f"lab host {name!r}: not a name; use letters, digits and dashes")
        self.name = name
        self.dir = os.path.join(BUILD, "lab", "vm", name)
        # A boot has failed when the console printed nothing new for so many seconds.
        self.still_s = float(os.environ.get("TDX_HOST_BOOT_STILL") or scaled(180))
        self.process = None
        self.lock_fd = None

    def path(self, name):
        return os.path.join(self.dir, name)

    # State

    def try_lock(self):
        """Takes the host's lock. False if the host runs already."""
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
        """Makes a new overlay on the image, or copies the disk of another host."""
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
        """Whether the host has a disk, and that is an overlay on the image as it is now."""
        if not os.path.exists(self.path("disk.qcow2")):
            return False
        info = subprocess.run(("qemu-img", "info", "--output=json", self.path("disk.qcow2")),
                              capture_output=True, text=True, check=False)
        if info.returncode:
            return False
        backing = json.loads(info.stdout).get("backing-filename", "")
        return os.path.dirname(backing) == image_dir()

    # Process

    def launch(self, memory, cpus, world):
        """Starts QEMU in this world of lab_world; the caller holds the lock and has made the disk."""
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
        argv = qemu_argv(self.name, port, memory, cpus, world)
        write_atomic(self.path("ssh_config"), ssh_config(self.name, port))
        sock.close()
        with open(self.path("qemu.log"), "wb") as log:
            try:
                self.process = subprocess.Popen(argv, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=log,
                                                stderr=log, preexec_fn=die_with_parent)
            except FileNotFoundError as err:
                raise LabError(f"{argv[0]}: not installed; run scripts/install-deps lab") from err
        return port

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

    def console_lines(self):
        """How many different lines the console has; lines that differ in digits only count once."""
        try:
            with open(self.path("console.log"), "rb") as file:
                return len({re.sub(rb"\d", b"", line) for line in file})
        except FileNotFoundError:
            return 0

    def wait_ready(self, port):
        seen, since = 0, time.monotonic()
        while time.monotonic() - since < self.still_s:
            self.check_alive()
            if (lines := self.console_lines()) != seen:
                seen, since = lines, time.monotonic()
            if self.says_ssh(port):
                if subprocess.run(self.ssh_argv() + ["true"], stdin=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL, check=False).returncode == 0:
                    return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(timeout=0.5)
        raise LabError(f"lab host {self.name} did not come up: no ssh, and "
                       f"nothing new on its console for {self.still_s:.0f} s; "
                       f"see {self.path('console.log')}", self.console_tail())

    def ssh_argv(self):
        return ["ssh", "-F", self.path("ssh_config"), self.name]

    def end(self):
        """Ends QEMU without a shutdown of the host, whose disk is thrown away anyway."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.forget()
