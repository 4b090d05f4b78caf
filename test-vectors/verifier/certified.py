"""SPEC.md sections 5.2 and 5.4: validity, device certificates."""

from dataclasses import dataclass

from . import layout
from .layout import Reader, canonical
from .primitives import Refused, dh_public, hash_, is_signed, sign, sign_public, u32, u64

DAY = 86_400_000
VALIDITY = 400 * DAY
CLOCK_SKEW = DAY

REQUEST = {1: ("body", "bytes"), 2: ("possession", "bytes")}
CERTIFICATE = {**REQUEST, 3: ("signature", "bytes")}


def refuse_as(code):
    """Gives the refusals of a decoder the code of what it decodes."""

    def decorate(function):
        def wrapped(*arguments):
            try:
                return function(*arguments)
            except Refused as error:
                if error.code.startswith("decode/"):
                    raise Refused(code, error.code) from error
                raise

        return wrapped

    return decorate


# 5.2 Validity


def read_validity(reader):
    start, until = reader.u64(), reader.u64()
    if until <= start or until - start > VALIDITY:
        raise Refused("decode/out-of-range")
    return start, until


def outside(validity, now):
    """None while it holds."""
    start, until = validity
    if now >= until:
        return "expired"
    return "not-yet-valid" if start > now + CLOCK_SKEW else None


# 5.4 Device certificate


@dataclass
class Certificate:
    body: bytes
    account: bytes
    account_key: bytes
    device: int
    signing: bytes
    identity: bytes
    validity: tuple
    capabilities: int
    possession: bytes = b""
    signature: bytes = b""

    @property
    def hash(self):
        return hash_("device-certificate", self.body)


def certificate_body(account, account_key, device, signing, identity, validity, capabilities):
    return (
        b"\x01"
        + layout.var(account)
        + layout.ed25519(account_key)
        + u32(device)
        + layout.ed25519(signing)
        + layout.x25519(identity)
        + u64(validity[0])
        + u64(validity[1])
        + u32(capabilities)
    )


def parse_certificate_body(body):
    if len(body) > 190:
        raise Refused("decode/too-large")
    reader = Reader(body)
    reader.version()
    parsed = Certificate(
        body, reader.account(), reader.ed25519(), reader.nonzero(), reader.ed25519(),
        reader.x25519(), read_validity(reader), reader.u32(),
    )  # fmt: skip
    reader.finish()
    return parsed


def check_length(signature):
    if len(signature) != 64:
        raise Refused("decode/wrong-length")
    return signature


@refuse_as("certificate/malformed")
def decode_certificate(data):
    return certificate_of(canonical(data, CERTIFICATE))


@refuse_as("certificate/malformed")
def decode_request(data):
    return request_of(canonical(data, REQUEST))


def request_of(fields):
    certificate = parse_certificate_body(fields["body"])
    certificate.possession = check_length(fields["possession"])
    if not is_signed(
        certificate.signing, "device-possession", fields["body"], fields["possession"]
    ):
        raise Refused("certificate/possession-signature")
    return certificate


@refuse_as("certificate/malformed")
def certificate_of(fields):
    signature = check_length(fields["signature"])
    certificate = request_of(fields)
    if not is_signed(certificate.account_key, "device-certificate", fields["body"], signature):
        raise Refused("certificate/account-signature")
    certificate.signature = signature
    return certificate


def encode_request(certificate):
    return layout.bytes_field(1, certificate.body) + layout.bytes_field(2, certificate.possession)


def encode_certificate(certificate):
    return encode_request(certificate) + layout.bytes_field(3, certificate.signature)


def make_certificate(account, account_seed, secrets, validity, capabilities=0):
    """What a device and its account sign; `secrets` are the device's."""
    body = certificate_body(
        account, sign_public(account_seed), secrets["device"],
        sign_public(secrets["signing_seed"]), dh_public(secrets["identity_secret"]),
        validity, capabilities,
    )  # fmt: skip
    certificate = parse_certificate_body(body)
    certificate.possession = sign(secrets["signing_seed"], "device-possession", body)
    certificate.signature = sign(account_seed, "device-certificate", body)
    return certificate


def store_certificate(certificate):
    return layout.var(certificate.body) + certificate.possession + certificate.signature


def read_stored(reader):
    certificate = parse_certificate_body(reader.var(190))
    certificate.possession, certificate.signature = reader.raw(64), reader.raw(64)
    return certificate
