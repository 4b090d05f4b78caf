mod contact_state;
mod link;
mod report;

pub use contact_state::ContactStateUpdate;
pub use link::{BadLink, ContactLink};
pub use report::{Report, Reported};
