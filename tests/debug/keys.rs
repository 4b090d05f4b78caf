//! Keys by themselves, and profiles.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::crypto::{DhSecretKey, KemSecretKey, SigningKey};
use sealwax::handshake::PreSharedSecret;
use sealwax::identity::{AccountKeyPair, DeviceKeys};
use sealwax::profile::{KnownProfile, OwnProfile, Profile, ProfileKey, ProfileUpdate};
use sealwax::sender_key::EpochSecret;

use crate::TEXT;
use crate::sheet::{Sheet, show};
use crate::support::World;

pub(crate) fn alone() -> Sheet {
    let mut sheet = Sheet::default();
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    show!(sheet, crypto::DhSecretKey, &DhSecretKey::generate(rng));
    show!(sheet, crypto::SigningKey, &SigningKey::generate(rng));
    show!(sheet, crypto::KemSecretKey, &KemSecretKey::generate(rng));
    show!(sheet, handshake::PreSharedSecret, &PreSharedSecret::generate(rng));
    show!(sheet, identity::AccountKeyPair, &AccountKeyPair::generate(rng));
    show!(sheet, identity::DeviceKeys, &DeviceKeys::generate(rng));
    show!(sheet, profile::ProfileKey, &ProfileKey::random(rng));
    show!(sheet, sender_key::EpochSecret, &EpochSecret::generate(rng));
    sheet.drawn(rng);
    profiles(&mut sheet);
    sheet
}

fn profiles(sheet: &mut Sheet) {
    let mut world = World::new(2);
    let alice = world.join("alice");
    let text = str::from_utf8(TEXT).unwrap();
    let profile = Profile::new(text).unwrap().with_about(text).unwrap();
    let profile = profile.with_status(text).unwrap().with_avatar(TEXT.to_vec()).unwrap();
    let (now, mut rng) = (world.now, world.rng.clone());
    let mut own = OwnProfile::new(&mut rng);
    let local = world.endpoint(alice).local();
    let published = own.publish(&profile, local, now, &mut rng).unwrap();
    let list = world.newest_list(&local.address().account).unwrap();
    let mut known = KnownProfile::new(own.key().clone());
    let update = known.open(&published, &list, now).unwrap();
    show!(sheet, profile::Profile, &profile);
    show!(sheet, profile::OwnProfile, &own);
    show!(sheet, profile::KnownProfile, &known);
    show!(sheet, profile::ProfileUpdate, &update);
    let ProfileUpdate::Newer(verified) = update else { panic!("{update:?}") };
    show!(sheet, profile::VerifiedProfile, &verified);
    sheet.drawn(&rng);
    for bytes in [TEXT, &own.to_bytes(), &known.to_bytes()] {
        sheet.secret(bytes);
    }
}
