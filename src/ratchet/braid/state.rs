use alloc::boxed::Box;
use core::fmt;

use super::authenticator::MAC_LEN;
use super::encoder::{Encoder, Object};
use super::erasure::Decoder;
use super::{Chunk, Following};
use crate::crypto::{
    KEM_CT1_LEN, KEM_CT2_LEN, KemCt1, KemEncapsulation, KemHeader, KemSeed, KemVector,
};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A key's header and its MAC: 2 chunks.
pub(super) const HEADER_OBJECT_LEN: usize = KemHeader::LEN + MAC_LEN;
/// A key's bulk: 18 chunks.
pub(super) const KEY_OBJECT_LEN: usize = KemVector::LEN;
/// A ciphertext's first part: 15 chunks.
pub(super) const CT1_OBJECT_LEN: usize = KEM_CT1_LEN;
/// A ciphertext's second part and the MAC: 3 chunks.
pub(super) const CT2_OBJECT_LEN: usize = KEM_CT2_LEN + MAC_LEN;

/// The eleven states, by the names of the published specification. Each holds what its encoder's
/// object follows from.
#[expect(dead_code, reason = "the words of `Dropped` are there to be zeros")]
pub(super) enum State {
    // The side with the key pair.
    KeysUnsampled,
    KeysSampled { seed: KemSeed, header: Encoder },
    HeaderSent { seed: KemSeed, key: Encoder, ct1: Decoder },
    Ct1Received { seed: KemSeed, key: Encoder, ct1: Box<KemCt1> },
    EkSentCt1Received { seed: KemSeed, ct1: Box<KemCt1>, ct2: Decoder },
    // The side that encapsulates.
    NoHeaderReceived { header: Decoder },
    HeaderReceived { header: KemHeader },
    Ct1Sampled { encapsulation: KemEncapsulation, ct1: Encoder, key: Decoder },
    EkReceivedCt1Sampled { encapsulation: KemEncapsulation, ct1: Encoder, key: KemVector },
    Ct1Acknowledged { encapsulation: KemEncapsulation, key: Decoder },
    Ct2Sampled { object: Box<[u8; CT2_OBJECT_LEN]>, ct2: Encoder },
    // In the place of one that is dropped. What a smaller state does not fill is whatever lay on the
    // stack where it was made, came along to the heap, and would be wiped by nobody.
    Dropped([u64; STATE_WORDS]),
}

/// As many as the largest state has.
const STATE_WORDS: usize = {
    let largest = size_of::<(KemEncapsulation, Encoder, Decoder)>();
    let other = size_of::<(KemEncapsulation, Encoder, KemVector)>();
    let largest = if largest < other { other } else { largest };
    largest.div_ceil(size_of::<u64>())
};

/// It covers all but the mark of the state.
const _: () = assert!(size_of::<State>() <= size_of::<[u64; STATE_WORDS]>() + size_of::<u64>());

impl State {
    pub(super) const DROPPED: Self = Self::Dropped([0; STATE_WORDS]);
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeysUnsampled => "KeysUnsampled",
            Self::KeysSampled { .. } => "KeysSampled",
            Self::HeaderSent { .. } => "HeaderSent",
            Self::Ct1Received { .. } => "Ct1Received",
            Self::EkSentCt1Received { .. } => "EkSentCt1Received",
            Self::NoHeaderReceived { .. } => "NoHeaderReceived",
            Self::HeaderReceived { .. } => "HeaderReceived",
            Self::Ct1Sampled { .. } => "Ct1Sampled",
            Self::EkReceivedCt1Sampled { .. } => "EkReceivedCt1Sampled",
            Self::Ct1Acknowledged { .. } => "Ct1Acknowledged",
            Self::Ct2Sampled { .. } => "Ct2Sampled",
            Self::Dropped(_) => "Dropped",
        })
    }
}

impl State {
    /// Whether this epoch's key is known already, which on the other side ends the epoch.
    pub(super) const fn has_encapsulated(&self) -> bool {
        match self {
            Self::Ct1Sampled { .. }
            | Self::EkReceivedCt1Sampled { .. }
            | Self::Ct1Acknowledged { .. }
            | Self::Ct2Sampled { .. } => true,
            Self::KeysUnsampled
            | Self::KeysSampled { .. }
            | Self::HeaderSent { .. }
            | Self::Ct1Received { .. }
            | Self::EkSentCt1Received { .. }
            | Self::NoHeaderReceived { .. }
            | Self::HeaderReceived { .. }
            | Self::Dropped(_) => false,
        }
    }

    /// Who followed to this epoch sends the header's chunks first of all, and gets none of the
    /// ciphertext's before they have arrived.
    pub(super) const fn following(&self) -> Following {
        match self {
            Self::NoHeaderReceived { header } if header.is_empty() => Following::MayLag,
            Self::KeysUnsampled | Self::KeysSampled { .. } => Following::MayDoubt,
            Self::NoHeaderReceived { .. }
            | Self::HeaderSent { .. }
            | Self::Ct1Received { .. }
            | Self::EkSentCt1Received { .. }
            | Self::HeaderReceived { .. }
            | Self::Ct1Sampled { .. }
            | Self::EkReceivedCt1Sampled { .. }
            | Self::Ct1Acknowledged { .. }
            | Self::Ct2Sampled { .. }
            | Self::Dropped(_) => Following::Known,
        }
    }

    pub(super) fn advance_encoder(&mut self, computed: Option<Object>) {
        match self {
            Self::KeysSampled { header: encoder, .. }
            | Self::HeaderSent { key: encoder, .. }
            | Self::Ct1Received { key: encoder, .. }
            | Self::Ct1Sampled { ct1: encoder, .. }
            | Self::EkReceivedCt1Sampled { ct1: encoder, .. }
            | Self::Ct2Sampled { ct2: encoder, .. } => encoder.advance(computed),
            Self::KeysUnsampled
            | Self::EkSentCt1Received { .. }
            | Self::NoHeaderReceived { .. }
            | Self::HeaderReceived { .. }
            | Self::Ct1Acknowledged { .. }
            | Self::Dropped(_) => {}
        }
    }

    pub(super) fn keep_chunk(&mut self, chunk: Chunk) {
        match self {
            Self::HeaderSent { ct1: decoder, .. }
            | Self::EkSentCt1Received { ct2: decoder, .. }
            | Self::NoHeaderReceived { header: decoder }
            | Self::Ct1Sampled { key: decoder, .. }
            | Self::Ct1Acknowledged { key: decoder, .. } => decoder.keep(chunk),
            Self::KeysUnsampled
            | Self::KeysSampled { .. }
            | Self::Ct1Received { .. }
            | Self::HeaderReceived { .. }
            | Self::EkReceivedCt1Sampled { .. }
            | Self::Ct2Sampled { .. }
            | Self::Dropped(_) => {}
        }
    }

    /// A tag and the seeds, received objects and chunks, and indexes; what follows from the seeds is
    /// computed again when it is needed.
    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::KeysUnsampled | Self::Dropped(_) => w.u8(0),
            Self::KeysSampled { seed, header } => {
                w.u8(1);
                w.put(seed).put(&header.next_index());
            }
            Self::HeaderSent { seed, key, ct1 } => {
                w.u8(2);
                w.put(seed).put(&key.next_index());
                ct1.write(w);
            }
            Self::Ct1Received { seed, key, ct1 } => {
                w.u8(3);
                w.put(seed).put(&key.next_index()).put::<KemCt1>(ct1);
            }
            Self::EkSentCt1Received { seed, ct1, ct2 } => {
                w.u8(4);
                w.put(seed).put::<KemCt1>(ct1);
                ct2.write(w);
            }
            Self::NoHeaderReceived { header } => {
                w.u8(5);
                header.write(w);
            }
            Self::HeaderReceived { header } => {
                w.u8(6);
                w.put(header);
            }
            Self::Ct1Sampled { encapsulation, ct1, key } => {
                w.u8(7);
                w.put(encapsulation).put(&ct1.next_index());
                key.write(w);
            }
            Self::EkReceivedCt1Sampled { encapsulation, ct1, key } => {
                w.u8(8);
                w.put(encapsulation).put(&ct1.next_index()).put(key.as_bytes());
            }
            Self::Ct1Acknowledged { encapsulation, key } => {
                w.u8(9);
                w.put(encapsulation);
                key.write(w);
            }
            Self::Ct2Sampled { object, ct2 } => {
                w.u8(10);
                w.put::<[u8; CT2_OBJECT_LEN]>(object).put(&ct2.next_index());
            }
        }
    }

    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let tag = u8::read(r)?;
        match tag {
            0 => Ok(Self::KeysUnsampled),
            1..=4 => Self::read_with_seed(tag, r.get()?, r),
            5 => Ok(Self::NoHeaderReceived { header: Decoder::read(r, HEADER_OBJECT_LEN)? }),
            6 => Ok(Self::HeaderReceived { header: r.get()? }),
            7..=9 => Self::read_with_encapsulation(tag, r.get()?, r),
            10 => Ok(Self::Ct2Sampled { object: Box::new(r.get()?), ct2: read_encoder(r)? }),
            _ => Err(DecodeError::OutOfRange),
        }
    }

    fn read_with_seed(tag: u8, seed: KemSeed, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if tag == 4 {
            let ct1 = Box::new(r.get()?);
            let ct2 = Decoder::read(r, CT2_OBJECT_LEN)?;
            return Ok(Self::EkSentCt1Received { seed, ct1, ct2 });
        }
        let encoder = read_encoder(r)?;
        match tag {
            1 => Ok(Self::KeysSampled { seed, header: encoder }),
            2 => {
                let ct1 = Decoder::read(r, CT1_OBJECT_LEN)?;
                Ok(Self::HeaderSent { seed, key: encoder, ct1 })
            }
            _ => Ok(Self::Ct1Received { seed, key: encoder, ct1: Box::new(r.get()?) }),
        }
    }

    fn read_with_encapsulation(
        tag: u8,
        encapsulation: KemEncapsulation,
        r: &mut Reader<'_>,
    ) -> Result<Self, DecodeError> {
        if tag == 9 {
            let key = Decoder::read(r, KEY_OBJECT_LEN)?;
            return Ok(Self::Ct1Acknowledged { encapsulation, key });
        }
        let ct1 = read_encoder(r)?;
        if tag == 7 {
            let key = Decoder::read(r, KEY_OBJECT_LEN)?;
            return Ok(Self::Ct1Sampled { encapsulation, ct1, key });
        }
        let key = encapsulation.header().admit(r.raw(KemVector::LEN)?)?;
        Ok(Self::EkReceivedCt1Sampled { encapsulation, ct1, key })
    }
}

fn read_encoder(r: &mut Reader<'_>) -> Result<Encoder, DecodeError> {
    Ok(Encoder::restored(r.get()?))
}
