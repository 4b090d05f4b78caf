//! What is done to messages, and who may do it. SPEC.md sections 12.4 and 12.6.

mod delete;
mod edit;
mod held;
mod pin;
mod rank;
mod reaction;
mod rules;
#[cfg(test)]
pub(super) mod tests;
mod timer;
mod view_once;

pub use delete::{AdminDelete, Delete};
pub use edit::{Edit, Replacement};
pub use held::{Held, HeldOperation};
pub use pin::{Pin, Unpin};
pub use rank::Rank;
pub use reaction::Reaction;
pub use rules::{
    Clock, NotAllowed, Operator, Target, may_admin_delete, may_delete, may_edit, may_pin,
    may_react, may_unpin,
};
pub use timer::{ExpiryTimer, expires_at};
pub use view_once::{ViewOnce, ViewOnceEvent, ViewOnceStep};
