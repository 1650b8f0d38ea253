#!/usr/bin/python3
"""frank-scenario(5) names each directive, certificate and trick that the code reads, and none more.

Usage: test_scenario_manual.py SOURCE-FOLDER
"""
import os
import re
import sys


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, 'lab/scenario.c'), encoding='utf-8') as file:
        code = file.read()
    with open(os.path.join(folder, 'man/frank-scenario.5'), encoding='utf-8') as file:
        sections = re.split(r'^\.Sh ', file.read(), flags=re.M)
    manual = {section.split('\n')[0]: set(re.findall(r'^\.It Cm (\S+)', section, re.M)) for section in sections}
    read = {'DESCRIPTION': set(re.findall(r'^\t\{ "([a-z]+)", (?:true|false),', code, re.M))}
    for section, array in ('CERTIFICATES', 'certs'), ('TRICKS', 'tricks'):
        body = re.search(r'\b%s\[\w*\] = \{(.*?)\};' % array, code, re.S)
        read[section] = set(re.findall(r'"([^"]+)"', body.group(1)))
    faults = []
    for section, words in read.items():
        assert len(words) > 5, section
        faults += [f'{word} is not under {section}' for word in sorted(words - manual[section])]
        faults += [f'{word} is under {section}, and not in the code' for word in sorted(manual[section] - words)]
    sys.exit('\n'.join(faults) or 0)


if __name__ == '__main__':
    main()
