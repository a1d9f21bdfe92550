# SPDX-License-Identifier: GPL-2.0-only
#
# What builds of kernel code in user space share: where things are, flags, headers. A Makefile that includes this sets TOP,
# and may set
#	STAND_IN_FOR	files under test: the <headers> that they include become empty files, kernel.h defines what they need
#	STAND_INS	more headers that become empty files
#	SERIES		patches; tree/ gets the base kernel's files that they change, patched
#	FROM_BASE	more files of the base kernel for tree/

B ?= $(TOP)/build/kernel-tests/$(notdir $(CURDIR))
# The base kernel's source, in the folder in which kernel/scripts/fetch-base puts it.
BASE ?= $(or $(TDX_HOST_CACHE),$(HOME)/.cache/tdx-host)/src/$(shell . $(TOP)/kernel/base.conf; \
	echo linux-$$KERNEL_VERSION-$$(echo $$BASE_SHA256 | cut -c 1-16))
SEED ?=
CC ?= gcc

ABI := $(TOP)/kernel/src/arch/x86/include
SHIM := $(TOP)/tests/kernel/shim
CFLAGS := -std=gnu11 -D_GNU_SOURCE -g -O2 -fno-omit-frame-pointer -fno-strict-aliasing -pthread -Wall \
	  -I $(B)/include -I $(ABI) -I $(SHIM) -I . -include kernel.h
STRICT := -Wextra -Wshadow -Wmissing-prototypes -Wno-unused-parameter -Wno-sign-compare
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined
HEADERS := $(B)/include/.done Makefile $(wildcard *.h $(SHIM)/* $(ABI)/asm/*.h)

.DEFAULT_GOAL := check
.PHONY: check clean
clean:
	rm -rf $(B)

# These headers are not replaced: three that the C library's headers include, our own in asm/, and the user API.
STAND_IN_FOR += $(wildcard $(ABI)/asm/*.h)
$(B)/include/.done: $(filter-out $(B)/tree/%,$(STAND_IN_FOR)) $(if $(SERIES),$(B)/tree/.done) Makefile $(SHIM)/shim.mk
	rm -rf $(@D)
	for f in $(STAND_INS) $$(sed -n 's/^\#include <\(.*\)>/\1/p' $(STAND_IN_FOR) | sort -u | \
		grep -vxE 'linux/(errno|limits|types)\.h|asm/(tdx|kvm_mirror)_.*|uapi/.*'); do \
		install -D -m 644 /dev/null $(@D)/$$f || exit 1; done
	touch $@

$(B)/tree/.done: $(SERIES) $(TOP)/kernel/base.conf Makefile $(SHIM)/shim.mk
	rm -rf $(@D)
	for f in $$(sed -n 's,^+++ b/\([^\t]*\).*,\1,p' $(SERIES)) $(FROM_BASE); do \
		install -D -m 644 $(BASE)/$$f $(@D)/$$f || exit 1; done
	for p in $(SERIES); do \
		patch -d $(@D) -p1 -F0 -s --no-backup-if-mismatch < $$p || exit 1; done
	touch $@
