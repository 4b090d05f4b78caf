use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{EpochSecret, Scope};
use crate::crypto::{Digest, HashLabel, VerifyingKey, hash};
use crate::identity::DeviceAddress;
use crate::ratchet::ChainKey;
use crate::time::Timestamp;
use crate::wire::{DecodeError, FieldWriter, Fields, Layout, Reader, Writer, read_all};

const VERSION: u8 = 1;
const LEN: usize = 1 + Scope::LEN + 4 + 4 + 32 + 33 + 1 + 8;
/// With an epoch secret.
const LONG_LEN: usize = LEN + 32;

/// Names a chain among those of one device in one scope: random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainId(u32);

impl ChainId {
    pub(super) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut id = [0; 4];
        rng.fill_bytes(&mut id);
        Self(u32::from_be_bytes(id))
    }

    pub(super) const fn from_u32(id: u32) -> Self {
        Self(id)
    }

    /// The number.
    #[must_use]
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}

/// Where a chain stood when a distribution of it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainPosition {
    /// The chain.
    pub chain: ChainId,
    /// The number of its next message then.
    pub iteration: u32,
}

/// What lets a device read a sender chain, from `iteration` on and nothing before: `SenderKey` of
/// `sender_key.proto`. It travels inside pairwise sessions alone, and belongs to the device whose
/// session brought it. SPEC.md section 14.6.
#[derive(Clone, Debug)]
pub struct Distribution {
    pub(super) scope: Scope,
    pub(super) id: ChainId,
    pub(super) chain: ChainKey,
    pub(super) verifying: VerifyingKey,
    pub(super) epoch: Option<EpochSecret>,
    pub(super) created: Timestamp,
}

impl Distribution {
    /// What the chain is bound to.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The chain's id.
    #[must_use]
    pub const fn chain(&self) -> ChainId {
        self.id
    }

    /// The first message that can be read with it.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.chain.number()
    }

    /// Both, for [`super::SendingChain::record`].
    #[must_use]
    pub const fn position(&self) -> ChainPosition {
        ChainPosition { chain: self.id, iteration: self.chain.number() }
    }

    /// When the sender made the chain, by its clock.
    #[must_use]
    pub const fn created(&self) -> Timestamp {
        self.created
    }

    /// Whether it carries the scope's epoch secret.
    #[must_use]
    pub const fn has_epoch_secret(&self) -> bool {
        self.epoch.is_some()
    }

    /// The encoded protobuf message; secret.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(LONG_LEN);
        w.put(self);
        let mut out = Zeroizing::new(Vec::with_capacity(LONG_LEN.saturating_add(3)));
        FieldWriter(&mut out).bytes(1, w.as_slice());
        out
    }

    /// Decodes the protobuf message.
    ///
    /// # Errors
    /// [`DecodeError`] for anything but the one encoding of a distribution.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::new(bytes);
        let body = fields.bytes(1)?;
        fields.finish()?;
        read_all(body)
    }
}

impl Layout for Distribution {
    fn write(&self, w: &mut Writer) {
        let Self { scope, id, chain, verifying, epoch, created } = self;
        w.u8(VERSION);
        w.put(scope).put(id).put(chain).put(verifying).put(epoch).put(created);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(VERSION)?;
        Ok(Self {
            scope: r.get()?,
            id: r.get()?,
            chain: r.get()?,
            verifying: r.get()?,
            epoch: r.get()?,
            created: r.get()?,
        })
    }
}

impl Layout for ChainId {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}

/// What every signature and body of a chain is bound to: its scope, its sender, its id and its key.
pub(super) fn origin(
    scope: &Scope,
    sender: &DeviceAddress,
    id: ChainId,
    verifying: &VerifyingKey,
) -> Digest {
    let mut w = Writer::new();
    w.put(scope).put(sender).put(&id).put(verifying);
    hash(HashLabel::SenderChain, w.as_slice())
}
