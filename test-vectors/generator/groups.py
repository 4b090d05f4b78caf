"""Groups: geneses, and changes by anybody, right and wrong."""

from verifier import certified, group_genesis, identity, layout
from verifier import group_documents as doc
from verifier import primitives as p
from verifier.compare import outcome
from verifier.group_actions import Carrying
from verifier.group_checks import apply, check_document
from verifier.group_genesis import encode
from verifier.group_state import DEFAULT_ACCESS, Terms, extensions
from verifier.primitives import Refused, u16, u32, u64

from .seeded import Seeded

NOW = 1_800_000_000_000
DAY = 86_400_000
PEOPLE, FOUNDERS = 9, 5


class Person:
    """An account with one device."""

    def __init__(self, seeded, name):
        self.account, account_seed = name, seeded.bytes(32)
        self.secrets = {
            "device": seeded.between(1, 2**32 - 1), "signing_seed": seeded.bytes(32),
            "identity_secret": seeded.bytes(32),
        }  # fmt: skip
        validity = (NOW, NOW + 100 * DAY)
        certificate = certified.make_certificate(name, account_seed, self.secrets, validity)
        list_ = identity.make_list(
            name, account_seed, 1, bytes(32), validity, [certificate], []
        )
        self.list, self.key = list_, p.sign_public(account_seed)
        self.certificate = certified.encode_certificate(certificate)
        self.entry_hash = list_.entry.hash
        self.entry = identity.encode_entry(list_.entry)

    @property
    def address(self):
        return layout.address(self.account, self.secrets["device"])

    def signed(self, purpose, body):
        signature = p.sign(self.secrets["signing_seed"], purpose, body)
        return encode({
            "body": body, "signature": signature, "certificate": self.certificate,
            "list": self.entry,
        })  # fmt: skip


def genesis(seeded, people, commitment=None):
    creator, founders = people[0], people[1:FOUNDERS]
    roles = [3, 3, 2, 1]
    commitment = commitment or seeded.bytes(32)
    body = (
        b"\1\1" + seeded.bytes(32) + creator.address + layout.ed25519(creator.key)
        + creator.entry_hash + u64(NOW) + commitment + layout.var("Grüße".encode())
        + layout.var(b"two\nlines") + layout.opt(layout.var(b"avatar"))
        + bytes(DEFAULT_ACCESS) + u32(seeded.below(10_000)) + layout.boolean(seeded.chance(2))
        + u16(1)
        + layout.list_([
            layout.var(founder.entry) + bytes([role]) for founder, role in zip(founders, roles)
        ])
        + layout.opt(None) + extensions({5: seeded.bytes(7), 900: b""})
    )  # fmt: skip
    return creator.signed("group-genesis", body)


# Actions


def fields_of(seeded, code, people, state):
    """The fields of an action, encoded; mostly something that makes sense."""
    accounts = sorted(state.members) if seeded.chance(2) else [x.account for x in people]
    account, role = layout.var(seeded.choice(accounts)), bytes([seeded.below(5)])
    person = seeded.choice(people)
    entry = layout.var(person.entry)
    links = sorted(state.links) or [seeded.bytes(8)]
    terms = Terms(1, None, seeded.between(1, 3)).encoded()
    return {
        doc.ADD: entry + role, doc.REMOVE: account, doc.BAN: account, doc.UNBAN: account,
        doc.SET_ROLE: account + role, doc.HAND_OVER: account,
        doc.INVITE: layout.var(person.account) + layout.ed25519(person.key) + role,
        doc.REVOKE_INVITATION: account, doc.APPROVE: account, doc.DENY: account,
        doc.CREATE_LINK: seeded.bytes(8) + layout.ed25519(person.key) + terms,
        doc.REVOKE_LINK: seeded.choice(links), doc.TITLE: layout.var(b"title"),
        doc.DESCRIPTION: layout.var(b""), doc.AVATAR: layout.opt(None),
        doc.SET_TIMER: u32(seeded.below(1000)),
        doc.SET_ACCESS: bytes([seeded.below(17), seeded.below(6)]), doc.ANNOUNCEMENT: b"\1",
        doc.SET_SLOW_MODE: u32(30), doc.FLOOR: u16(1), doc.UPDATE_DEVICES: entry,
        doc.EXTENSION: u16(seeded.below(3)) + layout.opt(layout.var(b"x")),
    }.get(code, b"")  # fmt: skip


def change(seeded, state, person, people):
    """A change by this person; whatever it is."""
    codes = [code for code in doc.FIELDS if code not in doc.TICKET_KIND]
    if not seeded.chance(20):
        codes.remove(doc.TERMINATE)
    actions = [seeded.choice(codes) for _ in range(seeded.choice([1, 1, 1, 2, 3]))]
    encoded = [bytes([code]) + fields_of(seeded, code, people, state) for code in actions]
    created = NOW + seeded.below(10 * DAY)
    return signed_change(state, person, encoded, created, seeded.bytes(32))


def signed_change(state, person, encoded, created, commitment_if_due):
    """Its new state is what it leads to, if it leads anywhere."""
    commitment = None

    def core():
        return (
            b"\1" + state.group + u32(state.revision) + state.hash + person.address
            + u64(created) + layout.opt(commitment) + layout.list_(encoded) + extensions({})
        )  # fmt: skip

    def read():
        return doc.decode_change(person.signed("group-change", core() + bytes(32)))

    if led_to(state, read())[1]:
        commitment = commitment_if_due
    new_hash, _ = led_to(state, read())
    return person.signed("group-change", core() + new_hash)


def led_to(state, found):
    """Hash of the new state and whether a key epoch begins; zeros where the way ends."""
    try:
        for action in found.actions:
            check_document(state, action)
        new, begins, _ = Carrying(state, found, state.role(found.actor[0])).run()
        return new.hash, begins
    except (Refused, KeyError):
        return bytes(32), False


def story(number):
    seeded = Seeded(f"group/{number}")
    people = [Person(seeded, b"person%d" % i) for i in range(PEOPLE)]
    signed = genesis(seeded, people)
    state = group_genesis.decode(signed)
    output = {"group": state.group, "state": state.encoded(), "state_hash": state.hash}
    yield "group-genesis", {"genesis": signed}, output
    for _ in range(24):
        members = [person for person in people if person.account in state.members]
        person = seeded.choice(members if not seeded.chance(10) else people)
        data = change(seeded, state, person, people)
        found = doc.decode_change(data)
        after, code, _ = outcome(lambda found=found, base=state: apply(base, found))
        output = {"expect": code, "change_hash": found.hash}
        if after:
            output.update(state=after.encoded(), state_hash=after.hash)
        yield "group-change", {"base": state.encoded(), "change": data}, output
        state = after or state


def all_():
    for number in range(6):
        yield from story(number)
