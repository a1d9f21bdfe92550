# SPDX-License-Identifier: GPL-2.0-or-later
"""Pinned packages by dnf, in a unit of systemd: a lost connection does not cut a transaction in two."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
import time

from ansible_collections.tdx.host.plugins.module_utils import boot_loader, step

UNIT = "tdx-host-install.service"
LOG = "/var/log/tdx-host-install.log"
UNIT_DEADLINE_S = 3600
POLL_S = 2
# The kernel's package last: tdxctl has to be there to write down what the host was like before.
TOOLS = "tdx-host"
KERNEL = "kernel-tdx"
KERNEL_ALSO = ("kernel-tdx-softmod",)
GRUB = (("boot/grub2/grubenv", "grub2-editenv"), ("boot/grub/grubenv", "grub-editenv"))
# A password in the URL of a repository or of a proxy.
SECRET = re.compile(r"(://[^/@\s:]*):[^/@\s]+@")
WRONG = re.compile(r"Error|Problem|No match|Failed|.*: No space|.*cannot|.*nothing provides")
MAX_SAID = 400


def without_secrets(text):
    return SECRET.sub(r"\1:********@", text)


def brief(said):
    """The lines of dnf that say what is wrong, in one line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line for line in lines if WRONG.match(line)]
    return without_secrets(" ".join(wrong or lines[-3:]))[:MAX_SAID]


def spec_of(package, version):
    return "%s-%s" % (package, version)


def installed(host, names):
    """{package: [version-release]}; empty lists for what is not installed."""
    _code, said = host.run(["rpm", "--query", "--queryformat", "%{NAME} %{VERSION}-%{RELEASE}\\n"] + list(names))
    known = dict((name, []) for name in names)
    for line in said.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in known:
            known[words[0]].append(words[1])
    return known


def offered(host, names):
    """{package: [version-release]} of all repositories and of what is installed. Raises StepError if dnf cannot say."""
    code, said = host.run(["dnf", "--quiet", "repoquery", "--queryformat", "%{name} %{version}-%{release}\\n"]
                          + list(names))
    if code:
        raise step.StepError("dnf repoquery: %s" % (brief(said) or "exit status %d" % code))
    known = installed(host, names)
    for line in said.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] in known and words[1] not in known[words[0]]:
            known[words[0]].append(words[1])
    return known


def missing(host, pins):
    have = installed(host, pins)
    return dict((name, version) for name, version in pins.items() if version not in have[name])


def depsolve(host, pins):
    """Raises StepError if dnf could not install the pins. Changes nothing."""
    specs = [spec_of(name, version) for name, version in sorted(pins.items())]
    code, said = host.run(["dnf", "--assumeno", "--quiet", "install"] + specs)
    # --assumeno ends with 1 also if all is well.
    if code and re.search(r"^\s*(Error|Problem|No match|Failed to resolve)(?!.*Operation aborted)", said, re.MULTILINE):
        raise step.StepError("dnf cannot install %s: %s" % (" ".join(specs), brief(said)))


def wait_unit(host, sleep=time.sleep):
    """Waits for a transaction that an earlier connection left behind."""
    for _turn in range(UNIT_DEADLINE_S // POLL_S):
        _code, said = host.run(["systemctl", "show", "--property=ActiveState", "--value", UNIT])
        if said.strip() not in ("active", "activating", "deactivating"):
            return
        sleep(POLL_S)
    raise step.StepError("%s has run for %d s; look at %s on the host" % (UNIT, UNIT_DEADLINE_S, LOG))


def dnf(host, arguments, sleep=time.sleep):
    wait_unit(host, sleep)
    code, said = host.run(["systemd-run", "--quiet", "--wait", "--collect", "--unit=" + UNIT,
                           "--property=StandardOutput=truncate:" + LOG, "--property=StandardError=inherit",
                           "--setenv=LC_ALL=C.UTF-8", "dnf", "--assumeyes"] + arguments)
    if code:
        said = host.read(LOG) or said
        raise step.StepError("dnf %s: %s; see %s on the host" % (
            " ".join(arguments), brief(said) or "exit status %d" % code, LOG))


def grub_of(host):
    for env, editenv in GRUB:
        if host.exists(env):
            return env, editenv
    raise step.StepError("no GRUB environment block (%s): only hosts that boot by GRUB are supported"
                         % " or ".join("/" + env for env, _editenv in GRUB))


def pin_default(host):
    """Makes the kernel that is known to work the default again: the installation of a kernel may have changed it."""
    name, editenv = grub_of(host)
    try:
        entries = boot_loader.read_entries(host.path("boot/loader/entries"))
        env = boot_loader.read_env(host.path(name))
        wanted = boot_loader.wanted_env(entries, env, host.release(), True, None, None)
    except boot_loader.BootError as err:
        raise step.StepError(str(err))
    if not wanted:
        return False
    code, said = host.run([editenv, host.path(name), "set"] + ["%s=%s" % pair for pair in sorted(wanted.items())])
    if code:
        raise step.StepError("%s: %s" % (editenv, said or "exit status %d" % code))
    return True


def write_origin(host):
    """Lets tdxctl write down, once, what the host was like before anything was changed."""
    code, said = host.run(["tdxctl", "origin"])
    if code:
        raise step.StepError("tdxctl origin: %s" % (said or "exit status %d" % code))


def bring(host, pins, sleep=time.sleep):
    """Installs what is missing of the pins. Returns the names of the packages that were installed."""
    lacks = missing(host, pins)
    if not lacks:
        return []
    if TOOLS in lacks and not installed(host, [TOOLS])[TOOLS]:
        dnf(host, ["install", spec_of(TOOLS, pins[TOOLS])], sleep)
    write_origin(host)
    rest = missing(host, pins)
    try:
        if rest:
            dnf(host, ["install"] + [spec_of(name, version) for name, version in sorted(rest.items())], sleep)
    finally:
        # Also after a failure: half an installation may have made a kernel the default that cannot boot.
        pin_default(host)
    still = missing(host, pins)
    if still:
        raise step.StepError("dnf succeeded, but %s is not installed: a package is excluded, or another version won"
                             % ", ".join(spec_of(name, version) for name, version in sorted(still.items())))
    return sorted(lacks)
