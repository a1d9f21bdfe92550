# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two commands do everything: make run, make test. The rest is for people at work.

SHELL := /bin/bash
runner := python3 tests/runner

.DEFAULT_GOAL := help
.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Build, install, boot, start guests, write the validation report
	@$(runner) tests/plan/run.toml

.PHONY: test
test: ## A slice of each area, make run included; the whole of one is make test-AREA
	@$(runner) tests/plan/test.toml

# Steps of a plan file itself, without those of the files that it includes.
own = $(shell sed -n 's/^id = "\(.*\)"/\1/p' tests/plan/$(1).toml)

.PHONY: test-debug
test-debug: ## The kernel's tests once more, on a kernel with KASAN and lockdep
	@$(runner) tests/plan/debug.toml --report build/report-debug --only $(call own,debug)

.PHONY: test-kernel
test-kernel: ## The long kernel tests: a million random operations, what stresses the MMU of ordinary VMs
	@$(runner) tests/plan/whole-kernel.toml --report build/report-kernel-whole --only $(call own,whole-kernel)

.PHONY: test-rollout
test-rollout: ## The roll-out of a broken kernel, which a host must return from
	@$(runner) tests/plan/whole-rollout.toml --report build/report-rollout --only $(call own,whole-rollout)

.PHONY: test-packages
test-packages: ## The whole life of the kernel's packages
	@$(runner) tests/plan/whole-packages.toml --report build/report-packages --only $(call own,whole-packages)

.PHONY: test-guests
test-guests: ## TDs that reboot, hosts that reboot under them, TDs with more vCPUs and memory
	@$(runner) tests/plan/whole-guests.toml --report build/report-guests --only $(call own,whole-guests)
	@$(runner) tests/plan/guests-larger.toml --report build/report-guests-larger

.PHONY: check
check: ## The fast checks: no VM, no root, under two minutes
	@$(runner) tests/plan/check.toml --report build/report-check

.PHONY: bench
bench: ## Measure; the figures are in build/bench.json
	@$(runner) tests/plan/bench.toml --report build/report-bench --only $(call own,bench)

.PHONY: kernel
kernel: ## Build kernel-tdx and its RPMs only
	@$(runner) tests/plan/run.toml --only build.kernel-rpms --report build/report-kernel

.PHONY: next-base
next-base: ## Which newer kernel Debian has to build on, as lines for kernel/base.conf
	@kernel/scripts/fetch-base --next

.PHONY: lab-ssh
lab-ssh: ## A root shell on the lab host, as the last run left it
	@tests/lab/vm ssh host

.PHONY: lab-console
lab-console: ## The lab host's serial console (Ctrl-] leaves)
	@tests/lab/vm console host

.PHONY: lab-stop
lab-stop: ## Stop the lab host
	@tests/lab/vm stop host

.PHONY: clean
clean: ## Remove build results; the caches stay
	@tests/lab/vm stop --all && rm -rf build

.PHONY: distclean
distclean: clean ## Remove the caches too
	@source ./scripts/common.sh && rm -rf "$$TDX_HOST_CACHE"
