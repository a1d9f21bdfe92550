# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# What the tests on a host share. They run as root on a host that has the packages, and undo what they do.

here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/lib/ktap.sh
source "$here/../lib/ktap.sh"
# shellcheck source=tests/lib/wait.sh
source "$here/../lib/wait.sh"

hook=/etc/libvirt/hooks/qemu.d/50-tdx-host
state=/run/tdx-host/domains
work=$(mktemp -d)
journal_begin=$(journalctl -q -n 1 --show-cursor -o cat | sed -n 's/^-- cursor: //p')

# domain_xml NAME [SED SCRIPT]: a small domain of tests/host/domain.xml; prints the file's name.
domain_xml() {
	sed -e "s/@NAME@/$1/" -e "${2-}" "$here/domain.xml" >"$work/$1.xml"
	echo "$work/$1.xml"
}

# What makes a domain one that must be a TD, and a TD.
marked='s,<metadata/>,<metadata><tdx:required xmlns:tdx="urn:tdx-host:1"/></metadata>,'
td="s,<os>,<os firmware='efi'>,; s,<launchSecurity/>,<launchSecurity type='tdx'/>,"
plain='/<launchSecurity/d'

# create NAME [SED SCRIPT]: starts it, stopped before its first instruction: the hook's part is over by then.
create() {
	virsh -q create --paused "$(domain_xml "$1" "${2-$plain}")"
}

# td_xml NAME VCPUS MIB: the example without its disk and the mark that no software TDX module satisfies; prints the
# file's name. Its firmware accepts the memory and then waits for something to boot.
td_xml() {
	sed "s,<name>.*,<name>$1</name>,; s,<vcpu>.*,<vcpu>$2</vcpu>,; s,<memory .*,<memory unit='MiB'>$3</memory>,
		/<disk /,/<\/disk>/d; /<console /d; /<tdx:required/d" "$here/../../docs/examples/td.xml" >"$work/$1.xml"
	echo "$work/$1.xml"
}

# create_td NAME: a small TD, stopped before its first instruction.
create_td() {
	virsh -q create --paused "$(td_xml "$1" 1 256)"
}

# QEMU of a domain.
pid_of() {
	pgrep -f "guest=$1,"
}

# What KVM says of TDX, not the tools that are tested here.
has_tdx() {
	grep -q '^tdx ' /sys/fs/cgroup/misc.capacity
}

keyids_used() {
	sed -n 's/^tdx //p' /sys/fs/cgroup/misc.current
}

# refused REASON NAME SED-SCRIPT: libvirt does not start the domain and shows the hook's one line.
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

# journal FIELD=VALUE: how many records with it there are since this test began.
journal() {
	journalctl --sync
	journalctl -q --after-cursor="$journal_begin" -o cat --output-fields=MESSAGE "$1" | grep -c . || true
}

# Only what this test created: the host may run others.
destroy_all() {
	local xml
	for xml in "$work"/*.xml; do
		virsh -q destroy "$(basename "$xml" .xml)" >/dev/null 2>&1 || true
	done
}
