#!/usr/bin/python3
"""Both DNS engines against real servers, and against one that lies.

A small Internet on loopback: NSD as the root (on the root servers' own addresses) and for
signed zones, Knot for an unsigned one, Unbound as a validating resolver. Usage: test_dns.py ASK
"""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import world as play  # noqa: E402

KNOT4 = '203.0.113.53'
LIAR = '127.0.9.9'
LIAR_PORT = 5399
ROOTS = ['198.41.0.4', '199.9.14.201', '192.33.4.12', '199.7.91.13', '192.203.230.10', '192.5.5.241',
         '192.112.36.4', '198.97.190.53', '192.36.148.17', '192.58.128.30', '193.0.14.129', '199.7.83.42',
         '202.12.27.33']

SOA = '$ORIGIN {0}\n$TTL 300\n@ SOA ns.{0} hostmaster.{0} 1 3600 600 86400 60\n@ NS ns.{0}\n'
SIGNED = SOA + '''ns A {1}
@ TXT "v=spf1 -all" " second"
@ MX 10 mail
mail A 192.0.2.10
www CNAME mail
out CNAME mail.insecure.test.
*.wild TXT "any"
odd TYPE65280 \\# 3 010203
'''


class Test:
    def __init__(self, ask, world):
        self.ask_path = os.path.abspath(ask)
        self.world = world
        self.failures = 0

    def ask(self, *arguments, status=(0,)):
        result = subprocess.run([self.ask_path, *arguments], capture_output=True, text=True, timeout=100)
        if result.returncode not in status:
            raise RuntimeError(f"ask {' '.join(arguments)} ended with {result.returncode}: {result.stderr}")
        if result.returncode == 2:
            return result.stderr.strip()
        return {(a['name'].lower(), a['type']): a for a in json.loads(result.stdout)['answers']}

    def check(self, what, seen, wanted):
        good = seen == wanted
        print(f"{'ok' if good else 'NOT OK'}: {what}" + ('' if good else f': {str(seen)[:300]}, not {wanted}'))
        self.failures += not good

    def row(self, what, answers, question, **wanted):
        answer = answers[question]
        for key, value in wanted.items():
            self.check(f'{what}: {question[0]} {question[1]} {key}', answer.get(key), value)


def sign(world, zone):
    """Sign a zone file in place; the DS lines for its parent are returned."""
    folder = world.path('zones', 'x')[:-2]
    key = play.run('ldns-keygen', '-a', 'ECDSAP256SHA256', '-k', zone, cwd=folder).strip()
    file = 'root' if zone == '.' else zone
    play.run('ldns-signzone', '-n', '-o', zone, '-f', file + '.signed', file, key, cwd=folder)
    return play.run('ldns-key2ds', '-n', '-2', f'{folder}/{key}.key').strip()


def make_zones(world):
    """The zones; the root's trust anchor is returned."""
    delegations = ''
    for zone in ('secure.test', 'bogus.test'):
        world.write('zones/' + zone, SIGNED.format(zone + '.', play.NSD4))
        ds = sign(world, zone)
        if zone == 'bogus.test':
            ds = re.sub(r'[0-9a-f]{60,}', '00' * 32, ds, flags=re.IGNORECASE)
        delegations += f'{zone}. NS ns.{zone}.\nns.{zone}. A {play.NSD4}\n{ds}\n'
    world.write('zones/insecure.test', SIGNED.format('insecure.test.', KNOT4))
    delegations += f'insecure.test. NS ns.insecure.test.\nns.insecure.test. A {KNOT4}\n'
    letters = ''.join(f'. NS {chr(97 + i)}.root-servers.net.\n{chr(97 + i)}.root-servers.net. A {address}\n'
                      for i, address in enumerate(ROOTS))
    world.write('zones/root', '$TTL 300\n. SOA a.root-servers.net. nstld.root-servers.net. 1 1800 900 604800 60\n'
                + letters + delegations)
    anchor = sign(world, '.')
    world.write('anchor', anchor + '\n')
    return anchor


def start_nsd(world):
    zones = ''.join(f'zone:\n  name: {name}\n  zonefile: {file}.signed\n'
                    for name, file in (('.', 'root'), ('secure.test', 'secure.test'), ('bogus.test', 'bogus.test')))
    addresses = ''.join(f'  ip-address: {a}\n' for a in ROOTS + [play.NSD4])
    conf = world.write('nsd.conf', f'''
server:
{addresses}  zonesdir: "{world.path('zones', 'x')[:-2]}"
  username: ""
  database: ""
  pidfile: "{world.path('nsd.pid')}"
  xfrdfile: "{world.path('nsd.xfrd')}"
  zonelistfile: "{world.path('nsd.list')}"
  cookie-secret-file: ""
  rrl-ratelimit: 0
remote-control:
  control-enable: no
{zones}''')
    world.start('nsd', ['nsd', '-d', '-c', conf], [(ROOTS[0], 53), (play.NSD4, 53)])


def start_knot(world):
    folder = world.path('knot', 'x')[:-2]
    conf = world.write('knot/knot.conf', f'''
server:
  rundir: {folder}
  listen: {KNOT4}@53
database:
  storage: {folder}
zone:
  - domain: insecure.test
    file: {world.path('zones', 'insecure.test')}
    zonefile-load: whole
''')
    world.start('knot', ['knotd', '-c', conf], [(KNOT4, 53)])


def start_unbound(world):
    hints = world.write('hints', ''.join(f'. 3600 NS {chr(97 + i)}.root-servers.net.\n'
                                         f'{chr(97 + i)}.root-servers.net. 3600 A {a}\n' for i, a in enumerate(ROOTS)))
    conf = world.write('unbound.conf', f'''
server:
  interface: {play.RESOLVER}
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "{world.folder}"
  pidfile: "{world.path('unbound.pid')}"
  use-syslog: no
  do-daemonize: no
  do-ip6: no
  local-zone: "test." transparent
  root-hints: "{hints}"
  trust-anchor-file: "{world.path('anchor')}"
remote-control:
  control-enable: no
''')
    world.start('unbound', ['unbound', '-d', '-c', conf], [(play.RESOLVER, 53)])


QUESTIONS = [('secure.test', 'TXT'), ('secure.test', 'MX'), ('www.secure.test', 'A'), ('a.wild.secure.test', 'TXT'),
             ('odd.secure.test', 'TYPE65280'), ('none.secure.test', 'A'), ('mail.secure.test', 'AAAA'),
             ('out.secure.test', 'A'), ('insecure.test', 'TXT'), ('gone.insecure.test', 'A'), ('bogus.test', 'TXT'),
             ('mail.bogus.test', 'A')]


def security_is_told_apart(test, what, *options):
    answers = test.ask(*options, *[word for q in QUESTIONS for word in q])
    secure, insecure = {'security': 'secure'}, {'security': 'insecure'}
    test.row(what, answers, ('secure.test', 'TXT'), status='NOERROR', rdata=['"v=spf1 -all" " second"'], **secure)
    test.row(what, answers, ('secure.test', 'MX'), rdata=['10 mail.secure.test.'], **secure)
    test.check(f'{what}: ttl', 290 <= answers[('secure.test', 'MX')]['ttl'] <= 300, True)
    test.row(what, answers, ('www.secure.test', 'A'), rdata=['192.0.2.10'], aliases=['mail.secure.test'], **secure)
    test.row(what, answers, ('a.wild.secure.test', 'TXT'), rdata=['"any"'], **secure)
    test.row(what, answers, ('odd.secure.test', 'TYPE65280'), rdata=['\\# 3 010203'], **secure)
    test.row(what, answers, ('none.secure.test', 'A'), status='NXDOMAIN', rdata=[], **secure)
    test.row(what, answers, ('mail.secure.test', 'AAAA'), status='NOERROR', rdata=[], **secure)
    test.row(what, answers, ('out.secure.test', 'A'), status='NOERROR', rdata=['192.0.2.10'], **insecure)
    test.row(what, answers, ('insecure.test', 'TXT'), status='NOERROR', **insecure)
    test.row(what, answers, ('gone.insecure.test', 'A'), status='NXDOMAIN', **insecure)
    test.row(what, answers, ('bogus.test', 'TXT'), status='BOGUS', rdata=[], security='bogus')
    test.row(what, answers, ('mail.bogus.test', 'A'), status='BOGUS', security='bogus')
    test.check(f'{what}: why bogus is said', len(answers[('bogus.test', 'TXT')].get('why', '')) > 20, True)


def direct_questions(test):
    what = 'asked of the server itself'
    for transport in ([], ['--tcp']):
        answers = test.ask('--server', play.NSD4, '--allow-private', *transport, 'secure.test', 'SOA', 'secure.test',
                           'DNSKEY', 'insecure.test', 'A')
        test.row(what, answers, ('secure.test', 'SOA'), aa=True, status='NOERROR', edns=True, ra=None,
                 transport='tcp' if transport else 'udp')
        test.check(f'{what}: size is noted', answers[('secure.test', 'SOA')].get('size', 0) > 40, True)
        test.check(f'{what}: a key came', len(answers[('secure.test', 'DNSKEY')]['rdata']), 1)
        test.row(what, answers, ('insecure.test', 'A'), aa=None)
    answers = test.ask('--server', play.NSD4, 'secure.test', 'SOA')
    test.row('a private server', answers, ('secure.test', 'SOA'), status='TIMEOUT',
             why="not visited: the address is not a public one (--allow-private visits it)")


LIES = {
    'silent': dict(status='TIMEOUT'),
    'wrongid': dict(status='TIMEOUT'),
    'wrongquestion': dict(status='TIMEOUT'),
    'elsewhere': dict(status='TIMEOUT'),
    'wrongowner': dict(status='NOERROR', rdata=[]),
    'first-wrong': dict(status='NOERROR', rdata=['"good"']),
    'truncated': dict(status='NOERROR', rdata=['"good"']),
    'garbage': dict(status='TIMEOUT'),  # with another question in it, it is no answer
    'loop': dict(status='SERVFAIL', why='the chain of CNAME records does not end'),
    'servfail': dict(status='SERVFAIL'),
    'refused': dict(status='REFUSED'),
    'good': dict(status='NOERROR', rdata=['"good"'], security='insecure'),
}


def lies_are_survived(test):
    names = list(LIES) + ['big', 'strings', 'many', 'short']
    words = [word for label in names for word in (f'{label}.test', 'TXT')]
    answers = test.ask('--resolver', f'{LIAR}:{LIAR_PORT}', '--engine', 'c-ares', *words)
    for label, wanted in LIES.items():
        test.row('a lying resolver', answers, (f'{label}.test', 'TXT'), **wanted)
    big = answers[('big.test', 'TXT')]
    test.check('64 kB over TCP', len(big['rdata'][0]) > 65000, True)
    test.check('10,000 strings', answers[('strings.test', 'TXT')]['rdata'][0].count('"s"'), 10000)
    test.row('4,000 records', answers, ('many.test', 'TXT'), status='NOERROR')
    test.check('4,000 records, 1,000 are kept', len(answers[('many.test', 'TXT')]['rdata']), 1000)
    test.check('no answer is poisoned', 'poison' in json.dumps(list(answers.values())), False)


def the_deadline_is_kept(test):
    answers = test.ask('--resolver', f'{LIAR}:{LIAR_PORT}', '--engine', 'c-ares', '--timeout', '300', 'silent.test',
                       'TXT', 'good.test', 'TXT', status=(3,))
    test.row('deadline', answers, ('silent.test', 'TXT'), status='TIMEOUT',
             why='no answer within the time limit of the whole run (--timeout)')
    test.row('deadline', answers, ('good.test', 'TXT'), status='NOERROR')


def mistakes_are_named(test):
    broken = test.world.write('broken', '$ORIGIN secure.test.\n@ 300 SOA ns hostmaster 1 2 3 4 5\n@ MX mail\n')
    for arguments, wanted in (
            (['--resolver', 'ns.example', '--engine', 'c-ares'], 'give an address'),
            (['--resolver', '192.0.2.1:0', '--engine', 'unbound'], 'give an address'),
            (['--engine', 'unbound', '--anchor', '/nonexistent'], '/nonexistent'),
            (['--offline', '--zone', broken], broken + ':3: '),
            (['--offline', '--zone', '/nonexistent'], '/nonexistent: No such file'),
            (['--offline', '--zone', '/dev/zero'], '/dev/zero: not a file')):
        said = test.ask(*arguments, 'secure.test', 'A', status=(2,))
        test.check(f"{' '.join(arguments)}: {said}", wanted in said, True)


def zones_stand_ahead(test):
    zone = test.world.write('overlay', SIGNED.format('secure.test.', '192.0.2.1') +
                            'new TXT "not published yet"\ngone CNAME nothing.secure.test.\nsub NS ns.elsewhere.test.\n')
    live = ['--resolver', play.RESOLVER, '--engine', 'c-ares', '--zone', zone]
    answers = test.ask(*live, 'new.secure.test', 'TXT', 'insecure.test', 'TXT', 'out.secure.test', 'A',
                       'gone.secure.test', 'A', 'x.sub.secure.test', 'A')
    test.row('zone file', answers, ('new.secure.test', 'TXT'), rdata=['"not published yet"'])
    test.row('zone file', answers, ('insecure.test', 'TXT'), status='NOERROR', security='insecure')
    test.row('zone file, alias out', answers, ('out.secure.test', 'A'), rdata=['192.0.2.10'],
             aliases=['mail.insecure.test'])
    test.row('zone file', answers, ('gone.secure.test', 'A'), status='NXDOMAIN')
    test.row('zone file, delegated: live', answers, ('x.sub.secure.test', 'A'), status='NXDOMAIN')
    answers = test.ask('--offline', '--zone', zone, 'insecure.test', 'TXT', 'out.secure.test', 'A')
    test.row('offline', answers, ('insecure.test', 'TXT'), status='NXDOMAIN')
    test.row('offline', answers, ('out.secure.test', 'A'), status='NXDOMAIN')


def main():
    play.inside()
    for address in ROOTS + [KNOT4]:
        play.run('ip', 'address', 'add', address + '/32', 'dev', 'lo')
    world = play.World('/bin/true')
    test = Test(sys.argv[1], world)
    try:
        anchor = make_zones(world)
        assert anchor
        start_nsd(world)
        start_knot(world)
        start_unbound(world)
        world.start('liar', [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'liar.py'), LIAR,
                             str(LIAR_PORT)], [(LIAR, LIAR_PORT)])
        security_is_told_apart(test, 'own recursion', '--engine', 'unbound', '--anchor', world.path('anchor'))
        security_is_told_apart(test, 'forwarding', '--engine', 'unbound', '--anchor', world.path('anchor'),
                               '--resolver', play.RESOLVER)
        security_is_told_apart(test, 'stub', '--engine', 'c-ares', '--resolver', play.RESOLVER)
        direct_questions(test)
        mistakes_are_named(test)
        zones_stand_ahead(test)
        lies_are_survived(test)
        the_deadline_is_kept(test)
    finally:
        world.end()
    print(f'{test.failures} expectations failed')
    sys.exit(1 if test.failures else 0)


if __name__ == '__main__':
    main()
