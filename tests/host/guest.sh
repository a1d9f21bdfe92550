# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# Functions for one guest with the disk of tests/lab/build-guest: make its domain, start it, wait for text on its console.
# The script that sources this sets $kind (plain or td) and $suite, and calls guest_options before any other function.

images=/var/lib/libvirt/images
memory_mib=512 vcpus=2 example=td serial='' looks=''

# guest_options [--memory MIB] [--vcpus N] [--quotes] [--host-kernel] [--serial TEXT]: sets $name, which holds memory and
# vCPUs if they are not the defaults, and the other variables. TEXT becomes the serial number of the disk; programs in
# tests/lab/guest-image read it.
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

# take_kernel: copies kernel and initramfs from the disk, because an ordinary guest is booted without firmware. The emulator
# that runs the lab host crashes when UEFI firmware in a guest of AMD-V writes CR8 while an interrupt is pending.
take_kernel() {
	mkdir "$work/root"
	mount -o ro,noload "$base-part2" "$work/root"
	cp "$work"/root/boot/vmlinuz-* "$images/$name.vmlinuz"
	cp "$work"/root/boot/initrd.img-* "$images/$name.initrd"
	umount "$work/root"
}

# make_xml: writes the domain: the example of docs/examples with another size and disk, without network, and with its console
# in a file. The mark that the domain must be protected goes, because the hook refuses it where TDX is a software module. For
# an ordinary guest, what makes the domain a TD goes, too.
make_xml() {
	local edit="s,<name>.*,<name>$name</name>,; s,$images/$example.qcow2,$images/$name.qcow2,;
		s,<memory .*,<memory unit='MiB'>$memory_mib</memory>,; s,<vcpu>.*,<vcpu>$vcpus</vcpu>,;
		s,<serial type='pty'/>,<serial type='file'><source path='$console'/></serial>,; /<console /d; /<tdx:required/d;
		/<interface /,/<\/interface>/d"
	local arguments
	[[ -z $serial ]] || edit+="; s,<target dev='vda'.*,&<serial>$serial</serial>,"
	if [[ $kind == plain ]]; then
		take_kernel
		arguments="root=UUID=$(blkid -o value -s UUID "$base-part2") ro console=ttyS0,115200 loglevel=6"
		arguments+=" systemd.show_status=no guest-check"
		edit+="; /<launchSecurity/d; s,<os firmware='efi'>,<os>,
			s,</type>,&<kernel>$images/$name.vmlinuz</kernel><initrd>$images/$name.initrd</initrd><cmdline>${arguments//,/\\,}</cmdline>,"
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

console_lines() {
	different_lines "$console"
}

has_said() {
	grep -aq "$wanted" "$console" || is_gone
}

# says TEXT: waits until the guest has printed TEXT on its console; fails if it ends before, or prints nothing new any more.
says() {
	local wanted=$1
	wait_until "$name says '$1'" console_lines has_said
	grep -aq "$1" "$console" || { echo "the guest ended before it said '$1'"; return 1; }
}

ends() {
	wait_until "$name ends" console_lines is_gone
}

# taken: prints what TDs hold of the host: the KeyIDs in use, and the pages that were never given back.
taken() {
	echo "KeyIDs: $(keyids_used | grep . || echo 0)," \
		"leaked pages: $(cat /sys/kernel/debug/kvm/tdx-leaked-pages 2>/dev/null || echo 0)"
}

took_before() {
	[[ $(taken) == "$before" ]]
}

# gives_back TAKEN: waits until the host has back what the guest took since taken printed TAKEN. A kernel worker drops the
# last reference to a TD, so this may be later than the end of QEMU.
gives_back() {
	local before=$1
	wait_until "what was there before the guest started ($1)" taken took_before
	taken
}
