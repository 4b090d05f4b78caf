//! The ML-KEM Braid: a key agreement that trickles through the headers of ordinary messages, 64
//! bytes in each, and puts out a fresh secret per epoch. SPEC.md section 8.

use alloc::boxed::Box;
use rand_core::CryptoRng;

use crate::crypto::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer};

pub(crate) const CHUNK_LEN: usize = 64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) index: u16,
    pub(crate) data: [u8; CHUNK_LEN],
}

impl Layout for Chunk {
    fn write(&self, w: &mut Writer) {
        w.put(&self.index).put(&self.data);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { index: r.get()?, data: r.get()? })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    None,
    Header(Chunk),
    Key(Chunk),
    KeyAck(Chunk),
    Ct1Ack,
    Ct1(Chunk),
    Ct2(Chunk),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) epoch: u32,
    pub(crate) piece: Piece,
}

impl Message {
    pub(crate) const fn key_epoch(&self) -> u32 {
        self.epoch.saturating_sub(1)
    }
}

#[derive(Debug)]
pub(crate) struct EpochKey {
    pub(crate) epoch: u32,
    pub(crate) key: Secret<32>,
}

#[derive(Debug)]
pub(crate) enum Step {
    Unchanged,
    Replaced(Box<Braid>),
}

#[derive(Debug)]
pub(crate) struct BraidSend {
    pub(crate) message: Message,
    pub(crate) output: Option<EpochKey>,
    pub(crate) step: Step,
}
#[derive(Debug)]
pub(crate) struct BraidReceive {
    pub(crate) output: Option<EpochKey>,
    pub(crate) step: Step,
}

#[derive(Debug)]
pub(crate) struct Braid {
    epoch: u32,
}

impl Braid {
    pub(crate) fn initiator(_secret: &Secret<32>) -> Self {
        Self { epoch: 1 }
    }
    pub(crate) fn responder(_secret: &Secret<32>) -> Self {
        Self { epoch: 1 }
    }
    pub(crate) fn stage_send<R: CryptoRng + ?Sized>(
        &self,
        _rng: &mut R,
    ) -> Result<BraidSend, BraidError> {
        Ok(BraidSend {
            message: Message { epoch: self.epoch, piece: Piece::None },
            output: None,
            step: Step::Unchanged,
        })
    }
    pub(crate) fn stage_receive(&self, _message: &Message) -> Result<BraidReceive, BraidError> {
        Ok(BraidReceive { output: None, step: Step::Unchanged })
    }
    pub(crate) fn commit(&mut self, step: Step) {
        if let Step::Replaced(new) = step {
            *self = *new;
        }
    }
    pub(crate) const fn sending_epoch(&self) -> u32 {
        self.epoch.saturating_sub(1)
    }
    pub(crate) const fn latest_epoch(&self) -> u32 {
        self.epoch.saturating_sub(1)
    }
}

impl Layout for Braid {
    fn write(&self, w: &mut Writer) {
        w.put(&self.epoch);
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { epoch: r.get()? })
    }
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
    /// Chunks of one object contradict each other.
    #[error("chunks of a Braid object contradict each other")]
    ContradictoryChunks,
    /// There is no further epoch number.
    #[error("the epochs of the Braid are exhausted")]
    EpochsExhausted,
    /// The message is of an epoch that no honest peer can have reached.
    #[error("a message is of an epoch that cannot have begun")]
    FutureEpoch,
}

impl BraidError {
    /// Whether the session has to end and another begin.
    #[must_use]
    pub const fn ends_session(&self) -> bool {
        !matches!(self, Self::FutureEpoch)
    }
}
