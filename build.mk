# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the Makefiles of the user-space C folders share: where results go, warnings, how to compile. A folder's Makefile
# sets top and includes this file. SAN=1 builds with sanitizers, into a folder of its own.

# An absolute path, so that an object has the same name in whichever folder make runs: folders share objects.
top := $(abspath $(top))

CC ?= gcc
VERSION := $(strip $(file <$(top)/VERSION))
OUT ?= $(top)/build/user$(if $(SAN),-san)

prefix ?= /usr
bindir ?= $(prefix)/bin
libexecdir ?= $(prefix)/libexec/tdx-host
mandir ?= $(prefix)/share/man
sysconfdir ?= /etc

# Only the warnings in "errors" break a build, so that what a new compiler warns of does not. WERROR=1 makes an error of
# each.
warnings := \
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wformat=2 -Wformat-nonliteral -Wswitch-enum -Wconversion -Wno-sign-conversion -Wundef \
	-Wpointer-arith -Wcast-align -Wcast-qual -Wwrite-strings -Wredundant-decls -Wvla -Wnull-dereference
errors := -Werror=implicit-function-declaration -Werror=incompatible-pointer-types \
	-Werror=int-conversion -Werror=return-type -Werror=format-security $(if $(WERROR),-Werror)

CFLAGS ?= -O2 -g
san_flags := $(if $(SAN),-O1 -g -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
xml_flags := $(shell pkg-config --cflags libxml-2.0)
xml_libs := $(shell pkg-config --libs libxml-2.0)
json_flags := $(shell pkg-config --cflags json-c)
json_libs := $(shell pkg-config --libs json-c)
all_cflags = -std=gnu11 -D_GNU_SOURCE -DTDX_HOST_VERSION='"$(VERSION)"' \
	-DTDX_HOST_LIBEXECDIR='"$(libexecdir)"' -I$(top)/common -I$(top)/libvirt-hooks -I$(top)/tdxctl \
	$(warnings) $(errors) $(xml_flags) $(json_flags) $(CFLAGS) $(CPPFLAGS) $(san_flags)
all_ldflags = $(LDFLAGS) -Wl,--as-needed $(san_flags)

libcommon := $(OUT)/common/libcommon.a

# $(call objects,FOLDER,FILES.c)
objects = $(patsubst %.c,$(OUT)/$(1)/%.o,$(2))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:

$(OUT)/%.o: $(top)/%.c
	@mkdir -p $(@D)
	$(CC) $(all_cflags) -MMD -MP -c -o $@ $<

.PHONY: FORCE
FORCE:
