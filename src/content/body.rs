use super::call::{
    CallAnswer, CallBusy, CallHangUp, CallIce, CallMediaState, CallNegotiate, CallOffer,
    CallOpaque, CallReject, CallRinging, GroupCallCancel, GroupCallEnd, GroupCallRing,
    GroupCallStart, GroupCallUpdate,
};
use super::device::{
    BlockList, CallLog, ChatState, Contacts, DeleteForMe, DeviceAdded, DeviceName, DeviceRequest,
    DeviceResponse, DeviceRevoked, Groups, MessageRequestResponse, MessagesPlayed, MessagesRead,
    MessagesViewed, OwnKeys, SentTranscript, Settings, StoryLists, Verified, ViewOnceOpened,
};
use super::key::{
    Capabilities, GroupChange, GroupSnapshot, GroupStateAck, GroupSyncRequest, GroupTicket,
    SenderKey, SenderKeyRequest, SenderKeyWithheld,
};
use super::kind::{
    ABOUT, CALL, CALL_END, GROUP_CALL, KEY, MEDIA, OWN, SAID, SESSION, SIGNAL, STORY, TYPING,
};
use super::safety::{ContactLink, ContactStateUpdate, Report};
use super::signal::{ProfileKeyUpdate, ProfileShare, Typing};
use super::story::{StoryDelete, StoryMedia, StoryReaction, StoryReply, StoryText, StoryView};
use super::{
    AdminDelete, ContactCard, Delete, Edit, ExpiryTimer, GroupInvite, Location, Media, Pin, Poll,
    PollClose, PollOption, PollVote, Reaction, Sticker, Unpin,
};
use super::{BodyProperties, Null, Place, Receipt, Retry, SessionReset, Text, Violation};
use crate::wire::proto;
use crate::wire::proto::content::{Body as EarlyBody, LateBody};

/// Declares the bodies: each with its number and what holds for its kind. The late ones are those
/// whose numbers do not fit below the extensions.
macro_rules! bodies {
    (
        $($(#[doc = $doc:literal])+ $name:ident = $number:literal, $properties:expr;)+
        late { $($(#[doc = $late_doc:literal])+ $late:ident = $late_number:literal, $late_properties:expr;)* }
    ) => {
        /// What a message says. Each is valid by construction.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Body {
            $($(#[doc = $doc])+ $name($name),)+
            $($(#[doc = $late_doc])+ $late($late),)*
        }

        /// The kinds of bodies.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum BodyKind {
            $(#[doc = concat!("[`Body::", stringify!($name), "`].")] $name,)+
            $(#[doc = concat!("[`Body::", stringify!($late), "`].")] $late,)*
        }

        impl Body {
            /// Which kind it is.
            #[must_use]
            pub const fn kind(&self) -> BodyKind {
                match self {
                    $(Self::$name(_) => BodyKind::$name,)+
                    $(Self::$late(_) => BodyKind::$late,)*
                }
            }

            fn from_early(wire: EarlyBody) -> Result<Self, Violation> {
                match wire { $(EarlyBody::$name(wire) => $name::from_wire(wire).map(Self::$name),)+ }
            }

            fn from_late(wire: LateBody) -> Result<Self, Violation> {
                match wire { $(LateBody::$late(wire) => $late::from_wire(wire).map(Self::$late),)* }
            }

            /// Puts it into its place of a content.
            pub(super) fn write_to(&self, content: &mut proto::Content) {
                match self {
                    $(Self::$name(body) => content.body = Some(EarlyBody::$name(body.to_wire())),)+
                    $(Self::$late(body) => content.late_body = Some(LateBody::$late(body.to_wire())),)*
                }
            }
        }

        impl BodyKind {
            /// Every kind, by number.
            pub const ALL: &[Self] = &[$(Self::$name,)+ $(Self::$late,)*];

            /// Its field number in a content.
            #[must_use]
            pub const fn number(self) -> u32 {
                match self {
                    $(Self::$name => $number,)+
                    $(Self::$late => $late_number,)*
                }
            }

            /// Its name in the schema.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                    $(Self::$late => stringify!($late),)*
                }
            }

            /// What holds for all of its kind.
            #[must_use]
            pub const fn properties(self) -> BodyProperties {
                match self {
                    $(Self::$name => $properties,)+
                    $(Self::$late => $late_properties,)*
                }
            }
        }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        })+
        $(impl From<$late> for Body {
            fn from(body: $late) -> Self {
                Self::$late(body)
            }
        })*
    };
}

bodies! {
    /// A text message.
    Text = 16, BodyProperties { editable: true, ..SAID };
    /// Files.
    Media = 17, MEDIA;
    /// A picture of a pack.
    Sticker = 18, SAID;
    /// Somebody's or something's address.
    ContactCard = 20, SAID;
    /// A place.
    Location = 21, SAID;
    /// An invitation to a group.
    GroupInvite = 23, SAID;
    /// A question with answers to choose from.
    Poll = 24, SAID;
    /// A choice.
    PollVote = 25, ABOUT;
    /// Another answer.
    PollOption = 26, ABOUT;
    /// The end of a poll.
    PollClose = 27, ABOUT;
    /// A sign under a message.
    Reaction = 32, ABOUT;
    /// Another wording of a message.
    Edit = 33, ABOUT;
    /// A message is taken back.
    Delete = 34, ABOUT;
    /// Somebody's message is removed.
    AdminDelete = 35, BodyProperties { places: &[Place::Group], ..ABOUT };
    /// A message is kept in sight.
    Pin = 36, ABOUT;
    /// That ends.
    Unpin = 37, ABOUT;
    /// Messages disappear from now on, or no longer.
    ExpiryTimer = 38, BodyProperties { places: &[Place::Peer], ..ABOUT };
    /// What became of messages.
    Receipt = 40, BodyProperties { places: &[Place::Peer, Place::Member], ..SIGNAL };
    /// The author does something in the conversation.
    Typing = 41, TYPING;
    /// The author's profile key.
    ProfileShare = 42, BodyProperties { places: &[Place::Peer, Place::Group], ..SIGNAL };
    /// The author's new profile key.
    ProfileKeyUpdate = 43, SIGNAL;
    /// Nothing.
    Null = 48, SESSION;
    /// The author begins a new session.
    SessionReset = 49, SESSION;
    /// A request to send a message again.
    Retry = 50, SESSION;
    /// The author's sender chain.
    SenderKey = 51, KEY;
    /// Asks for a sender chain.
    SenderKeyRequest = 52, KEY;
    /// A sender chain is not given.
    SenderKeyWithheld = 53, KEY;
    /// A change of a group.
    GroupChange = 54, KEY;
    /// A part of a group's snapshot.
    GroupSnapshot = 55, KEY;
    /// Asks for changes of a group.
    GroupSyncRequest = 56, KEY;
    /// Says which state of a group the author has.
    GroupStateAck = 57, KEY;
    /// What the author's device understands.
    Capabilities = 58, KEY;
    /// Shows a message to those who may judge of it.
    Report = 60, SIGNAL;
    /// What the owner decided about one contact.
    ContactStateUpdate = 61, OWN;
    /// A way to reach an account.
    ContactLink = 62, SAID;
    late {
        /// Calls an account.
        CallOffer = 1_024, CALL;
        /// A called device takes the call.
        CallAnswer = 1_025, CALL;
        /// Ways to reach a device.
        CallIce = 1_026, CALL;
        /// A device rings.
        CallRinging = 1_027, CALL;
        /// The called account is in another call.
        CallBusy = 1_028, CALL_END;
        /// The author ends the call.
        CallHangUp = 1_029, CALL_END;
        /// The called person declines.
        CallReject = 1_030, CALL_END;
        /// Changes what was agreed on.
        CallNegotiate = 1_031, CALL;
        /// What the author's device sends.
        CallMediaState = 1_032, CALL;
        /// Anything else that the media layer says.
        CallOpaque = 1_033, CALL;
        /// The author begins a call of the group.
        GroupCallStart = 1_034, GROUP_CALL;
        /// The author's device joined or left.
        GroupCallUpdate = 1_035, GROUP_CALL;
        /// Rings members of the group.
        GroupCallRing = 1_036, BodyProperties { places: &[Place::Group], ..CALL };
        /// The author no longer rings.
        GroupCallCancel = 1_037, GROUP_CALL;
        /// The call of the group is over.
        GroupCallEnd = 1_038, GROUP_CALL;
        /// A picture or film for a day.
        StoryMedia = 1_056, STORY;
        /// Words for a day.
        StoryText = 1_057, STORY;
        /// Stories were seen.
        StoryView = 1_058, SIGNAL;
        /// Words in answer to a story.
        StoryReply = 1_059, SAID;
        /// A sign under a story.
        StoryReaction = 1_060, ABOUT;
        /// A story is taken back.
        StoryDelete = 1_061, BodyProperties { places: &[Place::Story, Place::Group], ..ABOUT };
        /// Asks a member to let the author into a group.
        GroupTicket = 1_072, SIGNAL;
        /// What another device of the account sent.
        SentTranscript = 1_088, OWN;
        /// Messages were on a screen.
        MessagesRead = 1_089, OWN;
        /// Pictures were opened.
        MessagesViewed = 1_090, OWN;
        /// Voice notes were played.
        MessagesPlayed = 1_091, OWN;
        /// Something that can be viewed once was opened.
        ViewOnceOpened = 1_092, OWN;
        /// How one conversation is kept.
        ChatState = 1_093, OWN;
        /// What is known of contacts.
        Contacts = 1_094, OWN;
        /// What is kept of groups.
        Groups = 1_095, OWN;
        /// Everybody who is blocked.
        BlockList = 1_096, OWN;
        /// Whether an account's key was compared.
        Verified = 1_097, OWN;
        /// What the owner chose.
        Settings = 1_098, OWN;
        /// Audiences of stories.
        StoryLists = 1_099, OWN;
        /// Keys that all devices have.
        OwnKeys = 1_100, OWN;
        /// Asks the other devices.
        DeviceRequest = 1_101, OWN;
        /// Answers a request.
        DeviceResponse = 1_102, OWN;
        /// What the owner decided about a message request.
        MessageRequestResponse = 1_103, OWN;
        /// Deletes on all own devices.
        DeleteForMe = 1_104, OWN;
        /// Changes the list of calls.
        CallLog = 1_105, OWN;
        /// What a device is called.
        DeviceName = 1_106, OWN;
        /// A device was added.
        DeviceAdded = 1_107, OWN;
        /// A device was revoked.
        DeviceRevoked = 1_108, OWN;
    }
}

/// The protobuf form of a body.
pub(super) trait WireBody: Sized {
    /// The generated message.
    type Wire;

    fn from_wire(wire: Self::Wire) -> Result<Self, Violation>;
    fn to_wire(&self) -> Self::Wire;
}

impl Body {
    /// Takes the body out of a content, of which the outline says that it has exactly one.
    pub(super) fn take_from(content: &mut proto::Content) -> Result<Self, Violation> {
        match (content.body.take(), content.late_body.take()) {
            (Some(early), None) => Self::from_early(early),
            (None, Some(late)) => Self::from_late(late),
            (None, None) => Err(Violation::NoBody),
            (Some(_), Some(_)) => Err(Violation::SeveralBodies),
        }
    }
}

impl BodyKind {
    pub(super) fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_number_and_ascend() {
        assert!(BodyKind::ALL.is_sorted_by_key(|kind| kind.number()));
        for kind in BodyKind::ALL {
            assert_eq!(BodyKind::from_number(kind.number()), Some(*kind));
        }
        assert_eq!(BodyKind::from_number(63), None);
    }
}
