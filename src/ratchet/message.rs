use alloc::vec::Vec;
use core::mem;

use rand_core::CryptoRng;

use super::header::{HEADER_LEN, Header, HeaderKey, OpenedHeader, SEALED_HEADER_LEN, SealedHeader};
use crate::crypto::{AeadKey, Digest, NONCE_LEN, Nonce, SEARCH_TAG_LEN, SearchTag, TAG_LEN};
use crate::envelope;
use crate::limits::ENVELOPE_BYTES;
use crate::report::{Commitment, covered_by_body, covered_by_header};
use crate::wire::{
    DecodeError, FieldWriter, Fields, Writer, field_len, joined, pad, padded_len, unpad,
};

/// A received message of a session, as it lies in the envelope: `SessionMessage` of
/// `envelope.proto`, decoded canonically without copying. SPEC.md section 8.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatchetMessage<'a> {
    pub(crate) header: SealedHeader<'a>,
    body: &'a [u8],
    pub(super) commitment: Option<Commitment>,
}

impl<'a> RatchetMessage<'a> {
    /// Decodes the protobuf message.
    ///
    /// # Errors
    /// [`DecodeError`] when a field is missing, has another length than it must, or the bytes are
    /// not the canonical encoding.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let (header, body) = decode_sealed(bytes)?;
        Ok(Self { header, body, commitment: None })
    }

    pub(crate) const fn commitment(&self) -> Option<&Commitment> {
        self.commitment.as_ref()
    }

    /// The same with the commitment that its envelope ends with.
    pub(crate) fn beside(self, commitment: Option<Commitment>) -> Self {
        Self { commitment, ..self }
    }

    /// The nonce by which a retry request names this message (SPEC.md section 11.5).
    #[must_use]
    pub fn wire_id(&self) -> WireId {
        WireId::of(&self.header.nonce)
    }

    /// Opens the header under the key that made its search tag. `None`: header or body were changed
    /// on the way, or are not of one message.
    pub(super) fn open_header(&self, key: &HeaderKey) -> Option<OpenedHeader> {
        key.open(&self.header, &covered_by_header(self.body, self.commitment))
    }

    /// Opens the body into one new buffer. `None`: not authentic.
    pub(super) fn open_body(
        &self,
        key: &AeadKey,
        session: &Digest,
        header: &OpenedHeader,
    ) -> Option<Result<Vec<u8>, DecodeError>> {
        let SealedHeader { nonce, search_tag, .. } = &self.header;
        let associated = associated_data(session, nonce, *search_tag, header.as_bytes());
        let associated = covered_by_body(&associated, self.commitment);
        let mut buffer = self.body.to_vec();
        let len = key.open_in_place(nonce, &associated, &mut buffer)?.len();
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
    pub(crate) const fn of(nonce: &Nonce) -> Self {
        Self(*nonce.as_bytes())
    }

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
    pub(super) commitment: Option<Commitment>,
}

impl Outgoing {
    /// Appends the encoded message to `out`: the header in clear, then the sealed body, whose tag
    /// covers that header; at last the header is sealed, with a tag that covers the sealed body. The
    /// commitment, which both tags cover, ends the envelope.
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
        let header_at = out.len();
        let mut writer = Writer::onto(mem::take(out));
        writer.put(&self.header);
        *out = writer.into_public();
        let header = out.last_chunk().copied().unwrap_or([0; HEADER_LEN]);
        out.extend_from_slice(&[0; TAG_LEN]);
        FieldWriter(out).header(4, padded_len(plaintext.len()).saturating_add(TAG_LEN));
        let body_at = out.len();
        out.extend_from_slice(plaintext);
        pad(out, body_at);
        let associated = associated_data(session, &nonce, search_tag, &header);
        let associated = covered_by_body(&associated, self.commitment);
        self.body_key.seal_suffix(&nonce, &associated, out, body_at);
        if let Some((front, body)) = out.split_at_mut_checked(body_at) {
            let place = front.get_mut(header_at..header_at.saturating_add(SEALED_HEADER_LEN));
            let covered = covered_by_header(body, self.commitment);
            self.header_key.seal(&nonce, &covered, place.unwrap_or_default());
        }
        envelope::put_commitment(out, self.commitment);
        WireId::of(&nonce)
    }
}

/// Bytes of an encoded message around a plaintext of `len` bytes.
pub(crate) fn encoded_len(len: usize) -> usize {
    sealed_len(SEALED_HEADER_LEN, len)
}

/// The same for a sealed header of `header` bytes.
pub(crate) fn sealed_len(header: usize, len: usize) -> usize {
    [NONCE_LEN, SEARCH_TAG_LEN, header, padded_len(len).saturating_add(TAG_LEN)]
        .into_iter()
        .fold(0, |sum, len| sum.saturating_add(field_len(len)))
}

const ASSOCIATED_LEN: usize = Digest::LEN + NONCE_LEN + SEARCH_TAG_LEN + HEADER_LEN;

/// What the body's tag covers beside the body: session id, nonce, search tag and header.
fn associated_data(
    session: &Digest,
    nonce: &Nonce,
    search_tag: SearchTag,
    header: &[u8; HEADER_LEN],
) -> [u8; ASSOCIATED_LEN] {
    joined(&[session.as_bytes(), nonce.as_bytes(), &search_tag.to_bytes(), header])
}

/// Decodes what all sealed messages look like: nonce, search tag, a sealed header of `N` bytes, and
/// the sealed body.
pub(crate) fn decode_sealed<const N: usize>(
    bytes: &[u8],
) -> Result<(SealedHeader<'_, N>, &[u8]), DecodeError> {
    let mut fields = Fields::new(bytes);
    let header = SealedHeader {
        nonce: Nonce::from_bytes(fixed(fields.bytes(1)?)?),
        search_tag: SearchTag::from_bytes(fixed(fields.bytes(2)?)?),
        sealed: fields.bytes(3)?.try_into().map_err(|_| DecodeError::WrongLength)?,
    };
    let body = fields.bytes(4)?;
    fields.finish()?;
    let floor = padded_len(0).saturating_add(TAG_LEN);
    if body.len() < floor || body.len() > ENVELOPE_BYTES {
        return Err(DecodeError::WrongLength);
    }
    Ok((header, body))
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], DecodeError> {
    bytes.try_into().map_err(|_| DecodeError::WrongLength)
}
