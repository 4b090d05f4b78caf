"""SPEC.md sections 5.9 and 5.10: contacts, the gate before every send, judging senders."""

from . import identity, layout
from .certified import outside
from .primitives import Refused, u32

UNVERIFIED, VERIFIED, VIOLATED = 0, 1, 2
EVENTS = 128


class Contact:
    """What is believed of one account; events are kept as they are stored."""

    def __init__(self, lists, now):
        self.state = begin(lists, now)
        self.verification = UNVERIFIED
        self.events = []

    def stored(self):
        state, events = self.state.stored(), layout.list_(self.events)
        return b"\x01" + state + bytes([self.verification]) + events

    @property
    def entry(self):
        return self.state.list.entry

    def note(self, events):
        new = list(self.events)
        for event in events:
            if event not in new:
                new.append(event)
        if len(new) > EVENTS:
            raise Refused("contact/too-many-events")
        self.events = new

    def violate(self):
        if self.verification == VERIFIED:
            self.verification = VIOLATED

    def update(self, received, now):
        """The outcome; "ok" when the list was taken."""
        try:
            result, after = identity.advance(self.state, received, now)
        except Refused as error:
            raise Refused("contact/list", error.code) from error
        if result == "advanced":
            self.note(between(self.state, after))
            self.state = after
            return "ok"
        if result == "fork":
            self.note([b"\x05" + u32(received.entry.version) + received.entry.hash])
            self.violate()
        return result

    def replace(self, lists, now):
        after = begin(lists, now)
        if after.list.entry.account != self.entry.account:
            raise Refused("contact/list", "device-list/other-account")
        if after.list.entry.in_force == self.entry.in_force:
            raise Refused("contact/same-account-key")
        if after.list.entry.in_force in self.state.retired:
            raise Refused("contact/list", "device-list/retired-account-key")
        if self.entry.in_force in after.retired:
            raise Refused("contact/handed-over")
        self.note([changed_key(b"\x01", self.entry, after.list.entry)])
        self.violate()
        self.state = after

    def acknowledge(self, seen):
        self.events = [event for event in self.events if event not in seen]

    def verify(self, account, key):
        if (account, key) != (self.entry.account, self.entry.in_force):
            raise Refused("contact/match-outdated")
        self.verification = VERIFIED

    def withdraw(self):
        self.verification = UNVERIFIED

    def permit(self, device, now):
        if self.events:
            raise Refused("send/unacknowledged")
        if self.verification == VIOLATED:
            raise Refused("send/verification-violated")
        try:
            identity.vouch(self.state, device, now)
        except Refused as error:
            raise Refused("send/device", error.code) from error

    def judge(self, certificate, version, digest, now):
        """5.10: the outcome; "ok" for a listed sender."""
        entry = self.entry
        if certificate.account != entry.account:
            return "other-account"
        if version > entry.version:
            return "need-newer-list"
        if certificate.account_key not in [entry.in_force, *self.state.retired]:
            return "identity-changed"
        if version == entry.version and digest != entry.hash:
            return "fork"
        if certificate.device in entry.revoked:
            return "revoked"
        listed = self.state.list.find(certificate.device)
        if listed is None or keys(listed) != keys(certificate):
            return "unlisted"
        if outside(listed.validity, now):
            return "certificate-outside-validity"
        return "ok"


def begin(lists, now):
    """5.7: trust on first use, of one list or of a chain."""
    if not lists:
        raise Refused("list-chain/broken")
    try:
        state = identity.trust(lists[0], now)
        for received in lists[1:]:
            result, state = identity.advance(state, received, now)
            if result != "advanced":
                raise Refused("list-chain/broken")
    except Refused as error:
        if error.code == "list-chain/broken":
            raise
        raise Refused("list-chain/list", error.code) from error
    return state


def keys(certificate):
    return certificate.signing, certificate.identity


def changed_key(kind, before, after):
    return kind + layout.ed25519(before.in_force) + layout.ed25519(after.in_force)


def between(before, after):
    """A rotation, then who went, then who came."""
    old, new = before.list.entry, after.list.entry
    if old.in_force != new.in_force:
        yield changed_key(b"\x02", old, new)
    ids = [{device for device, _ in entry.devices} for entry in (old, new)]
    for device in sorted(ids[0] - ids[1]):
        yield b"\x04" + u32(device)
    for device in sorted(ids[1] - ids[0]):
        yield b"\x03" + u32(device)
