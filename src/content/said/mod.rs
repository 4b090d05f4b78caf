//! What people say, and what several kinds of contents have in common. SPEC.md section 12.4.

mod contact;
mod emoji;
mod forward;
mod invite;
mod location;
mod media;
mod pointer;
mod poll;
mod preview;
mod quote;
mod reference;
mod sticker;
mod styled;
mod tally;
#[cfg(test)]
pub(super) mod tests;
mod text;
mod words;

pub use contact::{ContactAccount, ContactCard, ContactDetail, ContactDetailKind};
pub use emoji::Emoji;
pub use forward::Forwarded;
pub use invite::GroupInvite;
pub use location::Location;
pub use media::{Media, MediaItem, MediaKind};
pub use pointer::{Dimensions, MediaObject, MediaPointer, Thumbnail};
pub use poll::{OptionId, Poll, PollClose, PollOption, PollVote};
pub use preview::LinkPreview;
pub use quote::{Quote, QuoteCheck, QuoteKind};
pub use reference::MessageRef;
pub use sticker::{Sticker, StickerPackRef};
pub(super) use styled::Styled;
pub use styled::{FormatRange, FormatStyle, Mention, Mentioned};
pub use tally::{OptionCount, Tally, TallyRefused};
pub use text::Text;
