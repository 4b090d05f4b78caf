//! Stories and what is answered to them. SPEC.md sections 12.4 and 18.

mod answer;
mod background;
mod post;
mod terms;
#[cfg(test)]
pub(super) mod tests;

pub use answer::{StoryDelete, StoryReaction, StoryReply, StoryView};
pub use background::{Colour, StoryBackground};
pub use post::{StoryFont, StoryMedia, StoryText};
pub use terms::StoryTerms;
