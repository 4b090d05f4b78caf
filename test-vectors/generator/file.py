"""The file as a whole."""

import json

from . import basics, channels, contents, groups, profiles

PATH = "from-python.json"


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def rendered():
    tests, id_ = [], 0
    for part in (basics, contents, groups, profiles, channels):
        for op, inputs, output in part.all_():
            id_ += 1
            tests.append({"id": id_, "op": op, "inputs": plain(inputs), "output": plain(output)})
    lines = ",\n".join(json.dumps(test, ensure_ascii=False, sort_keys=True) for test in tests)
    return f'{{"spec_version": 1, "tests": [\n{lines}\n]}}\n'
