"""SPEC.md section 5.11: safety numbers."""

import hashlib

from . import layout
from .layout import canonical
from .primitives import Refused

CODE = {1: ("version", "u32"), 2: ("own", "bytes"), 3: ("peer", "bytes")}


def fingerprint(account, key):
    data = b"\x01" + layout.ed25519(key) + layout.var(account)
    digest = hashlib.sha512(b"sealwax/v1/hash/safety-number\0" + data + key).digest()
    for _ in range(5199):
        digest = hashlib.sha512(digest + key).digest()
    return digest[:32]


def digits(print_):
    groups = [int.from_bytes(print_[i : i + 5], "big") % 100_000 for i in range(0, 30, 5)]
    return "".join(f"{group:05}" for group in groups)


def safety_number(a, b):
    return "".join(sorted([digits(a), digits(b)]))


def safety_code(own, peer):
    return layout.integer_field(1, 1) + layout.bytes_field(2, own) + layout.bytes_field(3, peer)


def scan(own, peer, code):
    try:
        found = layout.fields(code)
    except Refused as error:
        raise Refused("decode/not-canonical") from error
    versions = [value for number, kind, value, _ in found if number == 1 and kind == 0]
    if any(number == 1 and kind != 0 for number, kind, _, _ in found):
        raise Refused("decode/not-canonical")
    if not versions or versions[-1] != 1:
        return "other-version"
    fields = canonical(code, CODE)
    if len(fields["own"]) != 32 or len(fields["peer"]) != 32:
        raise Refused("decode/wrong-length")
    return {2: "match", 1: "mismatch", 0: "other-pair"}[
        (fields["own"] == peer) + (fields["peer"] == own)
    ]
