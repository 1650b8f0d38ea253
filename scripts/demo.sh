#!/bin/bash
# demo.sh FRANK - the founder's domain before and after, and the way from the one to the other.
# Ends 0 when the demonstration itself worked: before fails as it did, after as little as it did.
set -u
frank=$(realpath "$1") || exit 1
cd "$(dirname "$0")/.." || exit 1
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

audit() { # before|after - one audit; what was seen is kept
	"$frank" check --lab "startup-$1" --save "$folder/$1.evidence" startup.example
}

judge() { # before|after - what was seen, judged again as JSON, without a question asked
	"$frank" check --evidence "$folder/$1.evidence" --json >"$folder/$1.json"
}

line() {
	printf '\n%s\n%s\n\n' "$1" "$(printf '%*s' "${#1}" '' | tr ' ' '=')"
}

line 'startup.example, as its founder found it'
audit before
line 'startup.example, a dozen changes later'
audit after
line 'The way from the first to the second'
judge before
judge after
"$frank" compare "$folder/before.json" "$folder/after.json"

/usr/bin/python3 - "$folder" <<'PY'
import json
import sys


def failing(name):
    with open(f'{sys.argv[1]}/{name}.json', encoding='utf-8') as file:
        return {f['check'] for f in json.load(file)['findings'] if f['verdict'] == 'fail'}


expected = {'name.fcrdns', 'name.banner', 'tls.chain', 'dkim.found', 'spf.syntax', 'dmarc.present', 'mx.ipv6',
            'name.imap-banner', 'name.pop3-banner', 'list.accredited'}
left = {'list.accredited', 'name.imap-banner', 'name.pop3-banner'}
missing, after = expected - failing('before'), failing('after')
print(f'\nBefore: {len(failing("before"))} checks fail. After: {len(after)} ({", ".join(sorted(after))}).')
if missing or after != left:
    print(f'The demonstration did not work: missing before {sorted(missing)}, failing after {sorted(after)}.')
    sys.exit(1)
print('What is left cannot be mended in the DNS: two greetings of Dovecot, and a register that one joins or not.')
PY
