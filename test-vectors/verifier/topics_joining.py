"""The checkers of group-tickets, group-joining, group-evidence, group-suspects."""

from . import group_joining
from .compare import equal, outcome, unhex
from .group_checks import receive
from .group_documents import decode_ticket
from .group_state import State


def shown(address):
    account, device = address
    return {"account": account.hex(), "device": device}


def tickets(params, test):
    if params["op"] == "apply":
        base = State.decode(unhex(params["base"]))
        result, code, _ = outcome(lambda: receive(base, unhex(test["change"])))
        equal("expect", code, test["expect"])
        if result:
            equal("hash", result[1].hash, test["state_hash"])
        return
    ticket, code, _ = outcome(lambda: decode_ticket(unhex(test["ticket"])))
    equal("expect", code, test["expect"])
    if ticket:
        equal("joiner", shown(ticket.proof.address), test["joiner"])
        equal("group", ticket.group, test["group"])
        equal("created", ticket.created, test["created_at"])


def joining(params, test):
    data = unhex(test["snapshot"])
    if params["op"] == "snapshot":
        snapshot, code, _ = outcome(lambda: group_joining.decode_snapshot(data))
        equal("expect", code, test["expect"])
        if snapshot:
            equal("hash", snapshot.state.hash, test["state_hash"])
        return
    snapshot = group_joining.decode_snapshot(data)
    us = [unhex(test[name]) for name in ("sender", "account", "account_key")]
    if params["op"] == "join":
        _, code, _ = outcome(lambda: group_joining.join(snapshot, *us))
    else:
        known = State.decode(unhex(params["known"]))
        _, code, _ = outcome(lambda: group_joining.resync(known, snapshot, *us))
    equal("expect", code, test["expect"])


def evidence(params, test):
    kind, code, _ = outcome(lambda: group_joining.evidence(unhex(test["evidence"])))
    equal("expect", code, test["expect"])
    if kind:
        equal("kind", kind, test["kind"])


def suspects(params, test):
    state, lists = State.decode(unhex(params["base"])), list(map(unhex, test["lists"]))
    after, noted = group_joining.suspects(state, unhex(test["change"]), lists)
    equal("suspects", [shown(address) for address in noted], test["suspects"])
    equal("expect", "suspect" if noted else "ok", test["expect"])
    equal("hash", after.hash, test["state_hash"])
