#!/usr/bin/python3
"""A name server that misbehaves on purpose; the first label of the question says how.

Usage: liar.py ADDRESS PORT. Speaks UDP and TCP until it is killed.
"""
import socket
import struct
import sys
import threading
import time

TXT, CNAME, A = 16, 5, 1


def question_end(query):
    at = 12
    while query[at]:
        at += query[at] + 1
    return at + 5


def first_label(query):
    return query[13:13 + query[12]].decode('ascii', 'replace').lower()


def reply(query, answers=(), flags=0x8180, ident=None, question=None):
    """A response with these (owner, type, rdata) to the query, which may be lied about."""
    ident = query[:2] if ident is None else ident
    question = query[12:question_end(query)] if question is None else question
    out = ident + struct.pack('>HHHHH', flags, 1, len(answers), 0, 0) + question
    for owner, kind, data in answers:
        out += owner + struct.pack('>HHIH', kind, 1, 60, len(data)) + data
    return out


HERE = b'\xc0\x0c'  # the owner is the name in the question


def text(octets):
    return b''.join(bytes([len(octets[i:i + 255])]) + octets[i:i + 255] for i in range(0, len(octets), 255))


def name(dotted):
    return b''.join(bytes([len(p)]) + p.encode() for p in dotted.split('.') if p) + b'\0'


def good(query):
    return reply(query, [(HERE, TXT, text(b'good'))])


def lie(query, tcp):
    """The responses to send, in order; none for silence."""
    kind = first_label(query)
    if kind == 'silent':
        return []
    if kind == 'wrongid':
        return [reply(query, [(HERE, TXT, text(b'poison'))], ident=bytes([query[0] ^ 1, query[1]]))]
    if kind == 'wrongquestion':
        other = name('other.test') + struct.pack('>HH', TXT, 1)
        return [reply(query, [(HERE, TXT, text(b'poison'))], question=other)]
    if kind == 'wrongowner':
        return [reply(query, [(name('victim.test'), TXT, text(b'poison'))])]
    if kind == 'first-wrong':
        return lie_first(query)
    if kind == 'garbage':
        return [query[:2] + b'\x81\x80' + b'\xff' * 60]
    if kind == 'short':
        return [query[:7]]
    if kind == 'truncated' and not tcp:
        return [reply(query, flags=0x8380)]
    if kind == 'big':
        if not tcp:
            return [reply(query, flags=0x8380)]
        room = 65535 - len(reply(query)) - 12
        return [reply(query, [(HERE, TXT, text(b'x' * (room - room // 256 - 1)))])]
    if kind == 'loop':
        one, two = name('loop.test'), name('pool.test')
        return [reply(query, [(one, CNAME, two), (two, CNAME, one)])]
    if kind == 'strings':
        return [reply(query, flags=0x8380)] if not tcp else [reply(query, [(HERE, TXT, b'\x01s' * 10000)])]
    if kind == 'many':
        return [reply(query, flags=0x8380)] if not tcp else [reply(query, [(HERE, TXT, b'\x01m')] * 4000)]
    if kind == 'servfail':
        return [reply(query, flags=0x8182)]
    if kind == 'refused':
        return [reply(query, flags=0x8185)]
    return [good(query)]


def lie_first(query):
    poison = reply(query, [(HERE, TXT, text(b'poison'))], ident=bytes([query[0] ^ 1, query[1]]))
    return [poison, good(query)]


def serve_tcp(connection):
    with connection:
        stream = connection.makefile('rb')
        head = stream.read(2)
        while len(head) == 2:
            query = stream.read(struct.unpack('>H', head)[0])
            for answer in lie(query, True):
                send_stream(connection, query, struct.pack('>H', len(answer)) + answer)
            head = stream.read(2)


def send_stream(connection, query, octets):
    if first_label(query) != 'truncated':
        connection.sendall(octets)
        return
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for i in range(len(octets)):  # each byte in a segment of its own
        connection.sendall(octets[i:i + 1])
        time.sleep(0.005)


def main():
    where = (sys.argv[1], int(sys.argv[2]))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(where)
    elsewhere = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener = socket.create_server(where)

    def accept():
        while True:
            threading.Thread(target=serve_tcp, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    while True:
        query, peer = udp.recvfrom(65535)
        if first_label(query) == 'elsewhere':
            elsewhere.sendto(reply(query, [(HERE, TXT, text(b'poison'))]), peer)
            continue
        for answer in lie(query, False):
            udp.sendto(answer, peer)


if __name__ == '__main__':
    main()
