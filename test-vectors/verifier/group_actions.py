"""SPEC.md 15.3, 15.4 and G7: carrying out the actions of a change on a copy of the state."""

from . import group_documents as doc
from .group_state import (
    ADD_MEMBER, ADMIN, INVITE_LINK, MEMBER, MODERATOR, OWNER, ROOM, Ban, Invitation, Link, ListRef,
    Member, Request, may_have,
)  # fmt: skip
from .primitives import Refused, is_signed

TICKET_AGE = 7 * 86_400_000
CLOCK_SKEW = 86_400_000


def refuse(reason):
    raise Refused("group/" + reason)


def standing(entry, member):
    """Named, newer, or None."""
    if entry.hash == member.list.hash:
        return "named"
    newer = (
        entry.version > member.list.version
        and len(entry.revoked) >= member.list.revoked
        and entry.account_key == member.key
        and (entry.version != member.list.version + 1 or entry.previous == member.list.hash)
    )
    return "newer" if newer else None


class Carrying:
    def __init__(self, base, change, role):
        self.base, self.change, self.role = base, change, role
        self.actor = change.actor[0]
        self.state = base.copy()
        admin = role is not None and role >= ADMIN
        self.time = change.created if admin else max(change.created, base.clock)
        self.key_epoch_begins = False
        # Device addresses, as the followed list entries say.
        self.revoked = set()

    def run(self):
        """The new state, whether a key epoch begins, and whom followed entries revoke."""
        state, change = self.state, self.change
        state.revision = min(state.revision + 1, 2**32 - 1)
        if standing(change.proof.entry, state.members[self.actor]) == "newer":
            self.follow(change.proof.entry)
        for action in change.actions:
            CARRY_OUT[action.code](self, action)
        state.previous, state.last_change = self.base.hash, change.core_hash
        if self.role >= MODERATOR:
            state.clock = self.time
        if self.key_epoch_begins:
            state.key_epoch = min(state.key_epoch + 1, 2**32 - 1)
            state.commitment = change.commitment or bytes(32)
        return state, self.key_epoch_begins, self.revoked

    # What several actions do

    def follow(self, entry):
        member = self.state.members[entry.account]
        if len(entry.revoked) > member.list.revoked or entry.new_account_key:
            self.key_epoch_begins = True
        self.revoked |= {(entry.account, device) for device in entry.revoked}
        member.list, member.key = ListRef.of(entry), entry.in_force

    def put(self, name, key, value):
        records = getattr(self.state, name)
        if key not in records and len(records) >= ROOM[name]:
            refuse("full")
        records[key] = value

    def goes(self, account):
        state = self.state
        del state.members[account]
        state.links = {id_: link for id_, link in state.links.items() if link.by != account}
        state.invited = {
            name: record for name, record in state.invited.items() if record.by != account
        }
        self.key_epoch_begins = True

    def let_in(self, account, key, role, by, list_):
        self.state.invited.pop(account, None)
        self.state.requests.pop(account, None)
        member = Member(key, role, self.state.revision, by, list_)
        self.put("members", account, member)

    def enter(self, entry, role, by):
        self.let_in(entry.account, entry.in_force, role, by, ListRef.of(entry))

    def ask(self, entry):
        self.on_no_list(entry.account)
        request = Request(entry.in_force, ListRef.of(entry), self.state.revision)
        self.put("requests", entry.account, request)

    def on_no_list(self, account):
        state = self.state
        if any(account in list_ for list_ in (
            state.members, state.invited, state.requests, state.banned,
        )):  # fmt: skip
            refuse("target")

    def target(self, name, account):
        records = getattr(self.state, name)
        if account not in records:
            refuse("target")
        return records[account]

    def check_ticket(self, ticket):
        if not -CLOCK_SKEW <= self.time - ticket.created <= TICKET_AGE:
            refuse("document")

    # Actions

    def add(self, action):
        entry = action.document
        if entry.account in self.state.members or entry.account in self.state.banned:
            refuse("target")
        self.enter(entry, action.fields[1], self.actor)

    def remove(self, action):
        self.target("members", action.fields[0])
        self.goes(action.fields[0])

    def leave(self, action):
        self.goes(self.actor)

    def ban(self, action):
        (account,) = action.fields
        if account in self.state.banned:
            refuse("target")
        if account in self.state.members:
            self.goes(account)
        self.state.invited.pop(account, None)
        self.state.requests.pop(account, None)
        self.put("banned", account, Ban(self.actor, self.state.revision))

    def unban(self, action):
        self.target("banned", action.fields[0])
        del self.state.banned[action.fields[0]]

    def set_role(self, action):
        self.target("members", action.fields[0]).role = action.fields[1]

    def hand_over(self, action):
        if action.fields[0] == self.actor:
            refuse("target")
        self.target("members", action.fields[0]).role = OWNER
        self.state.members[self.actor].role = ADMIN

    def invite(self, action):
        account, key, role = action.fields
        self.on_no_list(account)
        self.put("invited", account, Invitation(key, role, self.actor, self.state.revision))

    def revoke_invitation(self, action):
        self.target("invited", action.fields[0])
        del self.state.invited[action.fields[0]]

    def accept(self, action):
        ticket, entry = action.document, action.document.proof.entry
        self.check_ticket(ticket)
        invitation = self.target("invited", entry.account)
        if (invitation.at, invitation.key) != (ticket.names, entry.in_force):
            refuse("target")
        if not self.answers_for(invitation):
            refuse("target")
        self.enter(entry, invitation.role, invitation.by)

    def answers_for(self, invitation):
        role = self.base.role(invitation.by)
        return self.base.may(invitation.by, ADD_MEMBER) and (
            role == OWNER or invitation.role <= MEMBER or invitation.role < role
        )

    def request(self, action):
        self.check_ticket(action.document)
        self.ask(action.document.proof.entry)

    def approve(self, action):
        request = self.target("requests", action.fields[0])
        self.let_in(action.fields[0], request.key, MEMBER, self.actor, request.list)

    def deny(self, action):
        self.target("requests", action.fields[0])
        del self.state.requests[action.fields[0]]

    def create_link(self, action):
        id_, verifier, terms = action.fields
        if id_ in self.state.links:
            refuse("target")
        self.put("links", id_, Link(verifier, terms, 0, self.actor))

    def revoke_link(self, action):
        if self.state.links.pop(action.fields[0], None) is None:
            refuse("target")

    def join_by_link(self, action):
        ticket = action.document
        self.check_ticket(ticket)
        link = self.state.links.get(ticket.names)
        if link is None or not self.holds(link, ticket):
            refuse("link")
        entry = ticket.proof.entry
        if link.terms.mode == 2:
            self.ask(entry)
        else:
            if entry.account in self.state.members or entry.account in self.state.banned:
                refuse("target")
            self.enter(entry, MEMBER, link.by)
        link.uses += 1

    def holds(self, link, ticket):
        terms = link.terms
        return (
            self.base.may(link.by, INVITE_LINK)
            and (terms.expires is None or self.time < terms.expires)
            and (terms.most is None or link.uses < terms.most)
            and is_signed(link.verifier, "group-invite-link", ticket.body, ticket.link_signature)
        )

    def set_timer(self, action):
        self.state.timer = (action.fields[0], self.state.timer[1] + 1)

    def set_access(self, action):
        permission, level = action.fields
        if not may_have(permission, level):
            refuse("target")
        self.state.access[permission] = level

    def set_floor(self, action):
        if action.fields[0] <= self.state.floor:
            refuse("target")
        self.state.floor = action.fields[0]

    def reset_keys(self, action):
        self.key_epoch_begins = True

    def update_devices(self, action):
        entry = action.document
        found = standing(entry, self.target("members", entry.account))
        before = self.base.members.get(entry.account)
        if found == "newer":
            self.follow(entry)
        elif found != "named" or not before or standing(entry, before) != "newer":
            refuse("target")

    def set_extension(self, action):
        number, value = action.fields
        if value is not None:
            self.put("extensions", number, value)
        elif self.state.extensions.pop(number, None) is None:
            refuse("target")

    def terminate(self, action):
        self.state.terminated = True


def setter(name):
    def carry_out(carrying, action):
        setattr(carrying.state, name, action.fields[0])

    return carry_out


CARRY_OUT = {
    doc.ADD: Carrying.add, doc.REMOVE: Carrying.remove, doc.LEAVE: Carrying.leave,
    doc.BAN: Carrying.ban, doc.UNBAN: Carrying.unban, doc.SET_ROLE: Carrying.set_role,
    doc.HAND_OVER: Carrying.hand_over, doc.INVITE: Carrying.invite,
    doc.REVOKE_INVITATION: Carrying.revoke_invitation, doc.ACCEPT: Carrying.accept,
    doc.REQUEST: Carrying.request, doc.APPROVE: Carrying.approve, doc.DENY: Carrying.deny,
    doc.CREATE_LINK: Carrying.create_link, doc.REVOKE_LINK: Carrying.revoke_link,
    doc.JOIN_BY_LINK: Carrying.join_by_link, doc.TITLE: setter("title"),
    doc.DESCRIPTION: setter("description"), doc.AVATAR: setter("avatar"),
    doc.SET_TIMER: Carrying.set_timer, doc.SET_ACCESS: Carrying.set_access,
    doc.ANNOUNCEMENT: setter("announcement"), doc.SET_SLOW_MODE: setter("slow_mode"),
    doc.FLOOR: Carrying.set_floor, doc.RESET_KEYS: Carrying.reset_keys,
    doc.UPDATE_DEVICES: Carrying.update_devices, doc.EXTENSION: Carrying.set_extension,
    doc.TERMINATE: Carrying.terminate,
}  # fmt: skip
