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

        /// An account id that is not 1 to 64 bytes.
        Account = "content/account", "an account id is not 1 to 64 bytes";
        /// An account key that is none.
        AccountKey = "content/account-key", "an account key is not one";
        /// A device id of zero.
        Device = "content/device", "a device is not named";
        /// A time at the epoch, or later than [`SENT_AT`](crate::limits::SENT_AT).
        Time = "content/time", "a point in time is out of range";
        /// A name that is empty or longer than [`NAME_BYTES`](crate::limits::NAME_BYTES).
        NameLength = "content/name-length", "a name is empty or longer than the limit";
        /// A list with too few or too many entries.
        ListCount = "content/list-count", "a list has too few or too many entries";
        /// A list whose entries do not ascend, or with one twice.
        ListOrder = "content/list-order", "a list's entries are not in ascending order";
        /// Bytes of another layer: none, or too many.
        OpaqueLength = "content/opaque-length", "carried bytes are empty or longer than the limit";
        /// A key that is not 32 bytes.
        KeyLength = "content/key-length", "a key is not 32 bytes";
        /// A profile key without a version, or a version without a key.
        KeyVersion = "content/key-version", "a key's version is missing, or its key";
        /// No content version, or half a number.
        Capabilities = "content/capabilities", "the capabilities are malformed";
        /// A part of a snapshot without a name, out of range, or shorter than it may be.
        SnapshotPart = "content/snapshot-part", "the part of a snapshot is malformed";
        /// A contact's or a group's standing that is not known.
        ContactStanding = "content/contact-standing", "a standing is unknown";
        /// A call of no known kind.
        CallKind = "content/call-kind", "the kind of call is unknown";
        /// A reason that is not known.
        HangUpReason = "content/hang-up-reason", "the reason of a hang-up is unknown";
        /// A hang-up that says "elsewhere" and not where, or the reverse.
        HangUpDevice = "content/hang-up-device", "a hang-up names a device exactly if it was another";
        /// A round of zero.
        CallRound = "content/call-round", "the round in a call is missing";
        /// A group's call that is not named by 16 bytes.
        CallEra = "content/call-era", "a group's call is not named by 16 bytes";
        /// A presence that is not known.
        GroupCallPresence = "content/group-call-presence", "the presence in a group's call is unknown";
        /// A value among own devices without a version.
        Stamp = "content/stamp", "a value's version is missing";
        /// No conversation is named.
        NoChat = "content/no-chat", "a body names no conversation";
        /// No message is named.
        NoMessage = "content/no-message", "a body names no message";
        /// A transcript of what is not transcribed, or of no content.
        TranscriptContent = "content/transcript-content", "a transcript is not of what can be transcribed";
        /// A transcript of what was sent to another sort of conversation.
        TranscriptDestination = "content/transcript-destination",
            "a transcript's destination does not fit its content";
        /// A verification state that is not known or comes without a key.
        VerifiedState = "content/verified-state", "a verification state is unknown or of no key";
        /// A story list that is not named by 16 bytes.
        StoryList = "content/story-list", "a story list is not named by 16 bytes";
        /// An audience of no known sort.
        AudienceMode = "content/audience-mode", "the sort of audience is unknown";
        /// An audience of everybody with members.
        AudienceMembers = "content/audience-members", "an audience of all names members";
        /// No key.
        NoKeys = "content/no-keys", "there is no key";
        /// A request for nothing known, or with a message that it does not need.
        Requested = "content/requested", "what is requested is unknown";
        /// An outcome that is not known.
        ResponseOutcome = "content/response-outcome", "the outcome of a request is unknown";
        /// An answer that is not known.
        RequestAnswer = "content/request-answer", "the answer to a message request is unknown";
        /// Nothing is deleted.
        NoDeletion = "content/no-deletion", "nothing is deleted";
        /// A medium that no message has.
        MediaIndex = "content/media-index", "a message has no such medium";
        /// Neither a call nor a clearing.
        NoCallLogEntry = "content/no-call-log-entry", "a call log changes nothing";
        /// A direction that is not known.
        CallDirection = "content/call-direction", "the direction of a call is unknown";
        /// An outcome that is not known.
        CallOutcome = "content/call-outcome", "the outcome of a call is unknown";
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
