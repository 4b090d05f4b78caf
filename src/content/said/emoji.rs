use alloc::string::String;

use super::words::{Words, is_control, is_space, reorders};
use crate::content::Violation;
use crate::limits::EMOJI_BYTES;

/// One character as people count, 1 to [`EMOJI_BYTES`] bytes: what a reaction shows and what a
/// sticker stands for.
///
/// Which sequences are one character changes with every version of Unicode, and a receiver with an
/// older table must not refuse what a newer sender takes for one. So the rule is of form, over
/// ranges that no later version changes (SPEC.md 12.4): a base followed by marks, or two regional
/// indicators, any number of them held together by joiners. Any character that is no mark, joiner
/// or space may be a base, those to come included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emoji(Words<EMOJI_BYTES>);

impl Emoji {
    /// Takes one.
    ///
    /// # Errors
    /// [`Violation::Emoji`] when it is not one character in this sense, or is too long.
    pub fn new(text: impl Into<String>) -> Result<Self, Violation> {
        let words = Words::new(text, Violation::Emoji)?;
        if is_one(words.as_str()) { Ok(Self(words)) } else { Err(Violation::Emoji) }
    }

    /// The character.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

const JOINER: char = '\u{200d}';

fn is_one(text: &str) -> bool {
    text.split(JOINER).all(is_element)
}

/// What stands between joiners.
fn is_element(text: &str) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    if is_regional(first) {
        return chars.next().is_some_and(is_regional) && chars.next().is_none();
    }
    is_base(first) && chars.all(is_mark)
}

/// Half a flag.
const fn is_regional(c: char) -> bool {
    matches!(c, '\u{1f1e6}'..='\u{1f1ff}')
}

const fn is_base(c: char) -> bool {
    let shows = !is_control(c) && !is_space(c) && !reorders(c) && !is_mark(c);
    let invisible = matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}' | '\u{200c}' | '\u{200d}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}'
    );
    shows && !invisible
}

/// Belongs to the character before: combining marks, the key's frame, variations, skin tones, tags.
const fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}'
            | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn what_people_count_as_one_character_is_taken() {
        for emoji in [
            "👍",
            "👍🏽",
            "❤",
            "❤️",
            "❤️‍🔥",
            "👨‍👩‍👧‍👦",
            "🏳️‍🌈",
            "🇩🇪",
            "#️⃣",
            "1️⃣",
            "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
            "🧑🏿‍❤️‍💋‍🧑🏻",
            "é",
            "e\u{301}",
            "A",
            "語",
            "\u{1fbff}",
        ] {
            assert_eq!(Emoji::new(emoji).unwrap().as_str(), emoji);
        }
    }

    #[test]
    fn what_they_do_not_is_refused() {
        for text in [
            "",
            " ",
            "👍👍",
            "ab",
            "👍 ",
            "\n",
            "\u{200d}",
            "👍\u{200d}",
            "\u{200d}👍",
            "👍\u{200d}\u{200d}👍",
            "🇩",
            "🇩🇪🇫",
            "🇩🇪🇫🇷",
            "\u{fe0f}",
            "🏽",
            "\u{301}",
            "\u{202e}",
            "👍\u{202e}",
            "\u{200b}",
            "\u{ad}",
            "\u{3164}",
            "\u{2800}",
            "\u{e0041}",
            "\u{fffd}",
            "\0",
            "\u{85}",
        ] {
            assert_eq!(Emoji::new(text), Err(Violation::Emoji), "{text:?}");
        }
    }

    #[test]
    fn it_has_at_most_64_bytes() {
        let marks = |count: usize| format!("é{}", "\u{301}".repeat(count));
        assert!(Emoji::new(marks(31)).is_ok());
        assert_eq!(Emoji::new(marks(32)), Err(Violation::Emoji));
        assert_eq!(EMOJI_BYTES, 64);
    }
}
