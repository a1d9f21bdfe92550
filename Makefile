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
test: ## Everything that can be tested on this machine, make run included
	@$(runner) tests/plan/test.toml

.PHONY: test-debug
test-debug: ## The kernel's tests once more, on a kernel with KASAN and lockdep
	@$(runner) tests/plan/debug.toml --report build/report-debug \
		--only $(shell sed -n 's/^id = "\(debug\..*\)"/\1/p' tests/plan/debug.toml)

.PHONY: test-guests
test-guests: ## TDs with more vCPUs and memory, after make run
	@$(runner) tests/plan/guests-larger.toml --report build/report-guests

.PHONY: check
check: ## The fast checks: no VM, no root, under two minutes
	@$(runner) tests/plan/check.toml --report build/report-check

.PHONY: bench
bench: ## Measure; the figures are in build/bench.json
	@$(runner) tests/plan/bench.toml --report build/report-bench \
		--only $(shell sed -n 's/^id = "\(bench\..*\)"/\1/p' tests/plan/bench.toml)

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
