#!/usr/bin/env python3
"""Checks every vector with a second implementation that was written from SPEC.md.

    python3 -m pip install -r test-vectors/requirements.txt
    python3 test-vectors/verify.py [TOPIC ...]
"""

import json
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generator.file import PATH as FROM_PYTHON  # noqa: E402
from generator.file import rendered  # noqa: E402
from verifier.compare import Difference  # noqa: E402
from verifier.schema import check_form, check_schema  # noqa: E402
from verifier.topics import TOPICS, check  # noqa: E402


def main(names):
    counts = {"passed": 0, "failed": 0, "positive": 0, "negative": 0}
    paths = [path for path in sorted(HERE.glob("*.json")) if path.name != FROM_PYTHON]
    missing = set(TOPICS) - {path.stem for path in paths}
    for name in sorted(missing):
        counts["failed"] += 1
        print(f"{name}: the file is missing")
    for path in paths:
        if path.stem != "schema" and (not names or path.stem in names):
            check_file(path, counts)
    if not names:
        check_second_set(counts)
        check_balance(counts)
    print(f"{counts['positive']} positive, {counts['negative']} negative")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 1 if counts["failed"] else 0


def check_file(path, counts):
    data = json.loads(path.read_text(encoding="utf-8"))
    problems = check_form(data, path.stem, HERE)
    for problem in problems:
        counts["failed"] += 1
        print(f"{path.stem}: {problem}")
    before = dict(counts)
    for group in data["groups"]:
        for test in group["tests"]:
            check_test(path.stem, group["params"], test, counts)
    passed, failed = (counts[key] - before[key] for key in ("passed", "failed"))
    print(f"{path.stem}: {passed} passed, {failed} failed")


def check_balance(counts):
    """Refusals are half of what an implementation has to get right."""
    if counts["negative"] < counts["positive"]:
        counts["failed"] += 1
        print("there are fewer negative tests than positive ones")


def check_second_set(counts):
    text = (HERE / FROM_PYTHON).read_text(encoding="utf-8")
    problems = list(check_schema(json.loads(text), "from-python", HERE))
    if text != rendered():
        problems.append("not what generate.py makes")
    for problem in problems:
        counts["failed"] += 1
        print(f"{FROM_PYTHON}: {problem}")


def check_test(topic, params, test, counts):
    counts["positive" if test["expect"] == "ok" else "negative"] += 1
    try:
        check(topic, params, test)
        counts["passed"] += 1
    except Exception as error:  # a defect of the verifier counts as a failure as well
        counts["failed"] += 1
        print(f"{topic} {test['id']} ({test['comment']}): {type(error).__name__}: {error}")
        if not isinstance(error, Difference):
            traceback.print_exc()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
