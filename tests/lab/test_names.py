#!/usr/bin/python3
"""Name servers and lists that misbehave on purpose: the audit sees each for what it is.

The shipped scenario is copied and changed.  Usage: test_names.py FRANK SCENARIOS
"""
import os
import shutil
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import audit as lab  # noqa: E402

ZONE = 'zone startup.example startup.zone secure\n'
OLD = 'zone startup.example old.zone at 198.51.100.53\n'

# name: (what stands in the scenario, what stands there then), topic, verdict of a check, words of its finding
CHANGES = {
    'nothing': (('', ''), 'list', 'list.usable', 'pass', '16 of 16 lists'),
    'a forgotten secondary': ((ZONE, ZONE + OLD), 'dns', 'dns.agree', 'fail', 'different TXT records'),
    'a silent name server': ((ZONE, ZONE + 'silent 198.51.100.53\n'), 'dns', 'dns.nameservers', 'warn', '1 of 4 addresses'),
    'a lame name server': ((ZONE, ZONE.strip() + ' at 192.0.2.53\n'), 'dns', 'dns.nameservers', 'fail', 'does not know the zone'),
    'a bogus zone': ((ZONE, ZONE.replace('secure', 'bogus')), 'dns', 'dns.dnssec', 'fail', ''),
    'a resolver silent about one name': ((ZONE, ZONE + 'silent resolver _dmarc.startup.example\n'), 'dmarc',
                                         'dmarc.present', 'unknown', 'did not answer'),
    'a listed address': (('zen.spamhaus.org', 'zen.spamhaus.org 2001:db8::10=127.0.0.4'), 'list', 'list.blocked', 'fail',
                         '2001:db8::10 is on the block list'),
    'a listed domain': (('multi.uribl.com', 'multi.uribl.com startup.example'), 'list', 'list.domain-blocked', 'fail', 'URIBL'),
    'a list that is gone': (('list addresses bl.mailspike.net\n', ''), 'list', 'list.usable', 'unknown', 'test entry'),
    'a list of everything': (('psbl.surriel.com', 'psbl.surriel.com *'), 'list', 'list.usable', 'unknown', 'list everything'),
    'a list that refuses us': (('bl.spamcop.net', 'bl.spamcop.net *=127.255.255.254'), 'list', 'list.usable', 'unknown', 'refuse'),
    'a list that is silent': ((ZONE, ZONE + 'silent resolver bl.blocklist.de\n'), 'list', 'list.usable', 'unknown', 'do not answer'),
    'a good sender': (('iadb.isipp.com', 'iadb.isipp.com 192.0.2.10=127.3.100.10'), 'list', 'list.accredited', 'pass', ''),
}


def main():
    frank, scenarios = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, 'changed')
        shutil.copytree(os.path.join(scenarios, 'startup-after'), place)
        with open(f'{place}/startup.zone', encoding='utf-8') as file:
            zone = file.read()
        with open(f'{place}/old.zone', 'w', encoding='utf-8') as file:
            file.write(zone.replace('2026112301', '2025010101').replace(' ip6:2001:db8::10 -all', ' ~all'))
        with open(f'{place}/scenario.conf', encoding='utf-8') as file:
            honest = file.read()
        for name, ((stands, then), topic, check, verdict, words) in CHANGES.items():
            with open(f'{place}/scenario.conf', 'w', encoding='utf-8') as file:
                file.write(honest.replace(stands, then, 1))
            report = lab.audit(frank, '--lab', place, '-p', '/dev/null', '-t', '30', '--only', topic, 'startup.example', ends=(0, 1, 3))
            seen = [(f['verdict'], f['says']) for f in report['findings'] if f['check'] == check]
            lab.expect(any(v == verdict and words in says for v, says in seen), f'{name}: {check} is {verdict}, seen {seen}')
    sys.exit(lab.end())


if __name__ == '__main__':
    main()
