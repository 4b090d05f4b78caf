"""Profiles, right and wrong, as a contact reads them."""

from verifier import certified, identity, layout, profile
from verifier.compare import outcome

from .seeded import Seeded

NOW, DAY = 1_800_000_000_000, 86_400_000


def contact(seeded, account):
    """The secrets of a device, and the list that vouches for it."""
    secrets = {
        "device": seeded.between(1, 2**32 - 1), "signing_seed": seeded.bytes(32),
        "identity_secret": seeded.bytes(32),
    }  # fmt: skip
    seed, validity = seeded.bytes(32), (NOW, NOW + 100 * DAY)
    certificate = certified.make_certificate(account, seed, secrets, validity)
    return secrets, identity.make_list(account, seed, 1, bytes(32), validity, [certificate], [])


def cases(made):
    """What was done to an honest profile."""
    yield "honest", made
    for name, value in (
        ("name", b""), ("name", b"x" * 129), ("name", b"two\nlines"), ("about", b"two\nlines"),
        ("about", "\u202e".encode()), ("status", b"\xff"), ("status", b"x" * 65),
        ("revision", 0), ("account", b"somebody"), ("device", 7),
    ):  # fmt: skip
        yield name, profile.Profile(**{**vars(made), name: value})


def all_():
    account = b"alice"
    seeded = Seeded("profile")
    secrets, list_ = contact(seeded, account)
    key, state = seeded.bytes(32), identity.trust(list_, NOW)
    made = profile.Profile(
        account, secrets["device"], 3, NOW, "Alicé".encode(), b"", b"away", b""
    )
    for what, changed in cases(made):
        nonce = seeded.bytes(12)
        data = profile.sealed(changed, key, secrets["signing_seed"], nonce)
        if what == "account":
            inner = profile.seal_key(key, account)
            body = changed.body()
            signed = body + profile.sign(secrets["signing_seed"], "profile", body)
            data = b"\1" + nonce + profile.seal(inner, nonce, b"\1", layout.pad(signed))
        yield case(data, key, list_, state)
    for data in (b"", b"\2" + data[1:], data[:28], data[:-1], data[:13] + b"\0" + data[14:]):
        yield case(data, key, list_, state)


def case(data, key, list_, state):
    found, code, _ = outcome(lambda: profile.read(data, key, state, NOW))
    output = {"expect": code, "locator": profile.locator(key, list_.entry.account)}
    if found:
        names = ("device", "revision", "published", "name", "about", "status", "picture")
        output.update({name: getattr(found[0], name) for name in names}, hash=found[1])
    inputs = {"profile": data, "key": key, "list": identity.encode_list(list_), "now": NOW}
    return "profile-read", inputs, output
