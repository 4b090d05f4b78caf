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
        /// A key without a version, or a version without a key.
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
        /// A story list that is not named by 32 bytes.
        StoryList = "content/story-list", "a story list is not named by 32 bytes";
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
        /// A file without an object.
        NoMediaObject = "content/no-media-object", "the media object is missing";
        /// A locator without a byte, or longer than
        /// [`MEDIA_LOCATOR_BYTES`](crate::limits::MEDIA_LOCATOR_BYTES).
        MediaLocator = "content/media-locator", "the media object's locator has no length in range";
        /// A media key that is not 32 bytes.
        MediaKey = "content/media-key", "the media key is not 32 bytes";
        /// A media object's hash that is not 32 bytes.
        MediaRoot = "content/media-root", "the media object's hash is not 32 bytes";
        /// A file larger than [`MEDIA_BYTES`](crate::limits::MEDIA_BYTES), or not as long as its object.
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
        /// A reference without an author, an id or a hash, or with a malformed one.
        Reference = "content/reference", "a reference to a message is missing or malformed";
        /// More than [`FORMAT_RANGES`](crate::limits::FORMAT_RANGES).
        FormatRangeCount = "content/format-range-count", "there are more format ranges than the limit";
        /// A range that is empty, not inside the text or not of whole characters.
        FormatRange = "content/format-range", "a format range is not a part of the text";
        /// More than [`MENTIONS`](crate::limits::MENTIONS).
        MentionCount = "content/mention-count", "there are more mentions than the limit";
        /// A mention that is no part of the text, not after the one before, or of nobody.
        Mention = "content/mention", "a mention is not a part of the text, overlaps another or names nobody";
        /// A link preview whose words or time are out of range.
        Preview = "content/preview", "the link preview's words or time are out of range";
        /// A link preview of a link that is not in the text.
        PreviewNotInText = "content/preview-not-in-text", "the previewed link is not in the text";
        /// A long text that is no text, or not longer than its beginning, or too long.
        LongText = "content/long-text", "the long text does not fit its beginning";
        /// A snippet without a byte, longer than [`SNIPPET_BYTES`](crate::limits::SNIPPET_BYTES), or
        /// with mentions.
        Snippet = "content/snippet", "the quote's snippet has no length in range, or names somebody";
        /// A quote that shows what was to be seen once.
        QuoteOfViewOnce = "content/quote-of-view-once", "the quote shows what was to be seen once";
        /// Forward information that says not at all, or more than
        /// [`FORWARDS`](crate::limits::FORWARDS) times.
        Forwarded = "content/forwarded", "the forward information is out of range";
        /// No file, or more than [`MEDIA_ITEMS`](crate::limits::MEDIA_ITEMS).
        MediaCount = "content/media-count", "a message has 1 to 32 files";
        /// A voice note with other files or a caption, or without a duration.
        VoiceNote = "content/voice-note", "a voice note has a duration, no caption and no other file";
        /// A waveform that is too long or not a voice note's.
        Waveform = "content/waveform", "the waveform is too long or not of a voice note";
        /// What cannot be seen once.
        ViewOnce = "content/view-once", "only one photo, video or voice note that was not forwarded is seen once";
        /// A sticker pack's id that is not 16 bytes, or key that is not 32.
        StickerPack = "content/sticker-pack", "the sticker pack's id or key is missing or malformed";
        /// What is not one character as people count.
        Emoji = "content/emoji", "the emoji is not one character, or too long";
        /// A contact without a name that can be seen, or with one that is too long.
        ContactName = "content/contact-name", "a name of the contact is missing, blank or too long";
        /// A way to reach a contact that is empty or too long.
        ContactDetail = "content/contact-detail", "a detail of the contact has no length in range";
        /// More than [`CONTACT_DETAILS`](crate::limits::CONTACT_DETAILS).
        ContactDetails = "content/contact-details", "the contact has more details than the limit";
        /// A contact's account without an id, or with a malformed fingerprint.
        ContactAccount = "content/contact-account", "the contact's account is malformed";
        /// A place that is not on earth.
        Coordinates = "content/coordinates", "the coordinates are out of range";
        /// A place's name without an address, or words that are too long.
        PlaceWords = "content/place-words", "the place's words are too long, or a name without an address";
        /// A group's id, its link's id or its secret is missing or malformed.
        GroupLink = "content/group-link", "the group's id or link is missing or malformed";
        /// A group's title that is missing, blank or too long.
        InviteTitle = "content/invite-title", "the group's title is missing, blank or too long";
        /// An invitation that ends after [`SENT_AT`](crate::limits::SENT_AT).
        InviteExpiry = "content/invite-expiry", "the end of the invitation is out of range";
        /// A question that is missing, blank or too long.
        PollQuestion = "content/poll-question", "the poll's question is missing, blank or too long";
        /// Fewer than two answers, or more than [`POLL_OPTIONS`](crate::limits::POLL_OPTIONS).
        PollOptionCount = "content/poll-option-count", "a poll has 2 to 12 answers";
        /// An answer that is empty, blank or too long.
        PollOption = "content/poll-option", "an answer is empty, blank or too long";
        /// The same answer twice.
        PollOptionTwice = "content/poll-option-twice", "an answer is there twice";
        /// Zero choices, or more than there are answers.
        PollChoices = "content/poll-choices", "the number of choices is out of range";
        /// A quiz that is open, has several choices, or whose right answer is none of its answers.
        PollQuiz = "content/poll-quiz", "a quiz has one choice and its right answer among the answers";
        /// A poll that ends after [`SENT_AT`](crate::limits::SENT_AT).
        PollClosing = "content/poll-closing", "the end of the poll is out of range";
        /// Chosen answers that are too many, cut, repeated or out of order.
        VoteOptions = "content/vote-options", "the chosen answers are too many, cut or not in ascending order";
        /// A vote without a count.
        VoteCount = "content/vote-count", "the vote's count is missing";
        /// A reaction that neither shows nor removes a sign.
        NoReaction = "content/no-reaction", "the reaction is missing";
        /// An edit that is not the first to the [`EDITS`](crate::limits::EDITS)th.
        EditSeq = "content/edit-seq", "the edit's number is out of range";
        /// An edit without a replacement.
        NoReplacement = "content/no-replacement", "the edit's replacement is missing";
        /// An edit to what answers, was passed on, is seen once or heard.
        EditExtra = "content/edit-extra", "an edit has no quote and no forward information, and is neither seen once nor a voice note";
        /// A pin of a fraction of a second, or longer than
        /// [`PIN_DURATION`](crate::limits::PIN_DURATION).
        PinDuration = "content/pin-duration", "the pin's duration is out of range";
        /// A story's file that is neither photo, video nor GIF.
        StoryMedia = "content/story-media", "a story shows a photo, a video or a GIF";
        /// Words of a story that are none or more than [`STORY_TEXT_BYTES`](crate::limits::STORY_TEXT_BYTES).
        StoryText = "content/story-text", "the words of a story have 1 to 2,048 bytes";
        /// No background, or one whose colours, positions and angle do not fit together.
        StoryBackground = "content/story-background", "the story's background is malformed";
        /// It is not said what viewers may do.
        StoryTerms = "content/story-terms", "the story's terms are missing";
        /// An answer to a story without words, or with more than [`TEXT_BYTES`](crate::limits::TEXT_BYTES).
        StoryReply = "content/story-reply", "an answer to a story has 1 to 8,192 bytes";
        /// A report of nothing, or of more than [`REPORTABLE_BYTES`](crate::limits::REPORTABLE_BYTES).
        ReportContent = "content/report-content", "a report shows 1 to 61,440 bytes of content";
        /// A report that does not say who said something and where.
        ReportContext = "content/report-context", "the report's context is malformed";
        /// A commitment that is not 32 bytes or not to the report's content and context.
        ReportCommitment = "content/report-commitment", "the commitment is not to what the report shows";
        /// A stamp of more than [`REPORT_STAMP_BYTES`](crate::limits::REPORT_STAMP_BYTES).
        ReportStamp = "content/report-stamp", "the report's stamp is longer than the limit";
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
