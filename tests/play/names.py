"""A name server in a thread: rows {(name, type): [presentation format]}, nothing else exists."""
import ipaddress
import socket
import struct
import threading

from liar import HERE, name, question_end, reply, text

TYPES = {'A': 1, 'MX': 15, 'TXT': 16, 'AAAA': 28}
asked = threading.Event()


def octets(kind, row):
    """Presentation format to wire format, for the four types above."""
    if kind in ('A', 'AAAA'):
        return ipaddress.ip_address(row).packed
    if kind == 'MX':
        preference, host = row.split()
        return struct.pack('>H', int(preference)) + name(host)
    return text(row.strip('"').encode())


def owner_of(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode('ascii', 'replace').lower())
        at += 1 + query[at]
    return '.'.join(labels)


def answer(query, rows):
    owner = owner_of(query)
    wanted = struct.unpack('>H', query[question_end(query) - 4:question_end(query) - 2])[0]
    found = [(HERE, wanted, octets(kind, row)) for (at, kind), texts in rows.items() for row in texts
             if at == owner and TYPES[kind] == wanted]
    exists = any(at == owner or at.endswith('.' + owner) for at, _ in rows)
    return reply(query, found, flags=0x8180 if exists else 0x8183)


def serve(rows, address='127.0.0.1'):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))

    def run():
        while True:
            query, peer = server.recvfrom(65535)
            asked.set()
            server.sendto(answer(query, rows), peer)

    threading.Thread(target=run, daemon=True).start()
