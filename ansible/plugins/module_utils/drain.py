# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes the guests off a host and puts them back. What ran is written down before it is stopped.

A TD cannot be migrated. Each guest is handled by a policy: refuse (nothing is stopped, the host is not drained), wait
(until the guest ends by itself), shutdown (ask the guest; it must end in time), destroy (ask, and end it when the time
is over); ordinary guests also by migrate.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import time
import xml.etree.ElementTree as ElementTree

from ansible_collections.tdx.host.plugins.module_utils import step, whole_file

CORDON = "etc/tdx-host/cordoned"
RECORD = "var/lib/tdx-host/drained.json"
TD_POLICIES = ("refuse", "wait", "shutdown", "destroy")
ORDINARY_POLICIES = ("refuse", "migrate", "wait", "shutdown", "destroy")
NAMESPACE = "{urn:tdx-host:1}"
MAX_XML_BYTES = 4 << 20
POLL_S = 2
# After destroy, and when a guest is started again.
SETTLE_S = 30


class DrainError(step.StepError):
    """Says, as a sentence, why the host cannot be drained, or which guest could not be started again."""


class Domain:
    def __init__(self, name, is_td, is_persistent, policy, timeout_s):
        self.name, self.is_td, self.is_persistent = name, is_td, is_persistent
        self.policy, self.timeout_s = policy, timeout_s

    def kind(self):
        return "TD" if self.is_td else "guest"


def parse_domain(xml, name, is_persistent, policies, timeout_s):
    """The domain, with the policy of its kind; <tdx:drain policy="..." timeout="..."/> in its metadata wins."""
    if len(xml) > MAX_XML_BYTES:
        raise DrainError("domain %s: its XML is too large" % name)
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as err:
        raise DrainError("domain %s: virsh dumpxml is not XML: %s" % (name, err))
    security = root.find("launchSecurity")
    is_td = security is not None and security.get("type") == "tdx"
    policy = policies["td" if is_td else "ordinary"]
    own = root.find("metadata/%sdrain" % NAMESPACE)
    if own is not None:
        policy = own.get("policy", policy)
        timeout = own.get("timeout", str(timeout_s))
        known = TD_POLICIES if is_td else ORDINARY_POLICIES
        if policy not in known or not timeout.isdigit():
            raise DrainError("domain %s: <tdx:drain> in its metadata needs policy= one of %s and timeout= seconds"
                             % (name, ", ".join(known)))
        timeout_s = int(timeout)
    return Domain(name, is_td, is_persistent, policy, timeout_s)


class Guests:
    """The guests of a host. run(argv) returns (exit status, output); sleep and now can be a test's."""

    def __init__(self, run, root="/", sleep=time.sleep, now=time.monotonic):
        self.run, self.root, self.sleep, self.now = run, root, sleep, now

    def path(self, name):
        return os.path.join(self.root, name)

    def virsh(self, *words):
        code, said = self.run(["virsh", "--connect", "qemu:///system", "--quiet"] + list(words))
        if code:
            raise DrainError("virsh %s: %s" % (" ".join(words), " ".join(said.split()) or "exit status %d" % code))
        return said

    def names(self, *which):
        return [line.strip() for line in self.virsh("list", "--name", *which).splitlines() if line.strip()]

    def is_there(self):
        """A host without libvirt has no guests."""
        return self.run(["virsh", "--version"])[0] == 0

    def running(self, policies, timeout_s):
        names = self.names()
        if not names:
            return []
        persistent = set(self.names("--persistent"))
        return [parse_domain(self.virsh("dumpxml", name), name, name in persistent, policies, timeout_s)
                for name in names]

    # The record of what was stopped.

    def read_record(self):
        try:
            with open(self.path(RECORD)) as file:
                record = json.loads(file.read(1 << 20))
            return {"start": [str(name) for name in record["start"]],
                    "migrated": [str(name) for name in record["migrated"]]}
        except (IOError, OSError):
            return {"start": [], "migrated": []}
        except (ValueError, KeyError, TypeError):
            raise DrainError("/%s is damaged: start the guests by hand, then remove it" % RECORD)

    def write(self, name, text):
        path = self.path(name)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        whole_file.write(path, text)

    def note(self, domain, how):
        record = self.read_record()
        if domain.name not in record[how]:
            record[how].append(domain.name)
            self.write(RECORD, json.dumps(record, sort_keys=True) + "\n")

    def remove(self, name):
        if os.path.exists(self.path(name)):
            os.unlink(self.path(name))

    # What is done to one domain.

    def wait_gone(self, domains, until):
        """The names of those that still run when the time is over."""
        while True:
            here = set(self.names())
            left = [domain for domain in domains if domain.name in here]
            if not left or self.now() >= until:
                return left
            self.sleep(POLL_S)

    def migrate(self, domain, to):
        self.note(domain, "migrated")
        self.virsh("migrate", "--live", "--persistent", "--undefinesource", domain.name, to)

    def refusals(self, domains, migrate_to):
        said = []
        for domain in domains:
            if not domain.is_persistent:
                said.append("%s %s is transient, it could not be started again" % (domain.kind(), domain.name))
            elif domain.policy == "refuse":
                said.append("%s %s runs, and its drain policy is refuse" % (domain.kind(), domain.name))
            elif domain.policy == "migrate" and not migrate_to:
                said.append("guest %s is to be migrated, but no host to migrate to is set" % domain.name)
        return said

    def drain(self, policies, timeout_s, migrate_to, why):
        """Cordons the host, then takes all guests off it. Returns the names of those that were stopped or migrated."""
        self.write(CORDON, why + "\n")
        if not self.is_there():
            return []
        domains = self.running(policies, timeout_s)
        said = self.refusals(domains, migrate_to)
        if said:
            raise DrainError("; ".join(said))
        for domain in domains:
            if domain.policy == "migrate":
                self.migrate(domain, migrate_to)
            elif domain.policy in ("shutdown", "destroy"):
                self.note(domain, "start")
                self.virsh("shutdown", domain.name)
        begin = self.now()
        late = []
        for domain in sorted(domains, key=lambda domain: domain.timeout_s):
            if domain.policy != "migrate":
                late += self.wait_gone([domain], begin + domain.timeout_s)
        for domain in late:
            if domain.policy == "destroy":
                self.virsh("destroy", domain.name)
        late = self.wait_gone(late, self.now() + (SETTLE_S if any(d.policy == "destroy" for d in late) else 0))
        if late:
            raise DrainError("; ".join("%s %s did not end within %d s (drain policy %s)" % (
                domain.kind(), domain.name, domain.timeout_s, domain.policy) for domain in late))
        # One that was started in between, before the hook knew of the cordon.
        again = self.names()
        if again:
            raise DrainError("started while the host was drained: %s" % ", ".join(sorted(again)))
        return sorted(domain.name for domain in domains)

    def would_refuse(self, policies, timeout_s, migrate_to):
        """What a drain would refuse now, and the guests that run. Changes nothing."""
        domains = self.running(policies, timeout_s) if self.is_there() else []
        return self.refusals(domains, migrate_to), sorted(domain.name for domain in domains)

    def undrain(self):
        """Lets TDs start again, and starts what ran. Returns the names of those that were started."""
        record = self.read_record()
        self.remove(CORDON)
        started, failed = [], []
        here = set(self.names()) if record["start"] else set()
        for name in record["start"]:
            if name in here:
                continue
            try:
                self.virsh("start", name)
                started.append(name)
            except DrainError as err:
                failed.append(str(err))
        if failed:
            raise DrainError("not started again: " + "; ".join(failed))
        self.remove(RECORD)
        return sorted(started)

    def is_drained(self):
        return os.path.exists(self.path(CORDON))
