"""The checkers of sessions: ratchet-steps, ratchet-out-of-order, braid."""

from . import braid, erasure, pq, ratchet
from . import primitives as p
from .compare import Difference, equal, outcome, unhex

# ratchet-steps and ratchet-out-of-order


class Draw:
    """Gives the stated random bytes in order, and insists that all are used."""

    def __init__(self, data):
        self.data = data

    def __call__(self, length):
        if len(self.data) < length:
            raise Difference("more random bytes are drawn than stated")
        head, self.data = self.data[:length], self.data[length:]
        return head

    def finish(self):
        if self.data:
            raise Difference("fewer random bytes are drawn than stated")


def script(params, test):
    keys = {name: unhex(key) for name, key in test["session_keys"].items()}
    session, now = unhex(test["session"]), test["now"]
    prekey_secret, draw = unhex(test["signed_prekey"]), Draw(unhex(test["random"]))
    sides = {
        "initiator": ratchet.Ratchet.initiator(keys, p.dh_public(prekey_secret), now, draw),
        "responder": ratchet.Ratchet.responder(keys, prekey_secret, now),
    }
    draw.finish()
    for side, expected in zip(sides.values(), test["state_digests"]):
        equal("state at the start", p.state_digest(side.stored()), expected)
    messages, last = [], "ok"
    for number, step in enumerate(test["steps"]):
        try:
            now, last = run_step(step, sides, session, now, messages)
        except Difference as difference:
            raise Difference(f"step {number} ({step['op']}): {difference}") from difference
    equal("expect", last, test["expect"])


def run_step(step, sides, session, now, messages):
    side, op, code = sides[step["actor"]], step["op"], "ok"
    if op in ("send", "forge"):
        draw = Draw(unhex(step["random"]))
        described = ratchet.Header.of(step["header"])
        replaced = described if op == "forge" else None
        message, header, values = side.encrypt(
            session, unhex(step["plaintext"]), now, draw, replaced
        )
        draw.finish()
        equal("header", header.encoded(), described.encoded().hex())
        if op == "send":
            for name, value in values.items():
                equal(name, value, step[name])
        equal("message", message.encoded(), step["message"])
        messages.append(unhex(step["message"]))
    elif op == "lose":
        draw = Draw(unhex(step["random"]))
        for _ in range(step["count"]):
            side.encrypt(session, b"", now, draw)
        draw.finish()
    elif op == "expire":
        now = step["now"]
        side.expire(now)
    elif op == "advice":
        now = step["now"]
        equal("carrier", side.pq.should_send_carrier(now), step["carrier"])
    else:
        data = messages[step["message"]] if "message" in step else unhex(step["bytes"])
        message = ratchet.Message.decode(data)
        result, code, cause = outcome(lambda: side.decrypt(session, message, now))
        equal("cause", cause if code == "decrypt/post-quantum" else None, step.get("cause"))
        if result:
            equal("plaintext", result[0], step["plaintext"])
            side = sides[step["actor"]] = result[2]
    equal("expect", code, step["expect"])
    equal("state", p.state_digest(side.stored()), step["state_digest"])
    return now, code


# braid


def braid_(params, test):
    op = params["op"]
    if op == "authenticator":
        epoch, header = test["epoch"], unhex(test["header"])
        start = braid.Authenticator.start(unhex(test["sk_braid"]))
        key = braid.epoch_key(unhex(test["shared"]), epoch)
        updated = start.updated(epoch, key)
        ct1, ct2 = unhex(test["ct1"]), unhex(test["ct2"])
        equal("start", start.stored(), test["start"])
        equal("epoch key", key, test["epoch_key"])
        equal("updated", updated.stored(), test["updated"])
        equal("header MAC", start.header_mac(epoch, header), test["header_mac"])
        equal("MAC", updated.ciphertext_mac(epoch, ct1, ct2), test["ciphertext_mac"])
    elif op == "incremental-kem":
        seed, m = unhex(test["seed"]), unhex(test["m"])
        public = p.kem_public(seed)
        header, vector = p.kem_header(public), public[:1152]
        ct1, shared = p.kem_first_step(header, m)
        ct2 = p.kem_second_step(header, vector, m)
        equal("one-shot", p.kem_encapsulate(public, m), (ct1 + ct2, shared))
        equal("header", header, test["header"])
        equal("vector", vector, test["vector"])
        equal("ct1", ct1, test["ct1"])
        equal("ct2", ct2, test["ct2"])
        equal("shared", shared, test["shared"])
        equal("decapsulated", p.kem_decapsulate(seed, ct1 + ct2), test["shared"])
        forged = ct1 + bytes([ct2[0] ^ 1]) + ct2[1:]
        rejected = p.kem_decapsulate(seed, forged)
        equal("rejected", rejected, test["shared_if_ct2_bit_0_differs"])
    elif op == "check-key":
        good = p.kem_check_parts(unhex(test["header"]), unhex(test["vector"]))
        equal("expect", "ok" if good else "braid/encapsulation-key", test["expect"])
    elif op == "encode":
        data = unhex(test["object"])
        for chunk in test["chunks"]:
            equal("chunk", erasure.encode(data, chunk["index"]), chunk["data"])
    elif op == "decode":
        decoder = braid.Decoder(test["length"])

        def run():
            whole = None
            for chunk in test["chunks"]:
                whole = decoder.offer((chunk["index"], unhex(chunk["data"]))) or whole
            return whole

        whole, code, _ = outcome(run)
        equal("expect", code, test["expect"])
        if code == "ok":
            equal("object", whole, test["object"])
    elif op == "pq-start":
        keys = unhex(test["sk_pq"]), unhex(test["sk_braid"])
        state = pq.PqRatchet(test["role"] == "initiator", *keys, test["now"])
        equal("state", state.stored(), test["state"])
    else:
        raise Difference(f"unknown operation {op}")
