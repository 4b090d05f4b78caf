// @generated from proto/sealwax/v1/*.proto by `cargo run -p sealwax-proto-gen`. Do not edit.

//! The wire messages as protobuf types: decoded, but not validated. SPEC.md section 4.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    reason = "generated"
)]

/// The called device rings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallRinging {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
}
/// One message's content, at most 65,536 bytes; it is padded and encrypted as a whole. Other
/// contents refer to it by author, message id and the hash of exactly these bytes.
///
/// Field numbers, here and in every message inside:
///    1 to 63       belong to a version: encoded canonically, unknown ones refused. At the top level
///                  16 to 63 are bodies.
///    64 to 1,023   extensions: receivers that do not know one ignore it, so nothing that changes
///                  what a message means may be one. 960 to 1,023 are never assigned: senders may
///                  fill them with anything, so that no receiver gets used to their absence.
///    from 1,024    at the top level bodies, refused elsewhere. 2,016 to 2,047 are never assigned, nor
///                  is 63.
///
/// True for every version, so that a content from the future can still be shown as such: fields are
/// in ascending order and none repeats, fields 1 to 3 are as below, and exactly one field is a body.
///
/// Bodies to come (in the order of their areas, as the catalogue has them):
///    said         17 media, 18 sticker, 19 sticker pack, 20 contact card, 21 location, 22 live
///                 location, 23 group invite, 24 poll, 25 poll vote, 26 poll option, 27 poll close,
///                 28 event, 29 event answer, 30 call link, 31 comment
///    operations   32 reaction, 33 edit, 34 delete, 35 admin delete, 36 pin, 37 unpin, 38 expiry
///                 timer, 39 keep
///    signals      41 typing, 42 profile share, 43 profile key, 44 availability
///    commerce     45 payment, 46 gift, 47 buttons
///    keys         51 sender key, 52 sender key request, 53 sender key withheld, 54 group change,
///                 55 group snapshot, 56 group sync request, 57 group state acknowledgement,
///                 58 capabilities, 59 prekey refresh
///    safety       60 report, 61 contact state, 62 contact link
///    calls        1,024 offer, 1,025 answer, 1,026 ICE, 1,027 ringing, 1,028 busy, 1,029 hang-up,
///                 1,030 reject, 1,031 negotiate, 1,032 media state, 1,033 opaque, 1,034 group call
///                 start, 1,035 update, 1,036 ring, 1,037 cancel, 1,038 end, 1,039 media key,
///                 1,040 rekey, 1,041 reaction, 1,042 raised hand
///    stories      1,056 media, 1,057 text, 1,058 view, 1,059 reply, 1,060 reaction, 1,061 delete
///    own devices  1,088 sent transcript, 1,089 read, 1,090 viewed, 1,091 played, 1,092 view-once
///                 opened, 1,093 chat state, 1,094 contacts, 1,095 groups, 1,096 block list,
///                 1,097 verified, 1,098 settings, 1,099 story lists, 1,100 keys, 1,101 request,
///                 1,102 response, 1,103 message-request response, 1,104 delete for me, 1,105 call
///                 log, 1,106 device name, 1,107 device added, 1,108 device revoked, 1,109 history
///                 bundle, 1,110 chat folders, 1,111 scheduled send, 1,112 star
/// Format ranges, mentions, link previews, quotes and forward information are fields of the bodies
/// that have them, in the areas' own files.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Content {
    /// The lowest content version whose rules a receiver must know: 1. A receiver that only knows
    /// lower ones shows that a message came which it cannot read. Absent: refused.
    #[prost(uint32, tag = "1")]
    pub required_version: u32,
    /// Random, 16 bytes, chosen by the author.
    #[prost(bytes = "vec", tag = "2")]
    pub message_id: ::prost::alloc::vec::Vec<u8>,
    /// When the author sent it: milliseconds since the Unix epoch by the author's clock, 1 to
    /// 253,402,300,799,999 (the end of the year 9999).
    #[prost(uint64, tag = "3")]
    pub sent_at: u64,
    /// The conversation's disappearing-message timer as the author knows it. Absent: never set. Only
    /// with bodies that expire.
    #[prost(message, optional, tag = "7")]
    pub expiry: ::core::option::Option<Expiry>,
    /// The author's own newest device list. Always there.
    #[prost(message, optional, tag = "8")]
    pub own_list: ::core::option::Option<DeviceListRef>,
    /// The newest list of the receiver's account that the author has seen. Absent: none seen.
    #[prost(message, optional, tag = "9")]
    pub peer_list: ::core::option::Option<DeviceListRef>,
    /// What the message is part of. Exactly one.
    #[prost(oneof = "content::Conversation", tags = "4, 5, 6")]
    pub conversation: ::core::option::Option<content::Conversation>,
    /// What is said: exactly one of these and of those from 1,024 on, which are a oneof of their own
    /// because encoders write a oneof at the place of its lowest number.
    #[prost(oneof = "content::Body", tags = "16, 40, 48, 49, 50")]
    pub body: ::core::option::Option<content::Body>,
    #[prost(oneof = "content::LateBody", tags = "1027")]
    pub late_body: ::core::option::Option<content::LateBody>,
}
/// Nested message and enum types in `Content`.
pub mod content {
    /// What the message is part of. Exactly one.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Conversation {
        #[prost(message, tag = "4")]
        Peer(super::Peer),
        #[prost(message, tag = "5")]
        Group(super::Group),
        #[prost(message, tag = "6")]
        Story(super::Story),
    }
    /// What is said: exactly one of these and of those from 1,024 on, which are a oneof of their own
    /// because encoders write a oneof at the place of its lowest number.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Body {
        #[prost(message, tag = "16")]
        Text(super::Text),
        #[prost(message, tag = "40")]
        Receipt(super::Receipt),
        #[prost(message, tag = "48")]
        Null(super::Null),
        #[prost(message, tag = "49")]
        SessionReset(super::SessionReset),
        #[prost(message, tag = "50")]
        Retry(super::Retry),
    }
    #[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum LateBody {
        #[prost(message, tag = "1027")]
        CallRinging(super::CallRinging),
    }
}
/// The two accounts of the session that the message came in. No fields: the session says who.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Peer {
}
/// A group and the state of it that the author knew.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Group {
    /// The group's id, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub id: ::prost::alloc::vec::Vec<u8>,
    /// The state's revision.
    #[prost(uint32, tag = "2")]
    pub revision: u32,
    /// The first 16 bytes of the state's hash.
    #[prost(bytes = "vec", tag = "3")]
    pub state: ::prost::alloc::vec::Vec<u8>,
}
/// The audience of a story, which is not named.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Story {
}
/// A disappearing-message timer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Expiry {
    /// Seconds after which the message is deleted: from sending at the author's, from reading at the
    /// receiver's. At most 31,622,400. Absent: the timer is off.
    #[prost(uint32, tag = "1")]
    pub seconds: u32,
    /// Rises with every change of the timer in this conversation; from 1.
    #[prost(uint32, tag = "2")]
    pub timer_version: u32,
}
/// Names one signed device list of an account.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceListRef {
    /// The list's version, from 1.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// The hash of the list's signed body, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub hash: ::prost::alloc::vec::Vec<u8>,
}
/// A text message.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Text {
    /// 1 to 8,192 bytes of UTF-8.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
}
/// Tells the author what became of messages. For messages of the receipt's receiver only.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Receipt {
    #[prost(enumeration = "ReceiptKind", tag = "1")]
    pub kind: i32,
    /// The ids of 1 to 512 messages, 16 bytes each, one after the other in strictly ascending order
    /// (of their bytes).
    #[prost(bytes = "vec", tag = "2")]
    pub ids: ::prost::alloc::vec::Vec<u8>,
}
/// Says nothing: completes a ratchet turn, or hides when something is said.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Null {
    /// Zero bytes, as many as the author likes, to look like a longer message. Absent: none.
    #[prost(bytes = "vec", tag = "1")]
    pub padding: ::prost::alloc::vec::Vec<u8>,
}
/// The author begins a new session and wants the receiver to stop sending in older ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SessionReset {
    #[prost(enumeration = "SessionResetReason", tag = "1")]
    pub reason: i32,
}
/// Asks the author of a message that could not be read to send its content again.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Retry {
    /// The header nonce of the message that failed, 12 bytes: what both sides know of it.
    #[prost(bytes = "vec", tag = "1")]
    pub wire_id: ::prost::alloc::vec::Vec<u8>,
    /// The first 8 bytes of the id of the session that it failed under. Absent: under none.
    #[prost(bytes = "vec", tag = "2")]
    pub session: ::prost::alloc::vec::Vec<u8>,
    /// Which request for this message it is, 1 to 5.
    #[prost(uint32, tag = "3")]
    pub attempt: u32,
    #[prost(enumeration = "RetryReason", tag = "4")]
    pub reason: i32,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ReceiptKind {
    /// Refused, as is every number not listed.
    Unspecified = 0,
    /// A device of the receiver has it.
    Delivered = 1,
    /// It was on the screen.
    Read = 2,
    /// Its picture or video was opened.
    Viewed = 3,
    /// Its voice note was played.
    Played = 4,
}
impl ReceiptKind {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "RECEIPT_KIND_UNSPECIFIED",
            Self::Delivered => "RECEIPT_KIND_DELIVERED",
            Self::Read => "RECEIPT_KIND_READ",
            Self::Viewed => "RECEIPT_KIND_VIEWED",
            Self::Played => "RECEIPT_KIND_PLAYED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "RECEIPT_KIND_UNSPECIFIED" => Some(Self::Unspecified),
            "RECEIPT_KIND_DELIVERED" => Some(Self::Delivered),
            "RECEIPT_KIND_READ" => Some(Self::Read),
            "RECEIPT_KIND_VIEWED" => Some(Self::Viewed),
            "RECEIPT_KIND_PLAYED" => Some(Self::Played),
            _ => None,
        }
    }
}
/// Why; for people and logs. A number not listed counts as unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum SessionResetReason {
    Unspecified = 0,
    /// A person asked for it.
    Requested = 1,
    /// Messages stopped decrypting.
    Undecryptable = 2,
    /// Stored state was lost or damaged.
    StateLost = 3,
}
impl SessionResetReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "SESSION_RESET_REASON_UNSPECIFIED",
            Self::Requested => "SESSION_RESET_REASON_REQUESTED",
            Self::Undecryptable => "SESSION_RESET_REASON_UNDECRYPTABLE",
            Self::StateLost => "SESSION_RESET_REASON_STATE_LOST",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "SESSION_RESET_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "SESSION_RESET_REASON_REQUESTED" => Some(Self::Requested),
            "SESSION_RESET_REASON_UNDECRYPTABLE" => Some(Self::Undecryptable),
            "SESSION_RESET_REASON_STATE_LOST" => Some(Self::StateLost),
            _ => None,
        }
    }
}
/// Why; for people and logs. A number not listed counts as unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum RetryReason {
    Unspecified = 0,
    /// Its message key had been dropped or had expired.
    KeyGone = 1,
    /// Its header opened, its body did not.
    Body = 2,
    /// It decrypted, but its content was refused.
    Content = 3,
}
impl RetryReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "RETRY_REASON_UNSPECIFIED",
            Self::KeyGone => "RETRY_REASON_KEY_GONE",
            Self::Body => "RETRY_REASON_BODY",
            Self::Content => "RETRY_REASON_CONTENT",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "RETRY_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "RETRY_REASON_KEY_GONE" => Some(Self::KeyGone),
            "RETRY_REASON_BODY" => Some(Self::Body),
            "RETRY_REASON_CONTENT" => Some(Self::Content),
            _ => None,
        }
    }
}
/// What travels. Decoded canonically: an envelope whose bytes are not exactly what encoding its
/// fields gives is refused, so there is one encoding and nothing to smuggle. At most 98,304 bytes.
/// SPEC.md section 13.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Envelope {
    /// 1. Any other value is refused as an unsupported version, whatever follows.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// Exactly one must be set.
    #[prost(oneof = "envelope::Kind", tags = "2, 3, 4")]
    pub kind: ::core::option::Option<envelope::Kind>,
}
/// Nested message and enum types in `Envelope`.
pub mod envelope {
    /// Exactly one must be set.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Kind {
        /// The first messages of a session, until the first reply arrives.
        #[prost(message, tag = "2")]
        Handshake(super::HandshakeMessage),
        /// Every other message between two devices.
        #[prost(message, tag = "3")]
        Session(super::SessionMessage),
        /// A message for many devices: of a group or of a story, which look alike.
        #[prost(message, tag = "4")]
        Sender(super::SenderMessage),
    }
}
/// A session message together with everything its receiver needs to create the session. The
/// initiator's identity is inside the sealed part.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct HandshakeMessage {
    #[prost(message, optional, tag = "1")]
    pub handshake: ::core::option::Option<Handshake>,
    #[prost(message, optional, tag = "2")]
    pub message: ::core::option::Option<SessionMessage>,
}
/// The sealed PQXDH. Repeated unchanged with every message until the first reply.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Handshake {
    /// The cryptographic suite: 1 is X25519, Ed25519, ML-KEM-768, SHA-256, ChaCha20-Poly1305.
    #[prost(uint32, tag = "1")]
    pub suite: u32,
    /// The responder's prekeys that were used. Zero in the second place: no one-time X25519 prekey.
    #[prost(uint32, tag = "2")]
    pub signed_prekey_id: u32,
    #[prost(uint32, tag = "3")]
    pub one_time_prekey_id: u32,
    #[prost(uint32, tag = "4")]
    pub kem_prekey_id: u32,
    /// The initiator's ephemeral X25519 key, 32 bytes.
    #[prost(bytes = "vec", tag = "5")]
    pub ephemeral_key: ::prost::alloc::vec::Vec<u8>,
    /// The ML-KEM-768 ciphertext, 1,088 bytes.
    #[prost(bytes = "vec", tag = "6")]
    pub kem_ciphertext: ::prost::alloc::vec::Vec<u8>,
    /// The initiator's sealed identity, 17 to 1,024 bytes.
    #[prost(bytes = "vec", tag = "7")]
    pub sealed_identity: ::prost::alloc::vec::Vec<u8>,
}
/// A message of an established session: it names neither sender nor session.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SessionMessage {
    /// The nonce of the sealed header and of the body, 12 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub nonce: ::prost::alloc::vec::Vec<u8>,
    /// What finds the session, 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub search_tag: ::prost::alloc::vec::Vec<u8>,
    /// The sealed header, of fixed length.
    #[prost(bytes = "vec", tag = "3")]
    pub header: ::prost::alloc::vec::Vec<u8>,
    /// The sealed and padded plaintext.
    #[prost(bytes = "vec", tag = "4")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
/// A message of a sender chain, the same bytes for all its receivers: it names neither sender nor
/// group. SPEC.md section 14.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SenderMessage {
    /// The nonce of the sealed header and of the body, 12 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub nonce: ::prost::alloc::vec::Vec<u8>,
    /// What finds the scope, 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub search_tag: ::prost::alloc::vec::Vec<u8>,
    /// The sealed header, 114 bytes: sender, position in the chain, and the sender's signature.
    #[prost(bytes = "vec", tag = "3")]
    pub header: ::prost::alloc::vec::Vec<u8>,
    /// The sealed and padded plaintext, at least 144 bytes.
    #[prost(bytes = "vec", tag = "4")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
// Groups. Everything here is decoded canonically, and every signature is over the exact bytes of
// the `body` beside it, whose fixed layout SPEC.md section 15 describes. Signatures are Ed25519, 64
// bytes. Nothing is optional unless its comment says so.

/// Founds a group. The hash of the body is the group's id. At most 55,296 bytes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SignedGroupGenesis {
    /// At most 49,152 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the creator's device, purpose "group-genesis".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
    /// The encoded DeviceCertificate of the device.
    #[prost(bytes = "vec", tag = "3")]
    pub certificate: ::prost::alloc::vec::Vec<u8>,
    /// The encoded DeviceListEntry that lists the device.
    #[prost(bytes = "vec", tag = "4")]
    pub list: ::prost::alloc::vec::Vec<u8>,
}
/// One change of a group. At most 55,296 bytes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SignedGroupChange {
    /// At most 49,152 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the actor's device, purpose "group-change".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
    /// The encoded DeviceCertificate of the device.
    #[prost(bytes = "vec", tag = "3")]
    pub certificate: ::prost::alloc::vec::Vec<u8>,
    /// The encoded DeviceListEntry that lists the device: the one that the base state names for the
    /// actor, or a later one.
    #[prost(bytes = "vec", tag = "4")]
    pub list: ::prost::alloc::vec::Vec<u8>,
}
/// Somebody wants to join a group; a member carries it into a change. At most 6,144 bytes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupTicket {
    /// At most 152 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the joiner's device, purpose "group-ticket".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
    /// By the key of the invite link, purpose "group-invite-link". Present exactly when the ticket
    /// names a link; empty otherwise.
    #[prost(bytes = "vec", tag = "3")]
    pub link_signature: ::prost::alloc::vec::Vec<u8>,
    /// The encoded DeviceCertificate of the joiner's device.
    #[prost(bytes = "vec", tag = "4")]
    pub certificate: ::prost::alloc::vec::Vec<u8>,
    /// The encoded DeviceListEntry that lists the device.
    #[prost(bytes = "vec", tag = "5")]
    pub list: ::prost::alloc::vec::Vec<u8>,
}
/// All that a member needs to know to take part. Only sent in a pairwise session.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupSnapshot {
    #[prost(message, optional, tag = "1")]
    pub genesis: ::core::option::Option<SignedGroupGenesis>,
    /// The group's state, at most 524,288 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub state: ::prost::alloc::vec::Vec<u8>,
    /// The change that led to the state. Absent exactly when the state is that of the genesis.
    #[prost(message, optional, tag = "3")]
    pub last_change: ::core::option::Option<SignedGroupChange>,
}
/// Asks a member for what the sender missed. Only sent in a pairwise session.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupSyncRequest {
    /// The group id, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub group: ::prost::alloc::vec::Vec<u8>,
    /// The revision that the sender knows; 0, and thus absent, is that of the genesis.
    #[prost(uint32, tag = "2")]
    pub revision: u32,
    /// The hash of the state of that revision, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub state_hash: ::prost::alloc::vec::Vec<u8>,
}
/// The answer: either changes or a snapshot. At most 1,048,576 bytes.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct GroupSyncAnswer {
    /// The changes that follow the known revision, in order; at most 256.
    #[prost(message, repeated, tag = "1")]
    pub changes: ::prost::alloc::vec::Vec<SignedGroupChange>,
    /// Present exactly when there are no changes.
    #[prost(message, optional, tag = "2")]
    pub snapshot: ::core::option::Option<GroupSnapshot>,
}
/// The sender has this state of a group. Only sent in a pairwise session.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupStateAck {
    /// The group id, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub group: ::prost::alloc::vec::Vec<u8>,
    /// The revision; 0, and thus absent, is that of the genesis.
    #[prost(uint32, tag = "2")]
    pub revision: u32,
    /// The hash of its state, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub state_hash: ::prost::alloc::vec::Vec<u8>,
}
/// Two changes of one group that contradict each other.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupEvidence {
    #[prost(message, optional, tag = "1")]
    pub first: ::core::option::Option<SignedGroupChange>,
    #[prost(message, optional, tag = "2")]
    pub second: ::core::option::Option<SignedGroupChange>,
}
// Identities and prekeys. Everything here is decoded canonically, and every signature is over the
// exact bytes of the `body` beside it, whose fixed layout SPEC.md describes (sections 5 and 6).
// Signatures are Ed25519, 64 bytes. Nothing is optional unless its comment says so.

/// A new device asks its account for a certificate. Travels from the device to wherever the account
/// key is.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CertificateRequest {
    /// The certificate's body, at most 190 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the device's signing key, purpose "device-possession".
    #[prost(bytes = "vec", tag = "2")]
    pub possession: ::prost::alloc::vec::Vec<u8>,
}
/// The account vouches for a device.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceCertificate {
    /// At most 190 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the device's signing key, purpose "device-possession".
    #[prost(bytes = "vec", tag = "2")]
    pub possession: ::prost::alloc::vec::Vec<u8>,
    /// By the account key, purpose "device-certificate".
    #[prost(bytes = "vec", tag = "3")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
}
/// One link of an account's chain of device lists.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceListEntry {
    /// At most 4,766 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the account key that is in force after this entry, purpose "device-list".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
    /// By the account key that was in force before this entry, purpose "account-key-rotation". Present
    /// exactly when the entry rotates the account key; empty otherwise.
    #[prost(bytes = "vec", tag = "3")]
    pub rotation_signature: ::prost::alloc::vec::Vec<u8>,
}
/// A device list entry with the certificates of the devices that it lists. At most 32,768 bytes.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct SignedDeviceList {
    #[prost(message, optional, tag = "1")]
    pub entry: ::core::option::Option<DeviceListEntry>,
    /// In the order in which the entry lists the devices, by ascending device id; at most 16.
    #[prost(message, repeated, tag = "2")]
    pub certificates: ::prost::alloc::vec::Vec<DeviceCertificate>,
}
/// Two different device list entries of one account, signed for the same version: proof that the
/// account key was used twice, by mistake or by a thief.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ForkEvidence {
    #[prost(message, optional, tag = "1")]
    pub first: ::core::option::Option<DeviceListEntry>,
    #[prost(message, optional, tag = "2")]
    pub second: ::core::option::Option<DeviceListEntry>,
}
/// What a screen shows so that another device can scan and compare it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SafetyNumberCode {
    /// 1. Any other value is another version, which is an outcome of the comparison, not an error.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// The fingerprint of whoever shows the code, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub own: ::prost::alloc::vec::Vec<u8>,
    /// The fingerprint of the account that they believe to be ours, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub peer: ::prost::alloc::vec::Vec<u8>,
}
/// A public prekey, signed by its device.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PublishedPrekey {
    /// At most 1,277 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// By the device's signing key, purpose "prekey".
    #[prost(bytes = "vec", tag = "2")]
    pub signature: ::prost::alloc::vec::Vec<u8>,
}
/// What a server hands out to somebody who wants to write to a device. At most 32,768 bytes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PrekeyBundle {
    #[prost(message, optional, tag = "1")]
    pub certificate: ::core::option::Option<DeviceCertificate>,
    /// Kind 1.
    #[prost(message, optional, tag = "2")]
    pub signed_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 4, or kind 3 when the server has none left.
    #[prost(message, optional, tag = "3")]
    pub kem_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 2. Absent when the server has none left.
    #[prost(message, optional, tag = "4")]
    pub one_time_prekey: ::core::option::Option<PublishedPrekey>,
}
/// What a device uploads: the whole of what the server must hold for it. Replaces what it uploaded
/// before. At most 393,216 bytes.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct PrekeyPublication {
    #[prost(message, optional, tag = "1")]
    pub certificate: ::core::option::Option<DeviceCertificate>,
    /// Kind 1.
    #[prost(message, optional, tag = "2")]
    pub signed_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 3.
    #[prost(message, optional, tag = "3")]
    pub last_resort_kem_prekey: ::core::option::Option<PublishedPrekey>,
    /// Kind 2, by ascending id, at most 200. Each is handed out once.
    #[prost(message, repeated, tag = "4")]
    pub one_time_prekeys: ::prost::alloc::vec::Vec<PublishedPrekey>,
    /// Kind 4, by ascending id, at most 200. Each is handed out once.
    #[prost(message, repeated, tag = "5")]
    pub one_time_kem_prekeys: ::prost::alloc::vec::Vec<PublishedPrekey>,
}
// How the devices of a group, or of a story's audience, learn each other's sender chains. These
// travel inside pairwise contents alone; who sent one is who that session says. SPEC.md section 14.

/// A sender chain, from the device that sends on it. Canonical.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SenderKey {
    /// The fixed layout of SPEC.md section 14.6, 152 bytes, or 184 with the epoch secret. Absent:
    /// refused.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
/// Asks a device for its current chain, after a message of a chain that is not known here.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SenderKeyRequest {
    /// What the chain is bound to: the fixed layout of SPEC.md section 14.1, 69 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub scope: ::prost::alloc::vec::Vec<u8>,
    /// The chain that the message named.
    #[prost(uint32, tag = "2")]
    pub chain_id: u32,
}
/// The answer of a device that does not give its chain.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SenderKeyWithheld {
    /// As in the request, 69 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub scope: ::prost::alloc::vec::Vec<u8>,
    /// As in the request.
    #[prost(uint32, tag = "2")]
    pub chain_id: u32,
    /// Why, for people and logs: nothing is decided by it. Unknown numbers count as 0.
    #[prost(enumeration = "SenderKeyWithheldReason", tag = "3")]
    pub reason: i32,
}
/// Why a sender key is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum SenderKeyWithheldReason {
    /// Not said.
    Unspecified = 0,
    /// The asking device is none of the scope's current ones.
    NotAMember = 1,
    /// The device no longer sends in this scope: its key epoch, or version, has been replaced.
    Replaced = 2,
    /// The device has no chain in this scope.
    NoChain = 3,
}
impl SenderKeyWithheldReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "SENDER_KEY_WITHHELD_REASON_UNSPECIFIED",
            Self::NotAMember => "SENDER_KEY_WITHHELD_REASON_NOT_A_MEMBER",
            Self::Replaced => "SENDER_KEY_WITHHELD_REASON_REPLACED",
            Self::NoChain => "SENDER_KEY_WITHHELD_REASON_NO_CHAIN",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "SENDER_KEY_WITHHELD_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "SENDER_KEY_WITHHELD_REASON_NOT_A_MEMBER" => Some(Self::NotAMember),
            "SENDER_KEY_WITHHELD_REASON_REPLACED" => Some(Self::Replaced),
            "SENDER_KEY_WITHHELD_REASON_NO_CHAIN" => Some(Self::NoChain),
            _ => None,
        }
    }
}
