# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the negative tests share: a scratch folder $work, and the check that a command refuses as it should.

# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"
# shellcheck source=tests/lib/ktap.sh
source "$TOP/tests/lib/ktap.sh"
# shellcheck source=tests/lib/wait.sh
source "$TOP/tests/lib/wait.sh"

work=$(mktemp -d)
trap 'umount -q "$work/small" 2>/dev/null || true; rm -rf "$work"' EXIT

# refuses WORDS COMMAND...: COMMAND must fail with exactly one error line, which matches the regular expression WORDS.
refuses() {
	local words=$1 rc=0 errors
	shift
	"$@" >"$work/out" 2>"$work/err" </dev/null || rc=$?
	cat "$work/out" "$work/err"
	[[ $rc -ne 0 ]] || { echo "exit 0 for what must be refused"; return 1; }
	errors=$(grep -ch '^error: ' "$work/out" "$work/err" | paste -sd+ | bc)
	[[ $errors -eq 1 ]] || { echo "$errors error lines instead of one"; return 1; }
	grep -hE "^error: .*($words)" "$work/out" "$work/err" ||
		{ echo "the error line does not say: $words"; return 1; }
}

# empty DIR: fails if a file other than locks was left in DIR.
empty() {
	[[ ! -e $1 || -z $(find "$1" -mindepth 1 -not -path '*/lock*' -type f) ]] ||
		{ echo "left behind: $(find "$1" -type f | head -n 3)"; return 1; }
}
