# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the kernel scripts share: where the kernel tree is, what the kernel is called, how to run make.

# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../scripts/common.sh"
# shellcheck source=kernel/base.conf
source "$TOP/kernel/base.conf"

KERNEL_BUILD=$TDX_HOST_BUILD/kernel
TREE=$KERNEL_BUILD/tree
PROJECT_VERSION=$(<"$TOP/VERSION")
# The lab kernel's name, in uname -r, as its module folder and as version and release of the RPMs.
KVERREL=$KERNEL_VERSION-$PROJECT_VERSION.lab.x86_64+tdx
export KERNEL_VERSION KERNEL_BUILD TREE KVERREL

# The same sources must give the same bytes, so the kernel gets a fixed time, user and host name.
KBUILD_BUILD_USER=tdx-host
KBUILD_BUILD_HOST=tdx-host
KBUILD_BUILD_TIMESTAMP=$(git -C "$TOP" log -1 --format=%cD -- VERSION 2>/dev/null || true)
[[ -n $KBUILD_BUILD_TIMESTAMP ]] || KBUILD_BUILD_TIMESTAMP=$(date -Rud @0)
KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_USER KBUILD_BUILD_HOST KBUILD_BUILD_TIMESTAMP KBUILD_BUILD_VERSION

# kmake NAME ARG...: runs make in the tree for the configuration NAME.
kmake() {
	local name=$1
	shift
	make -s -C "$TREE" O="$KERNEL_BUILD/$name" -j"$TDX_HOST_JOBS" \
		LOCALVERSION="${KVERREL#"$KERNEL_VERSION"}" "$@"
}

# kernel_key: prints a digest over all that the lab kernel is made from, compiler included.
kernel_key() {
	local inputs=(kernel/base.conf kernel/src kernel/patches kernel/scripts kernel/configs/lab.config
		kernel/configs/merged/lab.config SPECS/kernel-tdx.spec SOURCES/kernel-tdx-softmod.conf VERSION)
	{
		content_key "${inputs[@]/#/$TOP/}"
		"${CC:-gcc}" --version | head -n 1
	} | sha256sum | cut -c 1-16
}
