"""SPEC.md section 19: profiles."""

from dataclasses import dataclass

from . import content_parts, group_state, identity, layout, proto
from .layout import Reader
from .primitives import Refused, expand, hash_, is_signed, open_, seal, sign, u32, u64

BYTES, NAME, ABOUT, STATUS, PICTURE = 24_576, 128, 512, 64, 20_480


def refuse(reason):
    raise Refused("profile/" + reason)


def seal_key(key, account):
    return expand(key, "profile/seal", account, 32)


def locator(key, account):
    return expand(key, "profile/locator", account, 16)


@dataclass
class Profile:
    account: bytes
    device: int
    revision: int
    published: int
    name: bytes
    about: bytes
    status: bytes
    picture: bytes

    def body(self):
        texts = (self.name, self.about, self.status, self.picture)
        return (
            b"\1" + layout.address(self.account, self.device) + u32(self.revision)
            + u64(self.published) + b"".join(map(layout.var, texts))
        )  # fmt: skip

    def check(self):
        try:
            group_state.check_text(self.name, 1, NAME, False)
            group_state.check_text(self.about, 0, ABOUT, True)
            group_state.check_text(self.status, 0, STATUS, False)
            if len(self.picture) > PICTURE:
                refuse("rule")
            if self.picture:
                content_parts.pointer(proto.decode("MediaPointer", self.picture))
        except Refused as error:
            raise Refused("profile/rule", error.code) from error


def sealed(profile, key, signing_seed, nonce):
    body = profile.body()
    text = layout.pad(body + sign(signing_seed, "profile", body))
    return b"\1" + nonce + seal(seal_key(key, profile.account), nonce, b"\1", text)


def read(data, key, state, now):
    """The profile and what names it among others (19.3). `state` is the contact's verified list."""
    if len(data) > BYTES or not data:
        refuse("malformed")
    if data[0] != 1:
        refuse("unsupported-version")
    if len(data) < 13:
        refuse("malformed")
    account = state.list.entry.account
    text = open_(seal_key(key, account), data[1:13], b"\1", data[13:])
    if text is None:
        refuse("not-authentic")
    try:
        text = layout.unpad(text)
    except Refused as error:
        raise Refused("profile/malformed", error.code) from error
    if len(text) < 64:
        refuse("malformed")
    return open_body(text[:-64], text[-64:], account, state, now)


def open_body(body, signature, account, state, now):
    reader = Reader(body)
    try:
        reader.version()
        named, device = reader.address()
    except Refused as error:
        raise Refused("profile/malformed", error.code) from error
    if named != account:
        refuse("other-account")
    try:
        certificate = identity.vouch(state, device, now)
    except Refused as error:
        raise Refused("profile/device", error.code) from error
    if not is_signed(certificate.signing, "profile", body, signature):
        refuse("bad-signature")
    try:
        found = Profile(
            named, device, reader.nonzero(), reader.u64(),
            *(reader.var(65_535) for _ in range(4)),
        )  # fmt: skip
        reader.finish()
        for text in (found.name, found.about, found.status):
            text.decode("utf-8")
    except (Refused, UnicodeDecodeError) as error:
        raise Refused("profile/malformed") from error
    found.check()
    return found, hash_("profile", body)
