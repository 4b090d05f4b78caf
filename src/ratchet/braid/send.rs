use rand_core::CryptoRng;

use super::authenticator::epoch_key;
use super::encoder::{Cut, Encoder, Object};
use super::erasure::Decoder;
use super::state::{HEADER_OBJECT_LEN, KEY_OBJECT_LEN, State};
use super::{Braid, BraidSend, Chunk, EpochKey, Message, Piece, Step};
use crate::crypto::{KemEncapsulation, KemFirstStep, KemHeader, KemSeed};
use crate::wire::joined;

impl Braid {
    /// The piece for the next message. Randomness is used in transitions 1 and 7 only.
    pub(crate) fn stage_send<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> BraidSend {
        match &self.state {
            State::KeysUnsampled => self.sample_keys(rng),
            State::KeysSampled { seed, header } => self
                .go_on(header, Piece::Header, || self.header_object(&seed.public_parts().header)),
            State::HeaderSent { seed, key, .. } => self.go_on(key, Piece::Key, || key_object(seed)),
            State::Ct1Received { seed, key, .. } => match key.next_index() {
                Some(_) => self.go_on(key, Piece::KeyAck, || key_object(seed)),
                None => self.sending(Piece::Ct1Ack, Step::Unchanged),
            },
            State::HeaderReceived { header } => self.encapsulate(header, rng),
            State::Ct1Sampled { encapsulation, ct1, .. }
            | State::EkReceivedCt1Sampled { encapsulation, ct1, .. } => {
                self.go_on(ct1, Piece::Ct1, || Object::new(&encapsulation.first().ct1))
            }
            State::Ct2Sampled { object, ct2 } => {
                self.go_on(ct2, Piece::Ct2, || Object::new(object.as_slice()))
            }
            State::EkSentCt1Received { .. }
            | State::NoHeaderReceived { .. }
            | State::Ct1Acknowledged { .. }
            | State::Dropped(_) => self.sending(Piece::None, Step::Unchanged),
        }
    }

    /// Transition 1.
    fn sample_keys<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> BraidSend {
        let seed = KemSeed::generate(rng);
        let header = self.header_object(&seed.public_parts().header);
        let piece = Piece::Header(header.chunk(0));
        let header = Encoder::new(header, Some(1));
        self.sending(piece, self.to(State::KeysSampled { seed, header }))
    }

    /// `header ‖ MAC`.
    fn header_object(&self, header: &KemHeader) -> Object {
        let mac = self.authenticator.header_mac(self.epoch, header);
        Object::new(&joined::<HEADER_OBJECT_LEN>(&[header.as_bytes(), mac.as_bytes()]))
    }

    /// Transition 7: the epoch's key is known here as soon as the header has arrived.
    fn encapsulate<R: CryptoRng + ?Sized>(&self, header: &KemHeader, rng: &mut R) -> BraidSend {
        let encapsulation = KemEncapsulation::begin(header.clone(), rng);
        let KemFirstStep { ct1, shared } = encapsulation.first();
        let key = epoch_key(&shared, self.epoch);
        let authenticator = self.authenticator.updated(self.epoch, &key);
        let ct1 = Object::new(&ct1);
        let piece = Piece::Ct1(ct1.chunk(0));
        let ct1 = Encoder::new(ct1, Some(1));
        let state = State::Ct1Sampled { encapsulation, ct1, key: Decoder::new(KEY_OBJECT_LEN) };
        BraidSend {
            output: Some(EpochKey { epoch: self.epoch, key }),
            ..self.sending(piece, self.to_with(authenticator, state))
        }
    }

    /// The encoder's next chunk. `object` gives what it cuts if the state was read since.
    fn go_on(
        &self,
        encoder: &Encoder,
        kind: impl FnOnce(Chunk) -> Piece,
        object: impl FnOnce() -> Object,
    ) -> BraidSend {
        let Cut { chunk, computed } = encoder.cut(object);
        self.sending(chunk.map_or(Piece::None, kind), Step::Sent(computed))
    }

    const fn sending(&self, piece: Piece, step: Step) -> BraidSend {
        BraidSend { message: Message { epoch: self.epoch, piece }, output: None, step }
    }
}

/// The key's bulk.
pub(super) fn key_object(seed: &KemSeed) -> Object {
    Object::new(seed.public_parts().vector.as_bytes())
}
