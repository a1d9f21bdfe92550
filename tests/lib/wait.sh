# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Waits that a slow machine makes longer, and that end only where nothing goes on any more.
#	wait_until WHAT SIGN COMMAND [ARGUMENT...]
#
# It ends when COMMAND succeeds, or when the command SIGN has printed the same for a time that follows the slowness of
# the machine (TDX_HOST_SLOWNESS, which tests/runner measures); with '' for SIGN that time begins once. A test that
# passes never waits for it.

patience_s=240
# By hand, where nobody measured.
unknown_slowness=4
# The output of the test, also where ktap_check takes that of a check: signs of life are for the runner.
exec {life}>&1

# scaled SECONDS: of the machine that the plan's times come from, in seconds of this one, rounded up.
scaled() {
	awk -v s="$1" -v by="${TDX_HOST_SLOWNESS:-$unknown_slowness}" 'BEGIN { n = int(s * by); print n < s * by ? n + 1 : n }'
}

wait_until() {
	local what=$1 sign=${2:-true} seen now end allowed_s
	shift 2
	allowed_s=$(scaled "$patience_s")
	seen=$("$sign")
	end=$((SECONDS + allowed_s))
	until "$@"; do
		now=$("$sign")
		if [[ $now != "$seen" ]]; then
			seen=$now end=$((SECONDS + allowed_s))
			printf 'progress: %s: %s\n' "$what" "${now//$'\n'/ }" >&"$life"
		fi
		((SECONDS < end)) || { echo "$what: not yet, and nothing new for $allowed_s s${seen:+: $seen}"; return 1; }
		sleep 0.5
	done
}
