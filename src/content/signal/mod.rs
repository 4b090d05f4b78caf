mod profile;
mod typing;

pub use profile::{ProfileKeyUpdate, ProfileShare};
pub use typing::{Typing, TypingState, may_send_typing, typing_ends};
