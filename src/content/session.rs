use alloc::vec;

use super::Violation;
use super::body::WireBody;
use crate::limits::CONTENT_BYTES;
use crate::wire::proto;

/// Says nothing, at a chosen length: it completes a ratchet turn, or hides when something is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Null {
    padding: u16,
}

impl Null {
    /// With this many bytes of padding, to be as long as another message.
    ///
    /// # Errors
    /// [`Violation::TooLarge`] when it is more than a content holds.
    pub fn padded(padding: usize) -> Result<Self, Violation> {
        match u16::try_from(padding) {
            Ok(padding) if usize::from(padding) < CONTENT_BYTES => Ok(Self { padding }),
            _ => Err(Violation::TooLarge),
        }
    }

    /// How many bytes of padding.
    #[must_use]
    pub const fn padding(&self) -> usize {
        self.padding as usize
    }
}

impl WireBody for Null {
    type Wire = proto::Null;

    fn from_wire(wire: proto::Null) -> Result<Self, Violation> {
        if wire.padding.iter().any(|byte| *byte != 0) {
            return Err(Violation::Padding);
        }
        Self::padded(wire.padding.len())
    }

    fn to_wire(&self) -> proto::Null {
        proto::Null { padding: vec![0; self.padding()] }
    }
}

/// The author begins a new session and wants the receiver to archive the older ones: nothing is
/// destroyed, and nothing is trusted less or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionReset {
    /// Why.
    pub reason: SessionResetReason,
}

/// Why a session is reset: for people and logs, nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionResetReason {
    /// Not said, or a reason that this version does not know.
    #[default]
    Unspecified,
    /// A person asked for it.
    Requested,
    /// Messages stopped decrypting.
    Undecryptable,
    /// Stored state was lost or damaged.
    StateLost,
}

impl WireBody for SessionReset {
    type Wire = proto::SessionReset;

    fn from_wire(wire: proto::SessionReset) -> Result<Self, Violation> {
        let reason = match wire.reason() {
            proto::SessionResetReason::Unspecified => SessionResetReason::Unspecified,
            proto::SessionResetReason::Requested => SessionResetReason::Requested,
            proto::SessionResetReason::Undecryptable => SessionResetReason::Undecryptable,
            proto::SessionResetReason::StateLost => SessionResetReason::StateLost,
        };
        Ok(Self { reason })
    }

    fn to_wire(&self) -> proto::SessionReset {
        let reason = match self.reason {
            SessionResetReason::Unspecified => proto::SessionResetReason::Unspecified,
            SessionResetReason::Requested => proto::SessionResetReason::Requested,
            SessionResetReason::Undecryptable => proto::SessionResetReason::Undecryptable,
            SessionResetReason::StateLost => proto::SessionResetReason::StateLost,
        };
        proto::SessionReset { reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_less_than_a_content() {
        assert_eq!(Null::padded(CONTENT_BYTES - 1).unwrap().padding(), CONTENT_BYTES - 1);
        assert_eq!(Null::padded(CONTENT_BYTES), Err(Violation::TooLarge));
    }

    #[test]
    fn padding_that_says_something_is_refused() {
        let wire = |padding: &[u8]| proto::Null { padding: padding.to_vec() };
        assert_eq!(Null::from_wire(wire(&[0; 9])), Null::padded(9));
        assert_eq!(Null::from_wire(wire(&[0, 0, 1])), Err(Violation::Padding));
    }

    #[test]
    fn an_unknown_reason_is_unspecified() {
        let reset =
            |reason| SessionReset::from_wire(proto::SessionReset { reason }).unwrap().reason;
        assert_eq!(reset(3), SessionResetReason::StateLost);
        assert_eq!(reset(4), SessionResetReason::Unspecified);
        assert_eq!(reset(-1), SessionResetReason::Unspecified);
    }
}
