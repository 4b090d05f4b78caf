"""SPEC.md sections 15.3, 15.5 and 15.6: whether a change holds, and which of several is the one."""

from . import group_documents as doc
from .group_actions import Carrying, standing
from .group_documents import TICKET_KIND, decode_change, decode_ticket
from .group_genesis import decode_entry
from .group_state import (
    ADD_MEMBER, APPROVE_JOIN, BAN, EDIT_ACCESS, EDIT_INFO, INVITE_LINK, MEMBER, OWNER,
    REMOVE_MEMBER, RESET_KEYS, SET_ROLE, SET_TIMER,
)  # fmt: skip
from .primitives import Refused

PERMISSION = {
    doc.ADD: ADD_MEMBER, doc.REMOVE: REMOVE_MEMBER, doc.BAN: BAN, doc.UNBAN: BAN,
    doc.SET_ROLE: SET_ROLE, doc.INVITE: ADD_MEMBER, doc.REVOKE_INVITATION: REMOVE_MEMBER,
    doc.APPROVE: APPROVE_JOIN, doc.DENY: APPROVE_JOIN, doc.CREATE_LINK: INVITE_LINK,
    doc.REVOKE_LINK: INVITE_LINK, doc.TITLE: EDIT_INFO, doc.DESCRIPTION: EDIT_INFO,
    doc.AVATAR: EDIT_INFO, doc.SET_TIMER: SET_TIMER, doc.SET_ACCESS: EDIT_ACCESS,
    doc.ANNOUNCEMENT: EDIT_ACCESS, doc.SET_SLOW_MODE: EDIT_ACCESS, doc.RESET_KEYS: RESET_KEYS,
    doc.EXTENSION: EDIT_INFO,
}  # fmt: skip
# The commitment of a key epoch without a secret.
VOID = bytes(32)
OWNERS = {doc.HAND_OVER, doc.FLOOR, doc.TERMINATE}
WITH_ENTRY = {doc.ADD, doc.UPDATE_DEVICES}
ABOUT_ACCOUNT = {
    doc.REMOVE, doc.BAN, doc.UNBAN, doc.SET_ROLE, doc.HAND_OVER, doc.INVITE,
    doc.REVOKE_INVITATION, doc.APPROVE, doc.DENY,
}  # fmt: skip


def refuse(reason):
    raise Refused("group/" + reason)


def receive(state, data):
    """The change and the state after it; outcomes are raised like refusals."""
    change = decode_change(data)
    return change, apply(state, change)


def apply(state, change):
    return follow(state, change)[0]


def follow(state, change):
    """The state after the change, and the devices that list entries in it revoke."""
    if change.group != state.group:
        refuse("unknown-group")
    place(state, change)
    if state.floor > 1:
        refuse("protocol-floor")
    check_actor(state, change)
    role = state.role(change.actor[0])
    for action in change.actions:
        check_document(state, action)
        check_own_device(change, action)
        check_permission(state, change, action, role)
        check_ranks(state, change, action, role)
    check_conflicts(change)
    new, key_epoch_begins, revoked = Carrying(state, change, role).run()
    if not new.has_owner():
        refuse("no-owner")
    full = state.revision == 2**32 - 1 or (key_epoch_begins and state.key_epoch == 2**32 - 1)
    if key_epoch_begins != (change.commitment is not None) or full:
        refuse("key-epoch")
    gone = change.actor[0] not in new.members
    if key_epoch_begins and (change.commitment == VOID) != gone:
        refuse("key-epoch")
    if new.hash != change.new_state:
        refuse("state-hash")
    if state.terminated:
        refuse("terminated")
    return new, revoked


def place(state, change):
    """G3 without a remembered past."""
    base, ours = change.base_revision, state.revision
    if base > ours:
        raise Refused("ahead")
    if base == ours:
        if change.base_hash == state.hash:
            return
        result = "fork"
    elif base + 1 == ours and change.base_hash != state.previous:
        result = "fork"
    elif base + 1 == ours:
        same = change.core_hash == state.last_change and change.new_state == state.hash
        if same:
            raise Refused("duplicate")
        result = "rebase"
    else:
        raise Refused("stale")
    check_actor(state, change)
    raise Refused(result)


def check_actor(state, change):
    """G4 and G5."""
    member = state.members.get(change.actor[0])
    if member is None:
        refuse("not-a-member")
    if standing(change.proof.entry, member) is None:
        refuse("device-list")
    if not change.proof.signed("group-change", change.body, change.signature):
        refuse("signature")


# G6


def check_document(state, action):
    try:
        if action.code in WITH_ENTRY:
            action.document = decode_entry(action.fields[0])
        elif action.code in TICKET_KIND:
            ticket = action.document = decode_ticket(action.fields[0])
            if (ticket.group, ticket.kind) != (state.group, TICKET_KIND[action.code]):
                refuse("document")
    except Refused as error:
        raise Refused("group/document", error.code) from error


def check_own_device(change, action):
    account, device = change.actor
    if action.code == doc.UPDATE_DEVICES and action.document.account == account:
        if device in action.document.revoked:
            refuse("own-device")


def check_permission(state, change, action, role):
    actor, code = change.actor[0], action.code
    if code in OWNERS and role != OWNER:
        refuse("not-permitted")
    if code == doc.REVOKE_INVITATION:
        invitation = state.invited.get(action.fields[0])
        if invitation and invitation.by == actor:
            return
    if code == doc.RESET_KEYS and state.commitment == VOID and role >= MEMBER:
        return
    if code in PERMISSION and not state.may(actor, PERMISSION[code]):
        refuse("not-permitted")


def check_ranks(state, change, action, role):
    code, owner = action.code, role == OWNER
    if code in (doc.REMOVE, doc.BAN) and action.fields[0] == change.actor[0]:
        refuse("target")
    if code in (doc.REMOVE, doc.BAN, doc.SET_ROLE):
        target = state.role(action.fields[0])
        if not owner and target is not None and target >= role:
            refuse("rank")
    if code == doc.SET_ROLE and not owner and action.fields[1] >= role:
        refuse("rank")
    if code in (doc.ADD, doc.INVITE) and not owner and MEMBER < action.fields[-1] >= role:
        refuse("rank")
    if code == doc.SET_ACCESS:
        permission, level = action.fields
        if not owner and max(level, state.access[permission]) > role:
            refuse("rank")


def check_conflicts(change):
    subjects = [subject(change, action) for action in change.actions]
    codes = [action.code for action in change.actions]
    alone = doc.TERMINATE not in codes or len(codes) == 1
    leaves = doc.LEAVE not in codes or codes in ([doc.LEAVE], [doc.HAND_OVER, doc.LEAVE])
    if len(set(subjects)) < len(subjects) or not alone or not leaves:
        refuse("conflict")


def subject(change, action):
    code = action.code
    if code == doc.LEAVE:
        return "account", change.actor[0]
    if code in ABOUT_ACCOUNT:
        return "account", action.fields[0]
    if code in WITH_ENTRY or code in TICKET_KIND:
        return "account", action.document.account
    if code in (doc.CREATE_LINK, doc.REVOKE_LINK):
        return "link", action.fields[0]
    if code in (doc.SET_ACCESS, doc.EXTENSION):
        return code, action.fields[0]
    return code, None


# 15.6


def order(state, change):
    """Smallest first."""
    classes = [action_class(state, action) for action in change.actions]
    return min(classes), -state.role(change.actor[0]), change.hash


def action_class(state, action):
    if action.code in (doc.REMOVE, doc.LEAVE, doc.TERMINATE):
        return 0
    if action.code == doc.BAN and action.fields[0] in state.members:
        return 0
    if action.code == doc.HAND_OVER:
        return 1
    if action.code == doc.SET_ROLE and action.fields[1] < state.role(action.fields[0]):
        return 1
    return 2 if action.code in (doc.SET_ACCESS, doc.ANNOUNCEMENT, doc.SET_SLOW_MODE) else 3


def replay(state, documents):
    """The changes that hold, in order, and the state after them."""
    applied = []
    while True:
        candidates, revoked = [], set()
        for data in documents:
            try:
                change = decode_change(data)
                after, named = follow(state, change)
                candidates.append((order(state, change), change, after))
                revoked |= named
            except Refused:
                continue
        candidates = [found for found in candidates if found[1].actor not in revoked]
        if not candidates:
            return applied, state
        _, change, state = min(candidates, key=lambda candidate: candidate[0])
        applied.append(change)
