# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Whether a domain runs, which KVM tells by its exits.

settle_s=30

# What KVM counts for the VMs of one QEMU; there are two while a TD is rebuilt.
exits() {
	cat /sys/kernel/debug/kvm/"$(pid_of "$1")"-*/exits | awk '{ n += $1 } END { print n }'
}

# becomes WANTED COMMAND...: what the command prints is that within a while.
becomes() {
	local now
	for _ in $(seq $((settle_s * 2))); do
		now=$("${@:2}")
		[[ $now != "$1" ]] || return 0
		sleep 0.5
	done
	echo "${*:2}: $now instead of $1"
	return 1
}

runs_on() {
	local before
	before=$(exits "$1")
	for _ in $(seq $((settle_s * 2))); do
		[[ $(exits "$1") == "$before" ]] || return 0
		sleep 0.5
	done
	echo "$1 does not run"
	return 1
}
