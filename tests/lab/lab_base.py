# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab's programs share: paths, the exception LabError, small functions."""

import math
import os
import socket
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CACHE = os.environ.get("TDX_HOST_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "tdx-host")
BUILD = os.environ.get("TDX_HOST_BUILD") or os.path.join(TOP, "build")


# Assumed for programs that are started by hand, without the runner, which measures the machine's slowness.
UNKNOWN_SLOWNESS = 4


def scaled(seconds):
    """Converts seconds of the machine that the plan's times were measured on to seconds of this one, rounded up."""
    return math.ceil(seconds * float(os.environ.get("TDX_HOST_SLOWNESS") or UNKNOWN_SLOWNESS))


class LabError(Exception):
    """The text is one line: what failed, why, what to do. `log` holds console lines to print before it."""

    def __init__(self, message, log=()):
        super().__init__(message)
        self.log = log


def fail(err):
    for line in err.log:
        print(f"console: {line}", file=sys.stderr)
    print(f"error: {err}", file=sys.stderr)
    return 1


def write_atomic(path, text):
    tmp = f"{path}.tmp"
    with open(tmp, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(tmp, path)


def bind_port(variable):
    """Returns a listening loopback socket, on the port in this environment variable or on any free one."""
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


def run_tool(*argv):
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    except FileNotFoundError as err:
        raise LabError(f"{argv[0]}: not installed; run scripts/install-deps lab") from err
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise LabError(f"{argv[0]}: {reason}; look at {argv[-1]}")
