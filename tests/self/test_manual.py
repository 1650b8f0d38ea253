#!/usr/bin/python3
"""Each option is in its verb's manual and in the completions, and none more is in the manual.

Usage: test_manual.py FRANK MAN-FOLDER
"""
import os
import re
import subprocess
import sys


def run(*arguments):
    return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout


def main():
    frank, folder = sys.argv[1:]
    shells = {shell: run(frank, 'completion', shell) for shell in ('bash', 'zsh', 'fish')}
    with open(os.path.join(folder, 'frank.1'), encoding='utf-8') as file:
        overview = file.read()
    faults = []
    verbs = re.findall(r'^  ([a-z]+)  ', run(frank, 'help'), re.M)
    assert 'check' in verbs
    for verb in verbs:
        if f'.It Cm {verb}' not in overview:
            faults.append(f'{verb} is not in frank.1')
        options = set(re.findall(r'^  (?:-\w,|   ) --([a-z0-9-]+)', run(frank, verb, '--help'), re.M))
        path = os.path.join(folder, f'frank-{verb}.1')
        if not options and not os.path.exists(path):
            continue
        with open(path, encoding='utf-8') as file:
            told = set(re.findall(r'^\.It .*?Fl -([a-z0-9-]+)', file.read(), re.M))
        faults += [f'--{o} is not in frank-{verb}.1' for o in sorted(options - told)]
        faults += [f'frank-{verb}.1 tells of --{o}, which is not there' for o in sorted(told - options)]
        for shell, text in shells.items():
            flag = '-l %s\\b' if shell == 'fish' else '--%s\\b'
            faults += [f'--{o} is not in the {shell} completion' for o in sorted(options)
                       if not re.search(flag % re.escape(o), text)]
    sys.exit('\n'.join(faults) or 0)


if __name__ == '__main__':
    main()
