"""SPEC.md section 12: strict decoding and validation, in the order of the text."""

from . import layout
from .primitives import Refused, hash_

EXPIRY, CONVERSATIONS, LISTS = 7, (4, 5, 6), (8, 9)
EXTENSIONS = range(64, 1024)
VARINT, BYTES = 0, 2

# Known fields of every message: number to (name, kind). "enum" may be a negative 32-bit number.
MESSAGES = {
    "expiry": {1: ("seconds", "u32"), 2: ("timer_version", "u32")},
    "list": {1: ("version", "u32"), 2: ("hash", "bytes")},
    "peer": {},
    16: {1: ("text", "string")},
    40: {1: ("kind", "enum"), 2: ("ids", "bytes")},
    48: {1: ("padding", "bytes")},
    49: {1: ("reason", "enum")},
    50: {
        1: ("wire_id", "bytes"),
        2: ("session", "bytes"),
        3: ("attempt", "u32"),
        4: ("reason", "enum"),
    },
}
BODIES = (16, 40, 48, 49, 50)
FRAME = {
    1: ("required_version", "u32"),
    2: ("message_id", "bytes"),
    3: ("sent_at", "u64"),
    4: ("peer", "peer"),
    7: ("expiry", "expiry"),
    8: ("own_list", "list"),
    9: ("peer_list", "list"),
}


def refuse(reason):
    raise Refused("content/" + reason)


def fields(data):
    try:
        return layout.fields(data)
    except Refused:
        refuse("malformed")


def is_body(number):
    return 16 <= number <= 63 or number >= 1024


def strict(data, schema, depth=8):
    """12.2: known fields in one encoding, extensions ignored, everything else refused."""
    if depth == 0:
        refuse("malformed")
    out = {name: None for name, _ in schema.values()}
    previous = 0
    for number, wire_type, value, _ in fields(data):
        if number <= previous:
            refuse("malformed")
        previous = number
        if number not in schema:
            if number not in EXTENSIONS:
                refuse("malformed")
            continue
        name, kind = schema[number]
        out[name] = strict_value(kind, wire_type, value, depth)
    for name, kind in schema.values():
        if out[name] is None and kind in ("u32", "u64", "enum", "bytes", "string"):
            out[name] = b"" if kind in ("bytes", "string") else 0
    return out


def strict_value(kind, wire_type, value, depth):
    if kind in ("u32", "u64", "enum"):
        if wire_type != VARINT or value == 0:
            refuse("malformed")
        if kind == "u32" and value >= 2**32:
            refuse("malformed")
        if kind == "enum" and 2**31 <= value < 2**64 - 2**31:
            refuse("malformed")
        return value
    if wire_type != BYTES:
        refuse("malformed")
    if kind in ("bytes", "string"):
        if not value:
            refuse("malformed")
        if kind == "string":
            try:
                value.decode("utf-8")
            except UnicodeDecodeError:
                refuse("malformed")
        return value
    return strict(value, MESSAGES[kind], depth - 1)


def decode(data):
    """12.3; what vectors state about it."""
    if len(data) > 65_536:
        refuse("too-large")
    outline = walk(data)
    if outline["required_version"] == 0:
        refuse("required-version")
    if len(outline["message_id"]) != 16:
        refuse("message-id")
    if not 1 <= outline["sent_at"] <= 253_402_300_799_999:
        refuse("sent-at")
    if outline["body"] is None:
        refuse("no-body")
    known = {
        "message_id": outline["message_id"],
        "sent_at": outline["sent_at"],
        "body": outline["body"],
    }
    unknown = {**known, "required_version": outline["required_version"]}
    if outline["required_version"] > 1:
        return {**unknown, "code": "unsupported/version", "timer": None, "own_list_version": None}
    if outline["conversation"] is None:
        refuse("no-conversation")
    cause = None
    if outline["body"] not in BODIES:
        cause = "body"
    elif outline["conversation"] != 4:
        cause = "conversation"
    if cause:
        timer, own = placeholder(data)
        return {
            **unknown,
            "code": "unsupported/" + cause,
            "timer": timer,
            "own_list_version": own,
        }
    number = outline["body"]
    schema = {**FRAME, number: ("body", number)}
    frame = strict(data, schema)
    validate_body(number, frame["body"])
    check_frame(frame)
    if frame["expiry"] is not None and number != 16:
        refuse("expiry-not-allowed")
    return {**known, "hash": hash_("content", data), "code": "ok"}


def walk(data):
    """Step 2."""
    out = {"required_version": 0, "message_id": b"", "sent_at": 0, "conversation": None}
    out["body"], previous = None, 0
    for number, wire_type, value, _ in fields(data):
        if number <= previous:
            refuse("malformed")
        previous = number
        if number in (1, 3):
            if wire_type != VARINT or (number == 1 and value >= 2**32):
                refuse("malformed")
            out["required_version" if number == 1 else "sent_at"] = value
        elif number == 2:
            if wire_type != BYTES:
                refuse("malformed")
            out["message_id"] = value
        elif number in CONVERSATIONS or is_body(number):
            place = "conversation" if number in CONVERSATIONS else "body"
            if wire_type != BYTES:
                refuse("malformed")
            if out[place] is not None:
                refuse("several-conversations" if place == "conversation" else "several-bodies")
            out[place] = number
    return out


def placeholder(data):
    """Step 6: timer version and version of the author's list."""
    frame_bytes = b"".join(
        encoded
        for number, _, _, encoded in fields(data)
        if number <= 15 and number not in CONVERSATIONS
    )
    frame = strict(frame_bytes, FRAME)
    check_frame(frame)
    timer = frame["expiry"] and frame["expiry"]["timer_version"]
    return timer, frame["own_list"]["version"]


def check_frame(frame):
    expiry = frame["expiry"]
    if expiry is not None:
        if expiry["seconds"] > 31_622_400:
            refuse("expiry-duration")
        if expiry["timer_version"] == 0:
            refuse("expiry-version")
    if frame["own_list"] is None:
        refuse("no-device-list")
    for name in ("own_list", "peer_list"):
        device_list = frame[name]
        if device_list is not None and (
            device_list["version"] == 0 or len(device_list["hash"]) != 32
        ):
            refuse("device-list")


def validate_body(number, body):
    if number == 16:
        if not body["text"]:
            refuse("empty-text")
        if len(body["text"]) > 8192:
            refuse("text-too-long")
    elif number == 40:
        validate_receipt(body)
    elif number == 48 and any(body["padding"]):
        refuse("padding")
    elif number == 50:
        if len(body["wire_id"]) != 12:
            refuse("wire-id")
        if len(body["session"]) not in (0, 8):
            refuse("session-name")
        if not 1 <= body["attempt"] <= 5:
            refuse("attempt")


def validate_receipt(body):
    if not 1 <= body["kind"] <= 4:
        refuse("receipt-kind")
    ids = [body["ids"][i : i + 16] for i in range(0, len(body["ids"]), 16)]
    if not 1 <= len(ids) <= 512 or len(ids[-1]) != 16:
        refuse("receipt-count")
    if any(a >= b for a, b in zip(ids, ids[1:])):
        refuse("receipt-order")
