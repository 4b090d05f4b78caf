"""The checkers of franking."""

from . import content, franking, proto
from . import primitives as p
from .compare import Difference, equal, outcome, unhex
from .topics_senders import address_of, compare_receiving, receiving_of


def commit(params, test):
    sender, venue = address_of(test["sender"]), test["venue"]
    if "scope" in venue:
        context = franking.chain_context(sender, unhex(venue["scope"]))
    else:
        recipient, session = address_of(venue["recipient"]), unhex(venue["session"])
        context = franking.session_context(sender, recipient, session)
    equal("context", context, test["context"])
    equal("sender", franking.read_context(context)[0], sender)
    made = franking.commitment(franking.key(unhex(test["prk"])), context, unhex(test["content"]))
    equal("commitment", made, test["commitment"])
    equal("expect", "ok", test["expect"])


def open_session(params, test):
    keys = [unhex(params[name]) for name in ("header_key", "prk", "session")]
    ends = address_of(params["sender"]), address_of(params["recipient"])
    opened, code, _ = outcome(
        lambda: franking.open_session(unhex(test["envelope"]), *keys, *ends)
    )
    equal("expect", code, test["expect"])
    if code == "ok":
        equal("content", opened, test["content"])


def open_chain(params, test):
    scope, sender = receiving_of(test["before"]), address_of(params["from"])
    opened, code, _ = outcome(
        lambda: franking.open_chain(scope, unhex(test["envelope"]), sender, test["now"])
    )
    equal("expect", code, test["expect"])
    if code != "ok":
        compare_receiving(scope, test["before"])
        return
    claim, plaintext, chain, dropped, opening = opened
    equal("plaintext", plaintext, test["plaintext"])
    equal("iteration", claim.iteration, test["iteration"])
    equal("dropped", dropped, test["dropped_keys"])
    equal("opening", opening, test["opening"])
    equal("chain", p.state_digest(chain.stored()), test["chain_digest"])


def verify(params, test):
    data = unhex(test["report"])
    body, code, _ = outcome(lambda: read_report(data))
    equal("expect", code, test["expect"])
    if code != "ok":
        return
    equal("content", body["content"], test["content"])
    _, said, _ = outcome(lambda: content.decode(body["content"]))
    equal("said", said, test["said"])
    if said == "ok":
        for name in ("context", "commitment", "stamp"):
            equal(name, body[name], test[name])


def read_report(data):
    found = content.decode(data)
    equal("kind", found["code"], "ok")
    body = proto.decode_as(content.frame_fields(60), data)["report"]
    franking.report(body)
    return body


OPERATIONS = {
    "commit": commit, "open-session": open_session, "open-chain": open_chain, "verify": verify,
}  # fmt: skip


def franking_(params, test):
    if params["op"] not in OPERATIONS:
        raise Difference(f"unknown operation {params['op']}")
    OPERATIONS[params["op"]](params, test)
