# The menu.  `make demo` and `make test` install what is missing first.
#
#   make demo [ARGS=--once]   build and run the loop, end with a page to open
#   make test                 everything: unit, end to end on both databases, sanitizers
#   make                      build/adwright only (needs the packages of tools/deps.sh)
#   make asan | tsan          the same under sanitizers, in build/asan, build/tsan
#   make unit | e2e | fuzz    parts of make test
#   make test-ledger          kill -9 under 1,000 leads/s for a minute: nothing lost, nothing doubled
#   make test-ui-quick        the console's flows and pages in Chromium (part of make test)
#   make test-ui              all of it: Chromium, Firefox, WebKit x languages x seven sizes
#   make screenshots          pictures of every page, into build/screenshots
#   make bench-ingest         measured, side by side with a peer
#   make bench-upload         the same of resumable uploads
#   make bench-roi            the same of the ROI report, up to 10 million rows
#   make bench-ui             the console on 5,000 ads and 100,000 leads
#   make format | lint        clang-format; the checkers
#
# FLAVOUR=release|asan|tsan chooses the folder; CC may be anything that speaks gnu11.

MAKEFLAGS += --no-builtin-rules

FLAVOUR ?= release
B := $(if $(filter release,$(FLAVOUR)),build,build/$(FLAVOUR))

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wformat=2 -Wvla -Wimplicit-fallthrough -Wwrite-strings -Werror
HARDENING := -fstack-protector-strong -fno-strict-aliasing -fno-strict-overflow \
             -fno-delete-null-pointer-checks -fno-common -fPIE
FLAGS_release := -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -ftrivial-auto-var-init=zero \
                 -fstack-clash-protection -fcf-protection=full
FLAGS_asan := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FLAGS_tsan := -O1 -g -fsanitize=thread
LINK_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
LINK_asan := -fsanitize=address,undefined -pie
LINK_tsan := -fsanitize=thread -pie

PACKAGES := libmicrohttpd json-c libcurl sqlite3 libpq libsodium libcrypto \
            libavformat libavcodec libavutil libswscale libswresample libseccomp \
            pocketsphinx sphinxbase
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g')
PKG_LIBS = $(shell pkg-config --libs $(PACKAGES))

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Isrc $(WARNINGS) $(HARDENING) $(FLAGS_$(FLAVOUR)) \
             $(PKG_CFLAGS) $(CFLAGS)
ALL_LIBS = $(LINK_$(FLAVOUR)) $(PKG_LIBS) -lm -lpthread $(LDFLAGS)

# The world's arithmetic must give the same bits everywhere.
$(B)/obj/src/sandbox/world.o $(B)/obj/src/sandbox/world%.o: ALL_CFLAGS += -ffp-contract=off

SOURCES := $(filter-out src/cmd/main.c,$(sort $(wildcard src/*/*.c src/*/*/*.c)))
EMBEDDED := migrations demo sandbox pages console
OBJECTS := $(SOURCES:%.c=$(B)/obj/%.o) $(EMBEDDED:%=$(B)/obj/embedded_%.o)

MIGRATIONS := $(sort $(wildcard migrations/*.sql))
DEMO_FILES := $(sort $(wildcard demo/*))
SANDBOX_FILES := $(sort $(wildcard src/sandbox/data/*))
PAGE_FILES := $(sort $(wildcard src/api/pages/*))
CONSOLE_SOURCES := $(sort $(filter-out %.tsbuildinfo,$(shell find ui -name node_modules -prune -o -type f -print)))

.PHONY: all demo test test-ui test-ui-quick ui-clients screenshots test-ledger asan tsan unit e2e fuzz fuzz-programs bench-ingest bench-upload bench-roi bench-ui format lint clean deps deps-test
all: $(B)/adwright

$(B)/adwright: $(B)/obj/src/cmd/main.o $(B)/libadwright.a
	$(CC) -o $@ $< $(B)/libadwright.a $(ALL_LIBS)

$(B)/libadwright.a: $(OBJECTS)
	rm -f $@ && ar rcs $@ $^

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/embedded_%.o: $(B)/embedded_%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-overlength-strings -c -o $@ $<

$(B)/embed: tools/embed.c
	@mkdir -p $(@D)
	$(CC) -O1 -o $@ $<

$(B)/embedded_migrations.c: $(B)/embed $(MIGRATIONS) migrations
	$(B)/embed embedded_migrations $(MIGRATIONS) > $@.new && mv $@.new $@
$(B)/embedded_demo.c: $(B)/embed $(DEMO_FILES)
	$(B)/embed embedded_demo $(DEMO_FILES) > $@.new && mv $@.new $@
$(B)/embedded_sandbox.c: $(B)/embed $(SANDBOX_FILES) $(wildcard src/sandbox/data)
	$(B)/embed embedded_sandbox $(SANDBOX_FILES) > $@.new && mv $@.new $@
$(B)/embedded_pages.c: $(B)/embed $(PAGE_FILES) $(wildcard src/api/pages)
	$(B)/embed embedded_pages $(PAGE_FILES) > $@.new && mv $@.new $@

# The console is one for all flavours.
build/console/index.html: $(CONSOLE_SOURCES) tools/console.sh
	sh tools/console.sh
$(B)/embedded_console.c: $(B)/embed build/console/index.html
	$(B)/embed embedded_console build/console/index.html* build/console/assets/* > $@.new && mv $@.new $@

-include $(OBJECTS:.o=.d) $(B)/obj/src/cmd/main.d

# --- unit tests: one program per test/unit/test_*.c ------------------------
UNIT_TESTS := $(sort $(wildcard test/unit/test_*.c))
UNIT_PROGRAMS := $(UNIT_TESTS:test/unit/%.c=$(B)/unit/%)

$(B)/unit/%: test/unit/%.c test/unit/test.h $(B)/libadwright.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itest/unit -o $@ $< $(B)/libadwright.a $(ALL_LIBS)

# --- measuring: our server under load, beside a peer; see bench/ -------------
$(B)/bench/load: bench/ingest/load.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(LINK_$(FLAVOUR)) -lcrypto
$(B)/bench/stored: bench/ingest/stored.c $(B)/libadwright.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(B)/libadwright.a $(ALL_LIBS)
bench-ingest: deps-test
	@$(MAKE) --no-print-directory -s all $(B)/bench/load $(B)/bench/stored
	@bash bench/ingest/run.sh
$(B)/bench/upload: bench/upload/client.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(LINK_$(FLAVOUR)) -lpthread
bench-upload: deps-test
	@$(MAKE) --no-print-directory -s all $(B)/bench/upload
	@bash bench/upload/run.sh

$(B)/bench/roi-data: bench/roi/data.c $(B)/libadwright.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(B)/libadwright.a $(ALL_LIBS)
$(B)/bench/roi-measure: bench/roi/measure.c $(B)/libadwright.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $< $(B)/libadwright.a $(ALL_LIBS)
bench-roi: deps-test
	@$(MAKE) --no-print-directory -s all $(B)/bench/roi-data $(B)/bench/roi-measure
	@bash bench/roi/run.sh
bench-ui: ui-clients
	@node bench/ui/run.mjs

# --- fuzzing: one target per test/fuzz/fuzz_*.c, see tools/fuzz-one.sh -------
FUZZ_TARGETS := $(sort $(wildcard test/fuzz/fuzz_*.c))
FUZZ_PROGRAMS := $(FUZZ_TARGETS:test/fuzz/%.c=build/fuzz/%)
# The sources that the targets reach; append yours.
FUZZ_SOURCES := $(wildcard src/base/*.c src/text/*.c src/seal/*.c src/conf/*.c) \
                src/hook/signature.c src/metric/rate_read.c src/metric/result.c src/web/router.c src/creative/tus.c \
                $(addprefix src/lead/,payload.c facebook_payload.c site.c import_read.c crm.c stage_rules.c) \
                $(addprefix src/speech/,answer.c language.c phrase.c) \
                $(addprefix src/brain/,decide.c judge.c allot.c plan_json.c guard.c policy.c score.c inputs.c brain_codes.c) \
                $(addprefix src/media/,movie.c picture.c sound.c facts.c still.c)
FUZZ_OBJECTS := $(FUZZ_SOURCES:%.c=build/fuzz/obj/%.o)
FUZZ_CC := clang-14 -std=gnu11 -D_GNU_SOURCE -Isrc -O1 -g -fno-omit-frame-pointer \
           -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_SECONDS ?= 5

build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(FUZZ_CC) -fsanitize=fuzzer-no-link $(PKG_CFLAGS) -MMD -MP -c -o $@ $<
build/fuzz/libfuzzed.a: $(FUZZ_OBJECTS)
	rm -f $@ && ar rcs $@ $^
build/fuzz/fuzz_%: test/fuzz/fuzz_%.c build/fuzz/libfuzzed.a
	$(FUZZ_CC) -fsanitize=fuzzer -o $@ $< build/fuzz/libfuzzed.a -Wl,--as-needed $(PKG_LIBS) -lm -lpthread
-include $(FUZZ_OBJECTS:.o=.d)

fuzz-programs: $(FUZZ_PROGRAMS)
fuzz: fuzz-programs
	@for program in $(FUZZ_PROGRAMS); do \
	    echo "$$program"; sh tools/fuzz-one.sh $$program $(FUZZ_SECONDS) || exit 1; \
	done

# The corpus of each target runs as a unit test too, without a fuzzer.
$(B)/unit/test_fuzz_%: test/fuzz/fuzz_%.c test/fuzz/replay.c $(B)/libadwright.a
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) '-DCORPUS="test/fuzz/corpus/$*"' -o $@ $< test/fuzz/replay.c $(B)/libadwright.a $(ALL_LIBS)
UNIT_PROGRAMS += $(FUZZ_TARGETS:test/fuzz/%.c=$(B)/unit/test_%)

unit-programs: $(UNIT_PROGRAMS)

# Every SQL text of the program, for the test that prepares them on both databases.
SQL_SOURCES = $(shell grep -lE 'db_(select|run|pipe)' $(SOURCES))
$(B)/sql-literals: tools/sql-literals.c
	@mkdir -p $(@D)
	$(CC) -O1 -o $@ $<
$(B)/sql_literals.h: $(B)/sql-literals $(OBJECTS)
	for source in $(SQL_SOURCES); do \
	    $(CC) $(ALL_CFLAGS) -E $$source | $(B)/sql-literals $$source || exit 1; \
	done > $@.new && mv $@.new $@
$(B)/unit/test_sql: $(B)/sql_literals.h
$(B)/unit/test_sql: ALL_CFLAGS += -I$(B) -Wno-overlength-strings

asan:
	$(MAKE) FLAVOUR=asan all
tsan:
	$(MAKE) FLAVOUR=tsan all

clean:
	rm -rf build

deps:
	@sh tools/deps.sh
deps-test:
	@sh tools/deps.sh test

demo: deps
	@$(MAKE) --no-print-directory -s -j$$(nproc) all
	@build/adwright demo $(ARGS)

test: deps-test
	@bash test/run

# LEDGER="--rate 60 --seconds 6 --kills 4 --patience 1500" is what `make test` runs.
# The browsers' packages and npm's come by deps-test and npm ci.
ui-clients: deps-test
	@$(MAKE) --no-print-directory -s all
	@cd test/e2e && npm ci --no-audit --no-fund --loglevel=error
test-ui-quick: ui-clients
	@node --test test/e2e/ui/flows.mjs
	@node test/e2e/ui/pages.mjs --quick
test-ui: ui-clients
	@UI_BROWSERS=chromium,firefox,webkit UI_LOCALES=en,ar,ru node --test --test-reporter=spec test/e2e/ui/flows.mjs
	@node test/e2e/ui/pages.mjs
screenshots: ui-clients
	@node test/e2e/ui/screenshots.mjs build/screenshots

test-ledger: deps-test
	@$(MAKE) --no-print-directory -s all
	@bash test/ledger/run.sh $(LEDGER)

format:
	clang-format-14 -i $$(git ls-files '*.c' '*.h')
lint:
	sh tools/lint.sh
