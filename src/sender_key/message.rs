use alloc::boxed::Box;
use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::distribution::ChainId;
use super::epoch::{EpochKeys, MessageKeys};
use super::{OpenSenderError, ScopeHash};
use crate::crypto::{
    BadSignature, Digest, HashLabel, NONCE_LEN, Nonce, SEARCH_TAG_LEN, SearchTag, Signature,
    SignaturePurpose, SignedItem, SigningKey, TAG_LEN, TranscriptHash, VerifyingKey,
};
use crate::envelope;
use crate::identity::{DeviceAddress, DeviceId};
use crate::ratchet::{SealedHeader, WireId, decode_sealed, sealed_len};
use crate::report::{self, Commitment, Context, Opening, Said, Venue};
use crate::wire::{DecodeError, FieldWriter, Reader, pad, padded_len, unpad};

/// Bytes of what a header says, without the signature.
const CLAIM_LEN: usize = 2 + 4 + 4 + 4 + 4 + 16;
const HEADER_LEN: usize = CLAIM_LEN + Signature::LEN;
/// Bytes of a sealed header.
pub(super) const SEALED_HEADER_LEN: usize = HEADER_LEN + TAG_LEN;

/// A received message of a sender chain, as it lies in the envelope: `SenderMessage` of
/// `envelope.proto`, decoded canonically without copying. SPEC.md section 14.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderMessage<'a> {
    pub(super) header: SealedHeader<'a, SEALED_HEADER_LEN>,
    body: &'a [u8],
    commitment: Option<Commitment>,
}

impl<'a> SenderMessage<'a> {
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

    /// The nonce, which names the message to its sender.
    #[must_use]
    pub fn wire_id(&self) -> WireId {
        WireId::of(&self.header.nonce)
    }

    /// Opens the header. `None`: not authentic.
    pub(super) fn open(
        self,
        scope: ScopeHash,
        epoch: &EpochKeys,
    ) -> Option<Result<OpenedMessage<'a>, DecodeError>> {
        let covered = report::covered_by_header(self.body, self.commitment);
        let bytes: [u8; HEADER_LEN] = epoch.header.open_exactly(&self.header, &covered)?;
        Some(Header::read(&bytes).map(|header| OpenedMessage { scope, message: self, header }))
    }
}

/// Where the sender stands in the group's state when it sends; for stories all zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The sender's place among the members at the revision.
    pub member_index: u16,
    /// The revision of the group's state.
    pub revision: u32,
    /// The first 16 bytes of that state's hash.
    pub state_prefix: [u8; 16],
}

/// What a message's header says. Somebody who knows the scope's epoch secret wrote it; who it was
/// is proven only once the message decrypts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where the sender says it stands.
    pub standing: Standing,
    /// The sending device's id.
    pub device: DeviceId,
    /// The chain.
    pub chain: ChainId,
    /// The message's number in the chain, from 0.
    pub iteration: u32,
}

/// A message whose header opened, in the scope in which it did.
#[derive(Clone, Copy, Debug)]
pub struct OpenedMessage<'a> {
    scope: ScopeHash,
    message: SenderMessage<'a>,
    header: Header,
}

impl OpenedMessage<'_> {
    /// What the header says, to be resolved to a device's address and judged before
    /// [`super::ReceivingChains::decrypt`].
    #[must_use]
    pub const fn claim(&self) -> &Claim {
        &self.header.claim
    }

    /// What names the message to its sender.
    #[must_use]
    pub fn wire_id(&self) -> WireId {
        self.message.wire_id()
    }

    /// The scope under whose header key it opened.
    #[must_use]
    pub const fn scope(&self) -> &ScopeHash {
        &self.scope
    }

    /// Verifies the chain's signature, which also says that `keys` are the ones its sender used.
    pub(super) fn verify(
        &self,
        origin: &Digest,
        key: &VerifyingKey,
        keys: &MessageKeys,
    ) -> Result<(), BadSignature> {
        let signed = self.signed_bytes(origin, keys);
        let signed = report::covered_by_body(&signed, self.message.commitment);
        key.verify(SignaturePurpose::SenderMessage, &signed, &self.header.signature)
    }

    /// What [`OpenedMessage::verify`] verifies, to be verified with others.
    pub(super) fn signed_item(
        &self,
        origin: &Digest,
        key: &VerifyingKey,
        keys: &MessageKeys,
    ) -> SignedItem {
        let signed = self.signed_bytes(origin, keys);
        let signed = report::covered_by_body(&signed, self.message.commitment);
        SignedItem::new(*key, SignaturePurpose::SenderMessage, &signed, self.header.signature)
    }

    fn signed_bytes(&self, origin: &Digest, keys: &MessageKeys) -> [u8; SIGNED_LEN] {
        let SenderMessage { header: SealedHeader { nonce, .. }, body, .. } = &self.message;
        signed_bytes(origin, &self.header.claim, nonce, body, keys)
    }

    /// Opens the body into one new buffer. `None`: not authentic.
    pub(super) fn open_body(
        &self,
        origin: &Digest,
        keys: &MessageKeys,
    ) -> Option<Result<Vec<u8>, DecodeError>> {
        let SealedHeader { nonce, search_tag, .. } = &self.message.header;
        let associated = associated_data(origin, nonce, *search_tag, &self.header.claim);
        let associated = report::covered_by_body(&associated, self.message.commitment);
        let mut buffer = self.message.body.to_vec();
        let len = keys.body.open_in_place(nonce, &associated, &mut buffer)?.len();
        buffer.truncate(len);
        Some(unpad(&buffer).map(|len| {
            buffer.truncate(len);
            buffer
        }))
    }
}

/// Opening what makes it reportable.
impl OpenedMessage<'_> {
    /// Checks the commitment, if there is one, to what `from` says here.
    pub(super) fn opening(
        &self,
        from: &DeviceAddress,
        keys: &MessageKeys,
        plaintext: &[u8],
    ) -> Result<Option<Box<Opening>>, OpenSenderError> {
        let context = || context(&self.scope, from);
        let checked = report::check(self.message.commitment, &keys.prk, context, plaintext);
        checked.map_err(|_| OpenSenderError::OtherCommitment)
    }
}

/// Where a message of a chain is said.
fn context(scope: &ScopeHash, sender: &DeviceAddress) -> Context {
    let scope = Digest::from_bytes(*scope.as_bytes());
    Context { sender: sender.clone(), venue: Venue::Chain { scope } }
}

/// Everything that sealing one message takes.
pub(super) struct Outgoing<'a> {
    pub(super) scope: &'a ScopeHash,
    pub(super) sender: &'a DeviceAddress,
    pub(super) claim: Claim,
    pub(super) origin: &'a Digest,
    pub(super) epoch: &'a EpochKeys,
    pub(super) keys: MessageKeys,
    pub(super) signing: &'a SigningKey,
}

/// A sealed message.
pub(super) struct Sealed {
    pub(super) envelope: Vec<u8>,
    pub(super) wire_id: WireId,
}

impl Outgoing<'_> {
    /// The envelope: the sealed body, whose tag covers what the header says; then the signature over
    /// both and the key; at last the header is sealed, with a tag that covers the sealed body.
    pub(super) fn seal<R: CryptoRng + ?Sized>(self, said: Said<'_>, rng: &mut R) -> Sealed {
        let Self { scope, sender, claim, origin, epoch, keys, signing } = self;
        let Said { plaintext, reportable } = said;
        let commit = || report::commit(&keys.prk, &context(scope, sender), plaintext);
        let commitment = reportable.then(commit);
        let (nonce, search_tag) = epoch.header.address(rng);
        let mut out = envelope::begin_sender(sealed_len(SEALED_HEADER_LEN, plaintext.len()));
        let mut fields = FieldWriter(&mut out);
        fields.bytes(1, nonce.as_bytes());
        fields.bytes(2, &search_tag.to_bytes());
        fields.bytes(3, &[0; SEALED_HEADER_LEN]);
        let header_end = out.len();
        FieldWriter(&mut out).header(4, padded_len(plaintext.len()).saturating_add(TAG_LEN));
        let body_at = out.len();
        out.extend_from_slice(plaintext);
        pad(&mut out, body_at);
        let associated = associated_data(origin, &nonce, search_tag, &claim);
        let associated = report::covered_by_body(&associated, commitment);
        keys.body.seal_suffix(&nonce, &associated, &mut out, body_at);
        if let Some((front, body)) = out.split_at_mut_checked(body_at) {
            let signed = signed_bytes(origin, &claim, &nonce, body, &keys);
            let signed = report::covered_by_body(&signed, commitment);
            let signature = signing.sign(SignaturePurpose::SenderMessage, &signed);
            let header_at = header_end.saturating_sub(SEALED_HEADER_LEN);
            let place = front.get_mut(header_at..header_end).unwrap_or_default();
            fill(place, &[&claim.to_bytes(), signature.as_bytes()]);
            epoch.header.seal(&nonce, &report::covered_by_header(body, commitment), place);
        }
        envelope::put_commitment(&mut out, commitment);
        Sealed { envelope: out, wire_id: WireId::of(&nonce) }
    }
}

/// What is sealed in front of a body.
#[derive(Clone, Copy, Debug)]
struct Header {
    claim: Claim,
    signature: Signature,
}

impl Header {
    fn read(bytes: &[u8; HEADER_LEN]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        let header = Self { claim: Claim::read(&mut r)?, signature: r.get()? };
        r.finish()?;
        Ok(header)
    }
}

impl Claim {
    /// Its layout, without an allocation.
    fn to_bytes(self) -> [u8; CLAIM_LEN] {
        let Self { standing: Standing { member_index, revision, state_prefix }, .. } = self;
        concat(&[
            &member_index.to_be_bytes(),
            &self.device.as_u32().to_be_bytes(),
            &self.chain.as_u32().to_be_bytes(),
            &self.iteration.to_be_bytes(),
            &revision.to_be_bytes(),
            &state_prefix,
        ])
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let member_index = r.get()?;
        let (device, chain, iteration) = (r.get()?, r.get()?, r.get()?);
        let standing = Standing { member_index, revision: r.get()?, state_prefix: r.get()? };
        Ok(Self { standing, device, chain, iteration })
    }
}

const SIGNED_LEN: usize = Digest::LEN + CLAIM_LEN + NONCE_LEN + Digest::LEN + 32;

/// What a message's signature is over.
fn signed_bytes(
    origin: &Digest,
    claim: &Claim,
    nonce: &Nonce,
    body: &[u8],
    keys: &MessageKeys,
) -> [u8; SIGNED_LEN] {
    let body = TranscriptHash::new(HashLabel::SenderBody).chain(body).finish();
    concat(&[
        origin.as_bytes(),
        &claim.to_bytes(),
        nonce.as_bytes(),
        body.as_bytes(),
        keys.commitment.as_bytes(),
    ])
}

const ASSOCIATED_LEN: usize = Digest::LEN + NONCE_LEN + SEARCH_TAG_LEN + CLAIM_LEN;

/// What the body's tag covers beside the body.
fn associated_data(
    origin: &Digest,
    nonce: &Nonce,
    search_tag: SearchTag,
    claim: &Claim,
) -> [u8; ASSOCIATED_LEN] {
    concat(&[origin.as_bytes(), nonce.as_bytes(), &search_tag.to_bytes(), &claim.to_bytes()])
}

fn concat<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes, parts);
    bytes
}

fn fill(place: &mut [u8], parts: &[&[u8]]) {
    let from = parts.iter().copied().flatten();
    place.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
}
