#!/usr/bin/python3
"""`frank verify` as others' messages want it: DMARC as a whole, RFC 6376 and 8463, chains of ARC.

Usage: test_verify_suites.py FRANK; the suites are in FRANK_SUITES, or beside the checkout.
"""
import json
import os
import subprocess
import sys
import tempfile

FRANK = sys.argv[1]
SUITES = os.environ.get('FRANK_SUITES') or os.path.join(os.path.dirname(__file__), '../../../shared/suites')
# Where we judge otherwise, and why.
DISPUTED = {
    'dmarc-mox 14 malformed.example spf=None':
        'RFC 9989 section 4.8: what is no tag is ignored, and the rest of the record holds',
}


def quoted(strings):
    parts = [piece[i:i + 250] for piece in strings for i in range(0, len(piece), 250)] or ['']
    return ' '.join('"' + p.replace('\\', '\\\\').replace('"', '\\"') + '"' for p in parts)


def answers(zone):
    for name, types in zone.items():
        for kind, values in types.items():
            if kind == 'TIMEOUT':
                yield {'name': name, 'type': 'ANY', 'status': 'TIMEOUT'}
            else:
                yield {'name': name, 'type': kind, 'rdata': [quoted(v) if isinstance(v, list) else v for v in values]}


def verify(folder, case, message):
    evidence = os.path.join(folder, 'evidence.json')
    with open(evidence, 'w', encoding='utf-8') as file:
        json.dump({'frank': 'evidence/1', 'subject': {'domain': 'x'}, 'taken': '2026-11-23T08:00:00Z',
                   'answers': list(answers(case.get('zone', {})))}, file)
    options = ['--ip', case['ip'], '--helo', case['helo'], '--mail-from', case['mailfrom']] if 'ip' in case else []
    run = subprocess.run([FRANK, 'verify', '--json', '--evidence', evidence, *options, message], capture_output=True,
                         timeout=60)
    assert run.returncode in (0, 1, 3), (case['id'], run.stderr)
    return json.loads(run.stdout)


def dmarc(report, expect):
    for key in ('result', 'spf_aligned', 'dkim_aligned'):
        if key in expect and report['dmarc'][key] != expect[key]:
            yield f"{key} is {report['dmarc'][key]}, not {expect[key]}"


def dkim(report, expect):
    got = [d['result'] for d in report['dkim']]
    if got != expect['dkim']:
        yield f"{got}, not {expect['dkim']}"


def arc(report, expect):
    want = expect['arc'] or 'none'
    if report['arc']['result'] != want:
        yield f"{report['arc']['result']}, not {want}: {report['arc']['reason']}"


def main():
    ran, wrong = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for suite, cases, judge in (('dmarc-mox', 'blackbox.cases.jsonl', dmarc),
                                    ('dmarc-stalwart', 'blackbox.cases.jsonl', dmarc),
                                    ('dkim-rfc-vectors', 'cases.jsonl', dkim),
                                    ('arc-valimail', 'validate.cases.jsonl', arc)):
            path = os.path.join(SUITES, suite)
            if not os.path.exists(os.path.join(path, cases)):
                print(f'{suite}: not there')
                continue
            with open(os.path.join(path, cases), encoding='utf-8') as file:
                for case in map(json.loads, file):
                    if os.path.getsize(os.path.join(path, case['message'])) == 0:
                        continue
                    ran += 1
                    report = verify(folder, case, os.path.join(path, case['message']))
                    for fault in judge(report, case['expect']):
                        if f"{suite} {case['id']}" not in DISPUTED:
                            wrong += 1
                            print(f"{suite} {case['id']}: {fault}")
    print(f'{ran} cases, {wrong} wrong')
    sys.exit(77 if ran == 0 else 1 if wrong else 0)


if __name__ == '__main__':
    main()
