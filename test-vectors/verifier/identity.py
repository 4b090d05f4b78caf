"""SPEC.md section 5: device lists and their chain, fork evidence."""

from dataclasses import dataclass, field

from . import certified, layout
from .certified import (
    CERTIFICATE, CLOCK_SKEW, Certificate, certificate_of, check_length, encode_certificate,
    outside, read_validity, refuse_as, store_certificate,
)  # fmt: skip
from .layout import Reader, canonical
from .primitives import Refused, hash_, is_signed, sign, sign_public, u32, u64

ENTRY = {1: ("body", "bytes"), 2: ("signature", "bytes"), 3: ("rotation", "bytes")}
LIST = {1: ("entry", "message"), 2: ("certificates", "messages")}
FORK = {1: ("first", "message"), 2: ("second", "message")}


# 5.6 Device list entry


@dataclass
class Entry:
    body: bytes
    account: bytes
    account_key: bytes
    version: int
    previous: bytes
    validity: tuple
    devices: list
    revoked: list
    new_account_key: bytes
    signature: bytes = b""
    rotation: bytes = b""

    @property
    def hash(self):
        return hash_("device-list", self.body)

    @property
    def in_force(self):
        return self.new_account_key or self.account_key


def entry_body(account, account_key, version, previous, validity, devices, revoked, new_key):
    return (
        b"\x01"
        + layout.var(account)
        + layout.ed25519(account_key)
        + u32(version)
        + previous
        + u64(validity[0])
        + u64(validity[1])
        + layout.list_([u32(device) + digest for device, digest in devices])
        + layout.list_([u32(device) for device in revoked])
        + layout.opt(new_key and layout.ed25519(new_key))
    )


def parse_entry_body(body):
    if len(body) > 4766:
        raise Refused("decode/too-large")
    reader = Reader(body)
    reader.version()
    entry = Entry(
        body, reader.account(), reader.ed25519(), reader.nonzero(), reader.raw(32),
        read_validity(reader),
        reader.list(16, lambda r: (r.nonzero(), r.raw(32))),
        reader.list(1000, lambda r: r.nonzero()),
        reader.opt(lambda r: r.ed25519()),
    )  # fmt: skip
    reader.finish()
    ids = [device for device, _ in entry.devices]
    if not is_ascending(ids) or not is_ascending(entry.revoked):
        raise Refused("decode/not-canonical")
    first = entry.version == 1
    if (
        first != (entry.previous == bytes(32))
        or set(ids) & set(entry.revoked)
        or entry.new_account_key == entry.account_key
        or (first and entry.new_account_key)
    ):
        raise Refused("decode/out-of-range")
    return entry


def is_ascending(ids):
    return all(a < b for a, b in zip(ids, ids[1:]))


@refuse_as("device-list/malformed")
def entry_of(fields):
    entry = parse_entry_body(fields["body"])
    entry.signature = check_length(fields["signature"])
    if fields["rotation"]:
        check_length(fields["rotation"])
    if not is_signed(entry.in_force, "device-list", entry.body, entry.signature):
        raise Refused("device-list/signature")
    entry.rotation = fields["rotation"]
    if bool(entry.rotation) != bool(entry.new_account_key):
        raise Refused("device-list/rotation-signature")
    if entry.rotation and not is_signed(
        entry.account_key, "account-key-rotation", entry.body, entry.rotation
    ):
        raise Refused("device-list/rotation-signature")
    return entry


def encode_entry(entry):
    return (
        layout.bytes_field(1, entry.body)
        + layout.bytes_field(2, entry.signature)
        + layout.bytes_field(3, entry.rotation)
    )


@dataclass
class DeviceList:
    entry: Entry
    certificates: list

    def find(self, device):
        return next((c for c in self.certificates if c.device == device), None)


@refuse_as("device-list/malformed")
def decode_list(data):
    if len(data) > 32_768:
        raise Refused("decode/too-large")
    fields = canonical(data, LIST)
    parts = [canonical(data, CERTIFICATE) for data in fields["certificates"]]
    if fields["entry"] is not None:
        entry_fields = canonical(fields["entry"], ENTRY)
    if len(parts) > 16:
        raise Refused("decode/too-large")
    if fields["entry"] is None:
        raise Refused("decode/missing")
    entry = entry_of(entry_fields)
    try:
        certificates = [certificate_of(part) for part in parts]
    except Refused as error:
        raise Refused("device-list/certificate", error.code) from error
    check_certificates(entry, certificates)
    return DeviceList(entry, certificates)


def check_certificates(entry, certificates):
    """That they are those of the devices in the entry."""
    fits = len(certificates) == len(entry.devices) and all(
        device == c.device
        and digest == c.hash
        and entry.account == c.account
        and entry.in_force == c.account_key
        for (device, digest), c in zip(entry.devices, certificates)
    )
    if not fits:
        raise Refused("device-list/certificates")
    check_keys(certificates, certificates)


def check_keys(some, others):
    """One device, one pair of keys."""
    for a in some:
        for b in others:
            same = a.device == b.device
            if same != (a.signing == b.signing) or same != (a.identity == b.identity):
                raise Refused("device-list/keys-reused")


def encode_list(device_list):
    return layout.bytes_field(1, encode_entry(device_list.entry)) + b"".join(
        layout.bytes_field(2, encode_certificate(c)) for c in device_list.certificates
    )


def make_list(account, seed, version, previous, validity, certificates, revoked, old_seed=None):
    """What an account signs; a rotation also under the old key."""
    key = sign_public(old_seed or seed)
    new_key = sign_public(seed) if old_seed else None
    devices = [(c.device, c.hash) for c in certificates]
    body = entry_body(account, key, version, previous, validity, devices, revoked, new_key)
    entry = parse_entry_body(body)
    entry.signature = sign(seed, "device-list", body)
    if old_seed:
        entry.rotation = sign(old_seed, "account-key-rotation", body)
    return DeviceList(entry, certificates)


# 5.7 The verified list


@dataclass
class Verified:
    list: DeviceList
    retired: list = field(default_factory=list)

    def stored(self):
        entry = self.list.entry
        return (
            b"\x01"
            + layout.var(entry.body)
            + entry.signature
            + layout.opt(entry.rotation or None)
            + layout.list_([store_certificate(c) for c in self.list.certificates])
            + layout.list_([layout.ed25519(key) for key in self.retired])
        )

    @classmethod
    def read(cls, reader):
        """Signatures were verified before it was stored."""
        reader.version()
        entry = parse_entry_body(reader.var(4766))
        entry.signature, entry.rotation = reader.raw(64), reader.opt(lambda r: r.raw(64)) or b""
        certificates = reader.list(16, certified.read_stored)
        retired = reader.list(8, Reader.ed25519)
        try:
            check_certificates(entry, certificates)
        except Refused as error:
            raise Refused("decode/out-of-range", error.code) from error
        return cls(DeviceList(entry, certificates), retired)


def check_begun(entry, now):
    if entry.validity[0] > now + CLOCK_SKEW:
        raise Refused("device-list/not-yet-valid")


def pinned(device_list, retired):
    entry = device_list.entry
    if entry.new_account_key:
        retired = (retired + [entry.account_key])[-8:]
    return Verified(device_list, retired)


def trust(device_list, now):
    check_begun(device_list.entry, now)
    return pinned(device_list, [])


def advance(state, received, now):
    """Outcome and new state."""
    ours, theirs = state.list.entry, received.entry
    if theirs.account != ours.account:
        raise Refused("device-list/other-account")
    if theirs.hash == ours.hash:
        return "already-known", state
    known = theirs.account_key == ours.in_force or theirs.account_key in state.retired
    if theirs.version < ours.version:
        return ("stale" if known else "other-account-key"), state
    if theirs.version == ours.version:
        if is_fork(ours, theirs):
            return "fork", state
        return ("stale" if known else "other-account-key"), state
    if theirs.account_key in state.retired:
        raise Refused("device-list/retired-account-key")
    if theirs.version != ours.version + 1:
        return "gap", state
    if theirs.account_key != ours.in_force:
        return "other-account-key", state
    check_begun(theirs, now)
    if theirs.previous != ours.hash:
        raise Refused("device-list/previous-hash")
    if not set(ours.revoked) <= set(theirs.revoked):
        raise Refused("device-list/revocation-dropped")
    known_ids = {device for device, _ in theirs.devices} | set(theirs.revoked)
    if not {device for device, _ in ours.devices} <= known_ids:
        raise Refused("device-list/device-vanished")
    check_keys(state.list.certificates, received.certificates)
    return "advanced", pinned(received, state.retired)


def vouch(state, device, now):
    entry = state.list.entry
    if device in entry.revoked:
        raise Refused("device/revoked")
    certificate = state.list.find(device)
    if certificate is None:
        raise Refused("device/unlisted")
    if now >= entry.validity[1]:
        raise Refused("device/list-expired")
    if outside(certificate.validity, now):
        raise Refused("device/certificate")
    return certificate


# 5.8 Fork evidence


def is_fork(a, b):
    keys = {a.account_key, a.in_force} & {b.account_key, b.in_force}
    same = a.account == b.account and a.version == b.version
    return bool(keys) and same and a.hash != b.hash


def decode_fork(data):
    try:
        if len(data) > 32_768:
            raise Refused("decode/too-large")
        fields = canonical(data, FORK)
        if fields["first"] is None or fields["second"] is None:
            raise Refused("decode/missing")
        entries = [entry_of(canonical(fields[name], ENTRY)) for name in ("first", "second")]
    except Refused as error:
        if error.code.startswith("decode/"):
            raise Refused("fork/entry", "device-list/malformed") from error
        raise Refused("fork/entry", error.code) from error
    if not is_fork(*entries):
        raise Refused("fork/not-a-fork")


@dataclass
class Local:
    """A device of one's own."""

    certificate: Certificate
    certificate_bytes: bytes
    signing_seed: bytes
    identity_secret: bytes
    list: DeviceList


