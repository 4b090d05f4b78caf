"""SPEC.md section 6: prekeys, bundles, the owner's store."""

from dataclasses import dataclass

from . import certified, layout
from .certified import CERTIFICATE, check_length, read_validity
from .identity import is_ascending
from .layout import Reader, canonical
from .primitives import Refused, hash_, is_signed, sign, u32, u64

DAY = 86_400_000
PREKEY_VALIDITY = 30 * DAY
PREKEY_GRACE = 30 * DAY

PREKEY = {1: ("body", "bytes"), 2: ("signature", "bytes")}
BUNDLE = {
    1: ("certificate", "message"),
    2: ("signed", "message"),
    3: ("kem", "message"),
    4: ("one_time", "message"),
}
DH_KINDS, KEM_KINDS = (1, 2), (3, 4)


@dataclass
class Prekey:
    body: bytes
    account: bytes
    device: int
    kind: int
    id: int
    key: bytes
    validity: tuple
    signature: bytes = b""


def prekey_body(account, device, kind, id_, key, validity):
    typed = layout.x25519(key) if kind in DH_KINDS else layout.kem(key)
    return (
        b"\x01"
        + layout.address(account, device)
        + bytes([kind])
        + u32(id_)
        + typed
        + u64(validity[0])
        + u64(validity[1])
    )


def parse_prekey_body(body):
    if len(body) > 1277:
        raise Refused("decode/too-large")
    reader = Reader(body)
    reader.version()
    account, device = reader.address()
    kind = reader.u8()
    if kind not in (1, 2, 3, 4):
        raise Refused("decode/out-of-range")
    id_ = reader.nonzero()
    key = reader.x25519() if kind in DH_KINDS else reader.kem()
    validity = read_validity(reader)
    reader.finish()
    if validity[1] - validity[0] > PREKEY_VALIDITY:
        raise Refused("decode/out-of-range")
    return Prekey(body, account, device, kind, id_, key, validity)


def make_prekey(account, device, signing_seed, kind, id_, key, validity):
    prekey = parse_prekey_body(prekey_body(account, device, kind, id_, key, validity))
    prekey.signature = sign(signing_seed, "prekey", prekey.body)
    return prekey


def prekey_of(fields):
    signature = check_length(fields["signature"])
    prekey = parse_prekey_body(fields["body"])
    prekey.signature = signature
    return prekey


def encode_prekey(prekey):
    return layout.bytes_field(1, prekey.body) + layout.bytes_field(2, prekey.signature)


@dataclass
class Bundle:
    certificate: dict
    signed: Prekey
    kem: Prekey
    one_time: Prekey


def decode_bundle(data):
    """6.2, before any list is asked."""
    try:
        if len(data) > 32_768:
            raise Refused("decode/too-large")
        fields = canonical(data, BUNDLE)
        inner = {
            name: None
            if fields[name] is None
            else canonical(fields[name], CERTIFICATE if name == "certificate" else PREKEY)
            for name in fields
        }
        for name in ("certificate", "signed", "kem"):
            if inner[name] is None:
                raise Refused("decode/missing")
        signed, kem = prekey_of(inner["signed"]), prekey_of(inner["kem"])
        one_time = inner["one_time"] and prekey_of(inner["one_time"])
        check_certificate_lengths(inner["certificate"])
    except Refused as error:
        raise Refused("bundle/malformed", error.code) from error
    return Bundle(inner["certificate"], signed, kem, one_time)


def check_certificate_lengths(fields):
    if len(fields["body"]) > 190:
        raise Refused("decode/too-large")
    check_length(fields["possession"])
    check_length(fields["signature"])


def encode_bundle(bundle):
    names = {name: number for number, (name, _) in CERTIFICATE.items()}
    parts = [layout.bytes_field(names[name], bundle.certificate[name]) for name in names]
    out = layout.bytes_field(1, b"".join(parts))
    out += layout.bytes_field(2, encode_prekey(bundle.signed))
    out += layout.bytes_field(3, encode_prekey(bundle.kem))
    if bundle.one_time:
        out += layout.bytes_field(4, encode_prekey(bundle.one_time))
    return out


def verify_bundle(bundle, peer, now):
    """6.2, against the certificate that the list vouches for."""
    if hash_("device-certificate", bundle.certificate["body"]) != peer.hash:
        raise Refused("bundle/other-certificate")
    places = [
        (bundle.signed, (1,), "bundle/signed-prekey"),
        (bundle.kem, (3, 4), "bundle/kem-prekey"),
        (bundle.one_time, (2,), "bundle/one-time-prekey"),
    ]
    for prekey, kinds, code in places:
        why = prekey and wrong(prekey, kinds, peer, now)
        if why:
            raise Refused(code, why)
    ids = [prekey.id for prekey, _, _ in places if prekey]
    if len(set(ids)) != len(ids):
        raise Refused("bundle/same-id")


def wrong(prekey, kinds, peer, now):
    if prekey.kind not in kinds:
        return "prekey/wrong-kind"
    if (prekey.account, prekey.device) != (peer.account, peer.device):
        return "prekey/other-owner"
    if not is_signed(peer.signing, "prekey", prekey.body, prekey.signature):
        return "prekey/signature"
    return "prekey/validity" if certified.outside(prekey.validity, now) else None


# 6.4 and 6.5 The owner's store


@dataclass
class Use:
    one_time: int
    kem: int
    replay: bytes


def raw_validity(reader):
    data = reader.raw(16)
    read_validity(Reader(data))
    return data


def read_one_time(reader, length):
    id_, secret, validity, state = (
        reader.nonzero(), reader.raw(length), raw_validity(reader), reader.u8()
    )  # fmt: skip
    if state > 2:
        raise Refused("decode/out-of-range")
    return id_, secret, validity + bytes([state])


def read_replays(reader):
    replays = reader.list(1024, lambda r: r.raw(16))
    if not is_ascending(replays):
        raise Refused("decode/not-canonical")
    return replays


class Store:
    """Kept in its stored form's order."""

    def __init__(self, data):
        reader = Reader(data)
        reader.version()
        self.last_id, self.refill_below = reader.u32(), reader.u16()
        self.signed = self.rotating(reader, lambda r: r.raw(32))
        self.last_resort = self.rotating(reader, lambda r: (r.raw(64), read_replays(r)))
        self.one_time = reader.list(200, lambda r: read_one_time(r, 32))
        self.one_time_kem = reader.list(200, lambda r: read_one_time(r, 64))
        reader.finish()
        self.check_ids()

    @staticmethod
    def rotating(reader, secret):
        current = [
            reader.nonzero(), secret(reader), raw_validity(reader), layout.boolean(reader.bool())
        ]  # fmt: skip
        past = reader.list(5, lambda r: (r.nonzero(), secret(r), raw_validity(r), r.u64()))
        return current, past

    def check_ids(self):
        """Ascending within a kind, past before current; once over all; none above the last."""
        rotating = [
            [*(key[0] for key in past), current[0]]
            for current, past in (self.signed, self.last_resort)
        ]
        one_time = [[key[0] for key in keys] for keys in (self.one_time, self.one_time_kem)]
        kinds = [*rotating, *one_time]
        ids = [id_ for kind in kinds for id_ in kind]
        if (
            not all(map(is_ascending, kinds))
            or len(set(ids)) < len(ids)
            or max(ids) > self.last_id
        ):
            raise Refused("decode/not-canonical")

    @staticmethod
    def find_rotating(rotating, id_, now):
        current, past = rotating
        for key, secret, _, replaced in past:
            if key == id_ and now - replaced < PREKEY_GRACE:
                return secret
        return current[1] if current[0] == id_ else None

    def find_signed(self, id_, now):
        return self.find_rotating(self.signed, id_, now)

    def find_one_time(self, id_):
        return next((secret for key, secret, _ in self.one_time if key == id_), None)

    def find_kem(self, id_, now):
        for key, secret, _ in self.one_time_kem:
            if key == id_:
                return secret
        found = self.find_rotating(self.last_resort, id_, now)
        return found and found[0]

    def refuses(self, use, now):
        if use.one_time and self.find_one_time(use.one_time) is None:
            return "gone"
        if any(key == use.kem for key, _, _ in self.one_time_kem):
            return None
        found = self.find_rotating(self.last_resort, use.kem, now)
        if found is None:
            return "gone"
        if use.replay in found[1]:
            return "replayed"
        return "record-full" if len(found[1]) >= 1024 else None

    def consume(self, use, now):
        self.one_time = [key for key in self.one_time if key[0] != use.one_time]
        if any(key == use.kem for key, _, _ in self.one_time_kem):
            self.one_time_kem = [key for key in self.one_time_kem if key[0] != use.kem]
            return
        found = self.find_rotating(self.last_resort, use.kem, now)
        found[1].append(use.replay)
        found[1].sort()

    def stored(self):
        def rotating(keys, secret):
            (id_, key, validity, published), past = keys
            return (
                u32(id_) + secret(key) + validity + published
                + layout.list_([u32(i) + secret(k) + v + u64(r) for i, k, v, r in past])
            )  # fmt: skip

        return (
            b"\x01"
            + u32(self.last_id)
            + layout.u16(self.refill_below)
            + rotating(self.signed, lambda key: key)
            + rotating(self.last_resort, lambda key: key[0] + layout.list_(key[1]))
            + layout.list_([u32(i) + s + rest for i, s, rest in self.one_time])
            + layout.list_([u32(i) + s + rest for i, s, rest in self.one_time_kem])
        )
