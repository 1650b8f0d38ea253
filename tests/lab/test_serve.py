#!/usr/bin/python3
"""The lab itself: what its servers say byte by byte, what it leaves behind, how it refuses.

Usage: test_serve.py FRANK
"""
import glob
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import audit as lab  # noqa: E402

SCENARIO = '''domain a.test
nameservers 192.0.2.53
zone a.test a.zone
service smtp 25 mail.a.test 192.0.2.1
trick bytes
accept me
service smtp 25 mail.a.test 192.0.2.2
trick tls-half
service smtp 25 mail.a.test 192.0.2.3
trick drop 2
service smtp 25 mail.a.test 192.0.2.4
trick lying-ehlo
ehlo other.test
trick tell-vrfy
accept me
service smtp 25 mail.a.test 192.0.2.5
trick say-421
service smtp 25 mail.a.test 192.0.2.6
cert sha1
service smtp 465 mail.a.test 192.0.2.1
trick bytes
service smtp 465 mail.a.test 192.0.2.2
trick tls-half
service imap 993 mail.a.test 192.0.2.1
trick drop 0
service imap 993 mail.a.test 192.0.2.2
trick drop 2
service pop3 995 mail.a.test 192.0.2.1
trick delay 300
service pop3 995 mail.a.test 192.0.2.2
trick delay 300
trick garbage
service https 443 www.a.test 192.0.2.1
trick bytes
file /page page
service https 443 www.a.test 192.0.2.2
trick tls-half
service https 443 www.a.test 192.0.2.3
trick delay 300
file /page page
'''
ZONE = '@ SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.53\n'


class Lab:
    """`frank lab serve` of a folder."""

    def __init__(self, frank, folder):
        self.process = subprocess.Popen([frank, 'lab', 'serve', folder], stdout=subprocess.PIPE, text=True)
        self.ports, self.roots = {}, ''
        for line in self.process.stdout:
            found = re.fullmatch(r'(\S+) port (\d+): 127\.0\.0\.1:(\d+)\n', line)
            if line.startswith('root certificate '):
                self.roots = line.split()[2]
            if found:
                self.ports[found[1], int(found[2])] = int(found[3])
            if len(self.ports) == SCENARIO.count('service') + 1:
                break

    def connect(self, host, port):
        return socket.create_connection(('127.0.0.1', self.ports[f'192.0.2.{host}', port]), timeout=10)

    def secure(self, connection):
        context = ssl.create_default_context(cafile=self.roots)
        context.set_ciphers('DEFAULT@SECLEVEL=0')
        return context.wrap_socket(connection, server_hostname='mail.a.test', suppress_ragged_eofs=True)

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(timeout=10)


def until_end(connection):
    """All that comes, and whether the end was orderly."""
    seen = b''
    while True:
        try:
            piece = connection.recv(65536)
        except ConnectionResetError:
            return seen, False
        if not piece:
            return seen, True
        seen += piece


def talk(connection, *lines):
    """The last line of each reply; the greeting first."""
    file, last = connection.makefile('rwb'), []
    for line in (None, *lines):
        if line is not None:
            file.write(line.encode() + b'\r\n')
            file.flush()
        reply = file.readline()
        while reply[3:4] == b'-':
            reply = file.readline()
        last.append(reply.decode().strip())
    return last


def clear_text(it):
    with it.connect(1, 25) as c:
        last = talk(c, 'EHLO x.test', 'STARTTLS')
        lab.expect(last[0].startswith('220 ') and last[2] == '220 2.0.0 ready', f'bytes: every byte arrives, seen {last}')
        with it.secure(c) as s:
            s.sendall(b'EHLO x.test\r\n')
            lab.expect(s.recv(4) != b'', 'bytes: TLS begins when the reply to STARTTLS is out')
    with it.connect(2, 25) as c:
        talk(c, 'EHLO x.test', 'STARTTLS')
        half_handshake(it, c, 'STARTTLS')
    with it.connect(3, 25) as c:
        c.sendall(b'EHLO x.test\r\nNOOP\r\nNOOP\r\n')
        seen, orderly = until_end(c)
        lab.expect(orderly and seen.count(b'\r\n') == 2, f'drop 2: two lines, then the end, seen {seen}')
    with it.connect(4, 25) as c:
        last = talk(c, 'HELO x.test', 'EHLO x.test', 'STARTTLS', 'VRFY me', 'VRFY you@a.test', 'NOOP')
        lab.expect(last[1] == '250 other.test', 'ehlo: another name than the greeting')
        lab.expect(last[3].startswith('454 ') and last[6].startswith('250 '), f'lying-ehlo: refused, and goes on, seen {last}')
        lab.expect(last[4].startswith('250 ') and last[5].startswith('550 '), f'tell-vrfy: tells who exists, seen {last}')
    with it.connect(5, 25) as c:
        seen, orderly = until_end(c)
        lab.expect(orderly and seen.startswith(b'421 ') and seen.endswith(b'\r\n'), 'say-421: says so and hangs up')
    with it.connect(6, 25) as c:
        talk(c, 'EHLO x.test', 'STARTTLS')
        with it.secure(c) as s:
            text = subprocess.run(['openssl', 'x509', '-inform', 'DER', '-noout', '-text'], capture_output=True, check=True,
                                  input=s.getpeercert(binary_form=True)).stdout.decode()
            lab.expect('ecdsa-with-SHA1' in text, 'cert sha1: signed with SHA-1')


def half_handshake(it, connection, where):
    """A hello goes there; what comes back is the beginning of TLS, and then the end."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = ssl.create_default_context(cafile=it.roots).wrap_bio(incoming, outgoing, server_hostname='mail.a.test')
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        connection.sendall(outgoing.read())
    seen, orderly = until_end(connection)
    incoming.write(seen)
    try:
        tls.do_handshake()
        broken = False
    except ssl.SSLWantReadError:
        broken = True
    lab.expect(orderly and broken and seen[:2] == b'\x16\x03', f'tls-half, {where}: the handshake begins and breaks off')


def implicit_tls(it):
    with it.secure(it.connect(1, 465)) as s:
        lab.expect(talk(s, 'EHLO x.test')[1] == '250 SMTPUTF8', 'bytes, 465: every byte arrives')
    for port in 465, 443:
        with it.connect(2, port) as c:
            half_handshake(it, c, str(port))
    with it.secure(it.connect(1, 993)) as s:
        lab.expect(until_end(s)[0] == b'', 'drop 0, 993: nothing, and the end')
    with it.secure(it.connect(2, 993)) as s:
        s.sendall(b'a CAPABILITY\r\nb CAPABILITY\r\n')
        lab.expect(until_end(s)[0].count(b'\r\n') == 2, 'drop 2, 993: what was said arrives, then the end')
    for host, first in ((1, b'+OK mail.a.test\r\n'), (2, b'\x01\x02 what')):
        start = time.monotonic()
        with it.secure(it.connect(host, 995)) as s:
            seen = s.recv(100)
            lab.expect(time.monotonic() - start > 0.25 and seen.startswith(first), f'delay, 995: late, seen {seen}')
    for host, late in ((1, 0), (3, 0.25)):
        context = ssl.create_default_context(cafile=it.roots)
        start = time.monotonic()
        with context.wrap_socket(it.connect(host, 443), server_hostname='www.a.test') as s:
            s.sendall(b'GET /page HTTP/1.1\r\nHost: www.a.test\r\n\r\n')
            seen = b''
            while not seen.endswith(b'the end'):
                seen += s.recv(100)
            lab.expect(seen.startswith(b'HTTP/1.1 200') and time.monotonic() - start >= late, f'443: the page, later than {late} s')


def refusals(frank, folder):
    """Each is refused with a reason, and the sanitizers find nothing lost."""
    rows = {
        'domain a.test\nzone a.test none.zone\n': 'scenario.conf:2: there is no file "none.zone"',
        'domain a.test\nzone a.test large.zone\n': 'scenario.conf:2: larger than 1 MiB is the file "large.zone"',
        'domain a.test\nzone a.test a.zone\nzone b.test bad.zone\n': 'bad.zone:',
        'domain a.test\nzone a.test tlsa.zone\n': 'tlsa.zone: %TLSA: wants a host',
        'domain a.test\nservice smtp 25 mail.a.test 192.0.2.1\ntrick moon\n': 'scenario.conf:3: no such trick',
    }
    files = {'a.zone': ZONE, 'bad.zone': 'x y z\n', 'large.zone': ZONE + ';' * (1 << 20), 'tlsa.zone': ZONE + 'x TLSA %TLSA:y\n'}
    for name, text in files.items():
        with open(f'{folder}/{name}', 'w', encoding='utf-8') as file:
            file.write(text)
    for text, reason in rows.items():
        with open(f'{folder}/scenario.conf', 'w', encoding='utf-8') as file:
            file.write(text)
        for command in ['check', '--lab', folder, 'a.test'], ['lab', 'serve', folder]:
            result = subprocess.run([frank, *command], capture_output=True, text=True, timeout=60, check=False)
            lab.expect(result.returncode == 2 and reason in result.stderr and 'Sanitizer' not in result.stderr,
                       f'{command[0]}: {reason}, seen {result.returncode} {result.stderr.strip()}')


def run_as(frank, who, may=None):
    """`frank lab run` works for whoever may make namespaces; the others are told what is missing."""
    script = 'dig +short @127.0.0.1 MX startup.example; openssl x509 -noout -subject -in "$SSL_CERT_FILE"; exit 7'
    result = subprocess.run([*who, frank, 'lab', 'run', 'startup-after', '--', 'sh', '-c', script],
                            capture_output=True, text=True, timeout=60, check=False)
    works = result.returncode == 7 and '10 mail.startup.example.' in result.stdout and 'Lab Root' in result.stdout
    told = result.returncode == 2 and 'user namespaces' in result.stderr
    lab.expect((works, told) in ((True, False), (False, True)) and may in (None, works),
               f'lab run, {" ".join(who) or "as we are"}: {"works" if works else "is told"}; {result.stderr.strip()}')


def ends(frank, folder):
    """However it ends, it says so and leaves nothing behind."""
    it = Lab(frank, folder)
    it.end(signal.SIGKILL)
    lab.expect(not os.path.exists(it.roots), 'the root certificate ends with the lab')
    it = Lab(frank, folder)
    with open(f'/proc/{it.process.pid}/task/{it.process.pid}/children', encoding='ascii') as file:
        os.kill(int(file.read()), signal.SIGKILL)
    lab.expect(it.process.wait(timeout=10) == 2, 'a lab that ends by itself is told of')
    run = subprocess.Popen([frank, 'lab', 'run', folder, '--', 'sh', '-c', 'echo here; exec sleep 60'], stdout=subprocess.PIPE)
    if run.stdout.readline() == b'here\n':
        run.send_signal(signal.SIGTERM)
        lab.expect(run.wait(timeout=10) == 128 + signal.SIGTERM, 'lab run hands SIGTERM on to its command')
    else:
        lab.expect(run.wait(timeout=10) == 2, 'lab run is not possible here')


def main():
    frank = os.path.abspath(sys.argv[1])
    before = set(glob.glob('/tmp/frank-*'))
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {'scenario.conf': SCENARIO, 'a.zone': ZONE, 'page': 'from here to the end'}.items():
            with open(f'{folder}/{name}', 'w', encoding='utf-8') as file:
                file.write(text)
        it = Lab(frank, folder)
        clear_text(it)
        implicit_tls(it)
        lab.expect(it.end(signal.SIGTERM) == 0, 'SIGTERM ends the lab orderly')
        ends(frank, folder)
        refusals(frank, folder)
    run_as(frank, [])
    if os.getuid() == 0:
        run_as(frank, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'])
        run_as(frank, ['setpriv', '--bounding-set=-sys_admin'], may=False)
    lab.expect(set(glob.glob('/tmp/frank-lab*')) <= before, 'nothing is left in /tmp')
    sys.exit(lab.end())


if __name__ == '__main__':
    main()
