mod contact_state;
mod link;

pub use contact_state::ContactStateUpdate;
pub use link::{BadLink, ContactLink};
