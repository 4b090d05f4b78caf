"""The form of the files: schema.json, the schema of their topic, and what neither can say."""

import json

import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012


def check_form(data, name, folder):
    """What is wrong with the file as a whole."""
    problems = [*check_schema(data, name, folder)]
    return problems or [*check_ids_and_notes(data, name)]


def check_schema(data, name, folder):
    def read(path):
        return json.loads((folder / path).read_text(encoding="utf-8"))

    general = Resource.from_contents(read("schema.json"), default_specification=DRAFT202012)
    registry = Registry().with_resource("schema.json", general)
    if not (folder / f"schemas/{name}.json").exists():
        yield "there is no schema of this topic"
        return
    topic = read(f"schemas/{name}.json")
    validator = jsonschema.Draft202012Validator(topic, registry=registry)
    for error in validator.iter_errors(data):
        best = jsonschema.exceptions.best_match([error])
        yield f"{best.json_path}: {best.message[:200]}"


def check_ids_and_notes(data, name):
    tests = [test for group in data["groups"] for test in group["tests"]]
    if [test["id"] for test in tests] != list(range(1, len(tests) + 1)):
        yield "ids do not count from 1"
    flags = {flag for test in tests for flag in test["flags"]}
    if flags != set(data["notes"]):
        yield f"flags without a note, or notes without a test: {sorted(flags ^ set(data['notes']))}"
