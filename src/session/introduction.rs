use alloc::vec::Vec;

use super::error::DecryptError;
use super::single::Session;
use crate::crypto::Digest;
use crate::handshake::{InitiatorIdentity, Responded};
use crate::prekey::{HandshakeStrength, PrekeyUse};
use crate::ratchet::{Committed, Ratchet, RatchetMessage, WireId};
use crate::time::Timestamp;

/// A new session whose first message authenticated: its sender holds the keys in the certificate.
/// Whether that device belongs to whom it says is for the caller to judge; until
/// [`crate::session::Endpoint::accept`] nothing has changed, and dropping it leaves no trace.
#[derive(Debug)]
pub struct Introduction {
    pub(super) session: Session,
    pub(super) initiator: InitiatorIdentity,
    pub(super) prekey_use: PrekeyUse,
    strength: HandshakeStrength,
    pub(super) plaintext: Vec<u8>,
    pub(super) wire_id: WireId,
    pub(super) committed: Committed,
}

impl Introduction {
    pub(super) fn new(
        responded: Responded,
        flight: Digest,
        message: &RatchetMessage<'_>,
        now: Timestamp,
    ) -> Result<Self, DecryptError> {
        let Responded { id, keys, initiator, signed_prekey, prekey_use, strength } = responded;
        let ratchet = Ratchet::responder(keys, signed_prekey, now);
        let mut session = Session::new(id, flight, ratchet, now);
        let decrypted = session.decrypt(message, now)?;
        Ok(Self {
            session,
            initiator,
            prekey_use,
            strength,
            plaintext: decrypted.plaintext,
            wire_id: message.wire_id(),
            committed: decrypted.committed,
        })
    }

    /// Who sent it, proven as far as the certificate goes.
    #[must_use]
    pub fn initiator(&self) -> &InitiatorIdentity {
        &self.initiator
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
