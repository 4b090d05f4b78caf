use alloc::boxed::Box;
use core::fmt;

use super::super::body::WireBody;
use super::{Emoji, MediaPointer, Quote};
use crate::content::Violation;
use crate::crypto::{Secret, constant_time_eq};
use crate::wire::proto;

/// A picture of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sticker {
    pack: StickerPackRef,
    number: u32,
    pointer: Box<MediaPointer>,
    emoji: Option<Emoji>,
    animated: bool,
    quote: Option<Box<Quote>>,
}

/// Names a pack of stickers and opens it.
#[derive(Clone)]
pub struct StickerPackRef {
    id: [u8; 16],
    key: Secret<32>,
}

impl StickerPackRef {
    /// A pack by its id and the key that its manifest is sealed under.
    #[must_use]
    pub const fn new(id: [u8; 16], key: [u8; 32]) -> Self {
        Self { id, key: Secret::new(key) }
    }

    /// The pack's id.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        &self.id
    }

    /// The pack's key.
    #[must_use]
    pub const fn key(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }
}

/// In constant time.
impl PartialEq for StickerPackRef {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && constant_time_eq(self.key(), other.key())
    }
}

impl Eq for StickerPackRef {}

impl fmt::Debug for StickerPackRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StickerPackRef(..)")
    }
}

impl Sticker {
    /// The sticker of this number in a pack, and its picture.
    #[must_use]
    pub fn new(pack: StickerPackRef, sticker_id: u32, pointer: MediaPointer) -> Self {
        let pointer = Box::new(pointer);
        Self { pack, number: sticker_id, pointer, emoji: None, animated: false, quote: None }
    }

    /// With what it stands for.
    #[must_use]
    pub fn with_emoji(mut self, emoji: Emoji) -> Self {
        self.emoji = Some(emoji);
        self
    }

    /// That moves.
    #[must_use]
    pub const fn animated(mut self) -> Self {
        self.animated = true;
        self
    }

    /// In answer to a message.
    #[must_use]
    pub fn with_quote(mut self, quote: Quote) -> Self {
        self.quote = Some(Box::new(quote));
        self
    }

    /// The pack that it is of.
    #[must_use]
    pub const fn pack(&self) -> &StickerPackRef {
        &self.pack
    }

    /// Which of the pack.
    #[must_use]
    pub const fn sticker_id(&self) -> u32 {
        self.number
    }

    /// The picture.
    #[must_use]
    pub fn pointer(&self) -> &MediaPointer {
        &self.pointer
    }

    /// What it stands for.
    #[must_use]
    pub const fn emoji(&self) -> Option<&Emoji> {
        self.emoji.as_ref()
    }

    /// Whether it moves.
    #[must_use]
    pub const fn is_animated(&self) -> bool {
        self.animated
    }

    /// What it answers.
    #[must_use]
    pub fn quote(&self) -> Option<&Quote> {
        self.quote.as_deref()
    }
}

impl WireBody for Sticker {
    type Wire = proto::Sticker;

    fn from_wire(wire: proto::Sticker) -> Result<Self, Violation> {
        let id = wire.pack_id.as_slice().try_into().map_err(|_| Violation::StickerPack)?;
        let key = wire.pack_key.as_slice().try_into().map_err(|_| Violation::StickerPack)?;
        let pointer = MediaPointer::from_wire(wire.pointer.ok_or(Violation::NoMediaObject)?)?;
        let emoji = (!wire.emoji.is_empty()).then(|| Emoji::new(wire.emoji)).transpose()?;
        let sticker = Self::new(StickerPackRef::new(id, key), wire.sticker_id, pointer);
        let quote = wire.quote.map(Quote::from_wire).transpose()?.map(Box::new);
        Ok(Self { emoji, animated: wire.animated, quote, ..sticker })
    }

    fn to_wire(&self) -> proto::Sticker {
        proto::Sticker {
            pack_id: self.pack.id.to_vec(),
            pack_key: self.pack.key().to_vec(),
            sticker_id: self.number,
            emoji: self.emoji().map_or_else(Default::default, |emoji| emoji.as_str().into()),
            pointer: Some(self.pointer.to_wire()),
            animated: self.animated,
            quote: self.quote().map(Quote::to_wire),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::super::pointer::tests::pointer;
    use super::super::quote::tests::quote;
    use super::*;

    pub(in crate::content) fn sticker() -> Sticker {
        let pack = StickerPackRef::new([1; 16], *b"meet me at nine, the pack's key.");
        let sticker = Sticker::new(pack, 7, pointer("image/webp")).animated();
        sticker.with_emoji(Emoji::new("👋").unwrap()).with_quote(quote())
    }

    #[test]
    fn a_sticker_has_a_pack_a_key_and_a_picture() {
        let broken = |change: &dyn Fn(&mut proto::Sticker)| {
            let mut wire = sticker().to_wire();
            change(&mut wire);
            Sticker::from_wire(wire).err()
        };
        assert_eq!(broken(&|_| {}), None);
        assert_eq!(broken(&|w| w.pack_id.truncate(15)), Some(Violation::StickerPack));
        assert_eq!(broken(&|w| w.pack_key.push(1)), Some(Violation::StickerPack));
        assert_eq!(broken(&|w| w.pointer = None), Some(Violation::NoMediaObject));
        assert_eq!(broken(&|w| w.emoji = "ab".into()), Some(Violation::Emoji));
        assert_eq!(Sticker::from_wire(sticker().to_wire()), Ok(sticker()));
    }
}
