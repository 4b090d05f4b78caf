"""SPEC.md section 12.6: sources, lateness, the last writer, glare, the steps of a call."""

from . import content, proto
from .group_state import account_order
from .primitives import Refused

DAY = 86_400_000
SESSIONS = {"peer", "member", "own devices"}


# Source


def conversation_of(data):
    number = content.walk(data)["conversation"]
    return content.CONVERSATIONS[number], group_of(data)


def group_of(data):
    frame = b"".join(encoded for number, _, _, encoded in proto.fields(data) if number <= 15)
    group = proto.decode_as(content.frame_fields(), frame)["group"]
    return group and group["id"]


def check_source(data, source):
    """`applies`, `requested` or `blocked`."""
    place = place_of(conversation_of(data), source)
    kind = content.kinds()[content.walk(data)["body"]]
    places = {name.strip() for name in kind["where"].split(",")}
    if place not in places:
        raise Refused("source/" + misplaced(place, places))
    if kind["blocked"] == "yes" or place == "own devices":
        return "applies"
    if source.get("blocked"):
        return "blocked"
    state = source["group"] if place == "group" else source["author"]
    return "applies" if state == "accepted" else state


def place_of(conversation, source):
    where, group = conversation
    if source.get("session") == "peer" and where in ("peer", "group"):
        return "peer" if where == "peer" else "member"
    if source.get("session") == "own-device" and where == "peer":
        return "own devices"
    if source.get("chain") == "group" and where == "group":
        if group.hex() != source["id"]:
            raise Refused("source/other-group")
        return "group"
    if source.get("chain") == "story" and where == "story":
        return "story"
    raise Refused("source/other-conversation")


def misplaced(place, places):
    if places == {"own devices"}:
        return "only-own-devices"
    if place == "own devices":
        return "not-own-devices"
    if place in ("peer", "member"):
        return "not-sessions"
    return "only-sessions" if places <= SESSIONS else "other-chain"


# Time and order


def time_of_sending(claimed, received):
    return received if claimed > received + DAY else min(claimed, received)


def is_late(number, claimed, received):
    lifetime = content.kinds()[number]["late after"]
    if lifetime == "-":
        return False
    return received - time_of_sending(claimed, received) > int(lifetime) * 1000


def replaces(first, second):
    """Whether the first value holds where the second was."""
    order = ("version", "changed_at", "device")
    return [first[name] for name in order] > [second[name] for name in order]


# Calls


def glare(ours, theirs):
    def rank(call):
        return int(call["call_id"], 16), account_order(bytes.fromhex(call["caller"]))

    return "ours" if rank(ours) > rank(theirs) else "theirs"


ELSEWHERE = {
    "accepted-elsewhere": "answered-elsewhere", "declined-elsewhere": "declined-elsewhere",
    "busy-elsewhere": "busy-elsewhere",
}  # fmt: skip


def ended(how):
    return {"ended": how}


def hang_up(reason, to):
    return {"hang_up": reason, "to": to}


def call_step(ours, phase, event, own_device, caller_device):
    """The phase after an event, and what is sent."""
    if phase == "calling":
        return calling(event) or (phase, None)
    if phase == "incoming":
        return called(event, own_device, caller_device) or (phase, None)
    if "connected" in phase:
        other = phase["connected"]
        if event == "hang-up":
            return ended("hung-up"), hang_up("normal", {"one": other})
        if ours:
            return connected_caller(event, other) or (phase, None)
        end = end_of(event, own_device, caller_device, "hung-up")
        return (ended(end), None) if end else (phase, None)
    return phase, None


def calling(event):
    alone = {"hang-up": "hung-up", "time-out": "missed", "lost-glare": "lost-glare"}
    if isinstance(event, str):
        return event in alone and (ended(alone[event]), hang_up("normal", "all"))
    if "answered" in event:
        device = event["answered"]
        told = hang_up(f"accepted-elsewhere {device}", {"all_but": device})
        return {"connected": device}, told
    for name, how in (("rejected", "declined"), ("busy", "busy")):
        if name in event:
            device = event[name]
            return ended(how), hang_up(f"{how}-elsewhere {device}", {"all_but": device})
    how = {"normal": "hung-up", "need-permission": "need-permission"}.get(event["reason"])
    return how and (ended(how), hang_up("normal", {"all_but": event["hung_up"]}))


def connected_caller(event, other):
    if isinstance(event, str):
        return None
    if "answered" in event and event["answered"] != other:
        answered = event["answered"]
        return {"connected": other}, hang_up(f"accepted-elsewhere {other}", {"one": answered})
    if event.get("hung_up") == other and event["reason"] == "normal":
        return ended("hung-up"), None
    return None


def called(event, own_device, caller_device):
    if event == "accept":
        return {"connected": caller_device}, None
    if event in ("decline", "hang-up"):
        return ended("declined"), {"reject": caller_device}
    if event == "time-out":
        return ended("missed"), None
    end = end_of(event, own_device, caller_device, "missed")
    return end and (ended(end), None)


def end_of(event, own_device, caller_device, plain):
    """What a hang-up of the caller's device ends the call as."""
    if isinstance(event, str) or event.get("hung_up") != caller_device:
        return None
    if event["reason"] in ("normal", "need-permission"):
        return plain
    reason, device = event["reason"].split(" ")
    return None if int(device) == own_device else f"{ELSEWHERE[reason]} {device}"
