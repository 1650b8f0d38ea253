#!/usr/bin/python3
"""Servers that misbehave on purpose: never a crash, never a fault where nothing could be seen.

The shipped scenario is copied, and its server on port 25 is told to play a trick.
Usage: test_tricks.py FRANK SCENARIOS
"""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import audit as lab  # noqa: E402

ONLY = 'mx.reachable,mx.speed,name.banner,smtp,tls,sts.policy'

# trick: {check: verdict that must be there}, [checks that may not fail]
TRICKS = {
    'delay 6000': ({'mx.speed': 'warn', 'mx.reachable': 'pass'}, ['name.banner', 'smtp.starttls']),
    'drop 2': ({'smtp.ehlo': 'unknown'}, ['smtp.starttls', 'smtp.postmaster', 'smtp.open-relay']),
    'garbage': ({'mx.reachable': 'fail', 'smtp.starttls': 'unknown'}, ['smtp.starttls', 'smtp.postmaster']),
    'huge-line': ({'mx.reachable': 'fail', 'smtp.starttls': 'unknown'}, ['smtp.starttls']),
    'endless-ehlo': ({'smtp.ehlo': 'unknown'}, ['smtp.starttls', 'smtp.postmaster']),
    'say-421': ({'smtp.starttls': 'unknown', 'name.banner': 'unknown'}, ['smtp.starttls', 'name.banner', 'smtp.postmaster']),
    'greylist': ({'smtp.postmaster': 'unknown', 'smtp.greylisting': 'info'}, ['smtp.postmaster', 'smtp.abuse', 'smtp.open-relay']),
    'relay': ({'smtp.open-relay': 'fail'}, []),
    'tls-half': ({'smtp.starttls': 'fail', 'tls.handshake': 'fail'}, ['smtp.postmaster', 'tls.chain', 'tls.dates']),
    'lying-ehlo': ({'smtp.starttls': 'fail'}, ['tls.chain']),
    'tell-vrfy': ({'smtp.vrfy-expn': 'info'}, []),
    'inject': ({'mx.reachable': 'pass'}, []),
    'renegotiate': ({'tls.renegotiation': 'warn'}, ['tls.renegotiation', 'smtp.starttls']),
    'old-tls': ({'tls.versions': 'fail'}, ['smtp.starttls']),
}


def main():
    frank, scenarios = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, 'trick')
        shutil.copytree(os.path.join(scenarios, 'startup-after'), place)
        with open(os.path.join(scenarios, 'startup-after/scenario.conf'), encoding='utf-8') as file:
            honest = file.read()
        for trick, (there, never) in TRICKS.items():
            with open(os.path.join(place, 'scenario.conf'), 'w', encoding='utf-8') as file:
                file.write(honest.replace('accept founder', f'trick {trick}\naccept founder', 1))
            report = lab.audit(frank, '--lab', place, '-p', '/dev/null', '-t', '45', '--only', ONLY, 'startup.example')
            for check, verdict in there.items():
                lab.expect(verdict in lab.verdicts(report, check), f'{trick}: {check} is {verdict}, seen {lab.verdicts(report, check)}')
            for check in never:
                lab.expect('fail' not in lab.verdicts(report, check), f'{trick}: {check} never fails')
        redirect = honest.replace('file /.well-known/mta-sts.txt', 'trick redirect\nfile /.well-known/mta-sts.txt')
        with open(os.path.join(place, 'scenario.conf'), 'w', encoding='utf-8') as file:
            file.write(redirect)
        report = lab.audit(frank, '--lab', place, '-p', '/dev/null', '--only', ONLY, 'startup.example')
        lab.expect('fail' in lab.verdicts(report, 'sts.policy'), 'a redirected policy is a failure (RFC 8461 section 3.3)')
    sys.exit(lab.end())


if __name__ == '__main__':
    main()
