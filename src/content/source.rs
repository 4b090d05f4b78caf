use super::{ContactState, Content, Conversation, Place, Unsupported};
use crate::crypto::Digest;
use crate::error::error_codes;

/// How a content came: what authenticated it, and what the user thinks of its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// In the session with a device of another account.
    Peer {
        /// The state of that account.
        author: ContactState,
    },
    /// In the session with another device of the own account, which is in the own signed list.
    OwnDevice,
    /// In a sender chain of this group.
    Group {
        /// The group.
        id: Digest,
        /// The state of the group: of an accepted one all members are heard.
        group: ContactState,
        /// Whether the user blocked the author.
        blocked: bool,
    },
    /// In a chain of stories.
    Story {
        /// The state of its author.
        author: ContactState,
    },
}

/// What to do with a content whose source fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reception {
    /// Show it or apply it.
    Applies,
    /// Show it among the message requests: fetch nothing for it, let nothing ring, answer nothing
    /// (V21).
    Requested,
    /// Forget it, and answer nothing (V17).
    Blocked,
}

impl Content {
    /// Whether a content may come from there at all, and then what to do with it (SPEC.md 12.6, rules
    /// V10, V11, V17, V21). For every content that was received, before anything is done with it.
    ///
    /// # Errors
    /// [`Misplaced`] when it may not: drop it.
    pub fn check_source(&self, source: &Source) -> Result<Reception, Misplaced> {
        let place = source.place(&self.conversation())?;
        let properties = self.body().kind().properties();
        if !properties.places.contains(&place) {
            return Err(Misplaced::of(properties.places, place));
        }
        if properties.from_blocked {
            return Ok(Reception::Applies);
        }
        Ok(source.reception())
    }
}

impl Unsupported {
    /// As [`Content::check_source`], as far as a content that is not understood shows: its body may
    /// come from anywhere.
    ///
    /// # Errors
    /// [`Misplaced`] when it names another conversation than the one that it came in: drop it.
    pub fn check_source(&self, source: &Source) -> Result<Reception, Misplaced> {
        if let Some(conversation) = &self.conversation {
            source.place(conversation)?;
        }
        Ok(source.reception())
    }
}

impl Source {
    /// Where a content was said that came from here.
    fn place(&self, conversation: &Conversation) -> Result<Place, Misplaced> {
        match (self, conversation) {
            (Self::Peer { .. }, Conversation::Peer) => Ok(Place::Peer),
            (Self::Peer { .. }, Conversation::Group(_)) => Ok(Place::Member),
            (Self::OwnDevice, Conversation::Peer) => Ok(Place::OwnDevices),
            (Self::Story { .. }, Conversation::Story) => Ok(Place::Story),
            (Self::Group { id, .. }, Conversation::Group(named)) if *id == named.id => {
                Ok(Place::Group)
            }
            (Self::Group { .. }, Conversation::Group(_)) => Err(Misplaced::OtherGroup),
            _ => Err(Misplaced::OtherConversation),
        }
    }

    const fn reception(&self) -> Reception {
        match self {
            Self::OwnDevice => Reception::Applies,
            Self::Group { blocked: true, .. } => Reception::Blocked,
            Self::Peer { author: state }
            | Self::Group { group: state, .. }
            | Self::Story { author: state } => match state {
                ContactState::Accepted => Reception::Applies,
                ContactState::Requested => Reception::Requested,
                ContactState::Blocked => Reception::Blocked,
            },
        }
    }
}

/// Why a content may not come from where it came from. Its author's client is broken or hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misplaced {
    /// It names another sort of conversation than the one that it came in.
    #[error("the content names another sort of conversation than the one that it came in")]
    OtherConversation,
    /// It names another group than the one whose chain it came in.
    #[error("the content names another group than the one that it came in")]
    OtherGroup,
    /// Only devices of the own account may say this.
    #[error("only devices of the own account may say this")]
    OnlyOwnDevices,
    /// Devices of the own account do not say this to each other.
    #[error("devices of one account do not say this to each other")]
    NotOwnDevices,
    /// This is said in sessions alone.
    #[error("this is said in sessions alone")]
    OnlySessions,
    /// This is said in the group's or the story's chain, so that everybody gets the same.
    #[error("this is not said in sessions")]
    NotSessions,
}

impl Misplaced {
    fn of(allowed: &[Place], place: Place) -> Self {
        match place {
            _ if allowed == [Place::OwnDevices] => Self::OnlyOwnDevices,
            Place::OwnDevices => Self::NotOwnDevices,
            Place::Peer | Place::Member => Self::NotSessions,
            // What may be said in a chain at all may be said in every chain of such a conversation.
            Place::Group | Place::Story => Self::OnlySessions,
        }
    }
}

error_codes!(Misplaced {
    Self::OtherConversation => ("source/other-conversation", Drop),
    Self::OtherGroup => ("source/other-group", Drop),
    Self::OnlyOwnDevices => ("source/only-own-devices", Drop),
    Self::NotOwnDevices => ("source/not-own-devices", Drop),
    Self::OnlySessions => ("source/only-sessions", Drop),
    Self::NotSessions => ("source/not-sessions", Drop),
});

#[cfg(test)]
mod tests {
    use super::super::tests::{begin, every_body};
    use super::super::{BodyKind, GroupBinding, Incoming};
    use super::*;
    use ContactState::{Accepted, Blocked, Requested};
    use alloc::vec::Vec;

    const ID: Digest = Digest::from_bytes([1; 32]);
    const GROUP: Conversation =
        Conversation::Group(GroupBinding { id: ID, revision: 7, state: [2; 16] });

    fn group(id: Digest, group: ContactState, blocked: bool) -> Source {
        Source::Group { id, group, blocked }
    }

    /// Every body in every conversation that it can be built in.
    fn every_content() -> Vec<Content> {
        let conversations = [Conversation::Peer, GROUP, Conversation::Story];
        let build = |conversation| {
            every_body().into_iter().filter_map(move |body| begin(conversation).build(body).ok())
        };
        conversations.into_iter().flat_map(build).collect()
    }

    fn sources(state: ContactState) -> [Source; 3] {
        [Source::Peer { author: state }, group(ID, state, false), Source::Story { author: state }]
    }

    #[test]
    fn what_the_table_allows_comes_from_there_and_nothing_else_does() {
        for content in every_content() {
            let places = content.body().kind().properties().places;
            for source in sources(Accepted).into_iter().chain([Source::OwnDevice]) {
                let expected = match (source, content.conversation()) {
                    (Source::Peer { .. }, Conversation::Peer) => places.contains(&Place::Peer),
                    (Source::Peer { .. }, Conversation::Group(_)) => {
                        places.contains(&Place::Member)
                    }
                    (Source::Group { .. }, Conversation::Group(_)) => {
                        places.contains(&Place::Group)
                    }
                    (Source::Story { .. }, Conversation::Story) => places.contains(&Place::Story),
                    (Source::OwnDevice, Conversation::Peer) => places.contains(&Place::OwnDevices),
                    _ => false,
                };
                let checked = content.check_source(&source);
                assert_eq!(checked == Ok(Reception::Applies), expected, "{content:?} {source:?}");
                assert_eq!(checked.is_ok(), expected);
            }
        }
    }

    #[test]
    fn what_devices_of_an_account_tell_each_other_nobody_else_may_say() {
        for content in every_content() {
            let number = content.body().kind().number();
            if (1_088..1_200).contains(&number)
                || content.body().kind() == BodyKind::ContactStateUpdate
            {
                for state in [Accepted, Requested, Blocked] {
                    let peer = content.check_source(&Source::Peer { author: state });
                    assert_eq!(peer, Err(Misplaced::OnlyOwnDevices));
                }
                assert_eq!(content.check_source(&Source::OwnDevice), Ok(Reception::Applies));
            }
        }
    }

    #[test]
    fn keys_come_in_sessions_alone() {
        for content in every_content() {
            if (48..60).contains(&content.body().kind().number()) {
                let chain = content.check_source(&group(ID, Accepted, false));
                assert_eq!(chain, Err(Misplaced::OtherConversation), "{content:?}");
            }
        }
    }

    #[test]
    fn a_content_of_another_group_or_conversation_is_refused() {
        let text = begin(GROUP).text("hello").unwrap();
        let other = group(Digest::from_bytes([9; 32]), Accepted, false);
        assert_eq!(text.check_source(&other), Err(Misplaced::OtherGroup));
        let story = Source::Story { author: Accepted };
        assert_eq!(text.check_source(&story), Err(Misplaced::OtherConversation));
        let peer = Source::Peer { author: Accepted };
        assert_eq!(text.check_source(&peer), Err(Misplaced::NotSessions));
        let direct = begin(Conversation::Peer).text("hello").unwrap();
        assert_eq!(direct.check_source(&Source::OwnDevice), Err(Misplaced::NotOwnDevices));
    }

    #[test]
    fn of_the_blocked_only_what_keeps_groups_and_sessions_going_applies() {
        for content in every_content() {
            let applies = content.body().kind().properties().from_blocked;
            for source in sources(Blocked).into_iter().chain([group(ID, Accepted, true)]) {
                let expected = if applies { Reception::Applies } else { Reception::Blocked };
                assert!(
                    content.check_source(&source).is_ok_and(|it| it == expected)
                        || content.check_source(&source).is_err()
                );
            }
            for source in sources(Requested) {
                let expected = if applies { Reception::Applies } else { Reception::Requested };
                let checked = content.check_source(&source);
                assert!(checked.is_err() || checked == Ok(expected));
            }
        }
        let text = begin(GROUP).text("hello").unwrap();
        assert_eq!(text.check_source(&group(ID, Accepted, true)), Ok(Reception::Blocked));
    }

    /// A content whose body no version knows yet.
    fn not_understood(conversation: Conversation) -> Unsupported {
        let mut bytes = begin(conversation).text("hello").unwrap().as_bytes().to_vec();
        let at = bytes.windows(2).position(|key| key == [0x82, 0x01]).expect("the key of body 16");
        bytes.splice(at..at + 2, [0x82, 0x7e]);
        let Ok(Incoming::Unsupported(what)) = Content::decode(&bytes) else { panic!() };
        assert_eq!(what.body_number, 2016);
        what
    }

    #[test]
    fn what_is_not_understood_is_judged_by_its_conversation_and_author_alone() {
        let said = not_understood(Conversation::Peer);
        let peer = |author| said.check_source(&Source::Peer { author });
        assert_eq!(peer(Accepted), Ok(Reception::Applies));
        assert_eq!(peer(Requested), Ok(Reception::Requested));
        assert_eq!(peer(Blocked), Ok(Reception::Blocked));
        assert_eq!(said.check_source(&Source::OwnDevice), Ok(Reception::Applies));
        let story = Source::Story { author: Accepted };
        assert_eq!(said.check_source(&story), Err(Misplaced::OtherConversation));
        let other = group(Digest::from_bytes([9; 32]), Accepted, false);
        assert_eq!(not_understood(GROUP).check_source(&other), Err(Misplaced::OtherGroup));
    }
}
