use crate::content::body::WireBody;
use crate::content::{SharedKey, Violation};
use crate::wire::proto;

/// Declares a body that hands over the author's profile key.
macro_rules! profile_key {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            key: SharedKey,
            version: u32,
        }

        impl $name {
            /// With the author's key number `version`, from 1.
            ///
            /// # Errors
            /// [`Violation::KeyVersion`] when the version is zero.
            pub fn new(key: SharedKey, version: u32) -> Result<Self, Violation> {
                if version == 0 { Err(Violation::KeyVersion) } else { Ok(Self { key, version }) }
            }

            /// The profile key.
            #[must_use]
            pub const fn key(&self) -> &SharedKey {
                &self.key
            }

            /// Counts the author's profile keys. Keep the highest.
            #[must_use]
            pub const fn version(&self) -> u32 {
                self.version
            }
        }

        impl WireBody for $name {
            type Wire = proto::$name;

            fn from_wire(wire: proto::$name) -> Result<Self, Violation> {
                Self::new(SharedKey::from_wire(wire.key)?, wire.version)
            }

            fn to_wire(&self) -> proto::$name {
                proto::$name { key: SharedKey::to_wire(Some(&self.key)), version: self.version }
            }
        }
    };
}

profile_key! {
    /// Lets the receivers open the author's sealed profile.
    ProfileShare
}

profile_key! {
    /// Replaces the author's profile key: for accepted contacts alone, so that nobody who was blocked
    /// sees the profile again.
    ProfileKeyUpdate
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn a_profile_key_has_32_bytes_and_a_version() {
        let share = |len, version| {
            ProfileShare::from_wire(proto::ProfileShare { key: vec![7; len], version })
        };
        assert_eq!(share(32, u32::MAX).unwrap().version(), u32::MAX);
        assert_eq!(share(31, 1), Err(Violation::KeyLength));
        assert_eq!(share(32, 0), Err(Violation::KeyVersion));
        let update = ProfileKeyUpdate::new(SharedKey::from_bytes([7; 32]), 0);
        assert_eq!(update, Err(Violation::KeyVersion));
    }
}
