use crate::crypto::Digest;
use crate::identity::DeviceAddress;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Version of what a commitment is over.
const VERSION: u8 = 1;

/// Who said something and where: part of what a commitment is over, so that no report can be moved to
/// another sender or another conversation. SPEC.md section 13.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The device that sent it, as its receiver authenticated it.
    pub sender: DeviceAddress,
    /// Where.
    pub venue: Venue,
}

/// Where something was said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Venue {
    /// In a session between two devices.
    Session {
        /// The other device.
        recipient: DeviceAddress,
        /// The session's id.
        session: Digest,
    },
    /// On a sender chain, of a group or of a story.
    Chain {
        /// The hash of the chain's scope, which names the group or the story list to those in it and
        /// to nobody else.
        scope: Digest,
    },
}

/// The two ends of a session, as a message goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends<'a> {
    pub(crate) sender: &'a DeviceAddress,
    pub(crate) recipient: &'a DeviceAddress,
}

impl Ends<'_> {
    pub(crate) fn context(self, session: &Digest) -> Context {
        let venue = Venue::Session { recipient: self.recipient.clone(), session: *session };
        Context { sender: self.sender.clone(), venue }
    }
}

/// Ends for tests that do not care.
#[cfg(test)]
impl Ends<'static> {
    pub(crate) fn anybody() -> Self {
        use crate::identity::{AccountId, DeviceId};
        use std::sync::OnceLock;

        static SOMEBODY: OnceLock<DeviceAddress> = OnceLock::new();
        let device = DeviceId::new(1).unwrap();
        let address = || DeviceAddress { account: AccountId::new(b"x").unwrap(), device };
        let somebody = SOMEBODY.get_or_init(address);
        Self { sender: somebody, recipient: somebody }
    }
}

impl Layout for Context {
    fn write(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.put(&self.sender);
        match &self.venue {
            Venue::Session { recipient, session } => w.put(&1_u8).put(recipient).put(session),
            Venue::Chain { scope } => w.put(&2_u8).put(scope),
        };
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(VERSION)?;
        let sender = r.get()?;
        let venue = match u8::read(r)? {
            1 => Venue::Session { recipient: r.get()?, session: r.get()? },
            2 => Venue::Chain { scope: r.get()? },
            _ => return Err(DecodeError::OutOfRange),
        };
        Ok(Self { sender, venue })
    }
}
