"""SPEC.md section 12.4: the forms of strings that contents have in common."""

import re

from .primitives import Refused

CONTROLS = ((0x00, 0x1F), (0x7F, 0x9F), (0x2028, 0x2029))
DIRECTIONS = ((0x61C, 0x61C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069))
SPACES = (
    (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200B), (0x202F, 0x202F),
    (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
REGIONAL = ((0x1F1E6, 0x1F1FF),)
MARKS = (
    (0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE00, 0xFE0F),
    (0xFE20, 0xFE2F), (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F),
)  # fmt: skip
NO_BASE = (
    *MARKS, *REGIONAL, *CONTROLS, *SPACES, *DIRECTIONS, (0xAD, 0xAD), (0x115F, 0x1160),
    (0x180B, 0x180F), (0x200C, 0x200D), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164),
    (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFF), (0xE0000, 0xE0FFF),
)  # fmt: skip
TOKEN = rb"[A-Za-z0-9!#$&^_.+-]+"


def refuse(reason):
    raise Refused("content/" + reason)


def is_in(character, ranges):
    return any(a <= ord(character) <= b for a, b in ranges)


def has_any(data, *lists):
    return any(is_in(c, ranges) for c in data.decode("utf-8") for ranges in lists)


def is_blank(data):
    text = data.decode("utf-8")
    return all(is_in(c, (*SPACES, *CONTROLS, *DIRECTIONS)) for c in text)


def check_length(data, least, most, reason):
    if not least <= len(data) <= most:
        refuse(reason)


def check_words(data, most, reason):
    """From 1 byte, not blank."""
    check_length(data, 1, most, reason)
    if is_blank(data):
        refuse(reason)


def check_content_type(data):
    check_length(data, 1, 127, "content-type")
    if any(not 0x20 <= byte <= 0x7E for byte in data):
        refuse("content-type")
    if not re.fullmatch(TOKEN + b"/" + TOKEN, data.split(b";")[0]):
        refuse("content-type")


def check_file_name(data):
    """Present."""
    check_length(data, 1, 255, "file-name")
    if data in (b".", b"..") or b"/" in data or b"\\" in data:
        refuse("file-name")
    if has_any(data, CONTROLS, DIRECTIONS):
        refuse("file-name")


def check_link(data):
    check_length(data, 1, 2048, "url")
    if not re.match(rb"(?i:https?://)[^/?#]", data, re.DOTALL):
        refuse("url")
    if has_any(data, CONTROLS, DIRECTIONS, SPACES):
        refuse("url")


def check_blurhash(data):
    check_length(data, 1, 64, "blurhash")
    if not re.fullmatch(rb"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]+", data):
        refuse("blurhash")


def check_character(data):
    check_length(data, 1, 64, "emoji")
    if not all(is_element(part) for part in data.decode("utf-8").split("\u200d")):
        refuse("emoji")


def is_element(part):
    if len(part) == 2 and all(is_in(c, REGIONAL) for c in part):
        return True
    return bool(part) and not is_in(part[0], NO_BASE) and all(is_in(c, MARKS) for c in part[1:])
