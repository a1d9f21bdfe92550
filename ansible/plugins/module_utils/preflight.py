# SPDX-License-Identifier: GPL-2.0-or-later
"""Is a host ready for a roll-out? A table of small checks; each returns what it saw, or raises Blocked with the reason.

Nothing is changed. The checks read the host through host_checks.Host only, so that tests give them a recorded tree.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import fnmatch
import os
import re
import struct
import time

from ansible_collections.tdx.host.plugins.module_utils import drain, lease, observe, packages, step, trial

OFFERED = ("kernel-tdx", "tdx-host", "tdx-host-dracut", "tdx-host-libvirt")
# A kernel, its initramfs and the copy that dracut makes while it works.
BOOT_MIB = 200
CLOCK_S = 120
DNF_CONF = ("etc/dnf/dnf.conf", "etc/dnf/libdnf5.conf.d")
# Devices on which GRUB cannot write its environment block: a one-shot entry there would boot for ever.
NO_GRUB_WRITE = re.compile(r"/dev/(md|dm-|mapper/)")
NO_GRUB_FS = ("btrfs", "xfs_ro", "zfs", "f2fs")


class Blocked(step.StepError):
    """The host is not ready; the text is the reason."""


def os_release(host):
    pairs = re.findall(r'^(\w+)="?([^"\n]*)', host.read("etc/os-release"), re.MULTILINE)
    return dict(pairs)


def platform(host):
    """What packages are made for, as el9-x86_64, fc44-x86_64, debian13-x86_64."""
    known = os_release(host)
    major = known.get("VERSION_ID", "").partition(".")[0]
    family = "fc" if known.get("ID") == "fedora" else known.get("ID", "unknown")
    if "rhel" in (known.get("ID", "") + " " + known.get("ID_LIKE", "")).split():
        family = "el"
    return "%s%s-%s" % (family, major, os.uname()[4])


def check_machine(host, _want):
    known = os_release(host)
    family = set((known.get("ID", "") + " " + known.get("ID_LIKE", "")).split())
    if not family & {"rhel", "fedora", "debian"}:
        raise Blocked("%s is not supported; only Enterprise Linux, Fedora and the lab's Debian with dnf are"
                      % (known.get("PRETTY_NAME") or "a system without /etc/os-release"))
    if os.uname()[4] != "x86_64":
        raise Blocked("its CPU is %s; TDX needs x86_64" % os.uname()[4])
    return known.get("PRETTY_NAME", "")


def check_clock(host, want):
    if not want["now"]:
        return "not compared"
    off = int(time.time()) - want["now"]
    if abs(off) > CLOCK_S + want["slack_s"]:
        raise Blocked("its clock is %d s %s the controller's" % (abs(off), "before" if off > 0 else "behind"))
    return "%d s" % off


def check_boot_space(host, want):
    if want["release"] and host.exists("boot/vmlinuz-" + want["release"]):
        return "the kernel is there already"
    room = os.statvfs(host.path("boot"))
    free = room.f_bavail * room.f_frsize >> 20
    if free < BOOT_MIB:
        raise Blocked("/boot has %d MiB left, a kernel needs %d" % (free, BOOT_MIB))
    return "%d MiB" % free


def boot_mount(host):
    """(device, type, options) of the file system that has /boot/grub2."""
    best = ("", "", "", "")
    for line in host.read("proc/self/mountinfo").splitlines():
        left, _sep, right = line.partition(" - ")
        fields, more = left.split(), right.split()
        if len(fields) < 6 or len(more) < 2:
            continue
        if fields[4] in ("/", "/boot", "/boot/grub2", "/boot/grub") and len(fields[4]) >= len(best[0]):
            best = (fields[4], more[1], more[0], fields[5])
    return best[1:]


def check_one_shot(host, _want):
    name, _editenv = packages.grub_of(host)
    device, kind, options = boot_mount(host)
    if kind in NO_GRUB_FS or NO_GRUB_WRITE.match(device):
        raise Blocked("/boot is on %s (%s), where GRUB cannot clear a one-shot entry; move /boot to a plain partition "
                      "with ext4 or xfs" % (device, kind))
    if "ro" in options.split(","):
        raise Blocked("/boot is mounted read-only")
    match = re.search(r'^\s*GRUB_DEFAULT=["\']?([^"\'\n#]*)', host.read("etc/default/grub"), re.MULTILINE)
    if match and match.group(1).strip() != "saved":
        raise Blocked("GRUB_DEFAULT is %r in /etc/default/grub, so that GRUB may boot a kernel that was never "
                      "verified; set it to saved and run grub2-mkconfig" % match.group(1).strip())
    if not host.exists("boot/loader/entries"):
        raise Blocked("no boot loader entries in /boot/loader/entries: only hosts whose GRUB reads such entries (BLS) "
                      "are supported")
    return "/%s on %s %s" % (name, kind, device)


def check_secure_boot(host, want):
    """EFI variables have four bytes of attributes before their value."""
    name = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
    try:
        with open(host.path(name), "rb") as file:
            on = struct.unpack("4xB", file.read(5))[0] == 1
    except (IOError, OSError, struct.error):
        return "no"
    if on and not want["kernel_is_signed"]:
        raise Blocked("Secure Boot is on, and tdx_host_rollout_kernel_is_signed does not say that its firmware knows "
                      "the key of the kernel's signature")
    return "yes" if on else "no"


def check_fips(host, _want):
    return "on" if host.read("proc/sys/crypto/fips_enabled").strip() == "1" else "off"


def excludes(host):
    found = []
    texts = [host.read(DNF_CONF[0])]
    folder = host.path("etc/yum.repos.d")
    if os.path.isdir(folder):
        texts += [host.read("etc/yum.repos.d/" + name) for name in sorted(os.listdir(folder)) if name.endswith(".repo")]
    for text in texts:
        for value in re.findall(r"^\s*(?:exclude|excludepkgs)\s*=\s*(.*(?:\n[ \t]+.*)*)", text, re.MULTILINE):
            found += re.split(r"[\s,]+", value.strip())
    return [pattern for pattern in found if pattern]


def check_excludes(host, _want):
    hit = [pattern for pattern in excludes(host)
           if any(fnmatch.fnmatchcase(name, pattern) for name in ("kernel-tdx", "kernel-tdx-core", "tdx-host"))]
    if hit:
        raise Blocked("dnf excludes %s in its configuration, which keeps kernel-tdx out" % ", ".join(hit))
    return "none of them concerns kernel-tdx"


def check_lease(_host, want):
    held = lease.read(lease.HOST_LEASE)
    mine = want["lease"] or {}
    is_mine = held and (held["owner"], held["rollout"]) == (mine.get("owner"), mine.get("rollout"))
    if held and not is_mine and not lease.is_over(held):
        raise Blocked("another controller works on it: %s" % lease.say(held))
    return "free"


def check_trial(host, want):
    status = observe.trial_status(host)
    state = status.get("state", "none")
    is_ours = status.get("target_release", "") in ("", want["release"])
    if state in trial.OVER or (is_ours and state in ("armed", "trying", "passed")):
        return state
    raise Blocked("a trial of %s is running (%s)" % (status.get("target_release"), state))


def check_rejected(host, want):
    why = host.read("var/lib/tdx-host/rejected/" + want["release"]).strip() if want["release"] else ""
    if why and not want["force"]:
        raise Blocked("it rejected %s before (%s); tdx_host_rollout_force tries it again" % (want["release"], why))
    return "no"


def check_guests(host, want):
    policies = {"td": want["drain_policy"], "ordinary": want["drain_ordinary"]}
    if want["release"] and host.release() == want["release"]:
        return "stay, the host runs the kernel"
    said, running = drain.Guests(host.run).would_refuse(policies, 0, want["migrate_to"])
    if said:
        raise Blocked("; ".join(said))
    return "%d to drain" % len(running)


def check_panic(host, _want):
    """Only said: the trial's boot entry has its own settings."""
    watchdog = "a watchdog" if host.exists("dev/watchdog") else "no watchdog"
    return "panic=%s, %s" % (host.read("proc/sys/kernel/panic").strip() or "?", watchdog)


CHECKS = (
    ("machine", check_machine),
    ("clock", check_clock),
    ("one-shot-boot", check_one_shot),
    ("boot-space", check_boot_space),
    ("secure-boot", check_secure_boot),
    ("fips", check_fips),
    ("panic", check_panic),
    ("dnf-excludes", check_excludes),
    ("lease", check_lease),
    ("trial", check_trial),
    ("rejected", check_rejected),
    ("guests", check_guests),
)


def run_checks(host, want):
    """[{"id", "verdict": ready or blocked, "value"}]"""
    rows = []
    for name, check in CHECKS:
        try:
            rows.append({"id": name, "verdict": "ready", "value": check(host, want)})
        except step.StepError as err:
            rows.append({"id": name, "verdict": "blocked", "value": str(err)})
        except (IOError, OSError) as err:
            rows.append({"id": name, "verdict": "blocked", "value": "%s: %s" % (err.filename, err.strerror)})
    return rows


def examine(host, want):
    rows = run_checks(host, want)
    offers = {}
    if not any(row["verdict"] == "blocked" and row["id"] == "machine" for row in rows):
        try:
            offers = packages.offered(host, list(OFFERED) + list(want["also"]))
            rows.append({"id": "repositories", "verdict": "ready",
                         "value": "kernel-tdx %s" % (", ".join(offers["kernel-tdx"]) or "is not there")})
            if want["pins"]:
                packages.depsolve(host, want["pins"])
        except step.StepError as err:
            rows.append({"id": "repositories", "verdict": "blocked", "value": str(err)})
    offers = dict((name, versions) for name, versions in offers.items() if versions)
    return {"checks": rows, "platform": platform(host), "offers": offers, "observed": observe.observe(host),
            "blocked": "; ".join("%s: %s" % (row["id"], row["value"]) for row in rows if row["verdict"] == "blocked")}
