//! Profiles: what an account shows of itself to the contacts it chose. SPEC.md section 19.
//!
//! A profile is signed by a device of the account and sealed under a *profile key* that only
//! accepted contacts hold. A server stores it under a name that only they can compute, and learns
//! neither whose it is nor what it says. When a contact is blocked the key is replaced, and the others get the
//! new one.
//!
//! ```
//! # fn show(device: &sealwax::identity::LocalDevice, list: &sealwax::identity::VerifiedDeviceList,
//! #         now: sealwax::time::Timestamp, rng: &mut impl rand_core::CryptoRng)
//! #     -> Result<(), Box<dyn std::error::Error>> {
//! use sealwax::profile::{KnownProfile, OwnProfile, Profile, ProfileUpdate};
//!
//! let mut own = OwnProfile::new(rng);
//! let profile = Profile::new("Alice")?.with_about("gone fishing")?;
//! let stored = own.publish(&profile, device, now, rng)?; // at own.key().locator(..)
//!
//! let mut known = KnownProfile::new(own.key().clone()); // of a contact who was sent the key
//! let ProfileUpdate::Newer(read) = known.open(&stored, list, now)? else { panic!() };
//! assert_eq!(read.profile().name(), "Alice");
//! # Ok(()) }
//! ```

mod error;
mod holders;
mod key;
mod sealed;
mod shown;

pub use error::{ProfileError, ProfileRule, PublishError};
pub use holders::OwnProfile;
pub use key::ProfileKey;
pub use sealed::{KnownProfile, ProfileUpdate, VerifiedProfile};
pub use shown::Profile;
