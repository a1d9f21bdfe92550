/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hook_reasons.h"

#include <stddef.h>

const struct hook_reason hook_reasons[] = {
    { "domain-xml", "The hook cannot read the domain's XML: give the XML to tdxctl explain." },
    { "xml-too-large", "The domain's XML is above the hook's limits of size and depth." },
    { "timed-out", "The hook did not finish in time: see TimeLimitSec in tdx-host.conf(5)." },
    { "config-invalid", "tdx-host.conf has wrong lines: see host.hook.config of tdxctl check." },
    { "state-unavailable",
      "The hook cannot use its list of TDs in /run/tdx-host; guests start all the same." },
    { "td-admitted", "Information: the hook let a TD start." },
    { "td-started", "Information: a TD runs." },
    { "td-released", "Information: a TD has ended." },
    { "internal", "The program /usr/libexec/tdx-host/hook-td could not be started: reinstall "
                  "tdx-host-libvirt." },
    { NULL, NULL },
};
