"""The checkers of stored: each form is read, compared with what it says, and written again."""

from . import layout, prekey, receivers, scenario, senders, stored, stories
from .compare import Difference, equal, outcome, unhex
from .group_channel import Channel
from .group_membership import Group
from .identity import Verified
from .layout import Reader
from .primitives import Refused, sign_public
from .senders import audience_order


def address(found):
    return {"account": found[0].hex(), "device": found[1]}


def in_area(area, function, *arguments):
    """Bytes that are malformed are refused in the area's name, for the reason below it."""
    try:
        return function(*arguments)
    except Refused as error:
        if not error.code.startswith("decode/"):
            raise
        version = error.code == "decode/unsupported-version"
        code = "unsupported-version" if version else "decode"
        raise Refused(f"{area}/{code}", error.code) from error


def only_decoding(function, *arguments):
    """Whatever does not fit in a stored group is a value out of range."""
    try:
        return function(*arguments)
    except Refused as error:
        if error.code.startswith("decode/"):
            raise
        raise Refused("decode/out-of-range", error.code) from error


def named(code, function, *arguments):
    """A part of a channel that is damaged."""
    try:
        return only_decoding(function, *arguments)
    except Refused as error:
        raise Refused(code, error.code) from error


# Forms that are one string of bytes: the reader, and what they say


def single(kind, says):
    def read(data):
        found = stored.whole(kind, unhex(data))
        return found.stored().hex(), says(found)

    return read


def read_account_keys(reader):
    reader.version()
    seed = reader.raw(32)

    class Pair:
        key = sign_public(seed)

        @staticmethod
        def stored():
            return b"\1" + seed

    return Pair


def says_keys(keys):
    device, signing, identity = keys.public
    return {"device": device, "signing": signing.hex(), "identity": identity.hex()}


def says_list(state):
    entry = state.list.entry
    return {
        "account": entry.account.hex(), "version": entry.version,
        "account_key": entry.in_force.hex(), "hash": entry.hash.hex(),
        "devices": [device for device, _ in entry.devices],
    }  # fmt: skip


def says_contact(contact):
    return {
        "account": contact.state.list.entry.account.hex(), "verification": contact.verification,
        "events": [event.hex() for event in contact.events],
    }  # fmt: skip


def read_prekeys(data):
    store = prekey.Store(unhex(data))
    ids = [key[0] for current, past in (store.signed, store.last_resort) for key in (current, *past)]
    ids += [key[0] for key in store.one_time + store.one_time_kem]
    return store.stored().hex(), {"ids": sorted(ids)}


def says_profile(found):
    return {"locator": found.locator(b"alice").hex()}


def read_story_list(data):
    found = stories.StoryList.decode(unhex(data))
    return found.stored().hex(), {
        "author": found.author.hex(), "version": found.version, "scope": found.scope.hash.hex(),
        "viewers": [viewer.hex() for viewer in found.viewers],
    }


def read_stored_group(data):
    found = only_decoding(stored.whole, Group.read, unhex(data))
    return found.encoded().hex(), {
        "group": found.state.group.hex(), "revision": found.state.revision,
        "state_hash": found.state.hash.hex(),
        "suspects": [address(device) for _, _, device in found.suspects],
    }


# Forms of several parts


def read_peer(parts):
    given = unhex(parts["active"]), unhex(parts["archive"])
    found = in_area("state", scenario.SessionSet.load, *given)
    active, archive = found.stored()
    peer = found.peer
    return {"active": active.hex(), "archive": archive.hex()}, {
        **address((peer.account, peer.device)),
        "active": found.active and found.active.id.hex(), "inactive": len(found.inactive),
    }


def sender_state(function, *arguments):
    return in_area("sender-state", function, *arguments)


def recipients_of(sending):
    given = sorted(sending.recipients, key=audience_order)
    return b"\1" + sending.origin + layout.list_([layout.address(*one) for one in given])


def read_sending(parts):
    found = sender_state(senders.Sending.load, unhex(parts["hot"]), unhex(parts["recipients"]))
    again = {"hot": found.stored().hex(), "recipients": recipients_of(found).hex()}
    return again, {
        "scope": found.scope.hash.hex(), "sender": address(found.address),
        "chain_id": found.chain_id, "iteration": found.iteration,
    }


def chains_of(parts):
    return [unhex(chain) for chain in parts["chains"]]


def scope_parts(scope, held):
    return {"scope": scope.hex(), "chains": [chain.stored().hex() for chain in held.chains]}


def read_receiving(parts):
    found = sender_state(receivers.Receiving.load, unhex(parts["scope"]), chains_of(parts))
    says = {
        "scope": found.scope.hash.hex(),
        "chains_of": [address(chain.sender) for chain in found.chains],
    }
    return scope_parts(found.stored(), found), says


def read_viewer(scopes):
    given = [(unhex(scope["scope"]), chains_of(scope)) for scope in scopes]
    found = sender_state(stories.Viewer.load, given)
    again = [
        scope_parts(found.stored_scope(author, held), held) for author, held in found.scopes
    ]
    return again, {"scopes": [held.scope.hash.hex() for _, held in found.scopes]}


def read_channel(parts):
    membership = unhex(parts["membership"])
    channel = named("group-stored/membership", Channel.read_membership, membership)
    pending = None
    if "pending" in parts:
        data = unhex(parts["pending"])
        pending = named("group-stored/pending", stored.whole, stored.Pending, data)
        pending.check(channel)
    channel.scopes = [
        part(receivers.Receiving.load, unhex(one["scope"]), chains_of(one))
        for one in parts["scopes"]
    ]
    if "hot" in parts:
        part(channel.read_sending, unhex(parts["hot"]), unhex(parts["recipients"]))
    channel.check()
    again = {
        "membership": channel.parts()[0].hex(),
        "scopes": [scope_parts(held.stored(), held) for held in channel.scopes],
    }
    if pending:
        again["pending"] = pending.stored().hex()
    if channel.sending:
        again["hot"], again["recipients"] = (made.hex() for made in channel.parts()[1:3])
    return again, {
        "own": address(channel.address), "state_hash": channel.group.state.hash.hex(),
    }


def part(function, *arguments):
    """A chain or scope of a channel that is damaged."""
    try:
        return sender_state(function, *arguments)
    except Refused as error:
        raise Refused("group-stored/part", error.code) from error


FORMS = {
    "account-key-pair": single(read_account_keys, lambda pair: {"account_key": pair.key.hex()}),
    "device-keys": single(stored.DeviceKeys, says_keys),
    "local-device": single(
        stored.LocalDevice, lambda own: address((own.certificate.account, own.certificate.device))
    ),
    "verified-list": single(Verified.read, says_list),
    "contact": single(stored.Contact, says_contact),
    "prekey-store": read_prekeys,
    "own-profile": single(
        stored.OwnProfile, lambda own: {"revision": own.revision, **says_profile(own)}
    ),
    "known-profile": single(stored.KnownProfile, says_profile),
    "opening": single(stored.Opening, lambda found: {
        "sender": address(found.sender), "commitment": found.commitment.hex(),
    }),
    "media-record": single(stored.Record, lambda found: {
        "plaintext_len": found.pointer.length, "ciphertext_len": found.pointer.sealed_length,
        "root": found.pointer.root.hex(),
    }),
    "link-secret": single(
        stored.LinkSecret, lambda link: {"group": link.group.hex(), "id": link.id.hex()}
    ),
    "peer": read_peer,
    "sending-chain": read_sending,
    "receiving-scope": read_receiving,
    "sender-key-requests": single(stored.Requests, lambda _: {}),
    "story-list": read_story_list,
    "story-viewer": read_viewer,
    "group": read_stored_group,
    "group-channel": read_channel,
}  # fmt: skip


def stored_(params, test):
    if params["op"] not in FORMS:
        raise Difference(f"unknown operation {params['op']}")
    found, code, cause = outcome(lambda: FORMS[params["op"]](test["stored"]))
    equal("expect", code, test["expect"])
    if found is None:
        if "cause" in test:
            equal("cause", cause, test["cause"])
        return
    again, says = found
    equal("written again", again, test["stored"])
    equal("says", says, test["says"])
