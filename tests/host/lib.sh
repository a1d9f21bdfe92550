# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# What the tests that run on a host share. They run as root on a host that has the packages, and undo what they do.

here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib/ktap.sh
source "$here/../lib/ktap.sh"
# shellcheck source=tests/lib/wait.sh
source "$here/../lib/wait.sh"

hook=/etc/libvirt/hooks/qemu.d/50-tdx-host
state=/run/tdx-host/domains
work=$(mktemp -d)
# KVM's module for this CPU.
vendor=kvm_amd
! grep -qw vmx /proc/cpuinfo || vendor=kvm_intel
journal_begin=$(journalctl -q -n 1 --show-cursor -o cat | sed -n 's/^-- cursor: //p')

# domain_xml NAME [SED-SCRIPT]: writes the small domain of tests/host/domain.xml, edited by the script; prints the name of
# the file.
domain_xml() {
	sed -e "s/@NAME@/$1/" -e "${2-}" "$here/domain.xml" >"$work/$1.xml"
	echo "$work/$1.xml"
}

# Sed scripts for domain_xml: mark the domain as one that must be a TD; make it a TD; make it an ordinary one.
marked='s,<metadata/>,<metadata><tdx:required xmlns:tdx="urn:tdx-host:1"/></metadata>,'
td="s,<os>,<os firmware='efi'>,; s,<launchSecurity/>,<launchSecurity type='tdx'/>,"
plain='/<launchSecurity/d'

# create NAME [SED-SCRIPT]: creates the domain, paused before its first instruction. The hook has been called by then.
create() {
	virsh -q create --paused "$(domain_xml "$1" "${2-$plain}")"
}

# td_xml NAME VCPUS MIB: writes the TD of docs/examples without its disk, and without the mark that it must be protected,
# which is refused on a software TDX module; prints the name of the file. The TD's firmware accepts its memory and then
# waits for something to boot.
td_xml() {
	sed "s,<name>.*,<name>$1</name>,; s,<vcpu>.*,<vcpu>$2</vcpu>,; s,<memory .*,<memory unit='MiB'>$3</memory>,
		/<disk /,/<\/disk>/d; /<console /d; /<tdx:required/d" "$here/../../docs/examples/td.xml" >"$work/$1.xml"
	echo "$work/$1.xml"
}

# create_td NAME: creates a small TD, paused before its first instruction.
create_td() {
	virsh -q create --paused "$(td_xml "$1" 1 256)"
}

# pid_of NAME: the process ID of the domain's QEMU.
pid_of() {
	pgrep -f "guest=$1,"
}

# Whether KVM offers TDX. The kernel is asked, not the tools that are tested here.
has_tdx() {
	grep -q '^tdx ' /sys/fs/cgroup/misc.capacity
}

keyids_used() {
	sed -n 's/^tdx //p' /sys/fs/cgroup/misc.current
}

# refused REASON NAME SED-SCRIPT: fails unless libvirt refuses to start the domain and shows one line of the hook, with this
# reason token.
refused() {
	local said lines
	if said=$(create "$2" "$3" 2>&1); then
		echo "$2 was started"
		return 1
	fi
	lines=$(grep -o "tdx-host: $2: .*" <<<"$said") || { echo "no line of the hook: $said"; return 1; }
	[[ $(wc -l <<<"$lines") -eq 1 ]] || { echo "$lines"; return 1; }
	[[ $lines == *" refused: $1: "* ]] || { echo "another reason: $lines"; return 1; }
	! virsh -q list --all --name | grep -x "$2" || return 1
	echo "$lines"
}

# journal FIELD=VALUE: prints how many journal records have this field since the test began.
journal() {
	journalctl --sync
	journalctl -q --after-cursor="$journal_begin" -o cat --output-fields=MESSAGE "$1" | grep -c . || true
}

# Destroys only the domains that this test created: the host may run others.
destroy_all() {
	local xml
	for xml in "$work"/*.xml; do
		virsh -q destroy "$(basename "$xml" .xml)" >/dev/null 2>&1 || true
	done
}
