#!/usr/bin/python3
"""`frank verify` with a real resolver: questions are shared, silence ends in time, what a terminal shows.

Usage: test_verify.py FRANK
"""
import collections
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '../self')]
import mails  # noqa: E402
import names  # noqa: E402
import test_terminal  # noqa: E402
import world as play  # noqa: E402

LIVE = ['--resolver', '127.0.0.1', '--authserv-id', 'in.example.com']
RECEIVED = b'Received: from mx.a%d.test (mx [192.0.2.7]) by in.example.com (Postfix) with ESMTP id 1\r\n'
PLAIN = b'From: ann@a%d.test\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\nSubject: x\r\n\r\nHello\r\n'
COUNT, DOMAINS = 120, 6
CODES = re.compile(r'\x1b\[[0-9;]*m')


class Server:
    """A name server that counts what it is asked, and can be told to be silent."""

    def __init__(self, rows):
        self.rows, self.asked, self.silent = rows, collections.Counter(), False
        self.first = threading.Event()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 53))
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            query, peer = self.socket.recvfrom(65535)
            self.asked[query[12:]] += 1
            self.first.set()
            if not self.silent:
                self.socket.sendto(names.answer(query, self.rows), peer)


def verify(test, *arguments):
    return subprocess.run([test.frank, 'verify', *LIVE, *arguments], capture_output=True, text=True, timeout=100,
                          check=False)


def shares(test, server, box):
    result = verify(test, '--trust', 'in.example.com', box)
    test.check(result.stdout.endswith(f'{COUNT} messages: {COUNT} accepted, 0 unproven, 0 failed, '
                                      '0 could not be judged\n') and result.returncode == 0, 'all are accepted',
               result.stdout + result.stderr)
    most = server.asked.most_common(1)[0]
    test.check(most[1] == 1, 'nothing is asked twice', most)


def ends_in_time(test, server, box):
    server.silent = True
    server.first.clear()
    begun = time.monotonic()
    process = subprocess.Popen([test.frank, 'verify', *LIVE, '--timeout', '2', box], stdout=subprocess.PIPE, text=True)
    # The first batch meets silence; the next ones are answered.
    server.first.wait(10)
    line = process.stdout.readline()
    server.silent = False
    rest = process.communicate(timeout=60)[0]
    test.check(line.startswith('unjudged'), 'silence is a temporary error', line)
    test.check(0 < rest.count('unjudged ') < 100 and 'accepted' in rest, 'what was not answered is asked again', rest)
    test.check(process.returncode == 3, 'status 3', process.returncode)
    test.check(time.monotonic() - begun < 15, 'and it took no longer than it may', time.monotonic() - begun)


def stops(test, server, box):
    server.silent = True
    begun = time.monotonic()
    shown, status = test.on_terminal('--timeout', '30', box, until=r'\d+ seen, \d+ asked: ')
    test.check('asked: ' in shown, 'the progress line is drawn', shown)
    test.check(time.monotonic() - begun < 10 and status == 3, 'Ctrl-C ends it', (status, time.monotonic() - begun))
    test.check('50 messages: 0 accepted, 0 unproven, 0 failed, 50 could not' in shown, 'it tells what it has', shown)
    server.silent = False


def colours(test, good, odd):
    shown, status = test.on_terminal(good)
    test.check(status == 0 and CODES.search(shown) and 'Would be accepted as from a1.test' in shown, 'colours', shown)
    shown, _ = test.on_terminal(good, env={'NO_COLOR': '1'})
    test.check('\x1b' not in shown and 'Would be accepted' in shown, 'none with NO_COLOR', shown)
    shown, _ = test.on_terminal('-v', '--trust', 'in.example.com', odd)
    test.check('\\x1b' in shown and '\x1b]' not in shown and '\x07' not in shown and '\x1b[2J' not in shown,
               'what a stranger wrote is no command to the terminal', shown)
    result = verify(test, '--json', good)
    test.check(json.loads(result.stdout)['dkim'][0]['result'] == 'pass' and not CODES.search(result.stdout),
               'neither in a pipe', result.stdout)


class Test(test_terminal.Test):
    verb = ['verify', *LIVE]


def main():
    play.inside()
    with tempfile.TemporaryDirectory() as folder:
        key, rows = mails.Key(folder, 'ed25519'), {}
        for i in range(DOMAINS):
            rows |= {(f'a{i}.test', 'TXT'): ['"v=spf1 -all"'], (f'_dmarc.a{i}.test', 'TXT'): ['"v=DMARC1; p=reject"'],
                     (f's._domainkey.a{i}.test', 'TXT'): [key.record]}
        server, test = Server(rows), Test(sys.argv[1])
        letters = [mails.unix(RECEIVED % i + mails.signed(PLAIN % i, key, f'a{i}.test')) for i in range(DOMAINS)]
        paths = {name: os.path.join(folder, name) for name in ('box', 'good', 'odd')}
        odd = b'Received: from \x1b]0x\x07 (\x1b[2J [192.0.2.1]) by in.example.com\r\n' + PLAIN % 1
        for name, data in (('box', b''.join(b'From a Mon Nov 23 08:00:00 2026\n' + letters[i % DOMAINS] + b'\n'
                                            for i in range(COUNT))), ('good', letters[1]), ('odd', odd)):
            with open(paths[name], 'wb') as file:
                file.write(data)
        shares(test, server, paths['box'])
        ends_in_time(test, server, paths['box'])
        stops(test, server, paths['box'])
        colours(test, paths['good'], paths['odd'])
        print(f'{test.failures} expectations failed')
        sys.exit(1 if test.failures else 0)


if __name__ == '__main__':
    main()
