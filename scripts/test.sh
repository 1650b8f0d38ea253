#!/bin/bash
# Builds with the sanitizers, runs every test, ends with "N passed, N failed, N skipped".
set -u
cd "$(dirname "$0")/.." || exit 1
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
[ -f build-test/build.ninja ] ||
	meson setup build-test --buildtype=debugoptimized -Db_sanitize=address,undefined >/dev/null ||
	{ cat build-test/meson-logs/meson-log.txt; echo "0 passed, 1 failed"; exit 1; }
meson compile -C build-test || { echo "0 passed, 1 failed"; exit 1; }
meson test -C build-test --no-rebuild --print-errorlogs
scripts/lint.sh
lint=$?
/usr/bin/python3 - $lint <<'PY'
import json, sys
lint = int(sys.argv[1])
counts = {'ok': 0, 'bad': 0, 'skip': 0}
for line in open('build-test/meson-logs/testlog.json', encoding='utf-8', errors='replace'):
    result = json.loads(line)['result']
    counts['ok' if result in ('OK', 'EXPECTEDFAIL') else 'skip' if result == 'SKIP' else 'bad'] += 1
counts['ok' if lint == 0 else 'bad'] += 1
print(f"{counts['ok']} passed, {counts['bad']} failed, {counts['skip']} skipped")
sys.exit(1 if counts['bad'] or not counts['ok'] else 0)
PY
