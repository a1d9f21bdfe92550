# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# Fixed names of the guest disk's parts; the same image twice has the same names.
ROOT_UUID=67756573-7464-4000-8000-000000000001
DISK_UUID=67756573-7464-4000-8000-000000000003
MACHINE_ID=c0775657374644000800000000000001
