//! What makes a message reportable: a commitment to what it says and where, which its receivers can
//! open towards others and nobody else can. SPEC.md section 13.1.
//!
//! The body that carries a report is [`crate::content::Report`].

mod commitment;
mod context;
mod opening;

pub use commitment::Commitment;
pub(crate) use commitment::{Said, check, commit, covered_by_body, covered_by_header};
pub(crate) use context::Ends;
pub use context::{Context, Venue};
pub use opening::Opening;
