use rand_core::CryptoRng;

use super::pq::PqHeader;
use crate::crypto::{AeadKey, DhPublicKey, Nonce, SearchKey, SearchTag, Secret, TAG_LEN};
use crate::wire::{DecodeError, Layout, Reader, Writer, read_all};

/// Bytes of a header before it is sealed: always the same, so that nothing inside shows.
pub(crate) const HEADER_LEN: usize = DhPublicKey::LEN + 4 + 4 + PqHeader::LEN;
/// Bytes of a sealed header.
pub(crate) const SEALED_HEADER_LEN: usize = HEADER_LEN + TAG_LEN;

/// What a receiver must know before it can derive a message's key. SPEC.md section 8.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The sender's current ratchet key.
    pub(crate) ratchet_key: DhPublicKey,
    /// Messages in the sender's previous chain.
    pub(crate) previous: u32,
    /// Number of this message in its chain, from 0.
    pub(crate) number: u32,
    /// The post-quantum ratchet's part.
    pub(crate) pq: PqHeader,
}

impl Layout for Header {
    fn write(&self, w: &mut Writer) {
        w.raw(self.ratchet_key.as_bytes());
        w.put(&self.previous).put(&self.number).put(&self.pq);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            ratchet_key: DhPublicKey::from_bytes(r.array()?)?,
            previous: r.get()?,
            number: r.get()?,
            pq: r.get()?,
        })
    }
}

/// What precedes the body on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SealedHeader<'a, const N: usize = SEALED_HEADER_LEN> {
    /// The nonce of header and body, whose keys differ.
    pub(crate) nonce: Nonce,
    pub(crate) search_tag: SearchTag,
    pub(crate) sealed: &'a [u8; N],
}

/// Seals the headers of one chain and makes its search tags.
#[derive(Clone, Debug)]
pub(crate) struct HeaderKey {
    key: AeadKey,
    search: SearchKey,
}

impl HeaderKey {
    pub(crate) fn new(key: Secret<32>) -> Self {
        let key = AeadKey::new(key);
        Self { search: SearchKey::derive(&key), key }
    }

    pub(crate) fn search_key(&self) -> &SearchKey {
        &self.search
    }

    /// A random nonce and the search tag that goes with it.
    pub(crate) fn address<R: CryptoRng + ?Sized>(&self, rng: &mut R) -> (Nonce, SearchTag) {
        let nonce = Nonce::random(rng);
        (nonce, self.search.tag(&nonce))
    }

    /// Seals the header that lies in the front of `place`, and puts the tag behind it.
    pub(crate) fn seal(&self, nonce: &Nonce, body: &[u8], place: &mut [u8]) {
        let (header, tag) = place.split_at_mut(place.len().saturating_sub(TAG_LEN));
        let sealed = self.key.seal_detached(nonce, body, header);
        tag.iter_mut().zip(sealed).for_each(|(to, from)| *to = from);
    }

    /// Whether the search tag is this key's.
    pub(crate) fn matches<const N: usize>(&self, sealed: &SealedHeader<'_, N>) -> bool {
        self.search.tag(&sealed.nonce) == sealed.search_tag
    }

    /// Opens the header, whose tag also covers the sealed body. `None`: not authentic.
    pub(crate) fn open(&self, sealed: &SealedHeader<'_>, body: &[u8]) -> Option<OpenedHeader> {
        self.open_exactly(sealed, body).map(OpenedHeader)
    }

    /// The same for a header of `LEN` bytes, whose sealed form has a tag more.
    pub(crate) fn open_exactly<const N: usize, const LEN: usize>(
        &self,
        sealed: &SealedHeader<'_, N>,
        body: &[u8],
    ) -> Option<[u8; LEN]> {
        const { assert!(N == LEN + TAG_LEN, "a sealed header is the header and its tag") };
        let mut bytes = *sealed.sealed;
        self.key.open_in_place(&sealed.nonce, body, &mut bytes)?;
        bytes.first_chunk().copied()
    }
}

/// An authentic header in its layout, not yet decoded.
#[derive(Clone, Debug)]
pub(crate) struct OpenedHeader([u8; HEADER_LEN]);

impl OpenedHeader {
    pub(crate) const fn as_bytes(&self) -> &[u8; HEADER_LEN] {
        &self.0
    }

    pub(crate) fn decode(&self) -> Result<Header, DecodeError> {
        read_all(&self.0)
    }
}

impl Layout for HeaderKey {
    fn write(&self, w: &mut Writer) {
        self.key.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Secret::read(r).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ratchet::braid::{CHUNK_LEN, Chunk, Message, Piece};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn genuine(key: DhPublicKey, previous: u32, number: u32, piece: Piece) -> [u8; HEADER_LEN] {
        let pq = PqHeader { message: Message { epoch: 3, piece }, n: 5 };
        let mut w = Writer::new();
        w.put(&Header { ratchet_key: key, previous, number, pq });
        w.as_slice().try_into().unwrap()
    }

    fn pieces() -> impl Strategy<Value = Piece> {
        let chunk = Chunk { index: 7, data: [9; CHUNK_LEN] };
        prop_oneof![Just(Piece::None), Just(Piece::Ct1Ack), Just(Piece::Ct2(chunk))]
    }

    fn keys() -> impl Strategy<Value = DhPublicKey> {
        any::<[u8; 32]>().prop_filter_map("a key", |bytes| DhPublicKey::from_bytes(bytes).ok())
    }

    /// Whether it decodes; if so, it encodes to the same bytes.
    fn decodes(bytes: [u8; HEADER_LEN]) -> bool {
        let Ok(header) = OpenedHeader(bytes).decode() else { return false };
        let mut w = Writer::new();
        w.put(&header);
        assert_eq!(w.as_slice(), bytes);
        true
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_header_or_the_only_encoding_of_one(bytes: [u8; HEADER_LEN]) {
            decodes(bytes);
        }

        #[test]
        fn a_damaged_header_is_none_or_the_only_encoding_of_another(
            (key, piece) in (keys(), pieces()),
            previous: u32,
            number: u32,
            changes in vec((0..HEADER_LEN, 1u8..), 0..4),
        ) {
            let mut bytes = genuine(key, previous, number, piece);
            prop_assert!(decodes(bytes));
            for (at, bits) in changes {
                bytes[at] ^= bits;
            }
            decodes(bytes);
        }
    }
}
