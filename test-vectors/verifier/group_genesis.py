"""SPEC.md sections 15 and 15.1: device proofs, the genesis of a group."""

from . import certified, identity, layout
from .group_state import (
    OWNER, TIMER, ListRef, Member, State, read_access, read_avatar, read_description,
    read_extensions, read_role, read_title, read_up_to,
)  # fmt: skip
from .layout import Reader, canonical
from .primitives import Refused, hash_, is_signed

SIGNED = {
    1: ("body", "bytes"), 2: ("signature", "bytes"), 3: ("certificate", "bytes"),
    4: ("list", "bytes"),
}  # fmt: skip
BODY, DOCUMENT, ENTRY = 49_152, 55_296, 5_120


def decode_entry(data):
    """A device list entry, verified (5.6, 1 to 3)."""
    if len(data) > ENTRY:
        raise Refused("decode/too-large")
    return identity.entry_of(canonical(data, identity.ENTRY))


class Proof:
    """A certificate, and an entry that lists it."""

    def __init__(self, certificate, entry):
        self.certificate = certified.decode_certificate(certificate)
        self.entry = decode_entry(entry)
        listed = dict(self.entry.devices).get(self.certificate.device)
        if (
            listed != self.certificate.hash
            or self.entry.account != self.certificate.account
            or self.entry.in_force != self.certificate.account_key
        ):
            raise Refused("group-proof/unlisted")

    @property
    def address(self):
        return self.certificate.account, self.certificate.device

    def signed(self, purpose, body, signature):
        return is_signed(self.certificate.signing, purpose, body, signature)


def read_signed(data, schema=SIGNED, limit=DOCUMENT):
    """The fields of a signed document, all there and none too long."""
    if len(data) > limit:
        raise Refused("decode/too-large")
    fields = canonical(data, schema)
    if len(fields["body"]) > BODY or len(fields["list"]) > ENTRY:
        raise Refused("decode/too-large")
    if len(fields["signature"]) != 64:
        raise Refused("decode/wrong-length")
    if not all(fields[name] for name in ("body", "certificate", "list")):
        raise Refused("decode/missing")
    return fields


def decode(data):
    """The state of revision 0."""
    try:
        fields = read_signed(data)
        proof = Proof(fields["certificate"], fields["list"])
        state, founders = read_body(fields["body"], proof)
    except Refused as error:
        raise Refused("group-genesis/form", error.code) from error
    if state.commitment == bytes(32):
        raise Refused("group-genesis/void-epoch")
    if not proof.signed("group-genesis", fields["body"], fields["signature"]):
        raise Refused("group-genesis/signature")
    creator = proof.certificate.account
    state.members[creator] = member(proof.entry, OWNER, creator)
    for encoded, role in founders:
        try:
            entry = decode_entry(encoded)
        except Refused as error:
            raise Refused("group-genesis/founder", error.code) from error
        if entry.account in state.members:
            raise Refused("group-genesis/founder")
        state.members[entry.account] = member(entry, role, creator)
    return state


def member(entry, role, creator):
    return Member(entry.in_force, role, 0, creator, ListRef.of(entry))


def read_body(body, proof):
    r = Reader(body)
    r.version()
    if r.u8() != 1:
        raise Refused("decode/unsupported-version")
    r.raw(32)
    named = r.address(), r.ed25519(), r.raw(32)
    if named != (proof.address, proof.certificate.account_key, proof.entry.hash):
        raise Refused("decode/out-of-range")
    created, commitment = r.u64(), r.raw(32)
    state = State(
        hash_("group/genesis", body), 0, bytes(32), bytes(32), 0, commitment, created, created,
        read_title(r), read_description(r), read_avatar(r), read_access(r),
        (read_up_to(r.u32(), TIMER), 0), r.bool(), 0, r.u16(), False,
    )  # fmt: skip
    if state.floor != 1:
        raise Refused("decode/out-of-range")
    founders = r.list(64, lambda r: (r.var(ENTRY), read_role(r)))
    r.opt(lambda r: r.raw(64))
    state.extensions = read_extensions(r)
    r.finish()
    return state, founders


def encode(fields):
    return b"".join(
        layout.bytes_field(number, fields[name]) for number, (name, _) in SIGNED.items()
    )
