use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::styled::Styled;
use super::words::Opaque;
use super::{FormatRange, Forwarded, MediaPointer, Mention, Quote};
use crate::content::Violation;
use crate::limits::{CAPTION_BYTES, MEDIA_ITEMS, THUMBNAILS_BYTES, WAVEFORM_BYTES};
use crate::wire::proto;

/// One or several files, in the order to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    items: Vec<MediaItem>,
    caption: Option<Styled<CAPTION_BYTES>>,
    view_once: bool,
    quote: Option<Box<Quote>>,
    forwarded: Option<Forwarded>,
}

/// One file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaItem {
    pointer: MediaPointer,
    kind: MediaKind,
    waveform: Option<Opaque<WAVEFORM_BYTES>>,
}

/// How to show a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MediaKind {
    /// To be saved or opened; also a kind that this version does not know.
    #[default]
    Document,
    /// A picture.
    Photo,
    /// A film.
    Video,
    /// A film without sound that plays by itself, again and again.
    Gif,
    /// Somebody speaks to the receiver.
    VoiceNote,
    /// Music and the like.
    Audio,
}

impl MediaItem {
    /// A file that is no voice note.
    ///
    /// # Errors
    /// [`Violation::VoiceNote`] for [`MediaKind::VoiceNote`] without a duration.
    pub fn new(pointer: MediaPointer, kind: MediaKind) -> Result<Self, Violation> {
        Self { pointer, kind, waveform: None }.checked()
    }

    /// A voice note: its pointer has a duration, and `waveform` says how loud it is over its time,
    /// 1 to [`WAVEFORM_BYTES`] bytes, 255 the loudest.
    ///
    /// # Errors
    /// [`Violation::VoiceNote`] without a duration, [`Violation::Waveform`].
    pub fn voice_note(
        pointer: MediaPointer,
        waveform: impl Into<Vec<u8>>,
    ) -> Result<Self, Violation> {
        let waveform = Some(Opaque::new(waveform, Violation::Waveform)?);
        Self { pointer, kind: MediaKind::VoiceNote, waveform }.checked()
    }

    /// How to fetch and open it, and what it is.
    #[must_use]
    pub const fn pointer(&self) -> &MediaPointer {
        &self.pointer
    }

    /// How to show it.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        self.kind
    }

    /// How loud a voice note is over its time, 255 the loudest. Empty: not known.
    #[must_use]
    pub fn waveform(&self) -> &[u8] {
        self.waveform.as_ref().map(Opaque::as_bytes).unwrap_or_default()
    }

    const fn once(&self) -> bool {
        matches!(self.kind, MediaKind::Photo | MediaKind::Video | MediaKind::VoiceNote)
    }

    fn checked(self) -> Result<Self, Violation> {
        let voice = self.kind == MediaKind::VoiceNote;
        if voice && self.pointer.duration().is_none() {
            return Err(Violation::VoiceNote);
        }
        if !voice && self.waveform.is_some() {
            return Err(Violation::Waveform);
        }
        Ok(self)
    }
}

impl Media {
    /// One file.
    ///
    /// # Errors
    /// None of the rules of several files: the first that [`Media::album`] would find.
    pub fn new(item: MediaItem) -> Result<Self, Violation> {
        Self::album(vec![item])
    }

    /// Several files, 1 to [`MEDIA_ITEMS`].
    ///
    /// # Errors
    /// [`Violation::MediaCount`], [`Violation::VoiceNote`] when one of several is a voice note,
    /// [`Violation::Thumbnails`] when inline thumbnails are longer than [`THUMBNAILS_BYTES`].
    pub fn album(items: Vec<MediaItem>) -> Result<Self, Violation> {
        Self { items, caption: None, view_once: false, quote: None, forwarded: None }.checked()
    }

    /// With a text, 1 to [`CAPTION_BYTES`] bytes, with parts that look different or name somebody.
    ///
    /// # Errors
    /// [`Violation::Caption`] for another length, [`Violation::VoiceNote`] with a voice note, and as
    /// for a text.
    pub fn with_caption(
        mut self,
        text: impl Into<String>,
        ranges: Vec<FormatRange>,
        mentions: Vec<Mention>,
    ) -> Result<Self, Violation> {
        let mut caption = Styled::new(text, Violation::Caption)?;
        caption.set_ranges(ranges)?;
        caption.set_mentions(mentions)?;
        self.caption = Some(caption);
        self.checked()
    }

    /// To be opened once and then deleted.
    ///
    /// # Errors
    /// [`Violation::ViewOnce`] for several files, for what is neither photo, video nor voice note,
    /// and for what was passed on.
    pub fn view_once(mut self) -> Result<Self, Violation> {
        self.view_once = true;
        self.checked()
    }

    /// In answer to a message.
    ///
    /// # Errors
    /// [`Violation::Thumbnails`].
    pub fn with_quote(mut self, quote: Quote) -> Result<Self, Violation> {
        self.quote = Some(Box::new(quote));
        self.checked()
    }

    /// The same files to be passed on, sealed anew: `pointers` in their order, one for each.
    /// Without what the message answers and whom its caption names, which tell about the
    /// conversation that it comes from.
    ///
    /// # Errors
    /// [`Violation::MediaCount`] when there are not as many pointers, [`Violation::ViewOnce`] for
    /// what is to be seen once, and as for [`Media::album`].
    pub fn forward(&self, pointers: Vec<MediaPointer>) -> Result<Self, Violation> {
        if self.view_once {
            return Err(Violation::ViewOnce);
        }
        if pointers.len() != self.items.len() {
            return Err(Violation::MediaCount);
        }
        let resealed = |(item, pointer): (&MediaItem, _)| MediaItem { pointer, ..item.clone() };
        Self {
            items: self.items.iter().zip(pointers).map(resealed).collect(),
            caption: self.caption.clone().map(Styled::without_mentions),
            view_once: false,
            quote: None,
            forwarded: Some(Forwarded::after(self.forwarded)),
        }
        .checked()
    }

    /// The files, 1 to [`MEDIA_ITEMS`].
    #[must_use]
    pub fn items(&self) -> &[MediaItem] {
        &self.items
    }

    /// The text with them.
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

    /// Whether it is to be opened once and then deleted.
    #[must_use]
    pub const fn is_view_once(&self) -> bool {
        self.view_once
    }

    /// Whether it is a voice note.
    #[must_use]
    pub fn is_voice_note(&self) -> bool {
        self.items.iter().any(|item| item.kind == MediaKind::VoiceNote)
    }

    /// What it answers.
    #[must_use]
    pub fn quote(&self) -> Option<&Quote> {
        self.quote.as_deref()
    }

    /// Whether and how often it was passed on.
    #[must_use]
    pub const fn forwarded(&self) -> Option<Forwarded> {
        self.forwarded
    }

    fn checked(self) -> Result<Self, Violation> {
        if !(1..=MEDIA_ITEMS).contains(&self.items.len()) {
            return Err(Violation::MediaCount);
        }
        let alone = self.items.len() == 1;
        if self.is_voice_note() && !(alone && self.caption.is_none()) {
            return Err(Violation::VoiceNote);
        }
        let once = alone && self.forwarded.is_none() && self.items.iter().all(MediaItem::once);
        if self.view_once && !once {
            return Err(Violation::ViewOnce);
        }
        let items = self.items.iter().map(|item| item.pointer.inline_bytes());
        let inline = items.chain(self.quote().map(Quote::inline_bytes));
        if inline.fold(0, usize::saturating_add) > THUMBNAILS_BYTES {
            return Err(Violation::Thumbnails);
        }
        Ok(self)
    }
}

impl WireBody for Media {
    type Wire = proto::Media;

    fn from_wire(wire: proto::Media) -> Result<Self, Violation> {
        if !(1..=MEDIA_ITEMS).contains(&wire.items.len()) {
            return Err(Violation::MediaCount);
        }
        let caption = wire.caption.map(|text| Styled::from_styled(text, Violation::Caption));
        let quote = wire.quote.map(Quote::from_wire).transpose()?;
        Self {
            items: wire.items.into_iter().map(MediaItem::from_wire).collect::<Result<_, _>>()?,
            caption: caption.transpose()?,
            view_once: wire.view_once,
            quote: quote.map(Box::new),
            forwarded: wire.forwarded.map(Forwarded::from_wire).transpose()?,
        }
        .checked()
    }

    fn to_wire(&self) -> proto::Media {
        proto::Media {
            items: self.items.iter().map(MediaItem::to_wire).collect(),
            caption: self.caption.as_ref().map(Styled::to_styled),
            view_once: self.view_once,
            quote: self.quote().map(Quote::to_wire),
            forwarded: self.forwarded.map(Forwarded::to_wire),
        }
    }
}

impl WireBody for MediaItem {
    type Wire = proto::MediaItem;

    fn from_wire(wire: proto::MediaItem) -> Result<Self, Violation> {
        let kind = MediaKind::from_wire(wire.kind());
        let pointer = wire.pointer.ok_or(Violation::NoMediaObject)?;
        let pointer = MediaPointer::from_wire(pointer)?;
        let waveform = Opaque::optional(wire.waveform, Violation::Waveform)?;
        Self { pointer, kind, waveform }.checked()
    }

    fn to_wire(&self) -> proto::MediaItem {
        proto::MediaItem {
            pointer: Some(self.pointer.to_wire()),
            kind: self.kind.to_wire().into(),
            waveform: self.waveform().to_vec(),
        }
    }
}

impl MediaKind {
    const fn from_wire(wire: proto::MediaKind) -> Self {
        match wire {
            proto::MediaKind::Document => Self::Document,
            proto::MediaKind::Photo => Self::Photo,
            proto::MediaKind::Video => Self::Video,
            proto::MediaKind::Gif => Self::Gif,
            proto::MediaKind::VoiceNote => Self::VoiceNote,
            proto::MediaKind::Audio => Self::Audio,
        }
    }

    const fn to_wire(self) -> proto::MediaKind {
        match self {
            Self::Document => proto::MediaKind::Document,
            Self::Photo => proto::MediaKind::Photo,
            Self::Video => proto::MediaKind::Video,
            Self::Gif => proto::MediaKind::Gif,
            Self::VoiceNote => proto::MediaKind::VoiceNote,
            Self::Audio => proto::MediaKind::Audio,
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::super::Thumbnail;
    use super::super::pointer::tests::{full, pointer};
    use super::super::quote::tests::quote;
    use super::*;
    use crate::content::{FormatStyle, Mentioned};
    use core::time::Duration;

    pub(in crate::content) fn photo() -> MediaItem {
        MediaItem::new(full(), MediaKind::Photo).unwrap()
    }

    pub(in crate::content) fn voice() -> MediaItem {
        let pointer = pointer("audio/ogg").with_duration(Duration::from_secs(7));
        MediaItem::voice_note(pointer, [9; WAVEFORM_BYTES]).unwrap()
    }

    pub(in crate::content) fn album() -> Media {
        let file = MediaItem::new(pointer("application/pdf"), MediaKind::Document).unwrap();
        let bold = FormatRange::new(0, 4, FormatStyle::Bold);
        let everyone = Mention::new(5, 4, Mentioned::Everyone);
        Media::album(vec![photo(), file, photo()])
            .unwrap()
            .with_caption("meet @all", vec![bold], vec![everyone])
            .unwrap()
            .with_quote(quote())
            .unwrap()
    }

    #[test]
    fn media_come_back_as_they_were() {
        let once = |item| Media::new(item).unwrap().view_once().unwrap();
        let forwarded = album().forward(vec![full(); 3]).unwrap();
        for media in [album(), once(photo()), once(voice()), forwarded] {
            assert_eq!(Media::from_wire(media.to_wire()), Ok(media));
        }
    }

    #[test]
    fn an_album_has_one_to_32_files() {
        let item = || MediaItem::new(pointer("image/png"), MediaKind::Photo).unwrap();
        let of = |count| Media::album(vec![item(); count]).err();
        assert_eq!(of(0), Some(Violation::MediaCount));
        assert_eq!((of(1), of(MEDIA_ITEMS)), (None, None));
        assert_eq!(of(MEDIA_ITEMS + 1), Some(Violation::MediaCount));
        let mut wire = Media::new(item()).unwrap().to_wire();
        wire.items = vec![item().to_wire(); MEDIA_ITEMS + 1];
        assert_eq!(Media::from_wire(wire), Err(Violation::MediaCount));
        assert_eq!(Media::from_wire(proto::Media::default()), Err(Violation::MediaCount));
    }

    #[test]
    fn a_voice_note_is_alone_and_without_words() {
        let refused = Err(Violation::VoiceNote);
        assert_eq!(Media::album(vec![voice(), voice()]), refused);
        assert_eq!(Media::album(vec![photo(), voice()]), refused);
        let alone = Media::new(voice()).unwrap();
        assert_eq!(alone.clone().with_caption("hi", vec![], vec![]), refused);
        let mut wire = alone.to_wire();
        wire.caption = Some(proto::StyledText { text: "hi".into(), ..Default::default() });
        assert_eq!(Media::from_wire(wire), refused);
        let without_duration = MediaItem::new(pointer("audio/ogg"), MediaKind::VoiceNote);
        assert_eq!(without_duration, Err(Violation::VoiceNote));
        let mut wire = voice().to_wire();
        wire.pointer.as_mut().unwrap().duration = 0;
        assert_eq!(MediaItem::from_wire(wire), Err(Violation::VoiceNote));
    }

    #[test]
    fn only_a_voice_note_has_a_waveform_and_it_has_a_limit() {
        let mut wire = voice().to_wire();
        wire.kind = proto::MediaKind::Audio.into();
        assert_eq!(MediaItem::from_wire(wire.clone()), Err(Violation::Waveform));
        wire.kind = proto::MediaKind::VoiceNote.into();
        wire.waveform.push(1);
        assert_eq!(MediaItem::from_wire(wire.clone()), Err(Violation::Waveform));
        wire.waveform.clear();
        assert!(MediaItem::from_wire(wire.clone()).unwrap().waveform().is_empty());
        let note = MediaItem::voice_note(voice().pointer, []);
        assert_eq!(note, Err(Violation::Waveform));
        wire.pointer = None;
        assert_eq!(MediaItem::from_wire(wire), Err(Violation::NoMediaObject));
    }

    #[test]
    fn one_photo_video_or_voice_note_may_be_seen_once() {
        let of = |kind| MediaItem::new(full(), kind).and_then(Media::new)?.view_once();
        let refused = Err(Violation::ViewOnce);
        assert!(of(MediaKind::Photo).is_ok() && of(MediaKind::Video).is_ok());
        assert!(of(MediaKind::VoiceNote).is_ok());
        for kind in [MediaKind::Document, MediaKind::Audio, MediaKind::Gif] {
            assert_eq!(of(kind), refused);
        }
        assert_eq!(Media::album(vec![photo(), photo()]).unwrap().view_once(), refused);
        let forwarded = Media::new(photo()).unwrap().forward(vec![full()]).unwrap();
        assert_eq!(forwarded.clone().view_once(), refused);
        let mut wire = forwarded.to_wire();
        wire.view_once = true;
        assert_eq!(Media::from_wire(wire), refused);
        assert_eq!(of(MediaKind::Photo).unwrap().forward(vec![full()]), refused);
    }

    #[test]
    fn what_is_passed_on_tells_nothing_of_where_it_comes_from() {
        let forwarded = album().forward(vec![full(); 3]).unwrap();
        assert_eq!((forwarded.quote(), forwarded.caption_mentions()), (None, &[][..]));
        assert_eq!(forwarded.caption(), album().caption());
        assert_eq!(forwarded.forwarded(), Some(Forwarded::ONCE));
        assert_eq!(forwarded.items()[1].kind(), MediaKind::Document);
        assert_eq!(album().forward(vec![full(); 2]), Err(Violation::MediaCount));
    }

    #[test]
    fn thumbnails_have_a_limit_together() {
        let with = |len| {
            let thumbnail = Thumbnail::Inline(vec![1; len]);
            MediaItem::new(pointer("a/b").with_thumbnail(thumbnail).unwrap(), MediaKind::Photo)
        };
        let of =
            |sizes: &[usize]| Media::album(sizes.iter().map(|len| with(*len).unwrap()).collect());
        assert!(of(&[16_384, 16_383]).unwrap().with_quote(quote()).is_err());
        assert!(of(&[16_384, 16_384]).is_ok());
        assert_eq!(of(&[16_384, 16_384, 1]), Err(Violation::Thumbnails));
    }

    #[test]
    fn a_caption_reaches_its_limit() {
        let with =
            |len: usize| Media::new(photo()).unwrap().with_caption("x".repeat(len), vec![], vec![]);
        assert!(with(CAPTION_BYTES).is_ok());
        assert_eq!(with(CAPTION_BYTES + 1), Err(Violation::Caption));
        assert_eq!(with(0), Err(Violation::Caption));
    }

    #[test]
    fn an_unknown_kind_is_a_document() {
        let kind = |kind| {
            let wire = proto::MediaItem { kind, ..photo().to_wire() };
            MediaItem::from_wire(wire).unwrap().kind()
        };
        assert_eq!((kind(5), kind(6), kind(-1)), {
            (MediaKind::Audio, MediaKind::Document, MediaKind::Document)
        });
    }
}
