#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck disable=SC2154 # moddir, initdir: set by dracut
#
# dracut module of tdx-host. It puts into the initramfs the module option that turns TDX on, as KVM may be loaded there
# already, and a script that saves the lines of the kernel log about TDX before newer messages overwrite them.

check() {
	require_binaries dmesg grep awk || return 1
	return 0
}

depends() {
	return 0
}


install() {
	inst_multiple dmesg grep awk cat chmod mkdir mv rm
	inst_simple "${TDX_HOST_MODPROBE:-/usr/lib/modprobe.d/50-tdx-host.conf}" /usr/lib/modprobe.d/50-tdx-host.conf
	inst_multiple -o -H '/etc/modprobe.d/*tdx-host*.conf'
	inst_script "$moddir/record" /usr/libexec/tdx-host/record
	inst_hook cmdline 50 "$moddir/tdx-host-cmdline.sh"
	inst_hook pre-pivot 50 "$moddir/tdx-host-record.sh"
}
