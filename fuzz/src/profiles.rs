//! What is stored and published of profiles.

use std::sync::OnceLock;

use sealwax::identity::VerifiedDeviceList;
use sealwax::profile::{KnownProfile, OwnProfile, Profile, ProfileUpdate};

use super::group_scene::{NOW, crowd, rng};

/// The owner's profile, which two members were given, and both its revisions.
struct Scene {
    own: OwnProfile,
    published: [Vec<u8>; 2],
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let mut own = OwnProfile::new(&mut rng(9));
        own.shared_with(crowd().accounts[1].list.account()).unwrap();
        let full = Profile::new("Alice").unwrap().with_about("gone\nfishing").unwrap();
        let full = full.with_status("\u{1f3a3}").unwrap().with_avatar(vec![7; 40]).unwrap();
        let profiles = [Profile::new("A").unwrap(), full];
        let published = profiles.map(|profile| publish(&mut own, &profile));
        Scene { own, published }
    })
}

fn publish(own: &mut OwnProfile, profile: &Profile) -> Vec<u8> {
    own.publish(profile, &crowd().accounts[0].devices[0], NOW, &mut rng(15)).unwrap()
}

fn author() -> &'static VerifiedDeviceList {
    &crowd().accounts[0].list
}

pub(super) fn known(bytes: &[u8]) {
    let Ok(mut known) = KnownProfile::from_bytes(bytes) else { return };
    assert_eq!(*known.to_bytes(), bytes);
    assert!(known.open(bytes, author(), NOW).is_err());
    assert_eq!(*known.to_bytes(), bytes);
    for sealed in &scene().published {
        let opened = known.open(sealed, author(), NOW);
        assert_eq!(opened.is_ok(), known.key() == scene().own.key());
        let after = known.to_bytes();
        assert_eq!(KnownProfile::from_bytes(&after).unwrap().to_bytes(), after);
    }
}

pub(super) fn own(bytes: &[u8]) {
    let Ok(mut own) = OwnProfile::from_bytes(bytes) else { return };
    assert_eq!(*own.to_bytes(), bytes);
    for account in &crowd().accounts {
        let _ = own.shared_with(account.list.account());
    }
    let _ = own.exclude(author().account(), &mut rng(7));
    let after = own.to_bytes();
    assert_eq!(OwnProfile::from_bytes(&after).unwrap().to_bytes(), after);
}

/// What a server gives for the owner's profile: nothing but what was published opens.
pub(super) fn sealed(bytes: &[u8]) {
    let mut known = KnownProfile::new(scene().own.key().clone());
    let before = known.to_bytes();
    let opened = known.open(bytes, author(), NOW);
    let genuine = scene().published.iter().any(|sealed| sealed == bytes);
    assert_eq!(matches!(opened, Ok(ProfileUpdate::Newer(_))), genuine);
    assert_eq!(opened.is_ok(), genuine);
    assert_eq!(known.to_bytes() == before, !genuine);
}

/// What the owner says of itself, with a line for each thing: what can be published comes out as it
/// went in.
pub(super) fn shown(bytes: &[u8]) {
    let mut parts = bytes.splitn(4, |byte| *byte == 0);
    let mut next = || parts.next().unwrap_or_default();
    let [name, about, status, avatar] = [next(), next(), next(), next()];
    let text = |part| String::from_utf8_lossy(part).into_owned();
    let profile = Profile::new(text(name))
        .and_then(|profile| profile.with_about(text(about)))
        .and_then(|profile| profile.with_status(text(status)))
        .and_then(|profile| profile.with_avatar(avatar.to_vec()));
    let Ok(profile) = profile else { return };
    let mut own = scene().own.clone();
    let mut known = KnownProfile::new(own.key().clone());
    let sealed = publish(&mut own, &profile);
    let Ok(ProfileUpdate::Newer(opened)) = known.open(&sealed, author(), NOW) else { panic!() };
    assert_eq!(*opened.profile(), profile);
    assert_eq!(opened.revision(), own.revision());
}

pub(super) fn stored_known() -> [Vec<u8>; 2] {
    let mut known = KnownProfile::new(scene().own.key().clone());
    let unseen = known.to_bytes().to_vec();
    known.open(&scene().published[0], author(), NOW).unwrap();
    [unseen, known.to_bytes().to_vec()]
}

pub(super) fn stored_own() -> Vec<u8> {
    scene().own.to_bytes().to_vec()
}

pub(super) fn published() -> &'static [Vec<u8>; 2] {
    &scene().published
}
