#!/usr/bin/python3
"""Audits real servers, first set up as in the story, then right: the verdicts must follow.

NSD, Unbound (validating), Postfix, Exim, Dovecot and nginx from Debian's packages, on loopback in
namespaces of this test's own. Usage: test_servers.py FRANK EXIM
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import world as play  # noqa: E402


def dkim_record():
    """A fresh RSA key as a record; the private half is not needed by an audit."""
    key = play.run('openssl', 'genrsa', '2048')
    public = play.run('openssl', 'rsa', '-pubout', input=key)
    text = ''.join(public.strip().split('\n')[1:-1])
    return f'"v=DKIM1; k=rsa; p=" "{text[:200]}" "{text[200:]}"'


BEFORE = '''
ns1 A 192.0.2.53
ns2 A 198.51.100.53
@ MX 10 mail
mail A 192.0.2.10
@ TXT "v=spf1 ip4:192.0.2.99 a:mail.brief.example:25 -all"
_domainkey TXT "t=y; o=~"
'''

AFTER = '''
ns1 A 192.0.2.53
ns1 AAAA 2001:db8::53
ns2 A 198.51.100.53
ns2 AAAA 2001:db8:1::53
@ MX 10 mail
@ A 192.0.2.10
mail A 192.0.2.10
mail AAAA 2001:db8::10
@ TXT "v=spf1 ip4:192.0.2.10 ip6:2001:db8::10 -all"
mail TXT "v=spf1 a -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:postmaster@brief.example"
s1._domainkey TXT {dkim}
_mta-sts TXT "v=STSv1; id=20261123"
mta-sts A 192.0.2.10
mta-sts AAAA 2001:db8::10
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:postmaster@brief.example"
{tlsa}
'''


def start_postfix(world, tls, banner, certificate, accepts, more=''):
    """Postfix with a configuration folder of its own."""
    folder = world.path('postfix', 'x')[:-2]
    for name in ('queue', 'data'):
        os.makedirs(f'{folder}/{name}', exist_ok=True)
    play.run('chown', 'postfix', f'{folder}/data')
    recipients = '\n'.join(f'{name}@brief.example ok' for name in accepts)
    world.write('postfix/recipients', recipients + '\n')
    world.write('postfix/main.cf', f'''
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
myhostname = {banner}
mydestination =
virtual_mailbox_domains = brief.example
virtual_mailbox_maps = texthash:{folder}/recipients
virtual_transport = discard
inet_interfaces = {play.V4}, {play.V6}
inet_protocols = all
mynetworks = 127.0.0.1/32
smtpd_tls_security_level = may
smtpd_tls_cert_file = {tls}/{certificate}
smtpd_tls_key_file = {tls}/leaf.key
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions =
disable_vrfy_command = yes
smtpd_peername_lookup = no
{more}
''')
    with open('/usr/share/postfix/master.cf.dist', encoding='utf-8') as source:
        rows = [line for line in source if not line.startswith('#')]
    world.write('postfix/master.cf', ''.join(row.replace(' y ', ' n ') for row in rows)
                + 'postlog unix-dgram n - n - 1 postlogd\n'
                + 'submission inet n - n - - smtpd\n  -o smtpd_tls_security_level=encrypt\n'
                  '  -o smtpd_recipient_restrictions=reject\n')
    subprocess.run(['postfix', '-c', folder, 'stop'], capture_output=True, check=False)
    result = subprocess.run(['postfix', '-c', folder, 'start'], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(result.stderr)
    world.wait_for('postfix', play.V4, 25)
    return folder


EXIM = '''primary_hostname = {banner}
smtp_banner = $primary_hostname ESMTP
local_interfaces = <; {v4} ; {v6}
daemon_smtp_ports = 25
spool_directory = {folder}/spool
log_file_path = {folder}/spool/log-%s
pid_file_path = {folder}/spool/pid
tls_advertise_hosts = *
tls_certificate = {folder}/{certificate}
tls_privatekey = {folder}/leaf.key
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = recipients
begin acl
recipients:
  accept domains = brief.example : $primary_hostname
         local_parts = postmaster : abuse
  {strangers} message = relay not permitted
begin routers
all:
  driver = accept
  transport = away
begin transports
away:
  driver = appendfile
  file = /dev/null
'''


def start_exim(world, tls, exim, banner, certificate, strangers):
    folder = world.path('exim', 'x')[:-2]
    os.makedirs(f'{folder}/spool', exist_ok=True)
    for name in (certificate, 'leaf.key'):
        shutil.copy(f'{tls}/{name}', folder)
    conf = world.write('exim/exim.conf', EXIM.format(
        banner=banner, v4=play.V4, v6=play.V6, folder=folder, certificate=certificate, strangers=strangers))
    play.run('chown', '-R', 'Debian-exim:Debian-exim', folder)
    play.run('chown', 'root:root', folder, conf)
    os.chmod(conf, 0o644)
    # With a configuration of our own it gives up root before it listens.
    os.chmod(os.path.dirname(folder), 0o755)
    world.stop('exim')
    world.start('exim', [exim, '-C', conf, '-bdf'], [(play.V4, 25), (play.V6, 25)])


def exim_too(world, tls, exim):
    """The same domain on Exim: set up in a hurry, then right."""
    subprocess.run(['postfix', '-c', world.path('postfix', 'x')[:-2], 'stop'], capture_output=True, check=False)
    play.exim_user(world)
    with open('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'w', encoding='ascii') as port:
        port.write('0')
    checks = {'name.banner-not-localhost', 'tls.chain', 'smtp.open-relay'}
    only = ['--only', ','.join(checks | {'smtp.starttls', 'smtp.postmaster', 'smtp.unknown-rejected', 'tls.renegotiation'})]
    start_exim(world, tls, exim, 'localhost.localdomain', 'leaf.pem', 'accept')
    report = audit(world, tls, *only)
    for check in checks:
        world.expect(report, check, 'fail', what='Exim, wrong')
    world.expect(report, 'smtp.starttls', 'pass', what='Exim, wrong')
    start_exim(world, tls, exim, play.NAME, 'chain.pem', 'deny')
    report = audit(world, tls, *only)
    for check in checks | {'smtp.starttls', 'smtp.postmaster', 'smtp.unknown-rejected'}:
        world.expect(report, check, 'pass', what='Exim, right')


def start_dovecot(world, tls, greeting, certificate):
    folder = world.path('dovecot', 'x')[:-2]
    conf = world.write('dovecot/dovecot.conf', f'''
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap pop3
listen = {play.V4}, {play.V6}
login_greeting = {greeting}
ssl = required
ssl_cert = <{tls}/{certificate}
ssl_key = <{tls}/leaf.key
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password=play
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}
}}
''')
    world.stop('dovecot')
    world.start('dovecot', ['dovecot', '-F', '-c', conf], [(play.V4, 143), (play.V4, 993), (play.V4, 995)])
    return conf


def start_nginx(world, tls, policy):
    folder = world.path('nginx', 'x')[:-2]
    world.write('nginx/www/.well-known/mta-sts.txt', policy)
    conf = world.write('nginx/nginx.conf', f'''
pid {folder}/pid;
error_log {folder}/log;
daemon off;
user root;
events {{}}
http {{
  access_log off;
  types {{ text/plain txt; }}
  server {{
    listen {play.V4}:443 ssl;
    listen [{play.V6}]:443 ssl;
    server_name mta-sts.brief.example;
    ssl_certificate {tls}/chain.pem;
    ssl_certificate_key {tls}/leaf.key;
    root {folder}/www;
  }}
}}
''')
    world.stop('nginx')
    world.start('nginx', ['nginx', '-c', conf], [(play.V4, 443)])


def audit(world, tls, *more):
    return world.check('brief.example', '--resolver', play.RESOLVER, '--ca-file', f'{tls}/roots.pem',
                       '--allow-private', '--timeout', '50', '--selector', 's1', *more)


def before(world, tls):
    play.zones(world, BEFORE, 'host-192-0-2-10.pool.isp.example')
    play.start_nsd(world, signed=False)
    play.start_unbound(world, None)
    start_postfix(world, tls, 'localhost.localdomain', 'leaf.pem', [])
    start_dovecot(world, tls, 'localhost.localdomain Dovecot 2.3.19 ready.', 'leaf.pem')
    report = audit(world, tls)
    for check in ('name.fcrdns', 'name.banner-not-localhost', 'tls.chain', 'dkim.found', 'spf.syntax',
                  'dmarc.present', 'mx.ipv6', 'name.imap-banner', 'name.pop3-banner', 'smtp.postmaster',
                  'dkim.domainkeys'):
        world.expect(report, check, 'fail', what='before')
    for check in ('mx.present', 'mx.resolves', 'dns.exists', 'smtp.open-relay', 'smtp.starttls'):
        world.expect(report, check, 'pass', what='before')
    world.never(report, 'dns.dnssec', 'pass', what='before, unsigned')


def tlsa_record(tls):
    key = play.run('openssl', 'x509', '-in', f'{tls}/leaf.pem', '-noout', '-pubkey')
    der = subprocess.run(['openssl', 'pkey', '-pubin', '-outform', 'DER'], input=key.encode(),
                         capture_output=True, check=True).stdout
    import hashlib
    return f'_25._tcp.mail TLSA 3 1 1 {hashlib.sha256(der).hexdigest()}'


def after(world, tls):
    play.zones(world, AFTER.format(dkim=dkim_record(), tlsa=tlsa_record(tls)), play.NAME, serial=2026112302)
    anchor = play.sign_zone(world)
    play.start_nsd(world, signed=True)
    play.start_unbound(world, anchor)
    start_postfix(world, tls, play.NAME, 'chain.pem', ['postmaster', 'abuse'])
    start_dovecot(world, tls, play.NAME + ' ready.', 'chain.pem')
    start_nginx(world, tls, 'version: STSv1\r\nmode: enforce\r\nmx: mail.brief.example\r\nmax_age: 604800\r\n')
    report = audit(world, tls)
    for check in ('name.fcrdns', 'name.banner', 'name.banner-not-localhost', 'name.banner-matches', 'tls.chain',
                  'tls.trusted', 'tls.name', 'dkim.found', 'spf.present', 'spf.syntax', 'spf.hosts',
                  'dmarc.present', 'dmarc.policy', 'mx.ipv6', 'mx.reachable', 'name.imap-banner',
                  'name.pop3-banner', 'smtp.postmaster', 'smtp.abuse', 'smtp.open-relay', 'smtp.starttls',
                  'sts.policy', 'sts.mx', 'tlsrpt.record', 'dns.dnssec', 'dane.secure', 'dane.match',
                  'dns.nameservers', 'dns.agree', 'smtp.unknown-rejected',
                  'imap.no-plain-login', 'pop3.no-plain-login'):
        world.expect(report, check, 'pass', what='after')
    for check in ('dkim.domainkeys', 'dns.tcp', 'sts.certificate'):
        world.never(report, check, 'fail', what='after')


def bogus(world, tls):
    """The same zone with a wrong trust anchor: bogus, and said so, never "no record"."""
    play.start_unbound(world, 'brief.example. DS 1 13 2 ' + '00' * 32)
    report = audit(world, tls, '--only', 'dns.exists,dns.dnssec,spf.present')
    world.expect(report, 'dns.dnssec', 'fail', what='bogus')
    world.never(report, 'spf.present', 'pass', what='bogus')


def broken_policy(world, tls):
    start_nginx(world, tls, 'version: STSv1\r\nmode: enforce\r\nmx: other.brief.example\r\nmax_age: 604800\r\n')
    report = audit(world, tls, '--only', 'sts')
    world.expect(report, 'sts.mx', 'fail', what='MTA-STS without our MX')


def relaying(world, tls):
    """An open relay, and one that is open to senders of its own domain only."""
    world.write('postfix/senders', 'postmaster@brief.example permit\n')
    folder = world.path('postfix', 'x')[:-2]
    networks = '0.0.0.0/0 [::]/0'
    for setting, sender in (('permit_mynetworks, reject_unauth_destination', 'relay-test@'),
                            (f'check_sender_access texthash:{folder}/senders, reject_unauth_destination',
                             'postmaster@brief.example')):
        start_postfix(world, tls, play.NAME, 'chain.pem', ['postmaster'], f'mynetworks = {networks}\nsmtpd_relay_restrictions = {setting}')
        report = audit(world, tls, '--only', 'smtp.open-relay')
        world.expect(report, 'smtp.open-relay', 'fail', what=f'smtpd_relay_restrictions = {setting}')
        why = ' '.join(f['why'] for f in report.findings if f['verdict'] == 'fail')
        good = sender in why
        print(f"{'ok' if good else 'NOT OK'}: it names the sender: {why[:100]}")
        world.failures += not good


def messages(log):
    """How many messages Postfix has put into its queue."""
    with open(log, encoding='utf-8') as file:
        return sum('/cleanup[' in line and 'message-id=' in line for line in file)


def smuggling(world, tls):
    """Only --intrusive sends the one message, says so, and tells the two settings apart."""
    log = world.path('postfix', 'maillog')
    for setting, verdict in (('no', 'fail'), ('yes', 'pass')):
        start_postfix(world, tls, play.NAME, 'chain.pem', ['postmaster'],
                      f'smtpd_forbid_bare_newline = {setting}\nsmtpd_forbid_unauth_pipelining = no')
        before_it = messages(log)
        world.expect(audit(world, tls, '--only', 'smtp.smuggling'), 'smtp.smuggling', 'skip', what='not intrusive')
        report = audit(world, tls, '--only', 'smtp.smuggling', '--intrusive')
        world.expect(report, 'smtp.smuggling', verdict, what=f'smtpd_forbid_bare_newline = {setting}')
        said = 'sends one message, from <> to postmaster@brief.example' in report.diagnostics
        print(f"{'ok' if said else 'NOT OK'}: what is sent is said beforehand: {report.diagnostics}")
        world.failures += not said
        sent = messages(log) - before_it
        print(f"{'ok' if sent == 1 else 'NOT OK'}: one message, not {sent}")
        world.failures += sent != 1
    report = audit(world, tls, '--only', 'spf', '--intrusive')
    print(f"{'NOT OK' if report.diagnostics else 'ok'}: nothing is sent, nothing announced: {report.diagnostics}")
    world.failures += report.diagnostics != ''
    report = audit(world, tls, '--only', 'tls.starttls-injection,smtp.reply-syntax,smtp.greeting,smtp.throttled')
    for check in ('tls.starttls-injection', 'smtp.reply-syntax', 'smtp.greeting', 'smtp.throttled'):
        world.expect(report, check, 'pass', what='Postfix')


def main():
    play.inside()
    world = play.World(sys.argv[1])
    try:
        tls = play.make_certificates(world)
        before(world, tls)
        after(world, tls)
        broken_policy(world, tls)
        relaying(world, tls)
        smuggling(world, tls)
        exim_too(world, tls, os.path.abspath(sys.argv[2]))
        bogus(world, tls)
    finally:
        subprocess.run(['postfix', '-c', world.path('postfix', 'x')[:-2], 'stop'], capture_output=True, check=False)
        world.end()
    print(f'{world.failures} expectations failed')
    sys.exit(1 if world.failures else 0)


if __name__ == '__main__':
    main()
