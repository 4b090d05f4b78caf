"""SPEC.md section 12.6: what may be done to messages, and what becomes of them."""

from . import content, proto
from .content_bodies import names, option_name
from .primitives import Refused, hash_

DAY = 86_400_000
SLACK = DAY
WINDOWS = {"Edit": DAY, "Delete": DAY, "AdminDelete": 7 * DAY}
PINS, HELD, HELD_OF_ONE, HELD_AGE = 8, 256, 32, 7 * DAY
VOTES_KEPT, OPTIONS, FOR_EVER = 16, 12, 2**64
VIEW_ONCE_AGE, TYPING_INTERVAL, TYPING_TIMEOUT = 14 * DAY, 10_000, 15_000
STARTED, STOPPED = 0, 1
RECEIPTS = {1: "delivered", 2: "read", 3: "viewed", 4: "played"}


class Said:
    """A content that is held."""

    def __init__(self, data):
        found = content.decode(data)
        number = found["body"]
        self.kind = content.kinds()[number]["body"].strip("`")
        self.properties = content.kinds()[number]
        frame = proto.decode_as(content.frame_fields(number), data)
        name = proto.schema()[0]["Content"].fields[number].name
        self.body, self.sent_at, self.id = frame[name], frame["sent_at"], frame["message_id"]
        self.group = frame["group"] and frame["group"]["id"]
        self.hash = hash_("content", data)

    @property
    def is_seen(self):
        return self.properties["expires"] == "yes"

    @property
    def once(self):
        return self.kind == "Media" and self.body["view_once"]

    @property
    def editable(self):
        voice = self.kind == "Media" and any(item["kind"] == 4 for item in self.body["items"])
        return self.kind in ("Text", "Media") and not self.once and not voice

    @property
    def rank(self):
        counter = {"Edit": "edit_seq", "PollVote": "vote_count"}.get(self.kind)
        return (self.body[counter] if counter else 0), self.sent_at, self.hash


def refuse(reason):
    raise Refused("operation/" + reason)


def operation(made, by, clock, permitted, target, author, edited, deleted, pinned):
    """The table of operations, each in its order."""
    named = made.body["target"]
    if (named["author"], named["message_id"]) != (author, target.id):
        refuse("other-message")
    if named["hash"] != target.hash:
        refuse("other-content")
    if made.group != target.group:
        refuse("other-conversation")
    if deleted and made.kind != "Unpin":
        refuse("deleted")
    if made.kind in ("Edit", "Delete") and by != author:
        refuse("not-author")
    if made.kind in ("AdminDelete", "Pin", "Unpin") and not permitted:
        refuse("not-permitted")
    if made.kind == "Edit":
        replaced = "Text" if made.body["text"] is not None else "Media"
        if not target.editable or replaced != target.kind:
            refuse("not-of-this-kind")
    elif made.kind != "Unpin" and not target.is_seen:
        refuse("not-of-this-kind")
    if made.kind == "Pin" and target.once:
        refuse("not-of-this-kind")
    (role, at), window = next(iter(clock.items())), WINDOWS.get(made.kind)
    if window is not None:
        allowed = window + (SLACK if role == "received" else 0)
        if max(at - target.sent_at, 0) > allowed:
            refuse("too-late")
    if made.kind == "Edit" and edited is not None and edited >= made.rank:
        refuse("superseded")
    if made.kind == "Pin" and role == "sending" and pinned >= PINS:
        refuse("too-many")


def hold(held, sender, target, at):
    """Adds one; what goes for it, if anything must."""
    held.append((sender, target, at))

    def count(who):
        return sum(1 for other, _, _ in held if other == who)

    if count(sender) > HELD_OF_ONE:
        loser = sender
    elif len(held) > HELD:
        most = max(count(other) for other, _, _ in held)
        loser = [other for other, _, _ in held if count(other) == most][-1]
    else:
        return None
    oldest = next(it for it in held if it[0] == loser)
    held.remove(oldest)
    return oldest[2]


class Tally:
    def __init__(self, author, poll):
        self.author, self.poll, self.body = author, poll, poll.body
        self.options = list(poll.body["options"])
        self.votes, self.added = {}, {}
        self.end = poll.body["closes_at"] or FOR_EVER

    def apply(self, sender, said):
        if said.kind not in ("PollVote", "PollOption", "PollClose"):
            raise Refused("poll/not-of-this-kind")
        named = said.body["poll"]
        if (named["author"], named["message_id"], named["hash"]) != (
            self.author, self.poll.id, self.poll.hash,
        ):  # fmt: skip
            raise Refused("poll/other-poll")
        getattr(self, said.kind)(sender, said)

    def PollVote(self, sender, said):
        chosen = names(said.body["options"], 16)
        if len(chosen) > self.body["max_choices"]:
            raise Refused("poll/too-many-choices")
        if not self.body["open"] and not set(chosen) <= set(map(option_name, self.options)):
            raise Refused("poll/unknown-option")
        votes = self.votes.setdefault(sender, {})
        votes[said.rank] = chosen
        while len(votes) > VOTES_KEPT:
            del votes[min(votes)]

    def PollOption(self, sender, said):
        if not self.body["open"]:
            raise Refused("poll/not-open")
        text = said.body["text"]
        if text not in self.options:
            self.added[text] = min(said.rank, self.added.get(text, said.rank))

    def PollClose(self, sender, said):
        if sender != self.author:
            raise Refused("poll/not-author")
        self.end = min(self.end, said.sent_at)

    def counts(self):
        added = [(rank, text) for text, rank in self.added.items() if rank[1] <= self.end]
        texts = (self.options + [text for _, text in sorted(added)])[:OPTIONS]
        chosen = []
        for votes in self.votes.values():
            counted = [rank for rank in votes if rank[1] <= self.end]
            chosen += votes[max(counted)] if counted else []
        return [(text, chosen.count(option_name(text))) for text in texts]


def receipt(said, source, kind):
    """`source` is the name by which vectors call it."""
    in_group = source.startswith("group")
    if source not in ("accepted", "group") or in_group != (said.group is not None):
        raise Refused("receipt/not-accepted")
    places = said.properties["where"].split(", ")
    if ("group" if in_group else "peer") not in places:
        raise Refused("receipt/not-accepted")
    if RECEIPTS[kind] not in said.properties["receipts"].split(", "):
        raise Refused("receipt/not-of-this-kind")


def resend(number, same_identity, answered, attempt):
    if not same_identity:
        raise Refused("resend/identity-changed")
    if content.kinds()[number]["resend"] != "yes":
        raise Refused("resend/not-of-this-kind")
    if answered >= 5:
        raise Refused("resend/exhausted")
    if attempt <= answered:
        raise Refused("resend/already-answered")


def view_once(state, event, age):
    """The next state, and whether it is shown."""
    if state != "unopened":
        return state, False
    if event == "opened-elsewhere":
        return "opened", False
    if age > VIEW_ONCE_AGE:
        return "expired", False
    return ("opened", True) if event == "open" else (state, False)


def may_send_typing(told, state):
    if told is None:
        return state != STOPPED
    if told["state"] != state:
        return True
    return state != STOPPED and told["age"] >= TYPING_INTERVAL


def timer_rank(timer):
    return timer["version"], -timer["seconds"] if timer["seconds"] else -(2**32)
