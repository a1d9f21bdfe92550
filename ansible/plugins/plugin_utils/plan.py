# SPDX-License-Identifier: GPL-2.0-or-later
"""Plans a roll-out: which hosts are taken in which wave, and which of them may be down at the same time.

Pure: no clock, no file, no Ansible. The same hosts and options give the same plan, in whatever order the hosts come.
"""

from __future__ import annotations

import hashlib
import json
import re

SCHEMA = "tdx-host.rollout.v1"

# Options of a plan and their defaults; the role rollout documents them.
DEFAULTS = {
    "canaries": [],
    "waves": [1, "5%", "20%", "50%", "100%"],
    "at_once": 20,
    "domain_max": 1,
    "max_fail": "1%",
    "max_blocked": 0,
    "soak_s": 600,
    "drain_policy": "refuse",
    "drain_ordinary": "refuse",
    "drain_timeout_s": 600,
}

MAX_NAMED = 5


class PlanError(Exception):
    """Says, as a sentence, why there can be no such plan."""


def natural(name):
    """Sort key: host2 comes before host10."""
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"\d+|\D+", name)]


def some(names):
    """The first few of many names, for a message."""
    names = sorted(names, key=natural)
    rest = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + rest


def parse_share(value, total, what, up=False):
    """A number of hosts, from a number or from a percentage of all; rounded down unless up is set."""
    match = re.fullmatch(r"(\d+)(%?)", str(value).strip())
    if not match:
        raise PlanError(f"{what} must be a number of hosts or a percentage, as 5 or '5%'; it is {value!r}")
    number = int(match[1])
    if not match[2]:
        return number
    if number > 100:
        raise PlanError(f"{what} must be at most 100%; it is {value!r}")
    return -(-number * total // 100) if up else number * total // 100


def fingerprint(names):
    """Stands for the set of hosts that a plan was made for."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


def wave_ends(waves, canaries, total):
    """How many hosts are done after each wave: rising, the first one is that of the canaries, the last one is all."""
    if not waves:
        raise PlanError("tdx_host_rollout_waves is empty; its last wave must be '100%'")
    if str(waves[-1]) != "100%":
        raise PlanError(f"the last of tdx_host_rollout_waves must be '100%'; it is {waves[-1]!r}")
    first = canaries or parse_share(waves[0], total, "a wave", up=True) or 1
    ends = [min(first, total)]
    for wave in waves[1:] if not canaries else waves:
        end = min(parse_share(wave, total, "a wave", up=True), total)
        if end > ends[-1]:
            ends.append(end)
    return ends


def spread(hosts):
    """The hosts in an order in which neighbours are of different failure domains, as far as possible."""
    domains = {}
    for host in sorted(hosts, key=lambda host: natural(host["name"])):
        domains.setdefault(host["domain"] or f"host {host['name']}", []).append(host)
    # Large domains first: they need the most batches.
    rows = sorted(domains.items(), key=lambda row: (-len(row[1]), natural(row[0])))
    ordered, turn = [], 0
    while len(ordered) < len(hosts):
        ordered += [members[turn] for _domain, members in rows if turn < len(members)]
        turn += 1
    return ordered


def batches_of(hosts, at_once, domain_max):
    """Splits the hosts of a wave so that a batch has at most at_once hosts, and domain_max of a failure domain."""
    left, batches = list(hosts), []
    while left:
        batch, used, later = [], {}, []
        for host in left:
            domain = host["domain"]
            if len(batch) < at_once and (not domain or used.get(domain, 0) < domain_max):
                used[domain] = used.get(domain, 0) + 1
                batch.append(host["name"])
            else:
                later.append(host)
        batches.append(batch)
        left = later
    return batches


def choose_canaries(wanted, hosts):
    by_name = {host["name"]: host for host in hosts}
    missing = [name for name in wanted if name not in by_name]
    if missing:
        raise PlanError(f"tdx_host_rollout_canaries names {some(missing)}, which this roll-out does not have or which "
                        "is not ready; preflight says why")
    return [by_name[name] for name in wanted]


def check_options(options):
    unknown = set(options) - set(DEFAULTS)
    if unknown:
        raise PlanError(f"a plan has no option {some(unknown)}")
    options = {**DEFAULTS, **options}
    for name in ("at_once", "domain_max"):
        if not str(options[name]).isdigit() or int(options[name]) < 1:
            raise PlanError(f"tdx_host_rollout_{name} must be a number of hosts, at least 1; it is {options[name]!r}")
        options[name] = int(options[name])
    for name in ("soak_s", "drain_timeout_s"):
        if not str(options[name]).isdigit():
            raise PlanError(f"tdx_host_rollout_{name} must be a number of seconds; it is {options[name]!r}")
        options[name] = int(options[name])
    return options


def choose_pins(hosts, version):
    """{platform: {package: version-release}}: the wanted version, or the newest that a host of the platform offers."""
    pins = {}
    for host in hosts:
        offers = host["offers"]
        for package, versions in offers.items():
            wanted = [one for one in versions if version == "latest" or not package.startswith("kernel-tdx")
                      or one == version]
            if wanted:
                best = max(wanted, key=version_key)
                known = pins.setdefault(host["platform"], {})
                known[package] = max(known.get(package, best), best, key=version_key)
    return pins


def version_key(version):
    """Sort key for version-release, as rpm compares them: numbers as numbers, above words; a tilde is below all."""
    parts = re.findall(r"\d+|[A-Za-z]+|~", version.split(":")[-1])
    return [(0 if part == "~" else 2 if part.isdigit() else 1, int(part) if part.isdigit() else 0, part)
            for part in parts] + [(0.5, 0, "")]


def lacking(host, pins):
    """Why this host cannot have the pinned versions; empty if it can."""
    wanted = pins.get(host["platform"], {})
    if "kernel-tdx" not in wanted:
        return f"its repositories offer no kernel-tdx of the wanted version for {host['platform']}"
    gone = [f"{package}-{version}" for package, version in sorted(wanted.items())
            if version not in host["offers"].get(package, [])]
    return f"its repositories do not offer {', '.join(gone)}" if gone else ""


def make_plan(rollout, version, hosts, blocked, options):
    """The plan, as it is written to plan.json.

    hosts: [{"name", "domain", "platform", "offers": {package: [version-release]}, "running"}], those that are ready.
    blocked: {name: reason}, those that are not.
    """
    options = check_options(options)
    everyone = [host["name"] for host in hosts] + list(blocked)
    if not everyone:
        raise PlanError("there is no host to roll out to: the group tdx_hosts is empty, or the limit leaves none of it")
    pins = choose_pins(hosts, version)
    blocked = dict(blocked)
    for host in hosts:
        why = lacking(host, pins)
        if why:
            blocked[host["name"]] = why
    ready = [host for host in hosts if host["name"] not in blocked]
    limit = parse_share(options["max_blocked"], len(everyone), "tdx_host_rollout_max_blocked")
    if len(blocked) > limit or not ready:
        name = min(blocked, key=natural)
        raise PlanError(f"{len(blocked)} of {len(everyone)} hosts are not ready, and tdx_host_rollout_max_blocked is "
                        f"{options['max_blocked']}; {name}: {blocked[name]}"
                        + (f"; also {some(set(blocked) - {name})}" if len(blocked) > 1 else ""))
    canaries = choose_canaries(options["canaries"], ready)
    rest = spread([host for host in ready if host not in canaries])
    ordered = canaries + rest
    waves, start = [], 0
    for number, end in enumerate(wave_ends(options["waves"], len(canaries), len(ordered)), 1):
        # One canary after the other: a bad kernel is to meet one host.
        at_once = 1 if number == 1 else options["at_once"]
        waves.append({"name": "canary" if number == 1 else f"wave {number}",
                      "batches": batches_of(ordered[start:end], at_once, options["domain_max"])})
        start = end
    return {
        "schema": SCHEMA,
        "rollout": rollout,
        "version": version,
        "inventory": fingerprint(everyone),
        "options": options,
        "max_fail": parse_share(options["max_fail"], len(ordered), "tdx_host_rollout_max_fail"),
        "pins": pins,
        "hosts": {host["name"]: {"domain": host["domain"], "platform": host["platform"], "from": host["running"]}
                  for host in sorted(ordered, key=lambda host: natural(host["name"]))},
        "blocked": dict(sorted(blocked.items(), key=lambda row: natural(row[0]))),
        "waves": waves,
    }


def to_text(plan):
    return json.dumps(plan, indent=1, sort_keys=True) + "\n"


def from_text(text, where):
    try:
        plan = json.loads(text)
        if plan["schema"] != SCHEMA:
            raise PlanError(f"{where}: its schema is {plan['schema']}, not {SCHEMA}: another version of this "
                            "collection made it; use that version, or another tdx_host_rollout_id")
        wave_of(plan)
    except (ValueError, KeyError, TypeError) as err:
        raise PlanError(f"{where}: no plan of a roll-out ({err!r}); restore it, or use another tdx_host_rollout_id") \
            from err
    return plan


def check_same(plan, names, version, options, where):
    """Raises PlanError if the plan was made for other hosts. Returns the options that have another value now."""
    known = {*plan["hosts"], *plan["blocked"]}
    if plan["inventory"] != fingerprint(names):
        parts = [f"{some(known - set(names))} only in the plan" if known - set(names) else "",
                 f"{some(set(names) - known)} only in this run" if set(names) - known else ""]
        raise PlanError(f"{where} was made for other hosts ({'; '.join(filter(None, parts))}); run it with the same "
                        "inventory and limit, or use another tdx_host_rollout_id")
    now = {**check_options(options), "version": version}
    then = {**plan["options"], "version": plan["version"]}
    return sorted(name for name in now if now[name] != then.get(name))


def hosts_of(wave):
    return [name for batch in wave["batches"] for name in batch]


def wave_of(plan):
    """{host: (index of its wave, index of its batch)}"""
    return {name: (w, b) for w, wave in enumerate(plan["waves"]) for b, batch in enumerate(wave["batches"])
            for name in batch}


def predecessors(plan, name):
    """The hosts of the same wave that must have ended before this host begins."""
    w, b = wave_of(plan)[name]
    return [other for batch in plan["waves"][w]["batches"][:b] for other in batch]


def release_of(plan, name):
    """The kernel that the host is to run, as uname -r prints it."""
    platform = plan["hosts"][name]["platform"]
    return f"{plan['pins'][platform]['kernel-tdx']}.{platform.rpartition('-')[2]}+tdx"
