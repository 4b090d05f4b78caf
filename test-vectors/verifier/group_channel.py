"""SPEC.md section 16: what a device holds of a group, and its messages in it."""

from dataclasses import dataclass, field

from . import envelope, layout
from .group_actions import standing
from .group_membership import REVISIONS, Group, devices_of, may_send, unusable
from .group_state import MODERATOR
from .layout import Reader
from .primitives import Refused, u64
from .receivers import GRACE, Receiving, claim_of
from .senders import CHAIN_AGE, GROUP, MESSAGES, Scope, Sending, audience_order

DEVICES_AGE, FORMER_AGE, BEHIND_AGE, WORD_AGE = 86_400_000, 3_600_000, 3_600_000, 86_400_000


def refuse(reason):
    raise Refused("group-send/" + reason)


def scope_of(state):
    return Scope.group(state.group, state.key_epoch, state.commitment)


@dataclass
class Channel:
    address: tuple
    believed: bool
    group: Group
    scopes: list
    last_sent: int = None
    sending: Sending = None
    # Not stored (16.1): devices and when they were looked up; revision and since when.
    audience: tuple = None
    # By who said so, None for headers: the latest revision, and when it was first said.
    behind: dict = field(default_factory=dict)
    # The newest lists, by account: what this device has at hand.
    lists: dict = field(default_factory=dict)

    # 16.6

    @classmethod
    def load(cls, membership, hot, recipients, scopes):
        channel = cls.read_membership(membership)
        channel.scopes = [Receiving.load(scope, chains) for scope, chains in scopes]
        if hot is not None:
            channel.read_sending(hot, recipients)
        channel.check()
        return channel

    @classmethod
    def read_membership(cls, data):
        r = Reader(data)
        r.version()
        channel = cls(r.address(), r.bool(), Group.read(r), [])
        r.finish()
        return channel

    def read_sending(self, hot, recipients):
        r = Reader(hot)
        r.version()
        self.last_sent = r.opt(lambda r: r.u64())
        self.sending = Sending.load(r.data, recipients)

    def check(self):
        state, scopes = self.group.state, [held.scope for held in self.scopes]
        if any((s.kind, s.id) != (GROUP, state.group) for s in scopes):
            raise Refused("group-stored/other-group")
        epochs = [scope.epoch for scope in scopes]
        rising = all(a < b for a, b in zip(epochs, epochs[1:]))
        if not rising or len(scopes) > REVISIONS + 1 or scopes[-1:] != [scope_of(state)]:
            raise Refused("group-stored/torn")
        if [held.closed is None for held in self.scopes] != [False] * (len(scopes) - 1) + [True]:
            raise Refused("group-stored/torn")
        sending = self.sending
        if sending and (
            (sending.scope.kind, sending.scope.id) != (GROUP, state.group)
            or sending.address != self.address
        ):
            raise Refused("group-stored/other-group")

    def stored(self):
        return b"".join(self.parts())

    def parts(self):
        """In the order that test-vectors/README.md states."""
        membership = b"\1" + layout.address(*self.address) + layout.boolean(self.believed)
        parts = [membership + self.group.encoded()]
        if self.sending:
            last_sent = None if self.last_sent is None else u64(self.last_sent)
            parts.append(b"\1" + layout.opt(last_sent) + self.sending.stored())
            given = sorted(self.sending.recipients, key=audience_order)
            encoded = layout.list_([layout.address(*address) for address in given])
            parts.append(b"\1" + self.sending.origin + encoded)
        for held in self.scopes:
            parts.append(held.stored())
            ordered = sorted(held.chains, key=lambda c: (audience_order(c.sender), c.id))
            parts += [chain.stored() for chain in ordered]
        return parts

    # 16.1

    def apply(self, change, now):
        self.group.apply(change, now)
        scope = scope_of(self.group.state)
        if self.scopes[-1].scope != scope:
            self.scopes[-1].closed = now
            self.scopes.append(Receiving(scope, None, None, []))
        closed = [held for held in self.scopes[:-1] if not is_over(held, now)]
        self.scopes = [*closed[-REVISIONS:], self.scopes[-1]]
        for held in self.scopes:
            held.chains = [chain for chain in held.chains if self.may_be(chain.sender)]
        self.audience = None
        state = self.group.state
        self.behind = {
            source: (revision, since)
            for source, (revision, since) in self.behind.items()
            if revision > state.revision and now - since <= WORD_AGE
            and (source is None or source in state.members)
        }  # fmt: skip

    def may_be(self, address):
        """A list at hand that does not name the device speaks against it."""
        known = self.lists.get(address[0])
        return known is None or known.list.find(address[1]) is not None

    def learn(self, secret):
        current = self.scopes[-1]
        current.check_secret(secret)
        current.secret = secret

    def heard_of(self, source, revision, now):
        known, since = self.behind.get(source, (0, now))
        if now - since > WORD_AGE:
            known, since = 0, now
        self.behind[source] = max(known, revision), since

    # 16.3

    def check_may_send(self, now):
        state = self.group.state
        account = self.address[0]
        if state.terminated:
            refuse("terminated")
        if account not in state.members:
            refuse("not-a-member")
        if not may_send(state, state.role(account)):
            refuse("not-allowed")
        if self.group.unconfirmed and not self.believed:
            if set(state.members) - {account, self.group.unconfirmed[0]}:
                refuse("unconfirmed")
        if any(now - since <= BEHIND_AGE for _, since in self.behind.values()):
            refuse("behind")

    def encrypt(self, plaintext, now, draw):
        state = self.group.state
        self.check_may_send(now)
        if self.audience is None or now - self.audience[1] >= DEVICES_AGE:
            refuse("not-prepared")
        slow = state.slow_mode * 1000 if state.role(self.address[0]) < MODERATOR else 0
        if slow and self.last_sent is not None and now - self.last_sent < slow:
            refuse("slow-mode")
        index = sorted(state.members, key=lambda a: (len(a), a)).index(self.address[0])
        claimed = index, state.revision, state.hash[:16]
        if self.sending is None or self.sending.scope != scope_of(state):
            raise Refused("group-send/chain", "sender/rotate-scope")
        try:
            parts = self.sending.send(self.audience[0], claimed, plaintext, now, draw)
        except Refused as error:
            code = "too-large" if error.code == "sender/too-large" else "chain"
            raise Refused("group-send/" + code, error.code) from error
        self.last_sent = now
        return envelope.encode(envelope.Envelope(None, None, envelope.SenderMessage(*parts)))

    # 16.2

    def prepare(self, now, draw):
        """The distribution, and who lacks it."""
        state = self.group.state
        self.check_may_send(now)
        if any(self.is_untold(account) for account in state.members):
            refuse("revoked")
        devices, _ = devices_of(state, self.lists, now)
        if self.address not in devices:
            refuse("own-device")
        audience = [device for device in devices if device != self.address]
        if self.needs_chain(audience, now):
            secret = self.scopes[-1].secret
            if secret is None:
                refuse("void-epoch" if state.commitment == bytes(32) else "no-epoch-secret")
            self.sending = Sending.make(scope_of(state), self.address, secret, now, draw)
        self.audience = audience, now
        lacking = [device for device in audience if device not in self.sending.recipients]
        return self.sending.distribution(), lacking

    def is_untold(self, account):
        """Whether the newest list of a member revokes something that the group does not know."""
        known, member = self.lists.get(account), self.group.state.members[account]
        if known is None or standing(known.list.entry, member) != "newer":
            return False
        entry = known.list.entry
        return len(entry.revoked) > member.list.revoked or entry.in_force != member.key

    def needs_chain(self, audience, now):
        chain = self.sending
        if chain is None or chain.scope != scope_of(self.group.state):
            return True
        old = now - chain.created >= CHAIN_AGE[GROUP] or chain.iteration >= MESSAGES
        return old or bool(set(chain.recipients) - set(audience))

    def record(self, devices):
        if self.audience is None:
            refuse("not-prepared")
        self.sending.record(self.audience[0], devices)

    def accept(self, given, sender, now):
        state = self.group.state
        if (given.scope.kind, given.scope.id) != (GROUP, state.group):
            raise Refused("sender-key/other-scope")
        if given.scope.epoch > state.key_epoch:
            if sender[0] in state.members:
                self.heard_of(sender[0], state.revision + 1, now)
            raise Refused("need-state")
        held = next((h for h in self.scopes if h.scope.epoch == given.scope.epoch), None)
        if held is not None and held.scope != given.scope:
            raise Refused("fork")
        if held is None or is_over(held, now):
            raise Refused("too-old")
        member, known = state.members.get(sender[0]), self.lists.get(sender[0])
        if member is None or unusable(member, known, now) or not known.list.find(sender[1]):
            raise Refused("stranger")
        held.accept(given, sender, now)

    # 16.4

    def open(self, data, now):
        """What is known of the message."""
        message = envelope.decode(data).message
        held = next((h for h in self.scopes if h.is_ours(message)), None)
        if held is None:
            raise Refused("unknown")
        claim = claim_of(held, message)
        state = self.group.state
        if claim.revision > state.revision:
            if held.scope != scope_of(state):
                raise Refused("not-allowed/key-epoch")
            self.heard_of(None, claim.revision, now)
            raise Refused("need-state")
        then = self.group.at(claim.revision, now)
        if then is None:
            raise Refused("too-old")
        rules, hash_then, members = then
        if claim.prefix != hash_then[:16]:
            raise Refused("fork")
        if rules.key_epoch != held.scope.epoch:
            raise Refused("not-allowed/key-epoch")
        account, role, former = self.speaker(rules, members, claim, now)
        if (account, claim.device) == self.address:
            raise Refused("own")
        try:
            _, plaintext, _, _ = held.open(message, (account, claim.device), now)
        except Refused as error:
            code = "need-sender-key" if error.code == "unknown-chain" else error.code
            raise Refused(code, error.cause) from error
        if not former and self.group.unconfirmed and account not in self.group.unconfirmed:
            self.group.unconfirmed = None
        return {
            "sender": {"account": account.hex(), "device": claim.device}, "role": role,
            "revision": claim.revision, "former": former, "plaintext": plaintext,
        }  # fmt: skip

    def speaker(self, rules, members, claim, now):
        """Step 7: account, role then, and whether it may not send now."""
        if claim.index >= len(members):
            raise Refused("not-allowed/member")
        account, role = members[claim.index]
        if not may_send(rules, role):
            raise Refused("not-allowed/role")
        state = self.group.state
        former = not may_send(state, state.role(account))
        if former and now - rules.superseded > FORMER_AGE:
            raise Refused("not-allowed/former")
        return account, role, former


def is_over(held, now):
    return held.closed is not None and now - held.closed > GRACE
