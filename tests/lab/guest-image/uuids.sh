# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# Fixed UUIDs of the guest's disk, so that the image has the same ones each time it is made.
ROOT_UUID=67756573-7464-4000-8000-000000000001
DISK_UUID=67756573-7464-4000-8000-000000000003
MACHINE_ID=c0775657374644000800000000000001
