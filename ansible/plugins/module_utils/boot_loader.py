# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads boot loader entries and GRUB's environment block, and works out what has to change in the block.

Changes nothing itself and needs no Ansible, so that tests run it on recorded trees without a host.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

TDX_SUFFIX = "+tdx"
# GRUB's own limit for the environment block: a larger file is not one.
MAX_ENV_BYTES = 4096
MAX_ENTRY_BYTES = 65536


class BootError(Exception):
    """Says, as a sentence, what is wrong with the boot configuration of this host."""


def read_text(path, limit):
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as err:
        raise BootError("%s: %s" % (path, err.strerror))
    if len(data) > limit:
        raise BootError("%s: larger than %d bytes, so it is not the file that it should be" % (path, limit))
    return data.decode("utf-8", "replace")


def read_entries(folder):
    """The entries in a folder, sorted by file name: [{"id", "version", "title"}]."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".conf"))
    except OSError:
        names = []
    if not names:
        raise BootError("no boot loader entries in %s: only hosts whose GRUB reads such entries (BLS) are supported"
                        % folder)
    entries = []
    for name in names:
        keys = {}
        for line in read_text(os.path.join(folder, name), MAX_ENTRY_BYTES).splitlines():
            key, _sep, value = line.strip().partition(" ")
            if key and not key.startswith("#"):
                keys.setdefault(key, value.strip())
        entry_id = name[:-len(".conf")]
        # An entry without the key version has it in its name: MACHINE_ID-VERSION.
        version = keys.get("version") or entry_id.partition("-")[2]
        entries.append({"id": entry_id, "version": version, "title": keys.get("title", "")})
    return entries


def read_env(path):
    """The variables of GRUB's environment block."""
    if not os.path.exists(path):
        raise BootError("no GRUB environment block %s: the default boot entry of this host is not kept by GRUB; "
                        "systemd-boot is not supported" % path)
    text = read_text(path, MAX_ENV_BYTES)
    if not text.startswith("# GRUB Environment Block"):
        raise BootError("%s: not a GRUB environment block; create a new one with grub-editenv" % path)
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {key: value for key, _sep, value in pairs}


def find(entries, name, prefer=None):
    """The entry with this ID, else one for this kernel release (the preferred ID if there are several), else None."""
    same = [entry for entry in entries if name and name in (entry["id"], entry["version"])]
    # A copy of an entry (grubby names it ID~custom) has a longer ID than its original.
    same.sort(key=lambda entry: (entry["id"] != name, entry["id"] != prefer, len(entry["id"]), entry["id"]))
    return same[0] if same else None


def is_tdx(release):
    return release.endswith(TDX_SUFFIX)


def fallback(entries, running, saved):
    """The entry that is known to work: the host must boot it if a new kernel fails.

    That is the entry of the running kernel. One exception: if a kernel-tdx runs that is not the
    default, it was booted once on trial and is not verified yet; then it is the default entry.
    """
    default = find(entries, saved)
    current = find(entries, running, prefer=saved)
    if default and is_tdx(running) and default["version"] != running:
        return default
    if current or default:
        return current or default
    raise BootError("no boot loader entry for the running kernel %s, and the default entry %r does not exist: "
                    "nothing to fall back to; add an entry with kernel-install" % (running, saved))


def version_key(version):
    """Sort key for kernel releases: numbers compare as numbers, and words come before numbers."""
    parts = re.findall(r"[0-9]+|[A-Za-z]+", version)
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def newest_other(entries, running):
    """The entry to boot if every kernel-tdx is removed: the running kernel, else the newest; None if there is none."""
    others = [entry for entry in entries if not is_tdx(entry["version"]) and entry["version"][:1].isdigit()
              and not entry["version"].startswith("0-rescue")]
    return find(others, running) or max(others, key=lambda entry: version_key(entry["version"]), default=None)


def describe(entries, env, running):
    """The state of the boot loader, as the module boot_entry returns it."""
    saved, once = env.get("saved_entry", ""), env.get("next_entry", "")
    return {
        "running": running,
        "default": find(entries, saved) or {"id": saved, "version": "", "title": ""},
        "once": (find(entries, once) or {"id": once, "version": "", "title": ""}) if once else None,
        "fallback": fallback(entries, running, saved),
        "other": newest_other(entries, running),
        "entries": entries,
    }


def wanted_env(entries, env, running, pin, default, once):
    """The variables of the environment block that have to change, as {name: value}."""
    wanted = {}
    if pin:
        wanted["saved_entry"] = fallback(entries, running, env.get("saved_entry", ""))["id"]
    for name, value in (("saved_entry", default), ("next_entry", once)):
        if value is None:
            continue
        entry = find(entries, value, prefer=env.get(name)) if value else {"id": ""}
        if not entry:
            known = ", ".join(sorted(set(entry["version"] for entry in entries)))
            raise BootError("no boot loader entry for %s; there are entries for %s" % (value, known))
        wanted[name] = entry["id"]
    return {name: value for name, value in wanted.items() if env.get(name, "") != value}
