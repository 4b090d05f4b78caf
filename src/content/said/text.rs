use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::styled::Styled;
use super::{FormatRange, Forwarded, LinkPreview, MediaPointer, Mention, Quote};
use crate::content::Violation;
use crate::limits::{LONG_TEXT_BYTES, LONG_TEXT_PREFIX_BYTES, TEXT_BYTES, THUMBNAILS_BYTES};
use crate::wire::proto;

/// A text message: 1 to [`TEXT_BYTES`] bytes of UTF-8, or the beginning of a longer text that is a
/// file. Never printed by `Debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    words: Styled<TEXT_BYTES>,
    /// What few texts have: apart, so that the others are small.
    more: Option<Box<More>>,
    forwarded: Option<Forwarded>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    preview: Option<LinkPreview>,
    quote: Option<Quote>,
    long_text: Option<MediaPointer>,
}

impl Text {
    /// The media type of a text that is a file.
    pub const LONG_TEXT_TYPE: &'static str = "text/plain";

    /// Takes a text.
    ///
    /// # Errors
    /// [`Violation::EmptyText`] or [`Violation::TextTooLong`].
    pub fn new(text: impl Into<String>) -> Result<Self, Violation> {
        let text = text.into();
        let rule = if text.is_empty() { Violation::EmptyText } else { Violation::TextTooLong };
        Ok(Self { words: Styled::new(text, rule)?, more: None, forwarded: None })
    }

    /// With parts that look different, at most [`FORMAT_RANGES`](crate::limits::FORMAT_RANGES).
    ///
    /// # Errors
    /// [`Violation::FormatRangeCount`], [`Violation::FormatRange`] when one is empty, not inside the
    /// text or not of whole characters.
    pub fn with_ranges(mut self, ranges: Vec<FormatRange>) -> Result<Self, Violation> {
        self.words.set_ranges(ranges)?;
        Ok(self)
    }

    /// With parts that name somebody, at most [`MENTIONS`](crate::limits::MENTIONS), in ascending
    /// order and apart from each other.
    ///
    /// # Errors
    /// [`Violation::MentionCount`], [`Violation::Mention`] when one is empty, not inside the text,
    /// not of whole characters, or not after the one before.
    pub fn with_mentions(mut self, mentions: Vec<Mention>) -> Result<Self, Violation> {
        self.words.set_mentions(mentions)?;
        Ok(self)
    }

    /// With a preview of a link that stands in the text.
    ///
    /// # Errors
    /// [`Violation::PreviewNotInText`]: a preview must not lead elsewhere than the text.
    pub fn with_preview(mut self, preview: LinkPreview) -> Result<Self, Violation> {
        self.more.get_or_insert_default().preview = Some(preview);
        self.checked()
    }

    /// In answer to a message.
    ///
    /// # Errors
    /// [`Violation::Thumbnails`] when it and the preview have inline thumbnails of more than
    /// [`THUMBNAILS_BYTES`] together.
    pub fn with_quote(mut self, quote: Quote) -> Result<Self, Violation> {
        self.more.get_or_insert_default().quote = Some(quote);
        self.checked()
    }

    /// As the beginning of a longer text that is the UTF-8 of a file of the type
    /// [`Text::LONG_TEXT_TYPE`]. Ranges and mentions belong to the beginning.
    ///
    /// # Errors
    /// [`Violation::LongText`] when this is longer than [`LONG_TEXT_PREFIX_BYTES`], or the file is
    /// not longer than this, longer than [`LONG_TEXT_BYTES`], or of another type.
    pub fn with_long_text(mut self, file: MediaPointer) -> Result<Self, Violation> {
        self.more.get_or_insert_default().long_text = Some(file);
        self.checked()
    }

    /// The same text to be passed on: without what it answers and whom it names, which tell about
    /// the conversation that it comes from. Its files are to be sealed anew: `file` takes the place
    /// of a long text, `image` of a preview's picture, and what is not given is left out.
    ///
    /// # Errors
    /// [`Violation::LongText`] when the text is long and there is no file, or as for
    /// [`Text::with_long_text`].
    pub fn forward(
        &self,
        file: Option<MediaPointer>,
        image: Option<MediaPointer>,
    ) -> Result<Self, Violation> {
        if self.long_text().is_some() && file.is_none() {
            return Err(Violation::LongText);
        }
        let preview = self.preview().cloned().map(|preview| preview.resealed(image));
        let more = More { preview, quote: None, long_text: file };
        let more = (more != More::default()).then(|| Box::new(more));
        let words = self.words.clone().without_mentions();
        Self { words, more, forwarded: Some(Forwarded::after(self.forwarded)) }.checked()
    }

    /// The text, or the beginning of it if there is a [`Text::long_text`].
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.words.as_str()
    }

    /// How parts of it look.
    #[must_use]
    pub fn ranges(&self) -> &[FormatRange] {
        self.words.ranges()
    }

    /// Who is named in it.
    #[must_use]
    pub fn mentions(&self) -> &[Mention] {
        self.words.mentions()
    }

    /// What a link in it leads to.
    #[must_use]
    pub fn preview(&self) -> Option<&LinkPreview> {
        self.more.as_ref()?.preview.as_ref()
    }

    /// What it answers.
    #[must_use]
    pub fn quote(&self) -> Option<&Quote> {
        self.more.as_ref()?.quote.as_ref()
    }

    /// The whole text, if this is only its beginning.
    #[must_use]
    pub fn long_text(&self) -> Option<&MediaPointer> {
        self.more.as_ref()?.long_text.as_ref()
    }

    /// Whether and how often it was passed on.
    #[must_use]
    pub const fn forwarded(&self) -> Option<Forwarded> {
        self.forwarded
    }

    /// Takes the content of [`Text::long_text`] for the whole text.
    ///
    /// # Errors
    /// [`Violation::LongText`] when there is none, or the file is not UTF-8 that begins with this.
    pub fn whole<'a>(&self, file: &'a [u8]) -> Result<&'a str, Violation> {
        let expected =
            self.long_text().ok_or(Violation::LongText)?.object().sealed().plaintext_len();
        let text = core::str::from_utf8(file).map_err(|_| Violation::LongText)?;
        let same_size = u64::try_from(text.len()) == Ok(expected);
        if same_size && text.starts_with(self.as_str()) {
            Ok(text)
        } else {
            Err(Violation::LongText)
        }
    }

    /// The rules between the text and what goes with it.
    fn checked(self) -> Result<Self, Violation> {
        let Some(more) = &self.more else { return Ok(self) };
        if more.preview.as_ref().is_some_and(|preview| !self.as_str().contains(preview.url())) {
            return Err(Violation::PreviewNotInText);
        }
        let inline = more.preview.as_ref().map_or(0, LinkPreview::inline_bytes);
        let inline = inline.saturating_add(more.quote.as_ref().map_or(0, Quote::inline_bytes));
        if inline.saturating_add(more.long_text.as_ref().map_or(0, MediaPointer::inline_bytes))
            > THUMBNAILS_BYTES
        {
            return Err(Violation::Thumbnails);
        }
        if let Some(file) = &more.long_text {
            self.check_long_text(file)?;
        }
        Ok(self)
    }

    fn check_long_text(&self, file: &MediaPointer) -> Result<(), Violation> {
        let size = file.object().sealed().plaintext_len();
        let longer = u64::try_from(self.as_str().len()).is_ok_and(|prefix| size > prefix);
        let fits = self.as_str().len() <= LONG_TEXT_PREFIX_BYTES && size <= LONG_TEXT_BYTES;
        let is_text = file.content_type() == Self::LONG_TEXT_TYPE;
        if longer && fits && is_text { Ok(()) } else { Err(Violation::LongText) }
    }
}

impl WireBody for Text {
    type Wire = proto::Text;

    fn from_wire(wire: proto::Text) -> Result<Self, Violation> {
        let rule = if wire.text.is_empty() { Violation::EmptyText } else { Violation::TextTooLong };
        let words = Styled::from_wire(wire.text, wire.ranges, wire.mentions, rule)?;
        let forwarded = wire.forwarded.map(Forwarded::from_wire).transpose()?;
        if wire.preview.is_none() && wire.quote.is_none() && wire.long_text.is_none() {
            return Ok(Self { words, more: None, forwarded });
        }
        let more = More {
            preview: wire.preview.map(LinkPreview::from_wire).transpose()?,
            quote: wire.quote.map(Quote::from_wire).transpose()?,
            long_text: wire.long_text.map(MediaPointer::from_wire).transpose()?,
        };
        Self { words, more: Some(Box::new(more)), forwarded }.checked()
    }

    fn to_wire(&self) -> proto::Text {
        let (ranges, mentions) = self.words.parts();
        proto::Text {
            text: self.as_str().into(),
            ranges,
            mentions,
            preview: self.preview().map(LinkPreview::to_wire),
            quote: self.quote().map(Quote::to_wire),
            long_text: self.long_text().map(MediaPointer::to_wire),
            forwarded: self.forwarded.map(Forwarded::to_wire),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::super::pointer::tests::{full, sealed};
    use super::super::preview::tests::preview;
    use super::super::quote::tests::quote;
    use super::super::{MediaObject, Thumbnail};
    use super::*;
    use crate::content::{Body, FormatStyle, Mentioned, QuoteKind};
    use crate::identity::AccountId;
    use crate::limits::THUMBNAIL_BYTES;
    use alloc::{format, vec};

    /// A text with everything.
    pub(in crate::content) fn whole_text() -> Text {
        let bob = Mentioned::Account(AccountId::new(b"bob").unwrap());
        Text::new("meet @bob, see https://example.org/meet")
            .unwrap()
            .with_ranges(vec![FormatRange::new(0, 4, FormatStyle::Bold)])
            .unwrap()
            .with_mentions(vec![Mention::new(5, 4, bob)])
            .unwrap()
            .with_preview(preview("https://example.org/meet"))
            .unwrap()
            .with_quote(quote())
            .unwrap()
            .with_long_text(long(60_000))
            .unwrap()
    }

    fn long(size: u64) -> MediaPointer {
        let object = MediaObject::new(*b"text", sealed(size)).unwrap();
        MediaPointer::new(object, Text::LONG_TEXT_TYPE).unwrap()
    }

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
    fn a_text_comes_back_as_it_was() {
        let forwarded = whole_text().forward(Some(long(50_000)), None).unwrap();
        for text in [Text::new("x").unwrap(), whole_text(), forwarded] {
            assert_eq!(Text::from_wire(text.to_wire()), Ok(text));
        }
    }

    #[test]
    fn a_text_is_not_printed() {
        let text = Text::new("meet me at nine").unwrap();
        assert!(format!("{:?}", Body::from(text)).contains("(15 bytes)"));
        let printed = format!("{:?}", whole_text());
        assert!(!printed.contains("meet") && !printed.contains("example"), "{printed}");
    }

    #[test]
    fn a_preview_is_of_a_link_in_the_text() {
        let text = |text| Text::new(text).unwrap().with_preview(preview("https://a/b"));
        assert!(text("see https://a/b").is_ok());
        assert_eq!(text("see https://a/c"), Err(Violation::PreviewNotInText));
        let mut wire = text("see https://a/b").unwrap().to_wire();
        wire.text = "see https://b".into();
        assert_eq!(Text::from_wire(wire), Err(Violation::PreviewNotInText));
    }

    #[test]
    fn a_long_text_is_longer_than_its_beginning_and_a_text() {
        let with = |prefix: usize, size| Text::new("x".repeat(prefix))?.with_long_text(long(size));
        assert!(with(LONG_TEXT_PREFIX_BYTES, LONG_TEXT_BYTES).is_ok());
        assert!(with(9, 10).is_ok());
        let refused = Err(Violation::LongText);
        assert_eq!(with(LONG_TEXT_PREFIX_BYTES + 1, LONG_TEXT_BYTES), refused);
        assert_eq!(with(10, 10), refused);
        assert_eq!(with(9, LONG_TEXT_BYTES + 1), refused);
        assert_eq!(Text::new("x").unwrap().with_long_text(full()), refused);
        let mut wire = with(9, 10).unwrap().to_wire();
        wire.text.push('x');
        assert_eq!(Text::from_wire(wire), refused);
    }

    #[test]
    fn a_whole_text_begins_as_was_said() {
        let text = Text::new("meet").unwrap().with_long_text(long(10)).unwrap();
        assert_eq!(text.whole(b"meet again"), Ok("meet again"));
        for file in [&b"meat again"[..], b"meet", b"meet again!", b"meet\xff.....", b""] {
            assert_eq!(text.whole(file), Err(Violation::LongText));
        }
        assert_eq!(Text::new("meet").unwrap().whole(b"meet"), Err(Violation::LongText));
    }

    #[test]
    fn what_is_passed_on_tells_nothing_of_where_it_comes_from() {
        let once = whole_text().forward(Some(long(60_000)), None).unwrap();
        assert_eq!(once.as_str(), whole_text().as_str());
        assert_eq!(once.ranges(), whole_text().ranges());
        assert_eq!((once.quote(), once.mentions()), (None, &[][..]));
        assert_eq!(once.preview().unwrap().image(), None);
        assert_eq!(once.forwarded(), Some(Forwarded::ONCE));
        let twice = once.forward(Some(long(60_000)), None).unwrap();
        assert_eq!(twice.forwarded().unwrap().times(), 2);
        assert_eq!(whole_text().forward(None, None), Err(Violation::LongText));
        let plain = Text::new("hello").unwrap().forward(None, None).unwrap();
        assert_eq!(plain.forwarded(), Some(Forwarded::ONCE));
    }

    #[test]
    fn thumbnails_have_a_limit_together() {
        let thumbnail = |len| Thumbnail::Inline(vec![1; len]);
        let picture = |len| long(60_000).with_thumbnail(thumbnail(len)).unwrap();
        let quote = Quote::new(quote().target().clone(), QuoteKind::Media);
        let quote = quote.with_thumbnail(vec![1; THUMBNAIL_BYTES]).unwrap();
        let text = Text::new("https://a").unwrap().with_quote(quote).unwrap();
        let with = |len, file| {
            let preview = LinkPreview::new("https://a").unwrap().with_image(picture(len));
            text.clone().with_preview(preview).unwrap().with_long_text(file)
        };
        assert!(with(THUMBNAIL_BYTES, long(10_000)).is_ok());
        assert_eq!(with(THUMBNAIL_BYTES, picture(1)), Err(Violation::Thumbnails));
    }
}
