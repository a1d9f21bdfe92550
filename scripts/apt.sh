# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Finds where to fetch Debian's packages, so that no file of the tree has to name a mirror: from the mirrors of this
# machine's apt configuration, then from TDX_HOST_DEBIAN_MIRROR (a URL such as SCHEME://HOST/debian). Source it after
# common.sh.

DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_sources: prints a line "SUITE URI" for each source of this machine's apt configuration, then a line "- URI" for
# TDX_HOST_DEBIAN_MIRROR.
apt_sources() {
	local said
	if command -v apt-get >/dev/null; then
		# shellcheck disable=SC2016 # apt fills these in
		said=$(apt-get indextargets --no-release-info --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>&1) ||
			die "apt configuration: $(sed -n 's/^E: //p' <<<"$said" | head -n 1); correct it"
		# Drop apt's warnings, and all but one of the equal lines that a suite has for its components.
		awk '!/^[A-Z]: / && !seen[$0]++' <<<"$said"
	fi
	[[ -z ${TDX_HOST_DEBIAN_MIRROR-} ]] || printf -- '- %s\n' "$TDX_HOST_DEBIAN_MIRROR"
}

# debian_archives SUITE: prints the URIs to try for SUITE, in this order, also for a suite that apt is not configured to
# use. Security suites are in an archive of their own, which most mirrors have beside the main one.
debian_archives() {
	local sources release uri same='' beside=''
	sources=$(apt_sources) || exit
	while read -r release uri; do
		uri=${uri%/}
		# This URI is a file of this machine that lists mirrors; use the first of them.
		[[ $uri != mirror+file:* ]] || uri=$(awk '!/^#/ && NF { print $1; exit }' "${uri#mirror+file:}" 2>/dev/null) || true
		case $1,$release in
		*-security,*-security) same+="$uri " ;;
		*-security,*) beside+="$(sed -E 's,/debian(/|$),/debian-security\1,' <<<"$uri") " ;;
		*,*-security) ;;
		*) same+="$uri " ;;
		esac
	done <<<"$sources"
	sources=$(tr -s ' ' '\n' <<<"$same$beside" | awk 'NF && !seen[$0]++')
	[[ -n $sources ]] || die "no Debian mirror: this machine's apt configuration names none that could have $1;" \
		"add one there or set TDX_HOST_DEBIAN_MIRROR"
	printf '%s\n' "$sources"
}

# apt_update DIR OPTIONS URI SUITE: writes DIR/apt.conf, with which apt, run by any user, knows SUITE at URI and no other
# source, and fetches the package lists. OPTIONS go into sources.list. What apt prints is added to DIR/log.
apt_update() {
	mkdir -p "$1"/{state/lists,cache/archives}/partial
	: >"$1/status"
	echo "deb [$2] $3 $4 main" >"$1/sources.list"
	# Check-Valid-Until off: a mirror that lags behind will do. The Post-Invoke hooks are meant for this machine's own
	# package lists.
	cat >"$1/apt.conf" <<-CONF
		Dir::State "$1/state";
		Dir::State::status "$1/status";
		Dir::Cache "$1/cache";
		Dir::Etc::SourceList "$1/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		APT::Sandbox::User "root";
		APT::Update::Error-Mode "any";
		#clear APT::Update::Post-Invoke;
		#clear APT::Update::Post-Invoke-Success;
		Acquire::Check-Valid-Until "false";
		Acquire::Languages "none";
		Acquire::Retries "2";
		Acquire::http::Timeout "20";
		Acquire::https::Timeout "20";
	CONF
	apt-get -q -c "$1/apt.conf" update >>"$1/log" 2>&1
}

# no_archive SUITE LOG URI...: ends the script with the reason, from apt's output in LOG, why none of the URIs has SUITE.
no_archive() {
	die_if_offline "$2"
	die "no Debian mirror has $1: asked ${*:3}; the last answer: $(sed -n 's/^E: //p' "$2" | tail -n 1);" \
		"set TDX_HOST_DEBIAN_MIRROR to one that has it"
}

# debian_mirror SUITE: prints the URI of the first archive that answers and has SUITE with Debian's signature.
debian_mirror() (
	local archives scratch uri
	archives=$(debian_archives "$1") || exit
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	for uri in $archives; do
		# There is no target "none", so apt fetches no package lists, only the signed Release file, which is enough.
		if apt_update "$scratch" "signed-by=$DEBIAN_KEYRING target=none" "$uri" "$1"; then
			printf '%s\n' "$uri"
			return 0
		fi
	done
	# shellcheck disable=SC2086
	no_archive "$1" "$scratch/log" $archives
)

# fetch_from_pool SUITE PATH SHA256 FILE: fetches PATH, a file of Debian's archive, to FILE from the first of the archives to
# try for SUITE that has it with this digest.
fetch_from_pool() {
	local archives uri methods
	archives=$(debian_archives "$1") || exit
	methods=$(apt-config dump --format '%v' Dir::Bin::methods)
	for uri in $archives; do
		say "fetching ${2##*/} from $uri"
		# apt-helper is beside the folder of apt's methods. A file of this machine is linked, not copied.
		if "${methods%/*}/apt-helper" -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=20 \
			-o Acquire::https::Timeout=20 download-file "$uri/$2" "$4" "SHA256:$3" >>"$4.log" 2>&1; then
			rm "$4.log"
			return
		fi
	done
	# The error before this one says why.
	sed -i '/^E: Download Failed/d' "$4.log"
	# shellcheck disable=SC2086
	no_archive "${2##*/}" "$4.log" $archives
}

# with_apt_proxy COMMAND...: runs COMMAND with the proxies of this machine's apt configuration in the environment, for
# programs that do not read that configuration.
with_apt_proxy() {
	local scheme proxy
	for scheme in http https; do
		proxy=$(apt-config dump --format '%f %v%n' Acquire | sed -n "s/^Acquire::$scheme::Proxy //p")
		[[ -z $proxy ]] || set -- "${scheme}_proxy=$proxy" "$@"
	done
	env "$@"
}
