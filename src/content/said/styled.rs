use alloc::string::String;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::words::Words;
use crate::content::Violation;
use crate::identity::AccountId;
use crate::limits::{FORMAT_RANGES, MENTIONS};
use crate::wire::proto;
use crate::wire::proto::mention::Who;

/// A part of a text: `length` bytes of UTF-8 after the first `start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Span {
    start: u32,
    length: u32,
}

impl Span {
    /// The part, if it is one: not empty, inside the text, from one character's boundary to another.
    fn of(self, text: &str) -> Option<&str> {
        let start = usize::try_from(self.start).ok()?;
        let end = start.checked_add(usize::try_from(self.length).ok()?)?;
        text.get(start..end).filter(|part| !part.is_empty())
    }

    fn end(self) -> u64 {
        u64::from(self.start).saturating_add(self.length.into())
    }
}

/// A part of a text that looks different. Parts may overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FormatRange {
    span: Span,
    style: FormatStyle,
}

impl FormatRange {
    /// The `length` bytes of UTF-8 after the first `start`. Whether they are whole characters is
    /// checked when it meets its text.
    #[must_use]
    pub const fn new(start: u32, length: u32, style: FormatStyle) -> Self {
        Self { span: Span { start, length }, style }
    }

    /// Bytes of UTF-8 before it.
    #[must_use]
    pub const fn start(self) -> u32 {
        self.span.start
    }

    /// Bytes that it covers.
    #[must_use]
    pub const fn length(self) -> u32 {
        self.span.length
    }

    /// How it looks.
    #[must_use]
    pub const fn style(self) -> FormatStyle {
        self.style
    }
}

/// How a part of a text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormatStyle {
    /// As the rest of the text: a style that this version does not know.
    #[default]
    Unspecified,
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Underlined.
    Underline,
    /// Struck through.
    Strikethrough,
    /// All characters equally wide.
    Monospace,
    /// Covered until somebody asks to read it.
    Spoiler,
    /// Lines of code.
    CodeBlock,
    /// Somebody else's words.
    BlockQuote,
}

/// A part of a text that names somebody.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mention {
    span: Span,
    who: Mentioned,
}

impl Mention {
    /// The `length` bytes of UTF-8 after the first `start` name `who`. Whether they are whole
    /// characters is checked when it meets its text.
    #[must_use]
    pub const fn new(start: u32, length: u32, who: Mentioned) -> Self {
        Self { span: Span { start, length }, who }
    }

    /// Bytes of UTF-8 before it.
    #[must_use]
    pub const fn start(&self) -> u32 {
        self.span.start
    }

    /// Bytes that it covers.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.span.length
    }

    /// Who is named.
    #[must_use]
    pub const fn who(&self) -> &Mentioned {
        &self.who
    }
}

/// Who is named in a text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mentioned {
    /// One account.
    Account(AccountId),
    /// All in the conversation.
    Everyone,
}

/// A text of 1 to `MAX` bytes with what belongs to parts of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::content) struct Styled<const MAX: usize> {
    words: Words<MAX>,
    ranges: Vec<FormatRange>,
    mentions: Vec<Mention>,
}

impl<const MAX: usize> Styled<MAX> {
    /// `rule` is the one that another length breaks.
    pub(in crate::content) fn new(
        text: impl Into<String>,
        rule: Violation,
    ) -> Result<Self, Violation> {
        Ok(Self { words: Words::new(text, rule)?, ranges: Vec::new(), mentions: Vec::new() })
    }

    pub(in crate::content) fn as_str(&self) -> &str {
        self.words.as_str()
    }

    pub(in crate::content) fn ranges(&self) -> &[FormatRange] {
        &self.ranges
    }

    pub(in crate::content) fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    pub(in crate::content) fn set_ranges(
        &mut self,
        ranges: Vec<FormatRange>,
    ) -> Result<(), Violation> {
        if ranges.len() > FORMAT_RANGES {
            return Err(Violation::FormatRangeCount);
        }
        if ranges.iter().any(|range| range.span.of(self.as_str()).is_none()) {
            return Err(Violation::FormatRange);
        }
        self.ranges = ranges;
        Ok(())
    }

    pub(in crate::content) fn set_mentions(
        &mut self,
        mentions: Vec<Mention>,
    ) -> Result<(), Violation> {
        if mentions.len() > MENTIONS {
            return Err(Violation::MentionCount);
        }
        let inside = mentions.iter().all(|mention| mention.span.of(self.as_str()).is_some());
        let apart = |a: &Mention, b: &Mention| a.span.end() <= b.span.start.into();
        if !inside || !mentions.is_sorted_by(apart) {
            return Err(Violation::Mention);
        }
        self.mentions = mentions;
        Ok(())
    }

    /// Without naming anybody.
    pub(in crate::content) fn without_mentions(mut self) -> Self {
        self.mentions.clear();
        self
    }

    pub(in crate::content) fn from_wire(
        text: String,
        ranges: Vec<proto::FormatRange>,
        mentions: Vec<proto::Mention>,
        rule: Violation,
    ) -> Result<Self, Violation> {
        let mut styled = Self::new(text, rule)?;
        if !ranges.is_empty() {
            styled.set_ranges(ranges.into_iter().map(FormatRange::from).collect())?;
        }
        if !mentions.is_empty() {
            let mentions = mentions.into_iter().map(Mention::from_wire);
            styled.set_mentions(mentions.collect::<Result<_, _>>()?)?;
        }
        Ok(styled)
    }

    pub(in crate::content) fn from_styled(
        wire: proto::StyledText,
        rule: Violation,
    ) -> Result<Self, Violation> {
        Self::from_wire(wire.text, wire.ranges, wire.mentions, rule)
    }

    pub(in crate::content) fn to_styled(&self) -> proto::StyledText {
        let (ranges, mentions) = self.parts();
        proto::StyledText { text: self.as_str().into(), ranges, mentions }
    }

    pub(in crate::content) fn parts(&self) -> (Vec<proto::FormatRange>, Vec<proto::Mention>) {
        let ranges = self.ranges.iter().copied().map(FormatRange::to_wire).collect();
        (ranges, self.mentions.iter().map(Mention::to_wire).collect())
    }
}

impl From<proto::FormatRange> for FormatRange {
    fn from(wire: proto::FormatRange) -> Self {
        let style = match wire.style() {
            proto::FormatStyle::Unspecified => FormatStyle::Unspecified,
            proto::FormatStyle::Bold => FormatStyle::Bold,
            proto::FormatStyle::Italic => FormatStyle::Italic,
            proto::FormatStyle::Underline => FormatStyle::Underline,
            proto::FormatStyle::Strikethrough => FormatStyle::Strikethrough,
            proto::FormatStyle::Monospace => FormatStyle::Monospace,
            proto::FormatStyle::Spoiler => FormatStyle::Spoiler,
            proto::FormatStyle::CodeBlock => FormatStyle::CodeBlock,
            proto::FormatStyle::BlockQuote => FormatStyle::BlockQuote,
        };
        Self::new(wire.start, wire.length, style)
    }
}

impl FormatRange {
    fn to_wire(self) -> proto::FormatRange {
        let style = match self.style {
            FormatStyle::Unspecified => proto::FormatStyle::Unspecified,
            FormatStyle::Bold => proto::FormatStyle::Bold,
            FormatStyle::Italic => proto::FormatStyle::Italic,
            FormatStyle::Underline => proto::FormatStyle::Underline,
            FormatStyle::Strikethrough => proto::FormatStyle::Strikethrough,
            FormatStyle::Monospace => proto::FormatStyle::Monospace,
            FormatStyle::Spoiler => proto::FormatStyle::Spoiler,
            FormatStyle::CodeBlock => proto::FormatStyle::CodeBlock,
            FormatStyle::BlockQuote => proto::FormatStyle::BlockQuote,
        };
        proto::FormatRange { start: self.start(), length: self.length(), style: style.into() }
    }
}

impl WireBody for Mention {
    type Wire = proto::Mention;

    fn from_wire(wire: proto::Mention) -> Result<Self, Violation> {
        let who = match wire.who.ok_or(Violation::Mention)? {
            Who::Account(id) => {
                Mentioned::Account(AccountId::new(&id).map_err(|_| Violation::Mention)?)
            }
            Who::Everyone(_) => Mentioned::Everyone,
        };
        Ok(Self::new(wire.start, wire.length, who))
    }

    fn to_wire(&self) -> proto::Mention {
        let who = match &self.who {
            Mentioned::Account(id) => Who::Account(id.as_bytes().to_vec()),
            Mentioned::Everyone => Who::Everyone(proto::Everyone {}),
        };
        proto::Mention { start: self.start(), length: self.length(), who: Some(who) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    const WORDS: &str = "héllo @Bob 👍";

    fn styled() -> Styled<64> {
        Styled::new(WORDS, Violation::Caption).unwrap()
    }

    fn ranged(start: u32, length: u32) -> Result<(), Violation> {
        styled().set_ranges(vec![FormatRange::new(start, length, FormatStyle::Bold)])
    }

    fn mentioned(spans: &[(u32, u32)]) -> Result<(), Violation> {
        let mentions = spans.iter().map(|(s, l)| Mention::new(*s, *l, Mentioned::Everyone));
        styled().set_mentions(mentions.collect())
    }

    #[test]
    fn a_range_is_of_whole_characters_inside_the_text() {
        let len = u32::try_from(WORDS.len()).unwrap();
        for (start, length) in [(0, 1), (0, len), (len - 4, 4), (1, 2)] {
            assert_eq!(ranged(start, length), Ok(()), "{start} {length}");
        }
        for (start, length) in [
            (0, 0),
            (len, 0),
            (len, 1),
            (0, len + 1),
            (1, 1),
            (2, 1),
            (len - 4, 3),
            (1, u32::MAX),
            (u32::MAX, 1),
            (u32::MAX, u32::MAX),
        ] {
            assert_eq!(ranged(start, length), Err(Violation::FormatRange), "{start} {length}");
            assert_eq!(mentioned(&[(start, length)]), Err(Violation::Mention));
        }
    }

    #[test]
    fn mentions_are_in_order_and_apart_and_ranges_need_not_be() {
        assert_eq!(mentioned(&[(0, 1), (1, 2), (7, 4)]), Ok(()));
        for spans in [[(0, 1), (0, 1)], [(7, 4), (0, 1)], [(0, 3), (1, 2)]] {
            assert_eq!(mentioned(&spans), Err(Violation::Mention));
            let range = |(start, length)| FormatRange::new(start, length, FormatStyle::Italic);
            assert_eq!(styled().set_ranges(spans.map(range).to_vec()), Ok(()));
        }
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let range = FormatRange::new(0, 1, FormatStyle::Bold);
        assert_eq!(styled().set_ranges(vec![range; FORMAT_RANGES]), Ok(()));
        let over = styled().set_ranges(vec![range; FORMAT_RANGES + 1]);
        assert_eq!(over, Err(Violation::FormatRangeCount));
        let mentions = |count: u32| {
            let mut long = Styled::<200>::new("x".repeat(200), Violation::Caption).unwrap();
            long.set_mentions((0..count).map(|i| Mention::new(i, 1, Mentioned::Everyone)).collect())
        };
        assert_eq!(mentions(128), Ok(()));
        assert_eq!(mentions(129), Err(Violation::MentionCount));
        assert_eq!(MENTIONS, 128);
    }

    #[test]
    fn a_mention_names_an_account_or_everyone() {
        let received = |who| Mention::from_wire(proto::Mention { start: 0, length: 1, who });
        assert!(received(Some(Who::Account(b"bob".to_vec()))).is_ok());
        assert!(received(Some(Who::Everyone(proto::Everyone {}))).is_ok());
        assert_eq!(received(None), Err(Violation::Mention));
        assert_eq!(received(Some(Who::Account(vec![]))), Err(Violation::Mention));
        assert_eq!(received(Some(Who::Account(vec![1; 65]))), Err(Violation::Mention));
    }

    #[test]
    fn an_unknown_style_is_none() {
        let style = |style| FormatRange::from(proto::FormatRange { start: 0, length: 1, style });
        assert_eq!(style(8).style(), FormatStyle::BlockQuote);
        assert_eq!(style(9).style(), FormatStyle::Unspecified);
        assert_eq!(style(-1).style(), FormatStyle::Unspecified);
    }

    proptest! {
        #[test]
        fn a_range_is_taken_exactly_when_it_can_be_cut_out(
            text in "[aß€👍]{1,12}", start in 0u32..50, length in 0u32..50,
        ) {
            let mut styled = Styled::<64>::new(text.clone(), Violation::Caption).unwrap();
            let taken = styled.set_ranges(vec![FormatRange::new(start, length, FormatStyle::Bold)]);
            let (start, end) = (start as usize, start as usize + length as usize);
            let cut = length > 0
                && end <= text.len()
                && text.is_char_boundary(start)
                && text.is_char_boundary(end);
            prop_assert_eq!(taken.is_ok(), cut);
        }
    }
}
