#!/usr/bin/python3
"""docs/evidence.schema.json against what the program writes, and against what it must refuse.

Usage: test_evidence_schema.py ASK SCHEMA CORPUS-FOLDER
"""
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

ZONE = '''$ORIGIN example.com.
@ SOA ns hostmaster 1 2 3 4 5
@ TXT "v=spf1 -all" "\\195\\188\\255"
www CNAME far.example.net.
'''

GOOD = ('dns', 'server', 'session', 'https', 'host')
HEAD = {'frank': 'evidence/1'}
BAD = {
    'no answers': HEAD,
    'another format': {'frank': 'evidence/2', 'answers': []},
    'neither status nor rdata': {**HEAD, 'answers': [{'name': 'a', 'type': 'A'}]},
    'a status of nobody': {**HEAD, 'answers': [{'name': 'a', 'type': 'A', 'status': 'FINE'}]},
    'a session without a port': {**HEAD, 'answers': [{'ask': 'smtp', 'address': '192.0.2.1', 'status': 'OK'}]},
    'a host without a key': {**HEAD, 'answers': [{'ask': 'host', 'found': True}]},
    'rdata that is no text': {**HEAD, 'answers': [{'name': 'a', 'type': 'A', 'rdata': [1]}]},
}


def main():
    ask, schema_file, corpus = sys.argv[1:]
    with open(schema_file, encoding='utf-8') as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    with tempfile.NamedTemporaryFile('w', suffix='.zone') as zone:
        zone.write(ZONE)
        zone.flush()
        written = subprocess.run([ask, '--offline', '--zone', zone.name, 'example.com', 'TXT', 'www.example.com', 'A',
                                  'none.example.com', 'MX'], capture_output=True, check=True).stdout
    report = json.loads(written)
    assert [a['status'] for a in report['answers'][:3]] == ['NOERROR', 'NXDOMAIN', 'NXDOMAIN'], report
    validator.validate(report)
    for name in GOOD:
        with open(os.path.join(corpus, name), encoding='utf-8') as file:
            validator.validate(json.load(file))
    for what, report in BAD.items():
        if validator.is_valid(report):
            sys.exit(f'the schema takes {what}')
    print(f'{len(GOOD) + 1} taken, {len(BAD)} refused')


if __name__ == '__main__':
    main()
