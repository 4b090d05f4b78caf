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

/// Orders the values that the devices of an account gave to one thing: the higher version, then the
/// later time, then the device with the higher id.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Stamp {
    /// One more than the highest version that the device had seen, from 1. Absent: refused.
    #[prost(uint32, tag = "1")]
    pub version: u32,
    /// When it was changed: milliseconds since the Unix epoch, as `sent_at`. Absent: refused.
    #[prost(uint64, tag = "2")]
    pub changed_at: u64,
}
/// Names a message among the devices of one account.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MessageName {
    /// Its author, 1 to 64 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub author: ::prost::alloc::vec::Vec<u8>,
    /// Its id, 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "2")]
    pub id: ::prost::alloc::vec::Vec<u8>,
}
/// Names a conversation among the devices of one account.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Chat {
    /// Absent: refused.
    #[prost(oneof = "chat::Chat", tags = "1, 2")]
    pub chat: ::core::option::Option<chat::Chat>,
}
/// Nested message and enum types in `Chat`.
pub mod chat {
    /// Absent: refused.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Chat {
        /// With this account, 1 to 64 bytes; the own one: notes to oneself.
        #[prost(bytes, tag = "1")]
        Account(::prost::alloc::vec::Vec<u8>),
        /// Of this group, 32 bytes.
        #[prost(bytes, tag = "2")]
        Group(::prost::alloc::vec::Vec<u8>),
    }
}
/// How far one has gone with a contact or a group. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ContactStanding {
    /// Refused.
    Unspecified = 0,
    /// Its messages are received.
    Accepted = 1,
    /// Its first messages wait for a decision.
    Requested = 2,
    /// It is not to be heard.
    Blocked = 3,
}
impl ContactStanding {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "CONTACT_STANDING_UNSPECIFIED",
            Self::Accepted => "CONTACT_STANDING_ACCEPTED",
            Self::Requested => "CONTACT_STANDING_REQUESTED",
            Self::Blocked => "CONTACT_STANDING_BLOCKED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "CONTACT_STANDING_UNSPECIFIED" => Some(Self::Unspecified),
            "CONTACT_STANDING_ACCEPTED" => Some(Self::Accepted),
            "CONTACT_STANDING_REQUESTED" => Some(Self::Requested),
            "CONTACT_STANDING_BLOCKED" => Some(Self::Blocked),
            _ => None,
        }
    }
}
/// Whether an account's key was compared. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum VerifiedState {
    /// Refused.
    Unspecified = 0,
    /// Nobody compared it.
    Default = 1,
    /// A person compared it and it was the same.
    Verified = 2,
    /// It had been verified and changed, or the person took that back.
    Unverified = 3,
}
impl VerifiedState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "VERIFIED_STATE_UNSPECIFIED",
            Self::Default => "VERIFIED_STATE_DEFAULT",
            Self::Verified => "VERIFIED_STATE_VERIFIED",
            Self::Unverified => "VERIFIED_STATE_UNVERIFIED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "VERIFIED_STATE_UNSPECIFIED" => Some(Self::Unspecified),
            "VERIFIED_STATE_DEFAULT" => Some(Self::Default),
            "VERIFIED_STATE_VERIFIED" => Some(Self::Verified),
            "VERIFIED_STATE_UNVERIFIED" => Some(Self::Unverified),
            _ => None,
        }
    }
}
/// What a call begins with. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum CallKind {
    /// Refused.
    Unspecified = 0,
    /// With sound alone.
    Audio = 1,
    /// With pictures.
    Video = 2,
}
impl CallKind {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "CALL_KIND_UNSPECIFIED",
            Self::Audio => "CALL_KIND_AUDIO",
            Self::Video => "CALL_KIND_VIDEO",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "CALL_KIND_UNSPECIFIED" => Some(Self::Unspecified),
            "CALL_KIND_AUDIO" => Some(Self::Audio),
            "CALL_KIND_VIDEO" => Some(Self::Video),
            _ => None,
        }
    }
}
/// Calls an account: to each of its devices.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallOffer {
    /// The call: random, chosen by the caller.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "CallKind", tag = "2")]
    pub kind: i32,
    /// What the media layer needs to begin, 1 to 16,384 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "3")]
    pub description: ::prost::alloc::vec::Vec<u8>,
}
/// A called device takes the call.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallAnswer {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// As in the offer.
    #[prost(bytes = "vec", tag = "2")]
    pub description: ::prost::alloc::vec::Vec<u8>,
}
/// Ways to reach the author's device.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallIce {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// 1 to 32 candidates of 1 to 1,024 bytes each.
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub candidates: ::prost::alloc::vec::Vec<::prost::alloc::vec::Vec<u8>>,
}
/// The called device rings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallRinging {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
}
/// The called account is in another call.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallBusy {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
}
/// The author ends the call, or tells the called account's other devices that one of them did
/// something.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallHangUp {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "HangUpReason", tag = "2")]
    pub reason: i32,
    /// The called account's device that the reason speaks of, not zero. With the reasons that say
    /// "elsewhere", and only with them.
    #[prost(uint32, tag = "3")]
    pub device: u32,
}
/// The called person declines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallReject {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
}
/// Changes what the offer and the answer agreed on.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallNegotiate {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// Counts the author's negotiations of this call, from 1; a receiver takes only a higher one.
    /// Absent: refused.
    #[prost(uint32, tag = "2")]
    pub round: u32,
    /// As in the offer.
    #[prost(bytes = "vec", tag = "3")]
    pub description: ::prost::alloc::vec::Vec<u8>,
}
/// What the author's device sends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallMediaState {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// Counts the author's states of this call, from 1; a receiver takes only a higher one. Absent:
    /// refused.
    #[prost(uint32, tag = "2")]
    pub round: u32,
    /// The microphone is on. Absent: off.
    #[prost(bool, tag = "3")]
    pub audio: bool,
    /// The camera is on. Absent: off.
    #[prost(bool, tag = "4")]
    pub video: bool,
    /// The screen is shown. Absent: no.
    #[prost(bool, tag = "5")]
    pub screen: bool,
}
/// Anything else that the media layer says.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallOpaque {
    /// The call, as its offer named it.
    #[prost(uint64, tag = "1")]
    pub call_id: u64,
    /// 1 to 16,384 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "2")]
    pub data: ::prost::alloc::vec::Vec<u8>,
    /// Absent: can wait.
    #[prost(enumeration = "CallUrgency", tag = "3")]
    pub urgency: i32,
}
/// The author begins a call of the group.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupCallStart {
    /// The call: random, 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub era: ::prost::alloc::vec::Vec<u8>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "CallKind", tag = "2")]
    pub kind: i32,
    /// What finds the server of the call, up to 255 bytes. Absent: the group's usual one.
    #[prost(bytes = "vec", tag = "3")]
    pub server: ::prost::alloc::vec::Vec<u8>,
}
/// The author's device joined the call of the group, or left it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupCallUpdate {
    /// The call, as its start named it: 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub era: ::prost::alloc::vec::Vec<u8>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "GroupCallPresence", tag = "2")]
    pub presence: i32,
}
/// Rings the members of the group.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupCallRing {
    /// The call, as its start named it: 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub era: ::prost::alloc::vec::Vec<u8>,
    /// This ring: random.
    #[prost(uint64, tag = "2")]
    pub ring_id: u64,
    /// Whose devices ring: up to 16 accounts of 1 to 64 bytes, in strictly ascending order (shorter
    /// ones first). Absent: those of all members.
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub accounts: ::prost::alloc::vec::Vec<::prost::alloc::vec::Vec<u8>>,
}
/// The author no longer rings.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupCallCancel {
    /// The call, as its start named it: 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub era: ::prost::alloc::vec::Vec<u8>,
    /// The ring.
    #[prost(uint64, tag = "2")]
    pub ring_id: u64,
}
/// The call of the group is over: the author's device was the last in it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupCallEnd {
    /// The call, as its start named it: 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub era: ::prost::alloc::vec::Vec<u8>,
}
/// Why a call ends. It decides what the other devices show, so a number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum HangUpReason {
    /// Refused.
    Unspecified = 0,
    /// A person hung up, or gave up waiting.
    Normal = 1,
    /// Another device took the call.
    AcceptedElsewhere = 2,
    /// Another device declined it.
    DeclinedElsewhere = 3,
    /// Another device is in a call.
    BusyElsewhere = 4,
    /// The called person has to accept the caller first.
    NeedPermission = 5,
}
impl HangUpReason {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "HANG_UP_REASON_UNSPECIFIED",
            Self::Normal => "HANG_UP_REASON_NORMAL",
            Self::AcceptedElsewhere => "HANG_UP_REASON_ACCEPTED_ELSEWHERE",
            Self::DeclinedElsewhere => "HANG_UP_REASON_DECLINED_ELSEWHERE",
            Self::BusyElsewhere => "HANG_UP_REASON_BUSY_ELSEWHERE",
            Self::NeedPermission => "HANG_UP_REASON_NEED_PERMISSION",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "HANG_UP_REASON_UNSPECIFIED" => Some(Self::Unspecified),
            "HANG_UP_REASON_NORMAL" => Some(Self::Normal),
            "HANG_UP_REASON_ACCEPTED_ELSEWHERE" => Some(Self::AcceptedElsewhere),
            "HANG_UP_REASON_DECLINED_ELSEWHERE" => Some(Self::DeclinedElsewhere),
            "HANG_UP_REASON_BUSY_ELSEWHERE" => Some(Self::BusyElsewhere),
            "HANG_UP_REASON_NEED_PERMISSION" => Some(Self::NeedPermission),
            _ => None,
        }
    }
}
/// Whether the receiver's device is woken. A number not listed counts as "can wait".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum CallUrgency {
    /// Can be dropped when the device sleeps.
    CanWait = 0,
    /// Wakes the device.
    Now = 1,
}
impl CallUrgency {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::CanWait => "CALL_URGENCY_CAN_WAIT",
            Self::Now => "CALL_URGENCY_NOW",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "CALL_URGENCY_CAN_WAIT" => Some(Self::CanWait),
            "CALL_URGENCY_NOW" => Some(Self::Now),
            _ => None,
        }
    }
}
/// Whether a device takes part. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum GroupCallPresence {
    /// Refused.
    Unspecified = 0,
    /// It joined.
    Joined = 1,
    /// It left.
    Left = 2,
}
impl GroupCallPresence {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "GROUP_CALL_PRESENCE_UNSPECIFIED",
            Self::Joined => "GROUP_CALL_PRESENCE_JOINED",
            Self::Left => "GROUP_CALL_PRESENCE_LEFT",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "GROUP_CALL_PRESENCE_UNSPECIFIED" => Some(Self::Unspecified),
            "GROUP_CALL_PRESENCE_JOINED" => Some(Self::Joined),
            "GROUP_CALL_PRESENCE_LEFT" => Some(Self::Left),
            _ => None,
        }
    }
}
/// What this device sent.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SentTranscript {
    /// To this account, 1 to 64 bytes. Exactly if the content's conversation is `Peer`.
    #[prost(bytes = "vec", tag = "1")]
    pub account: ::prost::alloc::vec::Vec<u8>,
    /// To the audience of this list, 32 bytes. Exactly if the content's conversation is `Story`.
    #[prost(bytes = "vec", tag = "2")]
    pub story_list: ::prost::alloc::vec::Vec<u8>,
    /// The content, exactly as it was sent: 1 to 61,440 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "3")]
    pub content: ::prost::alloc::vec::Vec<u8>,
}
/// Messages were on this device's screen.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct MessagesRead {
    /// 1 to 512, in strictly ascending order of author (shorter ones first) and id.
    #[prost(message, repeated, tag = "1")]
    pub messages: ::prost::alloc::vec::Vec<MessageName>,
    /// When: milliseconds since the Unix epoch. Absent: refused.
    #[prost(uint64, tag = "2")]
    pub at: u64,
}
/// Pictures or videos of messages were opened on this device.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct MessagesViewed {
    /// As in MessagesRead.
    #[prost(message, repeated, tag = "1")]
    pub messages: ::prost::alloc::vec::Vec<MessageName>,
    /// As in MessagesRead.
    #[prost(uint64, tag = "2")]
    pub at: u64,
}
/// Voice notes of messages were played on this device.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct MessagesPlayed {
    /// As in MessagesRead.
    #[prost(message, repeated, tag = "1")]
    pub messages: ::prost::alloc::vec::Vec<MessageName>,
    /// As in MessagesRead.
    #[prost(uint64, tag = "2")]
    pub at: u64,
}
/// Something that can be viewed once was opened on this device; the others delete it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ViewOnceOpened {
    /// The message. Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub message: ::core::option::Option<MessageName>,
    /// As in MessagesRead.
    #[prost(uint64, tag = "2")]
    pub at: u64,
}
/// How one conversation is kept.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ChatState {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub chat: ::core::option::Option<Chat>,
    /// Absent: refused.
    #[prost(message, optional, tag = "2")]
    pub stamp: ::core::option::Option<Stamp>,
    /// Marked as unread by hand.
    #[prost(bool, tag = "3")]
    pub unread: bool,
    /// Put away.
    #[prost(bool, tag = "4")]
    pub archived: bool,
    /// Shown only after unlocking.
    #[prost(bool, tag = "5")]
    pub locked: bool,
    /// Its place among the pinned, from 1. Absent: not pinned.
    #[prost(uint32, tag = "6")]
    pub pin: u32,
    /// Silent until then: milliseconds since the Unix epoch, at most 253,402,300,799,999 (for ever).
    /// Absent: not silent.
    #[prost(uint64, tag = "7")]
    pub muted_until: u64,
}
/// What is known of contacts: some or all of them.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Contacts {
    /// 1 to 128, in strictly ascending order of account (shorter ones first).
    #[prost(message, repeated, tag = "1")]
    pub contacts: ::prost::alloc::vec::Vec<ContactEntry>,
}
/// One contact.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContactEntry {
    /// 1 to 64 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub account: ::prost::alloc::vec::Vec<u8>,
    /// Absent: refused.
    #[prost(message, optional, tag = "2")]
    pub stamp: ::core::option::Option<Stamp>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "ContactStanding", tag = "3")]
    pub standing: i32,
    /// What the owner calls the contact, up to 128 bytes. Absent: nothing.
    #[prost(string, tag = "4")]
    pub name: ::prost::alloc::string::String,
    /// The account key, 32 bytes. Absent: not known.
    #[prost(bytes = "vec", tag = "5")]
    pub account_key: ::prost::alloc::vec::Vec<u8>,
    /// Whether that key was compared. A number not listed: refused. Absent exactly if `account_key` is.
    #[prost(enumeration = "VerifiedState", tag = "6")]
    pub verified: i32,
    /// The newest profile key, 32 bytes. Secret. Absent: not known.
    #[prost(bytes = "vec", tag = "7")]
    pub profile_key: ::prost::alloc::vec::Vec<u8>,
    /// Counts the contact's profile keys, from 1. Absent exactly if `profile_key` is.
    #[prost(uint32, tag = "8")]
    pub profile_version: u32,
    /// Not shown in lists.
    #[prost(bool, tag = "9")]
    pub hidden: bool,
    /// The contact's stories are not shown.
    #[prost(bool, tag = "10")]
    pub hides_stories: bool,
    /// Forget the contact; the entry remains so that older ones do not bring it back.
    #[prost(bool, tag = "11")]
    pub removed: bool,
}
/// What is kept of groups beside their state: some or all of them.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Groups {
    /// 1 to 256, in strictly ascending order of id.
    #[prost(message, repeated, tag = "1")]
    pub groups: ::prost::alloc::vec::Vec<GroupEntry>,
}
/// One group.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupEntry {
    /// 32 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub id: ::prost::alloc::vec::Vec<u8>,
    /// Absent: refused.
    #[prost(message, optional, tag = "2")]
    pub stamp: ::core::option::Option<Stamp>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "ContactStanding", tag = "3")]
    pub standing: i32,
    /// Not shown in lists.
    #[prost(bool, tag = "4")]
    pub hidden: bool,
    /// Only mentions make a noise.
    #[prost(bool, tag = "5")]
    pub mentions_only: bool,
    /// The group's stories are not shown.
    #[prost(bool, tag = "6")]
    pub hides_stories: bool,
    /// Forget the group; the entry remains so that older ones do not bring it back.
    #[prost(bool, tag = "7")]
    pub removed: bool,
}
/// Everybody who is blocked, as one value. Longer lists are told contact by contact.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct BlockList {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub stamp: ::core::option::Option<Stamp>,
    /// Up to 512 of 1 to 64 bytes, in strictly ascending order (shorter ones first).
    #[prost(bytes = "vec", repeated, tag = "2")]
    pub accounts: ::prost::alloc::vec::Vec<::prost::alloc::vec::Vec<u8>>,
    /// Up to 512 ids of 32 bytes, in strictly ascending order.
    #[prost(bytes = "vec", repeated, tag = "3")]
    pub groups: ::prost::alloc::vec::Vec<::prost::alloc::vec::Vec<u8>>,
}
/// Whether an account's key was compared.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Verified {
    /// 1 to 64 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub account: ::prost::alloc::vec::Vec<u8>,
    /// Absent: refused.
    #[prost(message, optional, tag = "2")]
    pub stamp: ::core::option::Option<Stamp>,
    /// The account key that was compared, 32 bytes: it holds for this key alone. Absent: refused.
    #[prost(bytes = "vec", tag = "3")]
    pub account_key: ::prost::alloc::vec::Vec<u8>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "VerifiedState", tag = "4")]
    pub state: i32,
}
/// What the owner chose, as one value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Settings {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub stamp: ::core::option::Option<Stamp>,
    /// Receipts "read", "viewed" and "played" are sent.
    #[prost(bool, tag = "2")]
    pub read_receipts: bool,
    /// Typing is told.
    #[prost(bool, tag = "3")]
    pub typing: bool,
    /// Links are fetched before they are sent.
    #[prost(bool, tag = "4")]
    pub link_previews: bool,
    /// Stories are sent and shown.
    #[prost(bool, tag = "5")]
    pub stories: bool,
    /// The authors of stories hear who saw them.
    #[prost(bool, tag = "6")]
    pub story_views: bool,
    /// Calls from people who were not accepted ring.
    #[prost(bool, tag = "7")]
    pub calls_from_strangers: bool,
    /// The timer of new conversations: seconds, at most 31,622,400. Absent: off.
    #[prost(uint32, tag = "8")]
    pub default_timer: u32,
}
/// Audiences of stories. Told to no viewer.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StoryLists {
    /// 1 to 16, in strictly ascending order of id, with 800 members together.
    #[prost(message, repeated, tag = "1")]
    pub lists: ::prost::alloc::vec::Vec<StoryList>,
}
/// One audience.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StoryList {
    /// The list's id (section 18.1), 32 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub id: ::prost::alloc::vec::Vec<u8>,
    /// Of all but version and secret. Absent: refused.
    #[prost(message, optional, tag = "2")]
    pub stamp: ::core::option::Option<Stamp>,
    /// What the owner calls it, up to 128 bytes. Absent: nothing.
    #[prost(string, tag = "3")]
    pub name: ::prost::alloc::string::String,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "AudienceMode", tag = "4")]
    pub mode: i32,
    /// In strictly ascending order (shorter ones first), 1 to 64 bytes each. None with the mode "all".
    #[prost(bytes = "vec", repeated, tag = "5")]
    pub members: ::prost::alloc::vec::Vec<::prost::alloc::vec::Vec<u8>>,
    /// Viewers may reply.
    #[prost(bool, tag = "6")]
    pub allows_replies: bool,
    /// Forget the list; the entry remains so that older ones do not bring it back.
    #[prost(bool, tag = "7")]
    pub removed: bool,
    /// The list's current version, from 1. Absent exactly if `secret` is.
    #[prost(uint32, tag = "8")]
    pub version: u32,
    /// The root of that version (section 18.1), 32 bytes. Secret. Absent: not told.
    #[prost(bytes = "vec", tag = "9")]
    pub secret: ::prost::alloc::vec::Vec<u8>,
}
/// Keys that all devices of the account have. At least one.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct OwnKeys {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub stamp: ::core::option::Option<Stamp>,
    /// For what is stored on the server, 32 bytes. Secret. Absent: unchanged.
    #[prost(bytes = "vec", tag = "2")]
    pub storage: ::prost::alloc::vec::Vec<u8>,
    /// For backups, 32 bytes. Secret. Absent: unchanged.
    #[prost(bytes = "vec", tag = "3")]
    pub backup: ::prost::alloc::vec::Vec<u8>,
    /// For finding media again, 32 bytes. Secret. Absent: unchanged.
    #[prost(bytes = "vec", tag = "4")]
    pub media: ::prost::alloc::vec::Vec<u8>,
    /// The own profile key, 32 bytes. Secret. Absent: unchanged.
    #[prost(bytes = "vec", tag = "5")]
    pub profile: ::prost::alloc::vec::Vec<u8>,
}
/// Asks the other devices for something.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceRequest {
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "Requested", tag = "1")]
    pub what: i32,
    /// Exactly with "message" and "media".
    #[prost(message, optional, tag = "2")]
    pub message: ::core::option::Option<MessageName>,
}
/// Answers a request.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceResponse {
    /// The message id of the request, 16 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub request: ::prost::alloc::vec::Vec<u8>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "ResponseOutcome", tag = "2")]
    pub outcome: i32,
    /// How many contents were sent for it.
    #[prost(uint32, tag = "3")]
    pub contents: u32,
}
/// What the owner decided about a message request.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MessageRequestResponse {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub chat: ::core::option::Option<Chat>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "RequestAnswer", tag = "2")]
    pub answer: i32,
    /// When: milliseconds since the Unix epoch. Absent: refused.
    #[prost(uint64, tag = "3")]
    pub at: u64,
}
/// Deletes at the owner's alone.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DeleteForMe {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub chat: ::core::option::Option<Chat>,
    /// When: milliseconds since the Unix epoch. Absent: refused.
    #[prost(uint64, tag = "2")]
    pub at: u64,
    /// What. Absent: refused.
    #[prost(oneof = "delete_for_me::What", tags = "3, 4, 5")]
    pub what: ::core::option::Option<delete_for_me::What>,
}
/// Nested message and enum types in `DeleteForMe`.
pub mod delete_for_me {
    /// What. Absent: refused.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum What {
        /// Messages.
        #[prost(message, tag = "3")]
        Messages(super::DeletedMessages),
        /// One of a message's media.
        #[prost(message, tag = "4")]
        Media(super::DeletedMedia),
        /// All that there is.
        #[prost(message, tag = "5")]
        Conversation(super::DeletedConversation),
    }
}
/// Messages that are deleted.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DeletedMessages {
    /// As in MessagesRead.
    #[prost(message, repeated, tag = "1")]
    pub messages: ::prost::alloc::vec::Vec<MessageName>,
}
/// One of a message's media that is deleted.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeletedMedia {
    /// Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub message: ::core::option::Option<MessageName>,
    /// Which, from 0 to 31.
    #[prost(uint32, tag = "2")]
    pub index: u32,
}
/// A conversation that is deleted: what came before `at`, up to these.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct DeletedConversation {
    /// The newest messages that are deleted, up to 5, ordered as in MessagesRead. Absent: it was empty.
    #[prost(message, repeated, tag = "1")]
    pub newest: ::prost::alloc::vec::Vec<MessageName>,
    /// The conversation stays in the list, empty.
    #[prost(bool, tag = "2")]
    pub keeps_chat: bool,
}
/// The list of calls.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallLog {
    /// Exactly one.
    #[prost(oneof = "call_log::Entry", tags = "1, 2")]
    pub entry: ::core::option::Option<call_log::Entry>,
}
/// Nested message and enum types in `CallLog`.
pub mod call_log {
    /// Exactly one.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Entry {
        /// A call.
        #[prost(message, tag = "1")]
        Call(super::CallLogEntry),
        /// The list was cleared up to then: milliseconds since the Unix epoch.
        #[prost(uint64, tag = "2")]
        ClearedUntil(u64),
    }
}
/// A call in the list.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CallLogEntry {
    /// With whom. Absent: refused.
    #[prost(message, optional, tag = "1")]
    pub chat: ::core::option::Option<Chat>,
    /// The call; of a group's call the first 8 bytes of its era, big-endian.
    #[prost(uint64, tag = "2")]
    pub call_id: u64,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "CallKind", tag = "3")]
    pub kind: i32,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "CallDirection", tag = "4")]
    pub direction: i32,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "CallOutcome", tag = "5")]
    pub outcome: i32,
    /// When it began: milliseconds since the Unix epoch. Absent: refused.
    #[prost(uint64, tag = "6")]
    pub at: u64,
}
/// What a device is called.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceName {
    /// The device, not zero. Absent: refused.
    #[prost(uint32, tag = "1")]
    pub device: u32,
    /// Absent: refused.
    #[prost(message, optional, tag = "2")]
    pub stamp: ::core::option::Option<Stamp>,
    /// 1 to 128 bytes. Absent: refused.
    #[prost(string, tag = "3")]
    pub name: ::prost::alloc::string::String,
}
/// A device was added. A hint to fetch the signed list, which alone counts (section 5).
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceAdded {
    /// The device, not zero. Absent: refused.
    #[prost(uint32, tag = "1")]
    pub device: u32,
    /// The version of the first list that has it, from 1. Absent: refused.
    #[prost(uint32, tag = "2")]
    pub list_version: u32,
    /// The hash of that list's signed body, 32 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "3")]
    pub list_hash: ::prost::alloc::vec::Vec<u8>,
}
/// A device was revoked. A hint, as DeviceAdded.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct DeviceRevoked {
    /// The device, not zero. Absent: refused.
    #[prost(uint32, tag = "1")]
    pub device: u32,
    /// The version of the first list that revokes it, from 1. Absent: refused.
    #[prost(uint32, tag = "2")]
    pub list_version: u32,
    /// The hash of that list's signed body, 32 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "3")]
    pub list_hash: ::prost::alloc::vec::Vec<u8>,
}
/// Whom a list's members are. A number not listed is refused: it decides who sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum AudienceMode {
    /// Refused.
    Unspecified = 0,
    /// All contacts.
    All = 1,
    /// All contacts but the members.
    AllExcept = 2,
    /// The members.
    Only = 3,
    /// The members, who are the close friends.
    CloseFriends = 4,
    /// The members of a list that the owner made.
    Custom = 5,
}
impl AudienceMode {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "AUDIENCE_MODE_UNSPECIFIED",
            Self::All => "AUDIENCE_MODE_ALL",
            Self::AllExcept => "AUDIENCE_MODE_ALL_EXCEPT",
            Self::Only => "AUDIENCE_MODE_ONLY",
            Self::CloseFriends => "AUDIENCE_MODE_CLOSE_FRIENDS",
            Self::Custom => "AUDIENCE_MODE_CUSTOM",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "AUDIENCE_MODE_UNSPECIFIED" => Some(Self::Unspecified),
            "AUDIENCE_MODE_ALL" => Some(Self::All),
            "AUDIENCE_MODE_ALL_EXCEPT" => Some(Self::AllExcept),
            "AUDIENCE_MODE_ONLY" => Some(Self::Only),
            "AUDIENCE_MODE_CLOSE_FRIENDS" => Some(Self::CloseFriends),
            "AUDIENCE_MODE_CUSTOM" => Some(Self::Custom),
            _ => None,
        }
    }
}
/// What is asked for. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum Requested {
    /// Refused.
    Unspecified = 0,
    /// Contents of the kind Contacts.
    Contacts = 1,
    /// Contents of the kind Groups.
    Groups = 2,
    /// A BlockList.
    BlockList = 3,
    /// Settings.
    Settings = 4,
    /// Contents of the kind StoryLists.
    StoryLists = 5,
    /// OwnKeys.
    Keys = 6,
    /// Contents of the kind ChatState.
    Chats = 7,
    /// Earlier messages.
    History = 8,
    /// One message.
    Message = 9,
    /// The media of one message, uploaded anew.
    Media = 10,
}
impl Requested {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "REQUESTED_UNSPECIFIED",
            Self::Contacts => "REQUESTED_CONTACTS",
            Self::Groups => "REQUESTED_GROUPS",
            Self::BlockList => "REQUESTED_BLOCK_LIST",
            Self::Settings => "REQUESTED_SETTINGS",
            Self::StoryLists => "REQUESTED_STORY_LISTS",
            Self::Keys => "REQUESTED_KEYS",
            Self::Chats => "REQUESTED_CHATS",
            Self::History => "REQUESTED_HISTORY",
            Self::Message => "REQUESTED_MESSAGE",
            Self::Media => "REQUESTED_MEDIA",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "REQUESTED_UNSPECIFIED" => Some(Self::Unspecified),
            "REQUESTED_CONTACTS" => Some(Self::Contacts),
            "REQUESTED_GROUPS" => Some(Self::Groups),
            "REQUESTED_BLOCK_LIST" => Some(Self::BlockList),
            "REQUESTED_SETTINGS" => Some(Self::Settings),
            "REQUESTED_STORY_LISTS" => Some(Self::StoryLists),
            "REQUESTED_KEYS" => Some(Self::Keys),
            "REQUESTED_CHATS" => Some(Self::Chats),
            "REQUESTED_HISTORY" => Some(Self::History),
            "REQUESTED_MESSAGE" => Some(Self::Message),
            "REQUESTED_MEDIA" => Some(Self::Media),
            _ => None,
        }
    }
}
/// What became of a request. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ResponseOutcome {
    /// Refused.
    Unspecified = 0,
    /// All of it was sent.
    Sent = 1,
    /// This device does not have it.
    NotFound = 2,
    /// A person said no.
    Refused = 3,
    /// Not now: ask again.
    Later = 4,
}
impl ResponseOutcome {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "RESPONSE_OUTCOME_UNSPECIFIED",
            Self::Sent => "RESPONSE_OUTCOME_SENT",
            Self::NotFound => "RESPONSE_OUTCOME_NOT_FOUND",
            Self::Refused => "RESPONSE_OUTCOME_REFUSED",
            Self::Later => "RESPONSE_OUTCOME_LATER",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "RESPONSE_OUTCOME_UNSPECIFIED" => Some(Self::Unspecified),
            "RESPONSE_OUTCOME_SENT" => Some(Self::Sent),
            "RESPONSE_OUTCOME_NOT_FOUND" => Some(Self::NotFound),
            "RESPONSE_OUTCOME_REFUSED" => Some(Self::Refused),
            "RESPONSE_OUTCOME_LATER" => Some(Self::Later),
            _ => None,
        }
    }
}
/// A decision. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum RequestAnswer {
    /// Refused.
    Unspecified = 0,
    /// Receive.
    Accept = 1,
    /// Delete the conversation.
    Delete = 2,
    /// Block.
    Block = 3,
    /// Block and delete.
    BlockAndDelete = 4,
    /// Block, delete, and it was told to the service.
    Spam = 5,
}
impl RequestAnswer {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "REQUEST_ANSWER_UNSPECIFIED",
            Self::Accept => "REQUEST_ANSWER_ACCEPT",
            Self::Delete => "REQUEST_ANSWER_DELETE",
            Self::Block => "REQUEST_ANSWER_BLOCK",
            Self::BlockAndDelete => "REQUEST_ANSWER_BLOCK_AND_DELETE",
            Self::Spam => "REQUEST_ANSWER_SPAM",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "REQUEST_ANSWER_UNSPECIFIED" => Some(Self::Unspecified),
            "REQUEST_ANSWER_ACCEPT" => Some(Self::Accept),
            "REQUEST_ANSWER_DELETE" => Some(Self::Delete),
            "REQUEST_ANSWER_BLOCK" => Some(Self::Block),
            "REQUEST_ANSWER_BLOCK_AND_DELETE" => Some(Self::BlockAndDelete),
            "REQUEST_ANSWER_SPAM" => Some(Self::Spam),
            _ => None,
        }
    }
}
/// Who called. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum CallDirection {
    /// Refused.
    Unspecified = 0,
    /// The other.
    Incoming = 1,
    /// The owner.
    Outgoing = 2,
}
impl CallDirection {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "CALL_DIRECTION_UNSPECIFIED",
            Self::Incoming => "CALL_DIRECTION_INCOMING",
            Self::Outgoing => "CALL_DIRECTION_OUTGOING",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "CALL_DIRECTION_UNSPECIFIED" => Some(Self::Unspecified),
            "CALL_DIRECTION_INCOMING" => Some(Self::Incoming),
            "CALL_DIRECTION_OUTGOING" => Some(Self::Outgoing),
            _ => None,
        }
    }
}
/// What became of a call. A number not listed is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum CallOutcome {
    /// Refused.
    Unspecified = 0,
    /// It was taken.
    Accepted = 1,
    /// It was declined.
    Declined = 2,
    /// Nobody took it.
    Missed = 3,
    /// The entry was deleted.
    Deleted = 4,
}
impl CallOutcome {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "CALL_OUTCOME_UNSPECIFIED",
            Self::Accepted => "CALL_OUTCOME_ACCEPTED",
            Self::Declined => "CALL_OUTCOME_DECLINED",
            Self::Missed => "CALL_OUTCOME_MISSED",
            Self::Deleted => "CALL_OUTCOME_DELETED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "CALL_OUTCOME_UNSPECIFIED" => Some(Self::Unspecified),
            "CALL_OUTCOME_ACCEPTED" => Some(Self::Accepted),
            "CALL_OUTCOME_DECLINED" => Some(Self::Declined),
            "CALL_OUTCOME_MISSED" => Some(Self::Missed),
            "CALL_OUTCOME_DELETED" => Some(Self::Deleted),
            _ => None,
        }
    }
}
/// A message of another section, as bytes.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Carried {
    /// 1 byte to the limit of the content's kind. May hold secrets. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
/// Somebody's signed wish to join a group, on its way to a member who carries it into a change.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CarriedTicket {
    /// The encoded GroupTicket (section 15.7), 1 to 6,144 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
/// A signed change of a group.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct CarriedChange {
    /// The encoded SignedGroupChange or SignedGroupGenesis, 1 to 55,296 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub body: ::prost::alloc::vec::Vec<u8>,
    /// The secret of the key epoch that the change begins, 32 bytes. Secret. Absent: the change begins
    /// none, or the receiver shall not have it.
    #[prost(bytes = "vec", tag = "2")]
    pub epoch_secret: ::prost::alloc::vec::Vec<u8>,
}
/// A part of an encoded GroupSyncAnswer: a snapshot is longer than a content may be.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct SnapshotPart {
    /// Names the whole: random, 16 bytes, the same in all its parts. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub snapshot: ::prost::alloc::vec::Vec<u8>,
    /// Which part it is, from 0.
    #[prost(uint32, tag = "2")]
    pub part: u32,
    /// How many parts there are, 1 to 24. Absent: refused.
    #[prost(uint32, tag = "3")]
    pub parts: u32,
    /// The part's bytes: 49,152, in the last part 1 to 49,152. Absent: refused.
    #[prost(bytes = "vec", tag = "4")]
    pub body: ::prost::alloc::vec::Vec<u8>,
}
/// What the author's device understands. Replaces what it announced before.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Capabilities {
    /// The highest content version that it knows, from 1. Absent: refused.
    #[prost(uint32, tag = "1")]
    pub content_version: u32,
    /// The numbers of the bodies that it knows, two bytes each, big-endian, in strictly ascending
    /// order; 1 to 256 of them. Absent: refused.
    #[prost(bytes = "vec", tag = "2")]
    pub bodies: ::prost::alloc::vec::Vec<u8>,
}
/// What the account's owner decided about one contact, for the other devices.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContactStateUpdate {
    /// The contact, 1 to 64 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub account: ::prost::alloc::vec::Vec<u8>,
    /// Absent, or a number not listed: refused.
    #[prost(enumeration = "ContactStanding", tag = "2")]
    pub standing: i32,
    /// Which decision is newest. Absent: refused.
    #[prost(message, optional, tag = "3")]
    pub stamp: ::core::option::Option<Stamp>,
}
/// Shows a message to those whom a service lets judge of it, with what proves who said it where.
/// SPEC.md section 13.2.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Report {
    /// The message's content, exactly the bytes that were encrypted, 1 to 61,440. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub content: ::prost::alloc::vec::Vec<u8>,
    /// Who said it and where, in the fixed layout of section 13.1. Absent: refused.
    #[prost(bytes = "vec", tag = "2")]
    pub context: ::prost::alloc::vec::Vec<u8>,
    /// What opens the commitment, 32 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "3")]
    pub key: ::prost::alloc::vec::Vec<u8>,
    /// The commitment that stood beside the message, 32 bytes: to exactly this content and context.
    /// Absent: refused.
    #[prost(bytes = "vec", tag = "4")]
    pub commitment: ::prost::alloc::vec::Vec<u8>,
    /// What the service put beside the envelope when it took it, up to 1,024 bytes. Absent: nothing.
    #[prost(bytes = "vec", tag = "5")]
    pub stamp: ::prost::alloc::vec::Vec<u8>,
}
/// A way to reach an account: in a conversation, in a link, or in a QR code.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContactLink {
    /// The account, 1 to 64 bytes. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub account: ::prost::alloc::vec::Vec<u8>,
    /// Its account key, 32 bytes: the receiver trusts no other. Absent: refused.
    #[prost(bytes = "vec", tag = "2")]
    pub account_key: ::prost::alloc::vec::Vec<u8>,
    /// A pre-shared secret (section 7.5), 32 bytes. Secret. Absent: none.
    #[prost(bytes = "vec", tag = "3")]
    pub secret: ::prost::alloc::vec::Vec<u8>,
    /// What to call the account until its profile is known, up to 128 bytes. Absent: nothing.
    #[prost(string, tag = "4")]
    pub name: ::prost::alloc::string::String,
}
/// The author does something in the conversation, or stopped. Never stored and never sent again.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Typing {
    /// Absent: started.
    #[prost(enumeration = "TypingState", tag = "1")]
    pub state: i32,
}
/// Lets the receivers open the author's sealed profile (section 19).
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ProfileShare {
    /// The profile key, 32 bytes. Secret. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub key: ::prost::alloc::vec::Vec<u8>,
    /// Counts the author's profile keys, from 1; a receiver keeps the highest. Absent: refused.
    #[prost(uint32, tag = "2")]
    pub version: u32,
}
/// Replaces the profile key of somebody whose profile was shared. To accepted contacts alone.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ProfileKeyUpdate {
    /// The new profile key, 32 bytes. Secret. Absent: refused.
    #[prost(bytes = "vec", tag = "1")]
    pub key: ::prost::alloc::vec::Vec<u8>,
    /// As in ProfileShare.
    #[prost(uint32, tag = "2")]
    pub version: u32,
}
/// What the author does. A number not listed counts as started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum TypingState {
    /// Writes.
    Started = 0,
    /// No longer does anything.
    Stopped = 1,
    /// Records a voice note.
    Recording = 2,
}
impl TypingState {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Started => "TYPING_STATE_STARTED",
            Self::Stopped => "TYPING_STATE_STOPPED",
            Self::Recording => "TYPING_STATE_RECORDING",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "TYPING_STATE_STARTED" => Some(Self::Started),
            "TYPING_STATE_STOPPED" => Some(Self::Stopped),
            "TYPING_STATE_RECORDING" => Some(Self::Recording),
            _ => None,
        }
    }
}
/// Names a message: which one, and what exactly it said.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MessageRef {
    /// The id of the account that sent it, 1 to 64 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub author: ::prost::alloc::vec::Vec<u8>,
    /// Its message id, 16 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub message_id: ::prost::alloc::vec::Vec<u8>,
    /// The hash of its exact bytes, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub hash: ::prost::alloc::vec::Vec<u8>,
}
/// A sealed object and where it is.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MediaObject {
    /// Where to fetch it: 1 to 512 bytes that the application chose.
    #[prost(bytes = "vec", tag = "1")]
    pub locator: ::prost::alloc::vec::Vec<u8>,
    /// The key that it is sealed under, 32 bytes, of this object alone.
    #[prost(bytes = "vec", tag = "2")]
    pub key: ::prost::alloc::vec::Vec<u8>,
    /// Bytes of the plaintext, at most 2^40. Absent: none, an empty file.
    #[prost(uint64, tag = "3")]
    pub size: u64,
    /// Bytes of the object: as many as such a plaintext is sealed to.
    #[prost(uint64, tag = "4")]
    pub ciphertext_size: u64,
    /// The BLAKE3 hash of the object, 32 bytes.
    #[prost(bytes = "vec", tag = "5")]
    pub root: ::prost::alloc::vec::Vec<u8>,
}
/// A file: how to fetch and open it, and what it is before it was fetched.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MediaPointer {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub object: ::core::option::Option<MediaObject>,
    /// Its media type: type "/" subtype in ASCII, possibly ";" and parameters, at most 127 bytes.
    #[prost(string, tag = "2")]
    pub content_type: ::prost::alloc::string::String,
    /// Its name without a path, at most 255 bytes. Absent: it has none.
    #[prost(string, tag = "3")]
    pub file_name: ::prost::alloc::string::String,
    /// Pixels. Absent together with the height: not known.
    #[prost(uint32, tag = "4")]
    pub width: u32,
    /// Pixels. Absent together with the width.
    #[prost(uint32, tag = "5")]
    pub height: u32,
    /// Milliseconds of sound or film. Absent: none, or not known.
    #[prost(uint32, tag = "6")]
    pub duration: u32,
    /// A blur of it: at most 64 characters of base 83. Absent: none.
    #[prost(string, tag = "9")]
    pub blurhash: ::prost::alloc::string::String,
    /// What is to be seen or heard, for who cannot: at most 1,024 bytes. Absent: not said.
    #[prost(string, tag = "10")]
    pub description: ::prost::alloc::string::String,
    /// Whether it is covered until somebody asks to see it.
    #[prost(bool, tag = "11")]
    pub covered: bool,
    /// A small picture of it. Absent: none.
    #[prost(oneof = "media_pointer::Thumbnail", tags = "7, 8")]
    pub thumbnail: ::core::option::Option<media_pointer::Thumbnail>,
}
/// Nested message and enum types in `MediaPointer`.
pub mod media_pointer {
    /// A small picture of it. Absent: none.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Thumbnail {
        /// A picture of 1 to 16,384 bytes; of all in one content at most 32,768 bytes.
        #[prost(bytes, tag = "7")]
        InlineThumbnail(::prost::alloc::vec::Vec<u8>),
        /// A picture that is sealed under a key of its own.
        #[prost(message, tag = "8")]
        RemoteThumbnail(super::MediaObject),
    }
}
/// A part of a text that looks different.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct FormatRange {
    /// Where it begins: bytes of UTF-8 before it, on a character's boundary.
    #[prost(uint32, tag = "1")]
    pub start: u32,
    /// How many bytes it covers, from 1, up to a character's boundary inside the text.
    #[prost(uint32, tag = "2")]
    pub length: u32,
    #[prost(enumeration = "FormatStyle", tag = "3")]
    pub style: i32,
}
/// A part of a text that names somebody.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Mention {
    /// As of a format range.
    #[prost(uint32, tag = "1")]
    pub start: u32,
    /// As of a format range.
    #[prost(uint32, tag = "2")]
    pub length: u32,
    /// Exactly one.
    #[prost(oneof = "mention::Who", tags = "3, 4")]
    pub who: ::core::option::Option<mention::Who>,
}
/// Nested message and enum types in `Mention`.
pub mod mention {
    /// Exactly one.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Who {
        /// An account's id, 1 to 64 bytes.
        #[prost(bytes, tag = "3")]
        Account(::prost::alloc::vec::Vec<u8>),
        /// All of the group.
        #[prost(message, tag = "4")]
        Everyone(super::Everyone),
    }
}
/// All members of the conversation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Everyone {
}
/// A text with formats and mentions, where it is not the message itself.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StyledText {
    /// As long as its place allows.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
    /// At most 256.
    #[prost(message, repeated, tag = "2")]
    pub ranges: ::prost::alloc::vec::Vec<FormatRange>,
    /// At most 128, in ascending order and apart from each other.
    #[prost(message, repeated, tag = "3")]
    pub mentions: ::prost::alloc::vec::Vec<Mention>,
}
/// What a link leads to, as its sender saw it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct LinkPreview {
    /// The link, http or https, at most 2,048 bytes; it stands in the text.
    #[prost(string, tag = "1")]
    pub url: ::prost::alloc::string::String,
    /// At most 256 bytes. Absent: none.
    #[prost(string, tag = "2")]
    pub title: ::prost::alloc::string::String,
    /// At most 1,024 bytes. Absent: none.
    #[prost(string, tag = "3")]
    pub description: ::prost::alloc::string::String,
    /// A picture of it. Absent: none.
    #[prost(message, optional, tag = "4")]
    pub image: ::core::option::Option<MediaPointer>,
    /// When the page says it was published: milliseconds since the Unix epoch, at most
    /// 253,402,300,799,999. Absent: it does not.
    #[prost(uint64, tag = "5")]
    pub published_at: u64,
}
/// What a message answers.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Quote {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
    /// The beginning of it, 1 to 2,048 bytes, to be shown by who does not have it. Absent: none.
    #[prost(message, optional, tag = "2")]
    pub snippet: ::core::option::Option<StyledText>,
    #[prost(enumeration = "QuoteKind", tag = "3")]
    pub kind: i32,
    /// A picture of it, 1 to 16,384 bytes. Absent: none.
    #[prost(bytes = "vec", tag = "4")]
    pub thumbnail: ::prost::alloc::vec::Vec<u8>,
}
/// That a message was passed on. Nothing here says whose it was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Forwarded {
    /// How often, 1 to 255; 255 and more count as 255.
    #[prost(uint32, tag = "1")]
    pub times: u32,
}
/// A text message.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Text {
    /// 1 to 8,192 bytes of UTF-8; with a long text its first 1 to 2,048 bytes.
    #[prost(string, tag = "1")]
    pub text: ::prost::alloc::string::String,
    /// At most 256, inside the field above.
    #[prost(message, repeated, tag = "2")]
    pub ranges: ::prost::alloc::vec::Vec<FormatRange>,
    /// At most 128, in ascending order and apart from each other, inside the first field.
    #[prost(message, repeated, tag = "3")]
    pub mentions: ::prost::alloc::vec::Vec<Mention>,
    /// Of a link in the text. Absent: none.
    #[prost(message, optional, tag = "4")]
    pub preview: ::core::option::Option<LinkPreview>,
    /// Absent: answers nothing.
    #[prost(message, optional, tag = "5")]
    pub quote: ::core::option::Option<Quote>,
    /// The whole text as a file of type text/plain, longer than the first field and at most 65,536
    /// bytes. Absent: the first field is all.
    #[prost(message, optional, tag = "6")]
    pub long_text: ::core::option::Option<MediaPointer>,
    /// Absent: its author wrote it.
    #[prost(message, optional, tag = "7")]
    pub forwarded: ::core::option::Option<Forwarded>,
}
/// One or several files.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Media {
    /// 1 to 32, in the order to be shown. One, if it is a voice note or to be seen once.
    #[prost(message, repeated, tag = "1")]
    pub items: ::prost::alloc::vec::Vec<MediaItem>,
    /// 1 to 4,096 bytes. Absent: none. Never with a voice note.
    #[prost(message, optional, tag = "2")]
    pub caption: ::core::option::Option<StyledText>,
    /// To be opened once and then deleted. Only a photo, a video or a voice note, never forwarded.
    #[prost(bool, tag = "3")]
    pub view_once: bool,
    /// Absent: answers nothing.
    #[prost(message, optional, tag = "4")]
    pub quote: ::core::option::Option<Quote>,
    /// Absent: its author made it.
    #[prost(message, optional, tag = "5")]
    pub forwarded: ::core::option::Option<Forwarded>,
}
/// One file of a message.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct MediaItem {
    /// Always there. Of a voice note with a duration.
    #[prost(message, optional, tag = "1")]
    pub pointer: ::core::option::Option<MediaPointer>,
    #[prost(enumeration = "MediaKind", tag = "2")]
    pub kind: i32,
    /// How loud a voice note is over its time: at most 128 bytes, 255 the loudest. Absent: not known.
    /// Only with voice notes.
    #[prost(bytes = "vec", tag = "3")]
    pub waveform: ::prost::alloc::vec::Vec<u8>,
}
/// A picture of a pack.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Sticker {
    /// Names the pack, 16 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub pack_id: ::prost::alloc::vec::Vec<u8>,
    /// The key to the pack, 32 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub pack_key: ::prost::alloc::vec::Vec<u8>,
    /// Which of the pack.
    #[prost(uint32, tag = "3")]
    pub sticker_id: u32,
    /// What it stands for: one character as people count, at most 64 bytes. Absent: not said.
    #[prost(string, tag = "4")]
    pub emoji: ::prost::alloc::string::String,
    /// The picture. Always there.
    #[prost(message, optional, tag = "5")]
    pub pointer: ::core::option::Option<MediaPointer>,
    /// Whether it moves.
    #[prost(bool, tag = "6")]
    pub animated: bool,
    /// Absent: answers nothing.
    #[prost(message, optional, tag = "7")]
    pub quote: ::core::option::Option<Quote>,
}
/// Somebody's or something's address.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct ContactCard {
    /// As it is shown: 1 to 256 bytes.
    #[prost(string, tag = "1")]
    pub name: ::prost::alloc::string::String,
    /// At most 256 bytes. Absent: not said.
    #[prost(string, tag = "2")]
    pub given_name: ::prost::alloc::string::String,
    /// At most 256 bytes. Absent: not said.
    #[prost(string, tag = "3")]
    pub family_name: ::prost::alloc::string::String,
    /// At most 256 bytes. Absent: not said.
    #[prost(string, tag = "4")]
    pub organisation: ::prost::alloc::string::String,
    /// At most 32.
    #[prost(message, repeated, tag = "5")]
    pub details: ::prost::alloc::vec::Vec<ContactDetail>,
    /// Absent: none.
    #[prost(message, optional, tag = "6")]
    pub avatar: ::core::option::Option<MediaPointer>,
    /// Absent: the card says nothing about an account.
    #[prost(message, optional, tag = "7")]
    pub account: ::core::option::Option<ContactAccount>,
}
/// One way to reach a contact.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContactDetail {
    #[prost(enumeration = "ContactDetailKind", tag = "1")]
    pub kind: i32,
    /// 1 to 512 bytes.
    #[prost(string, tag = "2")]
    pub value: ::prost::alloc::string::String,
    /// "Work", "home": at most 64 bytes. Absent: none.
    #[prost(string, tag = "3")]
    pub label: ::prost::alloc::string::String,
}
/// A contact's account, as the card's sender knows it: a hint, not a proof.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ContactAccount {
    /// The account's id, 1 to 64 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub account: ::prost::alloc::vec::Vec<u8>,
    /// The hash of the account's public key, 32 bytes. Absent: not said.
    #[prost(bytes = "vec", tag = "2")]
    pub fingerprint: ::prost::alloc::vec::Vec<u8>,
}
/// A place.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Location {
    /// In 10^-7 degrees north of the equator, -900,000,000 to 900,000,000.
    #[prost(sint32, tag = "1")]
    pub latitude: i32,
    /// In 10^-7 degrees east of Greenwich, -1,800,000,000 to 1,800,000,000.
    #[prost(sint32, tag = "2")]
    pub longitude: i32,
    /// Metres that the place may be off. Absent: not known.
    #[prost(uint32, tag = "3")]
    pub accuracy: u32,
    /// At most 256 bytes, only with an address. Absent: none.
    #[prost(string, tag = "4")]
    pub name: ::prost::alloc::string::String,
    /// At most 1,024 bytes. Absent: none.
    #[prost(string, tag = "5")]
    pub address: ::prost::alloc::string::String,
    /// More about the place, http or https, at most 2,048 bytes. Absent: none.
    #[prost(string, tag = "6")]
    pub url: ::prost::alloc::string::String,
}
/// An invitation to a group by its link.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct GroupInvite {
    /// The group's id, 32 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub group_id: ::prost::alloc::vec::Vec<u8>,
    /// The link's id, 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub link_id: ::prost::alloc::vec::Vec<u8>,
    /// The link's secret, 32 bytes.
    #[prost(bytes = "vec", tag = "3")]
    pub link_secret: ::prost::alloc::vec::Vec<u8>,
    /// The group's title as the inviting account knows it: 1 to 256 bytes.
    #[prost(string, tag = "4")]
    pub title: ::prost::alloc::string::String,
    /// When the link ends: milliseconds since the Unix epoch, at most 253,402,300,799,999. Absent: not
    /// by itself.
    #[prost(uint64, tag = "5")]
    pub expires_at: u64,
    /// A picture of the group, 1 to 16,384 bytes. Absent: none.
    #[prost(bytes = "vec", tag = "6")]
    pub thumbnail: ::prost::alloc::vec::Vec<u8>,
}
/// A question with answers to choose from.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Poll {
    /// 1 to 512 bytes, not blank.
    #[prost(string, tag = "1")]
    pub question: ::prost::alloc::string::String,
    /// 2 to 12 different answers of 1 to 256 bytes, none blank, in the order to be shown. An answer is
    /// named by the first 16 bytes of the hash of its text.
    #[prost(string, repeated, tag = "2")]
    pub options: ::prost::alloc::vec::Vec<::prost::alloc::string::String>,
    /// How many answers one vote may name: 1 to 12, no more than there are unless some may be added.
    #[prost(uint32, tag = "3")]
    pub max_choices: u32,
    /// Whether others may add answers, up to 12 in all.
    #[prost(bool, tag = "4")]
    pub open: bool,
    /// Whether applications show numbers only. Every member's device still learns each vote.
    #[prost(bool, tag = "5")]
    pub hide_voters: bool,
    /// The right answer's name, 16 bytes, if it is a quiz: then one choice, and not open. Absent: it is
    /// no quiz.
    #[prost(bytes = "vec", tag = "6")]
    pub correct: ::prost::alloc::vec::Vec<u8>,
    /// When votes end: milliseconds since the Unix epoch, at most 253,402,300,799,999. Absent: when its
    /// author closes it.
    #[prost(uint64, tag = "7")]
    pub closes_at: u64,
}
/// A choice, in place of the same voter's earlier ones.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PollVote {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub poll: ::core::option::Option<MessageRef>,
    /// The names of the chosen answers: at most 12 of 16 bytes each, one after the other in strictly
    /// ascending order (of their bytes). Absent: none, the vote is taken back.
    #[prost(bytes = "vec", tag = "2")]
    pub options: ::prost::alloc::vec::Vec<u8>,
    /// Counts this voter's votes in this poll, from 1: the highest holds.
    #[prost(uint32, tag = "3")]
    pub vote_count: u32,
}
/// Another answer for an open poll.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PollOption {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub poll: ::core::option::Option<MessageRef>,
    /// As the answers of a poll.
    #[prost(string, tag = "2")]
    pub text: ::prost::alloc::string::String,
}
/// The end of a poll, from its author.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct PollClose {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub poll: ::core::option::Option<MessageRef>,
}
/// How. A number not listed counts as unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum FormatStyle {
    /// As the rest of the text.
    Unspecified = 0,
    Bold = 1,
    Italic = 2,
    Underline = 3,
    Strikethrough = 4,
    Monospace = 5,
    /// Covered until somebody asks to read it.
    Spoiler = 6,
    CodeBlock = 7,
    BlockQuote = 8,
}
impl FormatStyle {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "FORMAT_STYLE_UNSPECIFIED",
            Self::Bold => "FORMAT_STYLE_BOLD",
            Self::Italic => "FORMAT_STYLE_ITALIC",
            Self::Underline => "FORMAT_STYLE_UNDERLINE",
            Self::Strikethrough => "FORMAT_STYLE_STRIKETHROUGH",
            Self::Monospace => "FORMAT_STYLE_MONOSPACE",
            Self::Spoiler => "FORMAT_STYLE_SPOILER",
            Self::CodeBlock => "FORMAT_STYLE_CODE_BLOCK",
            Self::BlockQuote => "FORMAT_STYLE_BLOCK_QUOTE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "FORMAT_STYLE_UNSPECIFIED" => Some(Self::Unspecified),
            "FORMAT_STYLE_BOLD" => Some(Self::Bold),
            "FORMAT_STYLE_ITALIC" => Some(Self::Italic),
            "FORMAT_STYLE_UNDERLINE" => Some(Self::Underline),
            "FORMAT_STYLE_STRIKETHROUGH" => Some(Self::Strikethrough),
            "FORMAT_STYLE_MONOSPACE" => Some(Self::Monospace),
            "FORMAT_STYLE_SPOILER" => Some(Self::Spoiler),
            "FORMAT_STYLE_CODE_BLOCK" => Some(Self::CodeBlock),
            "FORMAT_STYLE_BLOCK_QUOTE" => Some(Self::BlockQuote),
            _ => None,
        }
    }
}
/// What is answered. A number not listed counts as unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum QuoteKind {
    /// A text, or nothing of the below.
    Unspecified = 0,
    Media = 1,
    VoiceNote = 2,
    Sticker = 3,
    ContactCard = 4,
    Location = 5,
    Poll = 6,
    Story = 7,
    /// What was to be seen once: quoted without a snippet and a thumbnail.
    ViewOnce = 8,
}
impl QuoteKind {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Unspecified => "QUOTE_KIND_UNSPECIFIED",
            Self::Media => "QUOTE_KIND_MEDIA",
            Self::VoiceNote => "QUOTE_KIND_VOICE_NOTE",
            Self::Sticker => "QUOTE_KIND_STICKER",
            Self::ContactCard => "QUOTE_KIND_CONTACT_CARD",
            Self::Location => "QUOTE_KIND_LOCATION",
            Self::Poll => "QUOTE_KIND_POLL",
            Self::Story => "QUOTE_KIND_STORY",
            Self::ViewOnce => "QUOTE_KIND_VIEW_ONCE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "QUOTE_KIND_UNSPECIFIED" => Some(Self::Unspecified),
            "QUOTE_KIND_MEDIA" => Some(Self::Media),
            "QUOTE_KIND_VOICE_NOTE" => Some(Self::VoiceNote),
            "QUOTE_KIND_STICKER" => Some(Self::Sticker),
            "QUOTE_KIND_CONTACT_CARD" => Some(Self::ContactCard),
            "QUOTE_KIND_LOCATION" => Some(Self::Location),
            "QUOTE_KIND_POLL" => Some(Self::Poll),
            "QUOTE_KIND_STORY" => Some(Self::Story),
            "QUOTE_KIND_VIEW_ONCE" => Some(Self::ViewOnce),
            _ => None,
        }
    }
}
/// How to show a file. A number not listed counts as a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum MediaKind {
    /// A file to be saved or opened.
    Document = 0,
    Photo = 1,
    Video = 2,
    /// A film without sound that plays by itself, again and again.
    Gif = 3,
    /// Somebody speaks to the receiver.
    VoiceNote = 4,
    /// Music and the like.
    Audio = 5,
}
impl MediaKind {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Document => "MEDIA_KIND_DOCUMENT",
            Self::Photo => "MEDIA_KIND_PHOTO",
            Self::Video => "MEDIA_KIND_VIDEO",
            Self::Gif => "MEDIA_KIND_GIF",
            Self::VoiceNote => "MEDIA_KIND_VOICE_NOTE",
            Self::Audio => "MEDIA_KIND_AUDIO",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "MEDIA_KIND_DOCUMENT" => Some(Self::Document),
            "MEDIA_KIND_PHOTO" => Some(Self::Photo),
            "MEDIA_KIND_VIDEO" => Some(Self::Video),
            "MEDIA_KIND_GIF" => Some(Self::Gif),
            "MEDIA_KIND_VOICE_NOTE" => Some(Self::VoiceNote),
            "MEDIA_KIND_AUDIO" => Some(Self::Audio),
            _ => None,
        }
    }
}
/// Which way. A number not listed counts as other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum ContactDetailKind {
    Other = 0,
    Phone = 1,
    Email = 2,
    /// Of a house.
    Address = 3,
    Website = 4,
}
impl ContactDetailKind {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Other => "CONTACT_DETAIL_KIND_OTHER",
            Self::Phone => "CONTACT_DETAIL_KIND_PHONE",
            Self::Email => "CONTACT_DETAIL_KIND_EMAIL",
            Self::Address => "CONTACT_DETAIL_KIND_ADDRESS",
            Self::Website => "CONTACT_DETAIL_KIND_WEBSITE",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "CONTACT_DETAIL_KIND_OTHER" => Some(Self::Other),
            "CONTACT_DETAIL_KIND_PHONE" => Some(Self::Phone),
            "CONTACT_DETAIL_KIND_EMAIL" => Some(Self::Email),
            "CONTACT_DETAIL_KIND_ADDRESS" => Some(Self::Address),
            "CONTACT_DETAIL_KIND_WEBSITE" => Some(Self::Website),
            _ => None,
        }
    }
}
/// A sign under a message, in place of the same account's earlier one.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Reaction {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
    /// Exactly one.
    #[prost(oneof = "reaction::Change", tags = "2, 3")]
    pub change: ::core::option::Option<reaction::Change>,
}
/// Nested message and enum types in `Reaction`.
pub mod reaction {
    /// Exactly one.
    #[derive(Clone, PartialEq, Eq, Hash, ::prost::Oneof)]
    pub enum Change {
        /// One character as people count, 1 to 64 bytes.
        #[prost(string, tag = "2")]
        Emoji(::prost::alloc::string::String),
        /// Takes the sign back.
        #[prost(message, tag = "3")]
        None(super::NoReaction),
    }
}
/// No sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct NoReaction {
}
/// Another wording of a message, from its author.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct Edit {
    /// The message as it was first sent, not an edit of it. Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
    /// Counts the edits of this message, 1 to 10: the highest holds.
    #[prost(uint32, tag = "2")]
    pub edit_seq: u32,
    /// What the message says now, of the same kind. Exactly one. Without quote and forward information,
    /// which stay as they were.
    #[prost(oneof = "edit::Replacement", tags = "3, 4")]
    pub replacement: ::core::option::Option<edit::Replacement>,
}
/// Nested message and enum types in `Edit`.
pub mod edit {
    /// What the message says now, of the same kind. Exactly one. Without quote and forward information,
    /// which stay as they were.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Replacement {
        #[prost(message, tag = "3")]
        Text(super::Text),
        /// Not to be seen once and no voice note.
        #[prost(message, tag = "4")]
        Media(super::Media),
    }
}
/// Takes a message back, from its author: receivers remove it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Delete {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
}
/// Removes somebody's message from a group, by who may.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct AdminDelete {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
}
/// Keeps a message in sight.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Pin {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
    /// Seconds after sending the pin, at most 31,622,400. Absent: until it is unpinned.
    #[prost(uint32, tag = "2")]
    pub duration: u32,
}
/// Ends that.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct Unpin {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
}
/// Sets the disappearing-message timer of a conversation between two accounts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, ::prost::Message)]
pub struct ExpiryTimer {
    /// Seconds after which messages are deleted, at most 31,622,400. Absent: the timer is off.
    #[prost(uint32, tag = "1")]
    pub seconds: u32,
    /// One more than that of the timer it replaces; from 1.
    #[prost(uint32, tag = "2")]
    pub timer_version: u32,
}
/// What viewers may do with a story. What is absent is not allowed.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StoryTerms {
    /// Answer with words.
    #[prost(bool, tag = "1")]
    pub replies: bool,
    /// Put a sign under it.
    #[prost(bool, tag = "2")]
    pub reactions: bool,
    /// Show it to their own audience.
    #[prost(bool, tag = "3")]
    pub resharing: bool,
    /// The story that this one shows again. Absent: it is the author's own.
    #[prost(message, optional, tag = "4")]
    pub origin: ::core::option::Option<MessageRef>,
}
/// A picture or film for a day.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StoryMedia {
    /// A photo, video or GIF. Always there.
    #[prost(message, optional, tag = "1")]
    pub item: ::core::option::Option<MediaItem>,
    /// 1 to 4,096 bytes. Absent: none.
    #[prost(message, optional, tag = "2")]
    pub caption: ::core::option::Option<StyledText>,
    /// Always there.
    #[prost(message, optional, tag = "3")]
    pub terms: ::core::option::Option<StoryTerms>,
}
/// Words for a day.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StoryText {
    /// 1 to 2,048 bytes. Always there.
    #[prost(message, optional, tag = "1")]
    pub text: ::core::option::Option<StyledText>,
    #[prost(enumeration = "StoryFont", tag = "2")]
    pub font: i32,
    /// Of the words: alpha, red, green, blue, from the highest byte to the lowest.
    #[prost(uint32, tag = "3")]
    pub colour: u32,
    /// Behind the words. Always there.
    #[prost(message, optional, tag = "4")]
    pub background: ::core::option::Option<StoryBackground>,
    /// Of a link that stands in the text. Absent: none.
    #[prost(message, optional, tag = "5")]
    pub preview: ::core::option::Option<LinkPreview>,
    /// Always there.
    #[prost(message, optional, tag = "6")]
    pub terms: ::core::option::Option<StoryTerms>,
}
/// One colour, or several that pass over into each other.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StoryBackground {
    /// 1 to 8 colours, as above.
    #[prost(uint32, repeated, tag = "1")]
    pub colours: ::prost::alloc::vec::Vec<u32>,
    /// Where each colour is reached, in percent, in strictly ascending order: as many as there are
    /// colours. With one colour: none.
    #[prost(uint32, repeated, tag = "2")]
    pub positions: ::prost::alloc::vec::Vec<u32>,
    /// The direction of the passage in degrees, 0 to 359. With one colour: 0.
    #[prost(uint32, tag = "3")]
    pub angle: u32,
}
/// Tells the author that stories were seen. For the author alone.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StoryView {
    /// The ids of 1 to 512 stories of the receiver's, 16 bytes each, one after the other in strictly
    /// ascending order.
    #[prost(bytes = "vec", tag = "1")]
    pub ids: ::prost::alloc::vec::Vec<u8>,
}
/// Words in answer to a story.
#[derive(Clone, PartialEq, ::prost::Message)]
pub struct StoryReply {
    /// The story. Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
    /// 1 to 8,192 bytes. Always there.
    #[prost(message, optional, tag = "2")]
    pub text: ::core::option::Option<StyledText>,
}
/// A sign under a story, in place of the same account's earlier one.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StoryReaction {
    /// The story. Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
    /// One character as people count, 1 to 64 bytes. Absent: takes the earlier one back.
    #[prost(string, tag = "2")]
    pub emoji: ::prost::alloc::string::String,
}
/// Takes a story back, from its author: viewers remove it.
#[derive(Clone, PartialEq, Eq, Hash, ::prost::Message)]
pub struct StoryDelete {
    /// Always there.
    #[prost(message, optional, tag = "1")]
    pub target: ::core::option::Option<MessageRef>,
}
/// How the words look. A number not listed counts as the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::prost::Enumeration)]
#[repr(i32)]
pub enum StoryFont {
    Default = 0,
    Regular = 1,
    Bold = 2,
    Serif = 3,
    Script = 4,
    Condensed = 5,
}
impl StoryFont {
    /// String value of the enum field names used in the ProtoBuf definition.
    ///
    /// The values are not transformed in any way and thus are considered stable
    /// (if the ProtoBuf definition does not change) and safe for programmatic use.
    pub fn as_str_name(&self) -> &'static str {
        match self {
            Self::Default => "STORY_FONT_DEFAULT",
            Self::Regular => "STORY_FONT_REGULAR",
            Self::Bold => "STORY_FONT_BOLD",
            Self::Serif => "STORY_FONT_SERIF",
            Self::Script => "STORY_FONT_SCRIPT",
            Self::Condensed => "STORY_FONT_CONDENSED",
        }
    }
    /// Creates an enum from field names used in the ProtoBuf definition.
    pub fn from_str_name(value: &str) -> ::core::option::Option<Self> {
        match value {
            "STORY_FONT_DEFAULT" => Some(Self::Default),
            "STORY_FONT_REGULAR" => Some(Self::Regular),
            "STORY_FONT_BOLD" => Some(Self::Bold),
            "STORY_FONT_SERIF" => Some(Self::Serif),
            "STORY_FONT_SCRIPT" => Some(Self::Script),
            "STORY_FONT_CONDENSED" => Some(Self::Condensed),
            _ => None,
        }
    }
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
///    said         19 sticker pack, 22 live location, 28 event, 29 event answer, 30 call link,
///                 31 comment
///    operations   39 keep
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
///    groups       1,072 group ticket
///    own devices  1,088 sent transcript, 1,089 read, 1,090 viewed, 1,091 played, 1,092 view-once
///                 opened, 1,093 chat state, 1,094 contacts, 1,095 groups, 1,096 block list,
///                 1,097 verified, 1,098 settings, 1,099 story lists, 1,100 keys, 1,101 request,
///                 1,102 response, 1,103 message-request response, 1,104 delete for me, 1,105 call
///                 log, 1,106 device name, 1,107 device added, 1,108 device revoked, 1,109 history
///                 bundle, 1,110 chat folders, 1,111 scheduled send, 1,112 star
/// Format ranges, mentions, link previews, quotes and forward information are fields of the bodies
/// that have them, in the areas' own files.
#[derive(Clone, PartialEq, ::prost::Message)]
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
    #[prost(oneof = "content::Body", tags = "16, 17, 18, 20, 21, 23, 24, 25, 26, 27, 32, 33, 34, 35, 36, 37, 38, 40, 48, 49, 50, 41, 42, 43, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61, 62")]
    pub body: ::core::option::Option<content::Body>,
    #[prost(oneof = "content::LateBody", tags = "1024, 1025, 1026, 1027, 1028, 1029, 1030, 1031, 1032, 1033, 1034, 1035, 1036, 1037, 1038, 1056, 1057, 1058, 1059, 1060, 1061, 1072, 1088, 1089, 1090, 1091, 1092, 1093, 1094, 1095, 1096, 1097, 1098, 1099, 1100, 1101, 1102, 1103, 1104, 1105, 1106, 1107, 1108")]
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
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum Body {
        #[prost(message, tag = "16")]
        Text(super::Text),
        #[prost(message, tag = "17")]
        Media(super::Media),
        #[prost(message, tag = "18")]
        Sticker(super::Sticker),
        #[prost(message, tag = "20")]
        ContactCard(super::ContactCard),
        #[prost(message, tag = "21")]
        Location(super::Location),
        #[prost(message, tag = "23")]
        GroupInvite(super::GroupInvite),
        #[prost(message, tag = "24")]
        Poll(super::Poll),
        #[prost(message, tag = "25")]
        PollVote(super::PollVote),
        #[prost(message, tag = "26")]
        PollOption(super::PollOption),
        #[prost(message, tag = "27")]
        PollClose(super::PollClose),
        #[prost(message, tag = "32")]
        Reaction(super::Reaction),
        #[prost(message, tag = "33")]
        Edit(super::Edit),
        #[prost(message, tag = "34")]
        Delete(super::Delete),
        #[prost(message, tag = "35")]
        AdminDelete(super::AdminDelete),
        #[prost(message, tag = "36")]
        Pin(super::Pin),
        #[prost(message, tag = "37")]
        Unpin(super::Unpin),
        #[prost(message, tag = "38")]
        ExpiryTimer(super::ExpiryTimer),
        #[prost(message, tag = "40")]
        Receipt(super::Receipt),
        #[prost(message, tag = "48")]
        Null(super::Null),
        #[prost(message, tag = "49")]
        SessionReset(super::SessionReset),
        #[prost(message, tag = "50")]
        Retry(super::Retry),
        #[prost(message, tag = "41")]
        Typing(super::Typing),
        #[prost(message, tag = "42")]
        ProfileShare(super::ProfileShare),
        #[prost(message, tag = "43")]
        ProfileKeyUpdate(super::ProfileKeyUpdate),
        /// Section 14. At most 512 bytes each.
        #[prost(message, tag = "51")]
        SenderKey(super::Carried),
        #[prost(message, tag = "52")]
        SenderKeyRequest(super::Carried),
        #[prost(message, tag = "53")]
        SenderKeyWithheld(super::Carried),
        /// Section 15. The last two at most 512 bytes.
        #[prost(message, tag = "54")]
        GroupChange(super::CarriedChange),
        #[prost(message, tag = "55")]
        GroupSnapshot(super::SnapshotPart),
        #[prost(message, tag = "56")]
        GroupSyncRequest(super::Carried),
        #[prost(message, tag = "57")]
        GroupStateAck(super::Carried),
        #[prost(message, tag = "58")]
        Capabilities(super::Capabilities),
        #[prost(message, tag = "60")]
        Report(super::Report),
        #[prost(message, tag = "61")]
        ContactStateUpdate(super::ContactStateUpdate),
        #[prost(message, tag = "62")]
        ContactLink(super::ContactLink),
    }
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    pub enum LateBody {
        #[prost(message, tag = "1024")]
        CallOffer(super::CallOffer),
        #[prost(message, tag = "1025")]
        CallAnswer(super::CallAnswer),
        #[prost(message, tag = "1026")]
        CallIce(super::CallIce),
        #[prost(message, tag = "1027")]
        CallRinging(super::CallRinging),
        #[prost(message, tag = "1028")]
        CallBusy(super::CallBusy),
        #[prost(message, tag = "1029")]
        CallHangUp(super::CallHangUp),
        #[prost(message, tag = "1030")]
        CallReject(super::CallReject),
        #[prost(message, tag = "1031")]
        CallNegotiate(super::CallNegotiate),
        #[prost(message, tag = "1032")]
        CallMediaState(super::CallMediaState),
        #[prost(message, tag = "1033")]
        CallOpaque(super::CallOpaque),
        #[prost(message, tag = "1034")]
        GroupCallStart(super::GroupCallStart),
        #[prost(message, tag = "1035")]
        GroupCallUpdate(super::GroupCallUpdate),
        #[prost(message, tag = "1036")]
        GroupCallRing(super::GroupCallRing),
        #[prost(message, tag = "1037")]
        GroupCallCancel(super::GroupCallCancel),
        #[prost(message, tag = "1038")]
        GroupCallEnd(super::GroupCallEnd),
        #[prost(message, tag = "1056")]
        StoryMedia(super::StoryMedia),
        #[prost(message, tag = "1057")]
        StoryText(super::StoryText),
        #[prost(message, tag = "1058")]
        StoryView(super::StoryView),
        #[prost(message, tag = "1059")]
        StoryReply(super::StoryReply),
        #[prost(message, tag = "1060")]
        StoryReaction(super::StoryReaction),
        #[prost(message, tag = "1061")]
        StoryDelete(super::StoryDelete),
        /// Section 15.7.
        #[prost(message, tag = "1072")]
        GroupTicket(super::CarriedTicket),
        #[prost(message, tag = "1088")]
        SentTranscript(super::SentTranscript),
        #[prost(message, tag = "1089")]
        MessagesRead(super::MessagesRead),
        #[prost(message, tag = "1090")]
        MessagesViewed(super::MessagesViewed),
        #[prost(message, tag = "1091")]
        MessagesPlayed(super::MessagesPlayed),
        #[prost(message, tag = "1092")]
        ViewOnceOpened(super::ViewOnceOpened),
        #[prost(message, tag = "1093")]
        ChatState(super::ChatState),
        #[prost(message, tag = "1094")]
        Contacts(super::Contacts),
        #[prost(message, tag = "1095")]
        Groups(super::Groups),
        #[prost(message, tag = "1096")]
        BlockList(super::BlockList),
        #[prost(message, tag = "1097")]
        Verified(super::Verified),
        #[prost(message, tag = "1098")]
        Settings(super::Settings),
        #[prost(message, tag = "1099")]
        StoryLists(super::StoryLists),
        #[prost(message, tag = "1100")]
        OwnKeys(super::OwnKeys),
        #[prost(message, tag = "1101")]
        DeviceRequest(super::DeviceRequest),
        #[prost(message, tag = "1102")]
        DeviceResponse(super::DeviceResponse),
        #[prost(message, tag = "1103")]
        MessageRequestResponse(super::MessageRequestResponse),
        #[prost(message, tag = "1104")]
        DeleteForMe(super::DeleteForMe),
        #[prost(message, tag = "1105")]
        CallLog(super::CallLog),
        #[prost(message, tag = "1106")]
        DeviceName(super::DeviceName),
        #[prost(message, tag = "1107")]
        DeviceAdded(super::DeviceAdded),
        #[prost(message, tag = "1108")]
        DeviceRevoked(super::DeviceRevoked),
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
    /// What a reportable message commits to, 32 bytes (section 13.1). Absent: it cannot be reported.
    #[prost(bytes = "vec", tag = "15")]
    pub commitment: ::prost::alloc::vec::Vec<u8>,
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
    /// Only its hash counts, which is on the verified list; its signatures are not looked at.
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
/// What a device uploads: what the server must hold for it from now on. Replaces what it uploaded
/// before, but for the one-time prekeys that it names alone. At most 393,216 bytes.
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
    /// Ids of earlier one-time prekeys, of both kinds, that stay where the server still holds them;
    /// ascending, at most 400. All others go.
    #[prost(uint32, repeated, tag = "6")]
    pub kept_prekey_ids: ::prost::alloc::vec::Vec<u32>,
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
