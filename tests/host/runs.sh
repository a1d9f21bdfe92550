# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Functions that wait until a domain runs. While it does, KVM's count of the exits of its vCPUs grows.

# exits NAME: the number of exits of the domain. While a TD is rebuilt for a reset its QEMU has two VMs: add them up.
exits() {
	cat /sys/kernel/debug/kvm/"$(pid_of "$1")"-*/exits | awk '{ n += $1 } END { print n }'
}

# becomes WANTED COMMAND...: waits until COMMAND prints WANTED.
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
