use super::Stamp;
use crate::content::body::WireBody;
use crate::content::part::present;
use crate::content::{SharedKey, Violation};
use crate::wire::proto;

/// Keys that all devices of the account have: at least one. What is `None` is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnKeys {
    stamp: Stamp,
    storage: Option<SharedKey>,
    backup: Option<SharedKey>,
    media: Option<SharedKey>,
    profile: Option<SharedKey>,
}

/// Makes the builder's step and the accessor of one key.
macro_rules! keys {
    ($($with:ident $key:ident: $what:literal;)+) => {
        impl OwnKeys {$(
            #[doc = concat!("With the key for ", $what, ".")]
            #[must_use]
            pub fn $with(self, key: SharedKey) -> Self {
                Self { $key: Some(key), ..self }
            }

            #[doc = concat!("The key for ", $what, ".")]
            #[must_use]
            pub const fn $key(&self) -> Option<&SharedKey> {
                self.$key.as_ref()
            }
        )+}
    };
}

keys! {
    with_storage storage: "what is stored on the server";
    with_backup backup: "backups";
    with_media media: "finding media again";
    with_profile profile: "the own profile";
}

impl OwnKeys {
    /// The key for what is stored on the server.
    #[must_use]
    pub const fn of_storage(stamp: Stamp, key: SharedKey) -> Self {
        Self { stamp, storage: Some(key), backup: None, media: None, profile: None }
    }

    /// The key for backups.
    #[must_use]
    pub const fn of_backup(stamp: Stamp, key: SharedKey) -> Self {
        Self { stamp, storage: None, backup: Some(key), media: None, profile: None }
    }

    /// The key for finding media again.
    #[must_use]
    pub const fn of_media(stamp: Stamp, key: SharedKey) -> Self {
        Self { stamp, storage: None, backup: None, media: Some(key), profile: None }
    }

    /// The key for the own profile.
    #[must_use]
    pub const fn of_profile(stamp: Stamp, key: SharedKey) -> Self {
        Self { stamp, storage: None, backup: None, media: None, profile: Some(key) }
    }

    /// Which value is newest, of each key that is there.
    #[must_use]
    pub const fn stamp(&self) -> Stamp {
        self.stamp
    }
}

impl WireBody for OwnKeys {
    type Wire = proto::OwnKeys;

    fn from_wire(wire: proto::OwnKeys) -> Result<Self, Violation> {
        let storage = present(wire.storage, SharedKey::from_wire);
        let backup = present(wire.backup, SharedKey::from_wire);
        let media = present(wire.media, SharedKey::from_wire);
        let profile = present(wire.profile, SharedKey::from_wire);
        let (storage, backup, media, profile) = (storage?, backup?, media?, profile?);
        if [&storage, &backup, &media, &profile].into_iter().all(Option::is_none) {
            return Err(Violation::NoKeys);
        }
        Ok(Self { stamp: Stamp::from_wire(wire.stamp)?, storage, backup, media, profile })
    }

    fn to_wire(&self) -> proto::OwnKeys {
        let Self { stamp, storage, backup, media, profile } = self;
        proto::OwnKeys {
            stamp: Some(stamp.to_wire()),
            storage: SharedKey::to_wire(storage.as_ref()),
            backup: SharedKey::to_wire(backup.as_ref()),
            media: SharedKey::to_wire(media.as_ref()),
            profile: SharedKey::to_wire(profile.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::sample::stamp;
    use alloc::vec;

    #[test]
    fn there_is_at_least_one_key_of_32_bytes() {
        let key = || SharedKey::from_bytes([7; 32]);
        let empty = proto::OwnKeys { stamp: Some(stamp().to_wire()), ..Default::default() };
        assert_eq!(OwnKeys::from_wire(empty.clone()), Err(Violation::NoKeys));
        let short = proto::OwnKeys { media: vec![7; 31], ..empty.clone() };
        assert_eq!(OwnKeys::from_wire(short), Err(Violation::KeyLength));
        let one = proto::OwnKeys { media: vec![7; 32], ..empty };
        assert_eq!(OwnKeys::from_wire(one), Ok(OwnKeys::of_media(stamp(), key())));
        let all = OwnKeys::of_profile(stamp(), key())
            .with_storage(key())
            .with_backup(key())
            .with_media(key());
        assert_eq!(OwnKeys::from_wire(all.to_wire()), Ok(all));
    }
}
