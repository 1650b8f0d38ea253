#!/usr/bin/python3
"""bench_audit - a live audit against its critical path, and twenty domains against one.

usage: bench_audit.py FRANK

The lab answers on this machine, so its servers share the processors with the audit; in the twenty
domains each server greets after a quarter of a second, as servers far away would. One round
runs each variant once; what is printed are medians of the rounds, as ratios.
"""
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

frank = os.path.abspath(sys.argv[1])
ROUNDS, DOMAINS = 7, 20


def scenario(folder):
    """Twenty domains, each with a mail host of its own."""
    lines = ['about twenty domains', 'domain d1.example', 'nameservers 192.0.2.53']
    for i in range(1, DOMAINS + 1):
        with open(f'{folder}/d{i}.zone', 'w', encoding='utf-8') as zone:
            zone.write(f'$ORIGIN d{i}.example.\n$TTL 3600\n'
                       f'@ SOA ns hostmaster 1 7200 900 1209600 3600\n@ NS ns\nns A 192.0.2.53\n'
                       f'@ MX 10 mail\nmail A 198.51.100.{i}\n@ TXT "v=spf1 mx -all"\n'
                       f'_dmarc TXT "v=DMARC1; p=reject"\n')
        lines += [f'zone d{i}.example d{i}.zone', f'service smtp 25 mail.d{i}.example 198.51.100.{i}',
                  f'greeting mail.d{i}.example ESMTP', 'accept postmaster abuse', 'trick delay 250']
    with open(f'{folder}/scenario.conf', 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')


def audit(folder, domains):
    """Seconds of the whole run; of asking until the last answer; of waiting along the critical path."""
    begun = time.monotonic()
    run = subprocess.run([frank, 'check', '--lab', folder, '--json', '--timing', *domains], capture_output=True)
    seconds = time.monotonic() - begun
    reports = json.loads(run.stdout)
    timing = [report['timing'] for report in reports.get('domains', [reports])]
    last = max(timing, key=lambda steps: steps[-1]['at'] + steps[-1]['ms'])
    return seconds, (last[-1]['at'] + last[-1]['ms']) / 1000, sum(step['ms'] for step in last) / 1000


with tempfile.TemporaryDirectory() as folder:
    scenario(folder)
    names = [f'd{i}.example' for i in range(1, DOMAINS + 1)]
    rounds = [(audit('startup-after', ['startup.example']), audit(folder, names[:1]), audit(folder, names))
              for _ in range(ROUNDS)]
median = [[statistics.median(r[i][k] for r in rounds) for k in range(3)] for i in range(3)]
print(f'audit: the last answer for startup.example comes after {median[0][1] * 1e3:.0f} ms, '
      f'{median[0][1] / median[0][2]:.2f} times what the critical path waits '
      f'({median[0][2] * 1e3:.0f} ms); with the start of the lab and the report {median[0][0] * 1e3:.0f} ms')
print(f'audit: {DOMAINS} domains at once take {median[2][1] / median[1][1]:.2f} times as long as one '
      f'({median[2][1] * 1e3:.0f} ms to {median[1][1] * 1e3:.0f} ms)')
