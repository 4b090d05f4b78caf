"""SPEC.md sections 14.1 to 14.6: sender chains, and how messages are sent on them."""

from dataclasses import dataclass, field

from . import layout
from .identity import is_ascending
from .layout import Reader
from .primitives import (
    Refused, expand, extract, hash_, seal, search_tag, sign, sign_public, u16, u32, u64,
)  # fmt: skip
from .ratchet import chain_step

DAY = 86_400_000
GROUP, STORY = 1, 2
MESSAGES, DEVICES = 10_000, 16_384
CHAIN_AGE = {GROUP: 14 * DAY, STORY: DAY}


# 14.1 and 14.2


@dataclass(frozen=True)
class Scope:
    kind: int
    id: bytes
    epoch: int
    state: bytes

    @classmethod
    def read(cls, reader):
        kind = reader.u8()
        if kind not in (GROUP, STORY):
            raise Refused("decode/out-of-range")
        return cls(kind, reader.raw(32), reader.u32(), reader.raw(32))

    @classmethod
    def group(cls, id_, epoch, state):
        return cls(GROUP, id_, epoch, state)

    def encoded(self):
        return bytes([self.kind]) + self.id + u32(self.epoch) + self.state

    @property
    def hash(self):
        return hash_("sender-scope", self.encoded())

    def header_key(self, secret):
        return expand(secret, "sender/header", self.hash, 32)

    def mix(self, secret):
        return expand(secret, "sender/mix", self.hash, 32)

    def commitment(self, secret):
        return hash_("epoch-secret", u32(self.epoch) + secret)

    def admits(self, sender):
        """Whether the device can have chains in it: in a story list only the author's."""
        return self.kind == GROUP or self.state == hash_("sender-author", sender[0])

    def fits(self, secret):
        """Whether this can be its epoch secret: in a group, the one that was committed to."""
        return self.kind == STORY or self.state == self.commitment(secret)


# 14.3


def origin(scope, address, chain_id, verifying):
    data = scope.encoded() + layout.address(*address) + u32(chain_id) + layout.ed25519(verifying)
    return hash_("sender-chain", data)


def message_keys(mix, part):
    """The message's key and the key commitment."""
    prk = extract(mix, part)
    return expand(prk, "sender/message", b"", 32), expand(prk, "sender/commit", b"", 32)


# 14.5


@dataclass
class Claim:
    index: int
    device: int
    chain_id: int
    iteration: int
    revision: int
    prefix: bytes

    @classmethod
    def decode(cls, data):
        reader = Reader(data)
        claim = cls(
            reader.u16(), reader.nonzero(), reader.u32(), reader.u32(), reader.u32(),
            reader.raw(16),
        )  # fmt: skip
        reader.finish()
        return claim

    def encoded(self):
        numbers = (self.device, self.chain_id, self.iteration, self.revision)
        return u16(self.index) + b"".join(u32(number) for number in numbers) + self.prefix


def signed(origin_, claim, nonce, body, commitment):
    return origin_ + claim + nonce + hash_("sender-body", body) + commitment


def seal_message(scope, secret, origin_, seed, part, claim, nonce, plaintext):
    """Nonce, tag, sealed header, body."""
    header_key, claim = scope.header_key(secret), claim.encoded()
    key, commitment = message_keys(scope.mix(secret), part)
    tag = search_tag(header_key, nonce)
    body = seal(key, nonce, origin_ + nonce + tag + claim, layout.pad(plaintext))
    signature = sign(seed, "sender-message", signed(origin_, claim, nonce, body, commitment))
    return nonce, tag, seal(header_key, nonce, body, claim + signature), body


# 14.4


def audience_order(address):
    account, device = address
    return len(account), account, device


def audience_hash(addresses):
    ordered = sorted(addresses, key=audience_order)
    return hash_("sender-audience", layout.list_([layout.address(*a) for a in ordered]))


@dataclass
class Sending:
    scope: Scope
    address: tuple
    secret: bytes
    chain_id: int
    chain: bytes
    iteration: int
    seed: bytes
    created: int
    audience: bytes
    recipients: list = field(default_factory=list)

    @classmethod
    def load(cls, hot, recipients):
        reader = Reader(hot)
        reader.version()
        state = cls(
            Scope.read(reader), reader.address(), reader.raw(32), reader.u32(), reader.raw(32),
            reader.u32(), reader.raw(32), reader.u64(), reader.opt(lambda r: r.raw(32)),
        )  # fmt: skip
        reader.finish()
        if not state.scope.admits(state.address) or not state.scope.fits(state.secret):
            raise Refused("decode/out-of-range")
        reader = Reader(recipients)
        reader.version()
        named = reader.raw(32)
        state.recipients = reader.list(DEVICES, lambda r: r.address())
        reader.finish()
        if not is_ascending([audience_order(address) for address in state.recipients]):
            raise Refused("decode/not-canonical")
        complete = state.audience in (None, audience_hash(state.recipients))
        if named != state.origin or not complete:
            raise Refused("sender-state/torn")
        return state

    @classmethod
    def make(cls, scope, address, secret, now, draw):
        chain_id = int.from_bytes(draw(4), "big")
        return cls(scope, address, secret, chain_id, draw(32), 0, draw(32), now, None)

    @property
    def origin(self):
        return origin(self.scope, self.address, self.chain_id, sign_public(self.seed))

    def stored(self):
        return (
            b"\1" + self.scope.encoded() + layout.address(*self.address) + self.secret
            + u32(self.chain_id) + self.chain + u32(self.iteration) + self.seed
            + u64(self.created) + layout.opt(self.audience)
        )  # fmt: skip

    def distribution(self):
        return Distribution(
            self.scope, self.chain_id, self.chain, self.iteration, sign_public(self.seed),
            self.secret, self.created,
        )  # fmt: skip

    def record(self, audience, devices):
        """That these devices have the chain as it stands."""
        if set(devices) - set(audience):
            raise Refused("sender/extra-recipients")
        given = {*self.recipients, *devices}
        if len(given) > DEVICES:
            raise Refused("sender/too-many-devices")
        self.recipients = sorted(given, key=audience_order)
        whole = given == set(audience)
        self.audience = audience_hash(self.recipients) if whole else None

    def send(self, audience, claimed, plaintext, now, draw):
        """Nonce, tag, sealed header, body. `claimed`: member index, revision, prefix."""
        if self.iteration >= MESSAGES:
            raise Refused("sender/rotate-count")
        if now - self.created >= CHAIN_AGE[self.scope.kind]:
            raise Refused("sender/rotate-age")
        if set(self.recipients) - set(audience):
            raise Refused("sender/rotate-extra")
        if set(audience) - set(self.recipients):
            raise Refused("sender/not-distributed")
        if len(plaintext) > 65_536:
            raise Refused("sender/too-large")
        index, revision, prefix = claimed
        claim = Claim(index, self.address[1], self.chain_id, self.iteration, revision, prefix)
        part, after = chain_step(self.chain)
        parts = seal_message(
            self.scope, self.secret, self.origin, self.seed, part, claim, draw(12), plaintext
        )
        self.chain, self.iteration = after, self.iteration + 1
        return parts


# 14.6


@dataclass
class Distribution:
    scope: Scope
    chain_id: int
    chain: bytes
    iteration: int
    verifying: bytes
    secret: bytes
    created: int

    @classmethod
    def decode(cls, data):
        fields = layout.InOrder(data)
        body = fields.bytes(1)
        fields.finish()
        reader = Reader(body)
        reader.version()
        found = cls(
            Scope.read(reader), reader.u32(), reader.raw(32), reader.u32(), reader.ed25519(),
            reader.opt(lambda r: r.raw(32)), reader.u64(),
        )  # fmt: skip
        reader.finish()
        return found

    def encoded(self):
        body = (
            b"\1" + self.scope.encoded() + u32(self.chain_id) + self.chain + u32(self.iteration)
            + layout.ed25519(self.verifying) + layout.opt(self.secret) + u64(self.created)
        )  # fmt: skip
        return layout.bytes_field(1, body)
