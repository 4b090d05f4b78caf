"""Derivations, padding, headers, sender chains, media."""

from verifier import envelope, layout, media, ratchet, senders
from verifier import primitives as p

from .seeded import Seeded

LENGTHS = [0, 1, 126, 127, 128, 135, 136, 255, 256, 1000, 4095, 4096, 65_000]
HUGE = [2**16, 2**20 - 1, 2**20, 2**32 + 1, 2**40]
MEDIA = [0, 1, 127, 128, 1000, 63_000, 65_464, 65_465, 131_000, 200_000]
LABELS = {
    "expand": ["ratchet/root", "sender/mix", "media/object", "group/invite-link"],
    "hash": ["content", "device-list", "group/state", "sender-scope"],
    "mac": ["braid/header", "braid/ciphertext"],
    "sign": ["device-list", "prekey", "sender-message", "group-change"],
}


def derivations():
    for op, labels in LABELS.items():
        for label in labels:
            for length in (0, 1, 200):
                seeded = Seeded(f"{op}/{label}/{length}")
                yield op, *globals()[op](seeded, label, seeded.bytes(length))


def expand(seeded, label, context):
    prk, length = seeded.bytes(32), seeded.choice([16, 32, 64, 96])
    inputs = {"prk": prk, "label": label, "context": context, "length": length}
    return inputs, {"output": p.expand(prk, label, context, length)}


def hash(seeded, label, data):
    return {"label": label, "data": data}, {"output": p.hash_(label, data)}


def mac(seeded, label, data):
    key = seeded.bytes(32)
    return {"key": key, "label": label, "data": data}, {"output": p.mac(key, label, data)}


def sign(seeded, purpose, data):
    seed = seeded.bytes(32)
    output = {"public": p.sign_public(seed), "signature": p.sign(seed, purpose, data)}
    return {"seed": seed, "purpose": purpose, "data": data}, output


def padding():
    for length in LENGTHS:
        text = Seeded(f"pad/{length}").bytes(length) if length < 5000 else bytes(length)
        if length < 5000:
            yield "pad", {"text": text}, {"padded": layout.pad(text)}
        yield "padded-length", {"length": length}, {"padded": layout.padded_length(length)}
    for length in HUGE:
        yield "padded-length", {"length": length}, {"padded": layout.padded_length(length)}


def headers():
    for number in range(8):
        seeded = Seeded(f"header/{number}")
        key, nonce, body = seeded.bytes(32), seeded.bytes(12), seeded.bytes(160)
        tag = p.search_tag(key, nonce)
        yield "search-tag", {"header_key": key, "nonce": nonce}, {"tag": tag}
        kind = number % 7
        empty = kind in (0, 4)
        described = {
            "ratchet_key": p.dh_public(seeded.bytes(32)).hex(), "pn": seeded.below(2**32),
            "n": seeded.below(2**32), "epoch": seeded.between(1, 2**32 - 1),
            "pq_n": seeded.between(1, 2**32 - 1), "kind": kind,
            "index": 0 if empty else seeded.below(2**16),
            "chunk": (bytes(64) if empty else seeded.bytes(64)).hex(),
        }  # fmt: skip
        sealed = p.seal(key, nonce, body, ratchet.Header.of(described).encoded())
        inputs = {"header_key": key, "nonce": nonce, "body": body, "header": described}
        yield "seal-header", inputs, {"sealed": sealed}


def sender_messages():
    for number in range(8):
        seeded = Seeded(f"sender/{number}")
        account = seeded.bytes(seeded.between(1, 64))
        address = account, seeded.between(1, 2**32 - 1)
        secret, id_, epoch = seeded.bytes(32), seeded.bytes(32), seeded.below(2**32)
        commitment = senders.Scope.group(id_, epoch, b"").commitment(secret)
        scope = senders.Scope.group(id_, epoch, commitment)
        seed, chain, chain_id = seeded.bytes(32), seeded.bytes(32), seeded.below(2**32)
        iteration, created = seeded.below(10_000), 1_800_000_000_000 + seeded.below(2**20)
        given = senders.Distribution(
            scope, chain_id, chain, iteration, p.sign_public(seed), secret, created
        )
        nonce, text = seeded.bytes(12), seeded.bytes(seeded.below(400))
        claim = senders.Claim(
            seeded.below(1024), address[1], chain_id, iteration, seeded.below(2**32),
            seeded.bytes(16),
        )  # fmt: skip
        part, after = ratchet.chain_step(chain)
        name = senders.origin(scope, address, chain_id, given.verifying)
        parts = senders.seal_message(scope, secret, name, seed, part, claim, nonce, text)
        message = envelope.Envelope(None, None, envelope.SenderMessage(*parts))
        inputs = {
            "account": account, "device": address[1], "distribution": given.encoded(),
            "signing_seed": seed, "member_index": claim.index, "revision": claim.revision,
            "state_prefix": claim.prefix, "nonce": nonce, "plaintext": text,
        }  # fmt: skip
        output = {
            "scope_hash": scope.hash, "header_key": scope.header_key(secret), "origin": name,
            "envelope": envelope.encode(message), "chain_after": after,
        }  # fmt: skip
        yield "sender-message", inputs, output


def media_objects():
    for length in MEDIA:
        seeded = Seeded(f"media/{length}")
        key, salt = seeded.bytes(32), seeded.bytes(24)
        text = bytes((i ^ (i >> 8) ^ (i >> 16)) & 0xFF for i in range(length))
        made = media.seal_object(key + salt, text)
        output = {
            "ciphertext_len": len(made.data), "root": made.pointer.root,
            "list": media.list_of(made.data), "record": made.record,
        }  # fmt: skip
        if length < 1000:
            output["object"] = made.data
        yield "media-seal", {"key": key, "salt": salt, "plaintext_len": length}, output
    for count in (0, 1, 5, 127, 128, 129, 1000):
        seeded = Seeded(f"waveform/{count}")
        peaks = [seeded.below(2**16) for _ in range(count)]
        yield "media-waveform", {"peaks": peaks}, {"waveform": media.waveform(peaks)}


def all_():
    for part in (derivations, padding, headers, sender_messages, media_objects):
        yield from part()
