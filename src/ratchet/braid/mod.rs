//! The ML-KEM Braid: a key agreement that trickles through the headers of ordinary messages, 64
//! bytes in each, and puts out a fresh secret for every epoch. SPEC.md section 10.
//!
//! The states and the numbers of the transitions are those of the published specification
//! (ML-KEM Braid, revision 1). Whoever has the key pair sends its header and then its bulk;
//! meanwhile the peer, who needs no more than the header for it, sends the first part of the
//! ciphertext. In the next epoch the roles are exchanged.
//!
//! A send or a receipt is staged from `&self`; nothing changes until its [`Step`] is committed.

mod authenticator;
mod encoder;
mod erasure;
mod field;
mod lagrange;
mod receive;
mod send;
mod state;
mod tables;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "../../vectors/braid.rs"]
pub(crate) mod vectors;

use alloc::boxed::Box;

use self::authenticator::Authenticator;
use self::encoder::Object;
pub(crate) use self::erasure::{CHUNK_LEN, Chunk};
use self::erasure::{Contradiction, Decoder};
use self::state::{HEADER_OBJECT_LEN, State};
use crate::crypto::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// One side of the Braid.
#[derive(Debug)]
pub(crate) struct Braid {
    epoch: u32,
    authenticator: Authenticator,
    state: State,
}

/// What a message carries of the Braid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The sender's epoch, from 1.
    pub(crate) epoch: u32,
    pub(crate) piece: Piece,
}

impl Message {
    /// The epoch whose key protects the message: the newest that the sender knows the peer to have.
    pub(crate) const fn key_epoch(&self) -> u32 {
        self.epoch.saturating_sub(1)
    }
}

/// A chunk and what it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    None,
    /// Of the key's header and its MAC.
    Header(Chunk),
    /// Of the key's bulk.
    Key(Chunk),
    /// The same, and the ciphertext's first part has arrived.
    KeyAck(Chunk),
    /// The ciphertext's first part has arrived, and there are no more chunks of the key.
    Ct1Ack,
    /// Of the ciphertext's first part.
    Ct1(Chunk),
    /// Of the ciphertext's second part and the MAC.
    Ct2(Chunk),
}

/// The secret of an epoch, put out once on each side.
#[derive(Debug)]
pub(crate) struct EpochKey {
    pub(crate) epoch: u32,
    pub(crate) key: Secret<32>,
}

/// A piece about to be sent.
#[derive(Debug)]
pub(crate) struct BraidSend {
    pub(crate) message: Message,
    pub(crate) output: Option<EpochKey>,
    pub(crate) step: Step,
}

/// A piece about to be taken.
#[derive(Debug)]
pub(crate) struct BraidReceive {
    pub(crate) output: Option<EpochKey>,
    pub(crate) step: Step,
}

/// The difference between two states of the Braid.
#[derive(Debug)]
pub(crate) enum Step {
    Unchanged,
    /// The encoder's index was used, and its object computed if it was not there.
    Sent(Option<Object>),
    /// The decoder keeps a chunk.
    Kept(Chunk),
    /// A transition.
    Replaced(Box<Braid>),
}

/// Whether both sides know of each other that they have left the last epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Following {
    Known,
    /// We completed it first, and nothing of the new one has come from the peer.
    MayLag,
    /// We followed, and the peer has not shown that it knows.
    MayDoubt,
}

/// Why the Braid refused a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BraidError {
    /// The MAC over a key's header is wrong.
    #[error("the MAC of a Braid header is wrong")]
    HeaderMac,
    /// The MAC over a ciphertext is wrong.
    #[error("the MAC of a Braid ciphertext is wrong")]
    CiphertextMac,
    /// The encapsulation key is not the one its header announced, or is not reduced.
    #[error("a Braid encapsulation key does not match its header")]
    EncapsulationKey,
    /// Two chunks of one object with the same index differ, or an object's padding is not zero:
    /// the peer lost its state or lies, and the object could not verify.
    #[error("the chunks of a Braid object contradict each other")]
    ContradictoryChunks,
    /// There is no further epoch number.
    #[error("the epochs of the Braid are exhausted")]
    EpochsExhausted,
    /// The message is of an epoch that no honest peer can have reached.
    #[error("a message is of an epoch that cannot have begun")]
    FutureEpoch,
}

impl BraidError {
    /// Whether the session has to end and another begin: it could not heal any more.
    #[must_use]
    pub const fn ends_session(&self) -> bool {
        !matches!(self, Self::FutureEpoch)
    }
}

impl From<Contradiction> for BraidError {
    fn from(_: Contradiction) -> Self {
        Self::ContradictoryChunks
    }
}

impl Braid {
    /// The side that generates the first key pair. The secret is an output of the handshake.
    pub(crate) fn initiator(secret: &Secret<32>) -> Self {
        Self::start(secret, State::KeysUnsampled)
    }

    /// The side that encapsulates first.
    pub(crate) fn responder(secret: &Secret<32>) -> Self {
        Self::start(secret, State::NoHeaderReceived { header: Decoder::new(HEADER_OBJECT_LEN) })
    }

    fn start(secret: &Secret<32>, state: State) -> Self {
        Self { epoch: 1, authenticator: Authenticator::start(secret), state }
    }

    /// The epoch whose key the next message uses. It is also the number of completed epochs.
    pub(crate) const fn sending_epoch(&self) -> u32 {
        self.epoch.saturating_sub(1)
    }

    /// The newest epoch whose key was put out: the sending epoch, or the one after it while the peer
    /// may not have it yet.
    pub(crate) const fn latest_epoch(&self) -> u32 {
        if self.state.has_encapsulated() { self.epoch } else { self.sending_epoch() }
    }

    /// Bytes of the stored form.
    pub(crate) fn stored_len(&self) -> usize {
        let mut w = Writer::new();
        w.put(self);
        w.as_slice().len()
    }

    /// What the messages so far say about the peer's following from the last epoch to this one.
    pub(crate) const fn following(&self) -> Following {
        if self.epoch == 1 { Following::Known } else { self.state.following() }
    }

    /// Takes over what a send or receipt changes. The step must be of this very state.
    pub(crate) fn commit(&mut self, step: Step) {
        match step {
            Step::Unchanged => {}
            Step::Sent(computed) => self.state.advance_encoder(computed),
            Step::Kept(chunk) => self.state.keep_chunk(chunk),
            // Exchanged rather than moved out, so that what the box leaves behind is wiped.
            Step::Replaced(mut braid) => core::mem::swap(self, &mut braid),
        }
    }

    /// The transition to another state of the same epoch.
    fn to(&self, state: State) -> Step {
        self.to_with(self.authenticator.clone(), state)
    }

    fn to_with(&self, authenticator: Authenticator, state: State) -> Step {
        Step::Replaced(Box::new(Self { epoch: self.epoch, authenticator, state }))
    }

    /// The transition to the first state of the next epoch.
    fn to_next_epoch(
        &self,
        authenticator: Authenticator,
        state: State,
    ) -> Result<Step, BraidError> {
        let epoch = self.epoch.checked_add(1).ok_or(BraidError::EpochsExhausted)?;
        Ok(Step::Replaced(Box::new(Self { epoch, authenticator, state })))
    }
}

impl Drop for Braid {
    fn drop(&mut self) {
        self.state = State::DROPPED;
    }
}

/// `u32(epoch) ‖ authenticator ‖ state`.
impl Layout for Braid {
    fn write(&self, w: &mut Writer) {
        let Self { epoch, authenticator, state } = self;
        w.put(epoch).put(authenticator);
        state.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (epoch, authenticator) = (r.get()?, r.get()?);
        if epoch == 0 {
            return Err(DecodeError::OutOfRange);
        }
        Ok(Self { epoch, authenticator, state: State::read(r)? })
    }
}
