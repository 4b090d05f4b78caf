"""SPEC.md sections 11 and 15: endpoints, session sets and their stored form."""

import copy
from types import SimpleNamespace

from . import certified, envelope, handshake, layout, prekey
from .layout import Reader
from .primitives import Refused, hash_, state_digest, u32, u64
from .ratchet import Ratchet

SIMULTANEOUS_GRACE = 3_600_000
UNACKNOWLEDGED_SESSION_AGE = 30 * 86_400_000
INACTIVE_SESSIONS = 5
INACTIVE_SESSION_AGE = 60 * 86_400_000
# Failures of the post-quantum ratchet that refuse one message and do not end the session.
HARMLESS = ("braid/future-epoch", "pq-ratchet/skip-limit")


class Session:
    def __init__(self, id_, flight_hash, ratchet, initiated, now):
        self.id, self.flight_hash, self.ratchet = id_, flight_hash, ratchet
        self.initiated, self.ordinal, self.inactive_since, self.retired = initiated, 0, None, None
        self.created = self.heard = now
        self.acknowledged = self.broken = False
        self.unanswered, self.unanswered_since, self.receive_only_until = 0, None, None

    def encrypt(self, plaintext, now, draw):
        message, _, _ = self.ratchet.encrypt(self.id, plaintext, now, draw)
        self.unanswered += 1
        if self.unanswered_since is None:
            self.unanswered_since = now
        return message

    def decrypt(self, message, now):
        plaintext, _, self.ratchet = self.ratchet.decrypt(self.id, message, now)
        self.acknowledged, self.heard = True, now
        self.unanswered, self.unanswered_since = 0, None
        return plaintext

    def open(self, flight_hash, message, now):
        if self.broken:
            raise Refused("decrypt/broken")
        if flight_hash is not None and flight_hash != self.flight_hash:
            raise Refused("decrypt/other-handshake")
        return self.decrypt(message, now)

    def is_confirmed(self):
        """Whether the peer has answered a message of ours in it."""
        return self.ratchet.ec.generation >= (1 if self.initiated else 2)

    def may_send(self, now):
        young = now - self.created <= UNACKNOWLEDGED_SESSION_AGE
        return not self.broken and (self.acknowledged or young)

    def is_attempt(self, now):
        fresh = now - self.created <= SIMULTANEOUS_GRACE
        given_up = self.acknowledged or self.broken or self.retired is not None
        return self.initiated and fresh and not given_up

    def is_blocked(self, now):
        until = self.receive_only_until
        return until is not None and 0 < until - now <= SIMULTANEOUS_GRACE

    def is_stale(self, now):
        since = self.inactive_since
        return since is not None and now - since > INACTIVE_SESSION_AGE

    def stored(self):
        def time(value):
            return layout.opt(None if value is None else u64(value))

        return (
            self.id
            + self.flight_hash
            + self.ratchet.stored()
            + u64(self.created)
            + layout.boolean(self.acknowledged)
            + u64(self.heard)
            + u32(self.unanswered)
            + time(self.unanswered_since)
            + layout.boolean(self.initiated)
            + u32(self.ordinal)
            + time(self.inactive_since)
            + time(self.receive_only_until)
            + layout.opt(None if self.retired is None else bytes([self.retired]))
            + layout.boolean(self.broken)
        )

    @classmethod
    def read(cls, reader):
        self = cls(reader.raw(32), reader.raw(32), Ratchet.read(reader), None, reader.u64())
        self.acknowledged, self.heard = reader.bool(), reader.u64()
        self.unanswered, self.unanswered_since = reader.u32(), reader.opt(Reader.u64)
        self.initiated, self.ordinal = reader.bool(), reader.u32()
        self.inactive_since = reader.opt(Reader.u64)
        self.receive_only_until = reader.opt(Reader.u64)
        self.retired = reader.opt(read_retired)
        self.broken = reader.bool()
        return self


def read_retired(reader):
    value = reader.u8()
    if value > ANSWERED:
        raise Refused("decode/out-of-range")
    return value


SILENT, HEARD_AGAIN, ANSWERED = range(3)


class SessionSet:
    """11.2: the sessions with one device."""

    def __init__(self, peer):
        self.peer, self.ordinal = peer, 0
        self.active, self.inactive = None, []
        # Of each of our attempts that may still be acknowledged, by ordinal: its handshake.
        self.flights = {}

    def sessions(self):
        return ([self.active] if self.active else []) + self.inactive

    def number(self, session):
        session.ordinal = self.ordinal
        self.ordinal += 1

    def newest(self):
        """What a handshake says that it follows."""
        sessions = self.sessions()
        return max(sessions, key=lambda s: s.ordinal).id[:8] if sessions else None

    def awaiting(self):
        waits = [s for s in self.sessions() if not s.acknowledged and s.retired is None]
        return {session.ordinal for session in waits}

    def supersede(self, session, now):
        if self.active:
            self.active.receive_only_until = now + SIMULTANEOUS_GRACE
        self.activate(session, now)

    def activate(self, session, now):
        session.inactive_since = session.receive_only_until = None
        old, self.active = self.active, session
        if old:
            self.deactivate(old, now)

    def deactivate(self, session, now):
        session.inactive_since = now
        kept = [s for s in [session, *self.inactive] if not s.is_stale(now)]
        self.inactive = kept[:INACTIVE_SESSIONS]

    def insert_initiated(self, session, flight, now):
        for other in self.inactive:
            if other.retired == HEARD_AGAIN:
                other.retired = ANSWERED
        self.number(session)
        self.flights[session.ordinal] = flight
        self.supersede(session, now)

    def insert_accepted(self, session, known, now):
        self.number(session)
        attempts = [other for other in self.sessions() if other.is_attempt(now)]
        latest = max(attempts, key=lambda other: other.ordinal, default=None)
        if latest is None or latest.id[:8] == known:
            self.supersede(session, now)
        elif latest.id < session.id:
            session.receive_only_until = now + SIMULTANEOUS_GRACE
            self.deactivate(session, now)
            if latest is not self.active and latest in self.inactive:
                self.inactive.remove(latest)
                self.activate(latest, now)
        else:
            latest.receive_only_until = now + SIMULTANEOUS_GRACE
            self.activate(session, now)

    def reset(self, id_, now):
        if self.active and self.active.id == id_:
            old, self.active = self.active, None
            old.retired = SILENT
            self.deactivate(old, now)
            return
        for session in self.inactive:
            if session.id == id_ and session.retired is None:
                session.retired = SILENT

    def encrypt(self, plaintext, now, draw):
        session = self.active
        if session is None or not session.may_send(now):
            raise Refused("encrypt/no-session")
        message = session.encrypt(plaintext, now, draw)
        waiting = session.ordinal in self.awaiting()
        flight = self.flights.get(session.ordinal) if waiting else None
        return envelope.encode(envelope.Envelope(flight, flight, message)), session.id

    def open(self, flight_hash, message, now):
        live = [s for s in self.sessions() if s.ratchet.find(message) and not s.is_stale(now)]
        if not live:
            raise Refused("unknown")
        session = live[0]
        plaintext = session.open(flight_hash, message, now)
        if session is not self.active:
            self.promote(session, now)
            self.retire_older()
        else:
            self.retire_older()
        return plaintext, session.id

    def promote(self, session, now):
        if session.retired is not None:
            if session.retired == SILENT:
                session.retired = HEARD_AGAIN
            return
        if self.active and self.active.may_send(now) and session.is_blocked(now):
            return
        self.inactive.remove(session)
        self.activate(session, now)

    def retire_older(self):
        """Once the peer answered in the active session, those before it never send again."""
        active, changed = self.active, False
        if active is None or not active.is_confirmed():
            return False
        for session in self.inactive:
            lost = session.receive_only_until is not None
            if session.retired is None and (session.ordinal < active.ordinal or lost):
                session.retired, changed = SILENT, True
        return changed

    def give_up(self, message):
        """A session whose post-quantum ratchet failed is over."""
        for session in self.sessions():
            if session.ratchet.find(message):
                session.broken = True

    def stored(self):
        peer = self.peer
        archive = (
            b"\x01"
            + layout.address(peer.account, peer.device)
            + layout.ed25519(peer.signing)
            + layout.x25519(peer.identity)
            + u32(self.ordinal)
            + layout.list_([session.stored() for session in self.inactive])
            + layout.list_([u32(o) + layout.var(self.flights[o]) for o in sorted(self.awaiting())])
        )
        active = layout.opt(self.active and self.active.stored())
        return b"\x01" + hash_("session-archive", archive) + active, archive

    @classmethod
    def load(cls, active, archive):
        reader = Reader(active)
        reader.version()
        named, session = reader.raw(32), reader.opt(Session.read)
        reader.finish()
        if hash_("session-archive", archive) != named:
            raise Refused("state/torn")
        reader = Reader(archive)
        reader.version()
        self = cls(read_peer(reader))
        self.active, self.ordinal = session, reader.u32()
        self.inactive = reader.list(INACTIVE_SESSIONS, Session.read)
        flights = reader.list(INACTIVE_SESSIONS + 1, lambda r: (r.u32(), r.var(98_304)))
        reader.finish()
        self.flights = dict(flights)
        ids = [session.id for session in self.sessions()]
        if (
            [ordinal for ordinal, _ in flights] != sorted(self.awaiting())
            or any(session.ordinal >= self.ordinal for session in self.sessions())
            or len(set(ids)) < len(ids)
        ):
            raise Refused("decode/not-canonical")
        return self


def read_peer(reader):
    """Keys that are only compared."""
    account, device = reader.address()
    reader.typed(2)
    signing = reader.raw(32)
    reader.typed(1)
    return SimpleNamespace(
        account=account, device=device, signing=signing, identity=reader.raw(32)
    )


class Endpoint:
    def __init__(self, local, prekeys, peer):
        self.local, self.prekeys, self.peer, self.set = local, prekeys, peer, None

    def with_set(self):
        if self.set is None:
            self.set = SessionSet(self.peer)
        return self.set

    def initiate(self, bundle, now, draw):
        known = self.with_set().newest()
        begun = handshake.initiate(self.local, bundle, self.peer, None, draw(64), known)
        ratchet = Ratchet.initiator(begun["session_keys"], bundle.signed.key, now, draw)
        session = Session(begun["t2"], begun["handshake_hash"], ratchet, True, now)
        self.with_set().insert_initiated(session, begun["handshake"], now)
        return session.id

    def open(self, data, now):
        """Kind, plaintext and session id; or an introduction."""
        try:
            received = envelope.decode(data)
        except Refused as error:
            version = error.code == "decode/unsupported-version"
            code = "open/unsupported-version" if version else "open/envelope"
            raise Refused(code, error.code) from error
        flight_hash = received.flight and hash_("handshake/flight", received.flight)
        sessions = self.set.sessions() if self.set else []
        if any(session.ratchet.find(received.message) for session in sessions):
            return self.open_known(flight_hash, received.message, now)
        if flight_hash is None:
            raise Refused("unknown")
        if any(session.flight_hash == flight_hash for session in sessions):
            raise Refused("too-old")
        return self.introduce(received, now)

    def open_known(self, flight_hash, message, now):
        after = copy.deepcopy(self.set)
        try:
            plaintext, session = after.open(flight_hash, message, now)
        except Refused as error:
            if not error.code.startswith("decrypt/"):
                raise
            if error.code == "decrypt/post-quantum" and error.cause not in HARMLESS:
                self.set.give_up(message)
            raise Refused("open/message", error.code) from error
        self.set = after
        return "ok", plaintext, session

    def introduce(self, received, now):
        try:
            begun = handshake.respond(self.local, self.prekeys, [], received.flight, now)
        except Refused as error:
            raise Refused("open/handshake", error.code) from error
        ratchet = Ratchet.responder(begun["session_keys"], begun["signed_prekey"], now)
        session = Session(begun["t2"], begun["handshake_hash"], ratchet, False, now)
        try:
            plaintext = session.decrypt(received.message, now)
        except Refused as error:
            raise Refused("open/first-message", error.code) from error
        begun["nonce"] = received.message.nonce
        return "introduction", plaintext, (session, begun)

    def accept(self, session, begun, now):
        if self.prekeys.refuses(begun["use"], now):
            raise Refused("accept/stale")
        self.prekeys.consume(begun["use"], now)
        self.with_set().insert_accepted(session, begun["initiator"].known, now)

    def stored(self):
        parts = self.set.stored() if self.set else (None, None)
        return {
            "active": parts[0] and state_digest(parts[0]).hex(),
            "archive": parts[1] and state_digest(parts[1]).hex(),
            "prekeys": state_digest(self.prekeys.stored()).hex(),
        }


def run(params, test, equal, party, make_draw):
    described = test["actors"]
    locals_ = {name: party(actor) for name, actor in described.items()}
    endpoints = {}
    for name, other in (("alice", "bob"), ("bob", "alice")):
        store = prekey.Store(bytes.fromhex(described[name]["prekeys"]))
        endpoints[name] = Endpoint(locals_[name], store, locals_[other].certificate)
    envelopes, introductions, history = [], [], []
    for number, step in enumerate(test["steps"]):
        actor = endpoints[step["actor"]]
        history.append({name: copy.deepcopy(endpoint.set) for name, endpoint in endpoints.items()})
        if step["op"] == "restore":
            actor.set = history[step["before"]][step["actor"]]
        draw = make_draw(bytes.fromhex(step.get("random", "")))
        try:
            code, cause, outputs = "ok", None, {}
            try:
                code, outputs = take(step, actor, draw, envelopes, introductions)
            except Refused as error:
                code, cause = error.code, error.cause
            equal("expect", code, step["expect"])
            equal("cause", cause if "/" in code else None, step.get("cause"))
            for name, value in outputs.items():
                equal(name, value, step[name])
            draw.finish()
            equal("state", actor.stored(), step["state_digest"])
        except Exception as error:
            error.args = (f"step {number} ({step['op']}): {error}",)
            raise


def take(step, actor, draw, envelopes, introductions):
    op, now = step["op"], step["now"]
    if op == "initiate":
        bundle = prekey.decode_bundle(bytes.fromhex(step["bundle"]))
        prekey.verify_bundle(bundle, actor.peer, now)
        return "ok", {"session": actor.initiate(bundle, now, draw)}
    if op == "encrypt":
        if actor.set is None:
            raise Refused("encrypt/no-session")
        wire, session = actor.set.encrypt(bytes.fromhex(step["plaintext"]), now, draw)
        envelopes.append(wire)
        return "ok", {"wire_out": wire, "session": session}
    if op == "open":
        data = envelopes[step["envelope"]] if "envelope" in step else bytes.fromhex(step["bytes"])
        kind, plaintext, more = actor.open(data, now)
        if kind == "ok":
            nonce = envelope.decode(data).message.nonce
            return "ok", {"plaintext": plaintext, "session": more, "wire_id": nonce}
        introductions.append((plaintext, *more))
        certificate = certified.encode_certificate(more[1]["initiator"].certificate)
        at = len(introductions) - 1
        return kind, {"plaintext": plaintext, "certificate": certificate, "introduction": at}
    if op == "accept":
        plaintext, session, begun = introductions[step["introduction"]]
        actor.accept(session, begun, now)
        return "ok", {"plaintext": plaintext, "session": session.id, "wire_id": begun["nonce"]}
    if op == "reset":
        actor.set.reset(actor.set.active.id, now)
        return "ok", {}
    if op == "restore":
        return "ok", {}
    raise ValueError(op)
