"""SPEC.md section 10: the ML-KEM Braid, its states, transitions, stored form."""

from . import erasure, layout
from .primitives import (
    Refused,
    expand,
    extract,
    kem_check_parts,
    kem_decapsulate,
    kem_first_step,
    kem_header,
    kem_public,
    kem_second_step,
    mac,
    split,
    u16,
    u32,
    u64,
)

(
    KEYS_UNSAMPLED, KEYS_SAMPLED, HEADER_SENT, CT1_RECEIVED, EK_SENT_CT1_RECEIVED,
    NO_HEADER_RECEIVED, HEADER_RECEIVED, CT1_SAMPLED, EK_RECEIVED_CT1_SAMPLED,
    CT1_ACKNOWLEDGED, CT2_SAMPLED,
) = range(11)  # fmt: skip

NONE, HEADER, KEY, KEY_AND_ACK, ACK, CT1, CT2 = range(7)
NO_CHUNK = (0, bytes(64))


def epoch_key(shared, epoch):
    return expand(extract(bytes(32), shared), "braid/epoch-key", u64(epoch), 32)


class Authenticator:
    def __init__(self, root, mac_key):
        self.root, self.mac_key = root, mac_key

    @classmethod
    def start(cls, secret):
        return cls.derive(bytes(32), secret, 1)

    @classmethod
    def derive(cls, root, update, epoch):
        prk = extract(root, update)
        return cls(*split(expand(prk, "braid/authenticator", u64(epoch), 64)))

    def updated(self, epoch, key):
        return self.derive(self.root, key, epoch)

    def header_mac(self, epoch, header):
        return mac(self.mac_key, "braid/header", u64(epoch) + header)

    def ciphertext_mac(self, epoch, ct1, ct2):
        return mac(self.mac_key, "braid/ciphertext", u64(epoch) + ct1 + ct2)

    def stored(self):
        return self.root + self.mac_key


class Encoder:
    def __init__(self, data):
        self.data, self.next = data, 0

    def take(self):
        """Index and chunk, or None when no index is left."""
        if self.next is None:
            return None
        index = self.next
        self.next = index + 1 if index < 65_535 else None
        return index, erasure.encode(self.data, index)

    def stored(self):
        return layout.opt(None if self.next is None else u16(self.next))

    @classmethod
    def read(cls, reader, data):
        """Of an object that follows from others when it is needed, `data` is None."""
        encoder = cls(data)
        encoder.next = reader.opt(lambda r: r.u16())
        return encoder


class Decoder:
    def __init__(self, length):
        self.length, self.chunks = length, []

    def offer(self, chunk):
        return erasure.offer(self.length, self.chunks, *chunk)

    def stored(self):
        return layout.list_([u16(index) + data for index, data in self.chunks])

    @classmethod
    def read(cls, reader, length):
        decoder = cls(length)
        most = erasure.needed(length) - 1
        decoder.chunks = reader.list(most, lambda r: (r.u16(), r.raw(64)))
        if len(dict(decoder.chunks)) < len(decoder.chunks):
            raise Refused("decode/out-of-range")
        return decoder


class Braid:
    """One side. Callers work on a copy and keep it when the message authenticated."""

    def __init__(self, initiator, secret):
        self.epoch = 1
        self.authenticator = Authenticator.start(secret)
        self.seed = self.header = self.m = self.vector = self.ct1 = None
        self.encoder = self.decoder = None
        self.state = KEYS_UNSAMPLED
        if not initiator:
            self.await_header()

    def await_header(self):
        self.state, self.decoder = NO_HEADER_RECEIVED, Decoder(96)

    def latest(self):
        """The newest epoch whose key is known."""
        knows = self.state in (CT1_SAMPLED, EK_RECEIVED_CT1_SAMPLED, CT1_ACKNOWLEDGED, CT2_SAMPLED)
        return self.epoch if knows else self.epoch - 1

    def peer_may_lag(self):
        waits = self.state == NO_HEADER_RECEIVED and not self.decoder.chunks
        return self.epoch > 1 and waits

    def peer_may_doubt(self):
        return self.epoch > 1 and self.state in (KEYS_UNSAMPLED, KEYS_SAMPLED)

    # Send

    def send(self, draw):
        """Kind, chunk, and the key if the epoch puts one out."""
        output = None
        if self.state == KEYS_UNSAMPLED:
            self.seed = draw(64)
            header = kem_header(kem_public(self.seed))
            mac_ = self.authenticator.header_mac(self.epoch, header)
            self.state, self.encoder = KEYS_SAMPLED, Encoder(header + mac_)
        elif self.state == HEADER_RECEIVED:
            self.m = draw(32)
            ct1, shared = kem_first_step(self.header, self.m)
            output = epoch_key(shared, self.epoch)
            self.authenticator = self.authenticator.updated(self.epoch, output)
            self.state, self.encoder, self.decoder = CT1_SAMPLED, Encoder(ct1), Decoder(1152)
        kind = {
            KEYS_SAMPLED: HEADER, HEADER_SENT: KEY, CT1_RECEIVED: KEY_AND_ACK,
            CT1_SAMPLED: CT1, EK_RECEIVED_CT1_SAMPLED: CT1, CT2_SAMPLED: CT2,
        }.get(self.state, NONE)  # fmt: skip
        chunk = self.encoder.take() if kind != NONE else None
        if kind != NONE and chunk is None:
            kind = ACK if kind == KEY_AND_ACK else NONE
        return kind, chunk or NO_CHUNK, output

    # Receive

    def receive(self, epoch, kind, chunk):
        """The key if the epoch puts one out."""
        if epoch < self.epoch:
            return None
        if epoch > self.epoch:
            if epoch != self.epoch + 1 or self.state != CT2_SAMPLED:
                raise Refused("braid/future-epoch")
            self.epoch += 1
            self.state = KEYS_UNSAMPLED
            return None
        state = self.state
        if state == KEYS_SAMPLED and kind == CT1:
            self.state, self.decoder = HEADER_SENT, Decoder(960)
            self.encoder = Encoder(kem_public(self.seed)[:1152])
            self.take_ct1(chunk)
        elif state == HEADER_SENT and kind == CT1:
            self.take_ct1(chunk)
        elif state == CT1_RECEIVED and kind == CT2:
            self.state, self.decoder = EK_SENT_CT1_RECEIVED, Decoder(160)
            return self.take_ct2(chunk)
        elif state == EK_SENT_CT1_RECEIVED and kind == CT2:
            return self.take_ct2(chunk)
        elif state == NO_HEADER_RECEIVED and kind == HEADER:
            self.take_header(chunk)
        elif state == CT1_SAMPLED and kind == KEY:
            if self.take_key(chunk):
                self.state = EK_RECEIVED_CT1_SAMPLED
        elif state == CT1_SAMPLED and kind == KEY_AND_ACK:
            self.state = CT1_ACKNOWLEDGED
            if self.take_key(chunk):
                self.sample_ct2()
        elif state == CT1_SAMPLED and kind == ACK:
            self.state = CT1_ACKNOWLEDGED
        elif state == CT1_ACKNOWLEDGED and kind in (KEY, KEY_AND_ACK):
            if self.take_key(chunk):
                self.sample_ct2()
        elif state == EK_RECEIVED_CT1_SAMPLED and kind in (KEY_AND_ACK, ACK):
            self.sample_ct2()
        return None

    def take_ct1(self, chunk):
        ct1 = self.decoder.offer(chunk)
        if ct1 is not None:
            self.state, self.ct1 = CT1_RECEIVED, ct1

    def take_ct2(self, chunk):
        whole = self.decoder.offer(chunk)
        if whole is None:
            return None
        ct2, received = whole[:128], whole[128:]
        key = epoch_key(kem_decapsulate(self.seed, self.ct1 + ct2), self.epoch)
        authenticator = self.authenticator.updated(self.epoch, key)
        if authenticator.ciphertext_mac(self.epoch, self.ct1, ct2) != received:
            raise Refused("braid/ciphertext-mac")
        if self.epoch == 2**32 - 1:
            raise Refused("braid/epochs-exhausted")
        self.authenticator = authenticator
        self.epoch += 1
        self.await_header()
        return key

    def take_header(self, chunk):
        whole = self.decoder.offer(chunk)
        if whole is None:
            return
        header, received = whole[:64], whole[64:]
        if self.authenticator.header_mac(self.epoch, header) != received:
            raise Refused("braid/header-mac")
        self.state, self.header = HEADER_RECEIVED, header

    def take_key(self, chunk):
        vector = self.decoder.offer(chunk)
        if vector is None:
            return False
        if not kem_check_parts(self.header, vector):
            raise Refused("braid/encapsulation-key")
        self.vector = vector
        return True

    def sample_ct2(self):
        ct1, _ = kem_first_step(self.header, self.m)
        ct2 = kem_second_step(self.header, self.vector, self.m)
        received = self.authenticator.ciphertext_mac(self.epoch, ct1, ct2)
        self.state, self.encoder = CT2_SAMPLED, Encoder(ct2 + received)

    # Stored form

    def stored(self):
        out = u32(self.epoch) + self.authenticator.stored() + bytes([self.state])
        if self.state == KEYS_SAMPLED:
            return out + self.seed + self.encoder.stored()
        if self.state == HEADER_SENT:
            return out + self.seed + self.encoder.stored() + self.decoder.stored()
        if self.state == CT1_RECEIVED:
            return out + self.seed + self.encoder.stored() + self.ct1
        if self.state == EK_SENT_CT1_RECEIVED:
            return out + self.seed + self.ct1 + self.decoder.stored()
        if self.state == NO_HEADER_RECEIVED:
            return out + self.decoder.stored()
        if self.state == HEADER_RECEIVED:
            return out + self.header
        if self.state == CT1_SAMPLED:
            return out + self.header + self.m + self.encoder.stored() + self.decoder.stored()
        if self.state == EK_RECEIVED_CT1_SAMPLED:
            return out + self.header + self.m + self.encoder.stored() + self.vector
        if self.state == CT1_ACKNOWLEDGED:
            return out + self.header + self.m + self.decoder.stored()
        if self.state == CT2_SAMPLED:
            return out + self.encoder.data + self.encoder.stored()
        return out

    @classmethod
    def read(cls, reader):
        self = cls.__new__(cls)
        self.seed = self.header = self.m = self.vector = self.ct1 = None
        self.encoder = self.decoder = None
        self.epoch = reader.nonzero()
        self.authenticator = Authenticator(reader.raw(32), reader.raw(32))
        self.state = reader.u8()
        if self.state > CT2_SAMPLED:
            raise Refused("decode/out-of-range")
        self.read_state(reader)
        return self

    def read_state(self, reader):
        state = self.state
        if state in (KEYS_SAMPLED, HEADER_SENT, CT1_RECEIVED, EK_SENT_CT1_RECEIVED):
            self.seed = reader.raw(64)
        if state in (HEADER_RECEIVED, CT1_SAMPLED, EK_RECEIVED_CT1_SAMPLED, CT1_ACKNOWLEDGED):
            self.header = reader.raw(64)
        if state in (CT1_SAMPLED, EK_RECEIVED_CT1_SAMPLED, CT1_ACKNOWLEDGED):
            self.m = reader.raw(32)
        if state in (KEYS_SAMPLED, HEADER_SENT, CT1_RECEIVED, CT1_SAMPLED, EK_RECEIVED_CT1_SAMPLED):
            self.encoder = Encoder.read(reader, None)
        if state == CT2_SAMPLED:
            self.encoder = Encoder.read(reader, reader.raw(160))
        if state in (CT1_RECEIVED, EK_SENT_CT1_RECEIVED):
            self.ct1 = reader.raw(960)
        collected = {
            HEADER_SENT: 960, EK_SENT_CT1_RECEIVED: 160, NO_HEADER_RECEIVED: 96,
            CT1_SAMPLED: 1152, CT1_ACKNOWLEDGED: 1152,
        }  # fmt: skip
        if state in collected:
            self.decoder = Decoder.read(reader, collected[state])
        if state == EK_RECEIVED_CT1_SAMPLED:
            self.vector = reader.raw(1152)
            if not kem_check_parts(self.header, self.vector):
                raise Refused("decode/invalid-key")
