use alloc::string::String;
use core::fmt;

use crate::error::error_codes;
use crate::limits::{GROUP_DESCRIPTION_BYTES, GROUP_TITLE_BYTES};
use crate::wire::{DecodeError, Layout, Reader, Writer, controls_display};

/// Why a text cannot be part of a group's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// A title needs a character.
    #[error("the text is empty")]
    Empty,
    /// More bytes than the limit.
    #[error("the text is too long")]
    TooLong,
    /// Bytes that are no UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A character that controls how others are shown: a control character, a direction mark, a
    /// line separator. With them a title could pretend to be something else on the screen.
    #[error("the text has control or direction characters")]
    Control,
}

error_codes!(TextError {
    Self::Empty => ("group-text/empty", Drop),
    Self::TooLong => ("group-text/too-long", Drop),
    Self::NotUtf8 => ("group-text/not-utf8", Drop),
    Self::Control => ("group-text/control", Drop),
});

macro_rules! texts {
    ($($(#[$doc:meta])+ $name:ident, $limit:expr, $empty:expr, $newline:expr;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Default, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// Takes a text.
            ///
            /// # Errors
            /// [`TextError`].
            pub fn new(text: &str) -> Result<Self, TextError> {
                if text.is_empty() && !$empty {
                    return Err(TextError::Empty);
                }
                if text.len() > $limit {
                    return Err(TextError::TooLong);
                }
                if text.chars().any(|c| controls_display(c) && !($newline && c == '\n')) {
                    return Err(TextError::Control);
                }
                Ok(Self(text.into()))
            }

            /// The text, as a member of the group wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            pub(super) fn parse(r: &mut Reader<'_>) -> Result<Result<Self, TextError>, DecodeError> {
                let bytes = r.var(usize::from(u16::MAX))?;
                Ok(core::str::from_utf8(bytes).map_err(|_| TextError::NotUtf8).and_then(Self::new))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} bytes)", stringify!($name), self.0.len())
            }
        }

        impl Layout for $name {
            fn write(&self, w: &mut Writer) {
                w.var(self.0.as_bytes());
            }

            fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                Self::parse(r)?.map_err(|_| DecodeError::OutOfRange)
            }
        }
    )+};
}

texts! {
    /// A group's title: 1 to [`GROUP_TITLE_BYTES`] bytes on one line, nothing that plays with how
    /// it is shown (SPEC.md 15.2). Still a stranger's words: escape it like any.
    Title, GROUP_TITLE_BYTES, false, false;
    /// A group's description: at most [`GROUP_DESCRIPTION_BYTES`] bytes; lines may break.
    Description, GROUP_DESCRIPTION_BYTES, true, true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_limits() {
        assert_eq!(Title::new(""), Err(TextError::Empty));
        assert!(Description::new("").is_ok());
        assert!(Title::new(&"x".repeat(GROUP_TITLE_BYTES)).is_ok());
        assert_eq!(Title::new(&"x".repeat(GROUP_TITLE_BYTES + 1)), Err(TextError::TooLong));
        let description = "x".repeat(GROUP_DESCRIPTION_BYTES + 1);
        assert_eq!(Description::new(&description), Err(TextError::TooLong));
        assert!(Description::new(&description[1..]).is_ok());
    }

    #[test]
    fn a_title_with_control_or_bidi_characters_is_refused() {
        for c in ['\0', '\n', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200f}', '\u{2028}'] {
            assert_eq!(Title::new(&alloc::format!("a{c}b")), Err(TextError::Control), "{c:?}");
        }
        assert!(Title::new("Grüße 👩‍👩‍👧 عائلة").is_ok());
        assert!(Description::new("one\ntwo").is_ok());
        assert_eq!(Description::new("one\r\ntwo"), Err(TextError::Control));
    }
}
