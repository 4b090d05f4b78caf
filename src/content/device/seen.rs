use super::{MessageName, MessageNames};
use crate::content::body::WireBody;
use crate::content::{Violation, part};
use crate::time::Timestamp;
use crate::wire::proto;

/// Declares a body that says what this device did with messages.
macro_rules! seen {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name {
            messages: MessageNames,
            at: Timestamp,
        }

        impl $name {
            /// Of these messages, at this time.
            ///
            /// # Errors
            /// [`Violation::Time`] when the time is out of range.
            pub fn new(messages: MessageNames, at: Timestamp) -> Result<Self, Violation> {
                part::time(at.as_millis())?;
                Ok(Self { messages, at })
            }

            /// The messages.
            #[must_use]
            pub const fn messages(&self) -> &MessageNames {
                &self.messages
            }

            /// When.
            #[must_use]
            pub const fn at(&self) -> Timestamp {
                self.at
            }
        }

        impl WireBody for $name {
            type Wire = proto::$name;

            fn from_wire(wire: proto::$name) -> Result<Self, Violation> {
                let at = part::time(wire.at)?;
                Ok(Self { messages: MessageNames::from_wire(&wire.messages)?, at })
            }

            fn to_wire(&self) -> proto::$name {
                proto::$name { messages: self.messages.to_wire(), at: self.at.as_millis() }
            }
        }
    )+};
}

seen! {
    /// Messages were on this device's screen. Their timers run from then.
    MessagesRead;
    /// Pictures or videos of messages were opened on this device.
    MessagesViewed;
    /// Voice notes of messages were played on this device.
    MessagesPlayed;
}

/// Something that can be viewed once was opened on this device; the others delete it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ViewOnceOpened {
    message: MessageName,
    at: Timestamp,
}

impl ViewOnceOpened {
    /// Of this message, at this time.
    ///
    /// # Errors
    /// [`Violation::Time`] when the time is out of range.
    pub fn new(message: MessageName, at: Timestamp) -> Result<Self, Violation> {
        part::time(at.as_millis())?;
        Ok(Self { message, at })
    }

    /// The message.
    #[must_use]
    pub const fn message(&self) -> &MessageName {
        &self.message
    }

    /// When.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}

impl WireBody for ViewOnceOpened {
    type Wire = proto::ViewOnceOpened;

    fn from_wire(wire: proto::ViewOnceOpened) -> Result<Self, Violation> {
        let message = MessageName::required(wire.message.as_ref())?;
        Ok(Self { message, at: part::time(wire.at)? })
    }

    fn to_wire(&self) -> proto::ViewOnceOpened {
        let message = Some(self.message.to_wire());
        proto::ViewOnceOpened { message, at: self.at.as_millis() }
    }
}
