#!/usr/bin/env python3
"""The public interface as a list, a line for each item, compared with what `.ci/api.txt` has:

    python3 .ci/api.py            says what came and what went
    python3 .ci/api.py --write    takes it over

A change of the list is for people to see in review, and for CHANGELOG.md to say. The list is made
of rustdoc's own JSON, which a stable compiler writes when it is told to.
"""

import difflib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / ".ci" / "api.txt"
FLAGS = "-Zunstable-options --output-format json --cap-lints allow"


def main(arguments):
    made = "".join(line + "\n" for line in lines(documentation()))
    known = LIST.read_text(encoding="utf-8") if LIST.exists() else ""
    if arguments == ["--write"]:
        LIST.write_text(made, encoding="utf-8")
        return 0
    changes = list(difflib.unified_diff(known.splitlines(), made.splitlines(), lineterm="", n=0))
    for line in changes[2:]:
        if line[0] in "+-":
            print(line)
    if changes:
        print("the public interface is another: python3 .ci/api.py --write")
    return 1 if changes else 0


def documentation():
    target = os.environ.get("CARGO_TARGET_DIR", ROOT / "target")
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    command = ["cargo", "rustdoc", "--quiet", "--locked", "--lib", "-p", "sealwax",
               "--all-features", "--target-dir", str(Path(target) / "api"), "--", *FLAGS.split()]  # fmt: skip
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return json.loads((Path(target) / "api/doc/sealwax.json").read_text(encoding="utf-8"))


def lines(data):
    reader = Interface(data)
    reader.module(data["index"][str(data["root"])], "sealwax")
    for name, traits in reader.traits.items():
        reader.add(f"impl {name}: {', '.join(sorted(traits))}")
    return sorted(set(reader.lines), key=lambda line: (re.search(r"sealwax[\w:]*|$", line)[0], line))


class Interface:
    def __init__(self, data):
        self.index, self.lines = data["index"], []
        # Of each type: what it implements without conditions, such as what is derived.
        self.traits = {}

    def item(self, id_):
        return self.index.get(str(id_))

    def add(self, line):
        self.lines.append(line)

    # Items

    def module(self, module, path):
        self.add(f"mod {path}")
        for id_ in module["inner"]["module"]["items"]:
            self.member(self.item(id_), path)

    def member(self, item, path):
        if item is None or item["visibility"] != "public":
            return
        kind, inner = next(iter(item["inner"].items()))
        if kind == "use":
            self.reexport(inner, path)
            return
        name = f"{path}::{item['name']}"
        if kind == "module":
            self.module(item, name)
        elif kind in ("struct", "enum", "trait"):
            getattr(self, kind)(item, inner, name)
        elif kind == "function":
            self.add(self.function(inner, name))
        elif kind == "constant":
            self.add(f"const {name}: {self.type(inner['type'])} = {self.value(inner)}")
        elif kind == "static":
            self.add(f"static {name}: {self.type(inner['type'])}")
        elif kind == "type_alias":
            self.add(f"type {name}{self.generics(inner)} = {self.type(inner['type'])}")
        else:
            self.add(f"{kind} {name}")

    def reexport(self, inner, path):
        found = self.item(inner["id"])
        if found is None:
            self.add(f"use {inner['source']} as {path}::{inner['name']}")
        elif inner["is_glob"]:
            for id_ in found["inner"]["module"]["items"]:
                self.member(self.item(id_), path)
        else:
            self.member({**found, "name": inner["name"], "visibility": "public"}, path)

    def struct(self, item, inner, name):
        self.add(f"{self.marks(item)}struct {name}{self.generics(inner)}{self.where(inner)}")
        kind = inner["kind"]
        if "plain" in kind if isinstance(kind, dict) else False:
            for id_ in kind["plain"]["fields"]:
                self.field(self.item(id_), name)
            if kind["plain"]["has_stripped_fields"]:
                self.add(f"struct {name} has fields that are not public")
        elif isinstance(kind, dict):
            for place, id_ in enumerate(kind["tuple"]):
                if id_ is not None:
                    self.field({**self.item(id_), "name": str(place)}, name)
        self.implementations(inner["impls"], name)

    def field(self, field, name):
        if field and field["visibility"] == "public":
            type_ = self.type(field["inner"]["struct_field"])
            self.add(f"struct {name} {{ {field['name']}: {type_} }}")

    def enum(self, item, inner, name):
        self.add(f"{self.marks(item)}enum {name}{self.generics(inner)}{self.where(inner)}")
        for id_ in inner["variants"]:
            variant = self.item(id_)
            self.add(f"enum {name} {{ {variant['name']}{self.variant(variant)} }}")
        self.implementations(inner["impls"], name)

    def variant(self, variant):
        found = variant["inner"]["variant"]
        value = f" = {found['discriminant']['value']}" if found.get("discriminant") else ""
        kind = found["kind"]
        if kind == "plain":
            return value
        if "tuple" in kind:
            types = [self.field_type(id_) for id_ in kind["tuple"]]
            return f"({', '.join(types)}){value}"
        fields = [(self.item(id_)["name"], self.field_type(id_)) for id_ in kind["struct"]["fields"]]
        return " { " + ", ".join(f"{name}: {type_}" for name, type_ in fields) + " }" + value

    def field_type(self, id_):
        return "_" if id_ is None else self.type(self.item(id_)["inner"]["struct_field"])

    def trait(self, item, inner, name):
        bounds = self.bounds(inner["bounds"])
        self.add(f"trait {name}{self.generics(inner)}{': ' + bounds if bounds else ''}")
        for id_ in inner["items"]:
            self.associated(self.item(id_), f"{name}")

    def implementations(self, ids, name):
        for id_ in ids:
            found = self.item(id_)
            if found is None:
                continue
            inner = found["inner"]["impl"]
            if inner["trait"] is None:
                for item in inner["items"]:
                    self.associated(self.item(item), name)
            elif not inner["is_synthetic"] and inner["blanket_impl"] is None:
                self.implementation(inner, name)

    def implementation(self, inner, name):
        trait = ("!" if inner["is_negative"] else "") + self.path(inner["trait"])
        for_ = self.type(inner["for"])
        plain = for_ == name.rsplit("::", 1)[-1] and not self.generics(inner)
        if trait == "StructuralPartialEq":
            return
        if plain:
            self.traits.setdefault(name, set()).add(trait)
        else:
            self.add(f"impl{self.generics(inner)} {trait} for {for_} at {name}{self.where(inner)}")

    def associated(self, item, name):
        kind, inner = next(iter(item["inner"].items()))
        if item["visibility"] not in ("public", "default"):
            return
        name = f"{name}::{item['name']}"
        if kind == "function":
            self.add(self.function(inner, name))
        elif kind == "assoc_const":
            value = f" = {inner['value']}" if inner.get("value") else ""
            self.add(f"const {name}: {self.type(inner['type'])}{value}")
        elif kind == "assoc_type":
            self.add(f"type {name}{': ' + self.bounds(inner['bounds']) if inner['bounds'] else ''}")

    def marks(self, item):
        attributes = json.dumps(item.get("attrs", []))
        return "#[non_exhaustive] " if "non_exhaustive" in attributes else ""

    def value(self, inner):
        found = inner["const"]
        return found.get("value") or found["expr"]

    def function(self, inner, name):
        signature = inner["sig"]
        given = [self.argument(*pair) for pair in signature["inputs"]]
        output = f" -> {self.type(signature['output'])}" if signature["output"] else ""
        header = inner["header"]
        front = ("const " if header["is_const"] else "") + ("unsafe " if header["is_unsafe"] else "")
        return (
            f"{front}fn {name}{self.generics(inner)}({', '.join(given)}){output}{self.where(inner)}"
        )

    def argument(self, name, type_):
        shown = self.type(type_)
        if name == "self":
            own = {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}
            return own.get(shown, f"self: {shown}")
        return f"{name}: {shown}"

    # Types

    def type(self, type_):
        kind, inner = next(iter(type_.items())) if isinstance(type_, dict) else (type_, None)
        return getattr(self, f"type_{kind}")(inner)

    def type_resolved_path(self, inner):
        return self.path(inner)

    def type_generic(self, inner):
        return inner

    def type_primitive(self, inner):
        return "!" if inner == "never" else inner

    def type_tuple(self, inner):
        return f"({', '.join(map(self.type, inner))})"

    def type_slice(self, inner):
        return f"[{self.type(inner)}]"

    def type_array(self, inner):
        return f"[{self.type(inner['type'])}; {inner['len']}]"

    def type_infer(self, _):
        return "_"

    def type_borrowed_ref(self, inner):
        lifetime = f"{inner['lifetime']} " if inner["lifetime"] else ""
        return f"&{lifetime}{'mut ' if inner['is_mutable'] else ''}{self.type(inner['type'])}"

    def type_raw_pointer(self, inner):
        return f"*{'mut' if inner['is_mutable'] else 'const'} {self.type(inner['type'])}"

    def type_impl_trait(self, inner):
        return f"impl {self.bounds(inner)}"

    def type_dyn_trait(self, inner):
        traits = [self.path(one["trait"]) for one in inner["traits"]]
        return f"dyn {' + '.join(traits + ([inner['lifetime']] if inner['lifetime'] else []))}"

    def type_qualified_path(self, inner):
        trait = inner["trait"]
        own = self.type(inner["self_type"])
        front = f"<{own} as {self.path(trait)}>" if trait and trait["path"] else own
        return f"{front}::{inner['name']}{self.arguments(inner['args'])}"

    def type_function_pointer(self, inner):
        signature = inner["sig"]
        given = ", ".join(self.type(type_) for _, type_ in signature["inputs"])
        output = f" -> {self.type(signature['output'])}" if signature["output"] else ""
        return f"fn({given}){output}"

    def path(self, inner):
        return inner["path"].rsplit("::", 1)[-1] + self.arguments(inner["args"])

    def arguments(self, args):
        if not args:
            return ""
        if "parenthesized" in args:
            found = args["parenthesized"]
            output = f" -> {self.type(found['output'])}" if found["output"] else ""
            return f"({', '.join(map(self.type, found['inputs']))}){output}"
        found = args["angle_bracketed"]
        shown = [self.generic_argument(one) for one in found["args"]]
        shown += [self.constraint(one) for one in found["constraints"]]
        return f"<{', '.join(shown)}>" if shown else ""

    def generic_argument(self, one):
        if one == "infer":
            return "_"
        kind, inner = next(iter(one.items()))
        if kind == "type":
            return self.type(inner)
        return inner if kind == "lifetime" else inner.get("value") or inner["expr"]

    def constraint(self, one):
        kind, inner = next(iter(one["binding"].items()))
        if kind == "equality":
            term = inner.get("type")
            return f"{one['name']} = {self.type(term) if term else inner}"
        return f"{one['name']}: {self.bounds(inner)}"

    def bounds(self, bounds):
        return " + ".join(filter(None, map(self.bound, bounds)))

    def bound(self, bound):
        kind, inner = next(iter(bound.items()))
        if kind == "trait_bound":
            sign = {"maybe": "?", "none": "", "maybe_const": "~const "}[inner["modifier"]]
            lifetimes = [one["name"] for one in inner["generic_params"]]
            front = f"for<{', '.join(lifetimes)}> " if lifetimes else ""
            return f"{front}{sign}{self.path(inner['trait'])}"
        return inner if kind == "outlives" else f"use<{inner}>"

    def generics(self, inner):
        shown = [self.parameter(one) for one in inner["generics"]["params"]]
        shown = list(filter(None, shown))
        return f"<{', '.join(shown)}>" if shown else ""

    def parameter(self, one):
        kind, inner = next(iter(one["kind"].items()))
        if kind == "lifetime":
            outlives = inner["outlives"]
            return one["name"] + (f": {' + '.join(outlives)}" if outlives else "")
        if kind == "const":
            default = f" = {inner['default']}" if inner["default"] else ""
            return f"const {one['name']}: {self.type(inner['type'])}{default}"
        if inner["is_synthetic"]:
            return None
        bounds = self.bounds(inner["bounds"])
        default = f" = {self.type(inner['default'])}" if inner["default"] else ""
        return one["name"] + (f": {bounds}" if bounds else "") + default

    def where(self, inner):
        shown = []
        for one in inner["generics"]["where_predicates"]:
            kind, found = next(iter(one.items()))
            if kind == "bound_predicate":
                shown.append(f"{self.type(found['type'])}: {self.bounds(found['bounds'])}")
            elif kind == "lifetime_predicate":
                shown.append(f"{found['lifetime']}: {' + '.join(found['outlives'])}")
        return f" where {', '.join(shown)}" if shown else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
