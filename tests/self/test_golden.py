#!/usr/bin/python3
"""Each renderer's output for one small audit, held against the file in tests/golden.

usage: test_golden.py FRANK GOLDEN [--renew]

With --renew the files are written anew; then read the change before you commit it.
"""
import difflib
import os
import subprocess
import sys

frank, folder = sys.argv[1:3]
FORMATS = {'text': 'txt', 'json': 'json', 'html': 'html', 'markdown': 'md', 'junit': 'xml', 'nagios': 'nagios'}
ONLY = ['--only', 'mx,name.fcrdns,name.banner,spf.syntax,dmarc.present']
bad = 0
for name, ending in FORMATS.items():
    run = subprocess.run([frank, 'check', '--evidence', f'{folder}/small.json', '--format', name, *ONLY],
                         capture_output=True, timeout=60, check=False)
    got, path = run.stdout.decode(), f'{folder}/small.{"out.json" if name == "json" else ending}'
    if '--renew' in sys.argv:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(got)
        continue
    with open(path, encoding='utf-8') as file:
        expected = file.read()
    if got != expected or run.stderr:
        bad += 1
        print(run.stderr.decode())
        sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), got.splitlines(True),
                                                   os.path.basename(path), f'frank check --format {name}'))
if '--renew' not in sys.argv and subprocess.run(['which', 'xmllint'], capture_output=True).returncode == 0:
    for arguments in (['--noout', f'{folder}/small.xml'], ['--html', '--noout', f'{folder}/small.html']):
        lint = subprocess.run(['xmllint', *arguments], capture_output=True, text=True)
        # libxml2 knows HTML 4 and complains of newer elements by name; all else is a fault.
        faults = [line for line in lint.stderr.splitlines() if 'error' in line and 'Tag ' not in line]
        bad += len(faults)
        print('\n'.join(faults))
sys.exit(1 if bad else 0)
