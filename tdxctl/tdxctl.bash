# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Completion of tdxctl for bash: verbs, options, folders for --root= and XML files for explain.

_tdxctl() {
	local current=${COMP_WORDS[COMP_CWORD]} word verb=''
	local verbs='check status explain metrics validate trial origin'
	local options='--json --root= --watch --dry-run --confirm= --within= --force --help
		--version'

	COMPREPLY=()
	for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
		[[ " $verbs " != *" $word "* ]] || verb=$word
	done
	if [[ $current == --root=* ]]; then
		mapfile -t COMPREPLY < <(compgen -d -- "${current#--root=}")
	elif [[ $current == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
		[[ ${COMPREPLY[*]:-} != --*= ]] || compopt -o nospace 2>/dev/null || true
	elif [[ $verb == explain ]]; then
		mapfile -t COMPREPLY < <(compgen -f -X '!*.xml' -- "$current")
	elif [[ $verb == trial && ${COMP_WORDS[COMP_CWORD-1]} == trial ]]; then
		mapfile -t COMPREPLY < <(compgen -W 'start keep reject status' -- "$current")
	elif [[ -z $verb ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$verbs" -- "$current")
	fi
}
complete -F _tdxctl tdxctl
