#!/bin/bash
# bench.sh - every bench program once; each prints ratios against its peers in one interleaved run.
set -u
cd "$(dirname "$0")/.." || exit 1
meson compile -C build >/dev/null || exit 1
# meson's own lines say nothing of speed; those of the programs begin with what was measured.
meson test -C build --benchmark --no-rebuild --verbose 2>&1 |
	grep -E '^[a-z]+: |FAIL|ERROR|SKIP'
exit "${PIPESTATUS[0]}"
