#!/usr/bin/python3
"""libfrank as it is installed: names, headers, pkg-config, manual pages, and the examples.

usage: test_library.py BUILD-DIR FRANK

Installs into a temporary place and does there what somebody would do who embeds the library.
"""
import os
import re
import subprocess
import sys
import tempfile

build, frank = (os.path.abspath(path) for path in sys.argv[1:3])
source = os.path.abspath(os.path.join(os.path.dirname(__file__), '../..'))
# What a library of pure functions has no business with.
FORBIDDEN = re.compile(r'(socket|connect|bind|send\w*|recv\w*|open(at)?(64)?|fopen(64)?|read|write|v?f?printf|'
                       r'puts|fputs|fwrite|(secure_)?getenv|time|clock_gettime|gettimeofday|pthread_create|poll|'
                       r'select|epoll_\w+|fork|exec\w+|system|getaddrinfo)')
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


def manual():
    words = set()
    for page in os.listdir(f'{source}/man'):
        if page.endswith('.3'):
            with open(f'{source}/man/{page}', encoding='utf-8') as file:
                words |= set(re.findall(r'\bfrank_\w+', file.read()))
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
    check(run('cc', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', *sanitize,
              f'{source}/examples/spf-event-loop.c', '-o', f'{root}/spf', *flags, '-lunbound').returncode == 0,
          'examples/spf-event-loop.c compiles')
    return dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(folder))


def judge(root, settings):
    for client, expected in (('192.0.2.10', 'pass'), ('203.0.113.200', 'fail')):
        ours = run(frank, 'spf', '--lab', 'startup-after', '--ip', client, '--helo', 'mail.startup.example',
                   '--mail-from', 'ann@startup.example').stdout.splitlines()[0]
        theirs = run(frank, 'lab', 'run', 'startup-after', '--', f'{root}/spf', client, 'mail.startup.example',
                     'ann@startup.example', env=settings).stdout.splitlines()
        check(theirs[:1] == [ours], f'{client}: the example says what frank spf says: {ours!r}')
        check(ours.startswith(expected + ':'), f'{client}: {expected}')


with tempfile.TemporaryDirectory() as root:
    done = run('meson', 'install', '-C', build, '--no-rebuild', '--destdir', root)
    check(done.returncode == 0, 'meson install')
    library = next(os.path.join(path, name) for path, _, names in os.walk(root)
                   for name in names if name == 'libfrank.so.0')
    visible = symbols('--defined-only', library)
    check(all(name.startswith('frank_') for name in visible), 'only frank_* is visible')
    check(visible == declared(), f'the headers declare what is there: {visible ^ declared()}')
    check(visible <= manual(), f'the manual names every function: {visible - manual()}')
    stray = {name for name in symbols('--undefined-only', library) if FORBIDDEN.fullmatch(name)}
    check(not stray, f'no socket, clock, environment or stream: {stray}')
    judge(root, embed(root))
print(f'{len(bad)} faults')
sys.exit(1 if bad else 0)
