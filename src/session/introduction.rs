use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::error::DecryptError;
use super::single::{Origin, Session};
use crate::crypto::Digest;
use crate::handshake::{InitiatorIdentity, PreSharedSecretId, Responded};
use crate::identity::DeviceAddress;
use crate::prekey::{HandshakeStrength, PrekeyUse};
use crate::ratchet::{Committed, Ratchet, RatchetMessage, WireId};
use crate::report::{Ends, Opening};
use crate::time::Timestamp;

/// A new session whose first message authenticated: its sender holds the keys in the certificate.
/// Whether that device belongs to whom it says is for the caller to judge; until
/// [`crate::session::Endpoint::accept`] nothing has changed, and dropping it leaves no trace.
pub struct Introduction {
    /// Boxed, so that moving it leaves no copy behind.
    pub(super) session: Box<Session>,
    pub(super) initiator: InitiatorIdentity,
    pub(super) prekey_use: PrekeyUse,
    strength: HandshakeStrength,
    pub(super) plaintext: Vec<u8>,
    pub(super) wire_id: WireId,
    pub(super) committed: Committed,
    pub(super) opening: Option<Box<Opening>>,
}

/// Without the plaintext.
impl fmt::Debug for Introduction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Introduction")
            .field("initiator", &self.initiator)
            .field("session", &self.session.id)
            .field("plaintext_len", &self.plaintext.len())
            .finish_non_exhaustive()
    }
}

impl Introduction {
    pub(super) fn new(
        responded: Responded,
        flight: Digest,
        message: &RatchetMessage<'_>,
        recipient: &DeviceAddress,
        now: Timestamp,
    ) -> Result<Self, DecryptError> {
        let Responded { id, keys, initiator, signed_prekey, prekey_use, strength } = responded;
        let ratchet = Ratchet::responder(keys, signed_prekey, now);
        let mut session = Box::new(Session::new(id, flight, ratchet, Origin::Accepted, now));
        let ends = Ends { sender: initiator.certificate().address(), recipient };
        let decrypted = session.decrypt(message, None, ends, now)?;
        Ok(Self {
            session,
            initiator,
            prekey_use,
            strength,
            plaintext: decrypted.plaintext,
            wire_id: message.wire_id(),
            committed: decrypted.committed,
            opening: decrypted.opening,
        })
    }

    /// Who sent it, proven as far as the certificate goes.
    #[must_use]
    pub fn initiator(&self) -> &InitiatorIdentity {
        &self.initiator
    }

    /// The pre-shared secret that the initiator used, if it did. One that was handed out in a link
    /// and is not used here proves nothing about who this is.
    #[must_use]
    pub fn pre_shared_secret(&self) -> Option<PreSharedSecretId> {
        self.initiator.psk
    }

    /// Which one-time keys protect the messages up to our first reply.
    #[must_use]
    pub fn strength(&self) -> HandshakeStrength {
        self.strength
    }

    /// The message, for a caller that decides by what is said.
    #[must_use]
    pub fn plaintext(&self) -> &[u8] {
        &self.plaintext
    }
}
