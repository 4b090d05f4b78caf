//! What a message can say: typed and validated. SPEC.md section 12.
//!
//! A [`Content`] has a frame (id, time of sending, conversation, timer, device lists) and exactly
//! one [`Body`]. Only valid ones exist: [`Content::builder`] makes nothing else, and
//! [`Content::decode`] lets nothing else in. What a newer peer says that this version does not know
//! is neither lost nor an error but [`Incoming::Unsupported`], for the user to see.
//!
//! Content knows nothing of sessions and encryption. Rules that need more than the content itself
//! are functions of plain values: [`Content::check_source`], [`time_of_sending`], [`is_late`],
//! [`may_send_receipt`], [`may_resend`], [`may_send_typing`], [`Expiry::newest`], [`Stamp::replaces`],
//! [`glare`], [`on_offer`], [`Call`].
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
mod device;
mod error;
mod frame;
mod key;
mod kind;
mod message;
mod opaque;
mod operation;
mod part;
mod receipt;
mod retry;
mod safety;
mod said;
#[cfg(test)]
pub(crate) mod sample;
mod session;
mod signal;
mod source;
mod story;
#[cfg(test)]
pub(crate) mod tests;

pub use body::{Body, BodyKind};
pub use call::{
    Call, CallAnswer, CallBusy, CallDescription, CallEnd, CallEvent, CallHangUp, CallIce, CallKind,
    CallMediaState, CallNegotiate, CallOffer, CallOpaque, CallPhase, CallReject, CallRinging,
    CallSignal, CallSignalTo, CallStep, CallUrgency, Era, Glare, GroupCallCancel, GroupCallEnd,
    GroupCallPresence, GroupCallRing, GroupCallStart, GroupCallUpdate, HangUpReason, IceCandidate,
    OfferOutcome, Offered, glare, on_offer,
};
pub use decode::{Incoming, Unsupported, UnsupportedCause};
pub use device::{
    AudienceMode, BlockList, CallDirection, CallLog, CallLogEntry, CallOutcome, Chat, ChatState,
    ContactEntry, Contacts, DeleteForMe, Deletion, Destination, DeviceAdded, DeviceName,
    DeviceRequest, DeviceResponse, DeviceRevoked, GroupEntry, Groups, KnownKey, MessageName,
    MessageNames, MessageRequestResponse, MessagesPlayed, MessagesRead, MessagesViewed, OwnKeys,
    RequestAnswer, Requested, ResponseOutcome, SentTranscript, Settings, Stamp, StoryList,
    StoryLists, Transcribed, Verified, VerifiedState, VersionedKey, ViewOnceOpened,
};
pub use error::{ContentError, Violation};
pub use frame::{
    Conversation, DeviceListRef, DeviceLists, Expiry, GroupBinding, MessageId, SentAt,
    time_of_sending,
};
pub use key::{
    Capabilities, GroupChange, GroupSnapshot, GroupStateAck, GroupSyncRequest, GroupTicket,
    JoinError, SenderKey, SenderKeyRequest, SenderKeyWithheld, SnapshotId,
};
pub use kind::{BodyProperties, Place, is_late};
pub use message::{Content, ContentBuilder};
pub use opaque::{Opaque, SharedKey};
pub use operation::{
    AdminDelete, Clock, Delete, Edit, ExpiryTimer, Held, HeldOperation, NotAllowed, Operator, Pin,
    Rank, Reaction, Replacement, Target, Unpin, ViewOnce, ViewOnceEvent, ViewOnceStep, expires_at,
    may_admin_delete, may_delete, may_edit, may_pin, may_react, may_unpin,
};
pub use part::Name;
pub use receipt::{ContactState, NoReceipt, Receipt, ReceiptKind, may_send_receipt};
pub use retry::{NoResend, Retry, RetryReason, SentMessage, may_resend};
pub use safety::{BadLink, ContactLink, ContactStateUpdate, Report, Reported};
pub use said::{
    ContactAccount, ContactCard, ContactDetail, ContactDetailKind, Dimensions, Emoji, FormatRange,
    FormatStyle, Forwarded, GroupInvite, LinkPreview, Location, Media, MediaItem, MediaKind,
    MediaObject, MediaPointer, Mention, Mentioned, MessageRef, OptionCount, OptionId, Poll,
    PollClose, PollOption, PollVote, Quote, QuoteCheck, QuoteKind, Sticker, StickerPackRef, Tally,
    TallyRefused, Text, Thumbnail,
};
pub use session::{Null, SessionReset, SessionResetReason};
pub use signal::{
    ProfileKeyUpdate, ProfileShare, Typing, TypingState, may_send_typing, typing_ends,
};
pub use source::{Misplaced, Reception, Source};
pub use story::{
    Colour, StoryBackground, StoryDelete, StoryFont, StoryMedia, StoryReaction, StoryReply,
    StoryTerms, StoryText, StoryView,
};

/// The content version that this crate writes, and the highest that it reads.
pub const VERSION: u32 = 1;
