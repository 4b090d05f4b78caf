#!/usr/bin/env python3
"""Makes from-python.json: inputs of Python's own, and what its implementation makes of them.

    python3 test-vectors/generate.py            says what differs from the file
    python3 test-vectors/generate.py --write    and takes it over
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator.file import PATH, rendered  # noqa: E402


def main(arguments):
    if arguments not in ([], ["--write"]):
        print(__doc__)
        return 2
    path, made = HERE / PATH, rendered()
    known = path.read_text(encoding="utf-8") if path.exists() else ""
    if made == known:
        print("nothing differs")
        return 0
    for line in differences(known, made):
        print(line)
    if not arguments:
        return 1
    path.write_text(made, encoding="utf-8")
    print(f"{PATH}: written")
    return 0


def differences(known, made):
    """Of each operation, the ids of tests that change, come or go."""
    if not known:
        yield f"{PATH} is not there yet"
        return
    before, after = of_each(known), of_each(made)
    if before == after:
        yield "the order or the form of the file"
    for op in sorted(before.keys() | after.keys()):
        old, new = before.get(op, []), after.get(op, [])
        changed = [id_ for (id_, a), (_, b) in zip(old, new) if a != b]
        changed += [id_ for id_, _ in old[len(new) :]]
        if changed or len(old) != len(new):
            yield f"{op}: {len(old)} tests, {len(new)} from now on; others: {changed[:20]}"


def of_each(text):
    """By operation, id and content of its tests."""
    found = {}
    for test in json.loads(text)["tests"]:
        content = {name: test[name] for name in ("inputs", "output")}
        found.setdefault(test["op"], []).append((test["id"], content))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
