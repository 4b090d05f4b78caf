"""SPEC.md sections 12.1 to 12.5: the frame of a content, decoding and validation in their order."""

import re
from functools import lru_cache
from pathlib import Path

from . import content_bodies, content_signals, proto
from .primitives import Refused, hash_

SPEC = Path(__file__).resolve().parents[2] / "SPEC.md"
CONVERSATIONS = {4: "peer", 5: "group", 6: "story"}
TIMER, SENT_AT, REFLECTED = 31_622_400, 253_402_300_799_999, 61_440


@lru_cache(maxsize=None)
def kinds():
    """12.4's table of bodies: number to columns by their name."""
    text = SPEC.read_text(encoding="utf-8")
    table = text[text.index("<!-- bodies:") :].split("<!-- end -->")[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table.split("\n")[1:]]
    head, rows = rows[0], [row for row in rows if re.fullmatch(r"\d+", row[0])]
    return {int(row[0]): dict(zip(head, row)) for row in rows}


def refuse(reason):
    raise Refused("content/" + reason)


def is_body(number):
    return 16 <= number <= 63 or number >= 1024


def frame_fields(body=None):
    """The frame's fields, and this body's."""
    known = proto.schema()[0]["Content"].fields
    return {number: f for number, f in known.items() if number == body or number <= 15}


def decode(data):
    """12.3; what vectors state about it."""
    outline = outline_of(data)
    number = outline["body"]
    known = {name: outline[name] for name in ("message_id", "sent_at", "body")}
    unknown = {**known, "required_version": outline["required_version"]}
    if outline["required_version"] > 1:
        return {**unknown, "code": "unsupported/version", "timer": None, "own_list_version": None}
    if outline["conversation"] is None:
        refuse("no-conversation")
    if number not in kinds() or number not in proto.schema()[0]["Content"].fields:
        return {**unknown, "code": "unsupported/body", **placeholder(data)}
    described = proto.schema()[0]["Content"].fields[number]
    frame = proto.decode_as(frame_fields(number), data)
    if described.kind == "SentTranscript":
        transcript(frame[described.name])
    else:
        content_bodies.check(described.kind, frame[described.name])
    check_place(outline["conversation"], kinds()[number])
    check_frame(frame)
    if frame["expiry"] is not None and kinds()[number]["expires"] != "yes":
        refuse("expiry-not-allowed")
    if kinds()[number]["reflect"] == "yes" and len(data) > REFLECTED:
        refuse("too-large")
    return {**known, "hash": hash_("content", data), "code": "ok"}


def transcript(body):
    """12.4, *Transcripts*."""
    to_account, to_list = body["account"] != b"", body["story_list"] != b""
    if to_account:
        content_signals.account(body["account"])
    if to_list and len(body["story_list"]) != 32:
        refuse("story-list")
    if to_account and to_list:
        refuse("transcript-destination")
    conversation = conversation_of(body["content"])
    if conversation is None:
        return
    fits = {4: (True, False), 5: (False, False), 6: (False, True)}[conversation]
    if (to_account, to_list) != fits:
        refuse("transcript-destination")


def conversation_of(data):
    """Of what a transcript holds; none of a version that is not known."""
    try:
        kind = kinds().get(outline_of(data)["body"])
        if len(data) > REFLECTED or (kind and kind["reflect"] != "yes"):
            refuse("transcript-content")
        decoded = decode(data)
    except Refused as error:
        raise Refused("content/transcript-content", error.code) from error
    return None if decoded["code"] == "unsupported/version" else walk(data)["conversation"]


def outline_of(data):
    """Steps 1 to 3."""
    if len(data) > 65_536:
        refuse("too-large")
    outline = walk(data)
    if outline["required_version"] == 0:
        refuse("required-version")
    if len(outline["message_id"]) != 16:
        refuse("message-id")
    if not 1 <= outline["sent_at"] <= SENT_AT:
        refuse("sent-at")
    if outline["body"] is None:
        refuse("no-body")
    return outline


def walk(data):
    """Step 2."""
    out = {"required_version": 0, "message_id": b"", "sent_at": 0, "conversation": None}
    out["body"], previous = None, 0
    for number, wire_type, value, _ in proto.fields(data):
        if number <= previous:
            proto.malformed()
        previous = number
        if number in (1, 3):
            if wire_type != 0 or (number == 1 and value >= 2**32):
                proto.malformed()
            out["required_version" if number == 1 else "sent_at"] = value
        elif number == 2:
            if wire_type != 2:
                proto.malformed()
            out["message_id"] = value
        elif number in CONVERSATIONS or is_body(number):
            place = "conversation" if number in CONVERSATIONS else "body"
            if wire_type != 2:
                proto.malformed()
            if out[place] is not None:
                refuse("several-conversations" if place == "conversation" else "several-bodies")
            out[place] = number
    return out


def placeholder(data):
    """Step 6: timer version and version of the author's list."""
    fields = proto.fields(data)
    frame_bytes = b"".join(encoded for number, _, _, encoded in fields if number <= 15)
    frame = proto.decode_as(frame_fields(), frame_bytes)
    check_frame(frame)
    timer = frame["expiry"] and frame["expiry"]["timer_version"]
    return {"timer": timer, "own_list_version": frame["own_list"]["version"]}


def check_place(conversation, kind):
    places = {"own devices": "peer", "member": "group"}
    where = {places.get(place.strip(), place.strip()) for place in kind["where"].split(",")}
    if CONVERSATIONS[conversation] not in where:
        refuse("place")


def check_frame(frame):
    group = frame["group"]
    if group is not None and (len(group["id"]) != 32 or len(group["state"]) != 16):
        refuse("group-binding")
    if frame["expiry"] is not None:
        check_timer(frame["expiry"])
    if frame["own_list"] is None:
        refuse("no-device-list")
    for name in ("own_list", "peer_list"):
        device_list = frame[name]
        if device_list is not None and (
            device_list["version"] == 0 or len(device_list["hash"]) != 32
        ):
            refuse("device-list")


def check_timer(timer):
    if timer["seconds"] > TIMER:
        refuse("expiry-duration")
    if timer["timer_version"] == 0:
        refuse("expiry-version")
