#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by dracut. Warns on the console if the kernel will refuse TDX because it can hibernate, as kernels of
# distributions do; kernel-tdx refuses to hibernate instead. TDX_HOST_SYSROOT is for tests.

case $(cat "${TDX_HOST_SYSROOT-}/proc/sys/kernel/osrelease") in
*+tdx) ;;
*)
	if ! getargbool 0 nohibernate && [ -e "${TDX_HOST_SYSROOT-}/sys/power/disk" ] &&
		! grep -q '\[disabled\]' "${TDX_HOST_SYSROOT-}/sys/power/disk"; then
		warn "tdx-host: nohibernate is not on the kernel command line, this kernel will refuse TDX"
	fi
	;;
esac
