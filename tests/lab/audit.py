"""What the tests of this folder share: an audit as JSON, and expectations that are counted."""
import json
import subprocess

failures = 0


def audit(frank, *arguments, ends=(0, 1)):
    command = [frank, 'check', '--json', *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if result.returncode not in ends:
        raise RuntimeError(f"{' '.join(command)} ended with {result.returncode}: {result.stderr}")
    return json.loads(result.stdout)


def verdicts(report, check):
    return {finding['verdict'] for finding in report['findings'] if finding['check'] == check}


def failing(report):
    return {finding['check'] for finding in report['findings'] if finding['verdict'] == 'fail'}


def expect(good, what):
    global failures
    print(f"{'ok' if good else 'NOT OK'}: {what}")
    failures += not good


def end():
    print(f'{failures} expectations failed')
    return 1 if failures else 0
