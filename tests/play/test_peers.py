#!/usr/bin/python3
"""Talks with mail and web servers that misbehave on purpose, each at an address of its own.

What a server does stands in a table: it says a greeting and then one reply for each line it
hears, or it runs a function of its own. Usage: test_peers.py ASK FRANK
"""
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import names  # noqa: E402
import world as play  # noqa: E402

HELLO = '220 mx.play.test ESMTP'
LISTS = '250-mx.play.test\r\n250-STARTTLS\r\n250 8BITMIME'


# ---- servers ----

def lines_of(connection):
    """What the client says, line by line, until it hangs up."""
    rest = b''
    while True:
        while b'\n' not in rest:
            octets = connection.recv(65536)
            if not octets:
                return
            rest += octets
        line, rest = rest.split(b'\n', 1)
        yield line.rstrip(b'\r').decode('latin-1')


def say(connection, text):
    connection.sendall((text + '\r\n').encode('latin-1'))


def scripted(greeting, replies):
    """A server that answers by the first word of a line; '' answers all others."""
    def run(connection, _):
        say(connection, greeting)
        for line in lines_of(connection):
            words = line.split(' ')
            tagged = len(words) > 1 and words[0][:1] == 'f' and words[0][1:].isdigit()
            word = (words[1] if tagged else words[0]).upper()
            reply = replies.get(word, replies.get('', '250 ok'))
            reply = reply(line) if callable(reply) else reply.replace('TAG', words[0])
            say(connection, reply)
            if word in ('QUIT', 'LOGOUT') or reply.startswith('421'):
                return
    return run


def smtp(**replies):
    return scripted(replies.pop('greeting', HELLO), {'EHLO': LISTS.replace('250-STARTTLS\r\n', ''),
                                                     'QUIT': '221 bye', **replies})


def wait_for_end(connection):
    while connection.recv(65536):
        pass


def flood(head, octets):
    """The head, then the same octets until the client has enough."""
    def run(connection, _):
        connection.sendall(head)
        while True:
            connection.sendall(octets)
    return run


def drip(octets):
    """One byte at a time, too slowly to come to an end."""
    def run(connection, _):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            for i in range(len(octets)):
                connection.sendall(octets[i:i + 1])
                time.sleep(0.3)
    return run


def quick_drip(server):
    """Any server, whose octets come one to a segment."""
    class Slow:
        def __init__(self, connection):
            self.connection = connection
            self.recv = connection.recv

        def sendall(self, octets):
            for i in range(len(octets)):
                self.connection.sendall(octets[i:i + 1])

    def run(connection, world):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server(Slow(connection), world)
    return run


def silent(connection, _):
    wait_for_end(connection)


def no_handshake(connection, _):
    """STARTTLS is promised, then nothing comes."""
    say(connection, HELLO)
    for line in lines_of(connection):
        say(connection, LISTS if line.startswith('EHLO') else '220 go ahead')
        if line == 'STARTTLS':
            break
    wait_for_end(connection)


def starttls(certificate, injectable=False):
    """STARTTLS with a certificate; the injectable kind obeys what came before the handshake."""
    def run(connection, world):
        say(connection, HELLO)
        rest = b''
        while b'STARTTLS' not in rest:
            rest = connection.recv(65536)
            say(connection, '220 go ahead' if b'STARTTLS' in rest else LISTS)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(world.path('certificates', certificate))
        with context.wrap_socket(connection, server_side=True) as secure:
            if injectable and rest.split(b'STARTTLS\r\n')[1]:
                say(secure, '500 what?')
            smtp(greeting='')(NoGreeting(secure), world)
    return run


def late_line(connection, _):
    """One line too many at the first RCPT; it comes late, and so does everything after it."""
    say(connection, HELLO)
    held = None
    for line in lines_of(connection):
        reply = '221 bye' if line == 'QUIT' else '550 no' if line.startswith('RCPT') else '250 ok'
        if held is None and line.startswith('RCPT'):
            held = '250 this answers MAIL'
        if held is None:
            say(connection, reply)
        else:
            say(connection, held)
            held = reply
        if line == 'QUIT':
            say(connection, held)
            return


class NoGreeting:
    def __init__(self, connection):
        self.connection = connection
        self.recv = connection.recv
        self.greeted = False

    def sendall(self, octets):
        if self.greeted:
            self.connection.sendall(octets)
        self.greeted = True


def web(head, octets=None, pause=0):
    """HTTPS: the head, and (again and again) the octets."""
    def run(connection, world):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(world.path('certificates', 'one.pem'))
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(65536)
            secure.sendall(head)
            while octets:
                secure.sendall(octets)
                time.sleep(pause)
            secure.unwrap()
    return run


OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'

# How to ask, what answers, and what the evidence must say: status, and words of the error.
PEERS = {
    # Answers that belong to no question.
    'one line too many': ('smtp/visit', smtp(MAIL='250 ok\r\n250 and ok'), 'GARBLED', 'more than it was asked'),
    'one line too many at the end': ('smtp/visit', smtp(QUIT='221 bye\r\n250 ok'), 'GARBLED', 'more than'),
    'a hasty second greeting': ('smtp/visit', smtp(greeting=HELLO + '\r\n220 again'), 'GARBLED', '220 again'),
    'one line too many, late': ('smtp/visit', late_line, 'GARBLED', 'QUIT was answered twice'),
    'another word of farewell': ('smtp/visit', smtp(QUIT='250 bye'), 'OK', ''),
    '421 at any time': ('smtp/visit', smtp(RCPT='550 no\r\n421 too many errors'), 'CLOSED', '421 too many'),
    'POP3 says too much': ('pop3/visit', scripted('+OK', {'CAPA': '+OK\r\nSTLS\r\n.\r\n+OK', '': '-ERR'}),
                           'GARBLED', 'more than it was asked'),
    'IMAP may speak unasked': ('imap/visit', scripted('* OK hi', {
        'CAPABILITY': '* CAPABILITY IMAP4rev1\r\nTAG OK\r\n* OK [ALERT] soon', 'LOGOUT': '* BYE\r\nTAG OK'}), 'OK', ''),
    'IMAP with a literal': ('imap/visit', scripted('* OK hi', {
        'CAPABILITY': '* X {11}\r\nf1 OK wrong\r\n* CAPABILITY IMAP4rev1\r\nTAG OK', 'LOGOUT': 'TAG OK'}), 'OK', ''),
    # Refusals at the door.
    'IMAP BYE': ('imap/visit', scripted('* BYE not you', {'LOGOUT': 'TAG OK'}), 'OK', ''),
    'POP3 -ERR': ('pop3/visit', scripted('-ERR not you', {'QUIT': '+OK'}), 'OK', ''),
    'SMTP 554': ('smtp/visit', smtp(greeting='554 no mail here'), 'OK', ''),
    # Time.
    'silent': ('smtp/visit', silent, 'TIMEOUT', 'no greeting within 15 seconds'),
    'silent TLS': ('imap/visit/tls', silent, 'TIMEOUT', 'TLS handshake was not finished within 15 seconds'),
    'no handshake': ('smtp/visit', no_handshake, 'TIMEOUT', 'TLS handshake was not finished within 15 seconds'),
    'dripping greeting': ('smtp/visit', drip(b'220-' + b'x' * 300), 'TIMEOUT', 'no greeting within 15 seconds'),
    'single bytes': ('smtp/visit', quick_drip(smtp()), 'OK', ''),
    # Size.
    'a banner of a megabyte': ('smtp/visit', flood(b'220 ', b'x' * 1048576), 'GARBLED', '8192'),
    'an endless greeting': ('smtp/visit', flood(b'', b'220-mx\r\n' * 1000), 'GARBLED', '200 lines'),
    'EHLO without end': ('smtp/visit', smtp(EHLO='250-X\r\n' * 5000), 'GARBLED', '200 lines'),
    'an endless CAPA': ('pop3/visit', scripted('+OK', {'CAPA': '+OK\r\n' + 'X\r\n' * 5000}), 'GARBLED', '200 lines'),
    'a literal of a gigabyte': ('imap/visit', scripted('* OK', {'CAPABILITY': '* X {1073741824}'}),
                                'GARBLED', 'literal'),
    'nothing but zeros': ('smtp/visit', flood(b'', bytes(65536)), 'GARBLED', '8192'),
    'zeros for TLS': ('smtp/visit/tls', flood(b'', bytes(65536)), 'TLS_FAILED', 'wrong version'),
    'a name of a megabyte in the certificate': ('smtp/visit', starttls('large.pem'), 'TLS_FAILED', 'excessive'),
    'a hundred certificates': ('smtp/visit', starttls('hundred.pem'), 'OK', ''),
    'bare line feeds': ('smtp/visit', smtp(RCPT='250-a\n250 b'), 'OK', ''),
    # HTTPS.
    'an endless body': ('https/body', web(OK.encode() + b'\r\n', b'x' * 65536), 'OK', ''),
    'a megabyte of headers': ('https/headers', web(OK.encode() + b'X-A: ' + b'y' * 1048576 + b'\r\n\r\n'),
                              'GARBLED', ''),
    'endless headers': ('https/endless', web(OK.encode(), b'X-A: b\r\n' * 1000), 'CLOSED', 'Too large'),
    'a redirect to itself': ('https/redirect', web(
        b'HTTP/1.1 301 Moved\r\nLocation: https://play.test/redirect\r\nContent-Length: 0\r\n\r\n'), 'OK', ''),
    'a dripping body': ('https/drip', web(OK.encode() + b'\r\n', b'x', pause=0.3), 'TIMEOUT', ''),
    'silent HTTPS': ('https/silent', silent, 'TIMEOUT', ''),
    'takes everything': ('smtp/relay', smtp(), 'OK', ''),
    'takes no foreign sender': ('smtp/relay', scripted(HELLO, {
        'EHLO': '250 mx', 'QUIT': '221 bye', 'MAIL': lambda line: '250 ok' if 'play.test' in line else '550 no'}),
        'OK', ''),
    'injectable': ('smtp/injection', starttls('one.pem', injectable=True), 'GARBLED', ''),
    'not injectable': ('smtp/injection', starttls('one.pem'), 'OK', ''),
}


# What an audit must say when such a peer is the mail host: check, verdict, words.
AUDITS = {
    'a banner of a megabyte': ('smtp.greeting', 'fail', 'more than 8192 bytes'),
    'an endless greeting': ('smtp.reply-syntax', 'fail', 'more than 200 lines'),
    'EHLO without end': ('smtp.reply-syntax', 'fail', 'more than 200 lines'),
    'one line too many': ('smtp.reply-syntax', 'fail', 'more than it was asked'),
    'one line too many, late': ('smtp.postmaster', 'unknown', ''),
    '421 at any time': ('smtp.starttls', 'fail', 'crosses the Internet readable'),
    'silent': ('smtp.greeting', 'warn', 'within 15 seconds'),
    'dripping greeting': ('smtp.greeting', 'warn', 'within 15 seconds'),
    'single bytes': ('smtp.reply-syntax', 'pass', ''),
    'no handshake': ('smtp.starttls', 'unknown', 'TLS handshake was not finished'),
    'a name of a megabyte in the certificate': ('smtp.starttls', 'fail', 'excessive message size'),
    'a hundred certificates': ('smtp.starttls', 'pass', ''),
    'SMTP 554': ('smtp.greeting', 'warn', 'no mail here'),
    'bare line feeds': ('smtp.reply-syntax', 'fail', 'line feed alone'),
    'an endless body': ('sts.policy', 'fail', ''),
    'a megabyte of headers': ('sts.policy', 'fail', ''),
    'a redirect to itself': ('sts.policy', 'fail', 'redirect'),
    'a dripping body': ('sts.policy', ('fail', 'unknown'), ''),
}


class Test:
    def __init__(self, ask, frank):
        self.ask, self.frank = os.path.abspath(ask), os.path.abspath(frank)
        self.world = play.World(frank)

    def check(self, good, what, seen):
        print(f"{'ok' if good else 'NOT OK'}: {what}" + ('' if good else f': {str(seen)[:600]}'))
        self.world.failures += not good


def serve(world, server, address, port):
    listener = socket.create_server((address, port))

    def one(connection):
        with connection:
            try:
                server(connection, world)
            except (OSError, IndexError):
                pass  # the client has had enough

    def accept():
        while True:
            threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


PORTS = {'smtp': 25, 'imap': 143, 'pop3': 110, 'https': 443}


def certificate(world, name, names, copies):
    """A key and a self-signed certificate with that many names, standing there so many times."""
    path = world.path('certificates', name)
    config = world.write(name + '.cnf', '[req]\ndistinguished_name=d\nx509_extensions=e\nprompt=no\n[d]\nCN=play.test\n'
                         '[e]\nsubjectAltName=@n\n[n]\n' + ''.join(f'DNS.{i}={i}.play.test\n' for i in range(names)))
    pem = play.run('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                   '-days', '9', '-keyout', path, '-config', config)
    with open(path, 'a', encoding='ascii') as file:
        file.write(pem * copies)


def ask_all(test):
    """All peers at once; the evidence by name, and the seconds it took."""
    questions = []
    for number, (how, server, _, _) in enumerate(PEERS.values()):
        protocol = how.split('/')[0]
        address = f'127.1.{number}.1'
        serve(test.world, server, address, PORTS[protocol])
        questions += [how, f'{address}:{PORTS[protocol]}']
    begun = time.monotonic()
    result = subprocess.run([test.ask, '--allow-private', '--resolver', '127.0.0.1', '--timeout', '60000', *questions],
                            capture_output=True, text=True, timeout=120)
    test.check(result.returncode == 0, 'ask ends well', result.stderr)
    answers = {a['address']: a for a in json.loads(result.stdout)['answers']}
    return {name: answers[f'127.1.{n}.1'] for n, name in enumerate(PEERS)}, time.monotonic() - begun


def talks(test):
    answers, seconds = ask_all(test)
    for name, (_, _, status, words) in PEERS.items():
        seen = answers[name]
        test.check(seen['status'] == status and words in seen.get('error', ''), f'{name}: {status} {words}',
                   {k: v for k, v in seen.items() if k not in ('session', 'body', 'tls')})
    test.check(seconds < 45, 'all of them end in time', seconds)
    for name in ('IMAP BYE', 'POP3 -ERR', 'SMTP 554'):
        said = said_to(answers[name])
        test.check(said in (['f1 LOGOUT'], ['QUIT']), f'{name}: leave is taken at once', said)
    relay(test, answers)
    test.check(answers['bare line feeds'].get('bare_lf'), 'bare line feeds are noted', answers['bare line feeds'])
    test.check(answers['an endless body'].get('body_cut'), 'an endless body is cut', answers['an endless body']['code'])
    test.check(answers['a redirect to itself'].get('code') == 301, 'a redirect is not followed', '')
    test.check(answers['a hundred certificates']['session'].get('served') == 101, 'certificates are counted',
               answers['a hundred certificates']['session'].get('served'))


def said_to(answer):
    return [line['text'] for line in answer['transcript'] if line['who'] == 'C']


def relay(test, answers):
    """Who is asked to carry what, for whom: a stranger's mail to strangers, and never a message."""
    for name in ('takes everything', 'takes no foreign sender'):
        said = said_to(answers[name])
        senders = [line for line in said if line.startswith('MAIL')]
        forms = [line for line in said if line.startswith('RCPT')]
        test.check(len(senders) == 3 and senders[1:] == ['MAIL FROM:<postmaster@play.test>', 'MAIL FROM:<>']
                   and 'play.test' not in senders[0], f'{name}: a foreign sender, our own, and none', senders)
        test.check(len(set(forms)) == 8, f'{name}: eight ways to write a foreign recipient', forms)
        test.check(not any(line.startswith(('DATA', 'BDAT')) for line in said), f'{name}: never DATA', said)
    first = said_to(answers['takes no foreign sender'])
    after = first[first.index('MAIL FROM:<postmaster@play.test>') - 2]
    test.check(after.startswith('MAIL FROM:<relay-test@'), 'no recipients for a sender that was refused', first)


def families(test):
    """-6 holds for talks, fetches and questions to name servers alike."""
    result = subprocess.run([test.ask, '--allow-private', '--resolver', '127.0.0.1', '--no-ipv4', '--server',
                             '127.0.0.1', 'smtp/visit', '127.1.0.1:25', 'https/x', '127.1.0.1:443', 'a.test', 'A'],
                            capture_output=True, text=True, timeout=60)
    answers = {a['ask']: a for a in json.loads(result.stdout)['answers']}
    for ask in ('smtp', 'https'):
        test.check('-4 or -6' in answers[ask].get('error', ''), f'-6 keeps {ask} from an IPv4 address', answers[ask])
    test.check(answers['dns']['status'] == 'TIMEOUT' and answers['dns'].get('ms', 0) < 100,
               '-6 keeps questions from an IPv4 name server', answers['dns'])


def memory(test):
    """A long scan takes no more memory in the collector than a short one."""
    serve(test.world, smtp(), '0.0.0.0', 2525)
    used = {}
    for count in (20, 800):
        questions = [word for i in range(count) for word in ('smtp/visit', f'127.2.{i // 250}.{i % 250 + 1}:2525')]
        result = subprocess.run([test.ask, '--allow-private', '--resolver', '127.0.0.1', '--memory', *questions],
                                capture_output=True, text=True, timeout=120)
        answers = json.loads(result.stdout)['answers']
        test.check(len(answers) == count and all(a['status'] == 'OK' for a in answers), f'{count} talks',
                   [a for a in answers if a['status'] != 'OK'][:2])
        used[count] = int(result.stderr)
    test.check(used[20] == used[800], 'a talk leaves nothing behind in the collector', used)


def rows_of(number, how):
    """The names of a domain of which that peer is the mail host, or serves the MTA-STS policy."""
    domain, address = f'd{number}.test', f'127.1.{number}.1'
    if how.startswith('https'):
        return {(domain, 'MX'): ['10 mx.good.test.'], ('_mta-sts.' + domain, 'TXT'): ['"v=STSv1; id=1"'],
                ('mta-sts.' + domain, 'A'): [address]}
    return {(domain, 'MX'): ['10 mx.' + domain], ('mx.' + domain, 'A'): [address]}


def audits(test):
    """Audits of all these domains at once: they end in time, and each says what was wrong."""
    rows, domains = {('mx.good.test', 'A'): [f"127.1.{list(PEERS).index('single bytes')}.1"]}, {}
    for number, (name, (how, *_)) in enumerate(PEERS.items()):
        if name in AUDITS:
            rows.update(rows_of(number, how))
            domains[f'd{number}.test'] = name
    names.serve(rows)
    begun = time.monotonic()
    result = subprocess.run([test.frank, 'check', '--json', '--resolver', '127.0.0.1', '--allow-private', '--timeout',
                             '55', '--only', 'smtp,sts,tls', *domains], capture_output=True, text=True, timeout=150)
    seconds = time.monotonic() - begun
    test.check(seconds < 60, 'the audits end within --timeout', seconds)
    test.check(result.stderr == '' and result.returncode == 1, 'and without complaint', result.stderr)
    for report in json.loads(result.stdout)['domains']:
        name = domains[report['domain']]
        check, verdict, words = AUDITS[name]
        found = [(f['verdict'], f['says'] + ' ' + (f['why'] or '')) for f in report['findings'] if f['check'] == check]
        test.check(any(v in verdict and words in text for v, text in found), f'{name}: {check} {verdict} {words}',
                   found)


def main():
    play.inside()
    test = Test(sys.argv[1], sys.argv[2])
    try:
        certificate(test.world, 'one.pem', 1, 1)
        certificate(test.world, 'hundred.pem', 1, 101)
        certificate(test.world, 'large.pem', 45000, 1)
        talks(test)
        families(test)
        memory(test)
        audits(test)
    finally:
        test.world.end()
    print(f'{test.world.failures} expectations failed')
    sys.exit(1 if test.world.failures else 0)


if __name__ == '__main__':
    main()
