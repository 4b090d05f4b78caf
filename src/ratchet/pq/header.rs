use crate::ratchet::braid::{CHUNK_LEN, Chunk, Message, Piece};
use crate::wire::{DecodeError, Layout, Reader, Writer, joined};

/// What a message says about the post-quantum ratchet. It travels inside the sealed header and
/// always has the same length, so that nothing about the Braid shows outside (SPEC.md section 9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PqHeader {
    /// The Braid's epoch and piece. The message key is of the epoch before.
    pub(crate) message: Message,
    /// Number of the message in its chain, from 1.
    pub(crate) n: u32,
}

impl PqHeader {
    /// Length in bytes.
    pub(crate) const LEN: usize = 4 + 4 + 1 + 2 + CHUNK_LEN;
    const NO_CHUNK: Chunk = Chunk { index: 0, data: [0; CHUNK_LEN] };

    /// The epoch whose chain gives the message key.
    pub(crate) const fn key_epoch(&self) -> u32 {
        self.message.key_epoch()
    }
}

/// `u32(epoch) ‖ u32(n) ‖ u8(kind) ‖ u16(index) ‖ 64 bytes`; without a chunk the last two are zero.
impl Layout for PqHeader {
    fn write(&self, w: &mut Writer) {
        let (kind, chunk) = match &self.message.piece {
            Piece::None => (0, &Self::NO_CHUNK),
            Piece::Header(chunk) => (1, chunk),
            Piece::Key(chunk) => (2, chunk),
            Piece::KeyAck(chunk) => (3, chunk),
            Piece::Ct1Ack => (4, &Self::NO_CHUNK),
            Piece::Ct1(chunk) => (5, chunk),
            Piece::Ct2(chunk) => (6, chunk),
        };
        let (epoch, n) = (self.message.epoch.to_be_bytes(), self.n.to_be_bytes());
        let index = chunk.index.to_be_bytes();
        // In one piece, since each piece costs more than its bytes.
        w.raw(&joined::<{ Self::LEN }>(&[&epoch, &n, &[kind], &index, &chunk.data]));
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (epoch, n, kind, chunk): (u32, u32, u8, Chunk) =
            (r.get()?, r.get()?, r.get()?, r.get()?);
        if epoch == 0 || n == 0 {
            return Err(DecodeError::OutOfRange);
        }
        let piece = match kind {
            0 | 4 if chunk != Self::NO_CHUNK => return Err(DecodeError::NotCanonical),
            0 => Piece::None,
            1 => Piece::Header(chunk),
            2 => Piece::Key(chunk),
            3 => Piece::KeyAck(chunk),
            4 => Piece::Ct1Ack,
            5 => Piece::Ct1(chunk),
            6 => Piece::Ct2(chunk),
            _ => return Err(DecodeError::OutOfRange),
        };
        Ok(Self { message: Message { epoch, piece }, n })
    }
}
