#!/usr/bin/python3
"""DKIM with Exim in both directions, by SMTP: what frank signs its DKIM ACL judges, what its smtp transport
signs arrives at a server of this test and is judged by frank.

Usage: test_exim.py FRANK EXIM
"""
import json
import os
import re
import smtplib
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'play')]

import names  # noqa: E402
import world as play  # noqa: E402
from corpus import corpus  # noqa: E402

CONF = '''primary_hostname = mx.test
exim_path = {exim}
local_interfaces = 127.0.0.1
daemon_smtp_ports = 25
spool_directory = {folder}/spool
log_file_path = {folder}/spool/log-%s
pid_file_path = {folder}/spool/pid
message_size_limit = 60M
dns_ipv4_lookup = *
host_lookup =
tls_advertise_hosts =
rfc1413_query_timeout = 0s
dkim_verify_signers = $dkim_signers
acl_smtp_rcpt = any
acl_smtp_dkim = judge
begin acl
any:
  accept
judge:
  accept logwrite = SAID $h_X-Number: $dkim_key_length $dkim_verify_status $dkim_verify_reason
begin routers
kept:
  driver = accept
  domains = kept.test
  transport = away
signed:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = sign
begin transports
away:
  driver = appendfile
  file = /dev/null
sign:
  driver = smtp
  port = 2525
  hosts_try_chunking =
  message_linelength_limit = 100000
  allow_localhost
  dkim_domain = e.test
  dkim_selector = ${{if eq{{$domain}}{{rsa.relaxed.test}}{{rsa}}{{${{if eq{{$domain}}{{rsa.simple.test}}{{rsa}}{{ed}}}}}}}}
  dkim_private_key = ${{if match{{$domain}}{{^rsa}}{{{folder}/rsa.pem}}{{{folder}/ed.pem}}}}
  dkim_canon = ${{if match{{$domain}}{{simple}}{{simple}}{{relaxed}}}}
  dkim_hash = sha256
  dkim_sign_headers = From:To:Subject:Date:Message-ID:MIME-Version:Content-Type
'''
# A body of empty lines alone: Exim signs another hash than that of one CRLF (RFC 6376 section 3.4.3), which the
# four other peers of these tests agree on.
DISPUTED = {('many-crlf', 'simple')}
KINDS = ['rsa.relaxed.test', 'rsa.simple.test', 'ed.relaxed.test', 'ed.simple.test']


class Sink(threading.Thread):
    """Takes every message, and keeps it under the number it carries."""

    def __init__(self):
        super().__init__(daemon=True)
        self.mails = {}
        self.server = socket.create_server(('127.0.0.1', 2525))

    def run(self):
        while True:
            link, _ = self.server.accept()
            threading.Thread(target=self.talk, args=(link,), daemon=True).start()

    def talk(self, link):
        lines = link.makefile('rb')
        link.sendall(b'220 sink\r\n')
        for line in lines:
            verb = line[:4].upper()
            if verb == b'DATA':
                link.sendall(b'354 go\r\n')
                mail = bytearray()
                for row in lines:
                    if row == b'.\r\n':
                        break
                    mail += row[1:] if row.startswith(b'.') else row
                number = re.search(rb'^X-Number: (\d+)', mail, re.M)
                self.mails[int(number.group(1))] = bytes(mail)
            link.sendall(b'221 bye\r\n' if verb == b'QUIT' else b'250 ok\r\n')
            if verb == b'QUIT':
                break
        link.close()


def make_keys(world, frank):
    zone = {}
    for name, how in (('rsa', '-algorithm RSA -pkeyopt rsa_keygen_bits:2048'), ('ed', '-algorithm ed25519')):
        path = world.path('exim', name + '.pem')
        subprocess.run(f'openssl genpkey {how} -out {path}', shell=True, check=True, capture_output=True)
        shown = json.loads(play.run(frank, 'key', 'show', '--json', path))
        zone[(name + '._domainkey.e.test', 'TXT')] = [shown['items'][0]['record']]
    return zone


def start(world, exim):
    folder = world.path('exim', 'x')[:-2]
    os.makedirs(folder + '/spool', exist_ok=True)
    conf = world.write('exim/exim.conf', CONF.format(folder=folder, exim=exim))
    play.run('chown', '-R', 'Debian-exim:Debian-exim', folder)
    play.run('chown', 'root:root', folder, conf)
    os.chmod(conf, 0o644)
    world.start('exim', [exim, '-C', conf, '-bdf', '-odb', '-q1s'], [('127.0.0.1', 25)])
    return folder


def send(number, mail, to):
    with smtplib.SMTP('127.0.0.1', 25, timeout=60) as client:
        client.sendmail('ann@e.test', [to], b'X-Number: %d\r\n' % number + mail, mail_options=['BODY=8BITMIME'])


def wait_for(what, count):
    for _ in range(1200):
        if len(what()) >= count:
            break
        time.sleep(0.05)
    return what()


def said_by(folder):
    with open(folder + '/spool/log-main', encoding='utf-8', errors='replace') as log:
        return {int(row.group(1)): row.group(2) for row in re.finditer(r'SAID (\d+) \d* ?(\w+)', log.read())}


def ours(frank, folder, messages):
    """Signed by frank, in all canonicalizations, and with a changed letter every fifth time."""
    expected = {}
    for number, (name, mail) in enumerate(messages):
        key, canon = ('rsa', 'ed')[number % 2], ('relaxed/relaxed', 'simple/simple', 'relaxed/simple', 'simple/relaxed')
        signed = subprocess.run([frank, 'sign', '-k', f'{folder}/{key}.pem', '-s', key, '-d', 'e.test', '--canon',
                                 canon[number // 2 % 4], '-'], input=mail, check=True, capture_output=True).stdout
        good = number % 5 != 4
        send(number, signed if good else signed.replace(b'ann@', b'eve@'), 'bob@kept.test')
        expected[number] = (name, 'pass' if good else 'fail')
    said = wait_for(lambda: said_by(folder), len(messages))
    return [f'{name}: signed by frank, Exim says {said.get(number)}, not {want}'
            for number, (name, want) in expected.items() if said.get(number) != want]


def theirs(world, frank, sink, zone, messages):
    for number, (_, mail) in enumerate(messages):
        send(number, mail, 'bob@' + KINDS[number % 4])
    wait_for(lambda: sink.mails, len(messages))
    rows = ''.join(f'{name}. TXT ' + ' '.join(f'"{text[0][i:i + 255]}"' for i in range(0, len(text[0]), 255)) + '\n'
                   for (name, _), text in zone.items())
    path = world.write('e.zone', '$ORIGIN e.test.\n$TTL 60\n@ SOA ns hostmaster 1 2 3 4 5\n' + rows)
    faults = []
    for number, (name, _) in enumerate(messages):
        mail = sink.mails.get(number, b'')
        done = subprocess.run([frank, 'verify', '--json', '--zone', path, '--offline', '-'], input=mail, capture_output=True)
        found = json.loads(done.stdout)['dkim'] if mail else []
        if (name, KINDS[number % 4].split('.')[1]) in DISPUTED:
            continue
        if not found or found[0]['result'] != 'pass':
            faults.append(f'{name}: signed by Exim as {KINDS[number % 4]}, frank says {found}')
    return faults


def main():
    frank, exim = (os.path.abspath(path) for path in sys.argv[1:])
    if not os.path.exists(exim):
        play.skip('Exim is not unpacked')
    play.inside()
    world = play.World(frank)
    try:
        play.exim_user(world)
        play.mount_over(world, '/etc/resolv.conf', 'nameserver 127.0.0.1\n')
        zone = make_keys(world, frank)
        names.serve(zone)
        folder = start(world, exim)
        sink = Sink()
        sink.start()
        messages = corpus()
        faults = ours(frank, folder, messages) + theirs(world, frank, sink, zone, messages)
    finally:
        world.end()
    for fault in faults:
        print('WRONG', fault)
    print(f'exim: {2 * len(messages)} messages, {len(faults)} wrong')
    sys.exit(bool(faults))


main()
