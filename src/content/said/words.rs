use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::content::Violation;
use crate::limits::{BLURHASH_BYTES, CONTENT_TYPE_BYTES, FILE_NAME_BYTES, URL_BYTES};

/// 1 to `MAX` bytes of UTF-8 that somebody said: never printed.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::content) struct Words<const MAX: usize>(String);

impl<const MAX: usize> Words<MAX> {
    /// `rule` is the one that another length breaks.
    pub(in crate::content) fn new(
        text: impl Into<String>,
        rule: Violation,
    ) -> Result<Self, Violation> {
        let text = text.into();
        if (1..=MAX).contains(&text.len()) { Ok(Self(text)) } else { Err(rule) }
    }

    /// As [`Words::new`]; an empty text, which is how the wire leaves one out, is none.
    pub(in crate::content) fn optional(
        text: String,
        rule: Violation,
    ) -> Result<Option<Self>, Violation> {
        if text.is_empty() { Ok(None) } else { Self::new(text, rule).map(Some) }
    }

    pub(in crate::content) fn as_str(&self) -> &str {
        &self.0
    }

    /// The wire's form of a text that may be left out.
    pub(in crate::content) fn to_wire(words: Option<&Self>) -> String {
        words.map(|words| words.0.clone()).unwrap_or_default()
    }
}

impl<const MAX: usize> fmt::Debug for Words<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

/// 1 to `MAX` bytes that only the application reads: never printed.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::content) struct Opaque<const MAX: usize>(Vec<u8>);

impl<const MAX: usize> Opaque<MAX> {
    pub(in crate::content) fn new(
        bytes: impl Into<Vec<u8>>,
        rule: Violation,
    ) -> Result<Self, Violation> {
        let bytes = bytes.into();
        if (1..=MAX).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(rule) }
    }

    pub(in crate::content) fn optional(
        bytes: Vec<u8>,
        rule: Violation,
    ) -> Result<Option<Self>, Violation> {
        if bytes.is_empty() { Ok(None) } else { Self::new(bytes, rule).map(Some) }
    }

    pub(in crate::content) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(in crate::content) fn to_wire(bytes: Option<&Self>) -> Vec<u8> {
        bytes.map(|bytes| bytes.0.clone()).unwrap_or_default()
    }
}

impl<const MAX: usize> fmt::Debug for Opaque<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

/// A name that cannot lead out of a folder, and that looks like what it is.
pub(super) fn file_name(name: impl Into<String>) -> Result<Words<FILE_NAME_BYTES>, Violation> {
    let name = Words::new(name, Violation::FileName)?;
    let refused = |c| is_control(c) || reorders(c) || matches!(c, '/' | '\\');
    if matches!(name.as_str(), "." | "..") || name.as_str().contains(refused) {
        return Err(Violation::FileName);
    }
    Ok(name)
}

/// `type/subtype`, possibly with parameters, in printable ASCII.
pub(super) fn content_type(
    text: impl Into<String>,
) -> Result<Words<CONTENT_TYPE_BYTES>, Violation> {
    let text = Words::new(text, Violation::ContentType)?;
    let name = text.as_str().split(';').next().unwrap_or_default();
    let (kind, subtype) = name.split_once('/').ok_or(Violation::ContentType)?;
    let printable = text.as_str().bytes().all(|b| matches!(b, b' '..=b'~'));
    if printable && is_token(kind) && is_token(subtype) {
        Ok(text)
    } else {
        Err(Violation::ContentType)
    }
}

/// RFC 6838, section 4.2: a restricted name.
fn is_token(name: &str) -> bool {
    let mark = |b| matches!(b, b'!' | b'#' | b'$' | b'&' | b'-' | b'^' | b'_' | b'.' | b'+');
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || mark(b))
}

/// An absolute link that a browser opens, and that looks like what it is.
pub(super) fn url(text: impl Into<String>) -> Result<Words<URL_BYTES>, Violation> {
    let url = Words::new(text, Violation::Url)?;
    let host = ["http://", "https://"].into_iter().find_map(|scheme| {
        let (start, rest) = url.as_str().split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let named = host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    let refused = |c| is_control(c) || reorders(c) || is_space(c);
    if named && !url.as_str().contains(refused) { Ok(url) } else { Err(Violation::Url) }
}

/// Base 83, as blurhashes are written.
pub(super) fn blurhash(text: impl Into<String>) -> Result<Words<BLURHASH_BYTES>, Violation> {
    let hash = Words::new(text, Violation::Blurhash)?;
    let digit = |b: u8| b.is_ascii_alphanumeric() || b"#$%*+,-.:;=?@[]^_{|}~".contains(&b);
    if hash.as_str().bytes().all(digit) { Ok(hash) } else { Err(Violation::Blurhash) }
}

/// Of ASCII, of Latin 1, and those that end a line or paragraph.
pub(in crate::content) const fn is_control(c: char) -> bool {
    matches!(c, '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}')
}

/// Marks, embeddings, overrides and isolates that make a text look like another.
pub(in crate::content) const fn reorders(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

/// Looks like nothing. The list is closed: what a later Unicode adds is not of it, or two versions
/// would refuse each other's messages.
pub(in crate::content) const fn is_space(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200b}' | '\u{202f}' | '\u{205f}' | '\u{3000}' | '\u{feff}'
    )
}

/// Whether there is nothing to be seen in it.
pub(in crate::content) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| is_space(c) || is_control(c) || reorders(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn words_have_one_byte_to_their_limit_and_are_not_printed() {
        let words = |len| Words::<5>::new("x".repeat(len), Violation::Caption);
        assert_eq!(words(0), Err(Violation::Caption));
        assert_eq!(format!("{:?}", words(5).unwrap()), "(5 bytes)");
        assert_eq!(words(6), Err(Violation::Caption));
        assert_eq!(Words::<5>::optional(String::new(), Violation::Caption), Ok(None));
        let opaque = |len| Opaque::<5>::new(alloc::vec![1; len], Violation::Thumbnail);
        assert_eq!(opaque(0), Err(Violation::Thumbnail));
        assert_eq!(format!("{:?}", opaque(5).unwrap()), "(5 bytes)");
        assert_eq!(opaque(6), Err(Violation::Thumbnail));
    }

    #[test]
    fn a_file_name_is_no_path_and_no_disguise() {
        for name in ["a", "photo 1.jpg", "…", ".hidden", "a..b", "Grüße.pdf", "日本.txt"] {
            assert!(file_name(name).is_ok(), "{name}");
        }
        for name in [
            "",
            ".",
            "..",
            "/",
            "a/b",
            "../a",
            "a\\b",
            "a\0",
            "a\nb",
            "\u{7f}",
            "a\u{85}",
            "gpj\u{202e}exe",
            "a\u{2066}b",
            "a\u{200f}",
            "a\u{2028}b",
        ] {
            assert_eq!(file_name(name), Err(Violation::FileName), "{name:?}");
        }
        assert!(file_name("x".repeat(FILE_NAME_BYTES)).is_ok());
        assert_eq!(file_name("x".repeat(FILE_NAME_BYTES + 1)), Err(Violation::FileName));
    }

    #[test]
    fn a_content_type_is_two_names_and_parameters() {
        for text in ["image/jpeg", "audio/ogg; codecs=opus", "application/vnd.x+json", "a/b;"] {
            assert!(content_type(text).is_ok(), "{text}");
        }
        for text in
            ["", "image", "/", "image/", "/jpeg", "a/b/c", "a b/c", "a/b;\n", "ä/b", "a/b;ä"]
        {
            assert_eq!(content_type(text), Err(Violation::ContentType), "{text:?}");
        }
        let long = |len: usize| content_type(format!("a/{}", "b".repeat(len - 2)));
        assert!(long(CONTENT_TYPE_BYTES).is_ok());
        assert_eq!(long(CONTENT_TYPE_BYTES + 1), Err(Violation::ContentType));
    }

    #[test]
    fn a_url_is_http_with_a_host() {
        for text in ["http://a", "https://example.org/a?b#c", "HTTPS://EXAMPLE.ORG", "http://[::1]"]
        {
            assert!(url(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "http",
            "http://",
            "https:///a",
            "https://?a",
            "https://#a",
            "ftp://a",
            "javascript:a",
            "//a",
            "https:a",
            " https://a",
            "https://a b",
            "https://a\n",
            "https://a\u{202e}b",
            "https://a\u{3000}",
            "httpß://a",
            "file:///etc/passwd",
        ] {
            assert_eq!(url(text), Err(Violation::Url), "{text:?}");
        }
        let long = |len: usize| url(format!("https://{}", "a".repeat(len - 8)));
        assert!(long(URL_BYTES).is_ok());
        assert_eq!(long(URL_BYTES + 1), Err(Violation::Url));
    }

    #[test]
    fn a_blurhash_is_of_base_83() {
        assert!(blurhash("LEHV6nWB2yk8pyo0adR*.7kCMdnj").is_ok());
        assert!(blurhash("0".repeat(BLURHASH_BYTES)).is_ok());
        for text in
            [String::new(), "0".repeat(BLURHASH_BYTES + 1), "a b".into(), "ä".into(), "\"".into()]
        {
            assert_eq!(blurhash(text), Err(Violation::Blurhash));
        }
    }

    #[test]
    fn blank_is_what_shows_nothing() {
        assert!(is_blank(" \t\u{a0}\u{200b}\u{3000}\u{202e}\n"));
        assert!(!is_blank(" . "));
    }
}
