#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by dracut before it switches to the real root file system, which keeps /run.

/usr/libexec/tdx-host/record || warn "tdx-host: the kernel's words about TDX could not be recorded"
