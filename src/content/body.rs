use alloc::string::String;
use alloc::vec;
use core::fmt;

use super::{Receipt, ReceiptKind, Retry, Violation};
use crate::limits::{CONTENT_BYTES, TEXT_BYTES};
use crate::wire::proto;
use crate::wire::proto::content::Body as WireBody;

/// What a message says. Each is valid by construction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// A text message.
    Text(Text),
    /// What became of messages.
    Receipt(Receipt),
    /// Nothing.
    Null(Null),
    /// The author begins a new session.
    SessionReset(SessionReset),
    /// A request to send a message again.
    Retry(Retry),
}

impl Body {
    /// Which kind it is.
    #[must_use]
    pub const fn kind(&self) -> BodyKind {
        match self {
            Self::Text(_) => BodyKind::Text,
            Self::Receipt(_) => BodyKind::Receipt,
            Self::Null(_) => BodyKind::Null,
            Self::SessionReset(_) => BodyKind::SessionReset,
            Self::Retry(_) => BodyKind::Retry,
        }
    }

    pub(super) fn from_wire(wire: WireBody) -> Result<Self, Violation> {
        Ok(match wire {
            WireBody::Text(text) => Self::Text(Text::new(text.text)?),
            WireBody::Receipt(receipt) => Self::Receipt(Receipt::from_wire(&receipt)?),
            WireBody::Null(null) => Self::Null(Null::from_wire(&null)?),
            WireBody::SessionReset(reset) => Self::SessionReset(SessionReset::from_wire(reset)),
            WireBody::Retry(retry) => Self::Retry(Retry::from_wire(&retry)?),
        })
    }

    pub(super) fn to_wire(&self) -> WireBody {
        match self {
            Self::Text(text) => WireBody::Text(proto::Text { text: text.as_str().into() }),
            Self::Receipt(receipt) => WireBody::Receipt(receipt.to_wire()),
            Self::Null(null) => WireBody::Null(null.to_wire()),
            Self::SessionReset(reset) => WireBody::SessionReset(reset.to_wire()),
            Self::Retry(retry) => WireBody::Retry(retry.to_wire()),
        }
    }
}

/// The kinds of bodies and what holds for all of a kind: SPEC.md 12.4 has a block for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyKind {
    /// [`Body::Text`].
    Text,
    /// [`Body::Receipt`].
    Receipt,
    /// [`Body::Null`].
    Null,
    /// [`Body::SessionReset`].
    SessionReset,
    /// [`Body::Retry`].
    Retry,
}

impl BodyKind {
    /// Every kind.
    pub const ALL: &[Self] =
        &[Self::Text, Self::Receipt, Self::Null, Self::SessionReset, Self::Retry];

    /// Its field number in a content.
    #[must_use]
    pub const fn number(self) -> u32 {
        match self {
            Self::Text => 16,
            Self::Receipt => 40,
            Self::Null => 48,
            Self::SessionReset => 49,
            Self::Retry => 50,
        }
    }

    pub(super) fn from_number(number: u32) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.number() == number)
    }

    /// Whether the disappearing-message timer applies to it: to what people see.
    #[must_use]
    pub const fn expires(self) -> bool {
        match self {
            Self::Text => true,
            Self::Receipt | Self::Null | Self::SessionReset | Self::Retry => false,
        }
    }

    /// The receipts that may answer it. Nothing that comes by itself is answered by itself, or two
    /// clients would never fall silent.
    #[must_use]
    pub const fn receipts(self) -> &'static [ReceiptKind] {
        match self {
            Self::Text => &[ReceiptKind::Delivered, ReceiptKind::Read],
            Self::Receipt | Self::Null | Self::SessionReset | Self::Retry => &[],
        }
    }

    /// Whether its author sends it again on request. What only serves the session that failed is
    /// not: a new session has taken its place.
    #[must_use]
    pub const fn resent(self) -> bool {
        match self {
            Self::Text | Self::Receipt => true,
            Self::Null | Self::SessionReset | Self::Retry => false,
        }
    }
}

/// 1 to [`TEXT_BYTES`] bytes of UTF-8. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Takes a text.
    ///
    /// # Errors
    /// [`Violation::EmptyText`] or [`Violation::TextTooLong`].
    pub fn new(text: impl Into<String>) -> Result<Self, Violation> {
        let text = text.into();
        match text.len() {
            0 => Err(Violation::EmptyText),
            1..=TEXT_BYTES => Ok(Self(text)),
            _ => Err(Violation::TextTooLong),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.0.len())
    }
}

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

    fn from_wire(wire: &proto::Null) -> Result<Self, Violation> {
        if wire.padding.iter().any(|byte| *byte != 0) {
            return Err(Violation::Padding);
        }
        Self::padded(wire.padding.len())
    }

    fn to_wire(self) -> proto::Null {
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

impl SessionReset {
    fn from_wire(wire: proto::SessionReset) -> Self {
        let reason = match wire.reason() {
            proto::SessionResetReason::Unspecified => SessionResetReason::Unspecified,
            proto::SessionResetReason::Requested => SessionResetReason::Requested,
            proto::SessionResetReason::Undecryptable => SessionResetReason::Undecryptable,
            proto::SessionResetReason::StateLost => SessionResetReason::StateLost,
        };
        Self { reason }
    }

    fn to_wire(self) -> proto::SessionReset {
        let reason = match self.reason {
            SessionResetReason::Unspecified => proto::SessionResetReason::Unspecified,
            SessionResetReason::Requested => proto::SessionResetReason::Requested,
            SessionResetReason::Undecryptable => proto::SessionResetReason::Undecryptable,
            SessionResetReason::StateLost => proto::SessionResetReason::StateLost,
        };
        proto::SessionReset { reason: reason.into() }
    }
}

macro_rules! into_body {
    ($($name:ident),+) => {$(
        impl From<$name> for Body {
            fn from(body: $name) -> Self {
                Self::$name(body)
            }
        }
    )+};
}

into_body!(Text, Receipt, Null, SessionReset, Retry);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_text_is_one_to_its_limit_in_bytes() {
        assert_eq!(Text::new(""), Err(Violation::EmptyText));
        assert!(Text::new("x").is_ok());
        assert!(Text::new("x".repeat(TEXT_BYTES)).is_ok());
        assert!(Text::new("ü".repeat(TEXT_BYTES / 2)).is_ok());
        assert_eq!(Text::new("x".repeat(TEXT_BYTES + 1)), Err(Violation::TextTooLong));
        assert_eq!(
            Text::new("x".repeat(TEXT_BYTES - 1) + "ü"),
            Err(Violation::TextTooLong),
            "bytes are counted, not characters"
        );
    }

    #[test]
    fn a_text_is_not_printed() {
        let text = Text::new("meet me at nine").unwrap();
        assert_eq!(format!("{:?}", Body::from(text)), "Text(Text(15 bytes))");
    }

    #[test]
    fn padding_is_less_than_a_content() {
        assert_eq!(Null::padded(CONTENT_BYTES - 1).unwrap().padding(), CONTENT_BYTES - 1);
        assert_eq!(Null::padded(CONTENT_BYTES), Err(Violation::TooLarge));
    }

    #[test]
    fn padding_that_says_something_is_refused() {
        let wire = |padding: &[u8]| proto::Null { padding: padding.to_vec() };
        assert_eq!(Null::from_wire(&wire(&[0; 9])), Null::padded(9));
        assert_eq!(Null::from_wire(&wire(&[0, 0, 1])), Err(Violation::Padding));
    }

    #[test]
    fn an_unknown_reason_is_unspecified() {
        let reset = |reason| SessionReset::from_wire(proto::SessionReset { reason }).reason;
        assert_eq!(reset(3), SessionResetReason::StateLost);
        assert_eq!(reset(4), SessionResetReason::Unspecified);
        assert_eq!(reset(-1), SessionResetReason::Unspecified);
    }

    #[test]
    fn kinds_are_found_by_number() {
        for kind in BodyKind::ALL {
            assert_eq!(BodyKind::from_number(kind.number()), Some(*kind));
        }
        assert_eq!(BodyKind::from_number(17), None);
    }
}
