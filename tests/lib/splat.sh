# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# How a kernel complains in its log, as one regular expression. Sourced behind common.sh.

# shellcheck disable=SC2034
SPLAT=$(grep -v '^#' "$TOP/tests/lib/splat.patterns" | paste -s -d '|')
