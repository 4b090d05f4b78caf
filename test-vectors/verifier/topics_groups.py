"""The checkers of group-genesis, group-changes, group-conflicts."""

from . import group_checks, group_genesis
from .compare import equal, outcome, unhex
from .group_documents import decode_change
from .group_state import State, account_order


def genesis(params, test):
    if params["op"] == "state":
        return state_(test)
    state, code, _ = outcome(lambda: group_genesis.decode(unhex(test["genesis"])))
    equal("expect", code, test["expect"])
    if state:
        equal("group", state.group, test["group"])
        equal("state", state.encoded(), test["state"])
        equal("hash", state.hash, test["state_hash"])


def state_(test):
    state, code, _ = outcome(lambda: State.decode(unhex(test["state"])))
    equal("expect", code, test["expect"])
    if state:
        ordered = sorted(state.members, key=account_order)
        authors = [state.members[account].added_by.hex() for account in ordered]
        equal("added by", authors, test["added_by"])
        equal("state", state.encoded(), test["state"])
        equal("hash", state.hash, test["state_hash"])


def base_of(params):
    state = State.decode(unhex(params["base"]))
    equal("base", state.encoded(), params["base"])
    return state


def changes(params, test):
    base, data = base_of(params), unhex(test["change"])
    result, code, _ = outcome(lambda: group_checks.receive(base, data))
    equal("expect", code, test["expect"])
    equal("base after", base.encoded(), params["base"])
    if "change_hash" in test:
        equal("change", decode_change(data).hash, test["change_hash"])
    if result:
        equal("state", result[1].encoded(), test["state"])
        equal("hash", result[1].hash, test["state_hash"])


def conflicts(params, test):
    applied, state = group_checks.replay(base_of(params), list(map(unhex, test["changes"])))
    equal("applied", [change.hash.hex() for change in applied], test["applied"])
    equal("hash", state.hash, test["state_hash"])
