#!/usr/bin/python3
"""The story: before fails as the founder's domain did, after exactly the three that remained.

Usage: test_scenarios.py FRANK
"""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import audit as lab  # noqa: E402

BEFORE = {'name.fcrdns', 'name.banner', 'tls.chain', 'dkim.found', 'spf.syntax', 'dmarc.present', 'mx.ipv6',
          'name.imap-banner', 'name.pop3-banner', 'list.accredited', 'list.blocked'}
AFTER = {'list.accredited', 'name.imap-banner', 'name.pop3-banner'}


def main():
    frank = sys.argv[1]
    before = lab.audit(frank, '--lab', 'startup-before', '-s', 's2026', 'startup.example')
    after = lab.audit(frank, '--lab', 'startup-after', '-s', 's2026', '-s', 'e2026', 'startup.example')
    for check in sorted(BEFORE):
        lab.expect(check in lab.failing(before), f'before: {check} fails')
    lab.expect(lab.failing(after) == AFTER, f'after: exactly {sorted(AFTER)} fail, seen {sorted(lab.failing(after))}')
    for name, report in (('before', before), ('after', after)):
        unknown = {f['check'] for f in report['findings'] if f['verdict'] == 'unknown'}
        lab.expect(not unknown, f'{name}: everything can be seen, but {sorted(unknown)}')
    ports = {f['subject'].split()[-1] for f in before['findings'] if f['check'] == 'name.pop3-banner'}
    lab.expect(ports == {'110', '995'}, f'before: POP3 with and without TLS is judged, seen {sorted(ports)}')
    lab.expect(len(before['receivers']) == 4, 'a row for each large receiver')
    lab.expect(any(r['bulk'] == 'no' for r in before['receivers']), 'before: some receiver refuses')
    lab.expect(all(r['accepted'] != 'no' for r in after['receivers']), 'after: no receiver refuses')
    with tempfile.TemporaryDirectory() as folder:
        saved, profile = f'{folder}/evidence.json', f'{folder}/profile.conf'
        with open(profile, 'w', encoding='utf-8') as file:
            file.write('list.accredited critical counts\n')
        live = lab.audit(frank, '--lab', 'startup-after', '--save', saved, '-s', 's2026', 'startup.example')
        replayed = lab.audit(frank, '--evidence', saved, '-s', 's2026', '-p', profile)
        lab.expect([(f['check'], f['verdict'], f['subject']) for f in live['findings']]
                   == [(f['check'], f['verdict'], f['subject']) for f in replayed['findings']],
                   'the saved evidence gives the same verdicts')
    sys.exit(lab.end())


if __name__ == '__main__':
    main()
