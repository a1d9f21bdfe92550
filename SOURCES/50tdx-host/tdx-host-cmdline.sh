#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by dracut. Says on the console what would otherwise be found hours later: kernels up to now refuse TDX
# if they could hibernate.

if ! getargbool 0 nohibernate && [ -e /sys/power/disk ] && ! grep -q '\[disabled\]' /sys/power/disk; then
	warn "tdx-host: nohibernate is not on the kernel command line, this kernel will refuse TDX"
fi
