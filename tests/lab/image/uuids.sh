# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# Fixed UUIDs of the lab host's disk, so that the image has the same ones each time it is made.
ROOT_UUID=6c61622d-7264-4274-8000-000000000001
BOOT_UUID=6c61622d-7264-4274-8000-000000000002
DISK_UUID=6c61622d-7264-4274-8000-000000000003
# Must begin with a letter: boot entries are named by it, and GRUB takes a default entry that begins with a digit for a
# number.
MACHINE_ID=cab0726442748000800000000000004a
