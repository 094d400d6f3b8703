# The commands a person types here. `make test` is the one that must always pass.
PACKAGES := libyaml-dev libssl-dev libsqlite3-dev libcurl4-openssl-dev libarchive-dev libpcre2-dev libopenblas-dev libmicrohttpd-dev
BUILD := swift build --explicit-target-dependency-import-check error

.PHONY: setup build test release

setup:
	@missing=$$(for p in $(PACKAGES); do dpkg -s $$p >/dev/null 2>&1 || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q $$missing; \
	  else echo "missing packages; run: sudo apt-get install -y" $$missing; exit 1; fi; fi

build: setup
	$(BUILD)

release: setup
	$(BUILD) -c release -Xswiftc -static-stdlib

test: setup
	$(BUILD) --build-tests
	swift test --skip-build
