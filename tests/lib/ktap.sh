# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# KTAP for shell tests.
#	ktap_check ID COMMAND...	runs COMMAND and prints a result line; COMMAND's last line of output becomes its comment;
#					$ktap_rc is COMMAND's exit status
#	ktap_end			prints the plan; fails if a check failed or none ran

ktap_n=0
ktap_rc=0
ktap_failed=0

# ktap_line VERDICT ID COMMENT: prints a result line; VERDICT is "ok" or "not ok"
ktap_line() {
	ktap_n=$((ktap_n + 1))
	[[ $1 == ok ]] || ktap_failed=$((ktap_failed + 1))
	printf '%s %d - %s # %s\n' "$1" "$ktap_n" "$2" "$(tr -cd '[:print:]' <<<"$3" | cut -c 1-200)"
}

# Runs the command in a subshell with errexit on. Do not call it in a condition (if, !, &&
# or ||): bash ignores errexit there, in subshells too, and a failure would be lost.
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
