"""The checkers of content-rules, and of what needs no state in stories."""

from . import content_rules as rules
from .compare import Difference, equal, outcome, unhex
from .layout import Reader, u32
from .primitives import Refused, expand
from .content_rules import DAY, Said


def operation(params, test):
    made, target = Said(unhex(test["operation"])), Said(unhex(test["target"]))
    edited = test["edited"] and (
        test["edited"]["counter"], test["edited"]["sent_at"], unhex(test["edited"]["hash"]),
    )  # fmt: skip
    arguments = (
        unhex(test["by"]), test["clock"], test["permitted"], target,
        unhex(test["target_author"]), edited, test["deleted"], test["pinned"],
    )  # fmt: skip
    _, code, _ = outcome(lambda: rules.operation(made, *arguments))
    equal("expect", code, test["expect"])


def rank(params, test):
    first, second = (Said(unhex(test[name])).rank for name in ("first", "second"))
    equal("expect", "first-holds" if first > second else "second-holds", test["expect"])


def held(params, test):
    kept = []
    for at, came in enumerate(test["came"]):
        equal("gone", rules.hold(kept, came["sender"], came["target"], at), came["gone"])
    released = [at for _, target, at in kept if target == 7]
    equal("released", released, test["released"])
    equal("left", len(kept) - len(released), test["left"])
    equal("7 days", sum(1 for _, _, at in kept if at >= 0), test["after_7_days"])
    equal("later", sum(1 for _, _, at in kept if at >= 1), test["a_millisecond_later"])


def tally(params, test):
    author, poll = unhex(test["author"]), Said(unhex(test["poll"]))
    found = rules.Tally(author, poll)
    for came in test["came"]:
        sender, said = unhex(came["sender"]), Said(unhex(came["content"]))
        _, code, _ = outcome(lambda: found.apply(sender, said))
        equal("applied", code, came["expect"])
    stated = [(unhex(count["text"]), count["votes"]) for count in test["counts"]]
    equal("counts", found.counts(), stated)
    ends = [poll.sent_at + after > found.end for after in (0, 50, 51, 70, 71)]
    equal("closed", ends, test["closed_after_0_50_51_70_71"])


def receipt(params, test):
    said = Said(unhex(test["content"]))
    _, code, _ = outcome(lambda: rules.receipt(said, test["source"], test["kind"]))
    equal("expect", code, test["expect"])


def resend(params, test):
    names = ("kind", "same_identity", "answered", "attempt")
    _, code, _ = outcome(lambda: rules.resend(*(test[name] for name in names)))
    equal("expect", code, test["expect"])


def view_once(params, test):
    state = "unopened"
    for step in test["steps"]:
        before, age = state, step["now"] - params["received"]
        state, shown = rules.view_once(state, step["event"], age)
        equal("state", state, step["state"])
        equal("show", shown, step["show"])
        equal("delete", state != before, step["delete"])


def quote(params, test):
    target = Said(unhex(test["quoting"])).body["quote"]["target"]
    if test["held"] is None:
        found = "not-held"
    else:
        said, author = Said(unhex(test["held"]["content"])), unhex(test["held"]["author"])
        named = target["author"], target["message_id"], target["hash"]
        found = "ok" if named == (author, said.id, said.hash) else "differs"
    equal("expect", found, test["expect"])


def forwarded(params, test):
    equal("times", min((test["before"] or 0) + 1, 255), test["after"])


def typing(params, test):
    sent = rules.may_send_typing(test["told"], test["state"])
    equal("expect", "send" if sent else "silent", test["expect"])
    until = params["now"] + rules.TYPING_TIMEOUT
    equal("until", None if test["state"] == rules.STOPPED else until, test["shown_until"])


def timer(params, test):
    first, second = rules.timer_rank(test["first"]), rules.timer_rank(test["second"])
    equal("expect", "first-holds" if first >= second else "second-holds", test["expect"])


# stories


STORY_VERSIONS_AHEAD = 1 << 20


def read_list(data):
    """18.1: author, id, version, root, time, and what follows."""
    reader = Reader(data)
    if reader.u8() != 2:
        raise Refused("decode/unsupported-version")
    return [reader.var(64), reader.raw(32), reader.u32(), reader.raw(32), reader.u64(), reader.data]


def learn(params, test):
    author, id_, version, root, began, rest = read_list(unhex(test["before"]))
    told, change = (test["version"], unhex(test["root"])), "new-version"
    if told[0] > version + STORY_VERSIONS_AHEAD:
        change = "story-list/too-far-ahead"
    elif told[0] < version:
        change = "older"
    elif told == (version, root):
        change = "same"
    elif told[0] > version:
        (version, root), began = told, min(test["sent_at"], params["now"])
    else:
        root = expand(max(root, told[1]), "story/next", b"", 32)
        version, began = version + 1, params["now"]
    equal("expect", change, test["expect"])
    equal("after", [author, id_, version, root, began, rest], read_list(unhex(test["after"])))
    secret = expand(root, "story/secret", id_ + u32(version), 32)
    equal("secret", secret, test["epoch_secret"])


def answer(params, test):
    story, terms = Said(unhex(test["story"])), None
    terms = story.body["terms"]
    allowed = {
        "view": True, "reply": terms["replies"], "reaction": terms["reactions"],
        "reshare": terms["resharing"],
    }  # fmt: skip
    code = "ok" if allowed[test["answer"]] else "story-answer/not-allowed"
    if test["at"] >= min(story.sent_at, params["received"]) + DAY:
        code = "story-answer/over"
    equal("expect", code, test["expect"])


def day(params, test):
    """Its posts are messages of a sender chain (14), which other topics check."""


OPERATIONS = {
    "operation": operation, "rank": rank, "held": held, "tally": tally, "receipt": receipt,
    "resend": resend, "view-once": view_once, "quote": quote, "forwarded": forwarded,
    "typing": typing, "timer": timer, "learn": learn, "answer": answer, "day": day,
}  # fmt: skip


def rules_(params, test):
    if params["op"] not in OPERATIONS:
        raise Difference(f"unknown operation {params['op']}")
    OPERATIONS[params["op"]](params, test)
