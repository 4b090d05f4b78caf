#!/usr/bin/env python3
"""What a user of the crate takes on with it: licences, duplicate crates, compiler versions.

Looks at what is linked or run at build time for each of several targets; development
dependencies are nobody's burden but ours and only have their licences checked.
"""

import json
import re
import subprocess
import sys

TARGETS = [
    "x86_64-unknown-linux-gnu",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "wasm32-unknown-unknown",
    "thumbv7em-none-eabi",
]
LICENCES = {"MIT", "Apache-2.0", "BSD-3-Clause", "Unicode-3.0"}
# Name and reason.
DUPLICATES = {
    "syn": "derive macros move from 2 to 3 one by one; it runs at build time only",
}


def metadata(target):
    command = ["cargo", "metadata", "--locked", "--all-features", "--format-version", "1"]
    output = subprocess.run(
        command + ["--filter-platform", target], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    if output.returncode != 0:
        sys.exit("cargo metadata failed")
    return json.loads(output.stdout)


def reachable(data, kinds):
    """Ids of the packages under ours that dependencies of these kinds lead to."""
    nodes = {node["id"]: node for node in data["resolve"]["nodes"]}
    ours = next(p["id"] for p in data["packages"] if p["name"] == "sealwax")
    found, queue = {ours}, [ours]
    while queue:
        node = queue.pop()
        for dependency in nodes[node]["deps"]:
            allowed = kinds if node == ours else kinds - {"dev"}
            if {kind["kind"] for kind in dependency["dep_kinds"]} & allowed:
                if dependency["pkg"] not in found:
                    found.add(dependency["pkg"])
                    queue.append(dependency["pkg"])
    return found


def permitted(expression):
    """Whether a licence expression can be met with the licences above."""
    tokens = re.findall(r"[()]|[^\s()]+", (expression or "").replace("/", " OR "))

    def either():
        result = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            result = both() or result
        return result

    def both():
        result = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            result = one() and result
        return result

    def one():
        if not tokens:
            return False
        token = tokens.pop(0)
        if token == "(":
            result = either()
            return bool(tokens) and tokens.pop(0) == ")" and result
        if tokens and tokens[0] == "WITH":
            del tokens[:2]
            return False
        return token in LICENCES

    return either() and not tokens


def version(text):
    return tuple(int(part) for part in text.split("-")[0].split("."))


def problems(target):
    data = metadata(target)
    packages = {package["id"]: package for package in data["packages"]}
    ours = next(p for p in data["packages"] if p["name"] == "sealwax")
    shipped = [packages[i] for i in reachable(data, {None, "build"})]
    for package in [packages[i] for i in reachable(data, {None, "build", "dev"})]:
        if not permitted(package["license"]):
            yield f"{package['name']}: licence {package['license']} is not on the list"
    for package in shipped:
        needed = package["rust_version"]
        if needed and version(needed)[:2] > version(ours["rust_version"])[:2]:
            yield f"{package['name']} needs Rust {needed}, we promise {ours['rust_version']}"
    names = [package["name"] for package in shipped]
    for name in sorted(set(names)):
        if names.count(name) > 1 and name not in DUPLICATES:
            yield f"{name} is there {names.count(name)} times"


def main():
    assert permitted("(MIT OR Foo) AND BSD-3-Clause") and not permitted("MIT AND Foo")
    found = {problem for target in TARGETS for problem in problems(target)}
    for problem in sorted(found):
        print(problem)
    sys.exit(bool(found))


main()
