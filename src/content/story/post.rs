use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::super::said::Styled;
use super::{Colour, StoryBackground, StoryTerms};
use crate::content::{FormatRange, LinkPreview, MediaItem, MediaKind, Mention, Violation};
use crate::limits::{CAPTION_BYTES, STORY_TEXT_BYTES};
use crate::wire::proto;

/// A picture or film for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryMedia {
    item: MediaItem,
    caption: Option<Styled<CAPTION_BYTES>>,
    terms: StoryTerms,
}

impl StoryMedia {
    /// A photo, video or GIF.
    ///
    /// # Errors
    /// [`Violation::StoryMedia`] for another kind.
    pub fn new(item: MediaItem, terms: StoryTerms) -> Result<Self, Violation> {
        match item.kind() {
            MediaKind::Photo | MediaKind::Video | MediaKind::Gif => {
                Ok(Self { item, caption: None, terms })
            }
            MediaKind::Document | MediaKind::VoiceNote | MediaKind::Audio => {
                Err(Violation::StoryMedia)
            }
        }
    }

    /// With a caption, 1 to [`CAPTION_BYTES`] bytes, and what belongs to parts of it.
    ///
    /// # Errors
    /// [`Violation::Caption`], or what a range or mention breaks.
    pub fn with_caption(
        mut self,
        caption: impl Into<String>,
        ranges: Vec<FormatRange>,
        mentions: Vec<Mention>,
    ) -> Result<Self, Violation> {
        let mut caption = Styled::new(caption, Violation::Caption)?;
        caption.set_ranges(ranges)?;
        caption.set_mentions(mentions)?;
        self.caption = Some(caption);
        Ok(self)
    }

    /// The picture or film.
    #[must_use]
    pub const fn item(&self) -> &MediaItem {
        &self.item
    }

    /// The caption.
    #[must_use]
    pub fn caption(&self) -> Option<&str> {
        self.caption.as_ref().map(Styled::as_str)
    }

    /// How parts of the caption look.
    #[must_use]
    pub fn caption_ranges(&self) -> &[FormatRange] {
        self.caption.as_ref().map(Styled::ranges).unwrap_or_default()
    }

    /// Who is named in the caption.
    #[must_use]
    pub fn caption_mentions(&self) -> &[Mention] {
        self.caption.as_ref().map(Styled::mentions).unwrap_or_default()
    }

    /// What viewers may do with it.
    #[must_use]
    pub const fn terms(&self) -> &StoryTerms {
        &self.terms
    }
}

impl WireBody for StoryMedia {
    type Wire = proto::StoryMedia;

    fn from_wire(wire: proto::StoryMedia) -> Result<Self, Violation> {
        let item = MediaItem::from_wire(wire.item.ok_or(Violation::NoMediaObject)?)?;
        let terms = StoryTerms::from_wire(wire.terms.ok_or(Violation::StoryTerms)?)?;
        let caption = wire.caption.map(|text| Styled::from_styled(text, Violation::Caption));
        Ok(Self { caption: caption.transpose()?, ..Self::new(item, terms)? })
    }

    fn to_wire(&self) -> proto::StoryMedia {
        proto::StoryMedia {
            item: Some(self.item.to_wire()),
            caption: self.caption.as_ref().map(Styled::to_styled),
            terms: Some(self.terms.to_wire()),
        }
    }
}

/// Words for a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryText {
    text: Styled<STORY_TEXT_BYTES>,
    font: StoryFont,
    colour: Colour,
    background: StoryBackground,
    preview: Option<Box<LinkPreview>>,
    terms: StoryTerms,
}

/// How the words of a story look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoryFont {
    /// As the viewer's application likes; also a font that this version does not know.
    #[default]
    Default,
    /// Regular.
    Regular,
    /// Bold.
    Bold,
    /// With serifs.
    Serif,
    /// As if written by hand.
    Script,
    /// Narrow.
    Condensed,
}

impl StoryText {
    /// 1 to [`STORY_TEXT_BYTES`] bytes of UTF-8 on a background.
    ///
    /// # Errors
    /// [`Violation::StoryText`].
    pub fn new(
        text: impl Into<String>,
        background: StoryBackground,
        terms: StoryTerms,
    ) -> Result<Self, Violation> {
        let text = Styled::new(text, Violation::StoryText)?;
        let (font, colour) = (StoryFont::Default, Colour(u32::MAX));
        Ok(Self { text, font, colour, background, preview: None, terms })
    }

    /// In this font and colour; white otherwise.
    #[must_use]
    pub const fn with_font(mut self, font: StoryFont, colour: Colour) -> Self {
        (self.font, self.colour) = (font, colour);
        self
    }

    /// With what belongs to parts of the words.
    ///
    /// # Errors
    /// What a range or mention breaks.
    pub fn with_parts(
        mut self,
        ranges: Vec<FormatRange>,
        mentions: Vec<Mention>,
    ) -> Result<Self, Violation> {
        self.text.set_ranges(ranges)?;
        self.text.set_mentions(mentions)?;
        Ok(self)
    }

    /// With a preview of a link that stands in the text.
    ///
    /// # Errors
    /// [`Violation::PreviewNotInText`]: a preview must not lead elsewhere than the text.
    pub fn with_preview(mut self, preview: LinkPreview) -> Result<Self, Violation> {
        if !self.text.as_str().contains(preview.url()) {
            return Err(Violation::PreviewNotInText);
        }
        self.preview = Some(Box::new(preview));
        Ok(self)
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// How parts of them look.
    #[must_use]
    pub fn ranges(&self) -> &[FormatRange] {
        self.text.ranges()
    }

    /// Who is named in them.
    #[must_use]
    pub fn mentions(&self) -> &[Mention] {
        self.text.mentions()
    }

    /// How they look.
    #[must_use]
    pub const fn font(&self) -> StoryFont {
        self.font
    }

    /// Their colour.
    #[must_use]
    pub const fn colour(&self) -> Colour {
        self.colour
    }

    /// What is behind them.
    #[must_use]
    pub const fn background(&self) -> &StoryBackground {
        &self.background
    }

    /// The preview of a link in them.
    #[must_use]
    pub fn preview(&self) -> Option<&LinkPreview> {
        self.preview.as_deref()
    }

    /// What viewers may do with it.
    #[must_use]
    pub const fn terms(&self) -> &StoryTerms {
        &self.terms
    }
}

impl WireBody for StoryText {
    type Wire = proto::StoryText;

    fn from_wire(wire: proto::StoryText) -> Result<Self, Violation> {
        let font = StoryFont::from_wire(wire.font());
        let text = Styled::from_styled(wire.text.unwrap_or_default(), Violation::StoryText)?;
        let background = wire.background.ok_or(Violation::StoryBackground)?;
        let background = StoryBackground::from_wire(background)?;
        let preview = wire.preview.map(LinkPreview::from_wire).transpose()?;
        let terms = StoryTerms::from_wire(wire.terms.ok_or(Violation::StoryTerms)?)?;
        let colour = Colour(wire.colour);
        let story = Self { text, font, colour, background, preview: None, terms };
        match preview {
            Some(preview) => story.with_preview(preview),
            None => Ok(story),
        }
    }

    fn to_wire(&self) -> proto::StoryText {
        proto::StoryText {
            text: Some(self.text.to_styled()),
            font: self.font.to_wire().into(),
            colour: self.colour.0,
            background: Some(self.background.to_wire()),
            preview: self.preview().map(LinkPreview::to_wire),
            terms: Some(self.terms.to_wire()),
        }
    }
}

impl StoryFont {
    const fn from_wire(wire: proto::StoryFont) -> Self {
        match wire {
            proto::StoryFont::Default => Self::Default,
            proto::StoryFont::Regular => Self::Regular,
            proto::StoryFont::Bold => Self::Bold,
            proto::StoryFont::Serif => Self::Serif,
            proto::StoryFont::Script => Self::Script,
            proto::StoryFont::Condensed => Self::Condensed,
        }
    }

    const fn to_wire(self) -> proto::StoryFont {
        match self {
            Self::Default => proto::StoryFont::Default,
            Self::Regular => proto::StoryFont::Regular,
            Self::Bold => proto::StoryFont::Bold,
            Self::Serif => proto::StoryFont::Serif,
            Self::Script => proto::StoryFont::Script,
            Self::Condensed => proto::StoryFont::Condensed,
        }
    }
}
