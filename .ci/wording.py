#!/usr/bin/env python3
"""Refuses what only means something on the machine where it was written.

Absolute paths of machines, addresses of package registries and mirrors, links to hosts that are
not on the list below, and unfinished marks in any file that is checked in.
"""

import re
import subprocess
import sys

HOSTS = {
    "c2sp.org",
    "crates.io",
    "csrc.nist.gov",
    "docs.rs",
    "doi.org",
    "eprint.iacr.org",
    "github.com",
    "json-schema.org",
    "keepachangelog.com",
    "nvlpubs.nist.gov",
    "semver.org",
    "signal.org",
    "spdx.org",
    "www.apache.org",
    "www.rfc-editor.org",
    "www.w3.org",
}
# Written so that they do not match themselves.
REFUSED = {
    "a path of some machine": r"(?<![\w.])/(?:root|home|Users|work|mnt|srv)/\w",
    "a drive of some machine": r"\b[A-Z]:\\\\?[A-Za-z]",
    "a private address": r"\b(?:127\.0\.0\.1|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|localhost:\d+)",
    "an unfinished mark": r"\b(?:TOD[O]|FIXM[E]|XX[X])\b",
    "a mention of the workplace": r"\b(?:shared/(?:design|research|tools)|work/(?:notes|wt))\b",
}
LINK = re.compile(r"https?://([^/\s)>\"'`\]]+)")
INDEX = 'source = "registry+https://github.com/rust-lang/crates.io-index"'


def problems(name, text):
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in REFUSED.items():
            if re.search(pattern, line):
                yield f"{name}:{number}: {what}"
        for host in LINK.findall(line):
            # A host has a dot; what has none is a test of what a link may be. `example` is nobody's.
            real = "." in host and not host.startswith("example.")
            if real and host not in HOSTS:
                yield f"{name}:{number}: a link to {host}"
        if name.endswith("Cargo.lock") and line.startswith("source") and line != INDEX:
            yield f"{name}:{number}: a source other than the public index"


def main():
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    found = []
    for name in sorted(output.stdout.decode().split("\0")):
        if not name or name.startswith("LICENSE"):
            continue
        try:
            with open(name, encoding="utf-8") as file:
                found += problems(name, file.read())
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    for problem in found:
        print(problem)
    sys.exit(bool(found))


main()
