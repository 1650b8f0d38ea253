"""The rules of the house that a machine can check (CONTRIBUTING.md says why each is there).

Layers point one way; libfrank touches no socket, clock, environment or stream; functions,
files and nesting stay small; the formatter agrees; nothing half done is left lying about.
"""
import os
import re
import subprocess
import sys

ROOMS = ['base', 'wire', 'auth', 'evidence', 'mime', 'collect', 'check', 'render', 'store', 'serve', 'cli']
# api/ is the public face of libfrank; it stands on these and nothing stands on it.
LIBRARY = ROOMS[:4]
# lab/ stands beside the house: it may use base and wire, and only cli may use it.
FORBIDDEN_SYMBOLS = re.compile(
    r'\b(socket|connect|bind|send|sendto|recv|recvfrom|open|open64|fopen|fopen64|read|write|printf|'
    r'fprintf|puts|fputs|fwrite|getenv|secure_getenv|time|clock_gettime|gettimeofday|pthread_\w+|'
    r'poll|select|epoll_\w+|fork|exec\w+|system|getaddrinfo)\b')
BANNED_CALLS = re.compile(r'(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|atoi|atol|sscanf|strtok|localtime|'
                          r'gmtime|rand|gets|alloca)\s*\(')
UNFINISHED = re.compile(r'\b(TODO|FIXME|XXX|HACK|not implemented|for now|stub)\b')
MAX_FUNCTION, MAX_FILE, MAX_NESTING, MAX_PARAMETERS = 80, 800, 5, 5

problems = []


def problem(where, what):
    problems.append(f'{where}: {what}')


def sources():
    listing = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', 'src', 'include', 'lab', 'examples',
                              'tests', 'fuzz', 'bench'], capture_output=True, text=True, check=True).stdout.split()
    return [name for name in listing if name.endswith(('.c', '.h')) and os.path.exists(name)]


def room_of(path):
    parts = path.split('/')
    return parts[1] if parts[0] == 'src' and len(parts) > 2 else parts[0]


def check_layers(path, lines):
    room = room_of(path)
    for number, line in enumerate(lines, 1):
        found = re.match(r'\s*#\s*include\s+"([^"/]+)/', line)
        if not found:
            continue
        target = found.group(1)
        if room in ROOMS and target in ROOMS and ROOMS.index(target) > ROOMS.index(room):
            problem(f'{path}:{number}', f'{room} reaches upward to {target}')
        if target not in LIBRARY + ['api'] if room == 'api' else target == 'api':
            problem(f'{path}:{number}', 'api is the public face of libfrank, and of nothing else')
        if target == 'lab' and room not in ('cli', 'lab', 'tests', 'fuzz'):
            problem(f'{path}:{number}', 'only cli may use the lab')


def functions(lines):
    """(first line, last line) of every function body: '{' in column one, or after a long head."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == '{' and start is None:
            start = number
        elif line == '}' and start is not None:
            yield start, number
            start = None


def nesting(body):
    depth = 0
    for line in body:
        if not line.strip() or line.lstrip().startswith(('*', '//', '/*')):
            continue
        if re.match(r'\t*(\} )?(if|for|while|switch|do|else)\b', line):
            depth = max(depth, len(line) - len(line.lstrip('\t')))
    return depth


def is_table(path, lines):
    rows = sum(1 for line in lines if re.match(r'\s*[{}."\[]', line))
    return rows > len(lines) * 0.4


def check_shape(path, lines, sizes):
    if len(lines) > MAX_FILE and not is_table(path, lines):
        problem(path, f'{len(lines)} lines: a room to hold in the head has at most {MAX_FILE}')
    for start, end in functions(lines):
        length = end - start - 1
        head = next((lines[i].strip() for i in range(start - 2, max(start - 6, -1), -1)
                     if '(' in lines[i]), '?')
        sizes.append((length, f'{path}:{start}', head[:60]))
        if length > MAX_FUNCTION:
            problem(f'{path}:{start}', f'a function of {length} lines (at most {MAX_FUNCTION})')
        if nesting(lines[start:end]) > MAX_NESTING:
            problem(f'{path}:{start}', 'nested too deep')


def check_words(path, lines):
    for number, line in enumerate(lines, 1):
        code = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        if BANNED_CALLS.search(code) and not code.lstrip().startswith(('*', '/*')):
            problem(f'{path}:{number}', f'banned call: {BANNED_CALLS.search(code).group(1)}')
        if UNFINISHED.search(line):
            problem(f'{path}:{number}', f'unfinished: {line.strip()[:70]}')
        if path.startswith('src/') and re.match(r'\s*#\s*if', line) and not path.endswith('.h'):
            problem(f'{path}:{number}', 'conditional compilation')
    if path.startswith('src/') and not lines[0].startswith('/*'):
        problem(path, 'a file opens with a card that says what it is for')


def check_globals(path, lines):
    if room_of(path) not in ROOMS[:-1]:
        return
    for number, line in enumerate(lines, 1):
        if re.match(r'static (?!inline\b)(?!.*\bconst\b)[\w ]+[ *]\w+(\[.*\])?( =.*)?;', line):
            problem(f'{path}:{number}', 'a mutable variable at file scope')


def check_symbols():
    """Objects of libfrank reference no socket, clock, environment or stream."""
    for build in ('build-test', 'build'):
        folder = f'{build}/src/libfrank-internal.a.p'
        if os.path.isdir(folder):
            break
    else:
        return
    for name in sorted(os.listdir(folder)):
        if not name.endswith('.o') or name.split('_')[0] not in LIBRARY:
            continue
        out = subprocess.run(['nm', '-u', f'{folder}/{name}'], capture_output=True, text=True).stdout
        for line in out.split('\n'):
            symbol = line.split()[-1].split('@')[0] if line.split() else ''
            if FORBIDDEN_SYMBOLS.fullmatch(symbol):
                problem(f'{folder}/{name}', f'libfrank may not call {symbol}()')


def check_format(paths):
    if subprocess.run(['which', 'clang-format'], capture_output=True).returncode != 0:
        return
    ours = [path for path in paths if not path.startswith('build')]
    out = subprocess.run(['clang-format', '--dry-run', '--ferror-limit=1'] + ours, capture_output=True, text=True)
    for name in sorted({line.split(':')[0] for line in out.stderr.split('\n') if 'clang-format-violations' in line}):
        problem(name, 'not as clang-format writes it')


def main():
    sizes, paths = [], sources()
    for path in paths:
        with open(path, encoding='utf-8') as file:
            lines = file.read().split('\n')
        check_layers(path, lines)
        check_words(path, lines)
        check_globals(path, lines)
        if path.startswith(('src/', 'lab/')):
            check_shape(path, lines, sizes)
    check_symbols()
    check_format(paths)
    sizes.sort(reverse=True)
    print('the ten longest functions:')
    for length, where, head in sizes[:10]:
        print(f'  {length:3} {where} {head}')
    lengths = sorted(size[0] for size in sizes)
    if lengths:
        print(f'{len(lengths)} functions: p50 {lengths[len(lengths) // 2]}, p90 {lengths[len(lengths) * 9 // 10]}, '
              f'max {lengths[-1]} lines')
    for line in problems:
        print(line, file=sys.stderr)
    print(f'{len(problems)} problems')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
