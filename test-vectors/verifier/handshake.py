"""SPEC.md section 7: the handshake that hides its initiator."""

from dataclasses import dataclass

from . import certified, layout, prekey
from .layout import Reader
from .primitives import (
    Refused,
    check_x25519,
    dh,
    dh_public,
    expand,
    extract,
    hash_,
    kem_decapsulate,
    kem_encapsulate,
    kem_public,
    open_,
    seal,
    split,
    u32,
)

NAMES = ["sk_ec", "sk_pq", "sk_braid", "header_a", "header_b"]


@dataclass
class Decoded:
    signed: int
    one_time: int
    kem: int
    ephemeral: bytes
    ciphertext: bytes
    identity: bytes


def decode(data):
    """Section 13, `Handshake`."""
    fields = layout.InOrder(data)
    if fields.u32(1) != 1:
        raise Refused("decode/unsupported-version")
    signed = fields.u32(2)
    if signed == 0:
        raise Refused("decode/missing")
    one_time = fields.u32(3)
    kem = fields.u32(4)
    if kem == 0:
        raise Refused("decode/missing")
    ephemeral = fields.bytes(5)
    if len(ephemeral) != 32:
        raise Refused("decode/wrong-length")
    check_x25519(ephemeral)
    ciphertext = fields.bytes(6)
    if len(ciphertext) != 1088:
        raise Refused("decode/wrong-length")
    sealed = fields.bytes(7)
    if len(sealed) != 400:
        raise Refused("decode/wrong-length")
    fields.finish()
    return Decoded(signed, one_time, kem, ephemeral, ciphertext, sealed)


def encode(signed, one_time, kem, ephemeral, ciphertext, sealed):
    return (
        layout.integer_field(1, 1)
        + layout.integer_field(2, signed)
        + layout.integer_field(3, one_time)
        + layout.integer_field(4, kem)
        + layout.bytes_field(5, ephemeral)
        + layout.bytes_field(6, ciphertext)
        + layout.bytes_field(7, sealed)
    )


@dataclass
class Keys:
    """The responder's keys that enter the transcript."""

    account: bytes
    device: int
    signing: bytes
    identity: bytes
    signed_id: int
    signed: bytes
    one_time_id: int
    one_time: bytes
    kem_id: int
    kem: bytes


def transcript(keys, ephemeral, ciphertext):
    """T1."""
    one_time = keys.one_time and layout.x25519(keys.one_time)
    return hash_(
        "handshake/keys",
        u32(1)
        + layout.address(keys.account, keys.device)
        + layout.ed25519(keys.signing)
        + layout.x25519(keys.identity)
        + u32(keys.signed_id)
        + layout.x25519(keys.signed)
        + u32(keys.one_time_id)
        + layout.opt(one_time)
        + u32(keys.kem_id)
        + layout.kem(keys.kem)
        + layout.x25519(ephemeral)
        + ciphertext,
    )


def first_keys(t1, agreed, shared):
    """k_id and chain."""
    prk = extract(t1, b"\xff" * 32 + b"".join(agreed) + shared)
    return expand(prk, "handshake/identity", t1, 32), expand(prk, "handshake/chain", t1, 32)


def psk_id(psk):
    return expand(psk, "handshake/psk-id", b"", 8)


def last_keys(chain, psk, authenticated, t2):
    """The five session keys and the replay id."""
    if psk is not None:
        chain = expand(extract(chain, psk), "handshake/pre-shared", b"", 32)
    prk = extract(chain, authenticated)
    session = split(expand(prk, "handshake/session", t2, 160))
    return dict(zip(NAMES, session)), expand(prk, "handshake/replay", t2, 16)


def session_id(t1, sealed):
    return hash_("handshake/session", t1 + sealed)


def initiate(local, bundle, peer, psk, random, known=None):
    """Everything that 7.4 derives. `local` is a `Local`, `peer` a certificate."""
    ephemeral, m = random[:32], random[32:64]
    public = dh_public(ephemeral)
    ciphertext, shared = kem_encapsulate(bundle.kem.key, m)
    one_time = bundle.one_time
    keys = Keys(
        peer.account, peer.device, peer.signing, peer.identity,
        bundle.signed.id, bundle.signed.key,
        one_time.id if one_time else 0, one_time.key if one_time else None,
        bundle.kem.id, bundle.kem.key,
    )  # fmt: skip
    t1 = transcript(keys, public, ciphertext)
    agreed = [dh(ephemeral, peer.identity), dh(ephemeral, bundle.signed.key)]
    if one_time:
        agreed.append(dh(ephemeral, one_time.key))
    if None in agreed:
        raise Refused("initiate/non-contributory")
    k_id, chain = first_keys(t1, agreed, shared)
    plain = (
        b"\x01"
        + u32(local.list.entry.version)
        + local.list.entry.hash
        + layout.opt(psk_id(psk) if psk is not None else None)
        + layout.opt(known)
        + layout.var(local.certificate_bytes)
    )
    sealed = seal(k_id, bytes(12), t1, plain.ljust(384, b"\0"))
    t2 = session_id(t1, sealed)
    authenticated = dh(local.identity_secret, bundle.signed.key)
    session_keys, replay = last_keys(chain, psk, authenticated, t2)
    encoded = encode(keys.signed_id, keys.one_time_id, keys.kem_id, public, ciphertext, sealed)
    return {
        "handshake": encoded,
        "handshake_hash": hash_("handshake/flight", encoded),
        "t1": t1,
        "k_id": k_id,
        "chain": chain,
        "sealed_identity": sealed,
        "t2": t2,
        "session_keys": session_keys,
        "replay_id": replay,
    }


@dataclass
class Initiator:
    list_version: int
    list_hash: bytes
    psk_id: bytes
    known: bytes
    certificate: object


def open_identity(k_id, t1, sealed):
    plain = open_(k_id, bytes(12), t1, sealed)
    if plain is None:
        raise Refused("respond/not-authentic")
    try:
        reader = Reader(plain)
        reader.version()
        version, digest = reader.nonzero(), reader.raw(32)
        psk, known = reader.opt(lambda r: r.raw(8)), reader.opt(lambda r: r.raw(8))
        certificate = certified.decode_certificate(reader.var(384))
        if any(reader.data):
            raise Refused("decode/not-canonical")
    except Refused as error:
        raise Refused("respond/not-authentic", error.code) from error
    return Initiator(version, digest, psk, known, certificate)


def respond(local, store, psks, data, now):
    """Steps 3 to 7 of 7.5."""
    received = decode(data)
    signed = store.find_signed(received.signed, now)
    one_time = store.find_one_time(received.one_time) if received.one_time else None
    kem = store.find_kem(received.kem, now)
    if signed is None or kem is None or (received.one_time and one_time is None):
        raise Refused("respond/unknown-prekey")
    shared = kem_decapsulate(kem, received.ciphertext)
    own = local.certificate
    keys = Keys(
        own.account, own.device, own.signing, own.identity,
        received.signed, dh_public(signed),
        received.one_time, dh_public(one_time) if one_time else None,
        received.kem, kem_public(kem),
    )  # fmt: skip
    t1 = transcript(keys, received.ephemeral, received.ciphertext)
    secrets = [local.identity_secret, signed] + ([one_time] if one_time else [])
    agreed = [dh(secret, received.ephemeral) for secret in secrets]
    if None in agreed:
        raise Refused("respond/non-contributory")
    k_id, chain = first_keys(t1, agreed, shared)
    initiator = open_identity(k_id, t1, received.identity)
    certificate = initiator.certificate
    if (certificate.account, certificate.device) == (own.account, own.device):
        raise Refused("respond/reflected")
    if certified.outside(certificate.validity, now):
        raise Refused("respond/certificate")
    psk = None
    if initiator.psk_id is not None:
        known = [psk for psk in psks if psk_id(psk) == initiator.psk_id]
        if not known:
            raise Refused("respond/unknown-pre-shared-secret")
        psk = known[0]
    t2 = session_id(t1, received.identity)
    authenticated = dh(signed, certificate.identity)
    if authenticated is None:
        raise Refused("respond/non-contributory")
    session_keys, replay = last_keys(chain, psk, authenticated, t2)
    use = prekey.Use(received.one_time, received.kem, replay)
    if store.refuses(use, now):
        raise Refused("respond/replay")
    return {
        "handshake_hash": hash_("handshake/flight", data),
        "t1": t1,
        "k_id": k_id,
        "chain": chain,
        "sealed_identity": received.identity,
        "t2": t2,
        "session_keys": session_keys,
        "replay_id": replay,
        "signed_prekey": signed,
        "initiator": initiator,
        "use": use,
    }
