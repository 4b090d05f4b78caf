use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::sealed::Body;
use super::{Profile, ProfileKey, PublishError};
use crate::identity::{AccountId, LocalDevice};
use crate::limits::PROFILE_HOLDERS;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

/// The version of a stored [`OwnProfile`].
const VERSION: u8 = 1;

/// The own profile's key, its revision, and who was given the key. Secret; shared by the devices of
/// the account through their own contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnProfile {
    key: ProfileKey,
    revision: u32,
    /// In ascending order.
    holders: Vec<AccountId>,
}

impl OwnProfile {
    /// An account that has published nothing.
    #[must_use]
    pub fn new<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self { key: ProfileKey::random(rng), revision: 0, holders: Vec::new() }
    }

    /// The key to give to contacts.
    #[must_use]
    pub const fn key(&self) -> &ProfileKey {
        &self.key
    }

    /// The last published revision; 0: none.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// Seals the profile under the next revision, to be stored at the key's
    /// [locator](ProfileKey::locator): at most [`crate::limits::PROFILE_BYTES`] bytes.
    ///
    /// # Errors
    /// [`PublishError::Exhausted`]; nothing has changed.
    pub fn publish<R: CryptoRng + ?Sized>(
        &mut self,
        profile: &Profile,
        device: &LocalDevice,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Vec<u8>, PublishError> {
        let revision = self.revision.checked_add(1).ok_or(PublishError::Exhausted)?;
        let (author, profile) = (device.address().clone(), profile.clone());
        let sealed =
            Body { author, revision, published: now, profile }.seal(device, &self.key, rng);
        self.revision = revision;
        Ok(sealed)
    }

    /// Which of the accepted contacts still lack the key.
    pub fn due<'a>(
        &self,
        accepted: impl IntoIterator<Item = &'a AccountId>,
    ) -> impl Iterator<Item = &'a AccountId> {
        accepted.into_iter().filter(|account| self.holders.binary_search(account).is_err())
    }

    /// The key is on its way to `account`: its message was encrypted.
    ///
    /// # Errors
    /// [`PublishError::TooManyHolders`]; nothing has changed.
    pub fn shared_with(&mut self, account: &AccountId) -> Result<(), PublishError> {
        if let Err(at) = self.holders.binary_search(account) {
            if self.holders.len() >= PROFILE_HOLDERS {
                return Err(PublishError::TooManyHolders);
            }
            self.holders.insert(at, account.clone());
        }
        Ok(())
    }

    /// `account` is to see no further profile: blocked, or no longer a contact. If it holds the key,
    /// there is another from now on: publish again and give it to the rest, who are all
    /// [due](Self::due). Returns whether that is so.
    #[must_use = "a new key is to be published and shared"]
    pub fn exclude<R: CryptoRng + ?Sized>(&mut self, account: &AccountId, rng: &mut R) -> bool {
        let held = self.holders.binary_search(account).is_ok();
        if held {
            self.key = ProfileKey::random(rng);
            self.holders.clear();
        }
        held
    }

    /// The state to store: secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(&self.key).put(&self.revision);
        w.list(self.holders.iter());
        w.into_secret()
    }

    /// Reads a stored state.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`OwnProfile::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(VERSION)?;
        let own = Self { key: r.get()?, revision: r.get()?, holders: r.list(PROFILE_HOLDERS)? };
        r.finish()?;
        let rising = own.holders.is_sorted_by(|a, b| a < b);
        if rising { Ok(own) } else { Err(DecodeError::NotCanonical) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{Account, NOW, rng};
    use proptest::prelude::*;

    fn account(i: u16) -> AccountId {
        AccountId::new(&i.to_be_bytes()).unwrap()
    }

    #[test]
    fn who_lacks_the_key_is_due() {
        let mut own = OwnProfile::new(&mut rng(1));
        let contacts = [account(1), account(2), account(3)];
        own.shared_with(&account(2)).unwrap();
        own.shared_with(&account(2)).unwrap();
        assert!(own.due(&contacts).eq([&contacts[0], &contacts[2]]));
    }

    #[test]
    fn excluding_a_holder_makes_another_key_for_the_rest() {
        let mut own = OwnProfile::new(&mut rng(1));
        let old = own.key().clone();
        assert!(!own.exclude(&account(1), &mut rng(2)), "who never had the key needs no rotation");
        assert_eq!(*own.key(), old);
        own.shared_with(&account(1)).unwrap();
        own.shared_with(&account(2)).unwrap();
        assert!(own.exclude(&account(1), &mut rng(2)));
        assert_ne!(*own.key(), old);
        let rest = [account(2)];
        assert!(own.due(&rest).eq(&rest));
        assert_ne!(own.key().locator(&account(9)), old.locator(&account(9)));
    }

    #[test]
    fn holders_have_a_limit() {
        let mut own = OwnProfile::new(&mut rng(1));
        let limit = u16::try_from(PROFILE_HOLDERS).unwrap();
        (0..limit).for_each(|i| own.shared_with(&account(i)).unwrap());
        let before = own.to_bytes();
        assert_eq!(own.shared_with(&account(limit)), Err(PublishError::TooManyHolders));
        assert_eq!(own.shared_with(&account(0)), Ok(()));
        assert_eq!(own.to_bytes(), before);
        assert_eq!(OwnProfile::from_bytes(&before), Ok(own));
    }

    #[test]
    fn revisions_do_not_wrap() {
        let alice = Account::new("alice", 1, 1);
        let profile = Profile::new("Alice").unwrap();
        let mut own = OwnProfile { revision: u32::MAX - 1, ..OwnProfile::new(&mut rng(1)) };
        own.publish(&profile, &alice.devices[0], NOW, &mut rng(2)).unwrap();
        let refused = own.publish(&profile, &alice.devices[0], NOW, &mut rng(2));
        assert_eq!(refused, Err(PublishError::Exhausted));
        assert_eq!(own.revision(), u32::MAX);
    }

    proptest! {
        #[test]
        fn a_stored_state_comes_back_and_only_in_order(
            holders in prop::collection::vec(0u16..40, 0..20), cut: prop::sample::Index,
        ) {
            let mut own = OwnProfile::new(&mut rng(1));
            for i in &holders {
                own.shared_with(&account(*i)).unwrap();
            }
            let bytes = own.to_bytes();
            prop_assert_eq!(OwnProfile::from_bytes(&bytes), Ok(own.clone()));
            prop_assert!(OwnProfile::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
            own.holders.reverse();
            let ordered = own.holders.len() < 2;
            prop_assert_eq!(OwnProfile::from_bytes(&own.to_bytes()).is_ok(), ordered);
        }
    }
}
