# fabricpulse: an sFlow collector that answers Prometheus.
#
#   make                  build/fabricpulse
#   make run              build, then listen on UDP 6343 and HTTP 8008   (ARGS='--log.level=debug')
#   make demo             build, then run on a small capture, so that there is something to see
#   make test             unit, property, golden and daemon tests, fuzz corpora, lints
#   make asan|ubsan|tsan  the same tests, built with that sanitizer (asan-ubsan: both in one build)
#   make fuzz             fuzz each entry for FUZZ_SECONDS (60); findings land in build/fuzz
#   make bench            what a datagram costs
#
#   make deps             install every package that is missing (make, run, demo and test do that
#                         for what they need; without root the command is printed instead)
#   make lint             project rules: include direction, banned functions, lengths, names ...
#   make format           clang-format in place; format-check fails where it would change something
#   make tidy             clang-tidy
#   make analyze          gcc -fanalyzer and cppcheck
#   make metrics-doc      writes dashboards/metrics.md, which lint holds against the daemon
#   make coverage         the tests with gcov; report in build/coverage/index.html
#
#   make install          into DESTDIR and PREFIX (/usr/local); SYSCONFDIR is /etc
#   make uninstall        removes what install put there, keeps the configuration
#   make dist             build/fabricpulse-VERSION.tar.gz of the last commit
#   make clean            removes build/
#
# Variables: V=1 shows commands, STRICT=1 makes warnings errors, CC=clang-14 takes another compiler,
# CFLAGS (-O2 -g) and LDFLAGS are yours, BUILD=dir moves the build folder, TESTS='a b' runs
# only the suites whose path contains one of the words.

VERSION := 0.1.0

CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
CFLAGS ?= -O2 -g
BUILD ?= build
VARIANT ?= plain
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
FUZZ_SECONDS ?= 60
FUZZ_CC ?= $(call first-of,clang-14 clang)
CLANG_FORMAT ?= $(call first-of,clang-format-14 clang-format)
CLANG_TIDY ?= $(call first-of,clang-tidy-14 clang-tidy)
PYTHON := /usr/bin/python3

first-of = $(notdir $(firstword $(foreach p,$(1),$(shell command -v $(p))) $(firstword $(1))))

Q := $(if $(filter 1,$(V)),,@)
say = @$(if $(filter 1,$(V)),:,printf '  %-7s %s\n' $(1) $(2))

# --- flags, all in one place -------------------------------------------------

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wvla -Wformat=2 -Wnull-dereference

ARCH := $(shell uname -m)
BRANCHES := $(if $(filter x86_64 i%86,$(ARCH)),-fcf-protection,)
BRANCHES := $(if $(filter aarch64,$(ARCH)),-mbranch-protection=standard,$(BRANCHES))
HARDENING := -D_FORTIFY_SOURCE=2 -fstack-protector-strong $(BRANCHES)

# What a variant adds to compiling (C_) and linking (L_). Warnings are errors in the plain variant
# only: instrumented code makes compilers guess wrongly about what may be null or uninitialized.
C_plain := $(HARDENING) $(if $(filter 1,$(STRICT)),-Werror)
C_asan := -fsanitize=address -fno-omit-frame-pointer
C_ubsan := -fsanitize=undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
C_asan-ubsan := $(C_asan) $(C_ubsan)
C_tsan := -fsanitize=thread -fno-omit-frame-pointer
C_coverage := --coverage -O0
C_analyze := -fanalyzer $(if $(filter 1,$(STRICT)),-Werror)
C_fuzz := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
L_asan := $(C_asan)
L_ubsan := $(C_ubsan)
L_asan-ubsan := $(C_asan-ubsan)
L_tsan := $(C_tsan)
L_coverage := --coverage
L_fuzz := -fsanitize=address,undefined

MODULES := libmicrohttpd libcjson yaml-0.1 zlib
# Asked once and late: `deps` may have installed the packages a moment ago.
MODULE_CFLAGS = $(eval MODULE_CFLAGS := $(shell pkg-config --cflags $(MODULES)))$(MODULE_CFLAGS)
MODULE_LIBS = $(eval MODULE_LIBS := $(shell pkg-config --libs $(MODULES)))$(MODULE_LIBS)

# Root may not ask git about a user's tree: then what was built stays what it was.
REVISION := $(shell git describe --always --dirty --exclude='*' 2>/dev/null || \
	cat $(BUILD)/revision 2>/dev/null || echo unknown)

COMPILE = $(CC) -std=c11 -D_GNU_SOURCE -Iinclude $(WARNINGS) $(CFLAGS) -fPIE -pthread \
	$(C_$(VARIANT)) $(MODULE_CFLAGS)
LINK = $(CC) $(CFLAGS) -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(L_$(VARIANT)) $(LDFLAGS)
LIBS = -lpcap $(MODULE_LIBS) -lm

# --- what there is to build --------------------------------------------------

SOURCES := $(sort $(shell find src -name '*.c'))
LIBRARY_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out src/main.c,$(SOURCES)))
SUPPORT_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard tests/support/*.c)))
TEST_PROGRAMS := $(patsubst %.c,$(BUILD)/%, \
	$(sort $(wildcard tests/unit/test_*.c tests/property/test_*.c)))
REPLAY_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
BENCH_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/bench/bench_*.c)))
TOOL_PROGRAMS := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/tools/*.c)))
TEST_SCRIPTS := $(sort $(wildcard tests/golden/run.sh tests/golden/test_*.py \
	tests/golden/test_*.sh tests/daemon/test_*.py tests/daemon/test_*.sh))
LINTS := $(sort $(wildcard tests/lint/lint_*.py)) $(sort $(wildcard tests/lint/selftest_*.sh))
C_FILES := $(sort $(shell find src include tests -name '*.[ch]'))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps run demo test test-only asan ubsan tsan asan-ubsan fuzz fuzz-only bench lint \
	metrics-doc format format-check tidy analyze analyze-only coverage install uninstall dist clean help FORCE

all: $(BUILD)/fabricpulse

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# --- packages ----------------------------------------------------------------

deps:
	$(Q)tests/tools/deps.sh all

# One stamp a group, whatever the variant. The probe of a few milliseconds runs again when the table
# changes or build/ was removed.
build/deps/%: tests/tools/deps.sh
	$(Q)tests/tools/deps.sh $*
	@mkdir -p $(@D) && touch $@

# --- building ----------------------------------------------------------------

# Files that change only when what they hold changes: objects follow the flags, the archive follows
# the list of its members.
$(BUILD)/flags: FORCE | build/deps/build
	@mkdir -p $(@D)
	@printf '%s\n' '$(COMPILE)' '$(LINK)' '$(VERSION)' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/revision: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(REVISION)' >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/members: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LIBRARY_OBJECTS) $(SUPPORT_OBJECTS) >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) $(DEFINES) -MMD -MP -c -o $@ $<

# Only the files that say version or revision are compiled again after a commit.
VERSION_DEFINES := -DFP_VERSION='"$(VERSION)"' -DFP_REVISION='"$(REVISION)"'
VERSION_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o, \
	$(shell grep -lE 'FP_(VERSION|REVISION)' $(SOURCES) /dev/null))
$(VERSION_OBJECTS): $(BUILD)/revision
$(VERSION_OBJECTS): DEFINES = $(VERSION_DEFINES)

# Commands stand above the rooms, beside what lies in src/ itself. Tests look behind the doors of the
# room that they mirror, and dereference what cmocka's assertions hold to be there.
$(BUILD)/obj/src/cli/%.o: DEFINES = -Isrc
$(BUILD)/obj/tests/%.o: DEFINES = -Isrc -Itests/support -Wno-null-dereference

$(BUILD)/libfabricpulse.a: $(LIBRARY_OBJECTS)
$(BUILD)/libsupport.a: $(SUPPORT_OBJECTS)
$(BUILD)/%.a: $(BUILD)/members
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $(filter %.o,$^)

$(BUILD)/fabricpulse: $(BUILD)/obj/src/main.o $(BUILD)/libfabricpulse.a
	$(call say,LD,$@)
	$(Q)$(LINK) -o $@ $^ $(LIBS)

$(BUILD)/tests/unit/% $(BUILD)/tests/property/%: LIBS += -lcmocka
$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libsupport.a $(BUILD)/libfabricpulse.a
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(LIBS)

$(TEST_PROGRAMS): | build/deps/test

# Fuzz entries link with the driver that replays a corpus; `make fuzz` takes libFuzzer's instead.
FUZZ_DRIVER := $(BUILD)/obj/tests/fuzz/main.o
$(REPLAY_PROGRAMS): $(if $(filter fuzz,$(VARIANT)),,$(FUZZ_DRIVER))
$(REPLAY_PROGRAMS): LINK += $(if $(filter fuzz,$(VARIANT)),-fsanitize=fuzzer)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

# --- running -----------------------------------------------------------------

run: all
	$(Q)exec $(BUILD)/fabricpulse run $(ARGS)

$(BUILD)/demo.pcap: $(BUILD)/tests/tools/make_demo_capture
	$(call say,GEN,$@)
	$(Q)$< $@

demo: all $(BUILD)/demo.pcap | build/deps/demo
	$(Q)exec tests/tools/demo.sh $(BUILD)/fabricpulse $(BUILD)/demo.pcap $(ARGS)

# --- testing -----------------------------------------------------------------

SANITIZER_OPTIONS := ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
	UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 TSAN_OPTIONS=halt_on_error=1

test: build/deps/test
	$(Q)$(MAKE) --no-print-directory test-only

test-only: all $(TEST_PROGRAMS) $(REPLAY_PROGRAMS) $(TOOL_PROGRAMS)
	$(Q)$(SANITIZER_OPTIONS) FP_BUILD=$(abspath $(BUILD)) FP_VARIANT=$(VARIANT) CC=$(CC) \
		tests/run $(addprefix --only=,$(TESTS)) $(TEST_PROGRAMS) $(TEST_SCRIPTS) \
		$(REPLAY_PROGRAMS) $(if $(filter plain,$(VARIANT)),$(LINTS))

asan ubsan tsan asan-ubsan: build/deps/test
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/$@ VARIANT=$@ test-only

bench: $(BENCH_PROGRAMS)
	$(Q)for program in $(BENCH_PROGRAMS); do $$program || exit 1; done

fuzz: build/deps/check
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz VARIANT=fuzz CC=$(FUZZ_CC) fuzz-only

# New inputs go to the build folder; the corpus of the tree holds what was chosen by hand.
fuzz-only: $(REPLAY_PROGRAMS)
	$(Q)for program in $(REPLAY_PROGRAMS); do \
		name=$${program##*/fuzz_}; \
		echo "  FUZZ    $$name, $(FUZZ_SECONDS) s"; \
		mkdir -p $(BUILD)/corpus/$$name; \
		$$program -max_total_time=$(FUZZ_SECONDS) -max_len=65535 -timeout=5 -rss_limit_mb=2048 \
			-print_final_stats=1 -artifact_prefix=$(BUILD)/finding-$$name- \
			$(BUILD)/corpus/$$name tests/fuzz/corpus/$$name >$(BUILD)/$$name.log 2>&1 \
			|| { tail -n 60 $(BUILD)/$$name.log; exit 1; }; \
		sed -n 's/^stat::\(number_of_executed_units\|new_units_added\): */          \1 /p' \
			$(BUILD)/$$name.log; \
	done

coverage: build/deps/test build/deps/check
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage-objects VARIANT=coverage test-only
	@mkdir -p $(BUILD)/coverage
	$(Q)gcovr --root . --filter src/ --filter include/ --exclude-throw-branches --print-summary \
		--html-details $(BUILD)/coverage/index.html $(BUILD)/coverage-objects

# --- reading the source ------------------------------------------------------

lint: build/deps/test all
	$(Q)FP_BUILD=$(abspath $(BUILD)) CC=$(CC) tests/run $(LINTS)

metrics-doc: all
	$(call say,GEN,dashboards/metrics.md)
	$(Q)$(BUILD)/fabricpulse metrics --format=markdown >dashboards/metrics.md

format: build/deps/check
	$(Q)$(CLANG_FORMAT) -i $(C_FILES)

format-check: build/deps/check
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(C_FILES)

TIDY_STAMPS := $(patsubst %.c,$(BUILD)/tidy/%.ok,$(filter %.c,$(C_FILES)))
tidy: $(TIDY_STAMPS)

$(BUILD)/tidy/%.ok: %.c .clang-tidy $(filter %.h,$(C_FILES)) | build/deps/build build/deps/test \
		build/deps/check
	$(call say,TIDY,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG_TIDY) --quiet $< -- -std=c11 -D_GNU_SOURCE -Iinclude -Isrc -Itests/support \
		$(VERSION_DEFINES) $(MODULE_CFLAGS) 2>$@.err || { grep -v 'warnings generated' $@.err; exit 1; }
	@rm $@.err; touch $@

analyze: build/deps/check
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/analyze VARIANT=analyze CC=gcc analyze-only
	$(call say,CPPCHK,src)
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -D_GNU_SOURCE -D__linux__ \
		--enable=warning,performance,portability -Iinclude -Isrc \
		--suppressions-list=tests/lint/cppcheck.txt src

analyze-only: $(patsubst %.c,$(BUILD)/obj/%.o,$(SOURCES))

# --- installing --------------------------------------------------------------

BINDIR = $(DESTDIR)$(PREFIX)/bin
MANDIR = $(DESTDIR)$(PREFIX)/share/man/man1
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/fabricpulse
SHAREDIR = $(DESTDIR)$(PREFIX)/share/fabricpulse
UNITDIR = $(DESTDIR)$(PREFIX)/lib/systemd/system
CONFDIR = $(DESTDIR)$(SYSCONFDIR)/fabricpulse

# An operator's configuration is never overwritten; the reference copy stands with the documents.
install: all
	install -D -m 755 $(BUILD)/fabricpulse $(BINDIR)/fabricpulse
	install -D -m 644 configs/man/fabricpulse.1 $(MANDIR)/fabricpulse.1
	install -D -m 644 -t $(DOCDIR) README.md LICENSE configs/fabricpulse.yaml \
		dashboards/metrics.md
	for file in dashboards/*.json; do \
		test ! -e "$$file" || install -D -m 644 -t $(SHAREDIR)/dashboards "$$file" || exit 1; \
	done
	test -e $(CONFDIR)/fabricpulse.yaml || \
		install -D -m 644 configs/fabricpulse.yaml $(CONFDIR)/fabricpulse.yaml
	install -d $(UNITDIR)
	sed 's,/usr/local/bin/,$(PREFIX)/bin/,; s,/etc/fabricpulse/,$(SYSCONFDIR)/fabricpulse/,' \
		configs/systemd/fabricpulse.service >$(UNITDIR)/fabricpulse.service
	chmod 644 $(UNITDIR)/fabricpulse.service

uninstall:
	rm -f $(BINDIR)/fabricpulse $(MANDIR)/fabricpulse.1 $(UNITDIR)/fabricpulse.service
	rm -rf $(DOCDIR) $(SHAREDIR)

dist:
	@mkdir -p $(BUILD)
	git archive --prefix=fabricpulse-$(VERSION)/ -o $(BUILD)/fabricpulse-$(VERSION).tar.gz HEAD

clean:
	rm -rf $(BUILD)
