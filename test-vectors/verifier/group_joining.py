"""SPEC.md sections 15.7 and 15.9: snapshots and who joins with one, evidence, suspects."""

from dataclasses import dataclass

from . import group_genesis
from .group_checks import follow
from .group_documents import TICKET_KIND, decode_change
from .group_genesis import SIGNED, decode_entry
from .group_state import ADD_MEMBER, APPROVE_JOIN, INVITE_LINK, State
from .layout import canonical
from .primitives import Refused

ANSWER, EVIDENCE = 1_048_576, 110_608
SNAPSHOT = {1: ("genesis", "message"), 2: ("state", "bytes"), 3: ("last_change", "message")}
TWO = {1: ("first", "message"), 2: ("second", "message")}


def refused_as(code, function):
    try:
        return function()
    except Refused as error:
        raise Refused(code, error.code) from error


def fields_of(data, schema, limit):
    if len(data) > limit:
        raise Refused("decode/too-large")
    fields = canonical(data, schema)
    for name, kind in schema.values():
        if kind == "message" and fields[name] is not None:
            canonical(fields[name], SIGNED)
    return fields


@dataclass
class Snapshot:
    state: State
    last_change: object


def decode_snapshot(data):
    fields = refused_as("group-snapshot/malformed", lambda: fields_of(data, SNAPSHOT, ANSWER))
    if fields["genesis"] is None:
        raise Refused("group-snapshot/malformed")
    genesis = refused_as(
        "group-snapshot/bad-genesis", lambda: group_genesis.decode(fields["genesis"])
    )
    state = refused_as("group-snapshot/malformed", lambda: State.decode(fields["state"]))
    last = fields["last_change"]
    if last is not None:
        last = refused_as(
            "group-snapshot/bad-change", lambda: decode_change(fields["last_change"])
        )
    if state.group != genesis.group:
        raise Refused("group-snapshot/genesis")
    if not (leads_to(last, state) if last else state.encoded() == genesis.encoded()):
        raise Refused("group-snapshot/last-change")
    if last and not last.proof.signed("group-change", last.body, last.signature):
        raise Refused("group-snapshot/signature")
    return Snapshot(state, last)


def leads_to(change, state):
    return (
        change.group, change.base_revision + 1, change.base_hash, change.core_hash, change.new_state,
    ) == (state.group, state.revision, state.previous, state.last_change, state.hash)  # fmt: skip


def join(snapshot, sender, account, key):
    state = snapshot.state
    own = state.members.get(account)
    if own is None:
        raise Refused("group-join/not-a-member")
    if own.key != key:
        raise Refused("group-join/other-key")
    if sender == account or sender not in state.members:
        raise Refused("group-join/sender")
    rights = (ADD_MEMBER, APPROVE_JOIN, INVITE_LINK)
    if own.joined == state.revision > 0 and not any(
        state.may(own.added_by, right) for right in rights
    ):
        raise Refused("group-join/no-right")


def resync(known, snapshot, sender, account, key):
    if snapshot.state.group != known.group:
        raise Refused("group-join/other-group")
    if snapshot.state.revision <= known.revision:
        raise Refused("group-join/not-newer")
    if sender not in known.members:
        raise Refused("group-join/sender")
    join(snapshot, sender, account, key)


# 15.9


def evidence(data):
    """What two changes show."""
    fields = refused_as("group-evidence/change", lambda: fields_of(data, TWO, EVIDENCE))
    if fields["first"] is None or fields["second"] is None:
        raise Refused("group-evidence/change")
    first, second = (
        refused_as("group-evidence/change", lambda name=name: decode_change(fields[name]))
        for name in ("first", "second")
    )
    for change in (first, second):
        if not change.proof.signed("group-change", change.body, change.signature):
            raise Refused("group-evidence/signature")
    one_base = (first.group, first.base_revision) == (second.group, second.base_revision)
    if not one_base or first.hash == second.hash:
        raise Refused("group-evidence/not-evidence")
    if first.base_hash != second.base_hash:
        return "fork"
    keys = {change.proof.certificate.signing for change in (first, second)}
    return "equivocation" if first.actor == second.actor and len(keys) == 1 else "competition"


# What can lead to a reader, or to power.
WEIGHTY = (1, 5, 6, 7, 8, 10, 11, 12, 14, 16, 21)


def suspects(state, data, lists):
    """The state after the change, and the devices that spoke in it and that a list revokes."""
    change = decode_change(data)
    after, _ = follow(state, change)
    entries = {entry.account: entry for entry in map(decode_entry, lists)}
    tickets = [action.document for action in change.actions if action.code in TICKET_KIND]
    author = [change.actor] if change.has(*WEIGHTY) else []
    speakers = [*author, *(ticket.proof.address for ticket in tickets)]
    return after, [
        (account, device) for account, device in speakers
        if account in entries and device in entries[account].revoked
    ]  # fmt: skip
