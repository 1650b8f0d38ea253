#!/usr/bin/python3
"""libfrank as it is installed: names, headers, pkg-config, manual pages, and the examples.

usage: test_library.py BUILD-DIR FRANK

Installs into a temporary place and does there what somebody would do who embeds the library.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import mails

build, frank = (os.path.abspath(path) for path in sys.argv[1:3])
source = os.path.abspath(os.path.join(os.path.dirname(__file__), '../..'))
# What a library of pure functions has no business with, here and in the libraries it stands on.
FORBIDDEN = re.compile('|'.join((
    # sockets, files, streams, the environment
    r'socket\w*', 'connect', 'bind', 'listen', r'accept4?', r'send\w*', r'recv\w*', r'open(at)?(64)?', r'f(d|re)?open(64)?',
    r'p?(read|write)v?(64)?', r'f?stat(at)?(64)?', r'mmap(64)?', r'v?[fd]?printf', 'puts', r'f(puts|read|write|gets|close|flush)',
    r'putchar|getchar|getline|perror|std(in|out|err)|syslog', r'__(v?f?printf|fread|fgets)_chk', r'(secure_)?getenv', 'environ',
    # the clock, the time zone, sleep, chance
    r'time|times|clock\w*|gettimeofday|timespec_get|localtime\w*|mktime|tzset|gmtime', r'(nano|u)?sleep|alarm|setitimer',
    r'rand(om)?(_r)?|getrandom|arc4random\w*', r'RAND_\w+',
    # threads, processes, signals, what else is of the whole process
    r'pthread_create|thrd_\w+', r'poll|ppoll|select|epoll_\w+', r'v?fork|exec\w+|system|posix_spawn\w*', r'signal|sigaction',
    r'setlocale|dlopen|atexit', r'getaddrinfo|gethostby\w+|res_\w+',
    # OpenSSL that reads files or talks, or lets settings of the machine in
    r'BIO_(new|s)_(file|fd|fp|socket|connect|accept)', r'BIO_(new_fp|printf|snprintf)', r'PEM_(read|write)_(?!bio_)\w+',
    r'(d2i|i2d)_\w+_fp', r'ERR_print_errors\w*', r'X509_STORE_(load|set_default)\w*', r'X509_LOOKUP_\w+', r'SSL_\w+',
    r'CONF_\w+|ENGINE_\w+|OPENSSL_config|OPENSSL_init_crypto|OSSL_PROVIDER_\w+|OSSL_STORE_\w+',
    # Jansson, ldns and libpsl with files
    r'json_(loadf|loadfd|load_file|dumpf|dumpfd|dump_file)', r'ldns_\w+_fp\w*|ldns_resolver\w+|ldns_send\w*',
    r'psl_(load\w*|latest|dist_filename)')))
EXAMPLES = {'verify-file': ['-lresolv'], 'sign': [], 'event-loop': ['-lunbound']}
MESSAGE = (b'From: Ann <ann@startup.example>\nTo: bob@example.com\nSubject: Lunch\n'
           b'Date: Mon, 23 Nov 2026 08:00:00 +0000\nMessage-ID: <1@startup.example>\n\nShall we?\n')
# What the examples of the manual take for given.
SURROUNDINGS = '''
#include <stdio.h>
#include <time.h>
#include <frank/frank.h>
extern struct frank_case *facts;
extern struct frank_message *message;
extern struct frank_private_key *key;
extern struct frank_str text, pem;
void look_up_and_answer(struct frank_case *, const struct frank_question *);
void answer_all_questions(struct frank_case *);
void print_line(struct frank_str);
void delete_bytes(uint64_t at, size_t n);
'''
bad = []


def check(condition, what):
    print(('ok   ' if condition else 'FAIL ') + what)
    if not condition:
        bad.append(what)


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, **more)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
    return done


def symbols(*flags):
    return {line.split()[-1].split('@')[0] for line in run('nm', '-D', *flags).stdout.splitlines() if ' A ' not in line}


def declared():
    names = set()
    for header in os.listdir(f'{source}/include/frank'):
        with open(f'{source}/include/frank/{header}', encoding='utf-8') as file:
            for declaration in re.findall(r'^FRANK_API [^;]*;', file.read(), re.M):
                names.add(re.search(r'\b(frank_\w+)\(', declaration).group(1))
    return names


def public():
    """Constants, and structs that programs look into."""
    names = set()
    for header in os.listdir(f'{source}/include/frank'):
        with open(f'{source}/include/frank/{header}', encoding='utf-8') as file:
            text = file.read()
        names |= {name for name in re.findall(r'\bFRANK_[A-Z0-9_]+', text)
                  if not name.endswith('_H') and name != 'FRANK_API'}
        names |= set(re.findall(r'^struct frank_\w+ \{', text, re.M))
    return names


def manual():
    words = set()
    for page in os.listdir(f'{source}/man'):
        if page.endswith('.3'):
            with open(f'{source}/man/{page}', encoding='utf-8') as file:
                words |= set(re.findall(r'struct frank_\w+ \{|\bfrank_\w+|\bFRANK_[A-Z0-9_]+', file.read()))
    return words


def embed(root):
    """Compile and link each example against what was installed."""
    folder = os.path.dirname(next(os.path.join(path, 'frank.pc') for path, _, files in os.walk(root)
                                  if 'frank.pc' in files))
    settings = dict(os.environ, PKG_CONFIG_PATH=folder, PKG_CONFIG_SYSROOT_DIR=root)
    flags = run('pkg-config', '--cflags', '--libs', 'frank', env=settings).stdout.split()
    check(any(flag == '-lfrank' for flag in flags), 'pkg-config frank names the library')
    sanitize = ['-fsanitize=address,undefined'] if 'libasan' in run('ldd', library).stdout else []
    for compiler, standard, more in (('cc', '-std=c11', []), ('c++', '-std=c++17', ['-x', 'c++'])):
        headers = '#include <frank/frank.h>\nint main(void) { return frank_version() == 0; }\n'
        done = subprocess.run([compiler, standard, '-Wall', '-Wextra', '-Wpedantic', '-Werror', *sanitize, '-x',
                               'c' if compiler == 'cc' else 'c++', '-', '-o', f'{root}/header', *flags],
                              input=headers, text=True, capture_output=True)
        check(done.returncode == 0, f'the headers compile with {compiler} {standard} {done.stderr[:300]}')
    for example, more in EXAMPLES.items():
        done = run('cc', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', *sanitize,
                   f'{source}/examples/{example}.c', '-o', f'{root}/{example}', *flags, *more)
        check(done.returncode == 0, f'examples/{example}.c compiles')
    pages(flags)
    return dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(folder))


def pages(flags):
    """What the manual shows as an example compiles, in C and in C++."""
    for page in sorted(os.listdir(f'{source}/man')):
        with open(f'{source}/man/{page}', encoding='utf-8') as file:
            text = file.read()
        shown = re.findall(r'^\.Bd -literal -offset indent\n(struct frank_\w+ \*.*?|const struct .*?)^\.Ed', text, re.M | re.S)
        for number, code in enumerate(shown if page.endswith('.3') else []):
            program = f'{SURROUNDINGS}\nstatic bool f{number}(void)\n{{\n{code}\nreturn true;\n}}\n'
            for compiler, standard in (('cc', '-std=c11'), ('c++', '-std=c++17')):
                done = subprocess.run([compiler, standard, '-fsyntax-only', '-Wall', '-Werror', '-Wno-unused', '-x',
                                       'c' if compiler == 'cc' else 'c++', '-', *flags], text=True, capture_output=True,
                                      input=program.replace('\\e', '\\'))
                check(done.returncode == 0, f'{page}: example {number + 1} compiles with {compiler} {done.stderr[:600]}')


def write(name, data):
    with open(name, 'wb') as file:
        file.write(data)
    return name


def output(*command, **more):
    return subprocess.run(command, capture_output=True, timeout=300, **more).stdout


def judge(root, settings):
    """The examples inside the lab, beside frank verify."""
    message = write(f'{root}/ann.eml', MESSAGE)
    forged = write(f'{root}/forged.eml', MESSAGE.replace(b'Ann <ann', b'Bob <bob'))
    for client, expected in (('192.0.2.10', 'passes'), ('203.0.113.200', 'fails')):
        known = ('--ip', client, '--helo', 'mail.startup.example', '--mail-from', 'ann@startup.example')
        told = json.loads(output(frank, 'verify', '--lab', 'startup-after', '--json', '--save', f'{root}/evidence.json',
                                 '--authserv-id', 'mx.test', *known, message))
        ours = told['dmarc']['reason']
        check(ours.startswith(expected + ' DMARC'), f'{client}: {ours}')
        several = output(frank, 'lab', 'run', 'startup-after', '--', f'{root}/event-loop', *known[1::2], message, forged,
                         message, env=settings).decode().splitlines()
        check(sorted(several) == sorted([f'{message}: {ours}', f'{forged}: {ours}', f'{message}: {ours}']),
              f'{client}: event-loop says the same of three at once: {several}')
        options = ('-i', client, '-h', 'mail.startup.example', '-f', 'ann@startup.example', '-n', 'mx.test', message)
        fields = output(frank, 'verify', '--evidence', f'{root}/evidence.json', '--authres', '--authserv-id', 'mx.test',
                        *known, message).decode()
        for how in ((f'{root}/verify-file', '-e', f'{root}/evidence.json', *options),
                    (frank, 'lab', 'run', 'startup-after', '--', f'{root}/verify-file', *options)):
            done = subprocess.run(how, capture_output=True, text=True, timeout=300, env=settings)
            check(done.stdout.startswith(ours + '\n') and done.stdout.endswith(fields) and 'mx.test' in fields,
                  f'{client}: verify-file says the same, its fields too: {done.stdout} {done.stderr}')
            check(done.returncode == (expected == 'fails'), f'{client}: its exit status')


def sign(root, settings):
    """What the example signs is byte for byte what frank sign signs, and verifies."""
    os.mkdir(f'{root}/keys')
    for kind in ('rsa', 'ed25519'):
        key = mails.Key(f'{root}/keys', kind)
        zone = write(f'{root}/{kind}.zone', f'$ORIGIN example.\n@ SOA ns hostmaster 1 2 3 4 5\n'
                                            f's1._domainkey.startup TXT {key.record}\n'.encode())
        for message in (MESSAGE, MESSAGE.replace(b'\n', b'\r\n'), MESSAGE + 1000 * b'All work and no play \n\n'):
            command = [f'{root}/sign', key.file, 'startup.example', 's1', '1795420800']
            theirs = output(frank, 'sign', '--key', key.file, '--domain', 'startup.example', '--selector', 's1', '--at',
                            '1795420800', input=message)
            ours = subprocess.run(command, input=message, capture_output=True, env=settings, timeout=60)
            check(len(theirs) > len(message) and ours.stdout == theirs and ours.returncode == 0,
                  f'{kind}: sign signs {len(message)} bytes as frank sign does {ours.stderr}')
            told = json.loads(output(frank, 'verify', '--offline', '--zone', f'example={zone}', '--at', '1795420900',
                                     '--json', write(f'{root}/signed.eml', ours.stdout)))
            check([s['result'] for s in told['dkim']] == ['pass'], f'{kind}: and it verifies {told["dkim"]}')
        twice = subprocess.run(command, input=b'From: b@startup.example\n' + MESSAGE, capture_output=True, env=settings)
        check(twice.returncode == 1 and twice.stdout == b'' and b'several From' in twice.stderr,
              f'{kind}: sign refuses several authors')


with tempfile.TemporaryDirectory() as root:
    done = run('meson', 'install', '-C', build, '--no-rebuild', '--destdir', root)
    check(done.returncode == 0, 'meson install')
    library = next(os.path.join(path, name) for path, _, names in os.walk(root)
                   for name in names if name == 'libfrank.so.0')
    visible = symbols('--defined-only', library)
    check(all(name.startswith('frank_') for name in visible), 'only frank_* is visible')
    check(visible == declared(), f'the headers declare what is there: {visible ^ declared()}')
    check(visible <= manual(), f'the manual names every function: {visible - manual()}')
    check(public() <= manual(), f'and every constant, and shows every struct: {public() - manual()}')
    stray = {name for name in symbols('--undefined-only', library) if FORBIDDEN.fullmatch(name)}
    check(not stray, f'no socket, clock, environment or stream: {stray}')
    settings = embed(root)
    judge(root, settings)
    sign(root, settings)
print(f'{len(bad)} faults')
sys.exit(1 if bad else 0)
