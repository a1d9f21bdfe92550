# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# KTAP for shell tests: one line a check, the plan counted, zero checks a failure.
#	ktap_check ID COMMAND...	COMMAND's last line is the value or the reason; $ktap_rc
#	ktap_end			prints the plan; fails if a check failed

ktap_n=0
ktap_rc=0
ktap_failed=0

# ktap_line VERDICT ID COMMENT
ktap_line() {
	ktap_n=$((ktap_n + 1))
	[[ $1 == ok ]] || ktap_failed=$((ktap_failed + 1))
	printf '%s %d - %s # %s\n' "$1" "$ktap_n" "$2" "$(tr -cd '[:print:]' <<<"$3" | cut -c 1-200)"
}

# Runs the command in a subshell with errexit on. Must not be called behind if, !, &&
# or ||: there bash ignores errexit, in subshells too, and a failure would be lost.
ktap_check() {
	local id=$1 said verdict=ok saved=$-
	shift
	set +e
	said=$(
		set -e
		"$@" 2>&1
	)
	ktap_rc=$?
	[[ $saved != *e* ]] || set -e
	if [[ $ktap_rc -ne 0 ]]; then
		verdict='not ok'
		printf '# %s\n' "${said//$'\n'/$'\n# '}"
	fi
	ktap_line "$verdict" "$id" "$(grep . <<<"$said" | tail -n 1)"
}

ktap_end() {
	printf '1..%d\n' "$ktap_n"
	if ((ktap_n == 0)); then
		printf 'error: no check ran\n' >&2
		return 1
	fi
	if ((ktap_failed > 0)); then
		printf 'error: %d of %d checks failed; each is described above\n' "$ktap_failed" "$ktap_n" >&2
		return 1
	fi
}
