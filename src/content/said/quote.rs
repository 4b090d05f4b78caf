use alloc::vec::Vec;

use super::super::body::WireBody;
use super::styled::Styled;
use super::words::Opaque;
use super::{FormatRange, MessageRef};
use crate::content::{Content, Violation};
use crate::identity::AccountId;
use crate::limits::{SNIPPET_BYTES, THUMBNAIL_BYTES};
use crate::wire::proto;

/// What a message answers. The snippet is the quoting author's word; who holds the message shows
/// that instead, if [`Quote::check`] finds it to be the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    target: MessageRef,
    kind: QuoteKind,
    snippet: Option<Styled<SNIPPET_BYTES>>,
    thumbnail: Option<Opaque<THUMBNAIL_BYTES>>,
}

/// What is answered: for showing it, nothing is decided by it, but that what was to be seen once is
/// not shown again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QuoteKind {
    /// A text, or a kind that this version does not know.
    #[default]
    Unspecified,
    /// Files.
    Media,
    /// A voice note.
    VoiceNote,
    /// A sticker.
    Sticker,
    /// A contact card.
    ContactCard,
    /// A place.
    Location,
    /// A poll.
    Poll,
    /// A story.
    Story,
    /// What was to be seen once.
    ViewOnce,
}

/// What [`Quote::check`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QuoteCheck {
    /// The held message is the quoted one: show it.
    Genuine,
    /// There is another message of this author and id: show the quote as not confirmed.
    Differs,
    /// No such message is held: show the snippet as what the quoting author says.
    NotHeld,
}

impl Quote {
    /// Of this message.
    #[must_use]
    pub const fn new(target: MessageRef, kind: QuoteKind) -> Self {
        Self { target, kind, snippet: None, thumbnail: None }
    }

    /// With its beginning, 1 to [`SNIPPET_BYTES`] bytes, and how that looks.
    ///
    /// # Errors
    /// [`Violation::Snippet`] for another length, the violations of a text's ranges, and
    /// [`Violation::QuoteOfViewOnce`] when it was to be seen once.
    pub fn with_snippet(mut self, text: &str, ranges: Vec<FormatRange>) -> Result<Self, Violation> {
        let mut snippet = Styled::new(text, Violation::Snippet)?;
        snippet.set_ranges(ranges)?;
        self.snippet = Some(snippet);
        self.checked()
    }

    /// With a small picture of it, 1 to [`THUMBNAIL_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::Thumbnail`] for another length, [`Violation::QuoteOfViewOnce`] when it was to be
    /// seen once.
    pub fn with_thumbnail(mut self, bytes: impl Into<Vec<u8>>) -> Result<Self, Violation> {
        self.thumbnail = Some(Opaque::new(bytes, Violation::Thumbnail)?);
        self.checked()
    }

    /// The quoted message.
    #[must_use]
    pub const fn target(&self) -> &MessageRef {
        &self.target
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> QuoteKind {
        self.kind
    }

    /// The beginning of it.
    #[must_use]
    pub fn snippet(&self) -> Option<&str> {
        self.snippet.as_ref().map(Styled::as_str)
    }

    /// How parts of the snippet look.
    #[must_use]
    pub fn snippet_ranges(&self) -> &[FormatRange] {
        self.snippet.as_ref().map(Styled::ranges).unwrap_or_default()
    }

    /// A small picture of it.
    #[must_use]
    pub fn thumbnail(&self) -> Option<&[u8]> {
        self.thumbnail.as_ref().map(Opaque::as_bytes)
    }

    /// Compares it with the message that is held under its author and id, if any (SPEC.md 12.6). A
    /// message has one hash for ever, so that no quote can put words into somebody's mouth.
    #[must_use]
    pub fn check(&self, held: Option<(&AccountId, &Content)>) -> QuoteCheck {
        match held {
            Some((author, content)) if MessageRef::to(author.clone(), content) == self.target => {
                QuoteCheck::Genuine
            }
            Some(_) => QuoteCheck::Differs,
            None => QuoteCheck::NotHeld,
        }
    }

    pub(in crate::content) fn inline_bytes(&self) -> usize {
        self.thumbnail().map_or(0, <[u8]>::len)
    }

    fn checked(self) -> Result<Self, Violation> {
        let shows = self.snippet.is_some() || self.thumbnail.is_some();
        if shows && self.kind == QuoteKind::ViewOnce {
            return Err(Violation::QuoteOfViewOnce);
        }
        Ok(self)
    }
}

impl WireBody for Quote {
    type Wire = proto::Quote;

    fn from_wire(wire: proto::Quote) -> Result<Self, Violation> {
        let kind = QuoteKind::from_wire(wire.kind());
        let target = MessageRef::required(wire.target)?;
        let snippet = wire.snippet.map(|snippet| Styled::from_styled(snippet, Violation::Snippet));
        let snippet = snippet.transpose()?;
        if snippet.as_ref().is_some_and(|snippet| !snippet.mentions().is_empty()) {
            return Err(Violation::Snippet);
        }
        let thumbnail = Opaque::optional(wire.thumbnail, Violation::Thumbnail)?;
        Self { target, kind, snippet, thumbnail }.checked()
    }

    fn to_wire(&self) -> proto::Quote {
        proto::Quote {
            target: Some(self.target.to_wire()),
            snippet: self.snippet.as_ref().map(Styled::to_styled),
            kind: self.kind.to_wire().into(),
            thumbnail: Opaque::to_wire(self.thumbnail.as_ref()),
        }
    }
}

impl QuoteKind {
    const fn from_wire(wire: proto::QuoteKind) -> Self {
        match wire {
            proto::QuoteKind::Unspecified => Self::Unspecified,
            proto::QuoteKind::Media => Self::Media,
            proto::QuoteKind::VoiceNote => Self::VoiceNote,
            proto::QuoteKind::Sticker => Self::Sticker,
            proto::QuoteKind::ContactCard => Self::ContactCard,
            proto::QuoteKind::Location => Self::Location,
            proto::QuoteKind::Poll => Self::Poll,
            proto::QuoteKind::Story => Self::Story,
            proto::QuoteKind::ViewOnce => Self::ViewOnce,
        }
    }

    const fn to_wire(self) -> proto::QuoteKind {
        match self {
            Self::Unspecified => proto::QuoteKind::Unspecified,
            Self::Media => proto::QuoteKind::Media,
            Self::VoiceNote => proto::QuoteKind::VoiceNote,
            Self::Sticker => proto::QuoteKind::Sticker,
            Self::ContactCard => proto::QuoteKind::ContactCard,
            Self::Location => proto::QuoteKind::Location,
            Self::Poll => proto::QuoteKind::Poll,
            Self::Story => proto::QuoteKind::Story,
            Self::ViewOnce => proto::QuoteKind::ViewOnce,
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::super::reference::tests::reference;
    use super::*;
    use crate::content::FormatStyle;
    use crate::content::tests::draft;
    use alloc::vec;

    pub(in crate::content) fn quote() -> Quote {
        let bold = FormatRange::new(0, 4, FormatStyle::Bold);
        let quote = Quote::new(reference(), QuoteKind::Media);
        quote.with_snippet("meet me", vec![bold]).unwrap().with_thumbnail(*b"meet").unwrap()
    }

    #[test]
    fn a_quote_comes_back_as_it_was() {
        for quote in [quote(), Quote::new(reference(), QuoteKind::ViewOnce)] {
            assert_eq!(Quote::from_wire(quote.to_wire()), Ok(quote));
        }
    }

    #[test]
    fn a_quote_is_checked() {
        let broken = |change: &dyn Fn(&mut proto::Quote)| {
            let mut wire = quote().to_wire();
            change(&mut wire);
            Quote::from_wire(wire).unwrap_err()
        };
        let snippet = |text: &str| proto::StyledText { text: text.into(), ..Default::default() };
        assert_eq!(broken(&|w| w.target = None), Violation::Reference);
        assert_eq!(broken(&|w| w.snippet = Some(snippet(""))), Violation::Snippet);
        let long = "x".repeat(SNIPPET_BYTES + 1);
        assert_eq!(broken(&|w| w.snippet = Some(snippet(&long))), Violation::Snippet);
        assert_eq!(broken(&|w| w.thumbnail = vec![1; THUMBNAIL_BYTES + 1]), Violation::Thumbnail);
        assert_eq!(broken(&|w| w.kind = 8), Violation::QuoteOfViewOnce);
        let everyone = proto::mention::Who::Everyone(proto::Everyone {});
        let mention = proto::Mention { start: 0, length: 1, who: Some(everyone) };
        let named = |w: &mut proto::Quote| {
            w.snippet.as_mut().unwrap().mentions.push(mention.clone());
        };
        assert_eq!(broken(&named), Violation::Snippet, "a quote names nobody");
    }

    #[test]
    fn a_snippet_reaches_its_limit() {
        let snippet = |len| {
            Quote::new(reference(), QuoteKind::default()).with_snippet(&"x".repeat(len), vec![])
        };
        assert!(snippet(SNIPPET_BYTES).is_ok());
        assert_eq!(snippet(SNIPPET_BYTES + 1), Err(Violation::Snippet));
    }

    #[test]
    fn an_unknown_kind_is_unspecified() {
        let kind = |kind| {
            let wire = proto::Quote { kind, ..quote().to_wire() };
            Quote::from_wire(wire).unwrap().kind()
        };
        assert_eq!((kind(7), kind(9), kind(-1)), {
            (QuoteKind::Story, QuoteKind::Unspecified, QuoteKind::Unspecified)
        });
    }

    #[test]
    fn only_the_very_message_confirms_its_quote() {
        let author = AccountId::new(b"alice").unwrap();
        let mallory = AccountId::new(b"mallory").unwrap();
        let (said, other) = (draft().text("yes").unwrap(), draft().text("no").unwrap());
        let quote = Quote::new(MessageRef::to(author.clone(), &said), QuoteKind::default());
        assert_eq!(quote.check(Some((&author, &said))), QuoteCheck::Genuine);
        assert_eq!(quote.check(Some((&author, &other))), QuoteCheck::Differs);
        assert_eq!(quote.check(Some((&mallory, &said))), QuoteCheck::Differs);
        assert_eq!(quote.check(None), QuoteCheck::NotHeld);
    }
}
