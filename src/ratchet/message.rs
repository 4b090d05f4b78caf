use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::header::{Header, HeaderKey, SEALED_HEADER_LEN, SealedHeader};
use crate::crypto::{AeadKey, Digest, NONCE_LEN, Nonce, SEARCH_TAG_LEN, SearchTag, TAG_LEN};
use crate::limits::ENVELOPE_BYTES;
use crate::wire::{DecodeError, FieldWriter, Fields, field_len, pad, padded_len, unpad};

/// A received message of a session, as it lies in the envelope: `SessionMessage` of
/// `envelope.proto`, decoded canonically without copying. SPEC.md section 8.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatchetMessage<'a> {
    pub(crate) header: SealedHeader<'a>,
    body: &'a [u8],
}

impl<'a> RatchetMessage<'a> {
    /// Decodes the protobuf message.
    ///
    /// # Errors
    /// [`DecodeError`] when a field is missing, has another length than it must, or the bytes are
    /// not the canonical encoding.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::new(bytes);
        let message = Self {
            header: SealedHeader {
                nonce: Nonce::from_bytes(fixed(fields.bytes(1)?)?),
                search_tag: SearchTag::from_bytes(fixed(fields.bytes(2)?)?),
                sealed: fields.bytes(3)?.try_into().map_err(|_| DecodeError::WrongLength)?,
            },
            body: fields.bytes(4)?,
        };
        fields.finish()?;
        let floor = padded_len(0).saturating_add(TAG_LEN);
        if message.body.len() < floor || message.body.len() > ENVELOPE_BYTES {
            return Err(DecodeError::WrongLength);
        }
        Ok(message)
    }

    /// The nonce by which a retry request names this message (SPEC.md section 12.6).
    #[must_use]
    pub fn wire_id(&self) -> WireId {
        WireId(*self.header.nonce.as_bytes())
    }

    /// Opens the body into one new buffer. `None`: not authentic.
    pub(super) fn open(
        &self,
        key: &AeadKey,
        session: &Digest,
    ) -> Option<Result<Vec<u8>, DecodeError>> {
        let associated = associated_data(session, &self.header);
        let mut buffer = self.body.to_vec();
        let len = key.open_in_place(&self.header.nonce, &associated, &mut buffer)?.len();
        buffer.truncate(len);
        Some(unpad(&buffer).map(|len| {
            buffer.truncate(len);
            buffer
        }))
    }
}

/// Names a message of a session to the device that sent it: the header nonce, 96 random bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WireId([u8; NONCE_LEN]);

impl WireId {
    /// The 12 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; NONCE_LEN] {
        self.0
    }
}

/// Everything that sealing one message takes.
pub(crate) struct Outgoing {
    pub(super) header: Header,
    pub(super) header_key: HeaderKey,
    pub(super) body_key: AeadKey,
}

impl Outgoing {
    /// Appends the encoded message to `out`.
    pub(crate) fn seal<R: CryptoRng + ?Sized>(
        self,
        session: &Digest,
        plaintext: &[u8],
        rng: &mut R,
        out: &mut Vec<u8>,
    ) -> WireId {
        let (nonce, search_tag) = self.header_key.address(rng);
        let mut fields = FieldWriter(out);
        fields.bytes(1, nonce.as_bytes());
        fields.bytes(2, &search_tag.to_bytes());
        fields.header(3, SEALED_HEADER_LEN);
        self.header_key.seal(&self.header, &nonce, out);
        let associated = match out.last_chunk() {
            Some(sealed) => associated_data(session, &SealedHeader { nonce, search_tag, sealed }),
            None => [0; ASSOCIATED_LEN],
        };
        FieldWriter(out).header(4, padded_len(plaintext.len()).saturating_add(TAG_LEN));
        let start = out.len();
        out.extend_from_slice(plaintext);
        pad(out, start);
        self.body_key.seal_suffix(&nonce, &associated, out, start);
        WireId(*nonce.as_bytes())
    }
}

/// Bytes of an encoded message around a plaintext of `len` bytes.
pub(crate) fn encoded_len(len: usize) -> usize {
    [NONCE_LEN, SEARCH_TAG_LEN, SEALED_HEADER_LEN, padded_len(len).saturating_add(TAG_LEN)]
        .into_iter()
        .fold(0, |sum, len| sum.saturating_add(field_len(len)))
}

const ASSOCIATED_LEN: usize = Digest::LEN + NONCE_LEN + SEARCH_TAG_LEN + SEALED_HEADER_LEN;

/// What the body's tag covers beside the body: session id, nonce, search tag and sealed header.
fn associated_data(session: &Digest, header: &SealedHeader<'_>) -> [u8; ASSOCIATED_LEN] {
    let mut data = [0; ASSOCIATED_LEN];
    let tag = header.search_tag.to_bytes();
    let parts = session.as_bytes().iter().chain(header.nonce.as_bytes()).chain(&tag);
    for (to, from) in data.iter_mut().zip(parts.chain(header.sealed)) {
        *to = *from;
    }
    data
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::WrongLength)
}
