# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Whether a domain runs, which KVM tells by its exits.

# What KVM counts for the VMs of one QEMU; there are two while a TD is rebuilt.
exits() {
	cat /sys/kernel/debug/kvm/"$(pid_of "$1")"-*/exits | awk '{ n += $1 } END { print n }'
}

# becomes WANTED COMMAND...: what the command prints is that after a while.
becomes() {
	local wanted=$1 command=("${@:2}")
	wait_until "${*:2} prints '$1'" print_now prints_wanted
}

print_now() {
	"${command[@]}"
}

prints_wanted() {
	[[ $(print_now) == "$wanted" ]]
}

runs_on() {
	local domain=$1 before
	before=$(exits "$1")
	wait_until "$1 leaves for KVM" '' has_more_exits
}

has_more_exits() {
	[[ $(exits "$domain") != "$before" ]]
}
