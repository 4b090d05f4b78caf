#!/usr/bin/env python3
"""Writes from-python.json: inputs of Python's own, and what its implementation makes of them.

    python3 test-vectors/generate.py
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator.file import PATH, rendered  # noqa: E402

if __name__ == "__main__":
    (HERE / PATH).write_text(rendered(), encoding="utf-8")
