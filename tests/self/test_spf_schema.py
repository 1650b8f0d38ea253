#!/usr/bin/python3
"""docs/spf-output.schema.json against what `frank spf --json` prints, for every result there is.

Usage: test_spf_schema.py FRANK SCHEMA
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

ZONE = r'''$ORIGIN e.test.
@ SOA ns hostmaster 1 2 3 4 5
@ TXT "v=spf1 ip4:192.0.2.1 include:part.e.test -ip4:192.0.2.2 ~ip4:192.0.2.3 ?all exp=why.e.test"
part TXT "v=spf1 exists:%{l}.gone.e.test -all exp=why.e.test"
why TXT "%{i} may not."
strict TXT "v=spf1 -all exp=why.e.test"
fault TXT "v=spf1 \195\188 -all"
loop TXT "v=spf1 include:loop.e.test -all"
many TXT "v=spf1 a a a a a a a a a a a -all"
many A 198.51.100.1
'''
# domain, client -> result, and what else must be so
CASES = [
    ('e.test', '192.0.2.1', 'pass', {'matched': 'ip4:192.0.2.1', 'matched_in': 'e.test', 'lookups': 0}),
    ('e.test', '192.0.2.2', 'fail', {'explanation': '192.0.2.2 may not.', 'lookups': 2, 'void_lookups': 0}),
    ('e.test', '192.0.2.3', 'softfail', {'explanation': ''}),
    ('e.test', '2001:db8::1', 'neutral', {'matched': '?all'}),
    ('gone.e.test', '192.0.2.1', 'none', {'record': '', 'trace': []}),
    ('fault.e.test', '192.0.2.1', 'permerror', {'trace': []}),
    ('loop.e.test', '192.0.2.1', 'permerror', {'lookups': 1}),
    ('many.e.test', '192.0.2.1', 'permerror', {'lookups': 11}),
]


EVIDENCE = {'frank': 'evidence/1', 'subject': {'domain': 'e.test'}, 'taken': '2026-11-23T08:00:00Z', 'answers': [
    {'name': 'e.test', 'type': 'TXT', 'status': 'TIMEOUT'}]}


def evaluate(frank, domain, client, *source):
    run = subprocess.run([frank, 'spf', '--json', *source, '--ip', client, '--mail-from', 'j\u00f6@' + domain],
                         capture_output=True, timeout=60)
    assert run.returncode in (0, 1, 3), run.stderr
    return json.loads(run.stdout)


def main():
    frank, schema_file = sys.argv[1:]
    with open(schema_file, encoding='utf-8') as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with tempfile.TemporaryDirectory() as folder:
        zone, evidence = os.path.join(folder, 'e.test.zone'), os.path.join(folder, 'evidence.json')
        with open(zone, 'w', encoding='utf-8') as file:
            file.write(ZONE)
        with open(evidence, 'w', encoding='utf-8') as file:
            json.dump(EVIDENCE, file)
        reports = [evaluate(frank, domain, client, '--offline', '--zone', zone) for domain, client, _, _ in CASES]
        silent = evaluate(frank, 'e.test', '192.0.2.1', '--evidence', evidence)
    validator.validate(silent)
    assert silent['result'] == 'temperror', silent
    for (domain, client, result, more), report in zip(CASES, reports):
        validator.validate(report)
        for key, value in {'result': result, **more}.items():
            assert report[key] == value, (domain, client, key, report[key])
    include = reports[1]['trace'][1]
    assert include['trace'][0]['outcome'] == 'no match' and 'RFC 8616' in include['trace'][0]['note'], include
    assert reports[6]['trace'][0]['note'].startswith('a loop'), reports[6]
    for key in schema['required']:
        broken = copy.deepcopy(reports[1])
        del broken[key]
        assert not validator.is_valid(broken), f'the schema does without {key}'
    reports[1]['trace'][0]['outcome'] = 'perhaps'
    assert not validator.is_valid(reports[1]), 'the schema takes any outcome'


if __name__ == '__main__':
    main()
