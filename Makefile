# SPDX-License-Identifier: GPL-2.0-or-later
#
# make run and make test do everything. The other targets are for those who change the project.

SHELL := /bin/bash
runner := python3 tests/runner

.DEFAULT_GOAL := help
.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Build, install, boot, start guests, write the validation report
	@$(runner) tests/plan/run.toml

.PHONY: test
test: ## Test every area, make run included; make test-AREA runs the long tests of an area
	@$(runner) tests/plan/test.toml

# The IDs of the steps that a plan file itself holds, without those of the files that it includes.
own = $(shell sed -n 's/^id = "\(.*\)"/\1/p' tests/plan/$(1).toml)

.PHONY: test-debug
test-debug: ## Run the kernel tests on a kernel with KASAN, UBSAN and lockdep
	@$(runner) tests/plan/debug.toml --report build/report-debug --only $(call own,debug)

.PHONY: test-kernel
test-kernel: ## Run the long kernel tests: a million random operations, selftests that stress the MMU of ordinary VMs
	@$(runner) tests/plan/whole-kernel.toml --report build/report-kernel-whole --only $(call own,whole-kernel)

.PHONY: test-fuzz
test-fuzz: ## Make up SEAMCALLs for five minutes, for the software TDX module
	@$(runner) tests/plan/whole-fuzz.toml --report build/report-fuzz --only $(call own,whole-fuzz)

.PHONY: test-intel
test-intel: ## Run the long tests of kvm_intel: four CPUs, TDs, selftests that stress the MMU of ordinary VMs
	@$(runner) tests/plan/whole-intel.toml --report build/report-intel --only $(call own,whole-intel)

.PHONY: test-rollout
test-rollout: ## Roll out a broken kernel to a second lab host, which must return to its old one
	@$(runner) tests/plan/whole-rollout.toml --report build/report-rollout --only $(call own,whole-rollout)

.PHONY: test-fleet-simulation
test-fleet-simulation: ## Roll out to 1,000 hosts that are not there; the controller is killed in the middle
	@$(runner) tests/plan/whole-fleet.toml --report build/report-fleet-simulation --only $(call own,whole-fleet)

.PHONY: test-packages
test-packages: ## Install, upgrade, downgrade and remove the kernel's packages
	@$(runner) tests/plan/whole-packages.toml --report build/report-packages --only $(call own,whole-packages)

.PHONY: test-guests
test-guests: ## Test TDs that reboot, a host that reboots under TDs, TDs with more vCPUs and memory
	@$(runner) tests/plan/whole-guests.toml --report build/report-guests --only $(call own,whole-guests)
	@$(runner) tests/plan/guests-larger.toml --report build/report-guests-larger

.PHONY: check
check: ## Run the fast checks: no VM, no root, under two minutes
	@$(runner) tests/plan/check.toml --report build/report-check

.PHONY: bench
bench: ## Measure; the figures are in build/bench.json
	@$(runner) tests/plan/bench.toml --report build/report-bench --only $(call own,bench)

.PHONY: kernel
kernel: ## Build kernel-tdx and its RPMs only
	@$(runner) tests/plan/run.toml --only build.kernel-rpms --report build/report-kernel

.PHONY: next-base
next-base: ## Print the lines of kernel/base.conf that make Debian's newest kernel the base
	@kernel/scripts/fetch-base --next

.PHONY: lab-ssh
lab-ssh: ## Open a root shell on the lab host, on the disk of the last run
	@tests/lab/vm ssh host

.PHONY: lab-console
lab-console: ## Show the lab host's serial console (Ctrl-] leaves)
	@tests/lab/vm console host

.PHONY: lab-stop
lab-stop: ## Stop the lab host
	@tests/lab/vm stop host

.PHONY: clean
clean: ## Stop the lab hosts, remove build results; the caches stay
	@tests/lab/vm stop --all && rm -rf build

.PHONY: distclean
distclean: clean ## Remove the caches too
	@source ./scripts/common.sh && rm -rf "$$TDX_HOST_CACHE"
