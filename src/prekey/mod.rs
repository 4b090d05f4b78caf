//! What a device leaves with a server so that others can write to it while it is away: bundles and
//! the life cycle of prekeys. SPEC.md section 6.
//!
//! A [`PrekeyBundle`] is whatever a server says; [`PrekeyBundle::verify`] makes it a
//! [`VerifiedBundle`], which alone starts a session.

mod bundle;
#[cfg(test)]
pub(crate) mod fixture;
mod one_time;
mod publication;
mod published;
mod rotating;
mod store;

pub use bundle::{
    BundleError, DhPrekey, HandshakeStrength, KemPrekey, PrekeyBundle, VerifiedBundle,
};
pub use publication::{PrekeyShelf, Publication};
pub use published::{PrekeyError, PrekeyId, PrekeyKind, PublishedPrekey};
pub(crate) use store::PrekeyUse;
pub use store::{IdsExhausted, Maintenance, PrekeyStore, ReplayRefused};
