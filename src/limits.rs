//! Every limit of the protocol, in one table, for sender and receiver alike: what is sent can
//! always be read. SPEC.md section 22 prints the same table; a test compares.

use core::time::Duration;

/// Declares the limits and a list of them.
macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident: $kind:ty = $value:expr;)+) => {
        $($(#[doc = $doc])+ pub const $name: $kind = $value;)+

        /// Every limit, as SPEC.md prints it.
        pub const ALL: &[Limit] = &[$(Limit {
            name: stringify!($name),
            value: Printed(&$name).value(),
            meaning: concat!($($doc),+),
        }),+];
    };
}

/// A limit, for printing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// The constant's name.
    pub name: &'static str,
    /// Numbers as they are, durations in seconds.
    pub value: u64,
    /// What it limits.
    pub meaning: &'static str,
}

const DAY: Duration = Duration::from_hours(24);

limits! {
    /// Bytes of an account id at most (and one at least).
    ACCOUNT_ID_BYTES: usize = 64;
    /// Bytes of the signed body of a device certificate: one with the longest account id.
    CERTIFICATE_BODY_BYTES: usize = 190;
    /// Bytes of the signed body of a device list entry: one with everything at its limit.
    DEVICE_LIST_BODY_BYTES: usize = 4_766;
    /// Devices of an account.
    DEVICES: usize = 16;
    /// Revoked device ids that a device list remembers.
    REVOKED_DEVICES: usize = 1_000;
    /// Account keys that a contact's chain rotated away from and that are remembered, newest last.
    RETIRED_ACCOUNT_KEYS: usize = 8;
    /// Identity events of one contact that wait for acknowledgement.
    IDENTITY_EVENTS: usize = 128;
    /// How far a validity period reaches past its beginning, for certificates and device lists.
    VALIDITY: Duration = DAY.saturating_mul(400);
    /// How far in the future a signed creation time may lie, for clocks that differ.
    CLOCK_SKEW: Duration = DAY;
    /// Bytes of an envelope.
    ENVELOPE_BYTES: usize = 96 * 1024;
    /// Bytes of an encoded content.
    CONTENT_BYTES: usize = 64 * 1024;
    /// Bytes of a content that can be reported, so that the report fits into a content.
    REPORTABLE_BYTES: usize = 60 * 1024;
    /// Bytes of the stamp that a service put on a reportable message.
    REPORT_STAMP_BYTES: usize = 1_024;
    /// Bytes of an encoded prekey bundle or device list with its certificates.
    DOCUMENT_BYTES: usize = 32 * 1024;
    /// Smallest padded plaintext in bytes.
    PADDING_FLOOR: usize = 128;
    /// Bytes of every sealed initiator identity.
    SEALED_IDENTITY_BYTES: usize = 400;
    /// Bytes of the signed body of a prekey: a KEM key under the longest account id.
    PREKEY_BODY_BYTES: usize = 1_277;
    /// One-time prekeys of each kind that a store holds, handed out or not.
    ONE_TIME_PREKEYS: usize = 200;
    /// Ids of one-time prekeys, of both kinds together, that a publication keeps on the server.
    KEPT_PREKEYS: usize = 2 * ONE_TIME_PREKEYS;
    /// One-time prekeys of each kind up to which a store refills what the server holds.
    ONE_TIME_TARGET: usize = 100;
    /// Bytes of an encoded prekey publication.
    PUBLICATION_BYTES: usize = 384 * 1024;
    /// Signed and last-resort prekeys of each kind that a store holds: the current and past ones.
    ROTATED_PREKEYS: usize = 6;
    /// Handshakes that one last-resort prekey may serve before it must be rotated.
    REPLAY_RECORD: usize = 1_024;
    /// Age at which the signed prekey and the last-resort KEM prekey are replaced.
    PREKEY_ROTATION: Duration = DAY.saturating_mul(7);
    /// Age from which a last-resort KEM prekey is replaced when half its replay record is used.
    PREKEY_EARLY_ROTATION: Duration = DAY;
    /// Time after its replacement for which a rotated prekey still answers, and after its
    /// expiry for which a one-time prekey does.
    PREKEY_GRACE: Duration = DAY.saturating_mul(30);
    /// Validity of a published prekey.
    PREKEY_VALIDITY: Duration = DAY.saturating_mul(30);
    /// Messages of one chain that one message may skip.
    SKIP: u32 = 1_000;
    /// Skipped message keys that a session stores, and each receiving sender chain.
    SKIPPED_KEYS: usize = 2_000;
    /// Chains of which a session stores skipped message keys.
    SKIPPED_CHAINS: usize = 16;
    /// Age at which a skipped message key is deleted.
    SKIPPED_KEY_AGE: Duration = DAY.saturating_mul(30);
    /// Epochs of the post-quantum ratchet whose receiving chains a session keeps.
    PQ_EPOCHS: usize = 3;
    /// Time without a completed epoch after which messages are sent only to complete one.
    PQ_EPOCH_AGE: Duration = DAY.saturating_mul(7);
    /// Time after which such a message is sent again while the peer does not answer.
    CARRIER_RETRY: Duration = DAY;
    /// Numbers that a counter of a session has left when a new handshake is due.
    COUNTER_RESERVE: u32 = 1 << 20;
    /// Inactive sessions with one device.
    INACTIVE_SESSIONS: usize = 5;
    /// Age, since its last authenticated message, at which an inactive session is deleted.
    INACTIVE_SESSION_AGE: Duration = DAY.saturating_mul(60);
    /// Age at which an initiated session that never got a reply no longer sends.
    UNACKNOWLEDGED_SESSION_AGE: Duration = DAY.saturating_mul(30);
    /// Time for which a session that gave way to another cannot become active again.
    SIMULTANEOUS_GRACE: Duration = Duration::from_hours(1);
    /// Messages sent without hearing from the peer after which a new handshake is advised.
    SILENT_MESSAGES: u32 = 500;
    /// Time without hearing from the peer, while sending, after which a new handshake is advised.
    SILENT_TIME: Duration = DAY.saturating_mul(14);
    /// Times that one message is sent again on request.
    RESENDS: u32 = 5;
    /// Messages of a sender chain that one message may skip.
    SENDER_SKIP: u32 = 2_000;
    /// Skipped message keys of all sender chains of one scope together.
    SENDER_SKIPPED_KEYS: usize = 20_000;
    /// Sender chains of one device that a receiver keeps in one scope.
    SENDER_CHAINS: usize = 5;
    /// Messages that a sender chain serves before it must be replaced.
    SENDER_CHAIN_MESSAGES: u32 = 10_000;
    /// Age at which a sender chain of a group must be replaced.
    GROUP_CHAIN_AGE: Duration = DAY.saturating_mul(14);
    /// Age at which a sender chain of a story list must be replaced.
    STORY_CHAIN_AGE: Duration = DAY;
    /// Bytes of the words of a story.
    STORY_TEXT_BYTES: usize = 2 * 1024;
    /// Colours behind the words of a story.
    STORY_COLOURS: usize = 8;
    /// Time for which a story can be seen after it was posted.
    STORY_LIFE: Duration = DAY;
    /// Viewers of a story list, and accounts that its audience names.
    STORY_VIEWERS: usize = 8_192;
    /// Versions by which a told version of a story list may be ahead: eight replacements of its root.
    STORY_VERSIONS_AHEAD: u32 = 1 << 20;
    /// Authors whose story lists a device keeps.
    STORY_AUTHORS: usize = 8_192;
    /// Versions of story lists of one author that a device keeps.
    STORY_SCOPES: usize = 32;
    /// Age, since it was received, at which a receiver deletes a sender chain.
    RECEIVED_CHAIN_AGE: Duration = DAY.saturating_mul(60);
    /// Time for which the sender chains of a key epoch still receive after the epoch was replaced.
    EPOCH_GRACE: Duration = DAY.saturating_mul(7);
    /// Devices that a sender chain goes to, and whose chains a receiver keeps in one scope.
    AUDIENCE_DEVICES: usize = 16_384;
    /// Time between two requests for a sender key to one device for one scope, and between two
    /// answers to one.
    SENDER_KEY_REQUEST_INTERVAL: Duration = Duration::from_hours(1);
    /// Requests for sender keys that are remembered so that none comes too soon.
    SENDER_KEY_REQUESTS: usize = 1_024;
    /// Messages of one scope whose signatures are verified together.
    SENDER_BATCH: usize = 128;
    /// Bytes of a media object's plaintext: 1 TiB.
    MEDIA_BYTES: u64 = 1 << 40;
    /// Bars of a voice note's waveform, one byte each.
    WAVEFORM_BYTES: usize = 128;
    /// Bytes of a text.
    TEXT_BYTES: usize = 8 * 1024;
    /// Bytes of a text that goes on in a file.
    LONG_TEXT_PREFIX_BYTES: usize = 2 * 1024;
    /// Bytes of a whole text that goes on in a file.
    LONG_TEXT_BYTES: u64 = 64 * 1024;
    /// Parts of a text that look different.
    FORMAT_RANGES: usize = 256;
    /// Parts of a text that name somebody.
    MENTIONS: usize = 128;
    /// Bytes of a link.
    URL_BYTES: usize = 2_048;
    /// Bytes of the title of a link preview.
    PREVIEW_TITLE_BYTES: usize = 256;
    /// Bytes of the description of a link preview.
    PREVIEW_DESCRIPTION_BYTES: usize = 1_024;
    /// Bytes of what a quote repeats of a text.
    SNIPPET_BYTES: usize = 2 * 1024;
    /// Times of passing on that are told apart.
    FORWARDS: u32 = 255;
    /// Bytes that say where a media object is.
    MEDIA_LOCATOR_BYTES: usize = 512;
    /// Bytes of a media type.
    CONTENT_TYPE_BYTES: usize = 127;
    /// Bytes of a file's name.
    FILE_NAME_BYTES: usize = 255;
    /// Bytes of a small picture inside a content.
    THUMBNAIL_BYTES: usize = 16 * 1024;
    /// Bytes of all small pictures inside one content.
    THUMBNAILS_BYTES: usize = 32 * 1024;
    /// Bytes of a blurhash.
    BLURHASH_BYTES: usize = 64;
    /// Bytes of what is to be seen or heard in a file.
    MEDIA_DESCRIPTION_BYTES: usize = 1_024;
    /// Files of one message.
    MEDIA_ITEMS: usize = 32;
    /// Bytes of the text with files.
    CAPTION_BYTES: usize = 4 * 1024;
    /// Bytes of a sign: a reaction, or what a sticker stands for.
    EMOJI_BYTES: usize = 64;
    /// Bytes of each name on a contact card.
    CONTACT_NAME_BYTES: usize = 256;
    /// Ways to reach a contact on its card.
    CONTACT_DETAILS: usize = 32;
    /// Bytes of a way to reach a contact.
    CONTACT_DETAIL_BYTES: usize = 512;
    /// Bytes of what such a way is called.
    CONTACT_LABEL_BYTES: usize = 64;
    /// Bytes of a place's name.
    PLACE_NAME_BYTES: usize = 256;
    /// Bytes of a place's address.
    PLACE_ADDRESS_BYTES: usize = 1_024;
    /// Bytes of a group's title in an invitation.
    INVITE_TITLE_BYTES: usize = 256;
    /// Bytes of a poll's question.
    POLL_QUESTION_BYTES: usize = 512;
    /// Bytes of an answer to choose.
    POLL_OPTION_BYTES: usize = 256;
    /// Answers of a poll, added ones included; two at least.
    POLL_OPTIONS: usize = 12;
    /// Accounts whose votes in one poll are counted.
    POLL_VOTERS: usize = 2_048;
    /// Votes of one account in one poll that are kept, the newest.
    POLL_VOTES_KEPT: usize = 16;
    /// Edits of one message.
    EDITS: u32 = 10;
    /// Time after sending in which a message may be edited.
    EDIT_WINDOW: Duration = DAY;
    /// Time after sending in which its author may take a message back.
    DELETE_WINDOW: Duration = DAY;
    /// Time after sending in which a group's moderators may remove a message.
    ADMIN_DELETE_WINDOW: Duration = DAY.saturating_mul(7);
    /// Time by which receivers let an edit or deletion be later than its sender may send it.
    WINDOW_SLACK: Duration = DAY;
    /// Time for which a message is pinned at most, unless until it is unpinned.
    PIN_DURATION: Duration = DAY.saturating_mul(366);
    /// Messages pinned at once in one conversation.
    PINS: usize = 8;
    /// Time for which what is to be seen once is kept unopened.
    VIEW_ONCE_AGE: Duration = DAY.saturating_mul(14);
    /// Operations on messages that have not come yet that are held.
    HELD_OPERATIONS: usize = 256;
    /// Held operations of one account.
    HELD_OPERATIONS_OF_ONE: usize = 32;
    /// Age at which a held operation is dropped.
    HELD_OPERATION_AGE: Duration = DAY.saturating_mul(7);
    /// Message ids in one receipt.
    RECEIPT_IDS: usize = 512;
    /// Bytes of an encoded content that the author's other devices get a transcript of.
    REFLECTED_BYTES: usize = 60 * 1024;
    /// Bytes of the name of a person, a device or a list.
    NAME_BYTES: usize = 128;
    /// Time between two contents that say the same about typing.
    TYPING_INTERVAL: Duration = Duration::from_secs(10);
    /// Time for which typing is shown, and after which it comes too late.
    TYPING_TIMEOUT: Duration = Duration::from_secs(15);
    /// Bytes of a sender key, a request for one or its refusal, of a request for group changes and
    /// of a group state acknowledgement, as contents carry them.
    CARRIED_BYTES: usize = 512;
    /// Bytes of a part of a group's snapshot.
    GROUP_PART_BYTES: usize = 48 * 1024;
    /// Parts of a group's snapshot.
    GROUP_SNAPSHOT_PARTS: u32 = 24;
    /// Bodies that a device announces.
    CAPABILITY_BODIES: usize = 256;
    /// Bytes of a contact link outside of a content.
    CONTACT_LINK_BYTES: usize = 512;
    /// Time after which what begins a call and keeps it going comes too late.
    CALL_LIFETIME: Duration = Duration::from_mins(1);
    /// Time that a call rings.
    CALL_RING_TIME: Duration = Duration::from_mins(1);
    /// Bytes that a media layer says at once.
    CALL_DESCRIPTION_BYTES: usize = 16 * 1024;
    /// Candidates in one content.
    ICE_CANDIDATES: usize = 32;
    /// Bytes of a candidate.
    ICE_CANDIDATE_BYTES: usize = 1024;
    /// Bytes of what finds the server of a group's call.
    CALL_SERVER_BYTES: usize = 255;
    /// Accounts that a ring of a group's call names.
    RUNG_ACCOUNTS: usize = 16;
    /// Messages that one content names to the own devices.
    MESSAGE_NAMES: usize = 512;
    /// Contacts in one content.
    CONTACT_ENTRIES: usize = 128;
    /// Groups in one content.
    GROUP_ENTRIES: usize = 256;
    /// Accounts, and groups, in a block list.
    BLOCKED: usize = 512;
    /// Story lists in one content.
    STORY_LISTS: usize = 16;
    /// Members of the story lists in one content.
    STORY_LIST_MEMBERS: usize = 800;
    /// Messages that name the end of a deleted conversation.
    DELETED_NEWEST: usize = 5;
    /// Bytes of a profile's name.
    PROFILE_NAME_BYTES: usize = 128;
    /// Bytes of what a profile says about its account.
    PROFILE_ABOUT_BYTES: usize = 512;
    /// Bytes of a profile's status.
    PROFILE_STATUS_BYTES: usize = 64;
    /// Bytes of the encoded media pointer of a profile's picture.
    PROFILE_AVATAR_BYTES: usize = 20 * 1024;
    /// Bytes of a sealed profile.
    PROFILE_BYTES: usize = 24 * 1024;
    /// Accounts that hold the key of one profile.
    PROFILE_HOLDERS: usize = 16_384;
    /// Time that an expiry timer may span.
    EXPIRY: Duration = DAY.saturating_mul(366);
    /// Members of a group.
    GROUP_MEMBERS: usize = 1_024;
    /// Members that a genesis names besides its creator.
    GROUP_FOUNDERS: usize = 64;
    /// Open invitations of a group.
    GROUP_INVITED: usize = 256;
    /// Open requests to join a group.
    GROUP_REQUESTS: usize = 256;
    /// Banned accounts of a group.
    GROUP_BANNED: usize = 1_024;
    /// Invite links of a group.
    GROUP_LINKS: usize = 8;
    /// Actions of one group change.
    GROUP_ACTIONS: usize = 64;
    /// Bytes of a group's title.
    GROUP_TITLE_BYTES: usize = 256;
    /// Bytes of a group's description.
    GROUP_DESCRIPTION_BYTES: usize = 2_048;
    /// Bytes of what points at a group's avatar.
    GROUP_AVATAR_BYTES: usize = 1_024;
    /// Extensions of a group state, of a genesis and of a change.
    GROUP_EXTENSIONS: usize = 16;
    /// Bytes of one such extension.
    GROUP_EXTENSION_BYTES: usize = 256;
    /// Bytes of a signed device list entry inside a group's documents.
    GROUP_LIST_ENTRY_BYTES: usize = 5_120;
    /// Bytes of an encoded ticket to join a group.
    GROUP_TICKET_BYTES: usize = 6_144;
    /// Bytes of the signed body of a group change or genesis.
    GROUP_BODY_BYTES: usize = 48 * 1024;
    /// Bytes of an encoded group change or genesis.
    GROUP_CHANGE_BYTES: usize = 54 * 1024;
    /// Bytes of a group state: one with everything at its limit fits.
    GROUP_STATE_BYTES: usize = 512 * 1024;
    /// Slow mode: time between two messages of one member at most.
    GROUP_SLOW_MODE: Duration = DAY;
    /// Age at which a ticket to join a group no longer counts.
    GROUP_TICKET_AGE: Duration = DAY.saturating_mul(7);
    /// Past revisions of a group from which messages are still taken.
    GROUP_PAST_REVISIONS: usize = 16;
    /// Time after which a past revision no longer counts.
    GROUP_PAST_AGE: Duration = DAY.saturating_mul(2);
    /// Time for which messages from a past revision are taken of whoever may not send any more.
    GROUP_FORMER_AGE: Duration = Duration::from_hours(1);
    /// Time for which a device does not send because it heard of a revision that it lacks.
    GROUP_BEHIND_AGE: Duration = Duration::from_hours(1);
    /// Age at which the word that there is a later revision is forgotten, and whoever gave it counts anew.
    GROUP_WORD_AGE: Duration = DAY;
    /// Age at which the devices of a group are looked up anew before anything is sent.
    GROUP_DEVICES_AGE: Duration = DAY;
    /// Devices behind suspect changes of a group that are noted until a person looked, the oldest.
    GROUP_SUSPECTS: usize = 16;
    /// Changes of a group that wait for the ones before them.
    GROUP_BUFFERED_CHANGES: usize = 64;
    /// Bytes of the changes that wait.
    GROUP_BUFFERED_BYTES: usize = 512 * 1024;
    /// Age at which a waiting change is dropped.
    GROUP_BUFFERED_AGE: Duration = DAY.saturating_mul(7);
    /// Changes in the answer to a resync request.
    GROUP_SYNC_CHANGES: usize = 256;
    /// Bytes of the answer to a resync request.
    GROUP_SYNC_BYTES: usize = 1024 * 1024;
    /// Time between two resync requests about one group to one peer, and between two answers.
    GROUP_SYNC_INTERVAL: Duration = Duration::from_hours(1);
    /// Peers whose last resync request and answer a group remembers.
    GROUP_SYNC_PEERS: usize = 1_024;
    /// Latest time of sending, since the Unix epoch: the end of the year 9999.
    SENT_AT: Duration = Duration::from_millis(253_402_300_799_999);
}

/// A limit that can be printed as a number.
struct Printed<'a, T>(&'a T);

impl Printed<'_, usize> {
    const fn value(&self) -> u64 {
        *self.0 as u64
    }
}

impl Printed<'_, u32> {
    const fn value(&self) -> u64 {
        *self.0 as u64
    }
}

impl Printed<'_, u64> {
    const fn value(&self) -> u64 {
        *self.0
    }
}

impl Printed<'_, Duration> {
    const fn value(&self) -> u64 {
        self.0.as_secs()
    }
}
