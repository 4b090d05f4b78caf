"""SPEC.md section 15.2: the state of a group, its texts, ranks and access table."""

import copy
from dataclasses import dataclass, field

from . import layout
from .identity import is_ascending
from .layout import Reader
from .primitives import Refused, hash_, u16, u32, u64

OBSERVER, MEMBER, MODERATOR, ADMIN, OWNER = range(5)
NOBODY = 5
(
    EDIT_INFO, SET_TIMER, ADD_MEMBER, REMOVE_MEMBER, APPROVE_JOIN, INVITE_LINK, SET_ROLE, BAN,
    RESET_KEYS, EDIT_ACCESS, SEND, SEND_MEDIA, MENTION_ALL, PIN, DELETE_OTHERS, START_CALL,
    POST_STORY,
) = range(17)  # fmt: skip
DEFAULT_ACCESS = [3, 3, 3, 2, 2, 3, 3, 2, 2, 3, 1, 1, 2, 2, 2, 1, 1]
LOWEST = [1, 1, 1, 2, 2, 1, 2, 2, 1, 2, 0, 0, 0, 0, 2, 0, 0]
MAY_BE_NOBODYS = {ADD_MEMBER, INVITE_LINK, SEND_MEDIA, MENTION_ALL, PIN, DELETE_OTHERS,
                  START_CALL, POST_STORY}  # fmt: skip
TIMER, SLOW_MODE, LINKS, EXTENSIONS = 31_622_400, 86_400, 8, 16
ROOM = {
    "members": 1024, "invited": 256, "requests": 256, "banned": 1024, "links": LINKS,
    "extensions": EXTENSIONS,
}  # fmt: skip


def may_have(permission, level):
    return LOWEST[permission] <= level <= (5 if permission in MAY_BE_NOBODYS else 4)


# Texts


def is_control(character):
    code = ord(character)
    ranges = ((0, 0x1F), (0x7F, 0x9F), (0x200E, 0x200F), (0x2028, 0x202E), (0x2066, 0x2069),
              (0xFFF9, 0xFFFB))  # fmt: skip
    return code in (0x61C, 0xFEFF) or any(a <= code <= b for a, b in ranges)


def check_text(data, least, most, lines):
    if len(data) < least:
        raise Refused("group-text/empty")
    if len(data) > most:
        raise Refused("group-text/too-long")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("group-text/not-utf8") from error
    if any(is_control(c) and not (lines and c == "\n") for c in text):
        raise Refused("group-text/control")
    return data


def read_title(reader):
    return check_text(reader.var(65_535), 1, 256, False)


def read_description(reader):
    return check_text(reader.var(65_535), 0, 2048, True)


# Parts


def read_role(reader):
    return read_up_to(reader.u8(), OWNER)


def read_up_to(value, most):
    if value > most:
        raise Refused("decode/out-of-range")
    return value


def read_avatar(reader):
    avatar = reader.opt(lambda r: r.var(1024))
    if avatar == b"":
        raise Refused("decode/wrong-length")
    return avatar


def read_access(reader):
    levels = [reader.u8() for _ in range(17)]
    if not all(may_have(permission, level) for permission, level in enumerate(levels)):
        raise Refused("decode/out-of-range")
    return levels


def read_extensions(reader):
    found = reader.list(EXTENSIONS, lambda r: (r.u16(), r.var(256)))
    if not is_ascending([number for number, _ in found]):
        raise Refused("decode/not-canonical")
    return dict(found)


def extensions(found):
    return layout.list_([u16(number) + layout.var(found[number]) for number in sorted(found)])


def read_key(reader):
    """An account key or verifier in a state: 32 bytes that are compared."""
    reader.typed(2)
    return reader.raw(32)


@dataclass(frozen=True)
class ListRef:
    version: int
    hash: bytes
    revoked: int

    @classmethod
    def of(cls, entry):
        return cls(entry.version, entry.hash, len(entry.revoked))

    @classmethod
    def read(cls, reader):
        return cls(reader.nonzero(), reader.raw(32), read_up_to(reader.u16(), 1000))

    def encoded(self):
        return u32(self.version) + self.hash + u16(self.revoked)


@dataclass
class Terms:
    mode: int
    expires: int
    most: int

    @classmethod
    def read(cls, reader):
        mode = reader.u8()
        if mode not in (1, 2):
            raise Refused("decode/out-of-range")
        return cls(mode, reader.opt(lambda r: r.u64()), reader.opt(lambda r: r.nonzero()))

    def encoded(self):
        expires = None if self.expires is None else u64(self.expires)
        most = None if self.most is None else u32(self.most)
        return bytes([self.mode]) + layout.opt(expires) + layout.opt(most)


@dataclass
class Member:
    key: bytes
    role: int
    joined: int
    added_by: bytes
    list: ListRef

    def encoded(self, number):
        return (
            layout.ed25519(self.key) + bytes([self.role]) + u32(self.joined) + u16(number)
            + self.list.encoded()
        )  # fmt: skip


@dataclass
class Invitation:
    key: bytes
    role: int
    by: bytes
    at: int

    @classmethod
    def read(cls, r):
        return cls(read_key(r), read_role(r), r.account(), r.u32())

    def encoded(self):
        return (
            layout.ed25519(self.key) + bytes([self.role]) + layout.var(self.by) + u32(self.at)
        )


@dataclass
class Request:
    key: bytes
    list: ListRef
    at: int

    @classmethod
    def read(cls, r):
        return cls(read_key(r), ListRef.read(r), r.u32())

    def encoded(self):
        return layout.ed25519(self.key) + self.list.encoded() + u32(self.at)


@dataclass
class Ban:
    by: bytes
    at: int

    @classmethod
    def read(cls, r):
        return cls(r.account(), r.u32())

    def encoded(self):
        return layout.var(self.by) + u32(self.at)


@dataclass
class Link:
    verifier: bytes
    terms: Terms
    uses: int
    by: bytes

    @classmethod
    def read(cls, r):
        return cls(read_key(r), Terms.read(r), r.u32(), r.account())

    def encoded(self):
        return (
            layout.ed25519(self.verifier) + self.terms.encoded() + u32(self.uses)
            + layout.var(self.by)
        )  # fmt: skip


def account_order(account):
    return len(account), account


def read_accounts(reader, limit, item):
    found = reader.list(limit, lambda r: (r.account(), item.read(r)))
    if not is_ascending([account_order(account) for account, _ in found]):
        raise Refused("decode/not-canonical")
    return dict(found)


def accounts(found):
    ordered = sorted(found, key=account_order)
    return layout.list_([layout.var(account) + found[account].encoded() for account in ordered])


def former_authors(members):
    """Who added somebody and is no member any more."""
    authors = {member.added_by for member in members.values()}
    return sorted(authors - members.keys(), key=account_order)


def read_members(reader):
    most = ROOM["members"]
    former = reader.list(most, lambda r: r.account())
    records = reader.list(most, lambda r: (
        r.account(), read_key(r), read_role(r), r.u32(), r.u16(), ListRef.read(r),
    ))  # fmt: skip
    accounts_ = [record[0] for record in records]
    authors = accounts_ + former
    if (
        not is_ascending([account_order(account) for account in accounts_])
        or any(record[4] >= len(authors) for record in records)
    ):  # fmt: skip
        raise Refused("decode/not-canonical")
    members = {
        account: Member(key, role, joined, authors[number], list_)
        for account, key, role, joined, number, list_ in records
    }
    if former != former_authors(members):
        raise Refused("decode/not-canonical")
    return members


def encoded_members(members):
    former, ordered = former_authors(members), sorted(members, key=account_order)
    number = {account: place for place, account in enumerate(ordered + former)}
    return layout.list_([layout.var(account) for account in former]) + layout.list_([
        layout.var(account) + members[account].encoded(number[members[account].added_by])
        for account in ordered
    ])


def read_links(reader):
    found = reader.list(LINKS, lambda r: (r.raw(8), Link.read(r)))
    if not is_ascending([id_ for id_, _ in found]):
        raise Refused("decode/not-canonical")
    return dict(found)


# The state


@dataclass
class State:
    group: bytes
    revision: int
    previous: bytes
    last_change: bytes
    key_epoch: int
    commitment: bytes
    created: int
    clock: int
    title: bytes
    description: bytes
    avatar: bytes
    access: list
    timer: tuple
    announcement: bool
    slow_mode: int
    floor: int
    terminated: bool
    members: dict = field(default_factory=dict)
    invited: dict = field(default_factory=dict)
    requests: dict = field(default_factory=dict)
    banned: dict = field(default_factory=dict)
    links: dict = field(default_factory=dict)
    extensions: dict = field(default_factory=dict)

    @classmethod
    def decode(cls, data):
        if len(data) > 524_288:
            raise Refused("decode/too-large")
        r = Reader(data)
        r.version()
        state = cls(
            r.raw(32), r.u32(), r.raw(32), r.raw(32), r.u32(), r.raw(32), r.u64(), r.u64(),
            read_title(r), read_description(r), read_avatar(r), read_access(r),
            (read_up_to(r.u32(), TIMER), r.u32()), r.bool(), read_up_to(r.u32(), SLOW_MODE),
            r.u16(), r.bool(),
            read_members(r),
            *(read_accounts(r, ROOM[name], item) for name, item in (
                ("invited", Invitation), ("requests", Request), ("banned", Ban),
            )),
            read_links(r), read_extensions(r),
        )  # fmt: skip
        r.finish()
        state.check()
        return state

    def check(self):
        lists = [self.members, self.invited, self.requests, self.banned]
        named = [account for list_ in lists for account in list_]
        first = self.revision == 0
        revisions = [m.joined for m in self.members.values()]
        revisions += [record.at for list_ in lists[1:] for record in list_.values()]
        if (
            not self.has_owner()
            or len(named) != len(set(named))
            or first != (self.previous == bytes(32))
            or first != (self.last_change == bytes(32))
            or (self.key_epoch == 0 and self.commitment == bytes(32))
            or max([self.key_epoch, self.timer[1], *revisions]) > self.revision
            or any(link.uses > (link.terms.most or 2**32) for link in self.links.values())
        ):
            raise Refused("decode/out-of-range")

    def encoded(self):
        return (
            b"\1" + self.group + u32(self.revision) + self.previous + self.last_change
            + u32(self.key_epoch) + self.commitment + u64(self.created) + u64(self.clock)
            + layout.var(self.title) + layout.var(self.description)
            + layout.opt(None if self.avatar is None else layout.var(self.avatar))
            + bytes(self.access) + u32(self.timer[0]) + u32(self.timer[1])
            + layout.boolean(self.announcement) + u32(self.slow_mode) + u16(self.floor)
            + layout.boolean(self.terminated) + encoded_members(self.members)
            + accounts(self.invited) + accounts(self.requests) + accounts(self.banned)
            + layout.list_([id_ + self.links[id_].encoded() for id_ in sorted(self.links)])
            + extensions(self.extensions)
        )  # fmt: skip

    @property
    def hash(self):
        return hash_("group/state", self.encoded())

    def copy(self):
        return copy.deepcopy(self)

    def has_owner(self):
        return any(member.role == OWNER for member in self.members.values())

    def role(self, account):
        """None of who is no member."""
        member = self.members.get(account)
        return member and member.role

    def may(self, account, permission):
        role = self.role(account)
        return role is not None and role >= self.access[permission]
