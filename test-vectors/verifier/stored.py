"""Stored forms that no other part of the verifier keeps; each is read and written again."""

from . import certified, group_checks, layout, media, profile
from .franking import take_context
from .group_channel import scope_of
from .group_documents import decode_change
from .group_state import account_order
from .identity import Verified, is_ascending
from .layout import Reader
from .primitives import Refused, dh_public, sign_public, u32, u64

HOLDERS = 16_384

# 5.3


class DeviceKeys:
    def __init__(self, reader):
        reader.version()
        self.device = reader.nonzero()
        self.seed, self.secret = reader.raw(32), reader.raw(32)

    def stored(self):
        return b"\1" + u32(self.device) + self.seed + self.secret

    @property
    def public(self):
        return self.device, sign_public(self.seed), dh_public(self.secret)


class LocalDevice:
    def __init__(self, reader):
        self.keys, self.certificate = DeviceKeys(reader), certified.read_stored(reader)
        named = self.certificate
        if (named.device, named.signing, named.identity) != self.keys.public:
            raise Refused("decode/invalid-key")

    def stored(self):
        return self.keys.stored() + certified.store_certificate(self.certificate)


# 5.9


class Contact:
    def __init__(self, reader):
        reader.version()
        self.state, self.verification = Verified.read(reader), reader.u8()
        if self.verification > 2:
            raise Refused("decode/out-of-range")
        self.events = reader.list(128, read_event)

    def stored(self):
        return (
            b"\1" + self.state.stored() + bytes([self.verification]) + layout.list_(self.events)
        )


def read_event(reader):
    kind = reader.u8()
    if kind in (1, 2):
        fields = layout.ed25519(reader.ed25519()) + layout.ed25519(reader.ed25519())
    elif kind in (3, 4):
        fields = u32(reader.nonzero())
    elif kind == 5:
        fields = u32(reader.nonzero()) + reader.raw(32)
    else:
        raise Refused("decode/out-of-range")
    return bytes([kind]) + fields


# 13.1


class Opening:
    def __init__(self, reader):
        data = reader.data
        self.sender, _ = take_context(reader)
        self.context = data[: len(data) - len(reader.data)]
        self.key, self.commitment = reader.raw(32), reader.raw(32)

    def stored(self):
        return self.context + self.key + self.commitment


# 14.8 and 14.9


class Requests:
    def __init__(self, reader):
        reader.version()
        self.entries = reader.list(1024, lambda r: (r.raw(32), r.address(), r.u64()))

    def stored(self):
        return b"\1" + layout.list_([
            scope + layout.address(*device) + u64(at) for scope, device, at in self.entries
        ])  # fmt: skip


# 15.7


class LinkSecret:
    def __init__(self, reader):
        self.group, self.id, self.secret = reader.raw(32), reader.raw(8), reader.raw(32)

    def stored(self):
        return self.group + self.id + self.secret


# 16.6


class Pending:
    def __init__(self, reader):
        reader.version()
        self.encoded = reader.var(55_296)
        self.secret = reader.opt(lambda r: r.raw(32))
        self.change = decode_change(self.encoded)

    def stored(self):
        return b"\1" + layout.var(self.encoded) + layout.opt(self.secret)

    def check(self, channel):
        """That it is this device's, builds on the state, and has the secret that it commits to."""
        state = channel.group.state
        if (self.change.group, self.change.actor) != (state.group, channel.address):
            raise Refused("group-stored/other-group")
        try:
            after = group_checks.apply(state, self.change)
        except Refused as error:
            raise Refused("group-stored/torn") from error
        begins = after.key_epoch != state.key_epoch and after.commitment != bytes(32)
        fits = (self.secret is not None) == begins
        if not fits or (begins and not scope_of(after).fits(self.secret)):
            raise Refused("group-stored/torn")


# 17.8


class Record:
    def __init__(self, reader):
        reader.version()
        self.pointer = media.Pointer(reader.raw(32), reader.u64(), reader.u64(), reader.raw(32))
        self.salt = reader.raw(24)
        if self.pointer.length > media.LIMIT:
            raise Refused("decode/too-large")
        if self.pointer.sealed_length != media.ciphertext_length(self.pointer.length):
            raise Refused("decode/wrong-length")

    def stored(self):
        return b"\1" + self.pointer.stored() + self.salt


# 19.2 and 19.3


class OwnProfile:
    def __init__(self, reader):
        reader.version()
        self.key, self.revision = reader.raw(32), reader.u32()
        self.holders = reader.list(HOLDERS, lambda r: r.account())
        if not is_ascending([account_order(account) for account in self.holders]):
            raise Refused("decode/not-canonical")

    def stored(self):
        holders = layout.list_([layout.var(account) for account in self.holders])
        return b"\1" + self.key + u32(self.revision) + holders

    def locator(self, account):
        return profile.locator(self.key, account)


class KnownProfile:
    def __init__(self, reader):
        reader.version()
        self.key = reader.raw(32)
        self.seen = reader.opt(lambda r: (r.u32(), r.raw(32), r.nonzero()))

    def stored(self):
        seen = self.seen and u32(self.seen[0]) + self.seen[1] + u32(self.seen[2])
        return b"\1" + self.key + layout.opt(seen)

    def locator(self, account):
        return profile.locator(self.key, account)


def whole(kind, data):
    reader = Reader(data)
    found = kind(reader)
    reader.finish()
    return found
