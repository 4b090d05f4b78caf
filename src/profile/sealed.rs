use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Profile, ProfileError, ProfileKey};
use crate::crypto::{Digest, HashLabel, NONCE_LEN, Nonce, Signature, SignaturePurpose, hash};
use crate::identity::{DeviceAddress, DeviceId, LocalDevice, VerifiedDeviceList};
use crate::limits::PROFILE_BYTES;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, pad, unpad};

/// The version of a sealed profile, of its signed body, and of a stored [`KnownProfile`].
const VERSION: u8 = 1;

/// What is signed: SPEC.md 19.1.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) author: DeviceAddress,
    pub(super) revision: u32,
    pub(super) published: Timestamp,
    pub(super) profile: Profile,
}

impl Body {
    /// Signs, pads and seals. The nonce is what it draws.
    pub(super) fn seal<R: CryptoRng + ?Sized>(
        &self,
        device: &LocalDevice,
        key: &ProfileKey,
        rng: &mut R,
    ) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(&self.author.account).put(&self.author.device);
        w.put(&self.revision).put(&self.published);
        self.profile.write(&mut w);
        let signature = device.signing_key().sign(SignaturePurpose::Profile, w.as_slice());
        w.put(&signature);
        let nonce = Nonce::random(rng);
        let mut out = [&[VERSION][..], nonce.as_bytes()].concat();
        let start = out.len();
        out.extend_from_slice(w.as_slice());
        pad(&mut out, start);
        key.sealing_key(&self.author.account).seal_suffix(&nonce, &[VERSION], &mut out, start);
        out
    }
}

/// A profile that the account's own device signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedProfile {
    profile: Profile,
    revision: u32,
    published: Timestamp,
}

impl VerifiedProfile {
    /// What it shows.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Its number, from 1; it rises with every publication.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// When its author claims to have published it.
    #[must_use]
    pub const fn published(&self) -> Timestamp {
        self.published
    }
}

/// What is known of a contact's profile: the key and the newest one seen. Secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProfile {
    key: ProfileKey,
    newest: Option<Seen>,
}

/// Orders profiles: by revision, and of two under one revision by hash, so that every contact ends
/// up with the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    revision: u32,
    hash: Digest,
    /// What it was signed with: once revoked, it holds back no other device's.
    device: DeviceId,
}

impl Seen {
    fn is_newer_than(&self, other: &Self) -> bool {
        (self.revision, self.hash.as_bytes()) > (other.revision, other.hash.as_bytes())
    }
}

/// What opening a profile showed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProfileUpdate {
    /// A newer one than before: show it.
    Newer(VerifiedProfile),
    /// The one that is known.
    Same,
    /// An older one: somebody goes back in time.
    Older,
}

impl KnownProfile {
    /// Of a contact who gave us this key.
    #[must_use]
    pub const fn new(key: ProfileKey) -> Self {
        Self { key, newest: None }
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &ProfileKey {
        &self.key
    }

    /// The contact gave us another key. Profiles older than the newest seen stay refused.
    pub fn set_key(&mut self, key: ProfileKey) {
        self.key = key;
    }

    /// Opens what a server stores of this contact. `author` is the contact's newest device list.
    ///
    /// # Errors
    /// [`ProfileError`], in the order of SPEC.md 19.3; nothing has changed.
    pub fn open(
        &mut self,
        sealed: &[u8],
        author: &VerifiedDeviceList,
        now: Timestamp,
    ) -> Result<ProfileUpdate, ProfileError> {
        let plaintext = self.decrypt(sealed, author)?;
        let (seen, profile) = verify(&plaintext, author, now)?;
        let revoked = author.signed().entry().revoked();
        let newest = self.newest.filter(|newest| revoked.binary_search(&newest.device).is_err());
        Ok(match newest {
            Some(newest) if newest == seen => ProfileUpdate::Same,
            Some(newest) if !seen.is_newer_than(&newest) => ProfileUpdate::Older,
            _ => {
                self.newest = Some(seen);
                ProfileUpdate::Newer(profile)
            }
        })
    }

    fn decrypt(
        &self,
        sealed: &[u8],
        author: &VerifiedDeviceList,
    ) -> Result<Zeroizing<Vec<u8>>, ProfileError> {
        if sealed.len() > PROFILE_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let mut r = Reader::new(sealed);
        r.version(VERSION)?;
        let nonce = Nonce::from_bytes(r.array::<NONCE_LEN>()?);
        let mut text = Zeroizing::new(r.rest().to_vec());
        let opened = self
            .key
            .sealing_key(author.account())
            .open_in_place(&nonce, &[VERSION], &mut text)
            .ok_or(ProfileError::NotAuthentic)?;
        let padded = opened.len();
        text.truncate(padded);
        let len = unpad(&text)?;
        text.truncate(len);
        Ok(text)
    }

    /// The state to store: secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(74);
        w.u8(VERSION);
        w.put(&self.key).put(&self.newest);
        w.into_secret()
    }

    /// Reads a stored state.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`KnownProfile::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(VERSION)?;
        let known = Self { key: r.get()?, newest: r.get()? };
        r.finish()?;
        Ok(known)
    }
}

impl Layout for Seen {
    fn write(&self, w: &mut Writer) {
        w.put(&self.revision).put(&self.hash).put(&self.device);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { revision: r.get()?, hash: r.get()?, device: r.get()? })
    }
}

/// Checks who signed it, and only then what it says.
fn verify(
    plaintext: &[u8],
    author: &VerifiedDeviceList,
    now: Timestamp,
) -> Result<(Seen, VerifiedProfile), ProfileError> {
    let split = plaintext.len().checked_sub(Signature::LEN).ok_or(DecodeError::Truncated)?;
    let (body, signature) = plaintext.split_at_checked(split).ok_or(DecodeError::Truncated)?;
    let signature: Signature = crate::wire::read_all(signature)?;
    let mut r = Reader::new(body);
    r.version(VERSION)?;
    let address = DeviceAddress { account: r.get()?, device: r.get()? };
    if address.account != *author.account() {
        return Err(ProfileError::OtherAccount);
    }
    let device = author.device(address.device, now)?;
    let key = device.keys().signing;
    key.verify(SignaturePurpose::Profile, body, &signature)
        .map_err(|_| ProfileError::BadSignature)?;
    let (revision, published) = (r.get()?, r.get()?);
    let profile = Profile::parse(&mut r)?;
    r.finish()?;
    if revision == 0 {
        return Err(DecodeError::OutOfRange.into());
    }
    let device = address.device;
    let seen = Seen { revision, hash: hash(HashLabel::Profile, body), device };
    Ok((seen, VerifiedProfile { profile: profile?, revision, published }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::DeviceRefused;
    use crate::identity::fixture::{Account, NOW, month, rng};
    use crate::identity::{ListDraft, VerifiedDeviceList};
    use crate::profile::{OwnProfile, ProfileRule};
    use proptest::prelude::*;

    fn profile() -> Profile {
        Profile::new("Alice").unwrap().with_about("gone fishing").unwrap()
    }

    struct Scene {
        alice: Account,
        list: VerifiedDeviceList,
        own: OwnProfile,
        known: KnownProfile,
    }

    fn scene() -> Scene {
        let alice = Account::new("alice", 2, 1);
        let own = OwnProfile::new(&mut rng(5));
        let known = KnownProfile::new(own.key().clone());
        Scene { list: alice.verified_list(), alice, own, known }
    }

    impl Scene {
        fn publish(&mut self, profile: &Profile) -> Vec<u8> {
            let revision = self.own.revision();
            let mut rng = rng(100 + u64::from(revision));
            self.own.publish(profile, &self.alice.devices[0], NOW, &mut rng).unwrap()
        }

        fn open(&mut self, sealed: &[u8]) -> Result<ProfileUpdate, ProfileError> {
            let before = self.known.to_bytes();
            let opened = self.known.open(sealed, &self.list, NOW);
            let newer = matches!(opened, Ok(ProfileUpdate::Newer(_)));
            assert_eq!(self.known.to_bytes() != before, newer);
            opened
        }

        /// A body that an account's own device signed, whatever it says.
        fn signed_by(&self, device: usize, change: impl FnOnce(&mut Body)) -> Vec<u8> {
            let author = self.alice.devices[device].address().clone();
            let mut body = Body { author, revision: 1, published: NOW, profile: profile() };
            change(&mut body);
            body.seal(&self.alice.devices[device], self.own.key(), &mut rng(9))
        }
    }

    #[test]
    fn a_contact_with_the_key_reads_what_the_account_published() {
        let mut scene = scene();
        let sealed = scene.publish(&profile());
        let Ok(ProfileUpdate::Newer(read)) = scene.open(&sealed) else { panic!() };
        assert_eq!(*read.profile(), profile());
        assert_eq!((read.revision(), read.published()), (1, NOW));
        assert_eq!(scene.open(&sealed), Ok(ProfileUpdate::Same));
    }

    #[test]
    fn the_server_learns_nothing_from_the_bytes() {
        let mut scene = scene();
        let short = scene.publish(&Profile::new("A").unwrap());
        let long = scene.publish(&Profile::new("Alice in Wonder").unwrap());
        assert_eq!(short.len(), long.len());
        assert!(!long.windows(5).any(|part| part == b"Alice" || part == b"alice"));
    }

    #[test]
    fn an_older_profile_is_not_taken_back() {
        let mut scene = scene();
        let first = scene.publish(&profile());
        let second = scene.publish(&Profile::new("Alice B.").unwrap());
        assert!(matches!(scene.open(&second), Ok(ProfileUpdate::Newer(_))));
        assert_eq!(scene.open(&first), Ok(ProfileUpdate::Older));
        let key = scene.own.key().clone();
        scene.known.set_key(key);
        assert_eq!(scene.open(&first), Ok(ProfileUpdate::Older));
    }

    #[test]
    fn of_two_devices_that_publish_at_once_every_contact_takes_the_same() {
        let scene = scene();
        let by = |device, name| {
            scene.signed_by(device, |body| body.profile = Profile::new(name).unwrap())
        };
        let both = [by(0, "Alice"), by(1, "Alicia")];
        let last = |order: [&Vec<u8>; 2]| {
            let mut known = scene.known.clone();
            for sealed in order {
                known.open(sealed, &scene.list, NOW).unwrap();
            }
            known
        };
        assert_eq!(last([&both[0], &both[1]]), last([&both[1], &both[0]]));
    }

    #[test]
    fn without_the_key_of_this_account_nothing_opens() {
        let mut scene = scene();
        let sealed = scene.publish(&profile());
        let mut stranger = KnownProfile::new(ProfileKey::random(&mut rng(77)));
        let refused = Err(ProfileError::NotAuthentic);
        assert_eq!(stranger.open(&sealed, &scene.list, NOW), refused);
        let bob = Account::new("bob", 1, 2).verified_list();
        assert_eq!(scene.known.open(&sealed, &bob, NOW), refused);
    }

    #[test]
    fn a_contact_who_has_the_key_cannot_publish_in_the_account_s_name() {
        let scene = scene();
        let mut known = scene.known.clone();
        let mut mallory = Account::new("mallory", 1, 3);
        let author = scene.alice.devices[0].address().clone();
        let body = Body { author, revision: 9, published: NOW, profile: profile() };
        let forged = body.seal(&mallory.devices[0], scene.own.key(), &mut rng(4));
        assert_eq!(known.open(&forged, &scene.list, NOW), Err(ProfileError::BadSignature));
        // Of an account of its own, under alice's key: it would need alice's account to open.
        let mut other = scene.signed_by(0, |_| ());
        let own = Body { author: mallory.devices[0].address().clone(), ..body };
        mallory.id = scene.alice.id.clone();
        other.clear();
        other.extend(own.seal(&mallory.devices[0], scene.own.key(), &mut rng(4)));
        assert_eq!(known.open(&other, &scene.list, NOW), Err(ProfileError::NotAuthentic));
    }

    #[test]
    fn a_revoked_device_publishes_nothing() {
        let mut scene = scene();
        let sealed = scene.signed_by(1, |_| ());
        let revoked = scene.alice.devices[1].address().device;
        let draft = ListDraft::after(&scene.list).without(revoked);
        let next = draft.sign(&scene.alice.pair, month(NOW)).unwrap();
        scene.list = crate::identity::fixture::advanced(&scene.list, next);
        assert_eq!(scene.open(&sealed), Err(DeviceRefused::Revoked.into()));
    }

    #[test]
    fn a_revoked_device_holds_back_no_later_profile() {
        let mut scene = scene();
        let last_word = scene.signed_by(1, |body| body.revision = u32::MAX);
        assert!(matches!(scene.open(&last_word), Ok(ProfileUpdate::Newer(_))));
        let sealed = scene.publish(&Profile::new("Alice again").unwrap());
        assert_eq!(scene.open(&sealed), Ok(ProfileUpdate::Older));
        let revoked = scene.alice.devices[1].address().device;
        let draft = ListDraft::after(&scene.list).without(revoked);
        let next = draft.sign(&scene.alice.pair, month(NOW)).unwrap();
        scene.list = crate::identity::fixture::advanced(&scene.list, next);
        assert!(matches!(scene.open(&sealed), Ok(ProfileUpdate::Newer(_))));
        assert_eq!(scene.open(&sealed), Ok(ProfileUpdate::Same));
    }

    #[test]
    fn a_signed_profile_that_breaks_a_rule_is_refused() {
        let mut scene = scene();
        let zero = scene.signed_by(0, |body| body.revision = 0);
        assert_eq!(scene.open(&zero), Err(DecodeError::OutOfRange.into()));
        let named = |name: &str| {
            let mut bytes = Writer::new();
            for text in [name, "", "", ""] {
                bytes.var(text.as_bytes());
            }
            Profile::parse(&mut Reader::new(bytes.as_slice())).unwrap()
        };
        assert_eq!(named(""), Err(ProfileRule::EmptyName));
        assert_eq!(named("a\u{202e}b"), Err(ProfileRule::Control));
    }

    #[test]
    fn a_sealed_profile_has_a_limit() {
        let mut scene = scene();
        let over = alloc::vec![1; PROFILE_BYTES + 1];
        assert_eq!(scene.open(&over), Err(DecodeError::TooLarge.into()));
        let largest = profile().with_avatar(alloc::vec![7; crate::limits::PROFILE_AVATAR_BYTES]);
        let sealed = scene.publish(&largest.unwrap());
        assert!(sealed.len() <= PROFILE_BYTES, "{}", sealed.len());
        assert!(scene.open(&sealed).is_ok());
        let mut other = scene.publish(&profile());
        other[0] = 2;
        assert_eq!(scene.open(&other), Err(DecodeError::UnsupportedVersion(2).into()));
    }

    proptest! {
        #[test]
        fn a_changed_or_cut_profile_is_refused(at: prop::sample::Index, bits in 1u8..) {
            let mut scene = scene();
            let sealed = scene.publish(&profile());
            let mut changed = sealed.clone();
            let at = at.index(sealed.len());
            changed[at] ^= bits;
            prop_assert!(scene.open(&changed).is_err());
            prop_assert!(scene.open(&sealed[..at]).is_err());
        }

        #[test]
        fn a_stored_state_comes_back(seed: u64, opened: bool) {
            let mut scene = scene();
            scene.known.set_key(ProfileKey::random(&mut rng(seed)));
            if opened {
                scene.known.set_key(scene.own.key().clone());
                let sealed = scene.publish(&profile());
                scene.open(&sealed).unwrap();
            }
            let bytes = scene.known.to_bytes();
            prop_assert_eq!(KnownProfile::from_bytes(&bytes), Ok(scene.known));
            prop_assert!(KnownProfile::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        }
    }
}
