# SPDX-License-Identifier: BSD-2-Clause
# The suites: each leaves lines "PART<TAB>ok|fail<TAB>detail" in $(O)/results; tests/report joins them.
#
# A folder with more than plain cmocka programs has a Makefile.inc of its own, which adds its targets
# to check-y (make check) or slow-y (make check-all only; X-slow runs in the place of X), and what they
# need to check-built.

export KVMSHIM_BUILD	:= $(abspath $(O))
export KVMSHIM_CACHE	:= $(CACHE)

check-y	:= lint unit build-tests
slow-y	:= build-tests-slow bench
check-built = all images guests $(unit-bin)

# --- unit: tests/DIR/test_X.c, native, sanitized, with the fake in the place of kvm/sys.c ---------

unit-lib := $(sort $(filter-out $(target-only),$(obj-y)) $(tool-y) board/dev/scratch.c $(wildcard tests/fake/*.c))
unit-src := $(sort $(wildcard tests/*/test_*.c tests/*/*/test_*.c tests/*/*/*/test_*.c))
unit-bin := $(unit-src:%.c=$(O)/%)
unit-cflags := $(native-cflags) -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

$(O)/unit/%.o: %.c $(prepare)
	$(mkdirs)
	$(call say,UNITCC,$<)
	$(Q)$(HOSTCC) $(unit-cflags) -MMD -MP -c -o $@ $<
$(O)/unit/generated/%.o: $(O)/generated/% $(prepare)
	$(mkdirs)
	$(Q)$(HOSTCC) $(unit-cflags) -MMD -MP -c -o $@ $<
$(O)/unit/lib.a: $(call objs,unit,$(unit-lib))
	$(Q)rm -f $@ && ar rcs $@ $^
$(unit-bin): $(O)/%: $(O)/unit/%.o $(O)/unit/lib.a
	$(mkdirs)
	$(call say,UNITLD,$@)
	$(Q)$(HOSTCC) -fsanitize=address,undefined -o $@ $^ -lcmocka -lfdt $(libs-y:%=-l%) -lpthread

$(O)/results/:
	@mkdir -p $@
unit: $(unit-bin) | $(O)/results/
	$(Q)tests/run-unit $(O) $(unit-src)

# --- the build itself, and what it ships ----------------------------------------------------------

build-tests: | $(O)/results/
	$(Q)tests/build/run $(O)
build-tests-slow: build-tests
	$(Q)tests/build/run --slow $(O)

# --- end to end: emulated boards ------------------------------------------------------------------

# In parts that are done side by side: boards that are mirrored and UARTs; what a person sees of the guest;
# what guests see of their machine; and all else.
mirror-tests := $(wildcard tests/e2e/test_mirror*.py tests/e2e/test_uarts.py)
monitor-tests := $(patsubst %,tests/e2e/test_%.py,crash gdb host_causes load monitor screen silence stepping timeline trace views)
guest-tests := $(patsubst %,tests/e2e/test_%.py,bad console guests linux packed probe stubs undecoded undecoded32)
other-tests := $(filter-out $(mirror-tests) $(monitor-tests) $(guest-tests),$(wildcard tests/e2e/test_*.py))
e2e-suites := e2e e2e-mirror e2e-monitor e2e-guests
e2e e2e-slow: which := $(other-tests)
e2e-mirror e2e-mirror-slow: which := $(mirror-tests)
e2e-monitor e2e-monitor-slow: which := $(monitor-tests)
e2e-guests e2e-guests-slow: which := $(guest-tests)
$(e2e-suites): images
	$(Q)KVMSHIM_SUITE=$@ $(PYTHON) -m pytest -q -rfE $(which) -m "not slow and not long"
$(e2e-suites:=-slow): images
	$(Q)KVMSHIM_SUITE=$(@:-slow=) $(PYTHON) -m pytest -q -rfE --durations=12 $(which) -m "not long"
check-y	+= $(e2e-suites)
slow-y	+= $(e2e-suites:=-slow)

include $(wildcard tests/*/Makefile.inc) $(wildcard tests/*/*/Makefile.inc)

# What suites share is built before they run; one that then lacks a part says so itself. Three
# lists of suites at a time, that take about as long: tests of the build and the boards' disks get in each
# other's way, so they share one.
first-suites := build-tests build-tests-slow e2e e2e-slow fuzz fuzz-slow
third-suites := e2e-monitor e2e-monitor-slow e2e-guests e2e-guests-slow
do-check-all: check-y := $(filter-out $(slow-y:-slow=),$(check-y)) $(slow-y)
do-check do-check-all:
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) -k $(check-built) || :
	$(Q)tests/run-suites $(O) '$(filter $(first-suites),$(check-y))' '$(filter-out $(first-suites) $(third-suites),$(check-y))' '$(filter $(third-suites),$(check-y))'
	$(Q)tests/report $(if $(filter %-all,$@),--all) $(O)/results

bench: images guests host
	$(Q)$(if $(wildcard tests/bench/run),tests/bench/run $(O),echo 'bench: tests/bench/run is not there' >&2; false)

# --- upkeep ---------------------------------------------------------------------------------------

lint: $(prepare)
	$(Q)tests/build/lint $(O)
format:
	clang-format -i $(shell find kvm board boot tests -name '*.[ch]')

# The one place for the budgets, in bytes: `make size BUDGET=small` is for small_defconfig. The tests of the
# build and the bench read them, too.
size-default	:= 720896
size-small	:= 163840
BUDGET		?= default
export KVMSHIM_SIZE_LIMIT := $(size-default)
size: $(O)/kvmshim
	$(Q)size=$$(stat -c %s $<); echo "  SIZE    kvmshim: $$size of $(size-$(BUDGET)) bytes"; [ $$size -le $(size-$(BUDGET)) ] || \
		{ echo 'size: over the budget; see what grew by nm --size-sort $<.debug' >&2; false; }

# Two builds in two folders, from copies of the tree in two places.
repro:
	$(Q)tests/build/repro $(O)/repro

$(O)/compile_commands.json: FORCE | $(O)/
	$(Q)$(PYTHON) tests/build/compile-commands '$(target-cc) $(target-cflags)' $(obj-y) >$@
compile_commands.json: $(O)/compile_commands.json
	$(Q)ln -sf $< $@

.PHONY: lint format size repro compile_commands.json
.PHONY: unit build-tests build-tests-slow $(e2e-suites) $(e2e-suites:=-slow) do-check do-check-all bench
