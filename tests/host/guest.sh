# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# One guest of tests/lab/build-guest: its domain, its start, what it says on its console. Wants $kind (plain, td) and
# $suite, and takes what guest_options leaves behind.

images=/var/lib/libvirt/images
memory_mib=512 vcpus=2 example=td serial='' looks=''

# guest_options [--memory MIB] [--vcpus N] [--quotes] [--host-kernel] [--serial TEXT]: sets $name, which tells memory and
# vCPUs if they are not the usual ones, and what follows from it. The serial number is the disk's;
# tests/lab/guest-image tells what the guest makes of it.
guest_options() {
	name=guest-$kind-$suite
	while (($#)); do
		case $1 in
		--memory) memory_mib=$2 name+=-$2m && shift ;;
		--vcpus) vcpus=$2 name+=-$2vcpu && shift ;;
		--quotes) example=td-quotes ;;
		--host-kernel) looks=1 ;;
		--serial) serial=$2 && shift ;;
		*) echo "error: $1: not an option; see the head of tests/host/guest.sh" >&2 && exit 1 ;;
		esac
		shift
	done
	id=guest.${name#guest-}
	base=/dev/disk/by-id/virtio-guest-$suite
	console=/var/log/libvirt/qemu/$name-console.log
	[[ -b $base ]] || { echo "error: no $base; run tests/lab/build-guest $suite tests/host/guest-check and start the lab host anew" >&2; exit 1; }
}

# An ordinary guest gets the kernel of its disk without firmware: the emulator below the lab host does not survive UEFI
# firmware in a guest of AMD-V that writes CR8 while an interrupt is pending.
take_kernel() {
	mkdir "$work/root"
	mount -o ro,noload "$base-part2" "$work/root"
	cp "$work"/root/boot/vmlinuz-* "$images/$name.vmlinuz"
	cp "$work"/root/boot/initrd.img-* "$images/$name.initrd"
	umount "$work/root"
}

# The example as a person has it, but for the size, the disk, the network, the console's file, the mark that it must be
# protected, which the hook does not let start on a software TDX module, and, where it is to be no TD, what makes it one.
make_xml() {
	local edit="s,<name>.*,<name>$name</name>,; s,$images/$example.qcow2,$images/$name.qcow2,;
		s,<memory .*,<memory unit='MiB'>$memory_mib</memory>,; s,<vcpu>.*,<vcpu>$vcpus</vcpu>,;
		s,<serial type='pty'/>,<serial type='file'><source path='$console'/></serial>,; /<console /d; /<tdx:required/d;
		/<interface /,/<\/interface>/d"
	local arguments
	[[ -z $serial ]] || edit+="; s,<target dev='vda'.*,&<serial>$serial</serial>,"
	if [[ $kind == plain ]]; then
		take_kernel
		arguments="root=UUID=$(blkid -o value -s UUID "$base-part2") ro console=ttyS0 loglevel=6"
		arguments+=" systemd.show_status=no guest-check"
		edit+="; /<launchSecurity/d; s,<os firmware='efi'>,<os>,
			s,</type>,&<kernel>$images/$name.vmlinuz</kernel><initrd>$images/$name.initrd</initrd><cmdline>$arguments</cmdline>,"
	fi
	sed "$edit" "$here/../../docs/examples/$example.xml" >"$work/$name.xml"
	virt-xml-validate "$work/$name.xml" domain >/dev/null
	echo "$memory_mib MiB, $vcpus vCPUs"
}

start() {
	rm -f "$console"
	qemu-img create -q -f qcow2 -F raw -b "$base" "$images/$name.qcow2"
	virsh -q create "$work/$name.xml"
	virsh domstate "$name"
}

is_there() {
	virsh -q list --name | grep -x "$name" >/dev/null
}

is_gone() {
	! is_there
}

# How far the guest is: lines that it repeats, but for numbers in them, do not count.
console_lines() {
	echo "$(tr -d '0-9' <"$console" 2>/dev/null | sort -u | wc -l) different lines on its console"
}

has_said() {
	grep -aq "$wanted" "$console" || is_gone
}

# says TEXT: the guest has said TEXT on its console; 1 if it ends before, or says nothing new any more.
says() {
	local wanted=$1
	wait_until "$name says '$1'" console_lines has_said
	grep -aq "$1" "$console" || { echo "the guest ended before it said '$1'"; return 1; }
}

ends() {
	wait_until "$name ends" console_lines is_gone
}

# What a TD takes of the host: KeyIDs now, pages that never came back.
taken() {
	echo "KeyIDs: $(keyids_used | grep . || echo 0)," \
		"leaked pages: $(cat /sys/kernel/debug/kvm/tdx-leaked-pages 2>/dev/null || echo 0)"
}

took_before() {
	[[ $(taken) == "$before" ]]
}

# gives_back TAKEN: the host has again what it had. The last reference goes with a worker of the kernel's.
gives_back() {
	local before=$1
	wait_until "what was there before the guest started ($1)" taken took_before
	taken
}
