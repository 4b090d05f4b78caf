//! Stories: what an account shows to an audience for a day. SPEC.md section 18.
//!
//! The author keeps [`StoryList`]s. Each is an audience with a root and a version; what is posted
//! to it travels on a sender chain of the posting device ([`StoryChannel`]), one ciphertext for all. Neither
//! the audience nor the list's name ever travels. A viewer keeps the chains of all authors together
//! ([`StoryViewer`]) and opens a story only while it lives ([`StoryLife`]).

mod answer;
mod audience;
mod channel;
mod error;
mod life;
mod list;
mod root;
mod scopes;
#[cfg(test)]
mod tests;
#[cfg(test)]
#[path = "../vectors/stories.rs"]
pub(crate) mod vectors;
mod viewer;

pub use answer::{NoStoryAnswer, StoryAnswer, may_answer};
pub use audience::{StoryAudience, StoryDevices};
pub use channel::{Preparation, StoryChannel};
pub use error::{PostError, StoryKeyError, StoryRefused};
pub use life::StoryLife;
pub use list::{ListChange, StoryList, StoryListError};
pub use scopes::Forgotten;
pub use viewer::{ChainMoved, KeyTaken, NotShown, StoryOpened, StoryPost, StoryViewer};
