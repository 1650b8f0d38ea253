#!/usr/bin/python3
"""dkimpy as a peer: questions as lines of JSON on standard input, answers on standard output."""
import base64
import json
import subprocess
import sys

try:
    import dkim
except ImportError:
    sys.exit(77)

ZONE = json.load(open(sys.argv[1], encoding='ascii'))
NAMES = [b'from', b'to', b'subject', b'date', b'message-id', b'mime-version', b'content-type', b'list-unsubscribe']


def look_up(name, timeout=5):
    return ZONE.get(name.decode().rstrip('.').lower(), '').encode() or None


def private(path, ed25519):
    if not ed25519:
        return open(path, 'rb').read()
    der = subprocess.run(['openssl', 'pkey', '-in', path, '-outform', 'DER'], check=True, capture_output=True).stdout
    return base64.b64encode(der[-32:])


def sign(ask, mail):
    ed25519 = ask['type'] == 'ed25519'
    options = {'signature_algorithm': b'ed25519-sha256'} if ed25519 else {}
    return dkim.sign(mail, ask['selector'].encode(), b'e.test', private(ask['key'], ed25519), include_headers=NAMES,
                     canonicalize=(ask['header'].encode(), ask['body'].encode()), length=ask.get('length', False),
                     **options).decode()


def verify(mail):
    checker = dkim.DKIM(mail, minkey=1024)
    results = []
    for index in range(mail.lower().split(b'\r\n\r\n')[0].count(b'dkim-signature:')):
        try:
            results.append('pass' if checker.verify(index, dnsfunc=look_up) else 'fail')
        except dkim.DKIMException as error:
            results.append(f'fail ({error})')
    return results


for line in sys.stdin:
    ask = json.loads(line)
    mail = open(ask['file'], 'rb').read()
    try:
        print(json.dumps({'field': sign(ask, mail)} if ask['op'] == 'sign' else {'results': verify(mail)}), flush=True)
    except Exception as error:  # a peer may stumble over anything
        print(json.dumps({'error': repr(error)}), flush=True)
