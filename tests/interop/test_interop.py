#!/usr/bin/python3
"""DKIM with a peer, in both directions, over a corpus of messages: what frank signs it verifies, what it
signs frank verifies, and a bit changed anywhere that is signed is seen by both.

Usage: test_interop.py FRANK PEER [FOLDER OF NODE]     (opendkim FILE is the driver's program)
"""
import json
import os
import random
import subprocess
import sys
import tempfile

from corpus import corpus, wild

SKIP = 77
HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = {'rsa': ('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'),
        'big': ('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:4096'),
        'old': ('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:1024'),
        'ed': ('ed25519', '-algorithm ed25519')}
CANONS = [(header, body) for header in ('relaxed', 'simple') for body in ('relaxed', 'simple')]

OPEN = {'no-final-crlf', 'no-final-crlf-space', 'random-2', 'random-3', 'random-7', 'random-11'}
OPEN_SPACE = OPEN - {'no-final-crlf', 'random-2'}
# Where a peer and we differ: peers, messages (None: all), header, body, key (None: any), and why. No message
# that came by SMTP ends without CRLF, so nothing follows from the first three.
DISPUTED = [
    ({'dkimpy', 'opendkim', 'mailauth'}, OPEN_SPACE, None, 'relaxed', None,
     'white space at the end of a last line without CRLF stays; RFC 6376 section 3.4.4 has it go at every end of line'),
    ({'opendkim'}, OPEN, None, 'relaxed', None, 'a body that does not end in CRLF is refused'),
    ({'maildkim'}, OPEN, None, 'simple', None, 'no CRLF is added to the end, as section 3.4.3 asks'),
    ({'opendkim', 'mailauth'}, {'wild-bare-cr', 'wild-ends-in-cr', 'wild-cr-crlf'}, None, None, None,
     'a CR alone is made a line end, or dropped, before it is hashed'),
]
# What a peer cannot do at all.
LACKS = {'maildkim': {'ed'}}


class Peer:
    """A program that answers questions, a line each."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **question):
        try:
            self.process.stdin.write(self.line(question) + '\n')
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ''
        if not line and self.process.wait() == SKIP:
            print('SKIP: the peer is not installed')
            sys.exit(SKIP)
        assert line, ('the peer ended', question)
        return self.read(line)

    def line(self, question):
        return json.dumps(question)

    def read(self, line):
        return json.loads(line)


class OpenDkim(Peer):
    def line(self, question):
        if question['op'] == 'verify':
            return 'verify ' + question['file']
        return 'sign ' + ' '.join(question[part] for part in ('file', 'key', 'selector', 'type', 'header', 'body'))

    def read(self, line):
        if line.startswith('DKIM-Signature'):
            return {'field': line.rstrip('\n').replace('\\n', '\r\n') + '\r\n'}
        return {'error': line} if line.startswith('error') else {'results': [line.strip()]}


class Test:
    def __init__(self, frank, peer, extra):
        self.frank, self.name = os.path.abspath(frank), peer
        self.failures = self.count = 0
        self.disputes = set()
        self.own_faults = 0  # signatures that their signer does not verify either
        self.make_keys()
        commands = {'dkimpy': ['/usr/bin/python3', HERE + '/peer_dkimpy.py', 'zone.json'],
                    'maildkim': ['/usr/bin/perl', HERE + '/peer_maildkim.pl', 'zone.json'],
                    'mailauth': ['node', HERE + '/peer_mailauth.js', 'zone.json', *extra],
                    'opendkim': [*extra, 'zone.txt']}
        try:
            self.peer = (OpenDkim if peer == 'opendkim' else Peer)(commands[peer])
        except FileNotFoundError as error:
            print('SKIP:', error)
            sys.exit(SKIP)

    def make_keys(self):
        zone = {}
        for name, (kind, how) in KEYS.items():
            subprocess.run(f'openssl genpkey {how} -out {name}.pem', shell=True, check=True, capture_output=True)
            shown = json.loads(subprocess.run([self.frank, 'key', 'show', '--json', name + '.pem'], check=True,
                                              capture_output=True).stdout)
            zone[name + '._domainkey.e.test'] = shown['items'][0]['record']
        json.dump(zone, open('zone.json', 'w'))
        with open('zone.txt', 'w') as file:
            file.writelines(f'{name} {record}\n' for name, record in zone.items())
        answers = [{'name': name, 'type': 'TXT', 'rdata': [' '.join(f'"{record[at:at + 255]}"' for at in
                                                                    range(0, len(record), 255))]}
                   for name, record in zone.items()]
        json.dump({'frank': 'evidence/1', 'subject': {'domain': 'e.test'}, 'taken': '2026-11-23T08:00:00Z',
                   'answers': answers}, open('zone.evidence', 'w'))

    def wrong(self, what, *why):
        self.failures += 1
        print('WRONG', self.name, what, *why)

    def differs(self, row, *why):
        """A message on which we do not agree: a dispute that is known, or a fault."""
        name, _, canon, key = row
        for number, (peers, names, header, body, which, _) in enumerate(DISPUTED):
            if self.name in peers and (names is None or name in names) and header in (None, canon[0]) and \
                    body in (None, canon[1]) and which in (None, key):
                self.disputes.add(number)
                return
        self.wrong(name, '/'.join(canon), key, *why)

    def stale_disputes(self):
        """A dispute that came to an end is to be struck from the table."""
        for number, row in enumerate(DISPUTED):
            if self.name in row[0] and number not in self.disputes:
                self.wrong('the dispute is over:', row[-1])

    def frank_says(self, folder):
        """The first signature's result of each message in a folder."""
        done = subprocess.run([self.frank, 'verify', '--json', '--evidence', 'zone.evidence', '--at',
                               '2030-01-01T00:00:00Z', folder], capture_output=True, timeout=300)
        assert done.returncode in (0, 1, 3), done.stderr
        out = json.loads(done.stdout)
        return {os.path.basename(m['file']): m['dkim'][0] if m['dkim'] else {'result': 'none', 'reason': ''}
                for m in out.get('messages', [out])}

    def peer_says(self, path):
        answer = self.peer.ask(op='verify', file=os.path.abspath(path))
        return answer['results'][0] if answer.get('results') else 'none ' + answer.get('error', '')

    def frank_signs(self, mail, key, canon):
        return subprocess.run([self.frank, 'sign', '--key', key + '.pem', '--selector', key, '--domain', 'e.test',
                               '--canon', '/'.join(canon), '--field', '-'], input=mail, check=True,
                              capture_output=True).stdout

    def rows(self, messages):
        """Every message with one key and canonicalization; a few with all of them."""
        plan = [(name, mail, canon, key) for name, mail in messages[:6] for canon in CANONS for key in KEYS]
        plan += [(name, mail, CANONS[number % 4], ('rsa', 'ed', 'rsa', 'big')[number // 4 % 4])
                 for number, (name, mail) in enumerate(messages)]
        plan += [(name, mail, CANONS[(number + 1) % 4], 'rsa') for number, (name, mail) in enumerate(messages)]
        return [row for row in plan if row[3] not in LACKS.get(self.name, ())]

    def theirs(self):
        """What the peer signs, verified by frank."""
        os.mkdir('theirs')
        rows = {}
        for number, row in enumerate(self.rows(corpus() + wild())):
            name, mail, canon, key = row
            path = f'theirs/{number:04}.eml'
            open(path, 'wb').write(mail)
            made = self.peer.ask(op='sign', file=os.path.abspath(path), key=key + '.pem', selector=key,
                                 type=KEYS[key][0], header=canon[0], body=canon[1])
            if 'field' not in made:
                os.unlink(path)
                if not name.startswith('wild'):
                    self.differs(row, 'was not signed', made)
                continue
            open(path, 'wb').write(made['field'].encode() + mail)
            rows[os.path.basename(path)] = row
        for file, said in self.frank_says('theirs').items():
            self.count += 1
            if said['result'] == 'pass':
                continue
            if self.peer_says('theirs/' + file) != 'pass':
                self.own_faults += 1  # libopendkim with Ed25519 and simple headers; mailauth now and then
            else:
                self.differs(rows[file], 'is signed by the peer, and frank says', said['result'], said['reason'])

    def ours(self):
        """What frank signs, verified by the peer."""
        os.mkdir('ours')
        for number, row in enumerate(self.rows(corpus())):
            _, mail, canon, key = row
            path = f'ours/{number:04}.eml'
            open(path, 'wb').write(self.frank_signs(mail, key, canon) + mail)
            said = self.peer_says(path)
            self.count += 1
            if said != 'pass':
                self.differs(row, 'is signed by frank, and the peer says', said)

    def changed(self):
        """One bit of what is signed changed: nobody may say pass. White space in b= means nothing."""
        chance = random.Random(7)
        os.mkdir('changed')
        mail = dict(corpus())['size-1000']
        for canon in (('simple', 'simple'), ('relaxed', 'relaxed')):
            field = self.frank_signs(mail, 'rsa', canon)
            whole = field + mail
            spots = [at for at, byte in enumerate(whole) if byte > 32 and whole[at - 1:at + 1].isalnum()]
            for at in chance.sample(spots, 60):
                bits = [bit for bit in range(7) if chr(whole[at] ^ 1 << bit).isalnum() and
                        (canon[0] == 'simple' or at > whole.index(b'\r\n\r\n') or bit != 5)]
                if not bits:
                    continue
                broken = bytearray(whole)
                broken[at] ^= 1 << chance.choice(bits)
                path = f'changed/{canon[0]}-{at:05}.eml'
                open(path, 'wb').write(broken)
                self.count += 1
                if self.peer_says(path).startswith('pass'):
                    self.wrong(path, 'is not seen by the peer:', bytes(whole[at - 20:at + 20]))
        for file, said in self.frank_says('changed').items():
            if said['result'] == 'pass':
                self.wrong(file, 'is not seen by frank')


def main():
    frank, peer, *extra = sys.argv[1:]
    frank, extra = os.path.abspath(frank), [os.path.abspath(path) for path in extra]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        test = Test(frank, peer, extra)
        test.theirs()
        test.ours()
        test.changed()
        test.stale_disputes()
        assert test.own_faults < test.count / 10, test.own_faults
        os.chdir('/')
    print(f'{peer}: {test.count} messages, {test.failures} wrong, {len(test.disputes)} kinds of dispute, '
          f'{test.own_faults} that the peer itself does not verify')
    sys.exit(test.failures > 0)


main()
