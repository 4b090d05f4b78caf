use super::MessageName;
use crate::content::body::WireBody;
use crate::content::part::wire_enum;
use crate::content::{MessageId, Violation};
use crate::wire::proto;

/// Asks the other devices for something.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeviceRequest {
    /// What for.
    pub what: Requested,
}

/// What a device asks for. It decides what is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requested {
    /// [`Contacts`](super::Contacts).
    Contacts,
    /// [`Groups`](super::Groups).
    Groups,
    /// The [`BlockList`](super::BlockList).
    BlockList,
    /// [`Settings`](super::Settings).
    Settings,
    /// [`StoryLists`](super::StoryLists).
    StoryLists,
    /// [`OwnKeys`](super::OwnKeys).
    Keys,
    /// [`ChatState`](super::ChatState) of every conversation.
    Chats,
    /// Earlier messages.
    History,
    /// This message.
    Message(MessageName),
    /// The media of this message, uploaded anew.
    Media(MessageName),
}

impl Requested {
    fn from_wire(what: i32, message: Option<MessageName>) -> Result<Self, Violation> {
        use proto::Requested as Wire;
        match (Wire::try_from(what), message) {
            (Ok(Wire::Message), Some(message)) => Ok(Self::Message(message)),
            (Ok(Wire::Media), Some(message)) => Ok(Self::Media(message)),
            (Ok(Wire::Message | Wire::Media), None) => Err(Violation::NoMessage),
            (Ok(Wire::Contacts), None) => Ok(Self::Contacts),
            (Ok(Wire::Groups), None) => Ok(Self::Groups),
            (Ok(Wire::BlockList), None) => Ok(Self::BlockList),
            (Ok(Wire::Settings), None) => Ok(Self::Settings),
            (Ok(Wire::StoryLists), None) => Ok(Self::StoryLists),
            (Ok(Wire::Keys), None) => Ok(Self::Keys),
            (Ok(Wire::Chats), None) => Ok(Self::Chats),
            (Ok(Wire::History), None) => Ok(Self::History),
            (Ok(Wire::Unspecified) | Err(_), _) | (_, Some(_)) => Err(Violation::Requested),
        }
    }

    const fn to_wire(&self) -> proto::Requested {
        match self {
            Self::Contacts => proto::Requested::Contacts,
            Self::Groups => proto::Requested::Groups,
            Self::BlockList => proto::Requested::BlockList,
            Self::Settings => proto::Requested::Settings,
            Self::StoryLists => proto::Requested::StoryLists,
            Self::Keys => proto::Requested::Keys,
            Self::Chats => proto::Requested::Chats,
            Self::History => proto::Requested::History,
            Self::Message(_) => proto::Requested::Message,
            Self::Media(_) => proto::Requested::Media,
        }
    }

    const fn message(&self) -> Option<&MessageName> {
        match self {
            Self::Message(message) | Self::Media(message) => Some(message),
            _ => None,
        }
    }
}

impl WireBody for DeviceRequest {
    type Wire = proto::DeviceRequest;

    fn from_wire(wire: proto::DeviceRequest) -> Result<Self, Violation> {
        let message = wire.message.as_ref().map(MessageName::from_wire).transpose()?;
        Ok(Self { what: Requested::from_wire(wire.what, message)? })
    }

    fn to_wire(&self) -> proto::DeviceRequest {
        proto::DeviceRequest {
            what: self.what.to_wire().into(),
            message: self.what.message().map(MessageName::to_wire),
        }
    }
}

/// Answers a request. What was asked for is sent before it, as contents of its own kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceResponse {
    /// The message id of the request.
    pub request: MessageId,
    /// What became of it.
    pub outcome: ResponseOutcome,
    /// How many contents were sent for it.
    pub contents: u32,
}

wire_enum! {
    /// What became of a request.
    ResponseOutcome or ResponseOutcome {
        /// All of it was sent.
        Sent,
        /// This device does not have it.
        NotFound,
        /// A person said no.
        Refused,
        /// Not now: ask again.
        Later,
    }
}

impl WireBody for DeviceResponse {
    type Wire = proto::DeviceResponse;

    fn from_wire(wire: proto::DeviceResponse) -> Result<Self, Violation> {
        let outcome = ResponseOutcome::from_wire(wire.outcome)?;
        Ok(Self { request: MessageId::from_wire(&wire.request)?, outcome, contents: wire.contents })
    }

    fn to_wire(&self) -> proto::DeviceResponse {
        proto::DeviceResponse {
            request: self.request.as_bytes().to_vec(),
            outcome: self.outcome.to_wire(),
            contents: self.contents,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::AccountId;
    use alloc::vec;

    #[test]
    fn a_message_is_named_exactly_when_one_is_asked_for() {
        let id = MessageId::from_bytes([7; 16]);
        let name = || MessageName { author: AccountId::new(&[7]).unwrap(), id };
        let request = |what, message: Option<MessageName>| {
            let message = message.as_ref().map(MessageName::to_wire);
            DeviceRequest::from_wire(proto::DeviceRequest { what, message }).map(|it| it.what)
        };
        assert_eq!(request(9, Some(name())), Ok(Requested::Message(name())));
        assert_eq!(request(10, Some(name())), Ok(Requested::Media(name())));
        for what in 1..=8 {
            assert!(request(what, None).is_ok());
            assert_eq!(request(what, Some(name())), Err(Violation::Requested));
        }
        for what in [9, 10] {
            assert_eq!(request(what, None), Err(Violation::NoMessage));
        }
        for what in [0, 11, -1] {
            assert_eq!(request(what, None), Err(Violation::Requested));
            assert_eq!(request(what, Some(name())), Err(Violation::Requested));
        }
    }

    #[test]
    fn a_response_names_a_request_and_an_outcome() {
        let response = |len, outcome| {
            let wire = proto::DeviceResponse { request: vec![7; len], outcome, contents: 0 };
            DeviceResponse::from_wire(wire).map(|response| response.outcome)
        };
        assert_eq!(response(16, 4), Ok(ResponseOutcome::Later));
        assert_eq!(response(15, 4), Err(Violation::MessageId));
        assert_eq!(response(16, 0), Err(Violation::ResponseOutcome));
        assert_eq!(response(16, 5), Err(Violation::ResponseOutcome));
    }
}
