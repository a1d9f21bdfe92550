# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# How a kernel complains in its log. Sourced.

# shellcheck disable=SC2034
SPLAT='BUG:|WARNING:|Oops|general protection|KASAN:|UBSAN:|possible circular|suspicious RCU'
SPLAT+='|blocked for more than|soft lockup|rcu_\w+ detected|Call Trace|unchecked MSR'
