#!/usr/bin/env python3
"""Mutation tests with one build: what cargo-mutants would change, all of it woven into one program.

    run.py FOLDER [--shard K/N] [--again FILE] MODULE ...

cargo-mutants lists the mutants and builds the crate for each of them, which for some thousand is days.
Here each one stands beside the original, and an environment variable says which of them counts:

    a > b      (if mutant(17) { a == b } else { a > b })
    fn f() {   fn f() { if mutant(18) { return Default::default(); }

Mutants that do not compile are found by the compiler's own messages and left out, a round at a time.
Functions lose their `const` where nothing needs it, since a constant cannot ask.

A mutant that changes nothing that a test could or should see is in accepted.txt, with the reason.

First each test runs alone, without a mutant, and it is written down which mutants it comes past. A
mutant then meets those tests, the quickest first, until one fails; one that no test comes past is missed.
Results are in FOLDER/results.jsonl, and what is there already is not run again (begin with a new
folder after a change of the code); `--again` takes the names of mutants from a file, one a line, and
runs those alone, without looking at the results. MODULE is `ratchet` or `group::channel`.
"""

import itertools
import json
import os
import re
import struct
import subprocess
import sys
import time
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import tree_sitter_rust
from tree_sitter import Language, Parser

ROOT = Path(__file__).resolve().parent.parent.parent
PARSER = Parser(Language(tree_sitter_rust.language()))
ACCEPTED = Path(__file__).with_name("accepted.txt")
COPIED = ["Cargo.toml", "Cargo.lock", "README.md", "SPEC.md", "CHANGELOG.md", ".ci", "benches", "docs",
          "examples", "fuzz", "proto", "src", "test-vectors", "tests"]  # fmt: skip
# Tests of what the crate does; the others compare texts and tables, or count bytes and allocations.
BEHAVIOUR = ("establishing", "hostile_server", "delivery", "prekeys", "reports", "contacts", "documents",
             "simultaneous", "atomicity", "persistence", "fuzz", "simulation")  # fmt: skip
JOBS = os.cpu_count() or 2
VARIABLE, REACHED = "SEALWAX_MUTANT", "SEALWAX_REACHED"
# What a run of tests may use: seconds, and times of what it took without a mutant; and memory, which
# catches one that allocates without end.
SECONDS, TIMES, BYTES = 10, 8, 6 << 30
# Property tests draw the same cases when it is recorded what they come past and when they judge.
DRAWN = {"PROPTEST_CASES": "8", "PROPTEST_RNG_SEED": "1"}
# What is not in the prelude of a crate without the standard library.
PATHS = {"vec!": "vec!", "String::": "string::String::", "Box::": "boxed::Box::", "BTreeMap::": "collections::BTreeMap::",
         "BTreeSet::": "collections::BTreeSet::"}  # fmt: skip
# How many tests meet a mutant at once: the first few catch most.
GROUPS = (1, 3, 12, 40)
MOST = 1 << 16
SWITCH = f"""
extern crate std;

use std::{{fs::File, io::Write, sync::{{Mutex, OnceLock, atomic::{{AtomicBool, Ordering}}}}}};

static ACTIVE: OnceLock<u32> = OnceLock::new();
static REACHED: [AtomicBool; {MOST}] = [const {{ AtomicBool::new(false) }}; {MOST}];
static RECORD: OnceLock<Option<Mutex<File>>> = OnceLock::new();

pub(crate) fn mutant(number: u32) -> bool {{
    let read = || std::env::var("{VARIABLE}").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
    let open = || std::env::var("{REACHED}").ok().map(|path| Mutex::new(File::create(path).unwrap()));
    if let Some(record) = RECORD.get_or_init(open) {{
        if !REACHED[number as usize].swap(true, Ordering::Relaxed) {{
            record.lock().unwrap().write_all(&number.to_le_bytes()).unwrap();
        }}
    }}
    *ACTIVE.get_or_init(read) == number
}}
"""


@dataclass
class Mutant:
    number: int
    name: str
    file: str
    genre: str
    text: str
    start: int
    end: int
    # The function's place, for messages that fit nothing else.
    function: tuple[int, int] | None
    opaque: bool


@dataclass
class Edit:
    """Text before and after a stretch of the source; `parts` says which mutant wrote what before."""

    start: int
    end: int
    parts: list = field(default_factory=list)
    after: str = ""


def main(arguments):
    if not arguments or arguments[0].startswith("-"):
        print(__doc__)
        return 2
    folder, *rest = arguments
    shard, again, modules = (0, 1), None, []
    while rest:
        word = rest.pop(0)
        if word == "--shard":
            shard = tuple(map(int, rest.pop(0).split("/")))
        elif word == "--again":
            again = set(Path(rest.pop(0)).read_text().splitlines())
        else:
            modules.append(word)
    work = Path(folder).resolve()
    copy(work / "tree")
    mutants = listed(modules)[shard[0] :: shard[1]]
    if any(mutant.number >= MOST for mutant in mutants):
        raise SystemExit(f"there is room for {MOST} mutants")
    if again is not None:
        mutants = [mutant for mutant in mutants if mutant.name in again]
    alive = woven(work, mutants)
    binaries = build(work)
    return judge(work, mutants, alive, binaries, again is not None)


def copy(tree):
    subprocess.run(["rm", "-rf", tree], check=True)
    tree.mkdir(parents=True)
    tracked = subprocess.run(["git", "ls-files", "-z", *COPIED], cwd=ROOT, capture_output=True, check=True)
    pack = ["tar", "--null", "-cf", "-", "-T", "-"]
    packed = subprocess.run(pack, cwd=ROOT, input=tracked.stdout, capture_output=True, check=True)
    subprocess.run(["tar", "-xf", "-"], cwd=tree, input=packed.stdout, check=True)


def listed(modules):
    """Every mutant of the modules, with byte offsets."""
    command = ["cargo", "mutants", "--list", "--json", "--package", "sealwax",
               "--exclude", "**/tests.rs", "--exclude", "**/tests/**", "--exclude", "src/vectors/**"]  # fmt: skip
    for module in modules:
        path = "src/" + module.replace("::", "/")
        command += ["--file", f"{path}.rs", "--file", f"{path}/**"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    sources, mutants = {}, []
    for number, item in enumerate(json.loads(told), 1):
        lines = sources.setdefault(item["file"], Lines((ROOT / item["file"]).read_text()))
        function = item.get("function")
        mutants.append(Mutant(
            number, item["name"], item["file"], item["genre"], item["replacement"],
            *lines.span(item["span"]), lines.span(function["span"]) if function else None,
            bool(function) and "impl " in function["return_type"],
        ))  # fmt: skip
    return mutants


class Lines:
    """From lines and columns of characters to bytes."""

    def __init__(self, text):
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line.encode()) + 1)

    def byte(self, place):
        line, column = place["line"] - 1, place["column"] - 1
        return self.starts[line] + len(self.lines[line][:column].encode())

    def span(self, span):
        return self.byte(span["start"]), self.byte(span["end"])


def woven(work, mutants):
    """Writes the mutants into the copy, leaving out what does not compile; the numbers of the rest."""
    tree = work / "tree"
    sources = {path: (ROOT / path).read_bytes() for path in source_files()}
    (tree / "src/mutant.rs").write_text(SWITCH)
    needed, out = with_callees(in_constants(sources), sources), set()
    for turn in range(60):
        maps = {}
        for path, source in sources.items():
            chosen = [m for m in mutants if m.file == path and m.number not in out]
            text, maps[path] = weave(source, chosen, needed, path == "src/lib.rs")
            target = tree / path
            if target.read_bytes() != text:
                target.write_bytes(text)
        lost, constant, other = complaints(work, maps)
        print(f"round {turn + 1}: {len(lost)} mutants out, constant: {sorted(constant)}", flush=True)
        if not lost and not constant:
            if other:
                raise SystemExit("this fits no mutant:\n" + "\n".join(other))
            break
        out |= lost
        needed |= with_callees(constant, sources)
    return {m.number for m in mutants} - out - unplaced(sources, mutants, needed)


def source_files():
    told = subprocess.run(["git", "ls-files", "src"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in told.stdout.split() if path.endswith(".rs")]


def unplaced(sources, mutants, needed):
    missing = set()
    for path, source in sources.items():
        here = [m for m in mutants if m.file == path]
        placed = {number for edit in edits(source, here, needed) for number, _ in edit.parts}
        missing |= {m.number for m in here} - placed
    return missing


CONSTANT = re.compile(rb"\bconst (?=fn (\w+))")


def weave(source, mutants, needed, root):
    """The text with the mutants, and which bytes of it are whose: (start, end, number, inner)."""
    pieces = []
    for order, edit in enumerate(edits(source, mutants, needed)):
        pieces.append((edit.start, 1, -edit.end, order, edit.parts))
        if edit.after:
            pieces.append((edit.end, 0, -edit.start, -order, edit.after))
    for found in CONSTANT.finditer(source):
        if found.group(1).decode() not in needed:
            pieces.append((found.start(), 2, 0, 0, found.end() - found.start()))
    out, whose, opened, at, moved = bytearray(), [], {}, 0, []
    for place, kind, other, order, what in sorted(pieces, key=lambda piece: piece[:4]):
        out += source[at:place]
        at = place
        moved.append((at, len(out)))
        if kind == 2:
            at += what
        elif kind == 0:
            out += what.encode()
            numbers, begun = opened.pop((-other, place, -order))
            whose += [(begun, len(out), number, False) for number in numbers]
        else:
            begun = len(out)
            for number, text in what:
                whose.append((len(out), len(out) + len(text.encode()), number, True))
                out += text.encode()
            opened[(place, -other, order)] = ([number for number, _ in what], begun)
    out += source[at:]
    for mutant in mutants:
        if mutant.function:
            begin, end = (after(moved, place) for place in mutant.function)
            whose.append((begin, end, mutant.number, mutant.genre))
    if root:
        out += b"\nmod mutant;\n"
    return bytes(out), whose


def in_constants(sources):
    """The words of the initial values of constants, of lengths of arrays and of constant blocks."""
    words = set()
    for source in sources.values():
        todo = [PARSER.parse(source).root_node]
        while todo:
            node = todo.pop()
            if node.type in ("const_item", "static_item", "array_type", "const_block"):
                text = source[node.start_byte : node.end_byte].decode()
                words |= set(re.findall(r"\w+", text))
            else:
                todo += node.children
    return words


def with_callees(names, sources):
    """Functions that have to stay constant, and those that they call."""
    bodies = {}
    for source in sources.values():
        for found in CONSTANT.finditer(source):
            body = source[found.end() : source.find(b"\n    }\n", found.end())]
            words = set(re.findall(r"\w+", body.decode()))
            bodies.setdefault(found.group(1).decode(), set()).update(words)
    todo, known = list(names), set(names)
    while todo:
        called = (bodies.get(todo.pop(), set()) & set(bodies)) - known
        known |= called
        todo += called
    return known


def after(moved, place):
    """Where a place of the source is in what was written."""
    index = bisect_left(moved, (place, 0)) - 1
    begin, written = moved[index] if index >= 0 else (0, 0)
    return written + place - begin


def edits(source, mutants, needed):
    """What to write where. Mutants of one stretch and one kind share an edit."""
    tree = PARSER.parse(source).root_node
    found = {}
    for mutant in mutants:
        if mutant.function and is_constant(source, mutant.function, needed):
            continue
        made = EDITS[mutant.genre](source, tree, mutant)
        if made is None:
            continue
        start, end, text, after = made
        edit = found.setdefault((start, end, mutant.genre, after), Edit(start, end, after=after))
        edit.parts.append((mutant.number, text))
    for (_, _, genre, _), edit in found.items():
        if genre in WRAPPED:
            (first, text), *rest = edit.parts
            edit.parts = [(first, "(" + text), *rest]
            number, text = edit.parts[-1]
            edit.parts[-1] = (number, text + "{ ")
    return list(found.values())


def is_constant(source, function, needed):
    head = source[function[0] : function[1]].split(b"{", 1)[0]
    found = CONSTANT.search(head)
    return bool(found) and found.group(1).decode() in needed


def asked(number):
    return f"crate::mutant::mutant({number})"


def value(source, tree, mutant):
    """A function's value: before everything else that it does. An opaque type is one type."""
    if mutant.opaque:
        return None
    text = f"if {asked(mutant.number)} {{ return {in_scope(mutant.text)}; }} "
    if mutant.text == "()":
        text = f"if {asked(mutant.number)} {{ return; }} "
    return mutant.start, mutant.start, text, ""


def in_scope(text):
    """cargo-mutants writes for a crate with the standard library, where these need no path."""
    for name, path in PATHS.items():
        text = re.sub(rf"(?<![\w:])(?:::std::\w+::)?{name}", f"::alloc::{path}", text)
    return text.replace("::std::iter::", "::core::iter::")


def operator(source, tree, mutant):
    token = tree.descendant_for_byte_range(mutant.start, mutant.end)
    node = token.parent
    if (token.start_byte, token.end_byte) != (mutant.start, mutant.end) or node is None:
        return None
    if node.type not in ("binary_expression", "compound_assignment_expr", "unary_expression"):
        return None
    before, after = source[node.start_byte : mutant.start], source[mutant.end : node.end_byte]
    return wrapped(mutant, node, f"{before.decode()}{mutant.text}{after.decode()}")


def guard(source, tree, mutant):
    return wrapped(mutant, Stretch(mutant.start, mutant.end), mutant.text)


def struct_field(source, tree, mutant):
    node = tree.descendant_for_byte_range(mutant.start, mutant.end)
    while node is not None and node.type != "struct_expression":
        node = node.parent
    if node is None:
        return None
    rest = source[mutant.end : node.end_byte].decode().lstrip()
    before = source[node.start_byte : mutant.start].decode()
    return wrapped(mutant, node, before + rest.removeprefix(","))


def arm(source, tree, mutant):
    """An arm that is never taken: a guard that says no, before the one that there may be."""
    node = tree.descendant_for_byte_range(mutant.start, mutant.end)
    while node is not None and node.type != "match_arm":
        node = node.parent
    pattern = node and node.child_by_field_name("pattern")
    if pattern is None:
        return None
    condition = pattern.child_by_field_name("condition")
    if condition is None:
        return pattern.end_byte, pattern.end_byte, f" if !{asked(mutant.number)}", ""
    return condition.start_byte, condition.end_byte, f"!{asked(mutant.number)} && (", ")"


@dataclass
class Stretch:
    start_byte: int
    end_byte: int


def wrapped(mutant, node, instead):
    text = f"if {asked(mutant.number)} {{ {instead} }} else "
    return node.start_byte, node.end_byte, text, " })"


WRAPPED = ("BinaryOperator", "UnaryOperator", "MatchArmGuard", "StructField")
EDITS = {"FnValue": value, "BinaryOperator": operator, "UnaryOperator": operator,
         "MatchArmGuard": guard, "StructField": struct_field, "MatchArm": arm}  # fmt: skip


def environment(work):
    return {**os.environ, "CARGO_TARGET_DIR": str(work / "target"), "CARGO_INCREMENTAL": "1",
            "RUSTFLAGS": "--cap-lints warn", "CARGO_PROFILE_DEV_DEBUG": "0"}  # fmt: skip


def complaints(work, maps):
    """Numbers of mutants, and names of functions, that the compiler has something against."""
    command = ["cargo", "check", "--locked", "--lib", "--all-features", "--profile", "test", "-p", "sealwax",
               "--message-format", "json"]  # fmt: skip
    told = subprocess.run(command, cwd=work / "tree", env=environment(work), capture_output=True, text=True,
                          check=False)  # fmt: skip
    lost, constant, other = set(), set(), []
    for line in told.stdout.splitlines():
        message = json.loads(line).get("message") or {}
        if message.get("level") != "error" or not message.get("spans"):
            continue
        named = re.search(r"non-const [\w ]*`(?:[^`]*::)?(\w+)[^`]*` in ", message["message"])
        if named and named.group(1) != "mutant":
            constant.add(named.group(1))
            continue
        found = [blamed(span, maps) for span in message["spans"] if span["is_primary"]]
        found = [number for numbers in found for number in numbers]
        lost |= set(found)
        if not found:
            other.append(message["rendered"])
    if told.returncode and not (lost or constant or other):
        raise SystemExit(told.stderr[-4000:])
    return lost, constant, other


def blamed(span, maps):
    """The mutant whose text is meant, or else those of the smallest stretch around it."""
    start, end = span["byte_start"], span["byte_end"]
    here = maps.get(span["file_name"], [])
    kinds = [
        [entry for entry in here if entry[3] is True],
        [entry for entry in here if entry[3] is False],
        [entry for entry in here if entry[3] == "FnValue"],
        [entry for entry in here if isinstance(entry[3], str)],
    ]
    for kind in kinds:
        around = [(stop - begin, number) for begin, stop, number, _ in kind if begin <= start and end <= stop]
        if around:
            return [number for size, number in around if size == min(around)[0]]
    return []


def build(work):
    """The programs with the tests."""
    command = ["cargo", "test", "--locked", "--no-run", "--all-features", "-p", "sealwax", "--lib", "--tests",
               "--message-format", "json"]  # fmt: skip
    told = subprocess.run(command, cwd=work / "tree", env=environment(work), capture_output=True, text=True,
                          check=False)  # fmt: skip
    if told.returncode:
        raise SystemExit(told.stderr[-4000:])
    found = [json.loads(line) for line in told.stdout.splitlines()]
    found = [item for item in found if item.get("executable") and item["profile"]["test"]]
    unit = [item["executable"] for item in found if "lib" in item["target"]["kind"]]
    others = {item["target"]["name"]: item["executable"] for item in found}
    return [*unit, *(others[name] for name in BEHAVIOUR)]


def judge(work, mutants, alive, binaries, again):
    path = work / ("again.jsonl" if again else "results.jsonl")
    if again:
        path.unlink(missing_ok=True)
    known = {item["name"] for item in read(path)}
    tests = recorded(work, binaries)
    todo = [m for m in mutants if m.number in alive and m.name not in known]
    print(f"{len(mutants)} mutants, {len(mutants) - len(alive)} not built, {len(todo)} to run", flush=True)
    lock, begun, done = Lock(), time.time(), 0

    def one(mutant):
        nonlocal done
        chosen = [test for test in tests if mutant.number in test.reached]
        verdict = next((word for group in groups(chosen) if (word := killed(work, mutant.number, group))), "missed")
        with lock, path.open("a") as results:
            done += 1
            entry = {"name": mutant.name, "verdict": verdict, "tests": len(chosen)}
            results.write(json.dumps(entry) + "\n")
            if verdict == "missed":
                print(f"missed ({len(chosen)} tests): {mutant.name}", flush=True)
            if done % 100 == 0:
                print(f"{done} of {len(todo)} after {time.time() - begun:.0f} s", flush=True)

    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(one, todo))
    return summary(mutants, alive, read(path))


@dataclass
class Test:
    binary: str
    name: str
    seconds: float
    reached: frozenset[int]


def recorded(work, binaries):
    """Every test, the quickest first, with the mutants that it comes past."""
    found = [(binary, name) for binary in binaries for name in names(work, binary)]
    (work / "reached").mkdir(exist_ok=True)

    def one(item):
        number, (binary, name) = item
        record, begun = work / "reached" / str(number), time.time()
        record.write_bytes(b"")
        told = tests_run(work, binary, [name], 600, {REACHED: str(record)})
        if told.returncode:
            raise SystemExit(f"{name} fails without any mutant:\n{told.stdout.decode()}")
        reached = frozenset(number for (number,) in struct.iter_unpack("<I", record.read_bytes()))
        return Test(binary, name, time.time() - begun, reached)

    begun = time.time()
    with ThreadPoolExecutor(JOBS) as pool:
        tests = sorted(pool.map(one, enumerate(found)), key=lambda test: test.seconds)
    print(f"{len(tests)} tests, each alone: {time.time() - begun:.0f} s", flush=True)
    return tests


def names(work, binary):
    told = subprocess.run([binary, "--list"], cwd=work / "tree", capture_output=True, text=True, check=True)
    ignored = subprocess.run([binary, "--list", "--ignored"], cwd=work / "tree", capture_output=True, text=True, check=True)
    listed, left = ({line.removesuffix(": test") for line in text.stdout.splitlines() if line.endswith(": test")}
                    for text in (told, ignored))  # fmt: skip
    return sorted(listed - left)


def groups(tests):
    """A few at first and then more and more; those of one binary together."""
    sizes = itertools.chain(GROUPS, itertools.repeat(GROUPS[-1]))
    while tests:
        some, tests = tests[: (size := next(sizes))], tests[size:]
        for binary in sorted({test.binary for test in some}):
            yield [test for test in some if test.binary == binary]


def killed(work, number, tests):
    """How, or nothing."""
    seconds = SECONDS + TIMES * sum(test.seconds for test in tests)
    told = tests_run(work, tests[0].binary, [test.name for test in tests], seconds, {VARIABLE: str(number)})
    if told.returncode in (137, -9):
        return "timeout"
    return "caught" if told.returncode else ""


def tests_run(work, binary, names, seconds, environment):
    command = ["prlimit", f"--as={BYTES}", "timeout", "-s", "KILL", f"{seconds:.0f}", binary, "--exact",
               *names, "--test-threads", "1", "-q"]  # fmt: skip
    return subprocess.run(command, cwd=work / "tree", capture_output=True, check=False,
                          env={**os.environ, **environment, **DRAWN})  # fmt: skip


def module_of(mutant):
    return mutant.file.split("/")[1].removesuffix(".rs")


def read(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def summary(mutants, alive, results):
    verdicts = {item["name"]: item["verdict"] for item in results}
    accepted = {line.rsplit(" | ", 1)[0] for line in ACCEPTED.read_text().splitlines()}
    words = ["not built", "caught", "timeout", "accepted", "missed"]
    counts, missed = {}, []
    for mutant in mutants:
        verdict = verdicts.get(mutant.name, "not run") if mutant.number in alive else "not built"
        if verdict == "missed" and placeless(mutant.name) in accepted:
            verdict = "accepted"
        if verdict == "missed":
            missed.append(mutant.name)
        of_module = counts.setdefault(module_of(mutant), dict.fromkeys(words, 0))
        of_module[verdict] = of_module.get(verdict, 0) + 1
    print(f"\n{'module':<14}" + "".join(f"{word:>10}" for word in words))
    for module, of_module in sorted(counts.items()):
        print(f"{module:<14}" + "".join(f"{of_module[word]:>10}" for word in words))
    print("\nnot built:", *(m.name for m in mutants if m.number not in alive), sep="\n  ")
    print("\nmissed:", *missed, sep="\n  ")
    return 1 if missed else 0


def placeless(name):
    """Without line and column, which move."""
    return re.sub(r":\d+:\d+: ", ": ", name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
