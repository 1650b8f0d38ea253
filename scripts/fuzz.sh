#!/bin/bash
# fuzz.sh [SECONDS] - each target for that long, from its corpus; stops at the first crash.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-30}
[ -f build-fuzz/build.ninja ] || CC=clang meson setup build-fuzz -Dfuzzer=true \
	-Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link >/dev/null
meson compile -C build-fuzz
for target in build-fuzz/fuzz/fuzz_*; do
	[ -x "$target" ] && [ -f "$target" ] || continue
	name=${target##*/fuzz_}
	mkdir -p "build-fuzz/found/$name"
	echo "== $name"
	"$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
		-artifact_prefix="build-fuzz/found/$name/" "build-fuzz/found/$name" "fuzz/corpus/$name" \
		2>&1 | tail -n 3
done
