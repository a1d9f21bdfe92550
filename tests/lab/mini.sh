# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the programs share that boot kernel-tdx in a machine without disk and userland: tests/lab/mini and tests/lab/intel.
# Source it after common.sh, with two functions:
#
#	own_option OPTION...	takes an option that only this program has, the first of those that follow; fails if it has no
#				such option; sets taken=2 if the option has a value
#	emulate			boots $image with $initramfs, the kernel arguments $append, $cpus CPUs and $memory MiB; the
#				kernel's log goes to the file $console, what the command prints to stdout
#
# and these variables: name, memory, cpus, which options then change, and vendor, KVM's module for the machine's CPUs.
# Then call run_machine "$@".

# shellcheck source=tests/lib/splat.sh
source "$TOP/tests/lib/splat.sh"

program=${0##*/}
config=${TDX_HOST_MINI_CONFIG-} append='' search=1 ignored='' with_kernel='' first_modules='' modules='' with=()

# take_options [OPTION...]: sets the variables that options set; sets command to what follows the options.
take_options() {
	while [[ ${1-} == --* ]]; do
		case $1 in
		--may-complain) search='' ;;
		--may-run-out) ignored='/ invoked oom-killer: /,/ oom-kill:/d' ;;
		--softmod) first_modules="sha512_generic tdx_softmod:i_know_this_is_not_tdx=1,strict=1 ${vendor:?}" ;;
		--with-kernel) with_kernel=1 ;;
		--config | --name | --with | --modules | --memory | --cpus | --append)
			[[ $# -ge 2 ]] || die "$program: $1 needs a value"
			# shellcheck disable=SC2034 # used by emulate()
			case $1 in
			--config) config=$2 ;;
			--name) name=$2 ;;
			--with) with+=("$2") ;;
			--modules) modules=$2 ;;
			--memory) memory=$2 ;;
			--cpus) cpus=$2 ;;
			--append) append=$2 ;;
			esac
			shift
			;;
		*)
			taken=1
			own_option "$@" ||
				die "$program: unknown option $1; the options are in the head of tests/lab/$program"
			[[ $# -ge $taken ]] || die "$program: $1 needs a value"
			shift $((taken - 1))
			;;
		esac
		shift
	done
	[[ $# -gt 0 ]] || die "$program: which command? usage: tests/lab/$program [OPTION...] COMMAND [ARG...]"
	command=("$@")
}

# find_kernel: sets obj to the folder of the kernel of --config, or packages to that of the packaged kernel.
find_kernel() {
	if [[ -n $config ]]; then
		obj=$TDX_HOST_BUILD/kernel/$config
		image=$obj/arch/x86/boot/bzImage
		[[ -e $image ]] || die "$program: $image is not there; build that kernel first"
		name+=-$config
	else
		packages=$TDX_HOST_BUILD/kernel/out/rpms
		[[ -d $packages ]] || die "$program: kernel-tdx is not built; run make kernel"
	fi
}

# unpack_packages: unpacks the packaged kernel: its image beside the root folder, its modules into that.
unpack_packages() {
	local package release
	for package in "$packages"/kernel-tdx-{core,modules,softmod}-[0-9]*.rpm; do
		unpack_rpm "$package" "$root" './lib/modules/*'
	done
	release=$(basename "$root"/lib/modules/*)
	image=$out/$name.vmlinuz
	mv "$root/lib/modules/$release/vmlinuz" "$image"
	rm -f "$root/lib/modules/$release/System.map"
	depmod -b "$root" "$release"
}

make_root() {
	mkdir -p "$root"/{bin,dev,proc,sys,tmp,run,t}
	cp "$busybox" "$root/bin/busybox"
	if [[ -n $config && -d $obj/lib/modules ]]; then
		cp -R "$obj/lib" "$root/"
	elif [[ -n $config ]]; then
		make -s -C "$obj" modules_install INSTALL_MOD_PATH="$root" INSTALL_MOD_STRIP=1 >/dev/null
	else
		unpack_packages
	fi
	[[ -z $with_kernel ]] || cp "$image" "$root/t/vmlinuz"
	local path
	for path in "${with[@]}"; do
		cp -aL "$path" "$root/t/"
	done
	# Programs that are not static bring their libraries.
	{ find "$root/t" -type f -perm -u+x -exec ldd {} \; 2>/dev/null || true; } |
		sed -nE 's/.*[[:space:]](\/[^ ]+) \(0x.*/\1/p' | sort -u | xargs -rI{} install -D {} "$root/{}"
	# Write "NAME:PARAMETER=VALUE,... NAME" as one line for each module: "NAME PARAMETER=VALUE ..."
	tr ' ' '\n' <<<"$first_modules $modules" | sed -e 's/[:,]/ /g' -e '/^$/d' >"$root/modules"
	printf '%q ' "${command[@]}" >"$root/command"
	cp "$TOP/tests/lab/mini-init" "$root/init"
	(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 >"$initramfs"
}

# complaints [OPTION...]: prints the lines of the kernel's log in which it complains; the options are grep's.
complaints() {
	sed "$ignored" "$console" | grep -nE "$@" "$SPLAT"
}

# verdict: exits with the exit status of the command, or with an error if it has none or if the kernel complained.
verdict() {
	local exit_code found
	exit_code=$(sed -n 's/.*mini: exit \([0-9]*\).*/\1/p' "$console" | tail -n 1)
	if [[ -z $exit_code ]]; then
		grep -v 'warning: TCG' "$out/$name.emulator" >&2 || true
		tail -n 40 "$console" >&2
		die "$program: the machine ended before the command did; the kernel's log is $console"
	fi
	if [[ -n $search ]] && found=$(complaints); then
		complaints -A 40 | head -n 80 >&2
		die "$program: the kernel complains: $(head -n 1 <<<"$found" | cut -c 1-200); its log is $console"
	fi
	exit "$exit_code"
}

run_machine() {
	take_options "$@"
	find_kernel
	busybox=$(command -v busybox) || die "$program: busybox is not installed; run scripts/install-deps lab"
	need_memory $((memory / 1024 + 1)) "a virtual machine"

	out=$TDX_HOST_BUILD/lab/mini
	root=$out/$name.root
	console=$out/$name.console
	initramfs=$out/$name.initramfs
	mkdir -p "$out"
	rm -rf "$root" "$console"
	trap 'rm -rf "$root"' EXIT
	make_root
	echo "watch: $console" >&2
	emulate </dev/null 2>"$out/$name.emulator" | tee "$out/$name.out" || true
	rm -f "$initramfs" "$out/$name.vmlinuz"
	verdict
}
