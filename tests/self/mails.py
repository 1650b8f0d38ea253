"""Messages for tests: signed by openssl alone, apart from the code that they test."""
import base64
import hashlib
import re
import subprocess

CRLF = b'\r\n'


def unix(message):
    return message.replace(CRLF, b'\n')


class Key:
    """An RSA or Ed25519 key in a folder, with the text of its DNS record."""

    def __init__(self, folder, kind):
        self.kind, self.file = kind, folder + '/' + kind + '.pem'
        options = ['-algorithm', 'ED25519'] if kind == 'ed25519' else ['-algorithm', 'RSA', '-pkeyopt',
                                                                     'rsa_keygen_bits:2048']
        subprocess.run(['openssl', 'genpkey', *options, '-out', self.file], check=True, capture_output=True)
        der = subprocess.run(['openssl', 'pkey', '-in', self.file, '-pubout', '-outform', 'DER'], check=True,
                             capture_output=True).stdout
        public = der[-32:] if kind == 'ed25519' else der
        text = f'v=DKIM1; k={kind}; p=' + base64.b64encode(public).decode()
        self.record = ' '.join('"%s"' % text[i:i + 250] for i in range(0, len(text), 250))

    def sign(self, data):
        with open(self.file + '.in', 'wb') as file:
            file.write(hashlib.sha256(data).digest() if self.kind == 'ed25519' else data)
        command = (['openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', self.file, '-in', self.file + '.in']
                   if self.kind == 'ed25519' else
                   ['openssl', 'dgst', '-sha256', '-sign', self.file, self.file + '.in'])
        return subprocess.run(command, check=True, capture_output=True).stdout


def fields(header):
    return re.findall(rb'[^\r\n]+\r\n(?:[ \t][^\r\n]*\r\n)*', header)


def relaxed(field):
    name, value = field.split(b':', 1)
    return name.strip().lower() + b':' + re.sub(rb'[ \t]+', b' ', value.replace(CRLF, b'')).strip() + CRLF


def signed(message, key, domain, selector='s', names=('from', 'subject', 'date'), tags=''):
    """The message with a signature on top: relaxed header, simple body."""
    header, body = message.split(CRLF + CRLF, 1)
    body = re.sub(rb'(\r\n)*\Z', b'', body) + CRLF
    start = (f'DKIM-Signature: v=1; a={key.kind}-sha256; c=relaxed/simple; d={domain}; s={selector};\r\n'
             f'\th={":".join(names)}; {tags}bh={base64.b64encode(hashlib.sha256(body).digest()).decode()};\r\n\tb=')
    data = b''
    for name in names:
        found = [f for f in fields(header + CRLF) if f.split(b':')[0].strip().lower() == name.encode()]
        data += relaxed(found[-1]) if found else b''
    data += relaxed(start.encode() + CRLF)[:-2]
    return start.encode() + base64.b64encode(key.sign(data)) + CRLF + message


def sealed(message, key, domain, results, selector='s'):
    """The message with the first set of a chain (RFC 8617) on top: relaxed header, simple body."""
    body = re.sub(rb'(\r\n)*\Z', b'', message.split(CRLF + CRLF, 1)[1]) + CRLF
    said = f'ARC-Authentication-Results: i=1; {results}\r\n'.encode()
    tags = f'i=1; a={key.kind}-sha256; d={domain}; s={selector}; '
    start = (f'ARC-Message-Signature: {tags}c=relaxed/simple; h=from:subject;\r\n'
             f'\tbh={base64.b64encode(hashlib.sha256(body).digest()).decode()};\r\n\tb=').encode()
    header = fields(message.split(CRLF + CRLF, 1)[0] + CRLF)
    data = b''.join(relaxed([f for f in header if f.lower().startswith(name)][-1]) for name in (b'from:', b'subject:'))
    signature = start + base64.b64encode(key.sign(data + relaxed(start + CRLF)[:-2])) + CRLF
    seal = f'ARC-Seal: {tags}cv=none; t=1795420800; b='.encode()
    data = relaxed(said) + relaxed(signature) + relaxed(seal + CRLF)[:-2]
    return seal + base64.b64encode(key.sign(data)) + CRLF + signature + said + message
