#!/usr/bin/python3
"""The screens in README.md are what the program prints.

usage: test_readme.py FRANK README
"""
import os
import shlex
import subprocess
import sys

frank, readme = os.path.abspath(sys.argv[1]), sys.argv[2]
with open(readme, encoding='utf-8') as file:
    lines = file.read().split('\n')
screens, bad = 0, 0
for number, line in enumerate(lines):
    if not line.startswith('    $ frank '):
        continue
    screens += 1
    shown = []
    for following in lines[number + 1:]:
        if following and not following.startswith('    '):
            break
        shown.append(following[4:])
    run = subprocess.run([frank, *shlex.split(line[len('    $ frank '):])], capture_output=True, text=True, timeout=60,
                         cwd=os.path.dirname(os.path.abspath(readme)))
    if '\n'.join(shown).strip() != run.stdout.strip():
        bad += 1
        print(f'{readme}:{number + 1}: it prints something else:\n{run.stdout}{run.stderr}')
print(f'{screens} screens, {bad} wrong')
sys.exit(1 if bad or screens == 0 else 0)
