# SPDX-License-Identifier: GPL-2.0-or-later
"""The merged production configuration holds what kernel/configs/host.required says that it must."""

TABLE = "kernel/configs/host.required"
MERGED = "kernel/configs/merged/host.config"


def _symbols(tree):
    lines = (line.split("=", 1) for line in tree.lines(MERGED) if line.startswith("CONFIG_"))
    return {symbol[len("CONFIG_"):]: value for symbol, value in lines}


def required(tree):
    tree.need([f for f in tree.files if f == TABLE], "table of required symbols")
    symbols, seen, findings = _symbols(tree), set(), []
    for number, line in enumerate(tree.lines(TABLE), 1):
        if not line or line.startswith("#"):
            continue
        row = line.split("\t")
        if len(row) != 3 or not all(row):
            findings.append(f"{TABLE}:{number}: not SYMBOL, VALUE and REASON with one tab between each two")
            continue
        symbol, wanted, reason = row
        # A symbol that is off may be unknown, too: then what it depends on is off.
        value = symbols.get(symbol, "n")
        if symbol in seen:
            findings.append(f"{TABLE}:{number}: {symbol} a second time")
        if value != wanted:
            findings.append(f"{MERGED}:1: {symbol} is {value} and must be {wanted}: {reason}")
        seen.add(symbol)
    return f"{len(seen)} symbols", findings
