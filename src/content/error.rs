use crate::error::{Advice, error_codes};
use crate::wire::DecodeError;

/// A rule that a content breaks. Returned as it is when we would have built such a content, inside
/// [`ContentError::Rule`] when a peer sent one. SPEC.md 12.5 lists them with the same codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// Longer than [`CONTENT_BYTES`](crate::limits::CONTENT_BYTES).
    #[error("the content is longer than the limit")]
    TooLarge,
    /// No required version.
    #[error("the required version is missing")]
    RequiredVersion,
    /// The message id is absent or not 16 bytes.
    #[error("the message id is missing or not 16 bytes")]
    MessageId,
    /// Sent at the epoch itself, or later than [`SENT_AT`](crate::limits::SENT_AT).
    #[error("the time of sending is out of range")]
    SentAt,
    /// No conversation.
    #[error("the conversation is missing")]
    NoConversation,
    /// More than one conversation.
    #[error("there is more than one conversation")]
    SeveralConversations,
    /// No body.
    #[error("the body is missing")]
    NoBody,
    /// More than one body, known or not.
    #[error("there is more than one body")]
    SeveralBodies,
    /// A timer longer than [`EXPIRY`](crate::limits::EXPIRY), or not of whole seconds.
    #[error("the expiry timer's duration is out of range")]
    ExpiryDuration,
    /// A timer without a version.
    #[error("the expiry timer's version is missing")]
    ExpiryVersion,
    /// A timer with a body that does not expire.
    #[error("this kind of body does not expire")]
    ExpiryNotAllowed,
    /// The author's device list is not named.
    #[error("the author's device list is missing")]
    NoDeviceList,
    /// A device list's version is zero or its hash not 32 bytes.
    #[error("a device list reference is malformed")]
    DeviceList,
    /// A text without a byte.
    #[error("the text is empty")]
    EmptyText,
    /// A text longer than [`TEXT_BYTES`](crate::limits::TEXT_BYTES).
    #[error("the text is longer than the limit")]
    TextTooLong,
    /// A receipt of no known kind.
    #[error("the receipt's kind is unknown")]
    ReceiptKind,
    /// A receipt for nothing, for part of an id, or for more than
    /// [`RECEIPT_IDS`](crate::limits::RECEIPT_IDS).
    #[error("a receipt names 1 to 512 messages")]
    ReceiptCount,
    /// Ids that are not in ascending order, or twice the same.
    #[error("the receipt's ids are not in ascending order")]
    ReceiptOrder,
    /// Padding that is not zero.
    #[error("the padding is not zero")]
    Padding,
    /// The failed message's id is not 12 bytes.
    #[error("the failed message's id is not 12 bytes")]
    WireId,
    /// The session's name is not 8 bytes.
    #[error("the session's name is not 8 bytes")]
    SessionName,
    /// An attempt that is not 1 to [`RESENDS`](crate::limits::RESENDS).
    #[error("the attempt is out of range")]
    Attempt,
}

error_codes!(Violation {
    Self::TooLarge => ("content/too-large", FixCaller),
    Self::RequiredVersion => ("content/required-version", FixCaller),
    Self::MessageId => ("content/message-id", FixCaller),
    Self::SentAt => ("content/sent-at", FixCaller),
    Self::NoConversation => ("content/no-conversation", FixCaller),
    Self::SeveralConversations => ("content/several-conversations", FixCaller),
    Self::NoBody => ("content/no-body", FixCaller),
    Self::SeveralBodies => ("content/several-bodies", FixCaller),
    Self::ExpiryDuration => ("content/expiry-duration", FixCaller),
    Self::ExpiryVersion => ("content/expiry-version", FixCaller),
    Self::ExpiryNotAllowed => ("content/expiry-not-allowed", FixCaller),
    Self::NoDeviceList => ("content/no-device-list", FixCaller),
    Self::DeviceList => ("content/device-list", FixCaller),
    Self::EmptyText => ("content/empty-text", FixCaller),
    Self::TextTooLong => ("content/text-too-long", FixCaller),
    Self::ReceiptKind => ("content/receipt-kind", FixCaller),
    Self::ReceiptCount => ("content/receipt-count", FixCaller),
    Self::ReceiptOrder => ("content/receipt-order", FixCaller),
    Self::Padding => ("content/padding", FixCaller),
    Self::WireId => ("content/wire-id", FixCaller),
    Self::SessionName => ("content/session-name", FixCaller),
    Self::Attempt => ("content/attempt", FixCaller),
});

/// Why a received content was refused. It was authentic: the peer's client is broken or hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Not the strict encoding of a content.
    #[error("the content is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// Well-formed, but it breaks a rule.
    #[error("the content breaks a rule: {0}")]
    Rule(#[from] Violation),
}

impl ContentError {
    /// A stable name of this error: that of the rule, if it is a rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "content/malformed",
            Self::Rule(violation) => violation.code(),
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn advice(&self) -> Advice {
        Advice::Drop
    }
}
