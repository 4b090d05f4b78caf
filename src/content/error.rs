use crate::error::{Advice, error_codes};
use crate::wire::DecodeError;

/// Declares the rules: each with its stable code and what the error says.
macro_rules! violations {
    ($(#[$meta:meta])* $name:ident {
        $($(#[doc = $doc:literal])+ $variant:ident = $code:literal, $text:literal;)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[doc = $doc])+ #[error($text)] $variant,)+
        }

        error_codes!($name { $(Self::$variant => ($code, FixCaller),)+ });

        impl $name {
            /// Every rule, as SPEC.md 12.5 lists them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
        }
    };
}

violations! {
    /// A rule that a content breaks. Returned as it is when we would have built such a content, inside
    /// [`ContentError::Rule`] when a peer sent one. SPEC.md 12.5 lists them with the same codes.
    Violation {
        /// Longer than [`CONTENT_BYTES`](crate::limits::CONTENT_BYTES).
        TooLarge = "content/too-large", "the content is longer than the limit";
        /// No required version.
        RequiredVersion = "content/required-version", "the required version is missing";
        /// The message id is absent or not 16 bytes.
        MessageId = "content/message-id", "the message id is missing or not 16 bytes";
        /// Sent at the epoch itself, or later than [`SENT_AT`](crate::limits::SENT_AT).
        SentAt = "content/sent-at", "the time of sending is out of range";
        /// No conversation.
        NoConversation = "content/no-conversation", "the conversation is missing";
        /// More than one conversation.
        SeveralConversations = "content/several-conversations", "there is more than one conversation";
        /// No body.
        NoBody = "content/no-body", "the body is missing";
        /// More than one body, known or not.
        SeveralBodies = "content/several-bodies", "there is more than one body";
        /// A timer longer than [`EXPIRY`](crate::limits::EXPIRY), or not of whole seconds.
        ExpiryDuration = "content/expiry-duration", "the expiry timer's duration is out of range";
        /// A timer without a version.
        ExpiryVersion = "content/expiry-version", "the expiry timer's version is missing";
        /// A body that has no place in such a conversation.
        Place = "content/place", "this kind of body has no place in such a conversation";
        /// A group's id is not 32 bytes, or its state's name not 16.
        GroupBinding = "content/group-binding", "the group binding is malformed";
        /// A timer with a body that does not expire.
        ExpiryNotAllowed = "content/expiry-not-allowed", "this kind of body does not expire";
        /// The author's device list is not named.
        NoDeviceList = "content/no-device-list", "the author's device list is missing";
        /// A device list's version is zero or its hash not 32 bytes.
        DeviceList = "content/device-list", "a device list reference is malformed";
        /// A text without a byte.
        EmptyText = "content/empty-text", "the text is empty";
        /// A text longer than [`TEXT_BYTES`](crate::limits::TEXT_BYTES).
        TextTooLong = "content/text-too-long", "the text is longer than the limit";
        /// A receipt of no known kind.
        ReceiptKind = "content/receipt-kind", "the receipt's kind is unknown";
        /// A receipt for nothing, for part of an id, or for more than
        /// [`RECEIPT_IDS`](crate::limits::RECEIPT_IDS).
        ReceiptCount = "content/receipt-count", "a receipt names 1 to 512 messages";
        /// Ids that are not in ascending order, or twice the same.
        ReceiptOrder = "content/receipt-order", "the receipt's ids are not in ascending order";
        /// Padding that is not zero.
        Padding = "content/padding", "the padding is not zero";
        /// The failed message's id is not 12 bytes.
        WireId = "content/wire-id", "the failed message's id is not 12 bytes";
        /// The session's name is not 8 bytes.
        SessionName = "content/session-name", "the session's name is not 8 bytes";
        /// An attempt that is not 1 to [`RESENDS`](crate::limits::RESENDS).
        Attempt = "content/attempt", "the attempt is out of range";
        /// A file without an object.
        NoMediaObject = "content/no-media-object", "the media object is missing";
        /// A locator without a byte, or longer than
        /// [`MEDIA_LOCATOR_BYTES`](crate::limits::MEDIA_LOCATOR_BYTES).
        MediaLocator = "content/media-locator", "the media object's locator has no length in range";
        /// A media key that is not 32 bytes.
        MediaKey = "content/media-key", "the media key is not 32 bytes";
        /// A media object's hash that is not 32 bytes.
        MediaRoot = "content/media-root", "the media object's hash is not 32 bytes";
        /// A file larger than [`MEDIA_BYTES`](crate::limits::MEDIA_BYTES), or than its object.
        MediaSize = "content/media-size", "the media object's sizes are out of range";
        /// A media type that is none.
        ContentType = "content/content-type", "the media type is malformed or too long";
        /// A file name that is a path, a disguise or too long.
        FileName = "content/file-name", "the file name is too long, a path or has forbidden characters";
        /// A width without a height, or the reverse.
        Dimensions = "content/dimensions", "one of width and height is missing";
        /// An inline thumbnail without a byte, or longer than
        /// [`THUMBNAIL_BYTES`](crate::limits::THUMBNAIL_BYTES).
        Thumbnail = "content/thumbnail", "the thumbnail has no length in range";
        /// Inline thumbnails of more than [`THUMBNAILS_BYTES`](crate::limits::THUMBNAILS_BYTES).
        Thumbnails = "content/thumbnails", "the thumbnails are longer together than the limit";
        /// A blurhash that is too long or not of base 83.
        Blurhash = "content/blurhash", "the blurhash is malformed or too long";
        /// A file's description that is empty or too long.
        MediaDescription = "content/media-description", "the description has no length in range";
        /// A link that is not http or https, has no host, is too long or has forbidden characters.
        Url = "content/url", "the link is malformed or too long";
        /// A caption without a byte, or longer than [`CAPTION_BYTES`](crate::limits::CAPTION_BYTES).
        Caption = "content/caption", "the caption has no length in range";
    }
}

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
