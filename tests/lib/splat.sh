# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Sets SPLAT, one regular expression of all lines of splat.patterns. Source it after common.sh.

# shellcheck disable=SC2034
SPLAT=$(grep -v '^#' "$TOP/tests/lib/splat.patterns" | paste -s -d '|')
