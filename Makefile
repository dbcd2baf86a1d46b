# SPDX-License-Identifier: GPL-2.0

# A prepared kernel tree to build the module for. Without one it is built for
# the kernel of scripts/kernel, which is fetched and built first.
KDIR ?=
# The kernel of scripts/kernel to use.
KERNEL ?= default

# How `make bench` measures: icount counts instructions; kvm and tcg take the time.
ACCEL ?= icount

# make hands its own variables down; those of the sub-makes are their own.
unexport KDIR KERNEL ACCEL

help:
	@echo 'make run      build everything, boot a kernel, load the module, converse'
	@echo 'make test     all tests, on the host and in the virtual machine;'
	@echo '              REPORT=folder for KTAP, JUnit XML and the logs, too'
	@echo 'make torture  the long proof, on kernels with sanitizers'
	@echo 'make bench    count instructions, against the same in C; ACCEL=kvm for times'
	@echo 'make bench-check  fail where one takes more than before'
	@echo 'make fuzz     feed what explains messages with bytes that are made up'
	@echo
	@echo 'make setup    find or install the tools'
	@echo 'make kernel   fetch and build the kernel'
	@echo 'make module   build kmod/parley.ko; KDIR=... for a kernel tree of your own'
	@echo 'make program  build user/target/release/parley'
	@echo 'make vm       a shell in the virtual machine, the module loaded'
	@echo 'make spec     make header and constants anew from spec/parley.yaml'
	@echo 'make clean    drop what was built here; keeps the kernel'
	@echo 'make distclean  drop the kernel and the tools in the cache, too'

setup:
	@scripts/setup

kernel: setup
	@scripts/kernel $(KERNEL)

ifeq ($(KDIR),)
module: kernel
	@scripts/module "$$(scripts/kernel --path $(KERNEL))"
else
module:
	@scripts/module "$(KDIR)"
endif

program:
	@cd user && cargo build --quiet --release --locked

run: module program
	@scripts/vm --kernel $(KERNEL) --no-module --timeout 120 -- scripts/demo

# REPORT reaches scripts/test in the environment. A report that is there must not be
# taken for one of this run, should this run not come as far as to its own.
ifneq ($(REPORT),)
test setup module: | no-old-report
no-old-report:
	@rm -f "$$REPORT/junit.xml" "$$REPORT/results.ktap"
.PHONY: no-old-report
endif

test: module
	@scripts/test $(KERNEL)

torture: setup
	@scripts/torture

bench: module
	@scripts/bench --accel $(ACCEL)

bench-check: module
	@scripts/bench --check

# How long, in seconds.
FUZZ_SECONDS ?= 60
fuzz:
	@scripts/fuzz $(FUZZ_SECONDS)

vm: module program
	@scripts/vm --kernel $(KERNEL) --shell

spec: setup
	@scripts/spec

clean:
	@scripts/module --clean
	@cd user && cargo clean --quiet

distclean: clean
	rm -rf "$${XDG_CACHE_HOME:-$$HOME/.cache}/parley"

.PHONY: help setup kernel module program run test torture bench bench-check fuzz vm spec clean distclean
