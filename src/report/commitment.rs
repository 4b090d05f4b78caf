use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::fmt;

use super::{Context, Opening};
use crate::crypto::{
    HashLabel, KdfLabel, MacLabel, Prk, Secret, TranscriptHash, constant_time_eq, hmac,
};
use crate::limits::REPORTABLE_BYTES;
use crate::wire::{Layout, Writer};

/// What stands in clear beside a reportable message: it says nothing to whoever has not the message's
/// key, and can be opened in one way. SPEC.md section 13.1.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Commitment([u8; Self::LEN]);

impl Commitment {
    /// Length in bytes.
    pub const LEN: usize = 32;

    /// Takes the bytes as they came.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// `Mac(k_f, "report/commitment", context ‖ content)`.
    pub(super) fn new(key: &Secret<32>, context: &Context, plaintext: &[u8]) -> Self {
        let mut w = Writer::new();
        context.write(&mut w);
        let label = MacLabel::ReportCommitment.as_str().as_bytes();
        Self(*hmac(key, &[b"sealwax/v1/mac/", label, &[0], w.as_slice(), plaintext]).as_bytes())
    }

    /// Compares in constant time.
    pub(super) fn is(&self, other: &Self) -> bool {
        constant_time_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commitment(")?;
        for byte in self.0.iter().take(4) {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("..)")
    }
}

/// What is to be encrypted, and whether whoever receives it shall be able to report it.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) plaintext: &'a [u8],
    pub(crate) reportable: bool,
}

impl<'a> Said<'a> {
    pub(crate) const fn plain(plaintext: &'a [u8]) -> Self {
        Self { plaintext, reportable: false }
    }

    pub(crate) const fn reportable(plaintext: &'a [u8]) -> Self {
        Self { plaintext, reportable: true }
    }

    /// Whether it is too long to be sent like this.
    pub(crate) const fn is_too_large(&self) -> bool {
        let limit = if self.reportable { REPORTABLE_BYTES } else { crate::limits::CONTENT_BYTES };
        self.plaintext.len() > limit
    }
}

/// What a message does not say that it commits to.
pub(crate) struct Mismatch;

/// The commitment to what a message of this key says.
pub(crate) fn commit(message: &Prk, context: &Context, plaintext: &[u8]) -> Commitment {
    Commitment::new(&key(message), context, plaintext)
}

/// Checks the commitment that came with a message, if one did, before anything of it is given out.
pub(crate) fn check(
    commitment: Option<Commitment>,
    message: &Prk,
    context: impl FnOnce() -> Context,
    plaintext: &[u8],
) -> Result<Option<Box<Opening>>, Mismatch> {
    let Some(commitment) = commitment else { return Ok(None) };
    let opening = Opening { context: context(), key: key(message), commitment };
    let fits = plaintext.len() <= REPORTABLE_BYTES && opening.opens(plaintext);
    if fits { Ok(Some(Box::new(opening))) } else { Err(Mismatch) }
}

/// `k_f`, from what the message's own key is from.
fn key(message: &Prk) -> Secret<32> {
    message.expand(KdfLabel::ReportKey, &[])
}

/// What the tag of a header covers beside it: the sealed body, and the commitment if there is one. A
/// digest is shorter than any body, so that neither can pass for the other.
pub(crate) fn covered_by_header(body: &[u8], commitment: Option<Commitment>) -> Cow<'_, [u8]> {
    let Some(commitment) = commitment else { return Cow::Borrowed(body) };
    let hash = TranscriptHash::new(HashLabel::ReportBody).chain(&commitment.0).chain(body);
    Cow::Owned(hash.finish().as_bytes().to_vec())
}

/// What the tag of a body covers beside it, and what a signature does: the commitment comes last.
pub(crate) fn covered_by_body(fixed: &[u8], commitment: Option<Commitment>) -> Cow<'_, [u8]> {
    match commitment {
        None => Cow::Borrowed(fixed),
        Some(commitment) => Cow::Owned([fixed, &commitment.0].concat()),
    }
}
