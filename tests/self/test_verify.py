#!/usr/bin/python3
"""`frank verify`: files, mbox, Maildir, pipes; who is believed; outcomes, exit statuses, JSON, evidence.

Usage: test_verify.py FRANK SCHEMA
"""
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import mails
from mails import CRLF

try:
    import jsonschema
except ImportError:
    print('SKIP: python3-jsonschema is not installed')
    sys.exit(77)

ZONE = r'''$ORIGIN test.
@ SOA ns hostmaster 1 2 3 4 5
a TXT "v=spf1 ip4:192.0.2.1 -all"
_dmarc.a TXT "v=DMARC1; p=reject"
mx.a A 192.0.2.1
s._domainkey.a TXT RSA
e._domainkey.a TXT ED25519
b TXT "v=spf1 ip4:192.0.2.1 -all"
s._domainkey.b TXT RSA
s._domainkey.c TXT RSA
q A 192.0.2.3
_dmarc.q TXT "v=DMARC1; p=quarantine"
s._domainkey.q TXT RSA
'''
REVERSE = '''$ORIGIN 2.0.192.in-addr.arpa.
@ SOA ns.test. hostmaster.test. 1 2 3 4 5
1 PTR mx.a.test.
'''
AT = '2026-11-23T08:00:00Z'
RECEIVED = (b'Received: from mx.a.test (mx.a.test [192.0.2.1])\r\n\tby in.example.com (Postfix) with ESMTPS id 1'
            b'\r\n\tfor <joe@example.com>; Mon, 23 Nov 2026 08:00:00 +0000\r\n')
STORED = (b'Return-Path: <ann@a.test>\r\nReceived: from in.example.com ([10.0.0.1]) by store.example.com with LMTP'
          b' id 2;\r\n Mon, 23 Nov 2026 08:00:01 +0000\r\n')


def plain(domain='a.test', body=b'Hello,\r\n\r\nFrom here on, 12:00 in 2026\r\n>From there\r\n'):
    return (b'From: Ann <ann@%s>\r\nDate: Mon, 23 Nov 2026 07:59:00 +0000\r\nSubject: a test\r\nTo: joe@example.com\r\n'
            b'\r\n%s' % (domain.encode(), body))


class World:
    def __init__(self, frank, schema, folder):
        self.frank, self.folder = frank, folder
        with open(schema, encoding='utf-8') as file:
            self.schema = jsonschema.Draft202012Validator(json.load(file))
        self.schema.check_schema(self.schema.schema)
        self.rsa, self.ed = mails.Key(folder, 'rsa'), mails.Key(folder, 'ed25519')
        self.source = ['--offline', '--at', AT, '--authserv-id', 'in.example.com']
        for name, text in (('test', ZONE.replace('ED25519', self.ed.record).replace('RSA', self.rsa.record)),
                           ('reverse', REVERSE)):
            self.source += ['--zone', self.put(name + '.zone', text.encode())]

    def put(self, name, data):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def run(self, *arguments, data=None, status=None, source=None):
        run = subprocess.run([self.frank, 'verify', *(self.source if source is None else source), *arguments],
                             input=data, stdin=subprocess.DEVNULL if data is None else None, capture_output=True,
                             timeout=120)
        assert status is None or run.returncode == status, (arguments, run)
        assert b'Sanitizer' not in run.stderr, run.stderr.decode()
        return run

    def json(self, *arguments, **named):
        report = json.loads(self.run('--json', *arguments, **named).stdout)
        self.schema.validate(report)
        return report


def outcomes(w):
    """Each kind of message: its outcome, the exit status, and what else must be so."""
    sent = ['--ip', '192.0.2.1', '--helo', 'mx.a.test']
    good = mails.signed(plain(), w.rsa, 'a.test')
    rows = [
        ('DKIM, RSA', good, [], 'accepted', 0, {'dkim': ['pass'], 'dmarc': 'pass', 'spf': 'none'}),
        ('DKIM, Ed25519', mails.signed(plain(), w.ed, 'a.test', 'e'), [], 'accepted', 0, {'dkim': ['pass']}),
        ('two', mails.signed(good, w.ed, 'a.test', 'e'), [], 'accepted', 0, {'dkim': ['pass', 'pass']}),
        ('a changed subject', good.replace(b'a test', b'A test'), [], 'failed', 1, {'dkim': ['fail'], 'dmarc': 'fail'}),
        ('a changed body', good + b'PS', [], 'failed', 1, {'dkim': ['fail']}),
        ('no key', mails.signed(plain(), w.rsa, 'a.test', 'x'), [], 'failed', 1, {'dkim': ['permerror']}),
        ('expired', mails.signed(plain(), w.rsa, 'a.test', tags='x=1700000000; '), [], 'failed', 1,
         {'dkim': ['permerror']}),
        ('SPF', plain(), [*sent, '--mail-from', 'ann@a.test'], 'accepted', 0,
         {'spf': 'pass', 'dmarc': 'pass', 'iprev': 'pass', 'dkim': []}),
        ('SPF, in brackets', plain(), [*sent, '--mail-from', '<ann@a.test>'], 'accepted', 0, {'spf': 'pass'}),
        ('SPF of another', plain(), [*sent, '--mail-from', 'x@b.test'], 'failed', 1, {'spf': 'pass', 'dmarc': 'fail'}),
        ('SPF fails', plain(), ['--ip', '192.0.2.9', '--mail-from', 'ann@a.test'], 'failed', 1, {'spf': 'fail'}),
        ('a bounce', plain(), [*sent, '--mail-from', ''], 'failed', 1, {'spf': 'none', 'dmarc': 'fail'}),
        ('no envelope', plain(), sent, 'failed', 1, {'spf': 'none'}),
        ('no policy, signed', mails.signed(plain('c.test'), w.rsa, 'c.test'), [], 'unproven', 0,
         {'dmarc': 'none', 'dkim': ['pass']}),
        ('no policy, nothing', plain('c.test'), [], 'unproven', 0, {'dmarc': 'none'}),
        ('no policy, broken', mails.signed(plain('c.test'), w.rsa, 'c.test') + b'x', [], 'failed', 1, {'dmarc': 'none'}),
        ('no policy, SPF fails', plain('b.test'), ['--ip', '192.0.2.9', '--mail-from', 'x@b.test'], 'failed', 1, {}),
        ('two From', b'From: x@b.test\r\n' + plain(), [], 'failed', 1, {}),
        ('no From', b'Subject: x\r\n\r\n', [], 'failed', 1, {'dmarc': 'none'}),
    ]
    for name, message, options, outcome, status, more in rows:
        for form, data in (('CRLF', message), ('LF', mails.unix(message))):
            report = w.json(*options, '-', data=data, status=status)
            got = {'dkim': [d['result'] for d in report['dkim']], **{k: report[k]['result'] for k in
                                                                   ('spf', 'dmarc', 'iprev')}}
            assert report['outcome'] == outcome, (name, form, report)
            assert all(got[key] == value for key, value in more.items()), (name, form, got)
            assert bool([f for f in report['findings'] if f['id'] == 'bare-lf']) is False, (name, form)
    one = w.json('-', data=good)['dkim'][0]
    assert one['key_bits'] == 2048 and one['algorithm'] == 'rsa-sha256' and one['aligned'], one
    assert w.json('-', data=mails.signed(plain('q.test') + b'x', w.rsa, 'a.test'))['dmarc']['disposition'] == 'quarantine'
    silent = w.put('silent.json', json.dumps({'frank': 'evidence/1', 'subject': {'domain': 'a.test'}, 'taken': AT,
                                              'answers': [{'name': 'test', 'type': 'ANY', 'status': 'TIMEOUT'},
                                                          {'name': '_dmarc.a.test', 'type': 'TXT', 'status': 'TIMEOUT'},
                                                          {'name': 's._domainkey.a.test', 'type': 'TXT',
                                                           'status': 'TIMEOUT'}]}).encode())
    report = w.json('--evidence', silent, '-', data=good, status=3, source=[])
    assert report['outcome'] == 'unjudged' and report['dkim'][0]['result'] == 'temperror', report


def remedies(w):
    """What would have to change, by how near the message came to a pass."""
    good, sent = mails.signed(plain(), w.rsa, 'a.test'), ['--ip', '192.0.2.1', '--helo', 'mx.a.test', '--mail-from']
    open_end = mails.signed(plain(body=b'x\r\n'), w.rsa, 'a.test', tags='l=3; ')
    rows = [
        (good, [], ''),
        (plain('c.test'), [], ''),
        (good.replace(b'a test', b'A test'), [], 'find what changed the message'),
        (good + b'x', [], 'find what changed the message'),
        (mails.signed(plain(), w.rsa, 'a.test', 'x'), [], 'publish the key that signs at x._domainkey.a.test'),
        (good.replace(b'rsa-sha256', b'rsa-sha1'), [], 'sign with rsa-sha256'),
        (mails.signed(plain(), w.rsa, 'a.test', tags='x=1700000000; '), [], 'mend the signature: '),
        (open_end + b'more\r\n', [], 'sign without l='),
        (mails.signed(plain(), w.rsa, 'b.test'), [], 'have b.test sign with d=a.test too'),
        (plain(), [*sent, 'x@b.test'], 'or send with an envelope sender of a.test'),
        (plain(), ['--ip', '192.0.2.9', '--mail-from', 'x@a.test'], 'add ip4:192.0.2.9 to the SPF record of a.test'),
        (plain(), ['--ip', '2001:db8::9', '--mail-from', 'x@a.test'], 'add ip6:2001:db8::9 to'),
        (plain(), [], 'if you send as a.test: sign with DKIM as d=a.test'),
        (b'From: x@b.test\r\n' + plain(), [], 'write one From field with one author'),
    ]
    for number, (message, options, wanted) in enumerate(rows):
        report = w.json(*options, '-', data=message)
        assert (wanted in report['remedy']) if wanted else report['remedy'] == '', (number, report['remedy'])


def forwarded(w):
    """A list changed the subject; it saw DMARC pass and sealed that."""
    changed = mails.signed(plain(), w.rsa, 'a.test').replace(b'a test', b'[list] a test')
    said = 'list.b.test; dkim=pass header.d=a.test; dmarc=pass header.from=a.test'
    chain = mails.sealed(changed, w.rsa, 'b.test', said)
    stranger = w.json('-', data=chain, status=1)
    assert stranger['arc'] == {'result': 'pass', 'reason': '', 'sets': 1, 'sealers': ['b.test'], 'oldest_pass': 1}
    believed = w.json('--sealer', 'b.test', '-', data=chain, status=0)
    assert believed['outcome'] == 'accepted' and believed['dmarc']['vouched_by'] == 'b.test', believed['dmarc']
    assert believed['dmarc']['result'] == 'fail' and believed['dmarc']['disposition'] == 'none', believed['dmarc']
    text = w.run('--sealer', 'b.test', '-', data=chain).stdout.decode()
    assert text.startswith('Would be accepted as from a.test, on the word of b.test\n'), text
    assert '\nARC     pass      1 set: b.test\n' in text, text
    w.json('--sealer', 'c.test', '-', data=chain, status=1)
    broken = w.json('--sealer', 'b.test', '-', data=chain.replace(b'dkim=pass', b'dkim=fail'), status=1)
    assert broken['arc']['result'] == 'fail' and broken['arc']['reason'] != '', broken['arc']
    w.run('--sealer', 'http://b.test', '-', data=chain, status=2)


def schema_is_strict(w):
    report = w.json('-', data=mails.signed(plain(), w.rsa, 'a.test'))
    for key in w.schema.schema['$defs']['message']['required']:
        broken = dict(report)
        del broken[key]
        assert not w.schema.is_valid(broken), f'the schema does without {key}'
    report['dkim'][0]['result'] = 'good'
    assert not w.schema.is_valid(report)


def trust(w):
    stored = w.put('stored.eml', STORED + RECEIVED + b'Authentication-Results: in.example.com; spf=pass\r\n' + plain())
    unknown = w.json(stored, status=1)
    assert unknown['client']['ip_from'] == 'unknown' and unknown['spf']['judged'] is False
    assert '--trust store.example.com --trust in.example.com' in unknown['client']['advice'], unknown['client']
    known = w.json('--trust', '.example.com', stored, status=0)
    assert known['client'] == {
        'ip': '192.0.2.1', 'ip_from': 'received', 'helo': 'mx.a.test', 'helo_from': 'received',
        'mail_from': 'ann@a.test', 'mail_from_from': 'return-path', 'trusted': 'in.example.com', 'advice': ''}, known
    assert known['spf']['result'] == 'pass' and known['iprev']['name'] == 'mx.a.test'
    assert len(known['forged']) == 1 and 'spf=pass' in known['forged'][0]['value'], known['forged']
    vague = w.json('-', data=b'Authentication-Results: (\r\nAuthentication-Results: x.example; spf=pass\r\n' + plain())
    assert [f['claim'] for f in vague['forged']] == ['unreadable'], vague['forged']
    mine = w.json('--trust', 'store.example.com,in.example.com', '--ip', '192.0.2.9', stored, status=1)
    assert mine['client']['ip_from'] == 'option' and mine['client']['helo_from'] == 'unknown', mine['client']
    above = w.put('above.eml', b'Authentication-Results: in.example.com; spf=pass\r\n' + RECEIVED + plain())
    assert w.json('--trust', 'in.example.com', above)['forged'] == []
    w.run('--trust', 'no host', stored, status=2)
    text = w.run('--trust', '.example.com', '-v', stored).stdout.decode()
    for wanted in ('Would be accepted as from a.test\n', 'as the Received field of', 'dig a.test TXT', 'Forged'):
        assert wanted in text, (wanted, text)


def many(w):
    good = mails.signed(plain(), w.rsa, 'a.test')
    bad = good.replace(b'a test', b'A test')
    for name in ('Maildir/cur/2', 'Maildir/new/1', 'eml/one.eml', 'eml/two.EML'):
        w.put(name, good if name[-1] in '2e' else mails.unix(bad))
    w.put('Maildir/tmp/3', good)
    w.put('eml/notes.txt', b'not a message')
    os.mkdir(os.path.join(w.folder, 'empty'))
    maildir = w.json(os.path.join(w.folder, 'Maildir') + '/', status=1)['messages']
    assert [(os.path.relpath(m['file'], w.folder), m['outcome']) for m in maildir] == [
        ('Maildir/cur/2', 'accepted'), ('Maildir/new/1', 'failed')], maildir
    assert len(w.json(os.path.join(w.folder, 'eml'))['messages']) == 2
    single = w.put('single.eml', good)
    assert 'messages' not in w.json(single, status=0)
    both = w.run(single, single, os.path.join(w.folder, 'gone'), os.path.join(w.folder, 'empty'), status=3)
    assert both.stdout.decode().endswith('2 messages: 2 accepted, 0 unproven, 0 failed, 0 could not be judged; '
                                         '2 could not be read\n'), both.stdout
    assert both.stderr.count(b'\n') == 2 and b'gone: No such file' in both.stderr, both.stderr
    w.run(os.path.join(w.folder, 'gone'), status=2)
    w.run('-', data=b'', status=2)
    fields = w.run('--authres', single, single, status=0).stdout.decode()
    assert fields.count('Authentication-Results: in.example.com;\n') == 2 and '\r' not in fields, fields
    assert fields.count('dmarc=pass header.from=a.test') == 2
    w.run('--authres', '--json', single, status=2)
    hundreds = w.run('-q', *[single] * 320, status=0).stdout.decode()
    assert hundreds.startswith('320 messages: 320 accepted'), hundreds


def mboxes(w):
    good = mails.signed(plain(), w.rsa, 'a.test')
    empty = mails.signed(plain(body=b''), w.rsa, 'a.test')
    long_line = mails.signed(plain(body=b'x' * 70000 + CRLF + b'>' * 400 + b'From far, 10:00 1999\r\n'), w.rsa, 'a.test')

    def boxed(messages, end):
        text = b''
        for message in messages:
            quoted = re.sub(rb'^(>*From )', rb'>\1', message, flags=re.M)
            text += b'From ann@a.test Mon Nov 23 08:00:00 2026\r\n' + quoted + CRLF
        return text if end == CRLF else mails.unix(text)

    assert b'\r\n>From there' in good and b'\r\n\r\nFrom here' in good
    for end in (CRLF, b'\n'):
        box = boxed([good, empty, good.replace(b'a test', b'b test'), long_line], end)
        reports = w.json(w.put('box', box), status=1)['messages']
        assert [(m['number'], m['outcome']) for m in reports] == [
            (1, 'accepted'), (2, 'accepted'), (3, 'failed'), (4, 'accepted')], (end, reports)
        one = w.json('-', data=boxed([good], end), status=0)
        assert one['number'] == 1 and one['findings'] == [], one
        # The same, cut short or with more empty lines at the end.
        assert w.json('-', data=box[:-len(end)])['messages'][3]['outcome'] == 'accepted'
        assert w.json('-', data=box + end * 3)['messages'][3]['outcome'] == 'accepted'
        # Many: in batches, and the same numbers.
        numbers = [m['number'] for m in w.json('-', data=boxed([empty] * 130, end))['messages']]
        assert numbers == list(range(1, 131)), numbers
    w.json('-', data=b'From x\n')
    w.json('-', data=b'From x')


def borders(w):
    """Ends of messages and quoted lines wherever the reader's buffer may end."""
    good = mails.signed(plain(), w.rsa, 'a.test')
    line = b'From ann@a.test Mon Nov 23 08:00:00 2026\n'
    quoted = mails.unix(good).replace(b'\n>From', b'\n>>From').replace(b'\nFrom', b'\n>From').replace(
        b'>From: ', b'From: ')
    names = []
    for pad in range(65536 - len(line) - len(quoted) - 1100, 65536 - len(line) - 20, 23):
        filler = b'Subject: x\n\n' + b'y' * (pad - 14) + b'\n\n'
        names.append(w.put(f'border{pad}', line + filler + line + quoted + b'\n' + line + quoted))
    reports = w.json(*names, status=1)['messages']
    assert len(reports) == 3 * len(names)
    bad = [m['file'] for m in reports if m['outcome'] != ('failed' if m['number'] == 1 else 'accepted')]
    assert bad == [], bad


def evidence(w):
    message = w.put('kept.eml', RECEIVED + mails.signed(plain(), w.rsa, 'a.test'))
    options = ['--trust', 'in.example.com', '--authserv-id', 'in.example.com']
    kept = os.path.join(w.folder, 'kept.json')
    live = w.json(*options, '--save', kept, message, status=0)
    again = w.json(*options, '--evidence', kept, message, status=0, source=[])
    assert live == again and again['at'] == AT, (live, again)
    late = w.json(*options, '--evidence', kept, '--at', '2030-01-01T00:00:00Z', message, source=[])
    assert late['at'].startswith('2030')
    with open(kept, encoding='utf-8') as file:
        assert json.load(file)['subject']['domain'] == 'a.test'
    w.run('--save', os.path.join(w.folder, 'no', 'where'), message, status=3)


def peak(w, data_of, *arguments):
    """Kilobytes of memory at most, for a message that comes through a pipe."""
    process = subprocess.Popen([w.frank, 'verify', '--json', *w.source, *arguments, '-'], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    for piece in data_of:
        process.stdin.write(piece)
    process.stdin.close()
    report = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return report, usage.ru_maxrss


def memory(w):
    header = b'From: ann@a.test\r\nDate: x\r\nSubject: x\r\n\r\n'
    line = b'0123456789 abcdef' * 4 + CRLF
    million = line * (1048576 // len(line))
    small = mails.signed(header + line, w.rsa, 'a.test')
    _, least = peak(w, [small])
    sizes = {}
    for name, start in (('message', b''), ('mbox', b'From a Mon Nov 23 08:00:00 2026\r\n')):
        report, sizes[name] = peak(w, [start + small] + [million] * 100)
        assert report['dkim'][0]['reason'] != '', report['dkim']
        assert report['dkim'][0]['result'] == 'fail', report['dkim']
        assert sizes[name] - least < 20000, (name, sizes, least)
    print(f'peak of memory: {least} kB for 1 kB, {sizes} kB for 100 MB')


def hostile(w):
    rng = random.Random(7)
    esc = b'From: \x1b[31m <ann@\x1b[2J.test>\r\nReceived: from \x1b]0;x\x07 ([192.0.2.1]) by in.example.com\r\n'
    rows = [b'\n', b'\0', b'\r', b'From ', b':', b'a' * 300000, b'From: ' + b'<' * 100000, esc + CRLF, esc,
            b''.join(b'X%d: y\r\n' % i for i in range(5000)), b'X: ' + b'y\r\n ' * 400000,
            b'DKIM-Signature: v=1; d=\xff; s=\x1b[1m; a=x\r\n' * 30 + plain(),
            b'Received: ' + b'(' * 100000 + CRLF + plain(), b'Return-Path: ' + b'<' * 1000 + CRLF + plain()]
    rows += [bytes(rng.choice(b'\r\n :From>()"\\<@a;\0\xc3') for _ in range(rng.randrange(3000))) for _ in range(40)]
    for row in rows:
        if row == b'':
            continue
        for options in (['--trust', 'in.example.com', '-v'], ['--json'], ['--authres']):
            run = w.run(*options, '-', data=row)
            assert run.returncode in (0, 1, 3), (row[:100], run)
            assert not re.search(rb'[\x00-\x08\x0b-\x1f\x7f]', run.stdout + run.stderr), (row[:100], run.stdout)
    name = w.put('odd\x1b[2J\nname.eml', plain())
    run = w.run(name, name, name + 'x')
    assert b'\x1b' not in run.stdout + run.stderr and run.stdout.count(b'\n') == 4, run
    esc = '\x1b[31m'
    for words in (['sign', '-k', esc, '-s', 's', '-d', 'a.test'], ['key', 'show', esc], ['key', 'new', f'e{esc}x.test'],
                  ['verify', '--at', esc, name], ['verify', '-z', esc, name], ['verify', f'--{esc}'], ['spf', '--ip', esc],
                  ['check', f'{esc}.test'], ['explain', esc], ['lab', 'show', esc], [esc]):
        run = subprocess.run([w.frank, *words], input=b'', capture_output=True, timeout=60)
        assert run.returncode == 2 and b'\x1b' not in run.stdout + run.stderr and run.stderr, (words, run)


def main():
    frank, schema = sys.argv[1:]
    for test in (outcomes, remedies, forwarded, schema_is_strict, trust, many, mboxes, borders, evidence, memory, hostile):
        with tempfile.TemporaryDirectory() as folder:
            test(World(frank, schema, folder))
            print(test.__name__, 'ok', flush=True)


if __name__ == '__main__':
    main()
