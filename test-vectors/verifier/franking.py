"""SPEC.md section 13: reportable messages and reports."""

from dataclasses import replace

from . import envelope, layout
from .layout import Reader
from .primitives import Refused, expand, extract, hash_, is_signed, mac, open_
from .receivers import GRACE, RECEIVED_AGE
from .senders import Claim, origin, signed

REPORTABLE, STAMP, LENGTH = 61_440, 1_024, 32


# 13.1


def session_context(sender, recipient, session):
    return b"\1" + layout.address(*sender) + b"\1" + layout.address(*recipient) + session


def chain_context(sender, scope_hash):
    return b"\1" + layout.address(*sender) + b"\2" + scope_hash


def read_context(data):
    """The sender, and the rest by name."""
    reader = Reader(data)
    found = take_context(reader)
    reader.finish()
    return found


def take_context(reader):
    reader.version()
    sender, venue = reader.address(), reader.u8()
    if venue == 1:
        found = {"recipient": reader.address(), "session": reader.raw(32)}
    elif venue == 2:
        found = {"scope": reader.raw(32)}
    else:
        raise Refused("decode/out-of-range")
    return sender, found


def key(prk):
    return expand(prk, "report/key", b"", 32)


def commitment(k_f, context, content):
    return mac(k_f, "report/commitment", context + content)


def decode(data):
    """The envelope's message, and the commitment beside it or None."""
    decoded = envelope.decode(data)
    return decoded.message, decoded.commitment


def header_data(body, beside):
    return body if beside is None else hash_("report-body", beside + body)


def check(beside, prk, context, content, code):
    """The opening, or None for a message that is not reportable."""
    if beside is None:
        return None
    k_f = key(prk)
    if len(content) > REPORTABLE or commitment(k_f, context, content) != beside:
        raise Refused(code)
    return context + k_f + beside


def open_session(data, header_key, prk, session, sender, recipient):
    message, beside = decode(data)
    header = open_(header_key, message.nonce, header_data(message.body, beside), message.header)
    if header is None:
        raise Refused("decrypt/not-authentic")
    ad = message.associated(session, header) + (beside or b"")
    padded = open_(expand(prk, "ratchet/message", b"", 32), message.nonce, ad, message.body)
    if padded is None:
        raise Refused("decrypt/not-authentic")
    try:
        content = layout.unpad(padded)
    except Refused as error:
        raise Refused("decrypt/peer-misbehaved") from error
    context = session_context(sender, recipient, session)
    check(beside, prk, context, content, "decrypt/other-commitment")
    return content


def open_chain(scope, data, sender, now):
    """14.7 with a commitment: claim, plaintext, changed chain, dropped keys, opening."""
    message, beside = decode(data)
    header_key = scope.scope.header_key(scope.secret)
    header = open_(header_key, message.nonce, header_data(message.body, beside), message.header)
    if header is None:
        raise Refused("open-sender/not-authentic")
    claim = Claim.decode(header[:34])
    if claim.device != sender[1]:
        raise Refused("open-sender/other-sender")
    named = [c for c in scope.chains if (c.sender, c.id) == (sender, claim.chain_id)]
    if not named:
        raise Refused("unknown-chain")
    chain = replace(named[0])
    closed = scope.closed is not None and now - scope.closed > GRACE
    if closed or now - chain.received > RECEIVED_AGE:
        raise Refused("too-old")
    prk = extract(scope.scope.mix(scope.secret), chain.take(claim.iteration, now))
    name = origin(scope.scope, sender, chain.id, chain.verifying)
    shown = expand(prk, "sender/commit", b"", 32)
    text = signed(name, header[:34], message.nonce, message.body, shown) + (beside or b"")
    if not is_signed(chain.verifying, "sender-message", text, header[34:]):
        raise Refused("open-sender/forged")
    ad = name + message.nonce + message.tag + header[:34] + (beside or b"")
    padded = open_(expand(prk, "sender/message", b"", 32), message.nonce, ad, message.body)
    try:
        content = layout.unpad(padded or b"")
    except Refused as error:
        raise Refused("open-sender/sender-misbehaved") from error
    context = chain_context(sender, scope.scope.hash)
    opening = check(beside, prk, context, content, "open-sender/other-commitment")
    scope.chains[scope.chains.index(named[0])] = chain
    return claim, content, chain, scope.drop(chain, now), opening


# 13.2, and body 60 of 12.4


def report(body):
    """Refuses a report that does not fit together."""
    try:
        read_context(body["context"])
    except Refused as error:
        raise Refused("content/report-context") from error
    if len(body["key"]) != 32:
        raise Refused("content/key-length")
    if len(body["commitment"]) != LENGTH:
        raise Refused("content/report-commitment")
    if not 1 <= len(body["content"]) <= REPORTABLE:
        raise Refused("content/report-content")
    if len(body["stamp"]) > STAMP:
        raise Refused("content/report-stamp")
    if commitment(body["key"], body["context"], body["content"]) != body["commitment"]:
        raise Refused("content/report-commitment")


def group_ticket(body):
    if not 1 <= len(body["body"]) <= 6_144:
        raise Refused("content/opaque-length")


RULES = {"Report": report, "CarriedTicket": group_ticket}
