"""SPEC.md section 18: story lists, posting to them, viewing, and what may be answered."""

from dataclasses import dataclass

from . import content, envelope, layout
from .content_rules import Said
from .group_state import account_order
from .identity import outside
from .layout import Reader
from .primitives import Refused, expand, hash_, u32, u64
from .receivers import Receiving, claim_of
from .senders import DAY, STORY, Scope, audience_order

CHAIN_AGE = LIFE = DAY
VIEWERS, AUTHORS, SCOPES = 8192, 8192, 32
VERSIONS_AHEAD, LAST_VERSION = 1 << 20, 2**32 - 1
ALL, ALL_EXCEPT, CUSTOM = 1, 2, 5
# Member index, revision, state prefix: a story's claim has none.
NO_STANDING = 0, 0, bytes(16)


# 18.1


@dataclass(frozen=True)
class Audience:
    mode: int
    named: tuple = ()

    @classmethod
    def read(cls, reader):
        mode = reader.u8()
        if not ALL <= mode <= CUSTOM:
            raise Refused("decode/out-of-range")
        return cls(mode, () if mode == ALL else read_accounts(reader))

    def encoded(self):
        return bytes([self.mode]) + (b"" if self.mode == ALL else list_accounts(self.named))

    def has(self, account):
        if self.mode in (ALL, ALL_EXCEPT):
            return account not in self.named
        return account in self.named


def read_accounts(reader):
    accounts = tuple(reader.list(VIEWERS, lambda r: r.account()))
    if accounts != tuple(ordered(accounts)):
        raise Refused("decode/not-canonical")
    return accounts


def list_accounts(accounts):
    return layout.list_([layout.var(account) for account in ordered(accounts)])


def ordered(accounts):
    return sorted(set(accounts), key=account_order)


@dataclass
class StoryList:
    author: bytes
    id: bytes
    version: int
    root: bytes
    began: int
    audience: Audience
    viewers: tuple

    @classmethod
    def make(cls, author, audience, contacts, now, draw):
        made = cls(author, draw(32), 1, draw(32), now, audience, ())
        made.viewers = made.viewers_of(contacts)
        return made

    @classmethod
    def decode(cls, data):
        reader = Reader(data)
        if reader.u8() != 2:
            raise Refused("decode/unsupported-version")
        found = cls(
            reader.account(), reader.raw(32), reader.nonzero(), reader.raw(32), reader.u64(),
            Audience.read(reader), read_accounts(reader),
        )  # fmt: skip
        reader.finish()
        if found.viewers != found.viewers_of(found.viewers):
            raise Refused("decode/out-of-range")
        return found

    def stored(self):
        return (
            b"\2" + layout.var(self.author) + self.id + u32(self.version) + self.root
            + u64(self.began) + self.audience.encoded() + list_accounts(self.viewers)
        )  # fmt: skip

    @property
    def secret(self):
        return expand(self.root, "story/secret", self.id + u32(self.version), 32)

    @property
    def scope(self):
        return Scope(STORY, self.id, self.version, hash_("sender-author", self.author))

    def viewers_of(self, contacts):
        of_it = [one for one in contacts if one != self.author and self.audience.has(one)]
        return tuple(ordered(of_it))

    def update(self, audience, contacts, now):
        """What it came to."""
        former, self.audience = set(self.viewers), audience
        self.viewers = self.viewers_of(contacts)
        if former - set(self.viewers):
            self.begin(self.root, now)
            return "new-version"
        return "grown" if set(self.viewers) - former else "same"

    def renew(self, now):
        self.begin(self.root, now)

    def begin(self, root, now):
        """The next version, after one with this root."""
        if self.version == LAST_VERSION:
            raise Refused("story-list/exhausted")
        self.version, self.began = self.version + 1, now
        self.root = expand(root, "story/next", b"", 32)

    def learn(self, version, root, sent_at, now):
        """What becomes of it when another device tells of a version."""
        if version > self.version + VERSIONS_AHEAD:
            raise Refused("story-list/too-far-ahead")
        if version < self.version:
            return "older"
        if (version, root) == (self.version, self.root):
            return "same"
        if version > self.version:
            self.version, self.root, self.began = version, root, counts_as_sent(sent_at, now)
        else:
            self.begin(max(root, self.root), now)
        return "new-version"


def counts_as_sent(claimed, received):
    """12.6: what claims to be from the future, plausibly or not, counts as sent when received."""
    return min(claimed, received)


# 18.2


def devices_of(held, own, lists, now):
    """The audience of 14.4: all devices that hold now, without the own one."""
    found = [
        (account, certificate.device)
        for account in (*held.viewers, held.author)
        if account in lists and now < lists[account].list.entry.validity[1]
        for certificate in lists[account].list.certificates
        if not outside(certificate.validity, now)
    ]
    return sorted(set(found) - {own}, key=audience_order)


def post(sending, held, devices, data, now, draw):
    """The envelope."""
    if sending.scope != held.scope or now - held.began >= CHAIN_AGE:
        raise Refused("story/not-prepared")
    if not is_story(data):
        raise Refused("story/not-a-story")
    return send(sending, NO_STANDING, devices, data, now, draw)


def send(sending, claimed, devices, data, now, draw):
    parts = sending.send(devices, claimed, data, now, draw)
    return envelope.encode(envelope.Envelope(None, None, envelope.SenderMessage(*parts)))


def is_story(data):
    """That it says no other conversation; one of another version may say none."""
    return content.CONVERSATIONS.get(content.walk(data)["conversation"]) in ("story", None)


# 18.3


class Viewer:
    """A device with the scopes of lists, as (author, scope), in the order in which they came."""

    def __init__(self):
        self.scopes = []

    @classmethod
    def load(cls, scopes):
        """Scopes with their chains, as they were stored, oldest first."""
        viewer = cls()
        for scope, chains in scopes:
            reader = Reader(scope)
            reader.version()
            author = reader.account()
            held = Receiving.load(reader.data, chains)
            if held.scope.kind != STORY or held.scope.state != hash_("sender-author", author):
                raise Refused("sender-state/other-scope")
            if viewer.held(held.scope):
                raise Refused("sender-state/repeated")
            viewer.scopes.append((author, held))
        authors = [author for author, _ in viewer.scopes]
        if len(set(authors)) > AUTHORS or any(authors.count(one) > SCOPES for one in authors):
            raise Refused("decode/too-large")
        return viewer

    def stored(self):
        """In the order that test-vectors/README.md states."""
        out = b""
        for author, held in self.scopes:
            out += self.stored_scope(author, held)
            chains = sorted(held.chains, key=lambda chain: (audience_order(chain.sender), chain.id))
            out += b"".join(chain.stored() for chain in chains)
        return out

    @staticmethod
    def stored_scope(author, held):
        return b"\1" + layout.var(author) + held.stored()

    def accept(self, given, sender, now):
        """How many versions it closed that had been open."""
        if given.scope.kind != STORY:
            raise Refused("story-key/not-a-story")
        if given.scope.state != hash_("sender-author", sender[0]):
            raise Refused("story-key/chain", "sender-key/other-author")
        held = self.held(given.scope)
        if held is None:
            self.check_new(given, sender[0])
            held = Receiving(given.scope, None, None, [])
        try:
            held.accept(given, sender, now)
        except Refused as error:
            raise Refused("story-key/chain", error.code) from error
        if self.held(given.scope) is None:
            self.scopes.append((sender[0], held))
        self.make_room(sender[0])
        return self.close(held.scope, now)

    def held(self, scope):
        return next((held for _, held in self.scopes if held.scope == scope), None)

    def check_new(self, given, author):
        if given.secret is None:
            raise Refused("story-key/no-secret")
        authors = {author for author, _ in self.scopes}
        if author not in authors and len(authors) >= AUTHORS:
            raise Refused("story-key/too-many-authors")

    def make_room(self, author):
        own = [entry for entry in self.scopes if entry[0] == author]
        if len(own) > SCOPES:
            self.scopes.remove(own[0])

    def close(self, scope, now):
        """All versions of its list but the highest; how many others than this one."""
        of_list = scope.id, scope.state
        versions = [h for _, h in self.scopes if (h.scope.id, h.scope.state) == of_list]
        highest = max(held.scope.epoch for held in versions)
        lower = [held for held in versions if held.scope.epoch < highest and held.closed is None]
        for held in lower:
            held.closed = now
        return len([held for held in lower if held.scope != scope])

    def expire(self, now):
        """How many versions are deleted."""
        before = len(self.scopes)
        self.scopes = [
            (of, held) for of, held in self.scopes
            if held.chains and (held.closed is None or now - held.closed <= 2 * LIFE)
        ]  # fmt: skip
        return before - len(self.scopes)

    def open(self, message, now):
        """When the life of what was posted ends."""
        found = next(((of, held) for of, held in self.scopes if held.is_ours(message)), None)
        if found is None:
            raise Refused("unknown")
        author, held = found
        data = open_in(held, author, message, now)
        check_content(data)
        ends = life_ends(Said(data), now)
        if now >= ends:
            raise Refused("expired")
        return ends


def open_in(held, author, message, now):
    try:
        claim = claim_of(held, message)
        if (claim.index, claim.revision, claim.prefix) != NO_STANDING:
            raise Refused("open-story/standing")
        return held.open(message, (author, claim.device), now)[1]
    except Refused as error:
        if error.code.startswith("open-sender/"):
            raise Refused("open-story/message", error.code) from error
        raise


def check_content(data):
    try:
        found = content.decode(data)
    except Refused as error:
        raise Refused("open-story/content", error.code) from error
    if not is_story(data):
        raise Refused("open-story/not-a-story")
    if found["code"] != "ok":
        raise Refused("unsupported")


# 18.4 and 18.5


def life_ends(said, received):
    return counts_as_sent(said.sent_at, received) + LIFE


def may_answer(said, ends, answer, at):
    if said.kind not in ("StoryMedia", "StoryText"):
        raise Refused("story-answer/not-a-story")
    if at >= ends:
        raise Refused("story-answer/over")
    terms = said.body["terms"]
    allowed = {
        "view": True, "reply": terms["replies"], "reaction": terms["reactions"],
        "reshare": terms["resharing"],
    }  # fmt: skip
    if not allowed[answer]:
        raise Refused("story-answer/not-allowed")
