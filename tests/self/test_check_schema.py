#!/usr/bin/python3
"""docs/check-output.schema.json against what `frank check --json` prints.

Usage: test_check_schema.py FRANK SCHEMA
"""
import copy
import json
import os
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print('SKIP: python3-jsonschema is not installed')
    sys.exit(77)

EVIDENCE = {'frank': 'evidence/1', 'subject': {'domain': 'example.com'}, 'taken': '2026-11-23T08:00:00Z', 'answers': [
    {'name': 'example.com', 'type': 'TXT', 'rdata': ['"v=spf1 ip4:192.0.2.300 -all"']},
    {'name': 'example.com', 'type': 'MX', 'rdata': ['10 mx.example.com.']},
    {'name': 'mx.example.com', 'type': 'A', 'rdata': ['192.0.2.25']},
    {'name': '_dmarc.example.com', 'type': 'TXT', 'status': 'TIMEOUT'}]}
ZONE = '$ORIGIN %s.\n@ SOA ns hostmaster 1 2 3 4 5\n@ TXT "v=spf1 -all"\n'


def check(frank, *arguments):
    run = subprocess.run([frank, 'check', '--json', *arguments], capture_output=True, timeout=60)
    assert run.returncode in (0, 1, 3), run.stderr
    return json.loads(run.stdout)


def one_report(frank, folder):
    path = os.path.join(folder, 'evidence.json')
    with open(path, 'w', encoding='utf-8') as file:
        json.dump(EVIDENCE, file)
    saved = os.path.join(folder, 'saved.json')
    report = check(frank, '--evidence', path, '--save', saved)
    assert report['evidence'] == saved and os.path.exists(saved)
    assert report == {**check(frank, '--evidence', saved), 'evidence': saved}, 'the replay differs'
    return report


def several(frank, folder):
    zones = []
    for name in ('a.example', 'b.example'):
        path = os.path.join(folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(ZONE % name)
        zones += ['--zone', path]
    return check(frank, '--offline', *zones, '--only', 'spf', 'a.example', 'b.example')


def main():
    frank, schema_file = sys.argv[1:]
    with open(schema_file, encoding='utf-8') as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as folder:
        report, both = one_report(frank, folder), several(frank, folder)
    validator.validate(report)
    validator.validate(both)
    assert len(both['domains']) == 2 and report['summary']['critical'] > 0, report['summary']
    for key in ('domain', 'summary', 'findings'):
        broken = copy.deepcopy(report)
        del broken[key]
        assert not validator.is_valid(broken), f'the schema does without {key}'
    report['findings'][0]['verdict'] = 'perhaps'
    assert not validator.is_valid(report), 'the schema takes any verdict'


if __name__ == '__main__':
    main()
