#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sourced by dracut before the root is switched; /run goes on living.

/usr/libexec/tdx-host/record || warn "tdx-host: the kernel's words about TDX could not be recorded"
