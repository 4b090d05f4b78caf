"""SPEC.md sections 14.6 to 14.9: taking other devices' sender chains, and opening messages."""

from dataclasses import dataclass, replace

from . import layout
from .identity import is_ascending
from .layout import Reader
from .primitives import Refused, hash_, is_signed, open_, u32, u64
from .ratchet import chain_step
from .senders import DAY, DEVICES, STORY, Claim, Scope, message_keys, origin, signed

SKIP, SKIPPED_KEYS, SCOPE_KEYS, CHAINS = 2000, 2000, 20_000, 5
KEY_AGE, RECEIVED_AGE, GRACE = 30 * DAY, 60 * DAY, 7 * DAY


@dataclass
class Chain:
    """Somebody else's, as it is received."""

    scope_hash: bytes
    sender: tuple
    id: int
    verifying: bytes
    key: bytes
    iteration: int
    dropped_below: int
    keys: list
    created: int
    received: int

    @classmethod
    def load(cls, data):
        reader = Reader(data)
        reader.version()
        chain = cls(
            reader.raw(32), reader.address(), reader.u32(), reader.ed25519(), reader.raw(32),
            reader.u32(), reader.u32(),
            reader.list(SKIPPED_KEYS, lambda r: (r.u32(), r.raw(32), r.u64())),
            reader.u64(), reader.u64(),
        )  # fmt: skip
        reader.finish()
        numbers = [number for number, _, _ in chain.keys]
        reached = max([chain.dropped_below, *(number + 1 for number in numbers)])
        if not is_ascending(numbers) or reached > chain.iteration:
            raise Refused("decode/not-canonical")
        return chain

    def stored(self):
        return (
            b"\1" + self.scope_hash + layout.address(*self.sender) + u32(self.id)
            + layout.ed25519(self.verifying) + self.key + u32(self.iteration)
            + u32(self.dropped_below)
            + layout.list_([u32(number) + key + u64(at) for number, key, at in self.keys])
            + u64(self.created) + u64(self.received)
        )  # fmt: skip

    def take(self, iteration, now):
        """Step 5: the message's part of the chain; changes this chain, which is a copy."""
        if iteration < self.iteration:
            for kept in self.keys:
                if kept[0] == iteration:
                    self.keys = [other for other in self.keys if other is not kept]
                    return kept[1]
            raise Refused("too-old" if iteration < self.dropped_below else "duplicate")
        if iteration - self.iteration > SKIP:
            raise Refused("open-sender/too-far-ahead")
        while self.iteration < iteration:
            part, self.key = chain_step(self.key)
            self.keys = [*self.keys, (self.iteration, part, now)]
            self.iteration += 1
        part, self.key = chain_step(self.key)
        self.iteration += 1
        return part

    def drop_oldest(self):
        number, _, _ = self.keys[0]
        self.keys, self.dropped_below = self.keys[1:], number + 1


def claim_of(held, message):
    """14.7, step 1."""
    return read_claim(open_header(held, message))


def open_header(held, message):
    header = open_(
        held.scope.header_key(held.secret), message.nonce, message.body, message.header
    )
    if header is None:
        raise Refused("open-sender/not-authentic")
    return header


def read_claim(header):
    try:
        return Claim.decode(header[:34])
    except Refused as error:
        raise Refused("open-sender/malformed", error.code) from error


@dataclass
class Receiving:
    """A scope with the chains that others gave."""

    scope: Scope
    secret: bytes
    closed: int
    chains: list

    @classmethod
    def load(cls, scope, chains):
        reader = Reader(scope)
        reader.version()
        found = cls(
            Scope.read(reader), reader.opt(lambda r: r.raw(32)),
            reader.opt(lambda r: r.u64()), [Chain.load(data) for data in chains],
        )  # fmt: skip
        reader.finish()
        found.check()
        return found

    def check(self):
        """14.9: that the parts belong together and are within the limits."""
        if self.secret is not None and not self.scope.fits(self.secret):
            raise Refused("decode/out-of-range")
        scope, by_device = self.scope, {}
        for chain in self.chains:
            if chain.scope_hash != scope.hash or not scope.admits(chain.sender):
                raise Refused("sender-state/other-scope")
            by_device.setdefault(chain.sender, []).append(chain.id)
        if any(len(set(ids)) < len(ids) for ids in by_device.values()):
            raise Refused("sender-state/repeated")
        if (
            any(len(ids) > CHAINS for ids in by_device.values())
            or len(by_device) > DEVICES
            or sum(len(chain.keys) for chain in self.chains) > SCOPE_KEYS
        ):
            raise Refused("decode/too-large")

    def stored(self):
        closed = None if self.closed is None else u64(self.closed)
        return (
            b"\1" + self.scope.encoded() + layout.opt(self.secret)
            + layout.opt(closed)
        )  # fmt: skip

    def accept(self, given, sender, now):
        """14.6; whether the chain is new."""
        if given.scope != self.scope:
            raise Refused("sender-key/other-scope")
        author = hash_("sender-author", sender[0])
        if self.scope.kind == STORY and self.scope.state != author:
            raise Refused("sender-key/other-author")
        self.check_secret(given.secret)
        own = [chain for chain in self.chains if chain.sender == sender]
        for chain in own:
            if chain.id == given.chain_id:
                if (chain.verifying, chain.created) != (given.verifying, given.created):
                    raise Refused("sender-key/conflict")
                self.secret = self.secret or given.secret
                if given.iteration - chain.iteration > SKIP:
                    self.chains[self.chains.index(chain)] = Chain(
                        self.scope.hash, sender, given.chain_id, given.verifying, given.chain,
                        given.iteration, given.iteration, [], given.created, now,
                    )  # fmt: skip
                    return True
                return False
        if not own and len({chain.sender for chain in self.chains}) >= DEVICES:
            raise Refused("sender-key/too-many-devices")
        self.secret = self.secret or given.secret
        self.chains.append(
            Chain(
                self.scope.hash, sender, given.chain_id, given.verifying, given.chain,
                given.iteration, given.iteration, [], given.created, now,
            )  # fmt: skip
        )
        if len(own) >= CHAINS:
            self.chains.remove(min(own, key=lambda chain: (chain.received, chain.id)))
        return True

    def check_secret(self, secret):
        if secret is None:
            return
        # A group's scope holds the commitment where a story list's has its author.
        fits = self.scope.kind == STORY or self.scope.state == self.scope.commitment(secret)
        if not fits or self.secret not in (None, secret):
            raise Refused("sender-key/other-epoch-secret")

    def is_ours(self, message):
        return self.secret is not None and message.matches(self.scope.header_key(self.secret))

    def open(self, message, sender, now):
        """Claim, plaintext, changed chain, dropped keys. `sender` is what the claim resolves to."""
        header = open_header(self, message)
        claim = read_claim(header)
        if claim.device != sender[1]:
            raise Refused("open-sender/other-sender")
        position = next(
            (i for i, c in enumerate(self.chains) if (c.sender, c.id) == (sender, claim.chain_id)),
            None,
        )
        if position is None:
            raise Refused("unknown-chain")
        chain = replace(self.chains[position])
        closed = self.closed is not None and now - self.closed > GRACE
        if closed or now - chain.received > RECEIVED_AGE:
            raise Refused("too-old")
        part = chain.take(claim.iteration, now)
        key, commitment = message_keys(self.scope.mix(self.secret), part)
        origin_ = origin(self.scope, sender, chain.id, chain.verifying)
        data = signed(origin_, header[:34], message.nonce, message.body, commitment)
        if not is_signed(chain.verifying, "sender-message", data, header[34:]):
            raise Refused("open-sender/forged")
        plaintext = self.open_body(key, origin_, message, header[:34])
        self.chains[position] = chain
        return claim, plaintext, chain, self.drop(chain, now)

    def open_body(self, key, origin_, message, claim):
        ad = origin_ + message.nonce + message.tag + claim
        padded = open_(key, message.nonce, ad, message.body)
        try:
            if padded is not None:
                return layout.unpad(padded)
        except Refused:
            pass
        raise Refused("open-sender/sender-misbehaved")

    def drop(self, chain, now):
        """Step 9: how many keys were dropped."""
        before = sum(len(chain.keys) for chain in self.chains)
        while chain.keys and (
            now - chain.keys[0][2] >= KEY_AGE or len(chain.keys) > SKIPPED_KEYS
        ):
            chain.drop_oldest()
        while sum(len(chain.keys) for chain in self.chains) > SCOPE_KEYS:
            max(self.chains, key=lambda chain: len(chain.keys)).drop_oldest()
        return before - sum(len(chain.keys) for chain in self.chains)
