"""SPEC.md section 3: keys, derivations, hashes, signatures."""

import hashlib
import hmac as hmac_module

import siphash24
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from kyber_py.ml_kem import ML_KEM_768

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493


class Refused(Exception):
    """A refusal with its stable code, and what is below it."""

    def __init__(self, code, cause=None):
        super().__init__(code)
        self.code = code
        self.cause = cause


def u16(value):
    return value.to_bytes(2, "big")


def u32(value):
    return value.to_bytes(4, "big")


def u64(value):
    return value.to_bytes(8, "big")


# 3.2 Derivation and hashes


def hmac(key, data):
    return hmac_module.new(key, data, hashlib.sha256).digest()


def extract(salt, ikm):
    return hmac(salt, ikm)


def expand(prk, label, context, length):
    info = b"sealwax/v1/" + label.encode() + b"\0" + u16(len(context)) + context
    out, block, counter = b"", b"", 1
    while len(out) < length:
        block = hmac(prk, block + info + bytes([counter]))
        out += block
        counter += 1
    return out[:length]


def hash_(label, data):
    return hashlib.sha256(b"sealwax/v1/hash/" + label.encode() + b"\0" + data).digest()


def mac(key, label, data):
    return hmac(key, b"sealwax/v1/mac/" + label.encode() + b"\0" + data)


def state_digest(stored):
    return hash_("state-digest", stored)


def split(keys):
    return [keys[i : i + 32] for i in range(0, len(keys), 32)]


# AEAD


def seal(key, nonce, ad, text):
    return ChaCha20Poly1305(key).encrypt(nonce, text, ad)


def open_(key, nonce, ad, sealed):
    """The text, or None when it is not authentic."""
    if len(sealed) < 16:
        return None
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, ad)
    except InvalidTag:
        return None


def search_tag(header_key, nonce):
    return siphash24.siphash24(nonce, key=expand(header_key, "ratchet/search", b"", 16)).digest()


# X25519


def check_x25519(key):
    value = int.from_bytes(key, "little")
    if len(key) != 32 or value >= P or value == 0:
        raise Refused("decode/invalid-key")
    return key


def dh_public(secret):
    private = x25519.X25519PrivateKey.from_private_bytes(secret)
    return private.public_key().public_bytes_raw()


def dh(secret, public):
    """None when the output is all zeros."""
    private = x25519.X25519PrivateKey.from_private_bytes(secret)
    try:
        return private.exchange(x25519.X25519PublicKey.from_public_bytes(public))
    except ValueError:
        return None


# Ed25519


def is_point_of_large_order(encoded):
    """Whether these bytes are the canonical encoding of a point that has not small order."""
    value = int.from_bytes(encoded, "little")
    sign, y = value >> 255, value % 2**255
    if y >= P:
        return False
    d = -121665 * pow(121666, -1, P) % P
    x2 = (y * y - 1) * pow(d * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return False
    if x % 2 != sign:
        x = P - x
    for _ in range(3):
        x, y = edwards_double(x, y, d)
    return (x, y) != (0, 1)


def edwards_double(x, y, d):
    product = d * x * x * y * y % P
    return (
        2 * x * y * pow(1 + product, -1, P) % P,
        (y * y + x * x) * pow(1 - product, -1, P) % P,
    )


def check_ed25519(key):
    if len(key) != 32 or not is_point_of_large_order(key):
        raise Refused("decode/invalid-key")
    return key


def framed(purpose, data):
    return b"sealwax/v1/sig/" + purpose.encode() + b"\0" + u32(len(data)) + data


def sign_public(seed):
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed, purpose, data):
    return ed25519.Ed25519PrivateKey.from_private_bytes(seed).sign(framed(purpose, data))


def is_signed(public, purpose, data, signature):
    """Strict verification: canonical R, S below the order, neither point of small order."""
    if not is_point_of_large_order(signature[:32]) or not is_point_of_large_order(public):
        return False
    if int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, framed(purpose, data))
    except InvalidSignature:
        return False
    return True


# ML-KEM-768


def kem_public(seed):
    return ML_KEM_768.key_derive(seed)[0]


def kem_encapsulate(public, m):
    """Ciphertext and shared secret."""
    shared, ciphertext = ML_KEM_768._encaps_internal(public, m)
    return ciphertext, shared


def kem_decapsulate(seed, ciphertext):
    return ML_KEM_768.decaps(ML_KEM_768.key_derive(seed)[1], ciphertext)


def is_reduced(vector):
    """FIPS 203, section 7.2: every 12-bit coefficient is below 3,329."""
    bits = int.from_bytes(vector, "little")
    return all((bits >> 12 * i) & 0xFFF < 3329 for i in range(len(vector) * 8 // 12))


def check_kem(key):
    if len(key) != 1184 or not is_reduced(key[:1152]):
        raise Refused("decode/invalid-key")
    return key


def kem_header(public):
    """10.1: rho and the hash of the whole key."""
    return public[1152:] + hashlib.sha3_256(public).digest()


def kem_first_step(header, m):
    """ct1 and the shared secret, from the header alone.

    ct1 does not depend on the vector, so the encryption is run with one of zeros.
    """
    digest = hashlib.sha3_512(m + header[32:]).digest()
    ciphertext = ML_KEM_768._k_pke_encrypt(bytes(1152) + header[:32], m, digest[32:])
    return ciphertext[:960], digest[:32]


def kem_second_step(header, vector, m):
    digest = hashlib.sha3_512(m + header[32:]).digest()
    return ML_KEM_768._k_pke_encrypt(vector + header[:32], m, digest[32:])[960:]


def kem_check_parts(header, vector):
    return kem_header(vector + header[:32]) == header and is_reduced(vector)
