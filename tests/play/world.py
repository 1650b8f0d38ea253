"""A small network of real servers in namespaces of its own, for the tests beside this file.

`inside()` runs the calling script again in new network, mount and host-name namespaces (root
is needed; without it the test is skipped with exit status 77). All addresses are on loopback
there, all ports are the real ones, nothing leaves the machine, and everything ends with the
process group.
"""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIP = 77
NAME = 'mail.brief.example'
V4, V6 = '192.0.2.10', '2001:db8::10'
NSD4, NSD4B, RESOLVER = '192.0.2.53', '198.51.100.53', '192.0.2.54'


def skip(why):
    print(f'SKIP: {why}')
    sys.exit(SKIP)


def inside():
    """Be in namespaces of our own with loopback up and the addresses of the play on it."""
    if os.geteuid() != 0:
        skip('needs root for namespaces')
    if os.environ.get('FRANK_PLAY') != 'inside':
        os.environ['FRANK_PLAY'] = 'inside'
        if subprocess.run(['unshare', '-nmup', '--fork', '--mount-proc', 'true'], stderr=subprocess.DEVNULL).returncode != 0:
            skip('namespaces are not permitted here')
        # With process numbers of its own nothing that was started outlives the test.
        command = ['unshare', '-nmup', '--fork', '--kill-child', '--mount-proc', sys.executable] + sys.argv
        os.execvp('unshare', command)
    # Postfix logs to a socket; with the usual ten places its daemons wait for each other now and then.
    with open('/proc/sys/net/unix/max_dgram_qlen', 'w', encoding='ascii') as places:
        places.write('10000')
    run('ip', 'link', 'set', 'lo', 'up')
    for address in (V4, NSD4, NSD4B, RESOLVER, '192.0.2.11'):
        run('ip', 'address', 'add', address + '/32', 'dev', 'lo')
    for address in (V6, '2001:db8::53', '2001:db8:1::53'):
        run('ip', 'address', 'add', address + '/128', 'dev', 'lo', 'nodad')
    # Who comes from the address of the server itself is no stranger to it (Dovecot).
    run('ip', 'route', 'replace', 'table', 'local', 'local', V4, 'dev', 'lo', 'src', '192.0.2.11')
    run('ip', '-6', 'route', 'delete', 'table', 'local', 'local', V6, 'dev', 'lo')
    run('ip', '-6', 'route', 'add', 'table', 'local', 'local', V6, 'dev', 'lo', 'src', '2001:db8::53', 'metric', '1')


def run(*command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr or result.stdout}")
    return result.stdout


class World:
    """A folder of its own, the processes started in it, and the checks of a test."""

    def __init__(self, frank):
        self.frank = os.path.abspath(frank)
        self.folder = tempfile.mkdtemp(prefix='frank-play-')
        os.chmod(self.folder, 0o755)
        self.processes = {}
        self.failures = 0

    def path(self, *parts):
        path = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return path

    def write(self, name, text):
        path = self.path(name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def start(self, name, command, ports, **options):
        """Start a server and wait (by connecting, not by sleeping) until each port listens."""
        with open(self.path(name + '.log'), 'ab') as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, **options)
        for address, port in ports:
            self.wait_for(name, address, port)

    def wait_for(self, name, address, port):
        family = socket.AF_INET6 if ':' in address else socket.AF_INET
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with socket.socket(family) as probe:
                probe.settimeout(1)
                if probe.connect_ex((address, port)) == 0:
                    return
            process = self.processes.get(name)
            if process is not None and process.poll() not in (None, 0):
                break
            time.sleep(0.05)
        with open(self.path(name + '.log'), encoding='utf-8', errors='replace') as log:
            raise RuntimeError(f'{name} does not listen on {address} port {port}:\n{log.read()[-2000:]}')

    def stop(self, name):
        process = self.processes.pop(name, None)
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def end(self):
        for name in list(self.processes):
            self.stop(name)
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- frank ----

    def check(self, *arguments, env=None, expect=(0, 1)):
        command = [self.frank, 'check', '--json', *arguments]
        environment = dict(os.environ, **(env or {}))
        result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=150)
        if result.returncode not in expect:
            raise RuntimeError(f"{' '.join(command)} ended with {result.returncode}: {result.stderr}")
        return Report(json.loads(result.stdout), result.stderr)

    def expect(self, report, check, verdict, subject=None, what=''):
        seen = report.verdicts(check, subject)
        good = verdict in seen if isinstance(verdict, str) else bool(set(verdict) & set(seen))
        print(f"{'ok' if good else 'NOT OK'}: {what}: {check} {subject or ''} is {verdict}"
              + ('' if good else f', but: {report.lines(check)}'))
        self.failures += not good

    def never(self, report, check, verdict, what=''):
        good = verdict not in report.verdicts(check)
        print(f"{'ok' if good else 'NOT OK'}: {what}: {check} is never {verdict}"
              + ('' if good else f', but: {report.lines(check)}'))
        self.failures += not good


class Report:
    def __init__(self, data, diagnostics=''):
        self.data = data
        self.diagnostics = diagnostics
        self.findings = data['findings']

    def verdicts(self, check, subject=None):
        return {f['verdict'] for f in self.findings
                if f['check'] == check and (subject is None or subject in f['subject'])}

    def lines(self, check):
        return [(f['verdict'], f['subject'], f['says']) for f in self.findings if f['check'] == check]

    def fixes(self, check):
        return [fix for f in self.findings if f['check'] == check for fix in f['fix']]


# ---- certificates ----

def make_certificates(world):
    """root -> intermediate -> leaf; files leaf.pem, chain.pem (leaf and intermediate), roots.pem."""
    folder = world.path('tls', 'x')[:-2]

    def key(name):
        run('openssl', 'ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', f'{folder}/{name}.key')

    def sign(name, issuer, subject, extensions):
        config = world.write(f'tls/{name}.cnf', extensions)
        run('openssl', 'req', '-new', '-key', f'{folder}/{name}.key', '-subj', subject, '-out', f'{folder}/{name}.csr')
        run('openssl', 'x509', '-req', '-in', f'{folder}/{name}.csr', '-CA', f'{folder}/{issuer}.pem',
            '-CAkey', f'{folder}/{issuer}.key', '-CAcreateserial', '-days', '90', '-extfile', config,
            '-out', f'{folder}/{name}.pem')

    for name in ('root', 'intermediate', 'leaf'):
        key(name)
    run('openssl', 'req', '-x509', '-new', '-key', f'{folder}/root.key', '-subj', '/O=Play/CN=Play Root',
        '-days', '3650', '-addext', 'keyUsage=critical,keyCertSign', '-out', f'{folder}/root.pem')
    sign('intermediate', 'root', '/O=Play/CN=Play Intermediate',
         'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n')
    sign('leaf', 'intermediate', f'/CN={NAME}',
         f'subjectAltName=DNS:{NAME},DNS:mta-sts.brief.example\nextendedKeyUsage=serverAuth\n'
         'authorityInfoAccess=caIssuers;URI:http://ca.play.example/intermediate.crt\n')
    with open(f'{folder}/chain.pem', 'w', encoding='utf-8') as chain:
        for name in ('leaf', 'intermediate'):
            with open(f'{folder}/{name}.pem', encoding='utf-8') as part:
                chain.write(part.read())
    shutil.copy(f'{folder}/root.pem', f'{folder}/roots.pem')
    os.chmod(f'{folder}/leaf.key', 0o600)
    return folder


# ---- names ----

HEAD = '$ORIGIN {origin}\n$TTL 3600\n@ SOA ns1.brief.example. hostmaster.brief.example. {serial} 14400 3600 1209600 3600\n' \
       '@ NS ns1.brief.example.\n@ NS ns2.brief.example.\n'

REVERSE4, REVERSE6 = '2.0.192.in-addr.arpa', '8.b.d.0.1.0.0.2.ip6.arpa'
V6_NIBBLES = '0.1.' + '0.' * 22  # of 2001:db8::10 beneath REVERSE6


def zones(world, forward, ptr, serial=2026112301):
    """Write the three zone files; `ptr` is the name that both addresses lead to, or None."""
    world.write('zones/brief.example', HEAD.format(origin='brief.example.', serial=serial) + forward)
    rows = f'10 PTR {ptr}.\n' if ptr else ''
    world.write('zones/' + REVERSE4, HEAD.format(origin=REVERSE4 + '.', serial=serial) + rows)
    rows = f'{V6_NIBBLES[:-1]} PTR {ptr}.\n' if ptr else ''
    world.write('zones/' + REVERSE6, HEAD.format(origin=REVERSE6 + '.', serial=serial) + rows)


def sign_zone(world):
    """Sign brief.example; the DS line for the resolver's trust anchor is returned."""
    folder = world.path('zones', 'x')[:-2]
    if not any(name.startswith('Kbrief') for name in os.listdir(folder)):
        run('ldns-keygen', '-a', 'ECDSAP256SHA256', '-k', 'brief.example', cwd=folder)
    key = next(name[:-4] for name in os.listdir(folder) if name.startswith('Kbrief') and name.endswith('.key'))
    run('ldns-signzone', '-n', 'brief.example', key, cwd=folder)
    return run('ldns-key2ds', '-n', '-2', f'{folder}/{key}.key').strip()


def start_nsd(world, signed):
    file = 'brief.example.signed' if signed else 'brief.example'
    conf = world.write('nsd.conf', f'''
server:
  ip-address: {NSD4}
  ip-address: {NSD4B}
  ip-address: 2001:db8::53
  ip-address: 2001:db8:1::53
  zonesdir: "{world.path('zones', 'x')[:-2]}"
  username: ""
  database: ""
  pidfile: "{world.path('nsd.pid')}"
  xfrdfile: "{world.path('nsd.xfrd')}"
  zonelistfile: "{world.path('nsd.list')}"
  cookie-secret-file: ""
remote-control:
  control-enable: no
zone:
  name: brief.example
  zonefile: {file}
zone:
  name: {REVERSE4}
  zonefile: {REVERSE4}
zone:
  name: {REVERSE6}
  zonefile: {REVERSE6}
''')
    world.stop('nsd')
    world.start('nsd', ['nsd', '-d', '-c', conf], [(NSD4, 53), (NSD4B, 53)])


def start_unbound(world, anchor):
    """A validating resolver that knows of the play's zones only."""
    stubs = ''.join(f'stub-zone:\n  name: "{name}"\n  stub-addr: {NSD4}\n  stub-addr: {NSD4B}\n'
                    for name in ('brief.example', REVERSE4, REVERSE6))
    trust = f"  trust-anchor: \"{anchor}\"\n" if anchor else ''
    conf = world.write('unbound.conf', f'''
server:
  interface: {RESOLVER}
  access-control: 192.0.2.0/24 allow
  access-control: 127.0.0.0/8 allow
  username: ""
  chroot: ""
  directory: "{world.folder}"
  pidfile: "{world.path('unbound.pid')}"
  use-syslog: no
  do-daemonize: no
  do-not-query-localhost: no
  local-zone: "{REVERSE4}" nodefault
  local-zone: "{REVERSE6}" nodefault
  local-zone: "." static
  local-zone: "brief.example" transparent
  local-zone: "{REVERSE4}" transparent
  local-zone: "{REVERSE6}" transparent
{trust}{stubs}''')
    world.stop('unbound')
    world.start('unbound', ['unbound', '-d', '-c', conf], [(RESOLVER, 53)])


def mount_over(world, target, text):
    """Another text in place of a file, in this mount namespace only."""
    source = world.write('etc' + target, text)
    os.chmod(source, 0o644)
    if not os.path.exists(target):
        with open(target, 'w', encoding='utf-8'):
            pass
    run('mount', '--bind', source, target)


def exim_user(world):
    """The user that Debian's package makes, for an Exim that is only unpacked."""
    with open('/etc/passwd', encoding='utf-8') as passwd, open('/etc/group', encoding='utf-8') as group:
        users, groups = passwd.read(), group.read()
    if 'Debian-exim' not in users:
        mount_over(world, '/etc/passwd', users + 'Debian-exim:x:64999:64999::/var/spool/exim4:/usr/sbin/nologin\n')
        mount_over(world, '/etc/group', groups + 'Debian-exim:x:64999:\n')
