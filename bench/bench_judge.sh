#!/bin/sh
# bench_judge.sh FRANK BENCH_JUDGE - saves an audit of the lab's domain and has it judged again and again.
audit=$(mktemp) || exit 1
trap 'rm -f "$audit"' EXIT
"$1" check --lab startup-after startup.example --save "$audit" >/dev/null
"$2" "$audit"
