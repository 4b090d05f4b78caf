"""SPEC.md section 9: the post-quantum ratchet, a chain each way for every epoch of the Braid."""

from . import layout
from .braid import Braid
from .primitives import Refused, expand, extract, hmac, split, u32, u64

SKIP = 1000
SKIPPED_KEYS = 2000
SKIPPED_KEY_AGE = 30 * 86_400_000
PQ_EPOCHS = 3
PQ_EPOCH_AGE = 7 * 86_400_000
CARRIER_RETRY = 86_400_000
CLOCK_SKEW = 86_400_000


def is_over(time, since, now):
    return now - since >= time or since - now > CLOCK_SKEW


class Chain:
    def __init__(self, key):
        self.key, self.n, self.dropped_through = key, 0, 0

    def step(self):
        if self.n == 2**32 - 1:
            raise Refused("pq-ratchet/chain-exhausted")
        self.n += 1
        message = hmac(self.key, b"\x01" + u64(self.n))
        self.key = hmac(self.key, b"\x02" + u64(self.n))
        return message

    def stored(self):
        return self.key + u32(self.n)

    @classmethod
    def read(cls, reader):
        chain = cls(reader.raw(32))
        chain.n = reader.u32()
        return chain

    @classmethod
    def read_receiving(cls, reader):
        chain = cls.read(reader)
        chain.dropped_through = reader.u32()
        return chain


class PqRatchet:
    def __init__(self, initiator, sk_pq, sk_braid, now):
        self.initiator = initiator
        self.braid = Braid(initiator, sk_braid)
        keys = expand(extract(bytes(32), sk_pq), "pq-ratchet/chain-start", b"", 96)
        self.sending, receiving = self.chains(keys)
        self.receiving, self.next_sending, self.skipped = [receiving], None, []
        self.dropped = 0
        self.completed_at = self.sent_at = now
        self.sent = self.received = 0
        self.heard = self.ended_stale = False

    def chains(self, keys):
        self.root, a2b, b2a = split(keys)
        sending, receiving = (a2b, b2a) if self.initiator else (b2a, a2b)
        return Chain(sending), Chain(receiving)

    def send(self, draw, now):
        """Header fields (epoch, n, kind, chunk) and the message key."""
        epoch = self.braid.epoch
        kind, chunk, output = self.braid.send(draw)
        key = self.sending.step()
        header = (epoch, self.sending.n, kind, chunk)
        self.sent = min(self.sent + 1, 2**32 - 1)
        self.sent_at, self.heard = now, False
        self.add(epoch, output)
        return header, key

    def receive(self, header, now):
        """The message key; call it on a copy and keep that when the message authenticates."""
        epoch, n, kind, chunk = header
        latest = self.braid.latest()
        oldest = latest - len(self.receiving) + 1
        k = epoch - 1
        if k < oldest:
            raise Refused("too-old")
        if k > latest:
            raise Refused("braid/future-epoch")
        chain = self.receiving[k - oldest]
        if n > chain.n:
            if n - chain.n - 1 > SKIP:
                raise Refused("pq-ratchet/skip-limit")
            while chain.n < n - 1:
                key = chain.step()
                self.skipped.append((k, chain.n, key, now))
            key = chain.step()
        else:
            found = [s for s in self.skipped if s[:2] == (k, n)]
            if found and now - found[0][3] <= SKIPPED_KEY_AGE:
                key = found[0][2]
                self.skipped.remove(found[0])
            elif found or n <= chain.dropped_through:
                raise Refused("too-old")
            else:
                raise Refused("duplicate")
        before = self.braid.epoch
        output = self.braid.receive(epoch, kind, chunk)
        excess = len(self.skipped) - SKIPPED_KEYS
        self.drop([s for i, s in enumerate(self.skipped) if i < excess], latest)
        self.received = min(self.received + 1, 2**32 - 1)
        self.heard = True
        self.add(before, output)
        if self.braid.epoch != before:
            self.complete(now)
        return key

    def add(self, epoch, output):
        if output is None:
            return
        prk = extract(self.root, output)
        keys = expand(prk, "pq-ratchet/add-epoch", u64(epoch), 96)
        self.next_sending, receiving = self.chains(keys)
        self.receiving = (self.receiving + [receiving])[-PQ_EPOCHS:]
        oldest = epoch - len(self.receiving) + 1
        self.drop([s for s in self.skipped if s[0] < oldest], epoch)

    def complete(self, now):
        self.sending, self.next_sending = self.next_sending, None
        self.ended_stale = self.is_stale(now)
        self.completed_at, self.sent, self.received = now, 0, 0

    def is_stale(self, now):
        return is_over(PQ_EPOCH_AGE, self.completed_at, now)

    def should_send_carrier(self, now):
        silent = is_over(CARRIER_RETRY, self.sent_at, now)
        answer = self.heard and (self.ended_stale or silent)
        if self.braid.peer_may_lag() and (answer or silent):
            return True
        if self.braid.peer_may_doubt() and answer:
            return True
        return self.is_stale(now) and (self.heard or silent)

    def drop(self, keys, latest):
        oldest = latest - len(self.receiving) + 1
        for key in keys:
            self.skipped.remove(key)
            self.dropped += 1
            if key[0] >= oldest:
                chain = self.receiving[key[0] - oldest]
                chain.dropped_through = max(chain.dropped_through, key[1])

    def expire(self, now):
        old = [s for s in self.skipped if now - s[3] > SKIPPED_KEY_AGE]
        self.drop(old, self.braid.latest())

    def stored(self):
        skipped = [u32(k) + u32(n) + key + u64(at) for k, n, key, at in self.skipped]
        return (
            b"\x01"
            + layout.boolean(not self.initiator)
            + self.root
            + self.braid.stored()
            + self.sending.stored()
            + layout.opt(self.next_sending and self.next_sending.stored())
            + layout.list_([c.stored() + u32(c.dropped_through) for c in self.receiving])
            + layout.list_(skipped)
            + u64(self.dropped)
            + u64(self.completed_at)
            + u64(self.sent_at)
            + u32(self.sent)
            + u32(self.received)
            + layout.boolean(self.heard)
            + layout.boolean(self.ended_stale)
        )

    @classmethod
    def read(cls, reader):
        reader.version()
        self = cls.__new__(cls)
        self.initiator, self.root = not reader.bool(), reader.raw(32)
        self.braid, self.sending = Braid.read(reader), Chain.read(reader)
        self.next_sending = reader.opt(Chain.read)
        self.receiving = reader.list(PQ_EPOCHS, Chain.read_receiving)
        self.skipped = reader.list(
            SKIPPED_KEYS, lambda r: (r.u32(), r.u32(), r.raw(32), r.u64())
        )
        self.dropped, self.completed_at, self.sent_at = reader.u64(), reader.u64(), reader.u64()
        self.sent, self.received = reader.u32(), reader.u32()
        self.heard, self.ended_stale = reader.bool(), reader.bool()
        if not self.is_consistent():
            raise Refused("decode/out-of-range")
        return self

    def is_consistent(self):
        """9.7: what is refused besides malformed bytes."""
        latest = self.braid.latest()
        chains = {latest - age: chain for age, chain in enumerate(reversed(self.receiving))}
        within = all(chain.dropped_through < max(chain.n, 1) for chain in self.receiving)
        last = {}
        for epoch, n, _, _ in self.skipped:
            if epoch not in chains or not last.get(epoch, 0) < n < chains[epoch].n:
                return False
            last[epoch] = n
        return (
            (self.next_sending is not None) == (latest == self.braid.epoch)
            and len(self.receiving) == min(latest + 1, PQ_EPOCHS)
            and within
        )
