"""SPEC.md section 10.2: the Braid's erasure code over GF(2^16) modulo x^16 + x^12 + x^3 + x + 1."""

from .primitives import Refused

CHUNK = 64


def tables():
    exp, log, value = [0] * 131_070, {}, 1
    for i in range(65_535):
        exp[i] = exp[i + 65_535] = value
        log[value] = i
        value <<= 1
        if value >= 1 << 16:
            value ^= 0x1100B
    assert value == 1 and len(log) == 65_535
    return exp, log


EXP, LOG = tables()


def mul(a, b):
    return EXP[LOG[a] + LOG[b]] if a and b else 0


def inverse(a):
    return EXP[65_535 - LOG[a]]


def lanes(data):
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, CHUNK, 2)]


def interpolate(points, x):
    """The value at x of the polynomials through the points: pairs of index and chunk."""
    out = [0] * (CHUNK // 2)
    for t, data in points:
        coefficient = 1
        for s, _ in points:
            if s != t:
                coefficient = mul(coefficient, mul(x ^ s, inverse(t ^ s)))
        if coefficient:
            shift = LOG[coefficient]
            for j, lane in enumerate(lanes(data)):
                if lane:
                    out[j] ^= EXP[LOG[lane] + shift]
    return b"".join(value.to_bytes(2, "big") for value in out)


def needed(length):
    return -(-length // CHUNK)


def chunks_of(data):
    padded = data.ljust(needed(len(data)) * CHUNK, b"\0")
    return [(t, padded[t * CHUNK : (t + 1) * CHUNK]) for t in range(needed(len(data)))]


def encode(data, index):
    own = chunks_of(data)
    return own[index][1] if index < len(own) else interpolate(own, index)


def offer(length, chunks, index, data):
    """The object if this chunk completes it; otherwise `chunks` keeps it if it is new."""
    for known, known_data in chunks:
        if known == index:
            if known_data != data:
                raise Refused("braid/contradictory-chunks")
            return None
    if len(chunks) + 1 < needed(length):
        chunks.append((index, data))
        return None
    points = chunks + [(index, data)]
    found = dict(points)
    whole = b"".join(
        found[t] if t in found else interpolate(points, t) for t in range(needed(length))
    )
    if any(whole[length:]):
        raise Refused("braid/contradictory-chunks")
    return whole[:length]
