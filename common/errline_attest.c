/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lines of the quote generation service mean. */
#include "errline.h"

static const struct errline lines[] = {
    { "qgs-connect",
      { "connect to*qgs", "Failed to connect to '2:", "connect*quote generation service" },
      "QEMU cannot connect to the quote generation service.",
      "Start qgsd and give QEMU's user access to its socket: see host.qgs.socket." },
    { "qgs-not-registered",
      { "0xe011", "0xb00f", "No certificate data for this platform", "QCNL*status code: 404" },
      "There is no attestation certificate for this platform: it was not registered, or a BIOS "
      "update gave it new keys.",
      "Register the platform (PCKIDRetrievalTool or mpa_registration): see host.qgs.pccs." },
    { "qgs-platform-unknown",
      { "0xe047", "0xb010" },
      "PCCS does not know this platform, and did not get its certificate from Intel's service "
      "either.",
      "Register the platform with this PCCS (PCKIDRetrievalTool), and look at the log of PCCS: "
      "its API key for Intel's service may be missing." },
    { "qgs-tls",
      { "0xe065", "0xb033" },
      "PCCS refused the connection: its TLS certificate is not trusted.",
      "Give PCCS a certificate that this host trusts. Only if PCCS runs on this host itself, "
      "you may set use_secure_cert to false in /etc/sgx_default_qcnl.conf." },
    { "qgs-network",
      { "0xe019", "0xb005", "0xb006", "QCNL*CURL error", "QCNL*connect to" },
      "QGS cannot connect to PCCS.",
      "Start PCCS, correct pccs_url in /etc/sgx_default_qcnl.conf, and check the proxy and the "
      "firewall." },
    { "qgs-pccs-failed",
      { "0xe044", "0xb011", "QCNL*status code: 5" },
      "PCCS answered with an internal error.",
      "Look at the log of PCCS; restart qgsd once PCCS works." },
    { "qgs-no-quote",
      { "0x11001", "0x1100f" },
      "QGS could not create a quote; this number does not say why.",
      "Find the number in the line before (0xe..., 0xb...) in journalctl -u qgsd and give it to "
      "tdxctl explain." },
    { "qgs-answered-error",
      { "QGS message error code" },
      "QGS could not create a quote for the guest. The number in the line is decimal: 69633 is "
      "0x11001.",
      "Find the numbers 0xe... and 0xb... of the same time in journalctl -u qgsd and give them "
      "to tdxctl explain." },
    { "qgs-no-answer",
      { "End of file before reply received" },
      "QGS closed the connection before it answered.",
      "Look at journalctl -u qgsd; restart qgsd." },
};

const struct errline_table errline_attest = { lines, ARRAY_SIZE(lines) };
