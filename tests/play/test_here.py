#!/usr/bin/python3
"""`frank check --here` on the real settings of Postfix, Exim, Dovecot and OpenDKIM.

Each program is asked through its own tool (postconf, exim -bP, doveconf), with configuration
folders of this test's own; the machine's name and /etc/hosts are those of a namespace.
Usage: test_here.py FRANK EXIM
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import world as play  # noqa: E402

ZONE = '''$ORIGIN brief.example.
$TTL 3600
@ SOA ns1 hostmaster 1 14400 3600 1209600 3600
@ NS ns1
ns1 A 192.0.2.53
@ MX 10 mail
mail A 192.0.2.10
s1._domainkey TXT {dkim}
'''
REVERSE = '''$ORIGIN 2.0.192.in-addr.arpa.
$TTL 3600
@ SOA ns1.brief.example. hostmaster.brief.example. 1 14400 3600 1209600 3600
@ NS ns1.brief.example.
10 PTR mail.brief.example.
'''


def wrapper(world, name, command):
    path = world.write(f'bin/{name}', f'#!/bin/sh\nexec {command} "$@"\n')
    os.chmod(path, 0o755)


def set_up(world, tls, hostname, banner, certificate):
    subprocess.run(['hostname', hostname], check=True)
    play.mount_over(world, '/etc/hostname', hostname + '\n')
    play.mount_over(world, '/etc/hosts', f'127.0.0.1 localhost\n192.0.2.10 {hostname} {hostname.split(".")[0]}\n')
    world.write('postfix/main.cf', f'''compatibility_level = 3.6
myhostname = {banner}
smtpd_tls_cert_file = {tls}/{certificate}
smtpd_tls_key_file = {tls}/leaf.key
''')
    shutil.copy('/usr/share/postfix/master.cf.dist', world.path('postfix', 'master.cf'))
    world.write('dovecot.conf', f'''ssl_cert = <{tls}/{certificate}
ssl_key = <{tls}/leaf.key
''')
    world.write('exim.conf', f'''primary_hostname = {banner}
tls_certificate = {tls}/{certificate}
tls_privatekey = {tls}/leaf.key
begin transports
remote_smtp:
  driver = smtp
  dkim_domain = brief.example
  dkim_selector = s1
  dkim_private_key = {tls}/dkim.key
''')


def public_record(key):
    public = play.run('openssl', 'rsa', '-in', key, '-pubout')
    text = ''.join(public.strip().split('\n')[1:-1])
    return f'"v=DKIM1; k=rsa; p=" "{text[:200]}" "{text[200:]}"'


def audit(world, tls, key):
    zone = world.write('brief.zone', ZONE.format(dkim=public_record(key)))
    reverse = world.write('reverse.zone', REVERSE)
    return world.check('brief.example', '--here', '--zone', zone, '--zone', reverse, '--offline',
                       '--ca-file', f'{tls}/roots.pem', '--only', 'name.hostname,name.mta,tls.file,dkim.signer',
                       env={'PATH': world.path('bin', 'x')[:-2] + ':' + os.environ['PATH']})


def wrong(world, tls):
    set_up(world, tls, 'localhost.localdomain', 'localhost.localdomain', 'leaf.pem')
    report = audit(world, tls, f'{tls}/other.key')
    world.expect(report, 'name.hostname', 'fail', what='wrong')
    for program in ('Postfix banner', 'Postfix EHLO', 'Exim banner', 'Exim EHLO'):
        world.expect(report, 'name.mta', 'fail', program, 'wrong')
    for program in ('Postfix', 'Exim', 'Dovecot'):
        world.expect(report, 'tls.file', 'fail', program, 'wrong')
    world.expect(report, 'dkim.signer', 'fail', 'Exim', 'wrong')
    lines = [fix.get('value') for check in ('name.mta', 'tls.file') for fix in report.fixes(check)]
    for line in ("postconf -e 'myhostname = mail.brief.example' && postfix reload",
                 'primary_hostname = mail.brief.example'):
        good = line in lines
        print(f"{'ok' if good else 'NOT OK'}: wrong: the line to type: {line}")
        world.failures += not good


def right(world, tls):
    set_up(world, tls, 'mail.brief.example', 'mail.brief.example', 'chain.pem')
    report = audit(world, tls, f'{tls}/dkim.key')
    for check in ('name.hostname', 'name.mta', 'tls.file', 'dkim.signer'):
        world.expect(report, check, 'pass', what='right')
        world.never(report, check, 'fail', what='right')


def secrets(world, tls):
    """No private key may reach the evidence."""
    saved = world.path('evidence.json')
    zone = world.write('brief.zone', ZONE.format(dkim=public_record(f'{tls}/dkim.key')))
    world.write('postfix/main.cf', f'smtpd_tls_cert_file = {tls}/both.pem\nsmtpd_tls_key_file = {tls}/both.pem\n')
    world.check('brief.example', '--here', '--zone', zone, '--offline', '--save', saved,
                env={'PATH': world.path('bin', 'x')[:-2] + ':' + os.environ['PATH']})
    with open(saved, encoding='utf-8') as file:
        text = file.read()
    good = 'PRIVATE KEY' not in text and 'BEGIN CERTIFICATE' in text
    print(f"{'ok' if good else 'NOT OK'}: the evidence holds certificates and no private key")
    world.failures += not good


def main():
    play.inside()
    world = play.World(sys.argv[1])
    exim = os.path.abspath(sys.argv[2])
    try:
        tls = play.make_certificates(world)
        for name in ('dkim', 'other'):
            play.run('openssl', 'genrsa', '-out', f'{tls}/{name}.key', '2048')
            os.chmod(f'{tls}/{name}.key', 0o600)
        with open(f'{tls}/both.pem', 'w', encoding='utf-8') as both:
            for part in ('leaf.key', 'chain.pem'):
                with open(f'{tls}/{part}', encoding='utf-8') as file:
                    both.write(file.read())
        os.chmod(f'{tls}/both.pem', 0o600)
        wrapper(world, 'postconf', f"/usr/sbin/postconf -c {world.path('postfix', 'x')[:-2]}")
        wrapper(world, 'doveconf', f"/usr/bin/doveconf -c {world.path('dovecot.conf')}")
        wrapper(world, 'exim4', f"{exim} -C {world.path('exim.conf')}")
        play.exim_user(world)
        wrong(world, tls)
        right(world, tls)
        secrets(world, tls)
    finally:
        world.end()
    print(f'{world.failures} expectations failed')
    sys.exit(1 if world.failures else 0)


if __name__ == '__main__':
    main()
