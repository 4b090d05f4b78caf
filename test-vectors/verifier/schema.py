"""The form of the files: schema.json if there is a package for it, else the same by hand."""

import json

try:
    import jsonschema
except ImportError:
    jsonschema = None

TOP = {"schema", "topic", "spec_version", "generator", "notes", "groups"}
TEST = {"id", "comment", "flags", "expect"}


def check_form(data, name, schema):
    """What is wrong with the file as a whole."""
    if jsonschema:
        validator = jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))
        problems = [error.message[:200] for error in validator.iter_errors(data)]
        if problems:
            return problems
    if set(data) != TOP or data["spec_version"] != 1:
        return ["not a file of vectors of this version"]
    problems = [] if data["topic"] == name else ["the topic is not the file's name"]
    tests = [test for group in data["groups"] for test in group["tests"]]
    if any(not TEST <= set(test) for test in tests):
        return [*problems, "a test without id, comment, flags or expect"]
    if [test["id"] for test in tests] != list(range(1, len(tests) + 1)):
        problems.append("ids do not count from 1")
    flags = {flag for test in tests for flag in test["flags"]}
    if not flags <= set(data["notes"]):
        problems.append("a flag without a note")
    if not set(data["notes"]) <= flags:
        problems.append(f"notes without a test: {sorted(set(data['notes']) - flags)}")
    if any(not is_value(test) for test in tests):
        problems.append("a value that is neither text, integer, list nor object")
    return problems


def is_value(value):
    if isinstance(value, dict):
        return all(is_value(item) for item in value.values())
    if isinstance(value, list):
        return all(is_value(item) for item in value)
    if isinstance(value, int):
        return value >= 0
    return value is None or isinstance(value, str)
