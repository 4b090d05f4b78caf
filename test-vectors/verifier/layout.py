"""SPEC.md section 4: fixed layout, strict protobuf, padding."""

from .primitives import Refused, check_ed25519, check_kem, check_x25519, u16, u32


class Reader:
    """Takes fixed-layout values from the front of bytes."""

    def __init__(self, data):
        self.data = data

    def raw(self, length):
        if len(self.data) < length:
            raise Refused("decode/truncated")
        head, self.data = self.data[:length], self.data[length:]
        return head

    def integer(self, length):
        return int.from_bytes(self.raw(length), "big")

    def u8(self):
        return self.integer(1)

    def u16(self):
        return self.integer(2)

    def u32(self):
        return self.integer(4)

    def u64(self):
        return self.integer(8)

    def bool(self):
        value = self.u8()
        if value > 1:
            raise Refused("decode/out-of-range")
        return value == 1

    def count(self, limit):
        count = self.u16()
        if count > limit:
            raise Refused("decode/too-large")
        return count

    def var(self, limit):
        return self.raw(self.count(limit))

    def list(self, limit, item):
        return [item(self) for _ in range(self.count(limit))]

    def opt(self, item):
        return item(self) if self.bool() else None

    def version(self):
        if self.u8() != 1:
            raise Refused("decode/unsupported-version")

    def nonzero(self):
        value = self.u32()
        if value == 0:
            raise Refused("decode/out-of-range")
        return value

    def typed(self, kind):
        if self.u8() != kind:
            raise Refused("decode/invalid-key")

    def x25519(self):
        self.typed(0x01)
        return check_x25519(self.raw(32))

    def ed25519(self):
        self.typed(0x02)
        return check_ed25519(self.raw(32))

    def kem(self):
        self.typed(0x11)
        return check_kem(self.raw(1184))

    def account(self):
        account = self.var(64)
        if not account:
            raise Refused("decode/wrong-length")
        return account

    def address(self):
        return self.account(), self.nonzero()

    def finish(self):
        if self.data:
            raise Refused("decode/trailing")


def var(data):
    return u16(len(data)) + data


def list_(items):
    return u16(len(items)) + b"".join(items)


def opt(value):
    return b"\0" if value is None else b"\1" + value


def boolean(value):
    return b"\1" if value else b"\0"


def x25519(key):
    return b"\x01" + key


def ed25519(key):
    return b"\x02" + key


def kem(key):
    return b"\x11" + key


def address(account, device):
    return var(account) + u32(device)


# 4.2 and 4.3 Protobuf


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def integer_field(number, value):
    return varint(number << 3) + varint(value) if value else b""


def bytes_field(number, value, always=False):
    if not value and not always:
        return b""
    return varint(number << 3 | 2) + varint(len(value)) + value


def read_varint(data):
    value, length = 0, 0
    while True:
        if length >= len(data):
            raise Refused("decode/truncated")
        if length == 10:
            raise Refused("decode/out-of-range")
        byte = data[length]
        value |= (byte & 0x7F) << 7 * length
        length += 1
        if byte < 0x80:
            break
    if value >= 2**64:
        raise Refused("decode/out-of-range")
    if byte == 0 and length > 1:
        raise Refused("decode/not-canonical")
    return value, data[length:]


def fields(data):
    """All fields as (number, wire type, value, encoded field)."""
    out = []
    while data:
        start = data
        key, data = read_varint(data)
        number, wire_type = key >> 3, key & 7
        if not 0 < number < 2**29:
            raise Refused("decode/out-of-range")
        if wire_type == 0:
            value, data = read_varint(data)
        elif wire_type in (1, 2, 5):
            length = {1: 8, 5: 4}.get(wire_type)
            if length is None:
                length, data = read_varint(data)
            if len(data) < length:
                raise Refused("decode/truncated")
            value, data = data[:length], data[length:]
        else:
            raise Refused("decode/not-canonical")
        out.append((number, wire_type, value, start[: len(start) - len(data)]))
    return out


def canonical(data, schema):
    """A canonically encoded message as a dictionary by field name.

    `schema` maps a number to (name, kind), kind being "u32", "bytes", "message" or "messages".
    The last is a repeated field; a message's value is its bytes.
    """
    try:
        found = fields(data)
    except Refused as error:
        raise Refused("decode/not-canonical") from error
    out = {name: [] if kind == "messages" else None for name, kind in schema.values()}
    previous = 0
    for number, wire_type, value, _ in found:
        if number not in schema:
            raise Refused("decode/not-canonical")
        name, kind = schema[number]
        repeated = kind == "messages"
        if number < previous or (number == previous and not repeated):
            raise Refused("decode/not-canonical")
        if wire_type != (0 if kind == "u32" else 2):
            raise Refused("decode/not-canonical")
        if kind == "u32" and not 0 < value < 2**32:
            raise Refused("decode/not-canonical")
        if kind == "bytes" and not value:
            raise Refused("decode/not-canonical")
        if repeated:
            out[name].append(value)
        else:
            out[name] = value
        previous = number
    for name, kind in schema.values():
        if out[name] is None and kind != "message":
            out[name] = 0 if kind == "u32" else b""
    return out


class InOrder:
    """Walks a canonical message whose fields all have to be there, in order (section 13)."""

    def __init__(self, data):
        self.data = data

    def next(self):
        if not self.data:
            raise Refused("decode/missing")
        key, rest = read_varint(self.data)
        number, wire_type = key >> 3, key & 7
        if not 0 < number < 2**29:
            raise Refused("decode/out-of-range")
        if wire_type == 0:
            value, rest = read_varint(rest)
        elif wire_type in (1, 2, 5):
            length = {1: 8, 5: 4}.get(wire_type)
            if length is None:
                length, rest = read_varint(rest)
            if len(rest) < length:
                raise Refused("decode/truncated")
            value, rest = rest[:length], rest[length:]
        else:
            raise Refused("decode/not-canonical")
        return number, wire_type, value, rest

    def any_bytes(self):
        number, wire_type, value, rest = self.next()
        if wire_type != 2:
            raise Refused("decode/not-canonical")
        self.data = rest
        return number, value

    def bytes(self, number):
        found, value = self.any_bytes()
        if found != number:
            raise Refused("decode/not-canonical")
        return value

    def u32(self, number):
        """An absent integer is zero."""
        if not self.data:
            return 0
        found, wire_type, value, rest = self.next()
        if found != number or wire_type != 0:
            return 0
        if value == 0:
            raise Refused("decode/not-canonical")
        if value >= 2**32:
            raise Refused("decode/out-of-range")
        self.data = rest
        return value

    def finish(self):
        if self.data:
            raise Refused("decode/not-canonical")


# 4.4 Padding


def padded_length(length):
    marked = max(length + 1, 128)
    e = marked.bit_length() - 1
    s = e.bit_length()
    unit = 2 ** (e - s)
    return -(-marked // unit) * unit


def pad(text):
    return text + b"\x80" + bytes(padded_length(len(text)) - len(text) - 1)


def unpad(padded):
    text = padded.rstrip(b"\0")
    if not text.endswith(b"\x80") or len(padded) != padded_length(len(text) - 1):
        raise Refused("decode/not-canonical")
    return text[:-1]
