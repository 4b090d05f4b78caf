use super::call::CallRinging;
use super::kind::{ABOUT, MEDIA, SAID, SESSION, SIGNAL, STORY};
use super::{
    AdminDelete, ContactCard, Delete, Edit, ExpiryTimer, GroupInvite, Location, Media, Pin, Poll,
    PollClose, PollOption, PollVote, Reaction, Sticker, Unpin,
};
use super::{BodyProperties, Null, Place, Receipt, Retry, SessionReset, Text, Violation};
use super::{StoryDelete, StoryMedia, StoryReaction, StoryReply, StoryText, StoryView};
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
    Receipt = 40, BodyProperties { places: &[Place::Peer, Place::Group], ..SIGNAL };
    /// Nothing.
    Null = 48, SESSION;
    /// The author begins a new session.
    SessionReset = 49, SESSION;
    /// A request to send a message again.
    Retry = 50, SESSION;
    late {
        /// A device rings.
        CallRinging = 1_027, SIGNAL;
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
