# SPDX-License-Identifier: GPL-2.0

# A prepared kernel tree to build the module for. Without one it is built for
# the kernel of scripts/build/kernel, which is fetched and built first.
KDIR ?=
# The kernel of scripts/build/kernel to use.
KERNEL ?= default
# Its architecture, as the kernel or uname calls it; this machine's if it is empty. Only on the
# command line: authors of kernels have their own ARCH in the environment.
ARCH =

# How `make bench` measures: icount counts instructions; kvm and tcg measure time.
ACCEL ?= icount

# Folders for make install, under their GNU names; DESTDIR is another root.
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

# The kernels of `make test-all`.
test_kernels = default debian experimental testing um arm64 s390
# The files in user/parley/tests that `make test` runs, without .rs. By default, all of them.
TEST ?=
# Whether `make bench` compares its results with the baseline.
CHECK ?=
# The exercise of the course that `make exercise` checks.
N ?=
# How long `make fuzz` takes, in seconds.
FUZZ_SECONDS ?= 60

# $(call arch_of,NAME): the kernel's name for an architecture that uname calls NAME.
arch_of = $(patsubst aarch64,arm64,$(patsubst s390x,s390,$(patsubst x86_64,x86,$(1))))

# $(call quoted,TEXT): TEXT as one word of the shell, with any characters.
quoted = '$(subst ','\'',$(1))'
# $(call given,NAME): the value of NAME. A value from the environment is not expanded by make.
given = $(if $(filter environment,$(firstword $(origin $(1)))),$(value $(1)),$($(1)))

# The kernel's name for the scripts: arm64 or arm64-debug for those of another architecture.
kernel_name = $(call given,KERNEL)
ifneq ($(and $(filter command,$(firstword $(origin ARCH))),$(strip $(value ARCH))),)
asked := $(call arch_of,$(strip $(ARCH)))
no_arch := $(filter-out help setup kernel module program run test try test-all failures vm,$(MAKECMDGOALS))
ifneq ($(no_arch),)
$(error ARCH is for kernel, module, program, run, test, failures and vm, not for $(firstword $(no_arch)): leave it out)
endif
ifneq ($(asked),$(call arch_of,$(shell uname -m)))
kernel_name = $(asked)$(patsubst %,-%,$(filter-out default,$(call given,KERNEL)))
endif
endif
kernel_word = $(call quoted,$(kernel_name))

help:
	@echo 'make run        build everything, boot a kernel, load the module, converse'
	@echo 'make test       run all tests, on the host and in the virtual machine'
	@echo '                TEST="echo dump": only these files of user/parley/tests'
	@echo '                REPORT=folder: also write KTAP, JUnit XML and the logs'
	@echo 'make vm         open a shell in the virtual machine, with the module loaded'
	@echo 'make bench      count instructions, and compare with C; ACCEL=kvm for times'
	@echo '                CHECK=1: fail if a row exceeds the baseline'
	@echo 'make exercise   check exercise N of the course: make exercise N=7'
	@echo 'make lint       check formats, lints and rules; make format: apply the formats'
	@echo 'make doc        build the rustdoc of both sides, in build/doc'
	@echo 'make book       build the course and all documents as a book, in build/book'
	@echo
	@echo 'make install    install program, manual pages, completions and the module'
	@echo '                KDIR=...: the module for the kernel of that tree'
	@echo 'make uninstall  remove the installed files'
	@echo 'make deb        build Debian packages in build/deb: program, and module (dkms)'
	@echo 'make clean      remove build products; distclean: the kernels and tools, too'
	@echo
	@echo 'KERNEL=debug, race, families, devices or debian selects another kernel;'
	@echo 'ARCH=arm64 or s390 another architecture, for run, test and vm;'
	@echo 'KDIR=... is the prepared tree of a kernel that you run yourself.'
	@echo 'Parts of the above: setup kernel module program spec install-program'
	@echo '                    install-module'
	@echo 'Longer tests:       test-all torture coverage interop specs fuzz failures'
	@echo '                    audit package deb-test'
	@echo 'For editors:        rust-analyzer'
	@echo
	@echo 'scripts/new-family FOLDER --name NAME   a project for a family of your own'

# REPORT reaches scripts/test/run in the environment. Removes an old report, so that it is not
# taken for this run's if this run ends before it writes one.
reports = $(if $(filter test try,$(MAKECMDGOALS)),.) \
	$(if $(filter torture,$(MAKECMDGOALS)),debug race) \
	$(if $(filter test-all,$(MAKECMDGOALS)),$(test_kernels))
ifneq ($(and $(value REPORT),$(strip $(reports))),)
# Not with make -n.
ifeq ($(findstring n,$(firstword -$(MAKEFLAGS))),)
forgotten := $(shell scripts/test/forget-report \
	$(foreach each,$(reports),$(call quoted,$(call given,REPORT)/$(each))))
endif
endif

# Refuse a KDIR for targets that would ignore it.
ifneq ($(value KDIR),)
no_kdir := $(filter-out help setup program module doc install install-program install-module uninstall \
	clean distclean,$(MAKECMDGOALS))
ifneq ($(no_kdir),)
$(error KDIR is for module, doc and install, not for $(firstword $(no_kdir)): leave it out (unset KDIR), and choose a kernel with KERNEL=...)
endif
endif

# Pass KERNEL, KDIR and the like to the scripts as arguments, and hide them from the makes that
# the scripts start, which have their own variables of these names.
unexport KDIR KERNEL ARCH ACCEL TEST CHECK N

setup:
	@scripts/setup

kernel: setup
	@scripts/build/kernel $(kernel_word)

ifeq ($(value KDIR),)
module: kernel
	@scripts/build/module "$$(scripts/build/kernel --path $(kernel_word))"
else
module:
	@scripts/build/module $(call quoted,$(call given,KDIR))
endif

program:
	@scripts/build/program $(kernel_word)

lint: kernel
	@scripts/test/lint $(kernel_word)

format:
	@scripts/test/lint --format

rust-analyzer: kernel
	@scripts/build/rust-project $(kernel_word)

package:
	@scripts/pack/package

audit: setup
	@scripts/test/audit

fuzz:
	@scripts/test/fuzz $(call quoted,$(call given,FUZZ_SECONDS))

spec: setup
	@scripts/build/spec

# These targets build something and then use it. Only one run at a time may do that in a
# checkout: scripts/build/alone holds its lock while another make does the work.
alone = run test try failures exercise doc book torture coverage bench bench-check specs interop install \
	install-program install-module deb deb-test
# TEST counts only on the command line: one left in the environment must not skip tests.
again = scripts/build/alone env $(foreach name,KDIR KERNEL ACCEL CHECK,$(name)=$(call quoted,$(call given,$(name)))) \
	$(foreach name,TEST N,$(name)=$(if $(filter command,$(firstword $(origin $(name)))),$(call quoted,$($(name))))) \
	$(MAKE) --no-print-directory
ifneq ($(lastword $(value PARLEY_ALONE)),$(CURDIR))
$(alone):
	+@$(again) $@
else

run: setup
	@scripts/build/program --with-module $(kernel_word)
	@scripts/demo $(kernel_word)

tests = scripts/test/run $(kernel_word) \
	$(foreach file,$(call given,TEST),$(call quoted,$(file)))
test: kernel
	@$(tests)

bench = scripts/bench $(if $(call given,CHECK),--check,--accel $(call quoted,$(call given,ACCEL)))
bench: module
	@$(bench)

# The old names of `test TEST=...` and `bench CHECK=1`.
try: kernel
	@[ -n $(call quoted,$(call given,TEST)) ] || { echo 'try needs TEST: make test TEST=echo, or another file in user/parley/tests' >&2; exit 2; }
	@$(tests)

bench-check: CHECK = 1
bench-check: module
	@$(bench)

exercise: kernel
	@[ -n $(call quoted,$(call given,N)) ] || { echo 'exercise needs N: make exercise N=7, or another exercise of docs/exercises' >&2; exit 2; }
	@scripts/exercise check $(call quoted,$(call given,N))

failures: kernel
	@scripts/test/failures $(kernel_word)

doc: module
	@scripts/build/doc

book: doc program
	@scripts/setup --book
	@scripts/build/book
	@scripts/test/read-book

torture: setup
	@scripts/test/torture

coverage: setup
	@scripts/test/coverage $(foreach file,$(call given,TEST),$(call quoted,$(file)))

specs: setup
	@scripts/test/specs

interop: module program
	@scripts/test/interop $(kernel_word)

install:
	@$(install)

install-program:
	@$(install) --program

install-module:
	@$(install) --module

# Builds the program if necessary, but not as root in another user's checkout.
deb:
	@scripts/pack/deb

deb-test:
	@scripts/pack/deb-test
endif

# Holds the lock while it builds, but not while the shell is open. Without a terminal, scripts/vm
# refuses, before anything is built.
vm:
	@[ -t 0 ] || { scripts/build/alone true && scripts/vm --kernel $(kernel_word) --shell; }
	+@$(again) module program
	@scripts/vm --kernel $(kernel_word) --shell

# make test, on kernels of other versions and architectures; and whether scripts/vm-test notices
# failures on each architecture.
test-all: setup
	@scripts/test/all $(test_kernels)
	@for kernel in default arm64 s390; do scripts/test/failures $$kernel || exit; done

# Builds only missing and stale files, so root needs neither cargo nor rustc after
# `make program module KDIR=...`.
install = $(foreach name,DESTDIR prefix bindir datadir mandir bashcompletiondir \
	fishcompletiondir zshcompletiondir KDIR,$(name)=$(call quoted,$(call given,$(name)))) scripts/pack/install

uninstall:
	@$(install) --uninstall

clean:
	@scripts/build/clean

distclean:
	@scripts/build/clean --cache

.PHONY: help setup kernel module program lint format rust-analyzer package audit fuzz spec \
	$(alone) test-all vm uninstall clean distclean
