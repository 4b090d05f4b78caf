"""The checkers of content-rules."""

from . import content_rules as rules
from .compare import Difference, equal, outcome, unhex
from .content_rules import Said


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


OPERATIONS = {
    "operation": operation, "rank": rank, "held": held, "tally": tally, "receipt": receipt,
    "resend": resend, "view-once": view_once, "quote": quote, "forwarded": forwarded,
    "typing": typing, "timer": timer,
}  # fmt: skip


def rules_(params, test):
    if params["op"] not in OPERATIONS:
        raise Difference(f"unknown operation {params['op']}")
    OPERATIONS[params["op"]](params, test)
