# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Every shell script of the project starts with:
#	set -euo pipefail
#	source "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${TDX_HOST_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/tdx-host}"
: "${TDX_HOST_BUILD:=$TOP/build}"
: "${TDX_HOST_JOBS:=$(nproc)}"
export TOP TDX_HOST_CACHE TDX_HOST_BUILD TDX_HOST_JOBS

# say TEXT...: prints a line about what the script does now.
say() {
	printf '%s: %s\n' "${0##*/}" "$*"
}

# die TEXT...: prints the error line, which is to say "WHAT: WHY; FIX", and exits with status 1.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# skip REASON: ends a test or step that cannot run here.
skip() {
	printf 'skip: %s\n' "$*" >&2
	exit 77
}

# with_progress DIR TOTAL COMMAND...: while COMMAND runs, prints how many object files it has written to DIR, of about
# TOTAL. The runner takes such a line as a sign that the step gets on.
with_progress() {
	local dir=$1 total=$2 begin reporter rc=0
	begin=$(mktemp)
	(
		trap 'kill $!; exit' TERM
		while sleep "${progress_every_s-15}" & wait $!; do
			printf 'progress: %d of about %d objects\n' \
				"$(find "$dir" -name '*.o' -newer "$begin" 2>/dev/null | wc -l)" "$total"
		done
	) &
	reporter=$!
	"${@:3}" || rc=$?
	kill "$reporter"
	wait "$reporter" 2>/dev/null || true
	rm -f "$begin"
	return "$rc"
}

# value TEXT: prints what the step measured or produced; the runner puts it into the report.
value() {
	printf 'value: %s\n' "$*"
}

# need_root WHY: ends the script if it does not run as root.
need_root() {
	[[ $EUID -eq 0 ]] || die "not root: $1; run this as root"
}

# need_space DIR GIB WHY: ends the script if less than GIB are free under DIR, before it fills the disk.
need_space() {
	local dir=$1 gib=$2 why=$3 free_kib
	mkdir -p "$dir"
	free_kib=$(df --output=avail -k "$dir" | tail -n 1)
	((free_kib >= gib * 1024 * 1024)) ||
		die "too little disk: $why needs $gib GiB under $dir, $((free_kib / 1024 / 1024)) GiB are free;" \
			"free some or set TDX_HOST_CACHE and TDX_HOST_BUILD to a larger disk"
}

# need_memory GIB WHY: ends the script if less than GIB of memory are available.
need_memory() {
	local gib=$1 why=$2 avail_kib
	avail_kib=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
	((avail_kib >= gib * 1024 * 1024)) ||
		die "too little memory: $why needs $gib GiB, $((avail_kib / 1024 / 1024)) GiB are available;" \
			"stop other programs or use a larger machine"
}

# Words of a package manager's error when the network is at fault and nothing on this machine.
NET_ERRORS='Could not resolve|Temporary failure|Could not connect|Unable to connect|Connection (timed out|refused|failed)'
NET_ERRORS+='|Network is unreachable|Cannot initiate|Could not wait for server|Curl error'

# die_if_offline LOG: if LOG holds an error of the network, ends the script with that error and what to do about it.
die_if_offline() {
	local said
	said=$(grep -E "$NET_ERRORS" "$1" | tail -n 1 | sed -E 's/^ *(E|W|Err|Error)?: *//') || return 0
	die "no network to the package mirrors: $said; connect this machine" \
		"(or set a proxy for the package manager) and run again"
}

# locked NAME COMMAND...: runs COMMAND while it holds the lock NAME, which one process of this cache can hold at a time.
# Do not call it in a condition (if, !, && or ||): bash ignores errexit in COMMAND there.
locked() {
	mkdir -p "$TDX_HOST_CACHE/lock"
	(
		flock 9
		# A process that COMMAND leaves running must not keep the lock.
		"${@:2}" 9>&-
	) 9>"$TDX_HOST_CACHE/lock/$1"
}

# make_once DIR MAKER...: makes the folder DIR of the cache, unless it is there. MAKER fills a new folder, which it gets as
# its last argument, and which is renamed to DIR. One MAKER runs at a time; if it fails, nothing is left. As with locked,
# do not call it in a condition.
make_once() {
	local dir=$1 kind=${1#"$TDX_HOST_CACHE/"}
	if [[ ! -d $dir ]]; then
		locked "${kind%%/*}" fill_once "$@"
	fi
	touch "$dir"
}

fill_once() {
	local dir=$1
	[[ ! -d $dir ]] || return 0
	rm -rf --one-file-system "$dir.tmp"
	mkdir -p "$dir.tmp"
	# shellcheck disable=SC2064 # expand the name now
	trap "rm -rf --one-file-system '$dir.tmp'" EXIT
	"${@:2}" "$dir.tmp"
	mv "$dir.tmp" "$dir"
	[[ ${dir%/*} == "$TDX_HOST_CACHE" ]] || forget_old "${dir%/*}"
}

# forget_old DIR: removes the folders in DIR, except the two that were used last and those that were used within a day,
# with which another checkout may work.
forget_old() {
	find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\0' | sort -zrn | tail -zn +3 | cut -zd ' ' -f 2- |
		xargs -0 -rI '{}' find '{}' -maxdepth 0 -mmin +1440 -print0 | xargs -0 -r rm -rf --one-file-system
}

# content_key PATH...: prints one digest over the names and contents of all these files and folders.
content_key() {
	local path
	for path in "$@"; do
		[[ -e $path ]] || die "content_key: $path does not exist"
	done
	find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
		sed "s,$TOP/,," | sha256sum | cut -c 1-16
}

# unpack_rpm RPM DIR [PATTERN]: unpacks the files of a package into DIR: all, or those whose names match PATTERN.
unpack_rpm() {
	rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet "${@:3}")
}
