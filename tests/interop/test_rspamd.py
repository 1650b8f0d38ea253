#!/usr/bin/python3
"""DKIM with rspamd in both directions: a worker of its own on loopback, asked over HTTP, with a name server
of this test behind it.

Usage: test_rspamd.py FRANK
"""
import base64
import http.client
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from corpus import corpus

SKIP = 77
# White space at the end of a last line without CRLF stays in rspamd's relaxed bodies when it signs; RFC 6376
# section 3.4.4 has it go at every end of line. No message that came by SMTP ends so.
DISPUTED = {'no-final-crlf-space', 'random-3', 'random-7', 'random-11'}
CONF = '''options {{ pidfile = "{folder}/pid"; filters = "dkim"; cache_file = "{folder}/cache"; tempdir = "{folder}";
  dns {{ nameserver = ["127.0.0.1:{dns}:1"]; timeout = 5s; retransmits = 3; enable_dnssec = false; }}
  local_addrs = ["10.255.255.0/24"]; max_message = 60M; }}
logging {{ type = "file"; filename = "{folder}/log"; level = "notice"; }}
metric {{ name = "default"; actions {{ reject = 1500; }} }}
lua = "/usr/share/rspamd/rules/rspamd.lua";
modules {{ path = "{plugin}"; }}
dkim {{ check_local = true; check_authed = true; }}
dkim_signing {{ enabled = true; sign_local = true; sign_authenticated = true; allow_hdrfrom_mismatch = true;
  allow_username_mismatch = true; allow_envfrom_empty = true; use_esld = false; check_pubkey = false; use_domain = "header";
  sign_networks = ["127.2.4.7/32"]; use_domain_sign_networks = "header"; path = "{folder}/$selector.pem"; selector = "{selector}"; }}
worker "normal" {{ bind_socket = "127.0.0.1:{port}"; count = 1; task_timeout = 60s; mime = true; }}
'''


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def serve_names(port, zone):
    """TXT records; whatever else is asked does not exist."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(('127.0.0.1', port))

    def reply(query):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode('ascii', 'replace').lower())
            at += 1 + query[at]
        kind = struct.unpack('>H', query[at + 1:at + 3])[0]
        record = zone.get('.'.join(labels)) if kind == 16 else None
        head = query[:2] + struct.pack('>HHHHH', 0x8180 if record else 0x8183, 1, 1 if record else 0, 0, 0)
        if not record:
            return head + query[12:at + 5]
        data = b''.join(bytes([len(record[i:i + 255])]) + record[i:i + 255].encode() for i in range(0, len(record), 255))
        return head + query[12:at + 5] + b'\xc0\x0c' + struct.pack('>HHIH', 16, 1, 60, len(data)) + data

    def run():
        while True:
            query, peer = server.recvfrom(4096)
            server.sendto(reply(query), peer)

    threading.Thread(target=run, daemon=True).start()


def write_key(pem, path):
    """rspamd wants Ed25519 keys as base64 of both halves."""
    halves = b''
    for more in ('', '-pubout'):
        der = subprocess.run(f'openssl pkey -in {pem} {more} -outform DER', shell=True, check=True, capture_output=True).stdout
        halves += der[-32:]
    with open(path, 'wb') as file:
        file.write(base64.b64encode(halves) if b'ED25519' in subprocess.run(
            f'openssl pkey -in {pem} -noout -text', shell=True, check=True, capture_output=True).stdout.upper()
            else open(pem, 'rb').read())


class Rspamd:
    def __init__(self, folder, dns, selector):
        self.port = free_port(socket.SOCK_STREAM)
        self.folder = os.path.join(folder, selector)
        os.mkdir(self.folder)
        write_key(os.path.join(folder, selector + '.pem'), os.path.join(self.folder, selector + '.pem'))
        plugin = '/usr/share/rspamd/plugins/dkim_signing.lua'
        open(self.folder + '/conf', 'w').write(CONF.format(folder=self.folder, dns=dns, port=self.port, plugin=plugin,
                                                          selector=selector))
        self.process = subprocess.Popen(['rspamd', '-c', self.folder + '/conf', '--insecure', '-u', 'root', '-g', 'root',
                                         '-f'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                socket.create_connection(('127.0.0.1', self.port), 1).close()
                return
            except OSError:
                assert self.process.poll() is None, open(self.folder + '/log').read()
                time.sleep(0.05)
        raise AssertionError('rspamd does not begin')

    def scan(self, mail, **headers):
        link = http.client.HTTPConnection('127.0.0.1', self.port, timeout=60)
        link.request('POST', '/checkv2', mail, headers)
        answer = json.loads(link.getresponse().read())
        link.close()
        return answer

    def says(self, mail):
        symbols = self.scan(mail, IP='192.0.2.1')['symbols']
        return 'pass' if 'R_DKIM_ALLOW' in symbols else ' '.join(s for s in symbols if 'DKIM' in s) or 'nothing'

    def signs(self, mail):
        answer = self.scan(mail, IP='127.2.4.7', From='ann@e.test', User='ann@e.test')
        value = answer['dkim-signature'].replace('\r\n', '\n').replace('\n', '\r\n')
        return ('DKIM-Signature: ' + value + '\r\n').encode()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def main():
    frank = os.path.abspath(sys.argv[1])
    if shutil.which('rspamd') is None:
        print('SKIP: rspamd is not installed')
        sys.exit(SKIP)
    failures = count = 0
    with tempfile.TemporaryDirectory() as folder:
        zone = {}
        for name, how in (('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'), ('ed', '-algorithm ed25519')):
            subprocess.run(f'openssl genpkey {how} -out {folder}/{name}.pem', shell=True, check=True, capture_output=True)
            made = subprocess.run([frank, 'key', 'show', '--json', f'{folder}/{name}.pem'], check=True, capture_output=True)
            zone[name + '._domainkey.e.test'] = json.loads(made.stdout)['items'][0]['record']
        with open(folder + '/e.zone', 'w') as file:
            file.write('$ORIGIN e.test.\n$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n')
            for name, record in zone.items():
                strings = ' '.join(f'"{record[i:i + 255]}"' for i in range(0, len(record), 255))
                file.write(f'{name}. TXT {strings}\n')
        dns = free_port(socket.SOCK_DGRAM)
        serve_names(dns, zone)
        for key in ('rsa', 'ed'):
            rspamd = Rspamd(folder, dns, key)
            try:
                for number, (name, mail) in enumerate(corpus()):
                    canon = ('relaxed/relaxed', 'simple/simple', 'relaxed/simple', 'simple/relaxed')[number % 4]
                    ours = subprocess.run([frank, 'sign', '-k', f'{folder}/{key}.pem', '-s', key, '-d', 'e.test', '--canon',
                                           canon, '-'], input=mail, check=True, capture_output=True).stdout
                    said = rspamd.says(ours)
                    broken = rspamd.says(ours.replace(b'Ann', b'Eve').replace(b'ann@e', b'eve@e'))
                    theirs = rspamd.signs(mail) + mail
                    done = subprocess.run([frank, 'verify', '--json', '--zone', folder + '/e.zone', '--offline', '-'],
                                          input=theirs, capture_output=True)
                    verdict = json.loads(done.stdout)['dkim'][0]
                    count += 3
                    for what, good in ((f'signed by frank, rspamd says {said}', said == 'pass'),
                                       (f'changed, rspamd says {broken}', broken != 'pass'),
                                       (f'signed by rspamd, frank says {verdict["result"]}: {verdict["reason"]}',
                                        verdict['result'] == 'pass' or name in DISPUTED)):
                        if not good:
                            failures += 1
                            print('WRONG', name, canon, key, what)
            finally:
                rspamd.stop()
    print(f'rspamd: {count} verdicts, {failures} wrong')
    sys.exit(failures > 0)


main()
