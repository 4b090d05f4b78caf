#!/usr/bin/env python3
"""Proves the models in this directory with Verifpal and compares every verdict with what its query
promises. README.md describes the notation. Needs `verifpal` on the path.

    check.py              all models with all their variants; if all is as promised, says so in verdicts.txt
    check.py --recorded   without Verifpal: whether verdicts.txt is of these models and these verdicts
    check.py MODEL ...    these alone, such as `handshake` or `handshake/identity-in-clear`
    check.py --print MODEL/VARIANT    the text that Verifpal is given
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
VERSION = "1.6.7"
# A model that is not there is as bad as one that fails.
MODELS = ["group", "handshake", "media", "membership", "ratchet"]
RECORD = HERE / "verdicts.txt"
HEADER = re.compile(r"Queries: (\d+)\. Variants: (\d+)\.")
QUERY = re.compile(r"\t(\w+\? [^/]+?) // (holds|broken)\b")
QUERY_KIND = re.compile(r"\b(?:confidentiality|authentication|freshness|unlinkability|equivalence)\?")
VARIANT = re.compile(r"// variant ([a-z0-9-]+)( \(two sessions\))?: ")


class Malformed(Exception):
    pass


class Case:
    """One text for Verifpal, and the queries that it must find broken."""

    def __init__(self, name, text, queries, broken, sessions):
        self.name, self.text, self.queries = name, text, queries
        self.broken, self.sessions = broken, sessions


def cases(path):
    """The model itself and each of its variants."""
    base, *blocks = re.split(r"(?m)^(?=// variant )", path.read_text(encoding="utf-8"))
    verdicts = dict(QUERY.findall(base))
    header = HEADER.search(base)
    if not header or not verdicts:
        raise Malformed(f"{path.name}: no count of queries and variants, or no queries")
    if len(QUERY_KIND.findall(base)) != len(verdicts):
        raise Malformed(f"{path.name}: a query without its verdict, or twice the same")
    if (len(verdicts), len(blocks)) != tuple(map(int, header.groups())):
        raise Malformed(f"{path.name}: {len(verdicts)} queries and {len(blocks)} variants")
    broken = {query for query, verdict in verdicts.items() if verdict == "broken"}
    sessions = 2 if "Two sessions." in base else 1
    yield Case(path.stem, base, list(verdicts), broken, sessions)
    for block in blocks:
        yield variant(path, base, list(verdicts), block)


def variant(path, base, queries, block):
    name, two = VARIANT.match(block).groups()
    name = f"{path.stem}/{name}"
    removed, added, text = [], [], base
    lines = [*block.splitlines(), ""]
    for line in lines:
        if line.startswith("// - ") and not added:
            removed.append(line[5:])
        elif line.startswith("// + "):
            added.append(line[5:])
        else:
            text = replaced(name, text, removed, added)
            removed, added = [], []
            if line.startswith("// - "):
                removed = [line[5:]]
    broken = set(re.findall(r"(?m)^// breaks (\w+\? .+)$", block))
    if not broken <= set(queries):
        raise Malformed(f"{name}: breaks what is not asked: {broken - set(queries)}")
    if not broken and "// breaks nothing\n" not in block:
        raise Malformed(f"{name}: does not say what it breaks")
    if text == base:
        raise Malformed(f"{name}: is no other than the model")
    return Case(name, text, queries, broken, 2 if two else 1)


def replaced(name, text, removed, added):
    if not removed and not added:
        return text
    old = "".join(line + "\n" for line in removed)
    if not removed or text.count(old) != 1:
        raise Malformed(f"{name}: found {text.count(old)} times instead of once:\n{old}")
    return text.replace(old, "".join(line + "\n" for line in added))


def wrong(case, directory):
    """What is not as promised, as lines of text."""
    path = Path(directory) / (case.name.replace("/", "-")[:60] + ".vp")
    path.write_text(case.text, encoding="utf-8")
    command = ["verifpal", "verify", "--format", "json", "--sessions", str(case.sessions), str(path)]
    started = time.monotonic()
    run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    print(f"{case.name}: {time.monotonic() - started:.1f} s", flush=True)
    found = verdicts_of(run)
    if found is None:
        return [f"{case.name}: Verifpal failed: {run.stderr.strip()} {run.stdout[:400]}"]
    problems = []
    if list(found) != case.queries:
        problems.append(f"{case.name}: asked {case.queries}, answered {list(found)}")
    for query, broken in found.items():
        if broken != (query in case.broken):
            said = "an attack that was not expected" if broken else "no attack, but one was expected"
            problems.append(f"{case.name}: {query}: {said}")
    return problems


def verdicts_of(run):
    """Whether each query is broken. A search that was cut short proves nothing and is no verdict."""
    try:
        report = json.loads(run.stdout)
        (model,) = report["models"]
        queries = model["analysis"]["queries"]
    except (ValueError, KeyError, TypeError):
        return None
    if run.returncode or report["version"] != VERSION:
        return None
    cut = [q["query"] for q in queries if not q["resolved"] and not q["envelope"]["exhausted"]]
    return None if cut else {q["query"]: q["resolved"] for q in queries}


def record(every):
    """What was proven, so that it shows when a model or a promise has changed since."""
    lines = [f"Verifpal {VERSION} found in each of these texts, of this SHA-256, what it says.\n"]
    for case in every:
        digest = hashlib.sha256(f"{case.sessions}\n{case.text}".encode()).hexdigest()
        lines.append(f"\n{case.name} {digest}\n")
        lines += [f"  {'broken' if q in case.broken else 'holds '}  {q}\n" for q in case.queries]
    return "".join(lines)


def main(arguments):
    printing = arguments[:1] == ["--print"]
    names = arguments[printing:]
    models = {path.stem: path for path in sorted(HERE.glob("*.vp"))}
    if sorted(models) != MODELS:
        sys.exit(f"models are {sorted(models)} instead of {MODELS}")
    every = [case for path in models.values() for case in cases(path)]
    if arguments == ["--recorded"]:
        return is_recorded(every)
    chosen = [c for c in every if not names or c.name in names or c.name.split("/")[0] in names]
    if not chosen:
        sys.exit(f"no such model; there are {', '.join(case.name for case in every)}")
    if printing:
        print("\n".join(case.text for case in chosen))
        return
    with tempfile.TemporaryDirectory() as directory, ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(lambda case: wrong(case, directory), chosen))
    problems = [line for lines in found for line in lines]
    print("\n".join(problems))
    asked = sum(len(case.queries) for case in chosen)
    print(f"{asked} queries in {len(chosen)} models and variants, {len(problems)} not as promised")
    if not problems and not names:
        RECORD.write_text(record(every), encoding="utf-8")
    sys.exit(bool(problems))


def is_recorded(every):
    if not RECORD.exists() or RECORD.read_text(encoding="utf-8") != record(every):
        sys.exit("the models or their verdicts are others than those that Verifpal found: run check.py")
    print(f"{sum(len(case.queries) for case in every)} verdicts, recorded of these models")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Malformed as error:
        sys.exit(str(error))
