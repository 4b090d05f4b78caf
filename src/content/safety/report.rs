use alloc::vec::Vec;
use core::fmt;

use crate::content::body::WireBody;
use crate::content::{Content, ContentError, Incoming, SharedKey, Violation};
use crate::crypto::Secret;
use crate::limits::{REPORT_STAMP_BYTES, REPORTABLE_BYTES};
use crate::report::{Commitment, Context, Opening};
use crate::wire::{Writer, proto, read_all};

/// A message shown to those whom a service lets judge of it, with what proves that its sender said
/// exactly this there: the commitment is to this content, or there is no such body. What that proves
/// and what not is in SPEC.md 13.3: without a stamp that names who handed the envelope in, whoever
/// reports could have said it to itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Report {
    content: Vec<u8>,
    opening: Opening,
    stamp: Vec<u8>,
}

/// What a report shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported<'a> {
    /// Who said it and where.
    pub context: &'a Context,
    /// What was said. Which group it names is the sender's word; the context is proven.
    pub content: Incoming,
    /// What to look the stamp up by, and check it against.
    pub commitment: &'a Commitment,
    /// What the service put beside the envelope, for the service to check.
    pub stamp: &'a [u8],
}

impl Report {
    /// Reports what was received: the plaintext, what opens it, and what the service put beside the
    /// envelope, or nothing.
    ///
    /// # Errors
    /// [`Violation::ReportContent`] for no content or more than [`REPORTABLE_BYTES`],
    /// [`Violation::ReportStamp`] for a stamp of more than [`REPORT_STAMP_BYTES`],
    /// [`Violation::ReportCommitment`] when the opening is another message's.
    pub fn new(content: Vec<u8>, opening: Opening, stamp: Vec<u8>) -> Result<Self, Violation> {
        if !(1..=REPORTABLE_BYTES).contains(&content.len()) {
            return Err(Violation::ReportContent);
        }
        if stamp.len() > REPORT_STAMP_BYTES {
            return Err(Violation::ReportStamp);
        }
        if !opening.opens(&content) {
            return Err(Violation::ReportCommitment);
        }
        Ok(Self { content, opening, stamp })
    }

    /// Reads what is reported. Nothing secret goes in: whoever has the report can do this.
    ///
    /// # Errors
    /// [`ContentError`] when what was said is no valid content; that it was said is proven all the
    /// same.
    pub fn verify(&self) -> Result<Reported<'_>, ContentError> {
        Ok(Reported {
            context: self.opening.context(),
            content: Content::decode(&self.content)?,
            commitment: self.opening.commitment(),
            stamp: &self.stamp,
        })
    }

    /// The bytes that were said.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }
}

/// Without what was said.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("content_len", &self.content.len())
            .field("opening", &self.opening)
            .field("stamp_len", &self.stamp.len())
            .finish()
    }
}

impl WireBody for Report {
    type Wire = proto::Report;

    fn from_wire(wire: proto::Report) -> Result<Self, Violation> {
        let context = read_all(&wire.context).map_err(|_| Violation::ReportContext)?;
        let key = SharedKey::from_wire(wire.key)?;
        let commitment = wire.commitment.as_slice().try_into();
        let commitment = commitment.map_err(|_| Violation::ReportCommitment)?;
        let key = Secret::new(*key.as_bytes());
        let opening = Opening { context, key, commitment: Commitment::from_bytes(commitment) };
        Self::new(wire.content, opening, wire.stamp)
    }

    fn to_wire(&self) -> proto::Report {
        let mut w = Writer::new();
        w.put(self.opening.context());
        proto::Report {
            content: self.content.clone(),
            context: w.into_public(),
            key: self.opening.key.as_bytes().to_vec(),
            commitment: self.opening.commitment().as_bytes().to_vec(),
            stamp: self.stamp.clone(),
        }
    }
}
