"""The checkers of group-genesis, group-changes, group-conflicts."""

from . import group_genesis
from .compare import equal, outcome, unhex


def genesis(params, test):
    state, code, _ = outcome(lambda: group_genesis.decode(unhex(test["genesis"])))
    equal("expect", code, test["expect"])
    if state:
        equal("group", state.group, test["group"])
        equal("state", state.encoded(), test["state"])
        equal("hash", state.hash, test["state_hash"])
