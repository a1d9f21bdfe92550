# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
#
# Fixed names of the lab disk's parts; the same image twice has the same names.
ROOT_UUID=6c61622d-7264-4274-8000-000000000001
BOOT_UUID=6c61622d-7264-4274-8000-000000000002
DISK_UUID=6c61622d-7264-4274-8000-000000000003
# Begins with a letter: GRUB takes a default that begins with a digit for a number.
MACHINE_ID=cab0726442748000800000000000004a
