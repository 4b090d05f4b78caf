"""What a member makes of the messages of a group, in whatever order they come."""

from verifier import group_genesis, identity, layout
from verifier import group_documents as doc
from verifier import primitives as p
from verifier.compare import outcome
from verifier.group_channel import Channel, scope_of
from verifier.group_membership import Group
from verifier.primitives import Refused
from verifier.receivers import Receiving
from verifier.senders import Scope
from verifier.topics_channel import channel_of

from .groups import NOW, Person, genesis, signed_change
from .seeded import Seeded

HOUR = 3_600_000
GONE, READER = 4, 1


def committed(key_epoch, secret):
    return Scope.group(b"", key_epoch, b"").commitment(secret)


class World:
    def __init__(self, number):
        self.seeded = seeded = Seeded(f"channel/{number}")
        self.people = [Person(seeded, b"person%d" % i) for i in range(5)]
        secret, self.now = seeded.bytes(32), NOW
        signed = genesis(seeded, self.people, committed(0, secret))
        lists = {x.account: identity.trust(x.list, NOW) for x in self.people}
        self.channels = []
        for person in self.people:
            state = group_genesis.decode(signed)
            scope = Receiving(scope_of(state), secret, None, [])
            address = person.account, person.secrets["device"]
            group = Group(signed, state, None, None, [], [])
            self.channels.append(Channel(address, False, group, [scope], lists=lists))

    def distribute(self):
        """Everybody who may write gives the chain to everybody at hand."""
        for channel in self.channels:
            self.now += 1000
            try:
                given, devices = channel.prepare(self.now, self.seeded.bytes)
            except Refused:
                continue
            channel.record(devices)
            for other in self.channels:
                if other.address in devices:
                    other.accept(given, channel.address, self.now)

    def say(self, who):
        """An envelope, of whoever may write."""
        self.now += 1000
        text = self.seeded.bytes(self.seeded.below(40))
        try:
            return [self.channels[who].encrypt(text, self.now, self.seeded.bytes)]
        except Refused:
            return []

    def everybody_says(self):
        return [envelope for who in range(len(self.people)) for envelope in self.say(who)]

    def change(self, action, readers):
        """By the owner, taken by these."""
        self.now += 1000
        state, secret = self.channels[0].group.state, self.seeded.bytes(32)
        due = committed(state.key_epoch + 1, secret)
        data = signed_change(state, self.people[0], [action], self.now, due)
        for who in readers:
            self.channels[who].apply(data, self.now)
        current = self.channels[0].group.state
        if current.key_epoch != state.key_epoch:
            self.channels[0].learn(secret)

    def stored(self, who):
        channel = self.channels[who]
        scopes = [
            {"scope": held.stored(), "chains": [chain.stored() for chain in ordered(held)]}
            for held in channel.scopes
        ]
        parts = channel.parts()
        hot, recipients = parts[1:3] if channel.sending else (None, None)
        return {"membership": parts[0], "hot": hot, "recipients": recipients, "scopes": scopes}


def ordered(held):
    return sorted(held.chains, key=lambda c: (len(c.sender[0]), c.sender, c.id))


def story(number):
    world = World(number)
    seeded = world.seeded
    world.distribute()
    envelopes = world.everybody_says() + world.everybody_says()
    everybody = range(len(world.people))
    world.change(bytes([doc.REMOVE]) + layout.var(world.people[GONE].account), everybody)
    world.distribute()
    envelopes += world.everybody_says()
    world.change(bytes([doc.TITLE]) + layout.var(b"other"), [0, READER])
    world.distribute()
    reader = world.stored(READER)
    envelopes += world.everybody_says()
    world.change(bytes([doc.TITLE]) + layout.var(b"later"), [0])
    world.distribute()
    envelopes += world.say(0)
    return reader, [mishap(seeded, seeded.choice(envelopes)) for _ in range(24)], world.now


def mishap(seeded, envelope):
    """Now and then a bit is changed, behind what frames the envelope."""
    if not seeded.chance(5):
        return envelope
    at = seeded.choice([8, 22, 40, 100, 150, len(envelope) - 1])
    return envelope[:at] + bytes([envelope[at] ^ 1]) + envelope[at + 1 :]


def test(number):
    reader, envelopes, now = story(number)
    plain = {
        "membership": reader["membership"].hex(), "hot": reader["hot"] and reader["hot"].hex(),
        "recipients": reader["recipients"] and reader["recipients"].hex(),
        "scopes": [
            {"scope": scope["scope"].hex(), "chains": [chain.hex() for chain in scope["chains"]]}
            for scope in reader["scopes"]
        ],
    }  # fmt: skip
    channel, received, opened = channel_of(plain), [], []
    for at, envelope in enumerate(envelopes):
        # The last ones come when the first windows have passed.
        now += HOUR // 4 if at < 18 else 20 * HOUR
        found, code, _ = outcome(lambda: channel.open(envelope, now))
        received.append({"now": now, "envelope": envelope})
        opened.append({"expect": code, **(found or {})})
    output = {"opened": opened, "state_digest": p.state_digest(channel.stored())}
    return "group-open", {"reader": plain, "received": received}, output


def all_():
    for number in range(6):
        yield test(number)
