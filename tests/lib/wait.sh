# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# wait_until WHAT SIGN COMMAND [ARGUMENT...]: runs COMMAND again and again until it succeeds.
#
# The command SIGN prints something that changes while the awaited thing gets on. If it has printed the same for
# patience_s seconds, times the slowness of the machine (TDX_HOST_SLOWNESS, which tests/runner measures), wait_until
# fails and says what it waited for (WHAT). With '' for SIGN it fails if COMMAND has not succeeded within that time.
# A test that passes does not wait that long.

patience_s=240
# Assumed for a test that is run by hand, without the runner.
unknown_slowness=4
# A copy of the test's stdout: ktap_check takes the stdout of a check, but `progress:` lines have to reach the runner.
exec {life}>&1

# scaled SECONDS: converts seconds of the machine that the plan's times were measured on to seconds of this one, rounded up.
scaled() {
	awk -v s="$1" -v by="${TDX_HOST_SLOWNESS:-$unknown_slowness}" 'BEGIN { n = int(s * by); print n < s * by ? n + 1 : n }'
}

# different_lines FILE: prints how many different lines a console has, as a SIGN; lines that differ in numbers only count
# once. The number grows while the machine gets on, not while it repeats itself.
different_lines() {
	echo "$(tr -d '0-9' 2>/dev/null <"$1" | sort -u | wc -l) different lines on its console"
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
