"""SPEC.md sections 6.3 and 6.4: what a device publishes, and what a server holds then."""

from dataclasses import dataclass

from . import certified, layout, prekey
from .certified import CERTIFICATE, read_validity
from .identity import is_ascending
from .layout import Reader, canonical
from .prekey import PREKEY
from .primitives import Refused, dh_public, kem_public

PUBLICATION = {
    1: ("certificate", "message"),
    2: ("signed", "message"),
    3: ("last_resort", "message"),
    4: ("one_time", "messages"),
    5: ("one_time_kem", "messages"),
    6: ("kept", "bytes"),
}
GENERATED, PUBLISHED, HANDED_OUT = range(3)


@dataclass
class Publication:
    certificate: bytes
    signed: prekey.Prekey
    last_resort: prekey.Prekey
    one_time: list
    one_time_kem: list
    kept: list


def encode(publication):
    out = layout.bytes_field(1, publication.certificate)
    out += layout.bytes_field(2, prekey.encode_prekey(publication.signed))
    out += layout.bytes_field(3, prekey.encode_prekey(publication.last_resort))
    for number, prekeys in ((4, publication.one_time), (5, publication.one_time_kem)):
        for one in prekeys:
            out += layout.bytes_field(number, prekey.encode_prekey(one))
    return out + layout.bytes_field(6, b"".join(map(layout.varint, publication.kept)))


def decode(data):
    try:
        if len(data) > 393_216:
            raise Refused("decode/too-large")
        fields = canonical(data, PUBLICATION)
        kept = read_ids(fields["kept"] or b"")
        if fields["certificate"] is None:
            raise Refused("decode/missing")
        certificate = canonical(fields["certificate"], CERTIFICATE)
        places = {name: every(fields[name]) for name in ("signed", "last_resort")}
        lists = {name: every(fields[name]) for name in ("one_time", "one_time_kem")}
        signed = of_kind(places["signed"], 1)
        last_resort = of_kind(places["last_resort"], 3)
        one_time, one_time_kem = all_of(lists["one_time"], 2), all_of(lists["one_time_kem"], 4)
        check_kept(kept)
    except Refused as error:
        raise Refused("bundle/malformed", error.code) from error
    try:
        certified.certificate_of(certificate)
    except Refused as error:
        raise Refused("bundle/certificate", error.code) from error
    return Publication(fields["certificate"], signed, last_resort, one_time, one_time_kem, kept)


def every(found):
    """The fields of what is there: all of it has to be canonical before anything else counts."""
    if isinstance(found, list):
        return [canonical(one, PREKEY) for one in found]
    return None if found is None else canonical(found, PREKEY)


def read_ids(data):
    ids = []
    while data:
        value, used = varint_of(data)
        ids.append(value)
        data = data[used:]
    return ids


def varint_of(data):
    try:
        value, rest = layout.read_varint(data)
    except Refused as error:
        raise Refused("decode/not-canonical") from error
    used = len(data) - len(rest)
    if value >= 2**32 or layout.varint(value) != data[:used]:
        raise Refused("decode/not-canonical")
    return value, used


def check_kept(ids):
    if len(ids) > 400:
        raise Refused("decode/too-large")
    if 0 in ids:
        raise Refused("decode/out-of-range")
    if not is_ascending(ids):
        raise Refused("decode/not-canonical")


def of_kind(fields, kind):
    if fields is None:
        raise Refused("decode/missing")
    found = prekey.prekey_of(fields)
    if found.kind != kind:
        raise Refused("decode/out-of-range")
    return found


def all_of(found, kind):
    if len(found) > 200:
        raise Refused("decode/too-large")
    prekeys = [of_kind(fields, kind) for fields in found]
    if not is_ascending([one.id for one in prekeys]):
        raise Refused("decode/not-canonical")
    return prekeys


def of_store(store, certificate, signing_seed, now, update):
    """6.4: what a device uploads, whole or as an update."""
    owner = certified.decode_certificate(certificate)

    def made(kind, id_, key, validity):
        return prekey.make_prekey(
            owner.account, owner.device, signing_seed, kind, id_, key, read_validity(Reader(validity))
        )

    def offered(keys):
        for id_, secret, rest in keys:
            state, outside = rest[16], certified.outside(read_validity(Reader(rest[:16])), now)
            if state != HANDED_OUT and not outside:
                yield id_, secret, rest[:16], state

    def brought(kind, keys, public):
        return [
            made(kind, id_, public(secret), validity)
            for id_, secret, validity, state in offered(keys)
            if state == GENERATED or not update
        ]

    (signed_id, signed, signed_validity, _), _ = store.signed
    (last_id, (last, _), last_validity, _), _ = store.last_resort
    keys = [*offered(store.one_time), *offered(store.one_time_kem)]
    kept = [id_ for id_, _, _, state in keys if state == PUBLISHED and update]
    return Publication(
        certificate, made(1, signed_id, dh_public(signed), signed_validity),
        made(3, last_id, kem_public(last), last_validity),
        brought(2, store.one_time, dh_public), brought(4, store.one_time_kem, kem_public),
        sorted(kept),
    )  # fmt: skip


class Shelf:
    """6.3: what a server holds of one device."""

    def __init__(self):
        self.held, self.highest = None, 0

    def upload(self, publication):
        ids = [one.id for one in publication.one_time + publication.one_time_kem]
        names = ("one_time", "one_time_kem")
        lists = {name: self.merged(name, publication) for name in names}
        self.highest = max([self.highest, *ids, *publication.kept])
        self.held = Publication(
            publication.certificate, publication.signed, publication.last_resort, *lists.values(), []
        )

    def merged(self, name, publication):
        held = getattr(self.held, name) if self.held else []
        taken = {
            one.id: one
            for one in getattr(publication, name)
            if one.id > self.highest or one in held
        }
        stays = {one.id: one for one in held if one.id in publication.kept}
        both = {**stays, **taken}
        return [both[id_] for id_ in sorted(both)][:200]

    def take(self, now):
        def oldest(name):
            holds = [
                one for one in getattr(self.held, name) if not certified.outside(one.validity, now)
            ]
            setattr(self.held, name, holds[1:])
            return holds[0] if holds else None

        one_time, kem = oldest("one_time"), oldest("one_time_kem")
        certificate = canonical(self.held.certificate, CERTIFICATE)
        kem = kem or self.held.last_resort
        return prekey.encode_bundle(prekey.Bundle(certificate, self.held.signed, kem, one_time))

    def left(self):
        return [one.id for one in self.held.one_time + self.held.one_time_kem]
