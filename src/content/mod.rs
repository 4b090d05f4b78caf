//! What a message can say: typed and validated. SPEC.md section 12.
//!
//! A [`Content`] has a frame (id, time of sending, conversation, timer, device lists) and exactly
//! one [`Body`]. Only valid ones exist: [`Content::builder`] makes nothing else, and
//! [`Content::decode`] lets nothing else in. What a newer peer says that this version does not know
//! is neither lost nor an error but [`Incoming::Unsupported`], for the user to see.
//!
//! Content knows nothing of sessions and encryption. Rules that need more than the content itself
//! are functions of plain values: [`time_of_sending`], [`may_send_receipt`], [`may_resend`],
//! [`Expiry::newest`].
//!
//! ```
//! use sealwax::content::{
//!     Body, Content, Conversation, DeviceListRef, DeviceLists, Incoming, MessageId,
//! };
//! use sealwax::crypto::Digest;
//! use sealwax::identity::ListVersion;
//! use sealwax::time::Timestamp;
//! # let (id, list_hash) = (MessageId::from_bytes([7; 16]), Digest::from_bytes([1; 32]));
//!
//! let own = DeviceListRef { version: ListVersion::FIRST, hash: list_hash };
//! let lists = DeviceLists { own, peer: None };
//! let now = Timestamp::from_secs(1_800_000_000);
//! let sent = Content::builder(id, now, Conversation::Peer, lists).text("hello")?;
//!
//! let Incoming::Valid(received) = Content::decode(sent.as_bytes())? else { panic!() };
//! assert_eq!(received, sent);
//! let Body::Text(text) = received.body() else { panic!() };
//! assert_eq!(text.as_str(), "hello");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod call;
mod decode;
mod error;
mod frame;
mod kind;
mod message;
mod operation;
mod receipt;
mod retry;
mod said;
mod session;
mod story;
#[cfg(test)]
pub(crate) mod tests;

pub use body::{Body, BodyKind};
pub use call::CallRinging;
pub use decode::{Incoming, Unsupported, UnsupportedCause};
pub use error::{ContentError, Violation};
pub use frame::{
    Conversation, DeviceListRef, DeviceLists, Expiry, GroupBinding, MessageId, SentAt,
    time_of_sending,
};
pub use kind::{BodyProperties, Place};
pub use message::{Content, ContentBuilder};
pub use operation::{
    AdminDelete, Clock, Delete, Edit, ExpiryTimer, Held, HeldOperation, NotAllowed, Operator, Pin,
    Rank, Reaction, Replacement, Target, Unpin, ViewOnce, ViewOnceEvent, ViewOnceStep, expires_at,
    may_admin_delete, may_delete, may_edit, may_pin, may_react, may_unpin,
};
pub use receipt::{ContactState, NoReceipt, Receipt, ReceiptKind, may_send_receipt};
pub use retry::{NoResend, Retry, RetryReason, SentMessage, may_resend};
pub use said::{
    ContactAccount, ContactCard, ContactDetail, ContactDetailKind, Dimensions, Emoji, FormatRange,
    FormatStyle, Forwarded, GroupInvite, LinkPreview, Location, Media, MediaItem, MediaKind,
    MediaObject, MediaPointer, Mention, Mentioned, MessageRef, OptionCount, OptionId, Poll,
    PollClose, PollOption, PollVote, Quote, QuoteCheck, QuoteKind, Sticker, StickerPackRef, Tally,
    TallyRefused, Text, Thumbnail,
};
pub use session::{Null, SessionReset, SessionResetReason};
pub use story::{
    Colour, StoryBackground, StoryDelete, StoryFont, StoryMedia, StoryReaction, StoryReply,
    StoryTerms, StoryText, StoryView,
};

/// The content version that this crate writes, and the highest that it reads.
pub const VERSION: u32 = 1;
