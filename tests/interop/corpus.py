"""Messages of many shapes, the same in every run: sizes, odd headers, odd bodies.

Each is a name and the bytes, with CRLF line ends. Those whose name begins with "wild" hold what no
sound program sends (bare CR, NUL), which not everybody signs.
"""
import random

WORDS = ('the of and invoice order shipping account please confirm meeting quarterly report attached regards team '
         'delivery newsletter offer project update schedule review amount payment thank you again soon').split()
HEAD = [b'From: Ann Example <ann@e.test>', b'To: Bob <bob@example.org>', b'Subject: hello there',
        b'Date: Mon, 23 Nov 2026 08:00:00 +0000', b'Message-ID: <1@e.test>', b'MIME-Version: 1.0',
        b'Content-Type: text/plain; charset=utf-8']


def mail(body, *more, head=None):
    return b'\r\n'.join([*(head or HEAD), *more]) + b'\r\n\r\n' + body


def text(chance, size, end=b'\r\n'):
    out = bytearray()
    line = 0
    while len(out) < size:
        word = chance.choice(WORDS).encode()
        out += word + chance.choice([b' ', b' ', b' ', b' ', b'  ', b'\t', b'. '])
        line += len(word) + 1
        if line > 66:
            out += chance.choice([b'', b'', b' ', b'\t ']) + end
            line = 0
    return bytes(out) + end


def replaced(old, new):
    return [new if field.startswith(old) else field for field in HEAD]


def corpus():
    chance = random.Random(20261123)
    rows = [
        ('empty', mail(b'')),
        ('one-line', mail(b'hi\r\n')),
        ('only-crlf', mail(b'\r\n')),
        ('many-crlf', mail(b'\r\n\r\n\r\n\r\n')),
        ('trailing-blank-lines', mail(b'hi\r\n\r\n\r\n')),
        ('trailing-space', mail(b'hi \t \r\nyou\t\r\n')),
        ('blank-lines-of-space', mail(b'hi\r\n \t \r\n\t\r\n')),
        ('leading-space', mail(b'  hi\r\n\t\tyou\r\n')),
        ('no-final-crlf', mail(b'hi\r\nyou')),
        ('no-final-crlf-space', mail(b'hi\r\nyou  ')),
        ('dots', mail(b'.\r\n..\r\n. x\r\n')),
        ('from-line', mail(b'From here on\r\n>From there\r\n')),
        ('dashes', mail(b'--\r\n-- \r\nfooter\r\n')),
        ('long-line', mail(b'x' * 998 + b'\r\n' + b'y ' * 499 + b'\r\n')),
        ('8-bit', mail('Gr\u00fc\u00dfe \u20ac\r\n'.encode())),
        ('latin1', mail(b'Gr\xfc\xdfe \xa0\r\n')),
        ('folded', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject: hello\r\n there\r\n\t  again'))),
        ('folded-first', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject:\r\n hello'))),
        ('tabs', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject:\thello\t\tthere \t '))),
        ('many-spaces', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject:    hello    there   '))),
        ('empty-value', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject:'))),
        ('no-space', mail(b'hi\r\n', head=[f.replace(b': ', b':', 1) for f in HEAD])),
        ('lower-case', mail(b'hi\r\n', head=[f.split(b':')[0].lower() + b':' + f.split(b':', 1)[1] for f in HEAD])),
        ('upper-case', mail(b'hi\r\n', head=[f.split(b':')[0].upper() + b':' + f.split(b':', 1)[1] for f in HEAD])),
        ('long-subject', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject: ' + b'x' * 980))),
        ('encoded', mail(b'hi\r\n', head=replaced(b'Subject', b'Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?b?4oKs?='))),
        ('many-to', mail(b'hi\r\n', head=replaced(b'To', b'To: ' + b',\r\n '.join(b'u%d@example.org' % i for i in range(60))))),
        ('received', mail(b'hi\r\n', head=[b'Received: from a by b;\r\n\tMon, 23 Nov 2026 08:00:00 +0000'] * 5 + HEAD)),
        ('list', mail(b'hi\r\n', b'List-Unsubscribe: <https://e.test/u>,\r\n <mailto:u@e.test>',
                      b'List-Unsubscribe-Post: List-Unsubscribe=One-Click', b'List-Id: <l.e.test>')),
        ('comments', mail(b'hi\r\n', head=replaced(b'From', b'From: (a (nested) comment) "Ann, Example" <ann@e.test>'))),
    ]
    for size in (100, 1000, 2000, 16383, 16384, 16385, 65536, 300000, 5 << 20):
        rows.append(('size-%d' % size, mail(text(chance, size))))
    for number in range(12):
        lines = [chance.choice([b'', b' ', b'\t', b'x', b' x', b'x ', b'x  y', b'\tx\t']) for _ in range(chance.randrange(12))]
        rows.append(('random-%d' % number, mail(b'\r\n'.join(lines) + chance.choice([b'', b'\r\n', b'\r\n\r\n']))))
    return rows


def wild():
    return [
        ('wild-bare-cr', mail(b'a\rb\r\n')),
        ('wild-nul', mail(b'a\0b\r\n')),
        ('wild-ends-in-cr', mail(b'a\r')),
        ('wild-cr-crlf', mail(b'a\r\r\n')),
        ('wild-long', mail(b'z' * 5000 + b'\r\n')),
    ]
