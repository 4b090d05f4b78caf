//! What travels between two devices: bytes that name neither sender nor session. SPEC.md
//! section 13.

use alloc::vec::Vec;

use crate::handshake::Handshake;
use crate::limits::ENVELOPE_BYTES;
use crate::ratchet::RatchetMessage;
use crate::report::Commitment;
use crate::sender_key::SenderMessage;
use crate::wire::{DecodeError, FieldWriter, Fields, Value, field_len};

/// The one version of the envelope so far.
pub const VERSION: u32 = 1;

const HANDSHAKE: u32 = 2;
const SESSION: u32 = 3;
const SENDER: u32 = 4;
const COMMITMENT: u32 = 15;

/// A received envelope, decoded canonically and without copying; nothing in it has been
/// authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Envelope<'a> {
    /// A message that also carries what is needed to create its session.
    Handshake(HandshakeMessage<'a>),
    /// A message of a session that its receiver knows, if it is for this device at all.
    Session(RatchetMessage<'a>),
    /// A message of a sender chain: of a group or of a story, if it is for this device at all.
    Sender(SenderMessage<'a>),
}

/// A session's message before the first reply: the handshake and the message itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandshakeMessage<'a> {
    /// The same in every message until the first reply.
    pub handshake: Handshake<'a>,
    /// The message.
    pub message: RatchetMessage<'a>,
}

impl<'a> Envelope<'a> {
    /// Decodes an envelope.
    ///
    /// # Errors
    /// [`DecodeError::UnsupportedVersion`] for another version, whatever follows it;
    /// [`DecodeError::TooLarge`] over 96 KiB; other variants for anything but the one canonical
    /// encoding of well-formed fields.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        if bytes.len() > ENVELOPE_BYTES {
            return Err(DecodeError::TooLarge);
        }
        let mut fields = Fields::new(bytes);
        let version = fields.u32(1)?;
        if version != VERSION {
            return Err(DecodeError::UnsupportedVersion(version));
        }
        match fields.any_bytes()? {
            (HANDSHAKE, inner) => {
                let commitment = commitment(fields)?;
                let mut parts = Fields::new(inner);
                let handshake = Handshake::decode(parts.bytes(1)?)?;
                let message = RatchetMessage::decode(parts.bytes(2)?)?.beside(commitment);
                parts.finish()?;
                Ok(Self::Handshake(HandshakeMessage { handshake, message }))
            }
            (SESSION, inner) => {
                let commitment = commitment(fields)?;
                RatchetMessage::decode(inner).map(|m| Self::Session(m.beside(commitment)))
            }
            (SENDER, inner) => {
                let commitment = commitment(fields)?;
                SenderMessage::decode(inner).map(|m| Self::Sender(m.beside(commitment)))
            }
            _ => Err(DecodeError::NotCanonical),
        }
    }

    /// The commitment that makes the message reportable: what a service puts its stamp on, with who
    /// handed the envelope in (SPEC.md 13.3). `None`: nobody can report it.
    #[must_use]
    pub const fn commitment(&self) -> Option<&Commitment> {
        match self {
            Self::Handshake(HandshakeMessage { message, .. }) | Self::Session(message) => {
                message.commitment()
            }
            Self::Sender(message) => message.commitment(),
        }
    }
}

/// What follows the message: nothing, or the commitment that makes it reportable.
fn commitment(mut fields: Fields<'_>) -> Result<Option<Commitment>, DecodeError> {
    if fields.rest().is_empty() {
        return Ok(None);
    }
    let Ok(Some((COMMITMENT, Value::Bytes(bytes)))) = fields.next() else {
        return Err(DecodeError::NotCanonical);
    };
    fields.finish()?;
    let bytes = bytes.try_into().map_err(|_| DecodeError::WrongLength)?;
    Ok(Some(Commitment::from_bytes(bytes)))
}

/// Ends an envelope whose message can be reported.
pub(crate) fn put_commitment(out: &mut Vec<u8>, commitment: Option<Commitment>) {
    if let Some(commitment) = commitment {
        FieldWriter(out).bytes(COMMITMENT, commitment.as_bytes());
    }
}

/// Everything of an envelope that precedes a message of `message_len` bytes, in a buffer with room
/// for the message.
pub(crate) fn begin(flight: Option<&[u8]>, message_len: usize) -> Vec<u8> {
    let inner = match flight {
        Some(flight) => field_len(flight.len()).saturating_add(field_len(message_len)),
        None => message_len,
    };
    let mut out = Vec::with_capacity(field_len(inner).saturating_add(2));
    let mut fields = FieldWriter(&mut out);
    fields.u32(1, VERSION);
    match flight {
        Some(flight) => {
            fields.header(HANDSHAKE, inner);
            fields.bytes(1, flight);
            fields.header(2, message_len);
        }
        None => fields.header(SESSION, inner),
    }
    out
}

/// The same for a message of a sender chain.
pub(crate) fn begin_sender(message_len: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(field_len(message_len).saturating_add(2));
    let mut fields = FieldWriter(&mut out);
    fields.u32(1, VERSION);
    fields.header(SENDER, message_len);
    out
}
