use alloc::string::String;
use core::fmt;

use super::Violation;
use super::body::WireBody;
use crate::limits::TEXT_BYTES;
use crate::wire::proto;

/// A text message: 1 to [`TEXT_BYTES`] bytes of UTF-8. Never printed by `Debug`.
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

impl WireBody for Text {
    type Wire = proto::Text;

    fn from_wire(wire: proto::Text) -> Result<Self, Violation> {
        Self::new(wire.text)
    }

    fn to_wire(&self) -> proto::Text {
        proto::Text { text: self.as_str().into(), ..Default::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Body;
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
}
