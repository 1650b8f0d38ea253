#!/usr/bin/python3
"""The Debian packages build from a clean copy of the tree, and hold what they promise.

usage: test_package.py SOURCE
"""
import os
import re
import subprocess
import sys
import tempfile

source = os.path.abspath(sys.argv[1])
PROMISED = {
    'frank': ['usr/bin/frank', 'man1/frank-check.1', 'man5/frank-evidence.5', 'bash-completion/completions/frank',
              'site-functions/_frank', 'vendor_completions.d/frank.fish'],
    'libfrank0': ['libfrank.so.0'],
    'libfrank-dev': ['include/frank/frank.h', 'include/frank/mail.h', 'pkgconfig/frank.pc', 'man3/libfrank.3',
                     'man3/frank_mail.3', 'examples/event-loop.c', 'libfrank.so'],
}


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, timeout=500, **more)


def tree(root):
    """What git does not ignore, as it stands here: no build of ours gets in."""
    names = run('git', '-C', source, 'ls-files', '-z', '-co', '--exclude-standard').stdout.split('\0')
    names = [name for name in names if name and os.path.exists(f'{source}/{name}')]
    os.mkdir(f'{root}/frank')
    pack = subprocess.Popen(['tar', '-C', source, '-cf', '-', *names], stdout=subprocess.PIPE)
    subprocess.run(['tar', '-C', f'{root}/frank', '-xf', '-'], stdin=pack.stdout, check=True)
    return f'{root}/frank'


if subprocess.run(['which', 'dpkg-buildpackage', 'dh'], capture_output=True).returncode != 0:
    print('dpkg-buildpackage is not there')
    sys.exit(77)
bad = 0
with tempfile.TemporaryDirectory() as root:
    # Its own settings, not those of the sanitizers around this test; the tests run around it.
    settings = {'PATH': os.environ['PATH'], 'HOME': root, 'DEB_BUILD_OPTIONS': 'nocheck'}
    built = run('dpkg-buildpackage', '-b', '-us', '-uc', '-d', cwd=tree(root), env=settings)
    if built.returncode != 0:
        print(built.stdout[-3000:] + built.stderr[-3000:])
        sys.exit(1)
    for package, files in PROMISED.items():
        deb = next(name for name in os.listdir(root) if re.match(package + r'_.*\.deb$', name))
        held = run('dpkg', '-c', f'{root}/{deb}').stdout
        for name in files:
            if not re.search(re.escape(name) + r'(\.gz)?( ->.*)?$', held, re.M):
                print(f'{package} lacks {name}')
                bad += 1
print('packages built')
sys.exit(1 if bad else 0)
