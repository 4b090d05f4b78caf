use alloc::boxed::Box;
use core::cmp::Ordering;

use super::authenticator::{epoch_key, is_mac};
use super::encoder::{Encoder, Object};
use super::erasure::{Collected, Decoder, Offered};
use super::send::key_object;
use super::state::{CT1_OBJECT_LEN, CT2_OBJECT_LEN, HEADER_OBJECT_LEN, State};
use super::{Braid, BraidError, BraidReceive, Chunk, EpochKey, Message, Piece, Step};
use crate::crypto::{
    KEM_CT2_LEN, KemCiphertextParts, KemCt1, KemEncapsulation, KemHeader, KemSeed, KemVector,
};
use crate::wire::joined;

impl Braid {
    /// What a piece changes. Those of earlier epochs, and those that this state has no use for,
    /// change nothing: they are late, or doubles.
    pub(crate) fn stage_receive(&self, message: &Message) -> Result<BraidReceive, BraidError> {
        match message.epoch.cmp(&self.epoch) {
            Ordering::Less => Ok(Step::Unchanged.into()),
            Ordering::Equal => self.receive(&message.piece),
            Ordering::Greater => self.follow(message.epoch).map(Into::into),
        }
    }

    /// Transition 13: the peer is in the next epoch, so it has this one's key.
    fn follow(&self, epoch: u32) -> Result<Step, BraidError> {
        match &self.state {
            State::Ct2Sampled { .. } if epoch.checked_sub(self.epoch) == Some(1) => {
                self.to_next_epoch(self.authenticator.clone(), State::KeysUnsampled)
            }
            _ => Err(BraidError::FutureEpoch),
        }
    }

    fn receive(&self, piece: &Piece) -> Result<BraidReceive, BraidError> {
        let step = match (&self.state, piece) {
            (State::KeysSampled { seed, .. }, Piece::Ct1(chunk)) => self.begin_ct1(seed, chunk),
            (State::HeaderSent { seed, key, ct1 }, Piece::Ct1(chunk)) => {
                collect(ct1, chunk, |ct1| Ok(self.complete_ct1(seed, key.clone(), ct1)))
            }
            (State::Ct1Received { seed, ct1, .. }, Piece::Ct2(chunk)) => {
                return self.begin_ct2(seed, ct1, chunk);
            }
            (State::EkSentCt1Received { seed, ct1, ct2 }, Piece::Ct2(chunk)) => {
                return match ct2.offer(chunk)? {
                    Offered::Complete(object) => self.decapsulate(seed, ct1, &object),
                    offered => Ok(kept(&offered, chunk).into()),
                };
            }
            (State::NoHeaderReceived { header }, Piece::Header(chunk)) => {
                collect(header, chunk, |object| self.take_header(object))
            }
            (State::Ct1Sampled { encapsulation, ct1, key }, Piece::Key(chunk)) => {
                collect(key, chunk, |key| self.take_key(encapsulation, ct1, key))
            }
            (State::Ct1Sampled { encapsulation, key, .. }, Piece::KeyAck(chunk)) => {
                self.acknowledge(encapsulation, key, chunk)
            }
            (State::Ct1Sampled { encapsulation, key, .. }, Piece::Ct1Ack) => {
                Ok(self.await_key(encapsulation, key.copied()))
            }
            (
                State::Ct1Acknowledged { encapsulation, key },
                Piece::Key(chunk) | Piece::KeyAck(chunk),
            ) => collect(key, chunk, |key| self.complete_key(encapsulation, key)),
            (
                State::EkReceivedCt1Sampled { encapsulation, key, .. },
                Piece::KeyAck(_) | Piece::Ct1Ack,
            ) => Ok(self.sample_ct2(encapsulation, key)),
            _ => Ok(Step::Unchanged),
        };
        step.map(Into::into)
    }

    /// Transition 2.
    fn begin_ct1(&self, seed: &KemSeed, chunk: &Chunk) -> Result<Step, BraidError> {
        let key = Encoder::new(key_object(seed), Some(0));
        Ok(match Decoder::new(CT1_OBJECT_LEN).with(chunk)? {
            Collected::Incomplete(ct1) => {
                self.to(State::HeaderSent { seed: seed.clone(), key, ct1 })
            }
            Collected::Complete(ct1) => self.complete_ct1(seed, key, &ct1),
        })
    }

    /// Transition 3.
    fn complete_ct1(&self, seed: &KemSeed, key: Encoder, ct1: &[u8]) -> Step {
        ct1.try_into().map_or(Step::Unchanged, |ct1| {
            self.to(State::Ct1Received { seed: seed.clone(), key, ct1: Box::new(ct1) })
        })
    }

    /// Transition 4.
    fn begin_ct2(
        &self,
        seed: &KemSeed,
        ct1: &KemCt1,
        chunk: &Chunk,
    ) -> Result<BraidReceive, BraidError> {
        match Decoder::new(CT2_OBJECT_LEN).with(chunk)? {
            Collected::Incomplete(ct2) => {
                let (seed, ct1) = (seed.clone(), Box::new(*ct1));
                Ok(self.to(State::EkSentCt1Received { seed, ct1, ct2 }).into())
            }
            Collected::Complete(object) => self.decapsulate(seed, ct1, &object),
        }
    }

    /// Transition 5: the epoch's key, and with it the next epoch.
    fn decapsulate(
        &self,
        seed: &KemSeed,
        ct1: &KemCt1,
        object: &[u8],
    ) -> Result<BraidReceive, BraidError> {
        let (ct2, mac) =
            object.split_first_chunk::<KEM_CT2_LEN>().ok_or(BraidError::CiphertextMac)?;
        let key = epoch_key(&seed.decapsulate(ct1, ct2), self.epoch);
        let authenticator = self.authenticator.updated(self.epoch, &key);
        if !is_mac(&authenticator.ciphertext_mac(self.epoch, ct1, ct2), mac) {
            return Err(BraidError::CiphertextMac);
        }
        let state = State::NoHeaderReceived { header: Decoder::new(HEADER_OBJECT_LEN) };
        let step = self.to_next_epoch(authenticator, state)?;
        Ok(BraidReceive { output: Some(EpochKey { epoch: self.epoch, key }), step })
    }

    /// Transition 6.
    fn take_header(&self, object: &[u8]) -> Result<Step, BraidError> {
        let (header, mac) =
            object.split_first_chunk::<{ KemHeader::LEN }>().ok_or(BraidError::HeaderMac)?;
        let header = KemHeader::from_bytes(*header);
        if !is_mac(&self.authenticator.header_mac(self.epoch, &header), mac) {
            return Err(BraidError::HeaderMac);
        }
        Ok(self.to(State::HeaderReceived { header }))
    }

    /// Transition 10.
    fn take_key(
        &self,
        encapsulation: &KemEncapsulation,
        ct1: &Encoder,
        key: &[u8],
    ) -> Result<Step, BraidError> {
        let key = checked(encapsulation, key)?;
        let (encapsulation, ct1) = (encapsulation.clone(), ct1.clone());
        Ok(self.to(State::EkReceivedCt1Sampled { encapsulation, ct1, key }))
    }

    /// Transition 9 if the key is complete with this chunk, else 8.
    fn acknowledge(
        &self,
        encapsulation: &KemEncapsulation,
        key: &Decoder,
        chunk: &Chunk,
    ) -> Result<Step, BraidError> {
        match key.with(chunk)? {
            Collected::Incomplete(key) => Ok(self.await_key(encapsulation, key)),
            Collected::Complete(key) => self.complete_key(encapsulation, &key),
        }
    }

    /// Transition 8.
    fn await_key(&self, encapsulation: &KemEncapsulation, key: Decoder) -> Step {
        self.to(State::Ct1Acknowledged { encapsulation: encapsulation.clone(), key })
    }

    /// Transitions 9 and 11.
    fn complete_key(
        &self,
        encapsulation: &KemEncapsulation,
        key: &[u8],
    ) -> Result<Step, BraidError> {
        Ok(self.sample_ct2(encapsulation, &checked(encapsulation, key)?))
    }

    /// Transition 12 and the end of 9 and 11. The encapsulation's randomness is erased with it.
    fn sample_ct2(&self, encapsulation: &KemEncapsulation, key: &KemVector) -> Step {
        let KemCiphertextParts { ct1, ct2 } = encapsulation.ciphertext(key);
        let mac = self.authenticator.ciphertext_mac(self.epoch, &ct1, &ct2);
        let object: Box<[u8; CT2_OBJECT_LEN]> = Box::new(joined(&[&ct2, mac.as_bytes()]));
        let ct2 = Encoder::new(Object::new(object.as_slice()), Some(0));
        self.to(State::Ct2Sampled { object, ct2 })
    }
}

fn checked(encapsulation: &KemEncapsulation, key: &[u8]) -> Result<KemVector, BraidError> {
    encapsulation.header().admit(key).map_err(|_| BraidError::EncapsulationKey)
}

/// Keeps a chunk, or goes on with the object that it completes.
fn collect(
    decoder: &Decoder,
    chunk: &Chunk,
    complete: impl FnOnce(&[u8]) -> Result<Step, BraidError>,
) -> Result<Step, BraidError> {
    match decoder.offer(chunk)? {
        Offered::Complete(object) => complete(&object),
        offered => Ok(kept(&offered, chunk)),
    }
}

fn kept(offered: &Offered, chunk: &Chunk) -> Step {
    match offered {
        Offered::New => Step::Kept(chunk.clone()),
        Offered::Known | Offered::Complete(_) => Step::Unchanged,
    }
}

impl From<Step> for BraidReceive {
    fn from(step: Step) -> Self {
        Self { output: None, step }
    }
}
