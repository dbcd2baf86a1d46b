# SPDX-License-Identifier: GPL-2.0

# A prepared kernel tree to build the module for. Without one it is built for
# the kernel of scripts/kernel, which is fetched and built first.
KDIR ?=
# The kernel of scripts/kernel to use.
KERNEL ?= default

# How `make bench` measures: icount counts instructions; kvm and tcg take the time.
ACCEL ?= icount

# Where make install puts things, by GNU's names; DESTDIR is a root apart.
prefix = /usr/local
exec_prefix = $(prefix)
bindir = $(exec_prefix)/bin
datarootdir = $(prefix)/share
datadir = $(datarootdir)
mandir = $(datarootdir)/man
bashcompletiondir = $(datadir)/bash-completion/completions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
zshcompletiondir = $(datadir)/zsh/site-functions
DESTDIR ?=

# make hands its own variables down; those of the sub-makes are their own.
unexport KDIR KERNEL ACCEL

help:
	@echo 'make run      build everything, boot a kernel, load the module, converse'
	@echo 'make test     all tests, on the host and in the virtual machine;'
	@echo '              REPORT=folder for KTAP, JUnit XML and the logs, too'
	@echo 'make lint     formats, lints and rules; make format mends the formats'
	@echo 'make try      one file of tests, in the virtual machine: TEST=echo'
	@echo 'make doc      rustdoc of both sides, in build/doc'
	@echo 'make rust-analyzer  a project file, by which an editor knows both sides'
	@echo 'make torture  the long proof, on kernels with sanitizers'
	@echo 'make bench    count instructions, against the same in C; ACCEL=kvm for times'
	@echo 'make bench-check  fail where one takes more than before'
	@echo 'make package  pack the library as for crates.io, and build what was packed'
	@echo 'make fuzz     feed what explains messages with bytes that are made up'
	@echo 'make interop  hold what other clients see of the module against parley'
	@echo
	@echo 'make install    program, manual pages, completions; KDIR=... for the module'
	@echo 'make uninstall  remove what was installed'
	@echo 'make deb        Debian packages in build/deb: the program, and for dkms'
	@echo 'make deb-test   install, upgrade and purge them in Debian 12 and 13'
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

# cargo does not touch the program if there is nothing to do, as after a change of the
# tests; but its time tells scripts/install that it is up to date.
program:
	@cd user && cargo build --quiet --release --locked && touch target/release/parley

run: module program
	@scripts/vm --kernel $(KERNEL) --no-module --timeout 120 -- scripts/demo </dev/null

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

# What tests what was changed: a file in user/tests, without its .rs.
TEST ?=
try: module
	@[ -n "$(TEST)" ] || { echo 'make try TEST=echo, or another file in user/tests' >&2; exit 2; }
	@scripts/test $(KERNEL) $(TEST)

lint: kernel
	@scripts/lint $(KERNEL)

format:
	@scripts/lint --format

doc: module
	@scripts/doc

rust-analyzer: kernel
	@scripts/rust-project $(KERNEL)

torture: setup
	@scripts/torture

bench: module
	@scripts/bench --accel $(ACCEL)

bench-check: module
	@scripts/bench --check

package:
	@scripts/package

# How long, in seconds.
FUZZ_SECONDS ?= 60
fuzz:
	@scripts/fuzz $(FUZZ_SECONDS)

interop: module program
	@scripts/interop $(KERNEL)

vm: module program
	@scripts/vm --kernel $(KERNEL) --shell

spec: setup
	@scripts/spec

# Only what is missing or stale is built, so root needs neither cargo nor rustc after
# `make program module KDIR=...`.
# In the environment, a quote in a folder's name is no syntax of the shell.
$(foreach name,DESTDIR KDIR prefix bindir datadir mandir bashcompletiondir \
	fishcompletiondir zshcompletiondir,$(eval \
	install install-program install-module uninstall: export $(name) := $$($(name))))

install:
	@scripts/install

install-program:
	@scripts/install --program

install-module:
	@scripts/install --module

uninstall:
	@scripts/install --uninstall

# It builds the program if need be, but not as root in the checkout of somebody else.
deb:
	@scripts/deb

deb-test: deb
	@scripts/deb-test

.PHONY: install install-program install-module uninstall deb deb-test

clean:
	@scripts/module --clean
	@cd user && cargo clean --quiet
	@rm -f rust-project.json

distclean: clean
	@d="$${XDG_CACHE_HOME:-$$HOME/.cache}/parley"; echo "rm -rf $$d"; \
	rm -rf "$$d" 2>/dev/null || sudo rm -rf --one-file-system "$$d"  # a Debian root in it is root's

.PHONY: help setup kernel module program run test try lint format doc rust-analyzer torture bench bench-check package fuzz interop vm spec clean distclean
