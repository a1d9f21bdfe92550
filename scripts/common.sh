# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every shell script of the project starts with:
#	set -euo pipefail
#	source "$(dirname "${BASH_SOURCE[0]}")/../scripts/common.sh"

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${TDX_HOST_CACHE:=${XDG_CACHE_HOME:-$HOME/.cache}/tdx-host}"
: "${TDX_HOST_BUILD:=$TOP/build}"
: "${TDX_HOST_JOBS:=$(nproc)}"
export TOP TDX_HOST_CACHE TDX_HOST_BUILD TDX_HOST_JOBS

# say TEXT...: one line of progress.
say() {
	printf '%s: %s\n' "${0##*/}" "$*"
}

# die WHAT-WHY-FIX: the one line a person needs, then a non-zero exit.
die() {
	printf 'error: %s\n' "$*" >&2
	exit 1
}

# skip REASON: ends a test or step that can not run here.
skip() {
	printf 'skip: %s\n' "$*" >&2
	exit 77
}

# with_progress DIR TOTAL COMMAND...: says while COMMAND runs how many of TOTAL objects are in DIR that were not there
# before; the runner takes that for a sign of life.
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

# value TEXT: what the step measured or produced, for the report.
value() {
	printf 'value: %s\n' "$*"
}

# need_root WHY
need_root() {
	[[ $EUID -eq 0 ]] || die "not root: $1; run this as root"
}

# need_space DIR GIB WHY: refuses to start what would fill the disk half-way.
need_space() {
	local dir=$1 gib=$2 why=$3 free_kib
	mkdir -p "$dir"
	free_kib=$(df --output=avail -k "$dir" | tail -n 1)
	((free_kib >= gib * 1024 * 1024)) ||
		die "too little disk: $why needs $gib GiB under $dir, $((free_kib / 1024 / 1024)) GiB are free;" \
			"free some or set TDX_HOST_CACHE and TDX_HOST_BUILD to a larger disk"
}

# need_memory GIB WHY
need_memory() {
	local gib=$1 why=$2 avail_kib
	avail_kib=$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)
	((avail_kib >= gib * 1024 * 1024)) ||
		die "too little memory: $why needs $gib GiB, $((avail_kib / 1024 / 1024)) GiB are available;" \
			"stop other programs or use a larger machine"
}

# What a package manager says when the network is at fault, and nothing on this machine.
NET_ERRORS='Could not resolve|Temporary failure|Could not connect|Unable to connect|Connection (timed out|refused|failed)'
NET_ERRORS+='|Network is unreachable|Cannot initiate|Could not wait for server|Curl error'

# die_if_offline LOG: ends with the one failure of the network that a person can act on, if LOG tells of it.
die_if_offline() {
	local said
	said=$(grep -E "$NET_ERRORS" "$1" | tail -n 1 | sed -E 's/^ *(E|W|Err|Error)?: *//') || return 0
	die "no network to the package mirrors: $said; connect this machine" \
		"(or set a proxy for the package manager) and run again"
}

# locked NAME COMMAND...: one at a time on this machine. Must not be called behind if, !, && or ||: there bash
# ignores errexit in COMMAND.
locked() {
	mkdir -p "$TDX_HOST_CACHE/lock"
	(
		flock 9
		# What COMMAND leaves running must not hold the lock.
		"${@:2}" 9>&-
	) 9>"$TDX_HOST_CACHE/lock/$1"
}

# make_once DIR MAKER...: lets MAKER fill the folder that it gets as its last argument, which becomes DIR of the
# cache; nothing if DIR is there. One maker at a time; one that fails leaves nothing. As locked, not behind if.
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
	# shellcheck disable=SC2064 # the name as it is now
	trap "rm -rf --one-file-system '$dir.tmp'" EXIT
	"${@:2}" "$dir.tmp"
	mv "$dir.tmp" "$dir"
	[[ ${dir%/*} == "$TDX_HOST_CACHE" ]] || forget_old "${dir%/*}"
}

# forget_old DIR: of the folders in DIR, keeps the two that were used last, and what was used within a day: another
# checkout may work with it.
forget_old() {
	find "$1" -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\0' | sort -zrn | tail -zn +3 | cut -zd ' ' -f 2- |
		xargs -0 -rI '{}' find '{}' -maxdepth 0 -mmin +1440 -print0 | xargs -0 -r rm -rf --one-file-system
}

# content_key PATH...: one digest of the contents and names of files and folders.
content_key() {
	local path
	for path in "$@"; do
		[[ -e $path ]] || die "content_key: $path does not exist"
	done
	find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
		sed "s,$TOP/,," | sha256sum | cut -c 1-16
}

# unpack_rpm RPM DIR [PATTERN]: puts the files of a package into DIR, all or those that match.
unpack_rpm() {
	rpm2cpio "$1" | (cd "$2" && cpio -idm --quiet "${@:3}")
}
