"""SPEC.md section 15.8: a stored group, its past, and the devices of a state."""

from dataclasses import dataclass

from . import group_checks, group_genesis, layout
from .group_documents import decode_change
from .group_state import ADMIN, SEND, State, account_order, read_access, read_role
from .identity import outside
from .layout import Reader
from .primitives import Refused, u32, u64

DAY = 86_400_000
REVISIONS, PAST_AGE, DOCUMENT, STATE, SUSPECTS = 16, 2 * DAY, 55_296, 524_288, 16


@dataclass
class Past:
    """A revision before the present one."""

    revision: int
    hash: bytes
    change_hash: bytes
    key_epoch: int
    superseded: int
    access: list
    announcement: bool
    terminated: bool
    former: list

    @classmethod
    def of(cls, state, after, change, now):
        roles, later = roles_of(state), roles_of(after)
        altered = [a for a in {*roles, *later} if roles.get(a) != later.get(a)]
        former = [(a, roles.get(a)) for a in sorted(altered, key=account_order)]
        return cls(
            state.revision, state.hash, change.hash, state.key_epoch, now, state.access,
            state.announcement, state.terminated, former,
        )  # fmt: skip

    @classmethod
    def read(cls, r):
        return cls(
            r.u32(), r.raw(32), r.raw(32), r.u32(), r.u64(), read_access(r),
            r.bool(), r.bool(), r.list(2048, lambda r: (r.account(), r.opt(read_role))),
        )  # fmt: skip

    def encoded(self):
        former = [
            layout.var(account) + layout.opt(None if role is None else bytes([role]))
            for account, role in self.former
        ]
        return (
            u32(self.revision) + self.hash + self.change_hash + u32(self.key_epoch)
            + u64(self.superseded) + bytes(self.access) + layout.boolean(self.announcement)
            + layout.boolean(self.terminated) + layout.list_(former)
        )  # fmt: skip

    def counts(self, now):
        return now - self.superseded <= PAST_AGE


def roles_of(state):
    return {account: member.role for account, member in state.members.items()}


def may_send(rules, role):
    """By the rules of a state or of a past revision."""
    if role is None or rules.terminated or role < rules.access[SEND]:
        return False
    return role >= ADMIN or not rules.announcement


def read_state(r):
    length = r.u32()
    if length > STATE:
        raise Refused("decode/too-large")
    return State.decode(r.raw(length))


@dataclass
class Group:
    genesis: bytes
    state: State
    last_change: bytes
    # Who let this account in, and this account, while nobody else has confirmed the group.
    unconfirmed: tuple
    past: list
    # First and last revision and address, by the first: whom a person has not looked at yet.
    suspects: list
    # The last revision of those for whom there was no room.
    beyond: int = None

    @classmethod
    def read(cls, r):
        r.version()
        group = cls(
            r.var(DOCUMENT), read_state(r),
            r.opt(lambda r: r.var(DOCUMENT)), r.opt(lambda r: (r.account(), r.account())),
            r.list(REVISIONS, Past.read), r.list(SUSPECTS, lambda r: (r.u32(), r.u32(), r.address())),
            r.opt(lambda r: r.u32()),
        )  # fmt: skip
        group.check()
        return group

    def check(self):
        """That the parts belong together."""
        noted = [first for first, _, _ in self.suspects]
        within = all(first <= last <= self.state.revision for first, last, _ in self.suspects)
        once = len({device for _, _, device in self.suspects}) == len(noted)
        if noted != sorted(noted) or not within or not once:
            raise Refused("decode/out-of-range")
        if self.beyond is not None and self.beyond > self.state.revision:
            raise Refused("decode/out-of-range")
        first, state = group_genesis.decode(self.genesis), self.state
        if state.group != first.group:
            raise Refused("group-snapshot/genesis")
        if self.last_change is None:
            fits = state.encoded() == first.encoded()
        else:
            change = decode_change(self.last_change)
            found = (change.base_revision + 1, change.base_hash, change.core_hash)
            fits = found == (state.revision, state.previous, state.last_change)
            fits = fits and change.new_state == state.hash
        last = self.past[-1] if self.past else None
        if not fits or (last and last.hash != state.previous):
            raise Refused("group-snapshot/last-change")
        for older, newer in zip(self.past, [*self.past[1:], state]):
            if older.revision + 1 != newer.revision:
                raise Refused("group-snapshot/last-change")

    def encoded(self):
        state = self.state.encoded()
        let_in = self.unconfirmed and layout.var(self.unconfirmed[0]) + layout.var(
            self.unconfirmed[1]
        )
        last = None if self.last_change is None else layout.var(self.last_change)
        return (
            b"\1" + layout.var(self.genesis) + u32(len(state)) + state + layout.opt(last)
            + layout.opt(let_in) + layout.list_([past.encoded() for past in self.past])
            + layout.list_([
                u32(first) + u32(last) + layout.address(*device)
                for first, last, device in self.suspects
            ])
            + layout.opt(None if self.beyond is None else u32(self.beyond))
        )  # fmt: skip

    def apply(self, data, now):
        change, after = group_checks.receive(self.state, data)
        past = [*self.past, Past.of(self.state, after, change, now)]
        self.past = [one for one in past if one.counts(now)][-REVISIONS:]
        self.state, self.last_change = after, data

    def at(self, revision, now):
        """Rules, state hash, roles in the order of the members; None of what does not count."""
        roles = roles_of(self.state)
        if revision == self.state.revision:
            return self.state, self.state.hash, in_order(roles)
        for past in reversed(self.past):
            for account, role in past.former:
                roles[account] = role
            if past.revision == revision:
                members = {a: role for a, role in roles.items() if role is not None}
                return (past, past.hash, in_order(members)) if past.counts(now) else None
        return None


def in_order(roles):
    return sorted(roles.items(), key=lambda item: account_order(item[0]))


# Devices


def devices_of(state, lists, now):
    """Addresses of the device set; accounts that get nothing, with the reason."""
    found, withheld = [], {}
    for account, member in state.members.items():
        known = lists.get(account)
        reason = unusable(member, known, now)
        if reason:
            withheld[account] = reason
            continue
        certificates = known.list.certificates
        found += [(account, c.device) for c in certificates if not outside(c.validity, now)]
    return sorted(found, key=lambda address: (account_order(address[0]), address[1])), withheld


def unusable(member, known, now):
    if known is None:
        return "no list"
    entry = known.list.entry
    if entry.version < member.list.version:
        return "old list"
    if member.key != entry.in_force and member.key not in known.retired:
        return "other key"
    if entry.version == member.list.version and entry.hash != member.list.hash:
        return "fork"
    return "expired" if now >= entry.validity[1] else None

