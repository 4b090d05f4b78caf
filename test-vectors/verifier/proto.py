"""The schemas in proto/, read from their text, and strict decoding by them (SPEC.md 12.2)."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from . import layout
from .primitives import Refused

FOLDER = Path(__file__).resolve().parents[2] / "proto" / "sealwax" / "v1"
SCALARS = {"uint32", "uint64", "sint32", "bool", "bytes", "string"}
DEPTH = 8
FIELD = re.compile(r"(repeated |optional )?(\w+) (\w+) = (\d+)")


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    repeated: bool
    # Whether its being there says something: optional fields and members of a oneof.
    present: bool
    oneof: str


@dataclass
class Message:
    fields: dict = field(default_factory=dict)


@lru_cache(maxsize=None)
def schema():
    """Messages by name, and the names of enums."""
    messages, enums = {}, set()
    for path in sorted(FOLDER.glob("*.proto")):
        read_file(path.read_text(encoding="utf-8"), messages, enums)
    return messages, enums


def read_file(text, messages, enums):
    text = re.sub(r"//[^\n]*", "", text)
    for kind, name, body in re.findall(r"(message|enum) (\w+) \{((?:[^{}]|\{[^{}]*\})*)\}", text):
        if kind == "enum":
            enums.add(name)
        else:
            messages[name] = read_message(body)


def read_message(body):
    message, oneof = Message(), None
    for statement in re.findall(r"oneof \w+ \{|[^;{}]+;|\}", body):
        if statement.startswith("oneof"):
            oneof = statement.split()[1]
        elif statement == "}":
            oneof = None
        elif not statement.strip().startswith(("reserved", "option ")):
            label, kind, name, number = FIELD.match(statement.strip()).groups()
            present = oneof is not None or label == "optional "
            read = Field(name, kind, label == "repeated ", present, oneof)
            message.fields[int(number)] = read
    return message


# Strict decoding


def malformed():
    raise Refused("content/malformed")


def fields(data):
    try:
        return layout.fields(data)
    except Refused:
        return malformed()


def decode(name, data, depth=DEPTH):
    """A message as a dictionary by field name; extensions are left out."""
    return decode_as(schema()[0][name].fields, data, depth)


def decode_as(known, data, depth=DEPTH):
    if depth == 0:
        malformed()
    out, previous, chosen = defaults(known), 0, set()
    for number, wire_type, value, _ in fields(data):
        described = known.get(number)
        again = number == previous and described is not None and may_repeat(described)
        if number < previous or (number == previous and not again):
            malformed()
        previous = number
        if described is None:
            if not 64 <= number <= 1023:
                malformed()
            continue
        if described.oneof:
            if described.oneof in chosen:
                malformed()
            chosen.add(described.oneof)
        if is_packed(described):
            out[described.name] = unpacked(described, wire_type, value)
            continue
        decoded = decode_value(described, wire_type, value, depth)
        if described.repeated:
            out[described.name].append(decoded)
        else:
            out[described.name] = decoded
    return out


def is_packed(described):
    """Repeated numbers are one field (4.2)."""
    scalar = described.kind not in ("bytes", "string") and not is_message(described.kind)
    return described.repeated and scalar


def may_repeat(described):
    return described.repeated and not is_packed(described)


def unpacked(described, wire_type, data):
    if wire_type != 2 or not data:
        malformed()
    values = []
    while data:
        try:
            value, data = layout.read_varint(data)
        except Refused:
            malformed()
        values.append(decode_number(described.kind, value))
    return values


def defaults(known):
    out = {}
    for described in known.values():
        if described.repeated:
            out[described.name] = []
        elif described.present or is_message(described.kind):
            out[described.name] = None
        elif described.kind in ("bytes", "string"):
            out[described.name] = b""
        else:
            out[described.name] = False if described.kind == "bool" else 0
    return out


def is_message(kind):
    return kind in schema()[0]


def decode_value(described, wire_type, value, depth):
    kind = described.kind
    may_be_default = described.repeated or described.present
    if is_message(kind):
        if wire_type != 2:
            malformed()
        return decode(kind, value, depth - 1)
    if kind in ("bytes", "string"):
        if wire_type != 2 or not (value or may_be_default):
            malformed()
        if kind == "string":
            try:
                value.decode("utf-8")
            except UnicodeDecodeError:
                malformed()
        return value
    if wire_type != 0 or not (value or may_be_default):
        malformed()
    return decode_number(kind, value)


def decode_number(kind, value):
    if kind == "uint64":
        return value
    if kind == "bool":
        return value == 1 if value < 2 else malformed()
    if kind == "uint32":
        return value if value < 2**32 else malformed()
    if kind == "sint32":
        return (value >> 1) ^ -(value & 1) if value < 2**32 else malformed()
    if kind in schema()[1]:
        if 2**31 <= value < 2**64 - 2**31:
            malformed()
        return value if value < 2**31 else value - 2**64
    raise ValueError(f"no decoding for {kind}")


# Encoding


def encode(name, values):
    """The one encoding of a dictionary like those that `decode` gives, absent fields left out."""
    return encode_as(schema()[0][name].fields, values)


def encode_as(known, values):
    out = b""
    for number in sorted(known):
        described = known[number]
        value = values.get(described.name)
        if is_packed(described):
            numbers = b"".join(map(layout.varint, value or []))
            out += layout.bytes_field(number, numbers)
            continue
        for item in value if described.repeated and value else [value]:
            out += encode_field(number, described, item)
    return out


def encode_field(number, described, value):
    default = not value and not (described.repeated or described.present)
    if value is None or (default and not isinstance(value, dict)):
        return b""
    if is_message(described.kind):
        return layout.bytes_field(number, encode(described.kind, value), True)
    if described.kind in ("bytes", "string"):
        return layout.bytes_field(number, value, True)
    if described.kind == "sint32":
        value = value << 1 ^ value >> 31
    return layout.varint(number << 3) + layout.varint(int(value) % 2**64)
