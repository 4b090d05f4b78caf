#!/usr/bin/env python3
"""What the schemas of the topics would be by the files as they are: of each operation, the fields
of its parameters and tests. A field that comes, goes or is of another kind has to be taken over.

    python3 test-vectors/schemas.py            says which topics have another schema
    python3 test-vectors/schemas.py --write    takes them over
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER, FROM_PYTHON = HERE / "schemas", "from-python"
HEX = re.compile(r"([0-9a-f]{2})*")
COMMON = ("id", "comment", "flags", "expect")


def main(arguments):
    made = {path.name: rendered(of_file(path)) for path in HERE.glob("*.json")}
    del made["schema.json"]
    known = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    for name in sorted(set(known) | set(made)):
        if known.get(name) == made.get(name):
            continue
        print(f"{name}: another schema")
        if arguments == ["--write"] and name in made:
            (FOLDER / name).write_text(made[name], encoding="utf-8")
    return 0 if known == made else 1


def rendered(schema):
    """A line for what fits into one."""

    def lines(value, depth):
        flat = json.dumps(value, sort_keys=False)
        if len(flat) + 2 * depth <= 96 or not value or not isinstance(value, (dict, list)):
            return flat
        pad, end = "  " * (depth + 1), "  " * depth
        if isinstance(value, list):
            items = [lines(item, depth + 1) for item in value]
            return "[\n" + ",\n".join(pad + item for item in items) + "\n" + end + "]"
        items = [f"{json.dumps(key)}: {lines(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(pad + item for item in items) + "\n" + end + "}"

    return lines(schema, 0) + "\n"


def of_file(path):
    data = json.loads(path.read_text(encoding="utf-8"))
    if path.name == "schema.json":
        return None
    if path.stem == FROM_PYTHON:
        return of_second_set(data["tests"])
    groups = {}
    for group in data["groups"]:
        params, tests = groups.setdefault(group["params"]["op"], ([], []))
        params.append({key: value for key, value in group["params"].items() if key != "op"})
        tests += [{k: v for k, v in test.items() if k not in COMMON} for test in group["tests"]]
    of_groups = {"anyOf": [of_group(op, *groups[op]) for op in sorted(groups)]}
    return {
        "title": f"Test vectors: {path.stem}", "$ref": "schema.json",
        "properties": {"topic": {"const": path.stem}, "groups": {"items": of_groups}},
    }  # fmt: skip


def of_group(op, params, tests):
    """Beside what every test has."""
    shared, test = of_values(params), of_values(tests)
    shared["properties"] = {"op": {"const": op}, **shared["properties"]}
    test["properties"] = {
        **{name: {"$ref": f"schema.json#/$defs/{name}"} for name in COMMON},
        **test["properties"],
    }
    return {"properties": {"params": shared, "tests": {"items": test}}}


def of_second_set(tests):
    by_op = {}
    for test in tests:
        by_op.setdefault(test["op"], []).append(test)
    return {
        "title": "Test vectors: the second set", "type": "object",
        "properties": {
            "spec_version": {"const": 1},
            "tests": {"type": "array", "items": {"anyOf": [of_op(op, by_op[op]) for op in sorted(by_op)]}},
        },
        "additionalProperties": False,
    }  # fmt: skip


def of_op(op, tests):
    return {
        "type": "object", "required": ["id", "op", "inputs", "output"],
        "properties": {
            "id": {"$ref": "schema.json#/$defs/id"}, "op": {"const": op},
            "inputs": of_values([test["inputs"] for test in tests]),
            "output": of_values([test["output"] for test in tests]),
        },
        "additionalProperties": False,
    }  # fmt: skip


def of_values(values):
    """What all of these have in common."""
    kinds = {kind_of(value) for value in values}
    if "null" in kinds and len(kinds) > 1:
        rest = [value for value in values if value is not None]
        return {"anyOf": [{"type": "null"}, of_values(rest)]}
    if kinds == {"object"}:
        names = sorted({name for value in values for name in value})
        required = [name for name in names if all(name in value for value in values)]
        properties = {
            name: of_values([value[name] for value in values if name in value]) for name in names
        }
        required = {"required": required} if required else {}
        return {"type": "object", **required, "properties": properties,
                "additionalProperties": False}  # fmt: skip
    if kinds == {"array"}:
        items = [item for value in values for item in value]
        return {"type": "array", "items": of_values(items)} if items else {"type": "array"}
    if len(kinds) > 1:
        parts = [[v for v in values if kind_of(v) == kind] for kind in sorted(kinds)]
        return {"anyOf": [of_values(part) for part in parts]}
    if kinds == {"string"}:
        of_bytes = all(HEX.fullmatch(value) for value in values)
        return {"$ref": "schema.json#/$defs/bytes"} if of_bytes and any(values) else {"type": "string"}
    if kinds == {"integer"}:
        return {"$ref": "schema.json#/$defs/number"}
    return {"type": kinds.pop()}


def kind_of(value):
    kinds = ((bool, "boolean"), (int, "integer"), (str, "string"), (list, "array"))
    for type_, kind in kinds:
        if isinstance(value, type_):
            return kind
    return "null" if value is None else "object"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
