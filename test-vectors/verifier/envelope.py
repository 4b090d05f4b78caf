"""SPEC.md section 13: envelopes."""

from dataclasses import dataclass

from . import handshake, layout
from .primitives import Refused
from .ratchet import Message


class SenderMessage(Message):
    """The same four fields as a session's message; the header is shorter (14.5)."""

    HEADER = 114


@dataclass
class Envelope:
    handshake: handshake.Decoded
    flight: bytes
    message: Message
    commitment: bytes = None

    @property
    def kind(self):
        if isinstance(self.message, SenderMessage):
            return "sender"
        return "handshake" if self.handshake else "session"


def decode(data):
    if len(data) > 98_304:
        raise Refused("decode/too-large")
    fields = layout.InOrder(data)
    if fields.u32(1) != 1:
        raise Refused("decode/unsupported-version")
    number, inner = fields.any_bytes()
    if number not in (2, 3, 4):
        raise Refused("decode/not-canonical")
    beside = commitment(fields.data)
    if number == 4:
        return Envelope(None, None, SenderMessage.decode(inner), beside)
    if number == 3:
        return Envelope(None, None, Message.decode(inner), beside)
    parts = layout.InOrder(inner)
    flight = parts.bytes(1)
    received = handshake.decode(flight)
    message = Message.decode(parts.bytes(2))
    parts.finish()
    return Envelope(received, flight, message, beside)


def commitment(rest):
    """What follows the message: nothing, or 32 bytes in field 15 (13.1)."""
    if not rest:
        return None
    fields = layout.InOrder(rest)
    try:
        beside = fields.bytes(15)
        fields.finish()
    except Refused as error:
        raise Refused("decode/not-canonical") from error
    if len(beside) != 32:
        raise Refused("decode/wrong-length")
    return beside


def encode(envelope):
    message = envelope.message.encoded()
    if envelope.handshake is None:
        number = 4 if envelope.kind == "sender" else 3
        return layout.integer_field(1, 1) + layout.bytes_field(number, message)
    inner = layout.bytes_field(1, envelope.flight) + layout.bytes_field(2, message)
    return layout.integer_field(1, 1) + layout.bytes_field(2, inner)
