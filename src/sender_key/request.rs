use alloc::boxed::Box;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::{Audience, ChainId, Distribution, Scope, ScopeHash, SendingChain};
use crate::error::error_codes;
use crate::identity::DeviceAddress;
use crate::limits::{SENDER_KEY_REQUEST_INTERVAL, SENDER_KEY_REQUESTS};
use crate::time::Timestamp;
use crate::wire::{DecodeError, FieldWriter, Fields, Layout, Reader, Writer, read_all};

/// Asks a device for its chain: `SenderKeyRequest` of `sender_key.proto`, sent pairwise. SPEC.md
/// section 14.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRequest {
    /// What the chain is bound to.
    pub scope: Scope,
    /// The chain that an unreadable message named.
    pub chain: ChainId,
}

/// Says that a chain is not given: `SenderKeyWithheld` of `sender_key.proto`, sent pairwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// As in the request.
    pub scope: Scope,
    /// As in the request.
    pub chain: ChainId,
    /// For people and logs: nothing is decided by it.
    pub reason: WithheldReason,
}

/// Why a chain is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WithheldReason {
    /// Not said, or a reason that this version does not know.
    #[default]
    Unspecified,
    /// The asking device is none of the scope's current ones.
    NotAMember,
    /// The scope has a successor.
    Replaced,
    /// The device has no chain in the scope.
    NoChain,
}

/// What a request is answered with.
#[derive(Debug)]
#[non_exhaustive]
pub enum Answer {
    /// The chain as it stands now: record the device with [`SendingChain::record`].
    Give(Box<Distribution>),
    /// A refusal.
    Withhold(Withheld),
    /// Nothing: the device asked too often.
    Ignore(TooSoon),
}

impl KeyRequest {
    /// The encoded protobuf message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, &self.scope, self.chain);
        out
    }

    /// Decodes the protobuf message.
    ///
    /// # Errors
    /// [`DecodeError`] for anything but the one encoding of a request.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::new(bytes);
        let (scope, chain) = (Scope::from_bytes(fields.bytes(1)?)?, fields.u32(2)?);
        fields.finish()?;
        Ok(Self { scope, chain: ChainId::from_u32(chain) })
    }
}

impl Withheld {
    /// The encoded protobuf message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, &self.scope, self.chain);
        let reason = match self.reason {
            WithheldReason::Unspecified => 0,
            WithheldReason::NotAMember => 1,
            WithheldReason::Replaced => 2,
            WithheldReason::NoChain => 3,
        };
        FieldWriter(&mut out).u32(3, reason);
        out
    }

    /// Decodes the protobuf message; a reason that is not known counts as unspecified.
    ///
    /// # Errors
    /// [`DecodeError`] for anything but the one encoding of a refusal.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut fields = Fields::new(bytes);
        let (scope, chain) = (Scope::from_bytes(fields.bytes(1)?)?, fields.u32(2)?);
        let reason = match fields.u32(3)? {
            1 => WithheldReason::NotAMember,
            2 => WithheldReason::Replaced,
            3 => WithheldReason::NoChain,
            _ => WithheldReason::Unspecified,
        };
        fields.finish()?;
        Ok(Self { scope, chain: ChainId::from_u32(chain), reason })
    }
}

fn write(out: &mut Vec<u8>, scope: &Scope, chain: ChainId) {
    let mut fields = FieldWriter(out);
    fields.bytes(1, &scope.to_bytes());
    fields.u32(2, chain.as_u32());
}

impl SendingChain {
    /// What `from` gets for its request: the chain as it stands now, never an earlier part, and only
    /// if the device is of the audience. `answered` is the log of answers, in which all requests to
    /// this chain count as for its scope, whatever scope they name.
    pub fn answer(
        &self,
        request: &KeyRequest,
        from: &DeviceAddress,
        audience: &Audience,
        answered: &mut RequestLog,
        now: Timestamp,
    ) -> Answer {
        let scope = self.scope().hash();
        let KeyRequest { scope: asked, chain } = *request;
        let withhold = |reason| Answer::Withhold(Withheld { scope: asked, chain, reason });
        let (member, current) =
            (audience.contains(from), asked == *self.scope() && *audience.scope() == scope);
        let room = if member { SENDER_KEY_REQUESTS } else { STRANGERS };
        match answered.admit_within(room, &scope, from, now) {
            Err(too_soon) => Answer::Ignore(too_soon),
            Ok(()) if !current => withhold(WithheldReason::Replaced),
            Ok(()) if member => Answer::Give(Box::new(self.distribution())),
            Ok(()) => withhold(WithheldReason::NotAMember),
        }
    }
}

/// As much of the log as those may fill who are not of the audience, so that they keep nobody from
/// an answer.
const STRANGERS: usize = SENDER_KEY_REQUESTS / 2;

/// The last requests that were sent, or answered: one log for each direction. A device that asks for
/// one scope is answered once in [`SENDER_KEY_REQUEST_INTERVAL`], whatever chain it names; when the log is
/// full of younger ones, nobody is.
#[derive(Debug, Default)]
pub struct RequestLog(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    scope: ScopeHash,
    device: DeviceAddress,
    at: Timestamp,
}

/// A request that comes too soon after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too soon after another request")]
pub struct TooSoon;

error_codes!(TooSoon {
    TooSoon => ("sender-key/too-soon", Drop),
});

impl RequestLog {
    /// Nothing asked yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a request between this device and `device`, if it may be now.
    ///
    /// # Errors
    /// [`TooSoon`]; the request is not noted.
    pub fn admit(
        &mut self,
        scope: &ScopeHash,
        device: &DeviceAddress,
        now: Timestamp,
    ) -> Result<(), TooSoon> {
        self.admit_within(SENDER_KEY_REQUESTS, scope, device, now)
    }

    fn admit_within(
        &mut self,
        room: usize,
        scope: &ScopeHash,
        device: &DeviceAddress,
        now: Timestamp,
    ) -> Result<(), TooSoon> {
        self.0.retain(|entry| entry.counts(now));
        let asked = self.0.iter().any(|entry| entry.scope == *scope && entry.device == *device);
        if asked || self.0.len() >= room {
            return Err(TooSoon);
        }
        self.0.push(Entry { scope: *scope, device: device.clone(), at: now });
        Ok(())
    }

    /// The log, to be stored.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.put(self);
        w.into_secret()
    }

    /// Restores a stored log.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        read_all(bytes)
    }
}

impl Entry {
    /// Whether it still keeps others back. One from the future, of a clock that was set back, does
    /// not for longer than any other.
    fn counts(&self, now: Timestamp) -> bool {
        let until = self.at.saturating_add(SENDER_KEY_REQUEST_INTERVAL);
        now < until && self.at <= now.saturating_add(SENDER_KEY_REQUEST_INTERVAL)
    }
}

const VERSION: u8 = 1;

impl Layout for RequestLog {
    fn write(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.list(self.0.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(VERSION)?;
        r.list(SENDER_KEY_REQUESTS).map(Self)
    }
}

impl Layout for Entry {
    fn write(&self, w: &mut Writer) {
        w.put(&self.scope).put(&self.device).put(&self.at);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { scope: r.get()?, device: r.get()?, at: r.get()? })
    }
}
