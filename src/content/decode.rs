use alloc::vec::Vec;

use super::frame::check_sent_at;
use super::{
    BodyKind, Content, ContentError, Conversation, DeviceLists, Expiry, MessageId, VERSION,
    Violation,
};
use crate::limits::CONTENT_BYTES;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Fields, Value, decode_extensible, proto};

/// A content that came. As large as a content: nearly all that come are valid.
#[allow(clippy::large_enum_variant, reason = "the large variant is the one that comes")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// One that this version understands.
    Valid(Content),
    /// One that it does not.
    Unsupported(Unsupported),
}

/// A content that this version does not understand. Show that it came, who sent it and when, and
/// keep its bytes: a later version decodes them. It is answered by no receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unsupported {
    /// What is not understood.
    pub cause: UnsupportedCause,
    /// The content version that it requires.
    pub required: u32,
    /// Its id.
    pub id: MessageId,
    /// When its author claims to have sent it.
    pub sent_at: Timestamp,
    /// What it is part of. `None` when the required version is not known.
    pub conversation: Option<Conversation>,
    /// The field number of its body.
    pub body_number: u32,
    /// Its timer. `None` also when the required version is not known.
    pub expiry: Option<Expiry>,
    /// The device lists that its author knew. `None` when the required version is not known.
    pub lists: Option<DeviceLists>,
}

/// What is not understood; where it is both, the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnsupportedCause {
    /// It requires a version above [`VERSION`].
    Version,
    /// A body that this version does not know.
    Body,
}

impl Content {
    /// Decodes and validates what was decrypted, in the order of SPEC.md 12.3.
    ///
    /// # Errors
    /// [`ContentError`] when the bytes are not the strict encoding of a content or it breaks a rule.
    /// A content of a newer version is no error but [`Incoming::Unsupported`].
    pub fn decode(bytes: &[u8]) -> Result<Incoming, ContentError> {
        let outline = Outline::read(bytes)?;
        match outline.unsupported()? {
            Some(cause) => outline.placeholder(cause, bytes).map(Incoming::Unsupported),
            None => Self::from_outlined(bytes).map(Incoming::Valid),
        }
    }
}

/// The number of a content's body, before anything inside is read.
pub(super) fn body_number(bytes: &[u8]) -> Result<u32, ContentError> {
    Outline::read(bytes).map(|outline| outline.body)
}

/// What every version of a content has in common.
struct Outline {
    required: u32,
    id: MessageId,
    sent_at: Timestamp,
    conversation: Option<u32>,
    body: u32,
}

/// The outline while its fields come in.
#[derive(Default)]
struct Seen<'a> {
    required: u32,
    id: &'a [u8],
    sent_at: u64,
    conversation: Option<u32>,
    body: Option<u32>,
}

impl Outline {
    fn read(bytes: &[u8]) -> Result<Self, ContentError> {
        if bytes.len() > CONTENT_BYTES {
            return Err(Violation::TooLarge.into());
        }
        let (mut fields, mut seen, mut previous) = (Fields::new(bytes), Seen::default(), 0);
        while let Some((number, value)) = fields.next()? {
            if number <= previous {
                return Err(DecodeError::NotCanonical.into());
            }
            seen.take(number, value)?;
            previous = number;
        }
        seen.outline().map_err(ContentError::from)
    }

    /// What we do not understand, if anything.
    fn unsupported(&self) -> Result<Option<UnsupportedCause>, Violation> {
        if self.required > VERSION {
            return Ok(Some(UnsupportedCause::Version));
        }
        if self.conversation.is_none() {
            return Err(Violation::NoConversation);
        }
        Ok(BodyKind::from_number(self.body).is_none().then_some(UnsupportedCause::Body))
    }

    /// Reads as much as the required version allows.
    fn placeholder(
        &self,
        cause: UnsupportedCause,
        bytes: &[u8],
    ) -> Result<Unsupported, ContentError> {
        let mut placeholder = Unsupported {
            cause,
            required: self.required,
            id: self.id,
            sent_at: self.sent_at,
            conversation: None,
            body_number: self.body,
            expiry: None,
            lists: None,
        };
        if cause != UnsupportedCause::Version {
            let frame: proto::Content = decode_extensible(&frame_fields(bytes)?)?;
            placeholder.conversation = Some(Conversation::from_wire(frame.conversation.as_ref())?);
            placeholder.expiry = frame.expiry.map(Expiry::from_wire).transpose()?;
            placeholder.lists = Some(DeviceLists::from_wire(&frame)?);
        }
        Ok(placeholder)
    }
}

impl<'a> Seen<'a> {
    fn take(&mut self, number: u32, value: Value<'a>) -> Result<(), ContentError> {
        match (number, value) {
            (field::REQUIRED_VERSION, Value::Varint(version)) => {
                self.required = u32::try_from(version).map_err(|_| DecodeError::OutOfRange)?;
            }
            (field::MESSAGE_ID, Value::Bytes(id)) => self.id = id,
            (field::SENT_AT, Value::Varint(millis)) => self.sent_at = millis,
            (field::PEER..=field::STORY, Value::Bytes(_)) => {
                only(&mut self.conversation, number, Violation::SeveralConversations)?;
            }
            (field::FIRST_BODY..=field::LAST_BODY | field::FIRST_LATE_BODY.., Value::Bytes(_)) => {
                only(&mut self.body, number, Violation::SeveralBodies)?;
            }
            (
                field::EXPIRY..=field::LAST_OF_FRAME | field::EXTENSIONS..=field::LAST_EXTENSION,
                _,
            ) => {}
            _ => return Err(DecodeError::NotCanonical.into()),
        }
        Ok(())
    }

    fn outline(self) -> Result<Outline, Violation> {
        if self.required == 0 {
            return Err(Violation::RequiredVersion);
        }
        Ok(Outline {
            required: self.required,
            id: MessageId::from_wire(self.id)?,
            sent_at: check_sent_at(Timestamp::from_millis(self.sent_at))?,
            conversation: self.conversation,
            body: self.body.ok_or(Violation::NoBody)?,
        })
    }
}

fn only(place: &mut Option<u32>, number: u32, second: Violation) -> Result<(), Violation> {
    if place.replace(number).is_some() { Err(second) } else { Ok(()) }
}

/// The fields of the frame as they were.
fn frame_fields(bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let (mut fields, mut frame) = (Fields::new(bytes), Vec::new());
    loop {
        let before = fields.rest();
        let Some((number, _)) = fields.next()? else { return Ok(frame) };
        if number <= field::LAST_OF_FRAME {
            frame.extend_from_slice(before.strip_suffix(fields.rest()).unwrap_or_default());
        }
    }
}

/// The field numbers of a content, as in `proto/sealwax/v1/content.proto`.
mod field {
    use crate::wire::EXTENSIONS as RANGE;

    pub(super) const REQUIRED_VERSION: u32 = 1;
    pub(super) const MESSAGE_ID: u32 = 2;
    pub(super) const SENT_AT: u32 = 3;
    pub(super) const PEER: u32 = 4;
    pub(super) const STORY: u32 = 6;
    pub(super) const EXPIRY: u32 = 7;
    pub(super) const LAST_OF_FRAME: u32 = 15;
    pub(super) const FIRST_BODY: u32 = 16;
    pub(super) const LAST_BODY: u32 = 63;
    pub(super) const EXTENSIONS: u32 = *RANGE.start();
    pub(super) const LAST_EXTENSION: u32 = *RANGE.end();
    pub(super) const FIRST_LATE_BODY: u32 = 1_024;
}
