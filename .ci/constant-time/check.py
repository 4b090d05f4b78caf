#!/usr/bin/env python3
"""Runs the cases under valgrind and refuses every dependency on a secret that is not declassified.

    check.py BINARY [CASE ...]

Valgrind names where a branch or an address depends on marked memory; `declassified.txt` says what may.
Only source positions are matched: names of inlined functions differ with the compiler.
"""

import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CASES = ["keys", "signatures", "initiate", "respond", "seal", "open", "refuse"]
CRATE = re.compile(r"/registry/src/[^/]+/([a-z0-9_-]+?)-\d+\.")
CONTROL = "leaky_equal"


def rules():
    for line in (HERE / "declassified.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        where, inside, reason = line.split(" | ")
        file, _, function = where.partition(" ")
        crates, _, via = inside.partition(" via ")
        assert (ROOT / file).exists(), f"declassified.txt: there is no {file}"
        assert reason, line
        yield file, function, set(crates.split()), via


@cache
def lines_of(file):
    return (ROOT / file).read_text(encoding="utf-8").splitlines()


def function_at(file, line):
    """The function that a line of our source belongs to: the last one that begins before it."""
    for text in reversed(lines_of(file)[:line]):
        if found := re.search(r"\bfn (\w+)", text):
            return found.group(1)
    return ""


class Report:
    """One dependency: the innermost place of ours, and the crate inside it where it happened."""

    def __init__(self, error):
        self.what = error.findtext("kind")
        frames = list(error.find("stack").iter("frame"))
        paths = [f"{f.findtext('dir') or ''}/{f.findtext('file') or ''}" for f in frames]
        self.symbols = " ".join(f.findtext("fn") or "" for f in frames)
        self.file, self.line, self.crate = "", 0, "-"
        ours = [f"{ROOT}/src/", f"{HERE}/src/"]
        for frame, path in zip(frames, paths):
            path = f"{HERE}/{path}" if path == "src/main.rs" else path
            if path.startswith(tuple(ours)):
                self.file, self.line = path[len(f"{ROOT}/") :], int(frame.findtext("line") or 0)
                break
            if self.crate == "-" and (crate := CRATE.search(path)):
                self.crate = crate.group(1)
        self.function = function_at(self.file, self.line) if self.file else ""

    def allowed_by(self, rule):
        file, function, crates, via = rule
        here = self.file.startswith(file) if file.endswith("/") else self.file == file
        return (
            here
            and (not function or function == self.function)
            and self.crate in crates
            and via in self.symbols
        )

    def __str__(self):
        return f"{self.what} in {self.file}:{self.line} {self.function}, inside {self.crate}"


def run(binary, case):
    with tempfile.TemporaryDirectory() as directory:
        xml = Path(directory) / "reports.xml"
        command = ["valgrind", "--xml=yes", f"--xml-file={xml}", "--read-inline-info=yes"]
        command += ["--num-callers=60", "--error-limit=no", "--fullpath-after=", binary, case]
        ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        output = ran.stdout + ran.stderr
        if f"{case}: done" not in output:
            sys.exit(f"{case} did not come to its end:\n{output}")
        return [Report(e) for e in ElementTree.parse(xml).getroot().iter("error")], output


def main():
    binary, *cases = sys.argv[1:]
    table, used, findings = list(rules()), set(), Counter()
    cases = cases or CASES
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda case: run(binary, case), cases))
    for case, (reports, output) in zip(cases, results):
        print(output, end="")
        leaks = [report for report in reports if CONTROL not in report.symbols]
        if len(leaks) == len(reports):
            sys.exit(f"{case}: the control was not reported, so nothing would be")
        for report in leaks:
            allowed = [rule for rule in table if report.allowed_by(rule)]
            used.update(map(str, allowed))
            if not allowed:
                findings[f"{case}: {report}"] += 1
        print(f"{case}: {len(leaks)} places with a dependency, looked up in declassified.txt")
    for finding, count in sorted(findings.items()):
        print(f"{finding} ({count})")
    if cases == CASES:
        for rule in table:
            if str(rule) not in used:
                print(f"note: not met here: {' '.join(rule[:2])}")
    print(f"{len(findings)} findings")
    sys.exit(bool(findings))


main()
