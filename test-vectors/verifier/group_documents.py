"""SPEC.md sections 15.3, 15.4 and 15.7: changes with their actions, and tickets, as they travel."""

from dataclasses import dataclass, field

from . import certified
from .group_genesis import ENTRY, Proof, read_signed
from .group_state import (
    SLOW_MODE, TIMER, Terms, read_avatar, read_description, read_extensions, read_role,
    read_title, read_up_to,
)  # fmt: skip
from .layout import Reader
from .primitives import Refused, hash_

(
    ADD, REMOVE, LEAVE, BAN, UNBAN, SET_ROLE, HAND_OVER, INVITE, REVOKE_INVITATION, ACCEPT,
    REQUEST, APPROVE, DENY, CREATE_LINK, REVOKE_LINK, JOIN_BY_LINK, TITLE, DESCRIPTION, AVATAR,
    SET_TIMER, SET_ACCESS, ANNOUNCEMENT, SET_SLOW_MODE, FLOOR, RESET_KEYS, UPDATE_DEVICES,
    EXTENSION, TERMINATE,
) = range(1, 29)  # fmt: skip
TICKET = {
    1: ("body", "bytes"), 2: ("signature", "bytes"), 3: ("link_signature", "bytes"),
    4: ("certificate", "bytes"), 5: ("list", "bytes"),
}  # fmt: skip
TICKET_BYTES = 6_144
TICKET_KIND = {ACCEPT: 1, REQUEST: 2, JOIN_BY_LINK: 3}

FIELDS = {
    ADD: lambda r: (r.var(ENTRY), read_role(r)),
    REMOVE: lambda r: (r.account(),),
    LEAVE: lambda r: (),
    BAN: lambda r: (r.account(),),
    UNBAN: lambda r: (r.account(),),
    SET_ROLE: lambda r: (r.account(), read_role(r)),
    HAND_OVER: lambda r: (r.account(),),
    INVITE: lambda r: (r.account(), r.ed25519(), read_role(r)),
    REVOKE_INVITATION: lambda r: (r.account(),),
    ACCEPT: lambda r: (r.var(TICKET_BYTES),),
    REQUEST: lambda r: (r.var(TICKET_BYTES),),
    APPROVE: lambda r: (r.account(),),
    DENY: lambda r: (r.account(),),
    CREATE_LINK: lambda r: (r.raw(8), r.ed25519(), Terms.read(r)),
    REVOKE_LINK: lambda r: (r.raw(8),),
    JOIN_BY_LINK: lambda r: (r.var(TICKET_BYTES),),
    TITLE: lambda r: (read_title(r),),
    DESCRIPTION: lambda r: (read_description(r),),
    AVATAR: lambda r: (read_avatar(r),),
    SET_TIMER: lambda r: (read_up_to(r.u32(), TIMER),),
    SET_ACCESS: lambda r: (read_up_to(r.u8(), 16), read_up_to(r.u8(), 5)),
    ANNOUNCEMENT: lambda r: (r.bool(),),
    SET_SLOW_MODE: lambda r: (read_up_to(r.u32(), SLOW_MODE),),
    FLOOR: lambda r: (r.u16(),),
    RESET_KEYS: lambda r: (),
    UPDATE_DEVICES: lambda r: (r.var(ENTRY),),
    EXTENSION: lambda r: (r.u16(), r.opt(lambda r: r.var(256))),
    TERMINATE: lambda r: (),
}


@dataclass
class Action:
    code: int
    fields: tuple
    # The verified entry or ticket, once G6 has looked at it.
    document: object = None


def read_action(reader):
    code = reader.u8()
    if code not in FIELDS:
        raise Refused("group-change/unknown-action")
    return Action(code, FIELDS[code](reader))


@dataclass
class Change:
    proof: Proof
    body: bytes
    signature: bytes
    group: bytes
    base_revision: int
    base_hash: bytes
    actor: tuple
    created: int
    commitment: bytes
    actions: list
    new_state: bytes = b""
    extensions: dict = field(default_factory=dict)

    @property
    def core_hash(self):
        return hash_("group/change-core", self.body[:-32])

    @property
    def hash(self):
        return hash_("group/change-body", self.body)

    def has(self, *codes):
        return any(action.code in codes for action in self.actions)


def decode_change(data):
    """G1."""
    try:
        fields = read_signed(data)
    except Refused as error:
        raise Refused("group-change/malformed", error.code) from error
    try:
        proof = Proof(fields["certificate"], fields["list"])
    except Refused as error:
        raise Refused("group-change/device", error.code) from error
    try:
        change = read_change(proof, fields["body"], fields["signature"])
    except Refused as error:
        area = error.code.split("/")[0]
        if area == "group-change":
            raise
        kind = "text" if area == "group-text" else "malformed"
        raise Refused("group-change/" + kind, error.code) from error
    if change.actor != proof.address:
        raise Refused("group-change/device")
    return change


def read_change(proof, body, signature):
    r = Reader(body)
    r.version()
    change = Change(
        proof, body, signature, r.raw(32), r.u32(), r.raw(32), r.address(), r.u64(),
        r.opt(lambda r: r.raw(32)), r.list(64, read_action),
    )  # fmt: skip
    change.extensions = read_extensions(r)
    change.new_state = r.raw(32)
    r.finish()
    if not change.actions:
        raise Refused("decode/out-of-range")
    return change


# 15.7


@dataclass
class Ticket:
    proof: Proof
    body: bytes
    link_signature: bytes
    group: bytes
    kind: int
    names: object
    created: int

    @property
    def account(self):
        return self.proof.certificate.account


@certified.refuse_as("group-ticket/malformed")
def decode_ticket(data):
    fields = read_signed(data, TICKET, TICKET_BYTES)
    r = Reader(fields["body"])
    r.version()
    group, kind = r.raw(32), r.u8()
    names = {1: lambda: r.u32(), 2: lambda: None, 3: lambda: r.raw(8)}
    if kind not in names:
        raise Refused("decode/out-of-range")
    names = names[kind]()
    joiner, digest, created = r.address(), r.raw(32), r.u64()
    r.finish()
    if len(fields["link_signature"]) != (64 if kind == 3 else 0):
        raise Refused("decode/wrong-length")
    try:
        proof = Proof(fields["certificate"], fields["list"])
    except Refused as error:
        raise Refused("group-ticket/device", error.code) from error
    if (proof.address, proof.entry.hash) != (joiner, digest):
        raise Refused("group-ticket/device")
    if not proof.signed("group-ticket", fields["body"], fields["signature"]):
        raise Refused("group-ticket/signature")
    return Ticket(proof, fields["body"], fields["link_signature"], group, kind, names, created)
