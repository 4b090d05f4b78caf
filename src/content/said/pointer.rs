use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use super::words::{Opaque, Words, blurhash, content_type, file_name};
use crate::content::Violation;
use crate::content::body::WireBody;
use crate::limits::{
    BLURHASH_BYTES, CONTENT_TYPE_BYTES, FILE_NAME_BYTES, MEDIA_DESCRIPTION_BYTES,
    MEDIA_LOCATOR_BYTES, THUMBNAIL_BYTES,
};
use crate::media::{MediaKey, MediaRoot, SealedMedia};
use crate::wire::proto;
use crate::wire::proto::media_pointer::Thumbnail as WireThumbnail;

/// A sealed object and where it is: enough to fetch and to open it (SPEC.md 12.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaObject {
    locator: Opaque<MEDIA_LOCATOR_BYTES>,
    sealed: SealedMedia,
}

impl MediaObject {
    /// `locator` is the application's, 1 to [`MEDIA_LOCATOR_BYTES`] bytes: how to fetch the object.
    ///
    /// # Errors
    /// [`Violation::MediaLocator`].
    pub fn new(locator: impl Into<Vec<u8>>, sealed: SealedMedia) -> Result<Self, Violation> {
        Ok(Self { locator: Opaque::new(locator, Violation::MediaLocator)?, sealed })
    }

    /// How to fetch it.
    #[must_use]
    pub fn locator(&self) -> &[u8] {
        self.locator.as_bytes()
    }

    /// How to open it.
    #[must_use]
    pub const fn sealed(&self) -> &SealedMedia {
        &self.sealed
    }
}

impl WireBody for MediaObject {
    type Wire = proto::MediaObject;

    fn from_wire(wire: proto::MediaObject) -> Result<Self, Violation> {
        let key = wire.key.as_slice().try_into().map_err(|_| Violation::MediaKey)?;
        let root = wire.root.as_slice().try_into().map_err(|_| Violation::MediaRoot)?;
        let (key, root) = (MediaKey::from_bytes(key), MediaRoot::from_bytes(root));
        let sealed = SealedMedia::new(key, wire.size, wire.ciphertext_size, root);
        Self::new(wire.locator, sealed.map_err(|_| Violation::MediaSize)?)
    }

    fn to_wire(&self) -> proto::MediaObject {
        proto::MediaObject {
            locator: self.locator().to_vec(),
            key: self.sealed.key().as_bytes().to_vec(),
            size: self.sealed.plaintext_len(),
            ciphertext_size: self.sealed.ciphertext_len(),
            root: self.sealed.root().as_bytes().to_vec(),
        }
    }
}

/// A file: how to fetch and open it, and what it is before it was fetched (SPEC.md 12.4). What it
/// says of the file is its author's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaPointer {
    object: MediaObject,
    content_type: Words<CONTENT_TYPE_BYTES>,
    file_name: Option<Words<FILE_NAME_BYTES>>,
    dimensions: Option<Dimensions>,
    duration: u32,
    thumbnail: Option<Thumbnail>,
    blurhash: Option<Words<BLURHASH_BYTES>>,
    description: Option<Words<MEDIA_DESCRIPTION_BYTES>>,
    covered: bool,
}

/// Width and height of a picture or film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    width: u32,
    height: u32,
}

impl Dimensions {
    /// In pixels.
    ///
    /// # Errors
    /// [`Violation::Dimensions`] when one is zero.
    pub const fn new(width: u32, height: u32) -> Result<Self, Violation> {
        if width == 0 || height == 0 {
            return Err(Violation::Dimensions);
        }
        Ok(Self { width, height })
    }

    /// Pixels from left to right.
    #[must_use]
    pub const fn width(self) -> u32 {
        self.width
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub const fn height(self) -> u32 {
        self.height
    }
}

/// A small picture of a file.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Thumbnail {
    /// The picture itself, 1 to [`THUMBNAIL_BYTES`] bytes.
    Inline(Vec<u8>),
    /// Another object, with its own key.
    Remote(Box<MediaObject>),
}

impl fmt::Debug for Thumbnail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inline(bytes) => write!(f, "Inline({} bytes)", bytes.len()),
            Self::Remote(object) => f.debug_tuple("Remote").field(object).finish(),
        }
    }
}

impl MediaPointer {
    /// A file and its media type: `type/subtype`, possibly with parameters, at most
    /// [`CONTENT_TYPE_BYTES`] bytes of ASCII.
    ///
    /// # Errors
    /// [`Violation::ContentType`].
    pub fn new(object: MediaObject, content_type: impl Into<String>) -> Result<Self, Violation> {
        Ok(Self {
            object,
            content_type: self::content_type(content_type)?,
            file_name: None,
            dimensions: None,
            duration: 0,
            thumbnail: None,
            blurhash: None,
            description: None,
            covered: false,
        })
    }

    /// With its name: 1 to [`FILE_NAME_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::FileName`] for another length, `.` and `..`, and a name with a separator, a
    /// control character or one that changes the direction of writing.
    pub fn with_file_name(mut self, name: impl Into<String>) -> Result<Self, Violation> {
        self.file_name = Some(file_name(name)?);
        Ok(self)
    }

    /// With its width and height.
    #[must_use]
    pub const fn with_dimensions(mut self, dimensions: Dimensions) -> Self {
        self.dimensions = Some(dimensions);
        self
    }

    /// With how long it plays, in whole milliseconds, at most 49 days.
    #[must_use]
    pub fn with_duration(mut self, duration: Duration) -> Self {
        self.duration = u32::try_from(duration.as_millis()).unwrap_or(u32::MAX);
        self
    }

    /// With a small picture of it.
    ///
    /// # Errors
    /// [`Violation::Thumbnail`] when an inline one is empty or longer than [`THUMBNAIL_BYTES`].
    pub fn with_thumbnail(mut self, thumbnail: Thumbnail) -> Result<Self, Violation> {
        if let Thumbnail::Inline(bytes) = &thumbnail
            && !(1..=THUMBNAIL_BYTES).contains(&bytes.len())
        {
            return Err(Violation::Thumbnail);
        }
        self.thumbnail = Some(thumbnail);
        Ok(self)
    }

    /// With a blur of it: 1 to [`BLURHASH_BYTES`] digits of base 83.
    ///
    /// # Errors
    /// [`Violation::Blurhash`].
    pub fn with_blurhash(mut self, blurhash: impl Into<String>) -> Result<Self, Violation> {
        self.blurhash = Some(self::blurhash(blurhash)?);
        Ok(self)
    }

    /// With what is to be seen or heard, for who cannot: 1 to [`MEDIA_DESCRIPTION_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::MediaDescription`].
    pub fn with_description(mut self, description: impl Into<String>) -> Result<Self, Violation> {
        self.description = Some(Words::new(description, Violation::MediaDescription)?);
        Ok(self)
    }

    /// Covered until somebody asks to see it.
    #[must_use]
    pub const fn covered(mut self) -> Self {
        self.covered = true;
        self
    }

    /// How to fetch and open it.
    #[must_use]
    pub const fn object(&self) -> &MediaObject {
        &self.object
    }

    /// Its media type.
    #[must_use]
    pub fn content_type(&self) -> &str {
        self.content_type.as_str()
    }

    /// Its name without a path.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_ref().map(Words::as_str)
    }

    /// Width and height, if known.
    #[must_use]
    pub const fn dimensions(&self) -> Option<Dimensions> {
        self.dimensions
    }

    /// How long it plays; `None` when it does not, or it is not known.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        (self.duration != 0).then(|| Duration::from_millis(self.duration.into()))
    }

    /// A small picture of it.
    #[must_use]
    pub const fn thumbnail(&self) -> Option<&Thumbnail> {
        self.thumbnail.as_ref()
    }

    /// A blur of it.
    #[must_use]
    pub fn blurhash(&self) -> Option<&str> {
        self.blurhash.as_ref().map(Words::as_str)
    }

    /// What is to be seen or heard.
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_ref().map(Words::as_str)
    }

    /// Whether it is covered until somebody asks to see it.
    #[must_use]
    pub const fn is_covered(&self) -> bool {
        self.covered
    }

    /// Bytes of the inline thumbnail.
    pub(in crate::content) const fn inline_bytes(&self) -> usize {
        match &self.thumbnail {
            Some(Thumbnail::Inline(bytes)) => bytes.len(),
            Some(Thumbnail::Remote(_)) | None => 0,
        }
    }
}

impl WireBody for MediaPointer {
    type Wire = proto::MediaPointer;

    fn from_wire(wire: proto::MediaPointer) -> Result<Self, Violation> {
        let object = MediaObject::from_wire(wire.object.ok_or(Violation::NoMediaObject)?)?;
        let dimensions = match (wire.width, wire.height) {
            (0, 0) => None,
            (width, height) => Some(Dimensions::new(width, height)?),
        };
        let file_name = match wire.file_name.as_str() {
            "" => None,
            _ => Some(file_name(wire.file_name)?),
        };
        let blurhash = match wire.blurhash.as_str() {
            "" => None,
            _ => Some(blurhash(wire.blurhash)?),
        };
        let description = Words::optional(wire.description, Violation::MediaDescription)?;
        let (duration, covered) = (wire.duration, wire.covered);
        let pointer = Self::new(object, wire.content_type)?;
        let pointer =
            Self { file_name, dimensions, duration, blurhash, description, covered, ..pointer };
        match wire.thumbnail {
            Some(thumbnail) => pointer.with_thumbnail(Thumbnail::from_wire(thumbnail)?),
            None => Ok(pointer),
        }
    }

    fn to_wire(&self) -> proto::MediaPointer {
        proto::MediaPointer {
            object: Some(self.object.to_wire()),
            content_type: self.content_type().into(),
            file_name: Words::to_wire(self.file_name.as_ref()),
            width: self.dimensions.map_or(0, Dimensions::width),
            height: self.dimensions.map_or(0, Dimensions::height),
            duration: self.duration,
            thumbnail: self.thumbnail.as_ref().map(Thumbnail::to_wire),
            blurhash: Words::to_wire(self.blurhash.as_ref()),
            description: Words::to_wire(self.description.as_ref()),
            covered: self.covered,
        }
    }
}

impl Thumbnail {
    fn from_wire(wire: WireThumbnail) -> Result<Self, Violation> {
        Ok(match wire {
            WireThumbnail::InlineThumbnail(bytes) => Self::Inline(bytes),
            WireThumbnail::RemoteThumbnail(object) => {
                Self::Remote(Box::new(MediaObject::from_wire(object)?))
            }
        })
    }

    fn to_wire(&self) -> WireThumbnail {
        match self {
            Self::Inline(bytes) => WireThumbnail::InlineThumbnail(bytes.clone()),
            Self::Remote(object) => WireThumbnail::RemoteThumbnail(object.to_wire()),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::*;
    use crate::limits::MEDIA_BYTES;
    use crate::media::Geometry;
    use alloc::{format, vec};

    /// What is said of an object with so long a plaintext.
    pub(in crate::content) fn sealed(size: u64) -> SealedMedia {
        let (key, root) = (MediaKey::from_bytes([0x4b; 32]), MediaRoot::from_bytes([0x52; 32]));
        let ciphertext = Geometry::new(size).unwrap().ciphertext_len();
        SealedMedia::new(key, size, ciphertext, root).unwrap()
    }

    pub(in crate::content) fn object() -> MediaObject {
        MediaObject::new(*b"locator", sealed(70_000)).unwrap()
    }

    pub(in crate::content) fn pointer(content_type: &str) -> MediaPointer {
        MediaPointer::new(object(), content_type).unwrap()
    }

    pub(in crate::content) fn full() -> MediaPointer {
        pointer("image/jpeg")
            .with_file_name("meet.jpg")
            .unwrap()
            .with_dimensions(Dimensions::new(4_000, 3_000).unwrap())
            .with_duration(Duration::from_millis(1_500))
            .with_thumbnail(Thumbnail::Inline(b"meet".to_vec()))
            .unwrap()
            .with_blurhash("LEHV6nWB2yk8pyo0adR*.7kCMdnj")
            .unwrap()
            .with_description("two people meet")
            .unwrap()
            .covered()
    }

    fn broken(change: impl FnOnce(&mut proto::MediaPointer)) -> Violation {
        let mut wire = full().to_wire();
        change(&mut wire);
        MediaPointer::from_wire(wire).unwrap_err()
    }

    fn broken_object(change: impl FnOnce(&mut proto::MediaObject)) -> Violation {
        broken(|wire| change(wire.object.as_mut().unwrap()))
    }

    #[test]
    fn a_pointer_comes_back_as_it_was() {
        let remote = Thumbnail::Remote(Box::new(object()));
        let remote = full().with_thumbnail(remote).unwrap();
        for pointer in [pointer("a/b"), full(), remote] {
            assert_eq!(MediaPointer::from_wire(pointer.to_wire()), Ok(pointer));
        }
    }

    #[test]
    fn an_object_has_a_place_a_key_sizes_and_a_hash() {
        assert_eq!(broken(|w| w.object = None), Violation::NoMediaObject);
        assert_eq!(broken_object(|o| o.locator.clear()), Violation::MediaLocator);
        let long = MEDIA_LOCATOR_BYTES + 1;
        assert_eq!(broken_object(|o| o.locator = vec![1; long]), Violation::MediaLocator);
        assert_eq!(broken_object(|o| o.key.truncate(31)), Violation::MediaKey);
        assert_eq!(broken_object(|o| o.key.push(1)), Violation::MediaKey);
        assert_eq!(broken_object(|o| o.root.clear()), Violation::MediaRoot);
        assert_eq!(broken_object(|o| o.ciphertext_size += 1), Violation::MediaSize);
        assert_eq!(broken_object(|o| o.size = 0), Violation::MediaSize);
        assert_eq!(broken_object(|o| o.size = u64::MAX), Violation::MediaSize);
    }

    #[test]
    fn sizes_reach_their_limit() {
        let of = |locator: usize, size| MediaObject::new(vec![1; locator], sealed(size));
        assert!(of(MEDIA_LOCATOR_BYTES, MEDIA_BYTES).is_ok());
        assert_eq!(of(MEDIA_LOCATOR_BYTES + 1, 1), Err(Violation::MediaLocator));
        assert_eq!(broken_object(|o| o.size = MEDIA_BYTES + 1), Violation::MediaSize);
        assert!(of(1, 0).is_ok(), "a file may be empty");
    }

    #[test]
    fn what_is_said_of_a_file_is_checked() {
        assert_eq!(broken(|w| w.content_type.clear()), Violation::ContentType);
        assert_eq!(broken(|w| w.file_name = "a/b".into()), Violation::FileName);
        assert_eq!(broken(|w| w.width = 0), Violation::Dimensions);
        assert_eq!(broken(|w| w.height = 0), Violation::Dimensions);
        assert_eq!(broken(|w| w.blurhash = "ä".into()), Violation::Blurhash);
        let description = "x".repeat(MEDIA_DESCRIPTION_BYTES + 1);
        assert_eq!(broken(|w| w.description = description), Violation::MediaDescription);
        let described = |len| pointer("a/b").with_description("x".repeat(len)).is_ok();
        assert!(described(MEDIA_DESCRIPTION_BYTES));
        let thumbnail =
            |len| broken(|w| w.thumbnail = Some(WireThumbnail::InlineThumbnail(vec![1; len])));
        assert_eq!(thumbnail(0), Violation::Thumbnail);
        assert_eq!(thumbnail(THUMBNAIL_BYTES + 1), Violation::Thumbnail);
        let largest = Thumbnail::Inline(vec![1; THUMBNAIL_BYTES]);
        assert!(pointer("a/b").with_thumbnail(largest).is_ok());
        assert_eq!(
            broken(|w| w.thumbnail =
                Some(WireThumbnail::RemoteThumbnail(proto::MediaObject::default()))),
            Violation::MediaKey
        );
    }

    #[test]
    fn a_long_duration_is_the_longest() {
        let long = pointer("a/b").with_duration(Duration::from_hours(24 * 60));
        assert_eq!(long.duration(), Some(Duration::from_millis(u32::MAX.into())));
        assert_eq!(pointer("a/b").with_duration(Duration::ZERO).duration(), None);
    }

    #[test]
    fn a_pointer_prints_neither_keys_nor_names() {
        let remote = full().with_thumbnail(Thumbnail::Remote(Box::new(object()))).unwrap();
        for printed in [format!("{:?}", full()), format!("{remote:?}")] {
            assert!(!printed.contains("meet") && !printed.contains("75, 75"), "{printed}");
            assert!(!printed.contains("4b4b") && !printed.contains("locator\""), "{printed}");
        }
    }
}
