#!/usr/bin/python3
"""What a person sees: the progress line, colours, Ctrl-C, domains from standard input, --timing.

An audit of a domain whose servers accept connections and say nothing, on a terminal (pty) and
in a pipe. Usage: test_terminal.py FRANK
"""
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import names  # noqa: E402
import world as play  # noqa: E402

ZONE = {
    ('slow.test', 'MX'): ['10 mx.slow.test.'],
    ('mx.slow.test', 'A'): ['127.1.1.1'],
    ('slow.test', 'TXT'): ['"v=spf1 mx -all"'],
    ('good.test', 'TXT'): ['"v=spf1 -all"'],
    ('good.test', 'MX'): ['0 .'],
    ('bad.test', 'TXT'): ['"v=spf1 +all"', '"v=spf1 -all"'],
    ('bad.test', 'MX'): ['0 .'],
}
LIVE = ['--resolver', '127.0.0.1', '--allow-private']
CODES = re.compile(r'\x1b\[[0-9;]*m')


class Test:
    verb = ['check', *LIVE]

    def __init__(self, frank):
        self.frank = os.path.abspath(frank)
        self.failures = 0

    def check(self, good, what, seen=''):
        print(f"{'ok' if good else 'NOT OK'}: {what}" + ('' if good else f': {str(seen)[-700:]!r}'))
        self.failures += not good

    def piped(self, *arguments, env=None, text=None):
        return subprocess.run([self.frank, *self.verb, *arguments], capture_output=True, text=True, input=text,
                              env=dict(os.environ, **(env or {})), timeout=100, check=False)

    def on_terminal(self, *arguments, env=None, until=None):
        """Everything the terminal shows; at the pattern `until`, Ctrl-C is typed once."""
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(env or {})
            os.execv(self.frank, [self.frank, *self.verb, *arguments])
        seen, deadline = b'', time.monotonic() + 90
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                octets = os.read(terminal, 65536)
            except OSError:
                break
            seen += octets
            if until is not None and re.search(until, seen.decode('utf-8', 'replace')):
                os.write(terminal, b'\x03')
                until = None
        else:
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        os.close(terminal)
        return seen.decode('utf-8', 'replace'), os.waitstatus_to_exitcode(status)


def progress_and_colours(test):
    shown, status = test.on_terminal('good.test', '--only', 'spf')
    test.check(status == 0, 'a good domain ends with 0', (status, shown))
    test.check(CODES.search(shown), 'colours on a terminal', shown)
    shown, _ = test.on_terminal('good.test', '--only', 'spf', env={'NO_COLOR': '1'})
    test.check(not CODES.search(shown), 'none with NO_COLOR', shown)
    result = test.piped('good.test', '--only', 'spf')
    test.check(not CODES.search(result.stdout) and result.stderr == '', 'neither colour nor progress in a pipe',
               result.stdout + result.stderr)
    result = test.piped('bad.test', '--only', 'spf')
    test.check(result.returncode == 1, 'a bad domain ends with 1', result.stdout)


def interrupts(test):
    begun = time.monotonic()
    shown, status = test.on_terminal('slow.test', '--only', 'smtp,spf.present', until=r'\d+ seen, \d+ asked: ')
    test.check('asked: ' in shown, 'the progress line is drawn', shown)
    test.check(time.monotonic() - begun < 10, 'Ctrl-C ends the audit at once', time.monotonic() - begun)
    test.check('The audit was cut short' in shown, 'it says that it was cut short', shown)
    test.check('spf' in shown.lower() and status == 3, 'what was seen is reported; status 3', (status, shown))
    names.asked.clear()
    connected.clear()
    process = subprocess.Popen([test.frank, 'check', '--json', *LIVE, 'slow.test', '--only', 'smtp,spf.present'],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    names.asked.wait(10)  # the audit is under way
    connected.wait(10)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    report = json.loads(out)
    test.check(report.get('cut_short') is True and err == '', 'likewise as JSON in a pipe', (report.get('cut_short'), err))
    verdicts = {f['check']: f['verdict'] for f in report['findings']}
    test.check(verdicts.get('spf.present') == 'pass', 'what was answered is judged', verdicts)
    test.check(verdicts.get('smtp.starttls') == 'unknown', 'what was not is unknown', verdicts)
    test.check(process.returncode == 3, 'status 3', process.returncode)


def standard_input(test):
    result = test.piped('-', '--json', '--only', 'spf.present', text='good.test # ours\n\n  bad.test\n')
    domains = [r['domain'] for r in json.loads(result.stdout)['domains']]
    test.check(domains == ['good.test', 'bad.test'], 'domains from standard input', result.stdout + result.stderr)
    test.check(result.returncode == 1, 'one of them failed', result.returncode)
    result = test.piped('-', text='good.test\nno domain!\n')
    test.check(result.returncode == 2 and 'standard input:2:' in result.stderr, 'a bad line is named', result.stderr)
    result = test.piped('-', text='\n')
    test.check(result.returncode == 2, 'no domain at all is a fault of usage', result.stderr)


def critical_path(test):
    result = test.piped('slow.test', '--timing', '--only', 'smtp.starttls')
    path = result.stdout.split('The critical path')[1].strip().split('\n\n')[0].split('\n')
    test.check(re.search(r'\(\d+ facts in all\)', path[0]), 'the critical path is headed', path)
    chain = [re.match(r' +(\d+) ms  \+(\d+) ms  (.*)', line) for line in path[1:]]
    test.check(len(chain) >= 3 and all(chain), 'it has a line for each step', path)
    steps = [(int(m[1]), int(m[2]), m[3]) for m in chain if m]
    test.check('MX' in steps[0][2] and 'mx.slow.test' in steps[1][2] and '127.1.1.1' in steps[-1][2],
               'MX, then the address, then the talk', steps)
    test.check(all(a[0] + a[1] <= b[0] + 1 for a, b in zip(steps, steps[1:])), 'each begins when the last has ended',
               steps)
    test.check(14000 < steps[-1][1] < 17000, 'the silent server took the time', steps)


def main():
    global connected
    play.inside()
    connected = names.threading.Event()
    test = Test(sys.argv[1])
    names.serve(ZONE)
    listeners = [socket.create_server(('127.1.1.1', port)) for port in (25, 587)]

    def accept(listener):
        kept = []
        while True:
            kept.append(listener.accept()[0])
            connected.set()

    for listener in listeners:
        names.threading.Thread(target=accept, args=(listener,), daemon=True).start()
    progress_and_colours(test)
    interrupts(test)
    standard_input(test)
    critical_path(test)
    print(f'{test.failures} expectations failed')
    sys.exit(1 if test.failures else 0)


if __name__ == '__main__':
    main()
