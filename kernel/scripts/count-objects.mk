# SPDX-License-Identifier: GPL-2.0-only
#
# Prints a line "object PATH" or "module PATH" for each that the makefile of the folder $(obj) names, and goes on with the
# folders that it names. Runs in the object folder of a configuration; srctree is the kernel tree.

self := $(lastword $(MAKEFILE_LIST))
.DEFAULT_GOAL := all

# What Kbuild sets before it reads a folder's makefile.
src := $(srctree)/$(obj)
SRCARCH := x86
BITS := 64
obj-y :=
obj-m :=
lib-y :=
lib-m :=
subdir-y :=
subdir-m :=
# Folders that the architecture's makefile adds to those of the tree's top.
ifeq ($(obj),.)
ARCH_LIB := lib/ arch/x86/lib/
ARCH_DRIVERS = $(if $(CONFIG_PCI),arch/x86/pci/) $(if $(CONFIG_PM),arch/x86/power/) $(if $(CONFIG_VIDEO),arch/x86/video/)
endif

include include/config/auto.conf
include $(srctree)/scripts/Kbuild.include
include $(srctree)/scripts/Makefile.compiler
include $(firstword $(wildcard $(src)/Kbuild) $(src)/Makefile)

# parts OBJECTS,SUFFIXES: the objects themselves, or those that they are linked from.
linked-from = $(strip $(foreach suffix,-objs $2,$($(1:%.o=%$(suffix)))))
parts = $(foreach object,$1,$(or $(call linked-from,$(object),$2),$(object)))

modules := $(sort $(filter-out $(obj-y) %/,$(obj-m)))
objects := $(sort $(filter %.o,$(call parts,$(obj-y) $(lib-y) $(lib-m),-y) $(call parts,$(modules),-y -m)))
folders := $(sort $(patsubst %/,%,$(filter %/,$(obj-y) $(obj-m) $(lib-y))) $(subdir-y) $(subdir-m))

$(foreach object,$(objects),$(info object $(obj)/$(object)))
$(foreach module,$(modules),$(info module $(obj)/$(module)))

.PHONY: all $(folders)
all: $(folders)
	@:
$(folders):
	@$(MAKE) -s -rR -f $(self) obj=$(obj)/$@
