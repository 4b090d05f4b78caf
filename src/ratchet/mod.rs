//! The triple ratchet: a Double Ratchet with header encryption and a sparse post-quantum ratchet
//! in parallel, both of which enter the key of every message. SPEC.md sections 8 to 10.
//!
//! A message's way in: `Ratchet::decrypt` finds the chain by the search tag, opens the header,
//! derives both halves' keys without changing anything, opens the body, and only then commits.

mod braid;
mod chain;
#[cfg(test)]
mod cost;
mod double;
mod header;
mod message;
mod missing;
mod pq;
mod skipped;
mod staleness;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "../vectors/ratchet.rs"]
pub(crate) mod vectors;
#[cfg(test)]
#[path = "../vectors/franking.rs"]
pub(crate) mod vectors_of_reports;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;

use rand_core::CryptoRng;

pub use braid::BraidError;
pub(crate) use chain::ChainKey;
pub(crate) use double::{Committed, Found};
pub(crate) use header::{HeaderKey, SealedHeader};
pub use message::{RatchetMessage, WireId};
pub(crate) use message::{decode_sealed, encoded_len, sealed_len};
pub(crate) use missing::{MissingKeys, NoKey, SkippedKey};
pub use pq::PqError;
pub use staleness::{Healing, Staleness};

use crate::crypto::{
    AeadKey, DhPublicKey, DhSecretKey, Digest, KdfLabel, NonContributory, Prk, Secret,
};
use crate::handshake::SessionKeys;
use crate::limits::COUNTER_RESERVE;
use crate::report::{self, Context, Ends, Opening};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};
use double::{DoubleRatchet, Position, StagedEc};
use header::Header;
use message::Outgoing;
use pq::{PqRatchet, PqReceive, StagedReceive};

/// Both ratchets of one session.
#[derive(Debug)]
pub(crate) struct Ratchet {
    ec: DoubleRatchet,
    pq: PqRatchet,
    /// Messages whose keys a limit dropped and that no received message has reported yet.
    lost: u32,
}

/// An authentic message.
#[derive(Debug)]
pub(crate) struct Decrypted {
    pub(crate) plaintext: Vec<u8>,
    pub(crate) committed: Committed,
    /// If the message is reportable.
    pub(crate) opening: Option<Box<Opening>>,
}

impl Ratchet {
    /// The side that began the handshake; `remote` is the responder's signed prekey.
    pub(crate) fn initiator<R: CryptoRng + ?Sized>(
        keys: SessionKeys,
        remote: &DhPublicKey,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Self, NonContributory> {
        let SessionKeys { ec, pq, braid, header_a, header_b } = keys;
        Ok(Self {
            ec: DoubleRatchet::initiator(ec, [header_a, header_b], remote, now, rng)?,
            pq: PqRatchet::initiator(&pq, &braid, now),
            lost: 0,
        })
    }

    /// The side that answers; `local` is its signed prekey.
    pub(crate) fn responder(keys: SessionKeys, local: DhSecretKey, now: Timestamp) -> Self {
        let SessionKeys { ec, pq, braid, header_a, header_b } = keys;
        Self {
            ec: DoubleRatchet::responder(ec, [header_a, header_b], local, now),
            pq: PqRatchet::responder(&pq, &braid, now),
            lost: 0,
        }
    }

    /// Appends the encoded message to `out` and moves on; on error nothing has changed. With a
    /// context it is reportable.
    pub(crate) fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        session: &Digest,
        context: Option<&Context>,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
        out: &mut Vec<u8>,
    ) -> Result<WireId, RatchetError> {
        let pq = self.pq.stage_send(rng)?;
        let ec = self.ec.send(rng)?;
        let dropped = self.pq.dropped();
        self.pq.commit_send(pq.staged, now);
        self.note_lost(0, dropped);
        let Position { ratchet_key, previous, number } = ec.position;
        let halves = (&ec.message_key, &pq.message_key);
        let commit = |to| report::commit(&message_prk(halves.0, halves.1), to, plaintext);
        let outgoing = Outgoing {
            header: Header { ratchet_key, previous, number, pq: pq.header },
            header_key: ec.header_key,
            body_key: body_key(halves.0, halves.1),
            commitment: context.map(commit),
        };
        Ok(outgoing.seal(session, plaintext, rng, out))
    }

    /// Opens a message and moves on; on error nothing has changed. `found` is the message's chain if
    /// a search has found it before.
    pub(crate) fn decrypt(
        &mut self,
        session: &Digest,
        message: &RatchetMessage<'_>,
        found: Option<Found>,
        ends: Ends<'_>,
        now: Timestamp,
    ) -> Result<Decrypted, RatchetError> {
        let found = found.or_else(|| self.find(message)).ok_or(RatchetError::NotOurs)?;
        let key = self.ec.header_key(found).ok_or(RatchetError::NotOurs)?;
        let opened = message.open_header(key).ok_or(RatchetError::HeaderNotAuthentic)?;
        let Header { ratchet_key, previous, number, pq } = opened.decode()?;
        let ec = self.ec.receive(found, &Position { ratchet_key, previous, number }, now)?;
        let pq = match self.pq.stage_receive(&pq, now)? {
            PqReceive::Key(received) => received,
            // The other half has not used its key: the sender's halves come from two states.
            PqReceive::Duplicate => return Err(RatchetError::Inconsistent),
            PqReceive::TooOld => return Err(RatchetError::TooOld),
        };
        let body_key = body_key(&ec.message_key, &pq.message_key);
        let plaintext = message
            .open_body(&body_key, session, &opened)
            .ok_or(RatchetError::BodyNotAuthentic)??;
        let opening = if message.commitment.is_some() {
            let prk = message_prk(&ec.message_key, &pq.message_key);
            let context = || ends.context(session);
            report::check(message.commitment, &prk, context, &plaintext)
                .map_err(|_| RatchetError::OtherCommitment)?
        } else {
            None
        };
        Ok(Decrypted { plaintext, committed: self.commit(ec.staged, pq.staged, now), opening })
    }

    fn commit(&mut self, ec: StagedEc, pq: StagedReceive, now: Timestamp) -> Committed {
        let dropped = self.pq.dropped();
        self.pq.commit_receive(pq, now);
        let committed = self.ec.commit(ec, now);
        self.note_lost(committed.dropped, dropped);
        Committed { dropped: mem::take(&mut self.lost), ..committed }
    }

    /// How many chains of the peer's there have been: each is a turn in answer to one of ours.
    pub(crate) fn generation(&self) -> u32 {
        self.ec.generation()
    }

    /// The chain of this session's that the message's search tag is of.
    pub(crate) fn find(&self, message: &RatchetMessage<'_>) -> Option<Found> {
        self.ec.find(&message.header)
    }

    /// The header keys the peer may use now.
    pub(crate) fn live_header_keys(&self) -> impl Iterator<Item = (Found, &HeaderKey)> {
        self.ec.live_header_keys()
    }

    /// The header keys of chains that have ended or miss messages.
    pub(crate) fn past_header_keys(&self) -> impl Iterator<Item = &HeaderKey> {
        self.ec.past_header_keys()
    }

    /// How stale both halves are.
    pub(crate) fn healing(&self, now: Timestamp) -> Healing {
        Healing {
            classical: self.ec.staleness(now),
            post_quantum: self.pq.staleness(now),
            should_send_carrier: self.pq.should_send_carrier(now),
        }
    }

    /// Bytes of the Braid's stored form.
    pub(crate) fn braid_state_len(&self) -> usize {
        self.pq.braid_state_len()
    }

    /// Whether a counter of 32 bits has so little left that another session is due.
    pub(crate) fn is_nearly_exhausted(&self) -> bool {
        let highest = self.ec.highest_counter().max(self.pq.highest_counter());
        u32::MAX.saturating_sub(highest) <= COUNTER_RESERVE
    }

    /// Drops skipped keys that are too old.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Committed {
        let dropped = self.pq.dropped();
        self.pq.expire(now);
        let committed = self.ec.expire(now);
        Committed { dropped: self.note_lost(committed.dropped, dropped), ..committed }
    }

    /// A message is lost when either half dropped its key; both usually drop the same.
    fn note_lost(&mut self, ec: u32, pq_before: u64) -> u32 {
        let pq = u32::try_from(self.pq.dropped().saturating_sub(pq_before)).unwrap_or(u32::MAX);
        self.lost = self.lost.saturating_add(ec.max(pq));
        ec.max(pq)
    }
}

/// What a message's keys are from, `Extract(salt = pq_mk, ikm = ec_mk)`: secret while either half is.
fn message_prk(ec: &Secret<32>, pq: &Secret<32>) -> Prk {
    Prk::extract(pq.as_bytes(), ec.as_bytes())
}

/// Nothing else is derived for a message that cannot be reported, and nothing is held for longer.
fn body_key(ec: &Secret<32>, pq: &Secret<32>) -> AeadKey {
    message_key(&message_prk(ec, pq))
}

/// `mk = Expand(prk, "ratchet/message", "", 32)`.
fn message_key(prk: &Prk) -> AeadKey {
    AeadKey::new(prk.expand(KdfLabel::RatchetMessage, &[]))
}

impl Layout for Ratchet {
    fn write(&self, w: &mut Writer) {
        w.put(&self.ec).put(&self.pq).put(&self.lost);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { ec: r.get()?, pq: r.get()?, lost: r.get()? })
    }
}

/// Why a message has no key, or does not open under it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RatchetError {
    #[error("no chain of this session made the search tag")]
    NotOurs,
    #[error("the header is not authentic")]
    HeaderNotAuthentic,
    #[error("the body is not authentic")]
    BodyNotAuthentic,
    #[error("an authentic part is malformed: {0}")]
    Malformed(#[from] DecodeError),
    #[error("the message's key has been used")]
    Duplicate,
    #[error("the message's key has been dropped")]
    TooOld,
    #[error("a responder cannot send before it received")]
    NothingReceived,
    #[error("the header contradicts the chain it belongs to")]
    Inconsistent,
    #[error("the commitment is to something else")]
    OtherCommitment,
    #[error("the message skips {skipped} others")]
    TooFarAhead { skipped: u32 },
    #[error(transparent)]
    NonContributory(#[from] NonContributory),
    #[error("a counter came to its end")]
    Exhausted,
    #[error(transparent)]
    PostQuantum(#[from] PqError),
}
