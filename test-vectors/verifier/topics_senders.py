"""The checkers of sender-chain and sender-distribution."""

from . import envelope, receivers, senders
from . import primitives as p
from .compare import Difference, equal, outcome, unhex
from .layout import Reader
from .topics_ratchet import Draw


def address_of(stated):
    return unhex(stated["account"]), stated["device"]


def scope_of(encoded):
    return senders.Scope.read(Reader(unhex(encoded)))


def receiving_of(stated):
    scope = receivers.Receiving.load(unhex(stated["scope"]), map(unhex, stated["chains"]))
    compare_receiving(scope, stated)
    return scope


def compare_receiving(scope, stated):
    equal("scope", scope.stored(), stated["scope"])
    equal("chains", [chain.stored().hex() for chain in scope.chains], stated["chains"])


# sender-chain


def encrypt(params, test):
    state = senders.Sending.load(unhex(test["hot"]), unhex(test["recipients"]))
    equal("hot", state.stored(), test["hot"])
    claimed = test["member_index"], test["revision"], unhex(test["state_prefix"])
    draw, audience = Draw(unhex(test["randomness"])), list(map(address_of, test["audience"]))
    parts, code, _ = outcome(
        lambda: state.send(audience, claimed, unhex(test["plaintext"]), params["now"], draw)
    )
    draw.finish()
    equal("expect", code, test["expect"])
    equal("hot after", state.stored(), test["hot_after"])
    if parts:
        made = envelope.Envelope(None, None, envelope.SenderMessage(*parts))
        equal("envelope", envelope.encode(made), test["envelope"])


def decrypt(params, test):
    scope = receiving_of(test["before"])
    message = envelope.decode(unhex(test["envelope"])).message
    if not scope.is_ours(message):
        equal("expect", "not-ours", test["expect"])
        return
    sender = address_of(params["from"])
    opened, code, _ = outcome(lambda: scope.open(message, sender, test["now"]))
    equal("expect", code, test["expect"])
    if opened is None:
        compare_receiving(scope, test["before"])
        return
    claim, plaintext, chain, dropped = opened
    equal("plaintext", plaintext, test["plaintext"])
    equal("member", claim.index, test["member_index"])
    equal("iteration", claim.iteration, test["iteration"])
    equal("revision", claim.revision, test["revision"])
    equal("prefix", claim.prefix, test["state_prefix"])
    equal("dropped", dropped, test["dropped_keys"])
    equal("chain", p.state_digest(chain.stored()), test["chain_digest"])


# sender-distribution


def derive(params, test):
    scope, secret = scope_of(test["scope"]), unhex(test["epoch_secret"])
    part, sender = unhex(test["chain_part"]), address_of(test["sender"])
    key, commitment = senders.message_keys(scope.mix(secret), part)
    name = senders.origin(scope, sender, test["chain_id"], unhex(test["verifying_key"]))
    equal("scope hash", scope.hash, test["scope_hash"])
    equal("header key", scope.header_key(secret), test["header_key"])
    equal("mix", scope.mix(secret), test["mix"])
    equal("commitment", scope.commitment(secret), test["commitment"])
    equal("origin", name, test["origin"])
    equal("message key", key, test["message_key"])
    equal("key commitment", commitment, test["key_commitment"])


def decode(params, test):
    given, code, _ = outcome(lambda: senders.Distribution.decode(unhex(test["encoded"])))
    equal("expect", code, test["expect"])
    if given:
        equal("encoded", given.encoded(), test["encoded"])
        equal("scope", given.scope.encoded(), test["scope"])
        equal("secret", given.secret is not None, test["has_epoch_secret"])
        equal("key", given.verifying, test["verifying_key"])
        for name in ("chain_id", "iteration", "created"):
            equal(name, getattr(given, name), test[name])


def accept(params, test):
    scope, sender = receiving_of(test["before"]), address_of(test["from"])
    given = senders.Distribution.decode(unhex(test["encoded"]))
    new, code, _ = outcome(lambda: scope.accept(given, sender, params["now"]))
    equal("expect", code, test["expect"])
    equal("new", bool(new), test["new"])
    compare_receiving(scope, test["after"])


OPERATIONS = {
    "encrypt": encrypt, "decrypt": decrypt, "derive": derive, "decode": decode, "accept": accept,
}  # fmt: skip


def senders_(params, test):
    if params["op"] not in OPERATIONS:
        raise Difference(f"unknown operation {params['op']}")
    OPERATIONS[params["op"]](params, test)
