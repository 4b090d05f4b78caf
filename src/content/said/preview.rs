use alloc::string::String;

use super::super::body::WireBody;
use super::MediaPointer;
use super::words::{Words, url};
use crate::content::Violation;
use crate::limits::{PREVIEW_DESCRIPTION_BYTES, PREVIEW_TITLE_BYTES, SENT_AT, URL_BYTES};
use crate::time::Timestamp;
use crate::wire::proto;

/// What a link in a text leads to, as the sender saw it: nothing of it is fetched by receivers, so
/// that a link does not tell its server who reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkPreview {
    url: Words<URL_BYTES>,
    title: Option<Words<PREVIEW_TITLE_BYTES>>,
    description: Option<Words<PREVIEW_DESCRIPTION_BYTES>>,
    image: Option<MediaPointer>,
    published_at: Timestamp,
}

impl LinkPreview {
    /// Of an http or https link, at most [`URL_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::Url`].
    pub fn new(url: impl Into<String>) -> Result<Self, Violation> {
        let (url, published_at) = (self::url(url)?, Timestamp::UNIX_EPOCH);
        Ok(Self { url, title: None, description: None, image: None, published_at })
    }

    /// With a title, 1 to [`PREVIEW_TITLE_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::Preview`].
    pub fn with_title(mut self, title: impl Into<String>) -> Result<Self, Violation> {
        self.title = Some(Words::new(title, Violation::Preview)?);
        Ok(self)
    }

    /// With a description, 1 to [`PREVIEW_DESCRIPTION_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::Preview`].
    pub fn with_description(mut self, description: impl Into<String>) -> Result<Self, Violation> {
        self.description = Some(Words::new(description, Violation::Preview)?);
        Ok(self)
    }

    /// With a picture.
    #[must_use]
    pub fn with_image(mut self, image: MediaPointer) -> Self {
        self.image = Some(image);
        self
    }

    /// With the time at which the page says it was published.
    ///
    /// # Errors
    /// [`Violation::Preview`] later than [`SENT_AT`].
    pub fn with_published_at(mut self, published_at: Timestamp) -> Result<Self, Violation> {
        if published_at.since(Timestamp::UNIX_EPOCH) > SENT_AT {
            return Err(Violation::Preview);
        }
        self.published_at = published_at;
        Ok(self)
    }

    /// The link.
    #[must_use]
    pub fn url(&self) -> &str {
        self.url.as_str()
    }

    /// The title of the page.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_ref().map(Words::as_str)
    }

    /// What the page is about.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_ref().map(Words::as_str)
    }

    /// A picture of the page.
    #[must_use]
    pub const fn image(&self) -> Option<&MediaPointer> {
        self.image.as_ref()
    }

    /// When the page says it was published.
    #[must_use]
    pub fn published_at(&self) -> Option<Timestamp> {
        (self.published_at != Timestamp::UNIX_EPOCH).then_some(self.published_at)
    }

    /// The same with its picture as an object of its own, or without.
    pub(super) fn resealed(self, image: Option<MediaPointer>) -> Self {
        Self { image, ..self }
    }

    pub(in crate::content) fn inline_bytes(&self) -> usize {
        self.image().map_or(0, MediaPointer::inline_bytes)
    }
}

impl WireBody for LinkPreview {
    type Wire = proto::LinkPreview;

    fn from_wire(wire: proto::LinkPreview) -> Result<Self, Violation> {
        let preview = Self {
            title: Words::optional(wire.title, Violation::Preview)?,
            description: Words::optional(wire.description, Violation::Preview)?,
            image: wire.image.map(MediaPointer::from_wire).transpose()?,
            ..Self::new(wire.url)?
        };
        preview.with_published_at(Timestamp::from_millis(wire.published_at))
    }

    fn to_wire(&self) -> proto::LinkPreview {
        proto::LinkPreview {
            url: self.url().into(),
            title: Words::to_wire(self.title.as_ref()),
            description: Words::to_wire(self.description.as_ref()),
            image: self.image.as_ref().map(MediaPointer::to_wire),
            published_at: self.published_at.as_millis(),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::super::pointer::tests::pointer;
    use super::*;

    pub(in crate::content) fn preview(url: &str) -> LinkPreview {
        let preview = LinkPreview::new(url).unwrap().with_title("meet").unwrap();
        let preview = preview.with_description("where to meet").unwrap();
        let published = Timestamp::from_secs(1_700_000_000);
        preview.with_image(pointer("image/png")).with_published_at(published).unwrap()
    }

    #[test]
    fn a_preview_comes_back_as_it_was() {
        for preview in [preview("https://a"), LinkPreview::new("http://b").unwrap()] {
            assert_eq!(LinkPreview::from_wire(preview.to_wire()), Ok(preview));
        }
    }

    #[test]
    fn a_preview_is_checked() {
        let broken = |change: &dyn Fn(&mut proto::LinkPreview)| {
            let mut wire = preview("https://a").to_wire();
            change(&mut wire);
            LinkPreview::from_wire(wire).err()
        };
        assert_eq!(broken(&|w| w.url.clear()), Some(Violation::Url));
        let over = Some(Violation::Preview);
        assert_eq!(broken(&|w| w.title = "x".repeat(PREVIEW_TITLE_BYTES)), None);
        assert_eq!(broken(&|w| w.title = "x".repeat(PREVIEW_TITLE_BYTES + 1)), over);
        assert_eq!(broken(&|w| w.description = "x".repeat(PREVIEW_DESCRIPTION_BYTES)), None);
        assert_eq!(broken(&|w| w.description = "x".repeat(PREVIEW_DESCRIPTION_BYTES + 1)), over);
        assert_eq!(broken(&|w| w.published_at = 253_402_300_799_999), None);
        assert_eq!(broken(&|w| w.published_at = 253_402_300_800_000), over);
    }
}
