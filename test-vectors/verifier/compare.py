"""How what was computed is compared with what a vector states."""

from .primitives import Refused


def unhex(text):
    return bytes.fromhex(text)


class Difference(Exception):
    """What was computed is not what the vector says."""


def equal(name, computed, expected):
    if isinstance(computed, bytes):
        computed = computed.hex()
    if computed != expected:
        raise Difference(f"{name}: computed {str(computed)[:200]}, stated {str(expected)[:200]}")


def outcome(function):
    """The result and the code, "ok" or a refusal's."""
    try:
        return function(), "ok", None
    except Refused as error:
        return None, error.code, error.cause
