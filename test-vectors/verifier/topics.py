"""One function for each file of vectors, called with every group and test of it."""

from . import certified, envelope, handshake, identity, layout, pq, prekey
from . import primitives as p
from . import ratchet, safety, scenario, topics_channel
from .compare import Difference, equal, outcome, unhex
from .primitives import Refused
from .topics_contacts import contacts_
from .topics_contents import contents_
from .topics_franking import franking_
from .topics_groups import changes, conflicts, genesis
from .topics_joining import evidence, joining, suspects, tickets
from .topics_media import media_
from .topics_publication import publication_
from .topics_ratchet import Draw, braid_, script
from .topics_rules import rules_
from .topics_senders import senders_
from .topics_stored import stored_
from .topics_stories import stories_


# labels-kdf


def labels_kdf(params, test):
    op = params["op"]
    if op == "expand":
        out = p.expand(
            unhex(test["prk"]), test["label"], unhex(test["context"]), params["length"]
        )
        equal("output", out, test["output"])
    elif op == "extract-expand":
        prk = p.extract(unhex(test["salt"]), unhex(test["ikm"]))
        out = p.expand(prk, test["label"], unhex(test["context"]), params["length"])
        equal("output", out, test["output"])
    elif op == "hash":
        equal("output", p.hash_(test["label"], unhex(test["data"])), test["output"])
    elif op == "mac":
        out = p.mac(unhex(test["key"]), test["label"], unhex(test["data"]))
        equal("output", out, test["output"])
    elif op == "sign":
        seed, data = unhex(test["seed"]), unhex(test["data"])
        equal("public", p.sign_public(seed), test["public"])
        equal("signature", p.sign(seed, test["purpose"], data), test["signature"])
    elif op == "verify":
        data, signature = unhex(test["data"]), unhex(test["signature"])
        good = p.is_signed(unhex(test["public"]), test["purpose"], data, signature)
        equal("expect", "ok" if good else "signature", test["expect"])
    elif op == "message-key":
        equal("mk", ratchet.message_key(unhex(test["ec_mk"]), unhex(test["pq_mk"])), test["mk"])
    elif op == "root-turn":
        shared = p.dh(unhex(test["secret"]), unhex(test["public"]))
        equal("output", b"".join(ratchet.turn(unhex(test["root"]), shared)), test["output"])
    elif op == "chain-ec":
        chain = unhex(test["chain"])
        for expected in test["messages"]:
            message, chain = ratchet.chain_step(chain)
            equal("message", message, expected)
        equal("after", chain, test["after"])
    elif op == "chain-pq":
        chain = pq.Chain(unhex(test["chain"]))
        for expected in test["messages"]:
            equal("message", chain.step(), expected)
        equal("after", chain.key, test["after"])
    elif op == "search-tag":
        key, nonce = unhex(test["header_key"]), unhex(test["nonce"])
        equal("search key", p.expand(key, "ratchet/search", b"", 16), test["search_key"])
        equal("tag", p.search_tag(key, nonce), test["tag"])
    elif op == "dh":
        shared = p.dh(unhex(test["secret"]), unhex(test["public"]))
        equal("expect", "non-contributory" if shared is None else "ok", test["expect"])
        if shared:
            equal("shared", shared, test["shared"])
    else:
        check = {
            "x25519-key": p.check_x25519,
            "ed25519-key": p.check_ed25519,
            "ml-kem-768-key": p.check_kem,
        }[op]
        _, code, _ = outcome(lambda: check(unhex(test["key"])))
        equal("expect", code, test["expect"])
        if "seed" in test:
            equal("key", p.kem_public(unhex(test["seed"])), test["key"])


# codec-padding


def codec_padding(params, test):
    if params["op"] == "padded-length":
        equal("padded", layout.padded_length(test["length"]), test["padded"])
    elif params["op"] == "unpad":
        text, code, _ = outcome(lambda: layout.unpad(unhex(test["padded"])))
        equal("expect", code, test["expect"])
        if code == "ok":
            equal("text", text, test["text"])
            equal("padded", layout.pad(text), test["padded"])
    else:

        def read():
            reader = layout.Reader(unhex(test["bytes"]))
            found = reader.address()
            reader.finish()
            return found

        found, code, _ = outcome(read)
        equal("expect", code, test["expect"])
        if found:
            equal("account", found[0], test["account"])
            equal("device", found[1], test["device"])
            equal("bytes", layout.address(*found), test["bytes"])


# identity


def identity_(params, test):
    op, now = params["op"], params.get("now")
    if op == "certificate":
        account, seed = unhex(params["account"]), unhex(test["account_seed"])
        certificate = certified.make_certificate(
            account, seed, secrets_of(test["device"]), tuple(test["validity"]),
            test["capabilities"],
        )  # fmt: skip
        equal("request", certified.encode_request(certificate), test["request"])
        equal("certificate", certified.encode_certificate(certificate), test["certificate"])
        equal("hash", certificate.hash, test["hash"])
        certified.decode_certificate(unhex(test["certificate"]))
    elif op in ("decode-certificate", "decode-list", "decode-fork"):
        decode = {
            "decode-certificate": certified.decode_certificate,
            "decode-list": identity.decode_list,
            "decode-fork": identity.decode_fork,
        }[op]
        _, code, cause = outcome(lambda: decode(unhex(test["bytes"])))
        equal("expect", code, test["expect"])
        if "cause" in test:
            equal("cause", cause, test["cause"])
    elif op == "list":
        certificates = [certified.decode_certificate(unhex(c)) for c in test["certificates"]]
        old = test.get("old_account_seed")
        made = identity.make_list(
            unhex(params["account"]), unhex(test["account_seed"]), test["version"],
            unhex(test["previous"]), tuple(test["validity"]), certificates, test["revoked"],
            old and unhex(old),
        )  # fmt: skip
        equal("list", identity.encode_list(made), test["list"])
        equal("hash", made.entry.hash, test["hash"])
        identity.decode_list(unhex(test["list"]))
    elif op == "advance":
        state = None
        for data in test["known"]:
            decoded = identity.decode_list(unhex(data))
            if state is None:
                state = identity.trust(decoded, now)
            else:
                result, state = identity.advance(state, decoded, now)
                equal("known", result, "advanced")
        equal("state before", p.state_digest(state.stored()), test["state_before"])
        at = test.get("now", now)

        def run():
            return identity.advance(state, identity.decode_list(unhex(test["list"])), at)

        result, code, _ = outcome(run)
        equal("expect", code, test["expect"])
        if result:
            equal("outcome", result[0], test["outcome"])
            equal("state after", p.state_digest(result[1].stored()), test["state_after"])
    elif op == "vouch":
        state = identity.trust(identity.decode_list(unhex(params["list"])), now)
        _, code, _ = outcome(lambda: identity.vouch(state, test["device"], test["now"]))
        equal("expect", code, test["expect"])
    else:
        raise Difference(f"unknown operation {op}")


def secrets_of(device):
    return {
        "device": device["device"],
        "signing_seed": unhex(device["signing_seed"]),
        "identity_secret": unhex(device["identity_secret"]),
    }


def safety_number(params, test):
    source = test if params["op"] == "safety-number" else params
    own = safety.fingerprint(unhex(source["own_account"]), unhex(source["own_key"]))
    peer = safety.fingerprint(unhex(source["peer_account"]), unhex(source["peer_key"]))
    if params["op"] == "safety-number":
        equal("digits", safety.safety_number(own, peer), test["digits"])
        equal("code", safety.safety_code(own, peer), test["code"])
        return
    result, code, _ = outcome(lambda: safety.scan(own, peer, unhex(test["code"])))
    equal("expect", code, test["expect"])
    if result:
        equal("outcome", result, test["outcome"])


# prekey-bundle


def prekey_bundle(params, test):
    state = identity.trust(identity.decode_list(unhex(params["list"])), params["now"])

    def run():
        decoded = prekey.decode_bundle(unhex(test["bundle"]))
        peer = identity.vouch(state, params["device"]["device"], params["now"])
        prekey.verify_bundle(decoded, peer, test["now"])
        return decoded

    decoded, code, cause = outcome(run)
    equal("expect", code, test["expect"])
    if "cause" in test:
        equal("cause", cause, test["cause"])
    if decoded is None:
        return
    parts = [decoded.signed, decoded.kem, decoded.one_time]
    equal("ids", [part.id if part else 0 for part in parts], test["ids"])
    strength = {"one_time_x25519": parts[2] is not None, "one_time_kem": decoded.kem.kind == 4}
    equal("strength", strength, test["strength"])
    seed, secrets = unhex(params["device"]["signing_seed"]), test["secrets"]
    for part, secret in zip(parts, secrets):
        if part is None:
            continue
        public = p.dh_public if part.kind in (1, 2) else p.kem_public
        key = public(unhex(secret))
        again = prekey.make_prekey(
            part.account, part.device, seed, part.kind, part.id, key, part.validity
        )
        equal("prekey", prekey.encode_prekey(again), prekey.encode_prekey(part).hex())
    equal("bundle", prekey.encode_bundle(decoded), test["bundle"])


# handshake


def party(described):
    certificate = unhex(described["certificate"])
    device = secrets_of(described["device"])
    decoded = certified.decode_certificate(certificate)
    made = certified.make_certificate(
        unhex(described["account"]), unhex(described["account_seed"]), device, decoded.validity
    )
    equal("certificate", certified.encode_certificate(made), described["certificate"])
    return identity.Local(
        decoded, certificate, device["signing_seed"], device["identity_secret"],
        identity.decode_list(unhex(described["list"])),
    )  # fmt: skip


def compare_handshake(result, test):
    for name in ("handshake_hash", "t1", "k_id", "chain", "sealed_identity", "t2", "replay_id"):
        equal(name, result[name], test[name])
    for name, key in result["session_keys"].items():
        equal(name, key, test["session_keys"][name])


def handshake_(params, test):
    responder = party(params["responder"])
    psks = [unhex(psk) for psk in params["psks"]]
    stored = test.get("prekeys") or params["responder"]["prekeys"]
    store = prekey.Store(unhex(stored))
    equal("store", store.stored(), stored)
    data = unhex(test["handshake"])
    if params["op"] == "agree":
        initiator, now = party(params["initiator"]), params["now"]
        bundle = prekey.decode_bundle(unhex(test["bundle"]))
        peer = identity.vouch(
            identity.trust(responder.list, now), responder.certificate.device, now
        )
        prekey.verify_bundle(bundle, peer, now)
        psk = unhex(test["psk"]) if "psk" in test else None
        result = handshake.initiate(initiator, bundle, peer, psk, unhex(test["random"]))
        equal("handshake", result["handshake"], test["handshake"])
        compare_handshake(result, test)
        compare_handshake(handshake.respond(responder, store, psks, data, now), test)
        return
    result, code, _ = outcome(
        lambda: handshake.respond(responder, store, psks, data, test["now"])
    )
    equal("expect", code, test["expect"])
    if result:
        equal("t2", result["t2"], test["t2"])


# header-sealing


def header_sealing(params, test):
    key, nonce, body = unhex(params["header_key"]), unhex(test["nonce"]), unhex(params["body"])

    def run():
        if p.search_tag(key, nonce) != unhex(test["search_tag"]):
            raise Refused("unknown")
        plain = p.open_(key, nonce, body, unhex(test["sealed"]))
        if plain is None:
            raise Refused("decrypt/not-authentic")
        return ratchet.Header.decode(plain)

    header, code, _ = outcome(run)
    equal("expect", code, test["expect"])
    if header:
        described = ratchet.Header.of(test["header"])
        equal("header", header.encoded(), described.encoded().hex())
        equal("sealed", p.seal(key, nonce, body, described.encoded()), test["sealed"])


# envelope


def envelope_(params, test):
    data = bytes(test["zeros"]) if "zeros" in test else unhex(test["envelope"])
    decoded, code, _ = outcome(lambda: envelope.decode(data))
    equal("expect", code, test["expect"])
    if decoded:
        equal("kind", decoded.kind, test["kind"])
        equal("wire id", decoded.message.nonce, test["wire_id"])
        equal("encoding", envelope.encode(decoded), test["envelope"])
        if decoded.handshake:
            received = decoded.handshake
            ids = [received.signed, received.one_time, received.kem]
            equal("prekeys", ids, test["prekeys"])


# Operations of which no test expects a refusal.
POSITIVE = {
    "expand", "extract-expand", "hash", "mac", "sign", "message-key", "root-turn", "chain-ec",
    "chain-pq", "search-tag", "padded-length", "certificate", "list", "safety-number", "agree",
    "authenticator", "incremental-kem", "encode", "pq-start", "scenario", "replay", "derive",
}  # fmt: skip


def check(topic, params, test):
    """Raises what is wrong with a test."""
    if topic not in TOPICS:
        raise Difference("nothing checks this topic")
    if params["op"] in POSITIVE:
        equal("expect", "ok", test["expect"])
    TOPICS[topic](params, test)


TOPICS = {
    "labels-kdf": labels_kdf,
    "codec-padding": codec_padding,
    "identity": identity_,
    "contacts": contacts_,
    "safety-number": safety_number,
    "prekey-bundle": prekey_bundle,
    "prekey-publication": publication_,
    "handshake": handshake_,
    "header-sealing": header_sealing,
    "ratchet-steps": script,
    "ratchet-out-of-order": script,
    "braid": braid_,
    "envelope": envelope_,
    "content": contents_,
    "content-calls": contents_,
    "content-devices": contents_,
    "content-operations": contents_,
    "content-said": contents_,
    "content-signals": contents_,
    "content-stories": contents_,
    "content-rules": rules_,
    "franking": franking_,
    "group-genesis": genesis,
    "group-changes": changes,
    "group-conflicts": conflicts,
    "group-tickets": tickets,
    "group-joining": joining,
    "group-evidence": evidence,
    "group-suspects": suspects,
    "group-messages": topics_channel.open_,
    "media-encryption": media_,
    "sender-chain": senders_,
    "sender-distribution": senders_,
    "scenario-five-members": topics_channel.scenario,
    "stored": stored_,
    "stories": stories_,
    "scenario-two-devices": lambda params, test: scenario.run(params, test, equal, party, Draw),
}
