# The front door: two commands do everything on a fresh Debian machine.
#
#   make demo    installs what is missing, builds, audits the lab's domain before and after
#   make test    the same, then every test, under the sanitizers
#
# meson does the work underneath.

.PHONY: all build demo test bench fuzz lint install deps deps-build deps-test clean

PREFIX  ?= /usr/local
DESTDIR ?=
SECONDS_PER_TARGET ?= 30

all: build

# debian/control is the only list of dependencies: Build-Depends, and those marked <!nocheck>.
deps-build:
	@scripts/install-deps build
deps-test:
	@scripts/install-deps test
deps: deps-test

build: deps-build
	@[ -f build/build.ninja ] || meson setup build --prefix=$(PREFIX) --buildtype=release
	@meson compile -C build

demo: build
	@scripts/demo.sh build/frank

test: deps-test
	@scripts/test.sh

bench: deps-test build
	@scripts/bench.sh

fuzz: deps-test
	@scripts/fuzz.sh $(SECONDS_PER_TARGET)

lint: deps-test
	@scripts/lint.sh

install: build
	@DESTDIR=$(DESTDIR) meson install -C build --no-rebuild

clean:
	rm -rf build build-test build-fuzz build-clang
