#!/bin/bash
# lint.sh - the rules of the house that a machine can check; ends 0 when all hold.
cd "$(dirname "$0")/.." || exit 1
exec /usr/bin/python3 scripts/lint.py
