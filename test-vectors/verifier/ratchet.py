"""SPEC.md section 8: the Double Ratchet with header encryption, and both ratchets together."""

import copy

from . import layout
from .braid import ACK, CT2, NO_CHUNK, NONE
from .identity import is_ascending
from .layout import Reader
from .pq import SKIP, SKIPPED_KEY_AGE, SKIPPED_KEYS, PqRatchet
from .primitives import (
    Refused,
    check_x25519,
    dh,
    dh_public,
    expand,
    extract,
    hmac,
    open_,
    seal,
    search_tag,
    split,
    u16,
    u32,
    u64,
)

SKIPPED_CHAINS = 16


def turn(root, shared):
    """KDF_RK: RK', CK, NHK."""
    return split(expand(extract(root, shared), "ratchet/root", b"", 96))


def chain_step(chain):
    """KDF_CK: the message's part and CK'."""
    return hmac(chain, b"\x01"), hmac(chain, b"\x02")


def message_key(ec_mk, pq_mk):
    return expand(extract(pq_mk, ec_mk), "ratchet/message", b"", 32)


class Header:
    def __init__(self, ratchet_key, pn, n, pq):
        self.ratchet_key, self.pn, self.n, self.pq = ratchet_key, pn, n, pq

    def encoded(self):
        epoch, n, kind, (index, chunk) = self.pq
        post_quantum = u32(epoch) + u32(n) + bytes([kind]) + u16(index) + chunk
        return self.ratchet_key + u32(self.pn) + u32(self.n) + post_quantum

    @classmethod
    def decode(cls, data):
        reader = Reader(data)
        key, pn, n = check_x25519(reader.raw(32)), reader.u32(), reader.u32()
        epoch, pq_n, kind = reader.u32(), reader.u32(), reader.u8()
        chunk = reader.u16(), reader.raw(64)
        reader.finish()
        if epoch == 0 or pq_n == 0 or kind > CT2:
            raise Refused("decode/out-of-range")
        if kind in (NONE, ACK) and chunk != NO_CHUNK:
            raise Refused("decode/not-canonical")
        return cls(key, pn, n, (epoch, pq_n, kind, chunk))

    @classmethod
    def of(cls, described):
        """As vectors describe it."""
        chunk = described["index"], bytes.fromhex(described["chunk"])
        pq = described["epoch"], described["pq_n"], described["kind"], chunk
        key = bytes.fromhex(described["ratchet_key"])
        return cls(key, described["pn"], described["n"], pq)


class Message:
    """A `SessionMessage`."""

    HEADER = 131

    def __init__(self, nonce, tag, header, body):
        self.nonce, self.tag, self.header, self.body = nonce, tag, header, body

    @classmethod
    def decode(cls, data):
        fields = layout.InOrder(data)
        parts = []
        for number, length in ((1, 12), (2, 8), (3, cls.HEADER)):
            parts.append(fields.bytes(number))
            if len(parts[-1]) != length:
                raise Refused("decode/wrong-length")
        body = fields.bytes(4)
        fields.finish()
        if not 144 <= len(body) <= 98_304:
            raise Refused("decode/wrong-length")
        return cls(*parts, body)

    def encoded(self):
        parts = enumerate((self.nonce, self.tag, self.header, self.body), 1)
        return b"".join(layout.bytes_field(number, part) for number, part in parts)

    def associated(self, session, header):
        """What the body's tag covers beside the body: the header in clear."""
        return session + self.nonce + self.tag + header

    def matches(self, header_key):
        return search_tag(header_key, self.nonce) == self.tag


class Past:
    """A chain of the peer's of which something is remembered."""

    def __init__(self, generation, header_key):
        self.generation, self.header_key = generation, header_key
        self.dropped_below, self.keys = 0, []

    def drop_oldest(self):
        number, _, _ = self.keys.pop(0)
        self.dropped_below = number + 1

    def stored(self):
        keys = [u32(number) + key + u64(at) for number, key, at in self.keys]
        out = u32(self.generation) + self.header_key + u32(self.dropped_below)
        return out + layout.list_(keys)

    @classmethod
    def read(cls, reader):
        past = cls(reader.u32(), reader.raw(32))
        past.dropped_below = reader.u32()
        past.keys = reader.list(SKIPPED_KEYS, lambda r: (r.u32(), r.raw(32), r.u64()))
        if not is_ascending([number for number, _, _ in past.keys]):
            raise Refused("decode/not-canonical")
        return past

    def ends_before(self, number):
        return self.dropped_below <= number and all(kept < number for kept, _, _ in self.keys)


class Receiving:
    def __init__(self, generation, remote, header_key, chain):
        self.generation, self.remote = generation, remote
        self.header_key, self.chain, self.n = header_key, chain, 0

    def step(self):
        key, self.chain = chain_step(self.chain)
        self.n += 1
        return key

    def skip(self, until, now):
        keys = []
        while self.n < until:
            number = self.n
            keys.append((number, self.step(), now))
        return keys

    def stored(self):
        out = u32(self.generation) + layout.x25519(self.remote) + self.header_key
        return out + self.chain + u32(self.n)

    @classmethod
    def read(cls, reader):
        chain = cls(reader.u32(), reader.x25519(), reader.raw(32), reader.raw(32))
        chain.n = reader.u32()
        return chain


WAITING, TURN, CHAIN = range(3)


class DoubleRatchet:
    def __init__(self, now):
        self.receiving, self.past, self.turned = None, [], now
        self.pn = self.n = 0
        self.local = self.remote = self.chain = self.header_key = None

    @classmethod
    def initiator(cls, keys, signed_prekey, now, draw):
        self = cls(now)
        self.state, self.local = CHAIN, draw(32)
        shared = agree(self.local, signed_prekey)
        self.root, self.chain, self.next_header_key = turn(keys["sk_ec"], shared)
        self.header_key, self.next_receiving = keys["header_a"], keys["header_b"]
        return self

    @classmethod
    def responder(cls, keys, signed_prekey_secret, now):
        self = cls(now)
        self.state, self.local, self.root = WAITING, signed_prekey_secret, keys["sk_ec"]
        self.next_receiving, self.next_header_key = keys["header_a"], keys["header_b"]
        return self

    @property
    def generation(self):
        return self.receiving.generation if self.receiving else 0

    def send(self, draw):
        """Header key, ratchet key, PN, N and ec_mk."""
        if self.state == WAITING:
            raise Refused("encrypt/no-session")
        if self.state == TURN:
            self.local, self.header_key = draw(32), self.next_header_key
            shared = agree(self.local, self.remote)
            self.root, self.chain, self.next_header_key = turn(self.root, shared)
            self.state, self.n = CHAIN, 0
        if self.n == 2**32 - 1:
            raise Refused("encrypt/exhausted")
        key, self.chain = chain_step(self.chain)
        self.n += 1
        return self.header_key, dh_public(self.local), self.pn, self.n - 1, key

    def header_keys(self):
        """As (key, past chain or None), in the order in which tags are tried."""
        live = [self.receiving.header_key] if self.receiving else []
        out = [(key, None) for key in [*live, self.next_receiving]]
        return out + [(past.header_key, past) for past in reversed(self.past)]

    def receive(self, header_key, past, header, now):
        """ec_mk; call it on a copy."""
        current = self.receiving
        if past is not None:
            return self.receive_past(past, header.n)
        if current and header_key == current.header_key:
            if header.ratchet_key != current.remote:
                raise Refused("decrypt/peer-misbehaved")
            if header.n < current.n:
                known = [p for p in self.past if p.generation == current.generation]
                if not known:
                    raise Refused("duplicate")
                return self.receive_past(known[0], header.n)
            limit(header.n - current.n)
            skipped = current.skip(header.n, now)
            if skipped:
                self.remember(current, skipped)
            return current.step()
        return self.receive_next(header, now)

    def receive_past(self, past, number):
        for key in past.keys:
            if key[0] == number:
                past.keys.remove(key)
                return key[1]
        raise Refused("too-old" if number < past.dropped_below else "duplicate")

    def receive_next(self, header, now):
        if self.state == TURN:
            raise Refused("decrypt/peer-misbehaved")
        old = self.receiving
        closing = max(header.pn - old.n, 0) if old else 0
        limit(closing + header.n)
        shared = dh(self.local, header.ratchet_key)
        if shared is None:
            raise Refused("decrypt/peer-misbehaved")
        if old:
            self.remember(old, old.skip(header.pn, now))
        self.root, chain, next_receiving = turn(self.root, shared)
        self.turned = now
        generation = self.generation + 1
        self.receiving = Receiving(generation, header.ratchet_key, self.next_receiving, chain)
        self.next_receiving = next_receiving
        self.pn = self.n if self.state == CHAIN else 0
        self.state, self.remote, self.local, self.chain = TURN, header.ratchet_key, None, None
        skipped = self.receiving.skip(header.n, now)
        if skipped:
            self.remember(self.receiving, skipped)
        return self.receiving.step()

    def remember(self, chain, keys):
        known = [p for p in self.past if p.generation == chain.generation]
        if not known:
            known = [Past(chain.generation, chain.header_key)]
            self.past += known
        known[0].keys += keys

    def prune(self, now):
        """8.6; the number of dropped keys."""
        before = sum(len(past.keys) for past in self.past)
        for past in self.past:
            while past.keys and now - past.keys[0][2] > SKIPPED_KEY_AGE:
                past.drop_oldest()
        surplus = sum(len(past.keys) for past in self.past) - SKIPPED_KEYS
        for past in self.past:
            while surplus > 0 and past.keys:
                past.drop_oldest()
                surplus -= 1
        self.past = [p for p in self.past if p.generation >= self.generation - 1 or p.keys]
        self.past = self.past[-SKIPPED_CHAINS:]
        return before - sum(len(past.keys) for past in self.past)

    def stored(self):
        if self.state == WAITING:
            sending = b"\0" + self.local + self.next_header_key
        elif self.state == TURN:
            sending = b"\1" + layout.x25519(self.remote) + self.next_header_key + u32(self.pn)
        else:
            sending = b"\2" + self.local + self.chain + u32(self.n) + self.header_key
            sending += u32(self.pn) + self.next_header_key
        return (
            self.root
            + sending
            + layout.opt(self.receiving and self.receiving.stored())
            + self.next_receiving
            + layout.list_([past.stored() for past in self.past])
            + u64(self.turned)
        )

    @classmethod
    def read(cls, reader):
        self = cls(0)
        self.root = reader.raw(32)
        self.read_sending(reader)
        self.receiving = reader.opt(Receiving.read)
        self.next_receiving = reader.raw(32)
        self.past = reader.list(SKIPPED_CHAINS, Past.read)
        if sum(len(past.keys) for past in self.past) > SKIPPED_KEYS:
            raise Refused("decode/too-large")
        self.turned = reader.u64()
        if not self.past_fits():
            raise Refused("decode/not-canonical")
        return self

    def read_sending(self, reader):
        self.state = reader.u8()
        if self.state == WAITING:
            self.local, self.next_header_key = reader.raw(32), reader.raw(32)
        elif self.state == TURN:
            self.remote, self.next_header_key = reader.x25519(), reader.raw(32)
            self.pn = reader.u32()
        elif self.state == CHAIN:
            self.local, self.chain, self.n = reader.raw(32), reader.raw(32), reader.u32()
            self.header_key, self.pn = reader.raw(32), reader.u32()
            self.next_header_key = reader.raw(32)
        else:
            raise Refused("decode/out-of-range")

    def past_fits(self):
        """21: past chains rise, none is ahead of the receiving one, of which they are before its end."""
        if not is_ascending([past.generation for past in self.past]):
            return False
        if not self.past:
            return True
        newest, current = self.past[-1], self.receiving
        if current is None or newest.generation > current.generation:
            return False
        return newest.generation < current.generation or newest.ends_before(current.n)


def agree(secret, public):
    shared = dh(secret, public)
    if shared is None:
        raise Refused("non-contributory")
    return shared


def limit(skipped):
    if skipped > SKIP:
        raise Refused("decrypt/too-far-ahead")


class Ratchet:
    """Both halves."""

    def __init__(self, ec, pq):
        self.ec, self.pq, self.lost = ec, pq, 0

    @classmethod
    def initiator(cls, keys, signed_prekey, now, draw):
        ec = DoubleRatchet.initiator(keys, signed_prekey, now, draw)
        return cls(ec, PqRatchet(True, keys["sk_pq"], keys["sk_braid"], now))

    @classmethod
    def responder(cls, keys, signed_prekey_secret, now):
        ec = DoubleRatchet.responder(keys, signed_prekey_secret, now)
        return cls(ec, PqRatchet(False, keys["sk_pq"], keys["sk_braid"], now))

    def encrypt(self, session, plaintext, now, draw, header=None):
        """The message, and everything that went into it. `header` replaces the honest one."""
        dropped = self.pq.dropped
        pq, pq_mk = self.pq.send(draw, now)
        self.lost += self.pq.dropped - dropped
        header_key, ratchet_key, pn, n, ec_mk = self.ec.send(draw)
        header = header or Header(ratchet_key, pn, n, pq)
        nonce, mk = draw(12), message_key(ec_mk, pq_mk)
        message = Message(nonce, search_tag(header_key, nonce), b"", b"")
        associated = message.associated(session, header.encoded())
        message.body = seal(mk, nonce, associated, layout.pad(plaintext))
        message.header = seal(header_key, nonce, message.body, header.encoded())
        values = {"header_key": header_key, "ec_mk": ec_mk, "pq_mk": pq_mk, "mk": mk}
        return message, header, values

    def find(self, message):
        """The header key, and its past chain's place if it is of one."""
        for key, past in self.ec.header_keys():
            if message.matches(key):
                return key, past and self.ec.past.index(past)
        return None

    def decrypt(self, session, message, now):
        """The plaintext, dropped keys and the ratchet after it; this one stays as it was."""
        found = self.find(message)
        if found is None:
            raise Refused("unknown")
        header_key, past = found
        plain = open_(header_key, message.nonce, message.body, message.header)
        if plain is None:
            raise Refused("decrypt/not-authentic")
        try:
            header = Header.decode(plain)
        except Refused as error:
            raise Refused("decrypt/peer-misbehaved", error.code) from error
        after = copy.deepcopy(self)
        past = after.ec.past[past] if past is not None else None
        ec_mk = after.ec.receive(header_key, past, header, now)
        try:
            pq_mk = after.pq.receive(header.pq, now)
        except Refused as error:
            if error.code == "too-old":
                raise
            if error.code == "duplicate":
                raise Refused("decrypt/peer-misbehaved", error.code) from error
            raise Refused("decrypt/post-quantum", error.code) from error
        mk = message_key(ec_mk, pq_mk)
        padded = open_(mk, message.nonce, message.associated(session, plain), message.body)
        if padded is None:
            raise Refused("decrypt/not-authentic")
        try:
            plaintext = layout.unpad(padded)
        except Refused as error:
            raise Refused("decrypt/peer-misbehaved", error.code) from error
        lost = max(after.ec.prune(now), after.pq.dropped - self.pq.dropped)
        lost, after.lost = after.lost + lost, 0
        return plaintext, lost, after

    def expire(self, now):
        dropped = self.pq.dropped
        self.pq.expire(now)
        self.lost += max(self.ec.prune(now), self.pq.dropped - dropped)

    @classmethod
    def read(cls, reader):
        ratchet = cls(DoubleRatchet.read(reader), PqRatchet.read(reader))
        ratchet.lost = reader.u32()
        return ratchet

    def stored(self):
        return self.ec.stored() + self.pq.stored() + u32(self.lost)
