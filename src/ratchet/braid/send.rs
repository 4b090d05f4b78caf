use rand_core::CryptoRng;

use super::authenticator::epoch_key;
use super::erasure::{Decoder, Encoder};
use super::state::{KEY_OBJECT_LEN, State, header_object};
use super::{Braid, BraidSend, Chunk, EpochKey, Message, Piece, Step};
use crate::crypto::{KemEncapsulation, KemFirstStep, KemHeader, KemSeed};

impl Braid {
    /// The piece for the next message. Randomness is used in transitions 1 and 7 only.
    pub(crate) fn stage_send<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> BraidSend {
        match &self.state {
            State::KeysUnsampled => self.sample_keys(rng),
            State::KeysSampled { header, .. } => self.go_on(header, Piece::Header),
            State::HeaderSent { key, .. } => self.go_on(key, Piece::Key),
            State::Ct1Received { key, .. } => match key.next_index() {
                Some(_) => self.go_on(key, Piece::KeyAck),
                None => self.sending(Piece::Ct1Ack, Step::Unchanged),
            },
            State::HeaderReceived { header } => self.encapsulate(header, rng),
            State::Ct1Sampled { ct1, .. } | State::EkReceivedCt1Sampled { ct1, .. } => {
                self.go_on(ct1, Piece::Ct1)
            }
            State::Ct2Sampled { ct2 } => self.go_on(ct2, Piece::Ct2),
            State::EkSentCt1Received { .. }
            | State::NoHeaderReceived { .. }
            | State::Ct1Acknowledged { .. } => self.sending(Piece::None, Step::Unchanged),
        }
    }

    /// Transition 1.
    fn sample_keys<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> BraidSend {
        let seed = KemSeed::generate(rng);
        let header = seed.public_parts().header;
        let mut header =
            Encoder::new(&header_object(&header, self.epoch, &self.authenticator), Some(0));
        let piece = piece(header.chunk(), Piece::Header);
        header.advance();
        self.sending(piece, self.to(State::KeysSampled { seed, header }))
    }

    /// Transition 7: the epoch's key is known here as soon as the header has arrived.
    fn encapsulate<R: CryptoRng + ?Sized>(&self, header: &KemHeader, rng: &mut R) -> BraidSend {
        let encapsulation = KemEncapsulation::begin(header.clone(), rng);
        let KemFirstStep { ct1, shared } = encapsulation.first();
        let key = epoch_key(&shared, self.epoch);
        let authenticator = self.authenticator.updated(self.epoch, &key);
        let mut ct1 = Encoder::new(&ct1, Some(0));
        let piece = piece(ct1.chunk(), Piece::Ct1);
        ct1.advance();
        let state = State::Ct1Sampled { encapsulation, ct1, key: Decoder::new(KEY_OBJECT_LEN) };
        BraidSend {
            output: Some(EpochKey { epoch: self.epoch, key }),
            ..self.sending(piece, self.to_with(authenticator, state))
        }
    }

    fn go_on(&self, encoder: &Encoder, kind: impl FnOnce(Chunk) -> Piece) -> BraidSend {
        self.sending(piece(encoder.chunk(), kind), Step::Sent)
    }

    const fn sending(&self, piece: Piece, step: Step) -> BraidSend {
        BraidSend { message: Message { epoch: self.epoch, piece }, output: None, step }
    }
}

fn piece(chunk: Option<Chunk>, kind: impl FnOnce(Chunk) -> Piece) -> Piece {
    chunk.map_or(Piece::None, kind)
}
