use alloc::vec::Vec;

use prost::Message;

use super::GroupId;
use super::change::SignedChange;
use super::membership::Group;
use super::snapshot::{Snapshot, SnapshotError};
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::limits::{GROUP_SYNC_BYTES, GROUP_SYNC_CHANGES, GROUP_SYNC_INTERVAL, GROUP_SYNC_PEERS};
use crate::time::Timestamp;
use crate::wire::{DecodeError, decode_canonical, proto};

/// Says which state its sender has of a group; sent in a pairwise session (SPEC.md 15.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateAck {
    /// The group.
    pub group: GroupId,
    /// The revision.
    pub revision: u32,
    /// The hash of its state.
    pub state_hash: Digest,
}

/// Asks a member for what followed the sender's state; sent in a pairwise session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncRequest {
    /// The state that the sender has.
    pub known: StateAck,
}

fn digest(bytes: &[u8]) -> Result<[u8; 32], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::WrongLength)
}

impl StateAck {
    /// Decodes an acknowledgement.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let message: proto::GroupStateAck = decode_canonical(bytes)?;
        Ok(Self {
            group: GroupId::from_bytes(digest(&message.group)?),
            revision: message.revision,
            state_hash: Digest::from_bytes(digest(&message.state_hash)?),
        })
    }

    /// The bytes to send: an encoded `GroupStateAck`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        proto::GroupStateAck {
            group: self.group.as_bytes().to_vec(),
            revision: self.revision,
            state_hash: self.state_hash.as_bytes().to_vec(),
        }
        .encode_to_vec()
    }
}

impl SyncRequest {
    /// Decodes a request.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        // The two messages have the same fields; what carries them tells them apart.
        StateAck::decode(bytes).map(|known| Self { known })
    }

    /// The bytes to send: an encoded `GroupSyncRequest`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.known.encode()
    }
}

/// What followed, or where things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncAnswer {
    /// The changes since the known revision, in order: 1 to [`GROUP_SYNC_CHANGES`].
    Changes(Vec<SignedChange>),
    /// The state, when the changes are gone or too many, or the known state is none of ours.
    Snapshot(alloc::boxed::Box<Snapshot>),
}

impl SyncAnswer {
    /// Decodes an answer.
    ///
    /// # Errors
    /// [`SnapshotError`], also for a change that is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        if bytes.len() > GROUP_SYNC_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let message: proto::GroupSyncAnswer = decode_canonical(bytes)?;
        match (message.changes.len(), message.snapshot) {
            (0, Some(snapshot)) => Ok(Self::Snapshot(Snapshot::from_proto(snapshot)?.into())),
            (0, None) => Err(DecodeError::Missing.into()),
            (1..=GROUP_SYNC_CHANGES, None) => {
                let changes = message.changes.into_iter().map(SignedChange::from_proto);
                Ok(Self::Changes(changes.collect::<Result<_, _>>()?))
            }
            (_, None) => Err(DecodeError::TooLarge.into()),
            (_, Some(_)) => Err(DecodeError::NotCanonical.into()),
        }
    }

    /// The bytes to send: an encoded `GroupSyncAnswer`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (changes, snapshot) = match self {
            Self::Changes(changes) => (changes.as_slice(), None),
            Self::Snapshot(snapshot) => (&[][..], Some(snapshot.to_proto())),
        };
        let changes = changes.iter().map(SignedChange::to_proto).collect();
        proto::GroupSyncAnswer { changes, snapshot }.encode_to_vec()
    }
}

impl Group {
    /// Which state we have.
    #[must_use]
    pub const fn ack(&self) -> StateAck {
        let state = self.state();
        StateAck { group: state.group(), revision: state.revision(), state_hash: *state.hash() }
    }

    /// Answers a request of `peer`: none if it is no member, of another group, or has our state.
    /// `chain` are changes that the application kept, oldest first and ending in the last one; what
    /// they do not cover is answered with a snapshot. Before an answer is sent, ask
    /// [`SyncLimiter::may_answer`]: after this, so that strangers do not use it up.
    #[must_use]
    pub fn answer(
        &self,
        peer: &AccountId,
        request: &SyncRequest,
        chain: &[SignedChange],
    ) -> Option<SyncAnswer> {
        let known = &request.known;
        let ours = known.group == self.state().group() && *known != self.ack();
        if !ours || self.state().member(peer).is_none() {
            return None;
        }
        let snapshot = || SyncAnswer::Snapshot(self.snapshot().into());
        Some(self.changes_since(known, chain).unwrap_or_else(snapshot))
    }

    /// The changes of `chain` from the known state on, if they are without gap up to ours and few.
    fn changes_since(&self, known: &StateAck, chain: &[SignedChange]) -> Option<SyncAnswer> {
        let from = chain.iter().position(|change| {
            change.base_revision() == known.revision && *change.base_hash() == known.state_hash
        })?;
        let changes = chain.get(from..)?;
        let linked = changes.windows(2).all(|pair| match pair {
            [a, b] => a.new_state() == b.base_hash(),
            _ => true,
        });
        let whole = changes.last()?.new_state() == self.state().hash();
        if !linked || !whole || changes.len() > GROUP_SYNC_CHANGES {
            return None;
        }
        let answer = SyncAnswer::Changes(changes.to_vec());
        (answer.encode().len() <= GROUP_SYNC_BYTES).then_some(answer)
    }
}

/// Keeps resync requests and answers of one group to one an hour for each peer, so that two devices
/// that disagree cannot keep each other busy. Not stored: after a restart, one more.
#[derive(Clone, Debug, Default)]
pub struct SyncLimiter {
    asked: Vec<(AccountId, Timestamp)>,
    answered: Vec<(AccountId, Timestamp)>,
}

impl SyncLimiter {
    /// Whether to ask the peer; if so, it counts.
    pub fn may_ask(&mut self, peer: &AccountId, now: Timestamp) -> bool {
        may(&mut self.asked, peer, now)
    }

    /// Whether to answer the peer; if so, it counts.
    pub fn may_answer(&mut self, peer: &AccountId, now: Timestamp) -> bool {
        may(&mut self.answered, peer, now)
    }
}

fn may(done: &mut Vec<(AccountId, Timestamp)>, peer: &AccountId, now: Timestamp) -> bool {
    // One that lies further ahead than the interval was noted by a clock that went wrong.
    let ahead = now.saturating_add(GROUP_SYNC_INTERVAL);
    done.retain(|(_, at)| now.since(*at) < GROUP_SYNC_INTERVAL && *at <= ahead);
    let again = done.iter().any(|(account, _)| account == peer);
    if again || done.len() >= GROUP_SYNC_PEERS {
        return false;
    }
    done.push((peer.clone(), now));
    true
}
