#!/usr/bin/python3
"""frank key and frank sign as their users run them: files and their rights, records that name servers
take, what belongs together, messages signed and verified, hostile input.

Usage: test_key.py FRANK SCHEMA
"""
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print('SKIP: python3-jsonschema is not installed')
    sys.exit(77)

FRANK, SCHEMA = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
SOA = '$ORIGIN e.test.\n$TTL 3600\n@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n'
MAIL = (b'From: Ann <ann@e.test>\r\nTo: bob@example.org\r\nSubject: hello\r\n'
        b'Date: Mon, 23 Nov 2026 08:00:00 +0000\r\nMessage-ID: <1@e.test>\r\n\r\nhi there  \r\n\r\n\r\n')


def run(*args, code=0, data=None, env=None):
    done = subprocess.run([FRANK, *args], capture_output=True, timeout=120, input=data, env=env)
    assert done.returncode == code, (args, done.returncode, done.stdout[-500:], done.stderr)
    assert b'Sanitizer' not in done.stderr, done.stderr
    return done


def text(*args, **more):
    done = run(*args, **more)
    return (done.stdout + done.stderr).decode()


def keys_are_made_and_kept():
    out = text('key', 'new', 'e.test', '--selector', 's1', '--type', 'both')
    assert 's1._domainkey.e.test' in out and 's1e._domainkey.e.test' in out
    for name in ('s1.e.test.pem', 's1e.e.test.pem'):
        assert stat.S_IMODE(os.stat(name).st_mode) == 0o600, name
        subprocess.run(['openssl', 'pkey', '-in', name, '-noout', '-check'], check=True, capture_output=True)
    before = open('s1.e.test.pem', 'rb').read()
    assert 'there already' in text('key', 'new', 'e.test', '--selector', 's1', code=2)
    assert open('s1.e.test.pem', 'rb').read() == before
    os.mkdir('other')
    text('key', 'new', 'e.test', '--selector', 's2', '--out', 'other', '--bits', '3072')
    text('key', 'new', 'e.test', '--selector', 's2', '--out', 'other', '--force')
    assert sorted(os.listdir('other')) == ['s2.e.test.pem'], os.listdir('other')
    os.mkdir('open')
    os.chmod('open', 0o777)
    assert 'everybody may write' in text('key', 'new', 'e.test', '--out', 'open', code=2)
    assert os.listdir('open') == []
    assert 'No such file' in text('key', 'new', 'e.test', '--out', 'nowhere/key.pem', code=2)
    text('key', 'new', '--domain', 'e.test', '--selector', 's9', '--type', 'ed25519')
    assert os.path.exists('s9.e.test.pem')
    assert 'for which domain' in text('key', 'new', code=2)
    assert 'no domain name' in text('key', 'new', 'not a domain', code=2)
    assert '2048, 3072 or 4096' in text('key', 'new', 'e.test', '--bits', '2500', code=2)
    assert 'letters' in text('key', 'new', 'e.test', '--selector', 'a"b', code=2)
    assert 'one file' in text('key', 'new', 'e.test', '--type', 'both', '--out', 'x.pem', code=2)
    text('key', 'new', 'm\u00fcller.example', '--selector', 's', '--type', 'ed25519')
    assert os.path.exists('s.xn--mller-kva.example.pem')


def records_suit_name_servers():
    zone = run('key', 'new', 'e.test', '--selector', 'z1', '--type', 'both', '--bits', '4096', '--format',
               'zone').stdout.decode()
    open('e.zone', 'w').write(SOA + zone)
    assert all(len(s) <= 255 for s in re.findall(r'"([^"]*)"', zone))
    for checker in (['nsd-checkzone', 'e.test', 'e.zone'], ['ldns-read-zone', 'e.zone'],
                    ['kzonecheck', '-o', 'e.test', 'e.zone'], ['named-checkzone', 'e.test', 'e.zone']):
        if shutil.which(checker[0]) or shutil.which(checker[0], path='/usr/sbin:/sbin'):
            subprocess.run(checker, check=True, capture_output=True,
                           env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'})
    source = ('--zone', 'e.zone', '--offline')
    assert 'They belong together' in text('key', 'show', 'z1.e.test.pem', 'z1._domainkey.e.test', *source)
    assert 'They belong together' in text('key', 'show', 'z1e.e.test.pem', '--selector', 'z1e', '--domain',
                                          'e.test', *source)
    assert 'NOT belong' in text('key', 'show', 'z1.e.test.pem', 's1.e.test.pem', code=1)
    assert 'nothing is published' in text('key', 'show', 'gone._domainkey.e.test', *source, code=1)
    assert 'revoked' in text('key', 'show', 'v=DKIM1; p=', code=1)
    name, value = run('key', 'new', 'e.test', '--selector', 'p1', '--format', 'panel').stdout.decode().split('\n')[:2]
    assert name == 'p1._domainkey.e.test'
    assert 'They belong together' in text('key', 'show', value, 'p1.e.test.pem')
    evidence = {'frank': 'evidence/1', 'subject': {'domain': 'e.test'}, 'taken': '2026-11-23T08:00:00Z',
                'answers': [{'name': 'slow._domainkey.e.test', 'type': 'TXT', 'status': 'TIMEOUT'}]}
    json.dump(evidence, open('slow.json', 'w'))
    assert 'did not answer' in text('key', 'show', 'slow._domainkey.e.test', '--evidence', 'slow.json', code=3)


def every_form_is_read():
    for make in ('openssl genrsa -traditional 2048', 'openssl genrsa 2048', 'openssl genpkey -algorithm ed25519',
                 'openssl genrsa 2048 | openssl pkey -outform DER'):
        data = subprocess.run(make, shell=True, check=True, capture_output=True).stdout
        with open('form.key', 'wb') as file:
            file.write(data)
        os.chmod('form.key', 0o600)
        public = subprocess.run(['openssl', 'pkey', '-in', 'form.key', '-pubout'], check=True,
                                capture_output=True).stdout
        open('form.pub', 'wb').write(public)
        assert 'They belong together' in text('key', 'show', 'form.key', 'form.pub'), make
    os.chmod('form.key', 0o644)
    assert 'others can read' in text('key', 'show', 'form.key')
    refused = {
        'openssl ecparam -name prime256v1 -genkey -noout': 'type EC',
        'openssl genrsa -aes128 -passout pass:x 2048': 'encrypted',
        'openssl genrsa 512': '512 bits',
        'head -c 100000 /dev/zero': 'larger',
        'printf "not a key"': 'no private key',
        'true': 'no private key',
    }
    for make, why in refused.items():
        data = subprocess.run(make, shell=True, check=True, capture_output=True).stdout
        open('bad.key', 'wb').write(data)
        assert why in text('key', 'show', 'bad.key', code=2), (make, why)
    assert 'folder' in text('key', 'show', '.', code=2)
    assert 'which key' in text('key', 'show', code=2)


def json_is_as_promised():
    schema = json.load(open(SCHEMA, encoding='utf-8'))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    made = json.loads(run('key', 'new', 'e.test', '--selector', 'j1', '--type', 'both', '--json').stdout)
    check.validate(made)
    assert [k['bits'] for k in made['keys']] == [2048, 256]
    for what, code, match in ((['j1.e.test.pem'], 0, None), (['j1.e.test.pem', made['keys'][0]['record']], 0, True),
                              (['j1.e.test.pem', 'j1e.e.test.pem'], 1, False)):
        shown = json.loads(run('key', 'show', '--json', *what, code=code).stdout)
        check.validate(shown)
        assert shown['match'] is match, shown
    for broken in ({'keys': []}, {'items': [], 'match': 1}, {'keys': [{}]}):
        assert not check.is_valid(broken)


def verify(signed, count):
    out = json.loads(run('verify', '--json', '--zone', 'e.zone', '--offline', '-', data=signed).stdout)
    assert [d['result'] for d in out['dkim']] == ['pass'] * count, out['dkim']
    return out


def messages_are_signed():
    keys = ('--key', 'z1.e.test.pem', '--selector', 'z1', '--key', 'z1e.e.test.pem', '--selector', 'z1e', '--domain',
            'e.test', '--at', '2026-11-23T08:00:00Z')
    for canon in ('relaxed/relaxed', 'relaxed/simple', 'simple/relaxed', 'simple/simple'):
        for mail in (MAIL, MAIL.replace(b'\r\n', b'\n')):
            signed = run('sign', *keys, '--canon', canon, '--expire', '14d', data=mail).stdout
            assert signed.endswith(mail) and signed.count(b'DKIM-Signature:') == 2
            assert (b'\r\n' in signed) == (b'\r\n' in mail)
            assert all(len(line.expandtabs()) <= 79 for line in signed.split(b'\n'))
            assert signed == run('sign', *keys, '--canon', canon, '--expire', '14d', data=mail).stdout
            verify(signed, 2)
    open('mail.eml', 'wb').write(MAIL)
    fields = run('sign', *keys, '--field', 'mail.eml').stdout
    verify(fields + MAIL, 2)
    other = run('sign', *keys, '--headers', 'From+:Subject', 'mail.eml').stdout
    assert b'h=From:From:Subject;' in other
    verify(other, 2)


def bad_messages_are_not_signed():
    key = ('--key', 'z1e.e.test.pem', '--selector', 'z1e', '--domain', 'e.test')
    for old, new, why in ((b'To:', b'From: eve@e.test\r\nTo:', 'several From'), (b'there', b'th\rere', 'CR without LF'),
                          (b'there', b'th\nere', 'LF without CR'), (b'there', b'th\0ere', 'NUL'),
                          (b'From:', b'X:', 'no From'), (b'Subject: hello\r\n', b'Subject: a\r\nSubject: b\r\n', 'several')):
        done = run('sign', *key, data=MAIL.replace(old, new, 1), code=1)
        assert done.stdout == b'' and why in done.stderr.decode(), (why, done.stderr)
    for old, new in ((b'there', b'th\rere'), (b'there', b'th\nere'), (b'there', b'th\0ere')):
        signed = run('sign', *key, '--mend', data=MAIL.replace(old, new, 1)).stdout
        assert b'\0' not in signed and re.search(rb'\r(?!\n)|(?<!\r)\n', signed) is None
        verify(signed, 1)
    for more, why in ((('--expire', 'never'), 'not a time'), (('--headers', 'a b'), 'names no field'),
                      (('--domain', 'x.test'), 'one for each'), (('--key', 'nowhere.pem'), 'one --selector'),
                      (('--identity', 'ann@other.test'), 'is not one of')):
        run('sign', *key, *more, data=MAIL, code=1 if 'identity' in more[0] else 2)
    assert 'not among the fields' in text('sign', *key, '--headers', 'Subject', data=MAIL, code=1)


def peak(path, *args):
    """Memory that the program needs at most, in kB, as a small process of its own sees it."""
    watch = ('import resource, subprocess, sys; subprocess.run(sys.argv[2:], stdin=open(sys.argv[1], "rb"), '
             'check=True); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)')
    done = subprocess.run([sys.executable, '-c', watch, path, FRANK, *args], capture_output=True, check=True,
                          timeout=120)
    return done.stdout, int(done.stderr.split()[-1])


def memory_is_bounded():
    """100 MB through a pipe or from a file: no more memory than a small message needs."""
    key = ('--key', 'z1e.e.test.pem', '--selector', 'z1e', '--domain', 'e.test', '--field')
    open('big.eml', 'wb').write(MAIL + b'0123456789 abcdefghijklmnopqrstuvwxyz  \r\n' * 2500000)
    small = peak('mail.eml', 'sign', *key)[1]
    fields, big = peak('big.eml', 'sign', *key)
    assert big < small + 8000, (small, big)
    assert peak('/dev/null', 'sign', *key, 'big.eml')[1] < small + 8000
    verify(fields + open('big.eml', 'rb').read(), 1)


def chains_are_sealed():
    key = ('--key', 'z1.e.test.pem', '--selector', 'z1', '--domain', 'e.test', '--seal', '--zone', 'e.zone', '--offline')
    mail = b'Authentication-Results: e.test; spf=pass smtp.mailfrom=ann@e.test\r\n' + MAIL
    for count in range(1, 4):
        mail = run('sign', *key, data=mail).stdout
        out = json.loads(run('verify', '--json', '--zone', 'e.zone', '--offline', '-', data=mail).stdout)
        assert out['arc']['result'] == 'pass' and out['arc']['sets'] == count, out['arc']
    assert re.search(rb'i=3; e.test;\s+spf=pass', mail), mail
    broken = run('sign', *key, data=mail.replace(b'hi there', b'ho there')).stdout
    assert b'cv=fail' in broken
    assert 'sealed as broken' in text('sign', *key, data=broken, code=1)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for test in (keys_are_made_and_kept, records_suit_name_servers, every_form_is_read, json_is_as_promised,
                     messages_are_signed, bad_messages_are_not_signed, memory_is_bounded, chains_are_sealed):
            test()
            print('ok', test.__name__)
        os.chdir('/')


main()
