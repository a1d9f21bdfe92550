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

# content_key PATH...: one digest of the contents and names of files and folders.
content_key() {
	local path
	for path in "$@"; do
		[[ -e $path ]] || die "content_key: $path does not exist"
	done
	find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum |
		sed "s,$TOP/,," | sha256sum | cut -c 1-16
}
