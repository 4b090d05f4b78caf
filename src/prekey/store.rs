use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::one_time::{OneTime, OneTimeKeys};
use super::publication::Publication;
use super::published::{PrekeyId, PrekeyKind, PrekeyPublic, PublishedPrekey};
use super::rotating::{LastResort, Rotated, Rotating};
use crate::crypto::{DhSecretKey, DhSeed, KemSecretKey};
use crate::error::error_codes;
use crate::identity::LocalDevice;
use crate::limits::ONE_TIME_TARGET;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

/// The version of a stored [`PrekeyStore`].
const STORED_VERSION: u8 = 1;

/// A device's own prekeys, secrets included, and their life: generated, published, consumed or
/// expired, deleted. SPEC.md 6.4.
#[derive(Clone, Debug)]
pub struct PrekeyStore {
    ids: IdCounter,
    /// Refill when the server holds fewer one-time prekeys than this. Drawn anew at each refill, so
    /// that refills do not tell a watcher exactly how many handshakes there were.
    refill_below: u16,
    signed: Rotating<DhSecretKey>,
    last_resort: Rotating<LastResort>,
    one_time: OneTimeKeys<DhSeed>,
    one_time_kem: OneTimeKeys<KemSecretKey>,
}

/// What [`PrekeyStore::maintain`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintenance {
    /// The signed prekey was replaced.
    pub rotated_signed: bool,
    /// The last-resort KEM prekey was replaced.
    pub rotated_last_resort: bool,
    /// One-time prekeys generated, both kinds together.
    pub generated: usize,
    /// Prekeys of all kinds deleted because their time is over.
    pub deleted: usize,
    /// Something waits to be published: upload [`PrekeyStore::publication_update`].
    pub publish: bool,
}

impl PrekeyStore {
    /// A new device's store with everything that it publishes first.
    #[must_use]
    pub fn new<R: CryptoRng + ?Sized>(now: Timestamp, rng: &mut R) -> Self {
        let mut ids = IdCounter(0);
        let signed = Rotated::new(ids.next(), DhSecretKey::generate(rng), now);
        let last_resort = LastResort::new(KemSecretKey::generate(rng));
        let last_resort = Rotated::new(ids.next(), last_resort, now);
        let mut store = Self {
            ids,
            refill_below: 1,
            signed: Rotating::new(signed),
            last_resort: Rotating::new(last_resort),
            one_time: OneTimeKeys::new(),
            one_time_kem: OneTimeKeys::new(),
        };
        store.refill(now, rng);
        store
    }

    /// What time demands: deletes what is over, replaces what is due, refills one-time prekeys.
    /// Call it daily and after [`PrekeyStore::server_holds`]; store the state before publishing.
    ///
    /// # Errors
    /// [`IdsExhausted`] when the counter could run out; then nothing changed.
    pub fn maintain<R: CryptoRng + ?Sized>(
        &mut self,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Maintenance, IdsExhausted> {
        self.ids.check_room()?;
        let deleted = self.delete_dead(now);
        let rotated_signed = self.rotate_signed(now, rng);
        let rotated_last_resort = self.rotate_last_resort(now, rng);
        let generated = self.refill(now, rng);
        let publish = self.has_unpublished(now);
        Ok(Maintenance { rotated_signed, rotated_last_resort, generated, deleted, publish })
    }

    fn delete_dead(&mut self, now: Timestamp) -> usize {
        let rotated =
            self.signed.delete_dead(now).saturating_add(self.last_resort.delete_dead(now));
        let one_time =
            self.one_time.delete_dead(now).saturating_add(self.one_time_kem.delete_dead(now));
        rotated.saturating_add(one_time)
    }

    fn rotate_signed<R: CryptoRng + ?Sized>(&mut self, now: Timestamp, rng: &mut R) -> bool {
        let due = self.signed.is_due(now);
        if due {
            let secret = DhSecretKey::generate(rng);
            self.signed.replace(Rotated::new(self.ids.next(), secret, now), now);
        }
        due
    }

    fn rotate_last_resort<R: CryptoRng + ?Sized>(&mut self, now: Timestamp, rng: &mut R) -> bool {
        let due = self.last_resort.is_due(now) || self.last_resort.is_worn(now);
        if due {
            let secret = LastResort::new(KemSecretKey::generate(rng));
            self.last_resort.replace(Rotated::new(self.ids.next(), secret, now), now);
        }
        due
    }

    fn refill<R: CryptoRng + ?Sized>(&mut self, now: Timestamp, rng: &mut R) -> usize {
        let threshold = self.refill_below.into();
        let missing = self.one_time.missing(threshold, now);
        let missing_kem = self.one_time_kem.missing(threshold, now);
        for _ in 0..missing {
            self.one_time.add(self.ids.next(), DhSeed::generate(rng), now);
        }
        for _ in 0..missing_kem {
            self.one_time_kem.add(self.ids.next(), KemSecretKey::generate(rng), now);
        }
        let generated = missing.saturating_add(missing_kem);
        if generated > 0 {
            self.refill_below = draw_threshold(rng);
        }
        generated
    }

    fn has_unpublished(&self, now: Timestamp) -> bool {
        let rotated = self.signed.is_published() && self.last_resort.is_published();
        let one_time = self.one_time.unpublished(now).next().is_some();
        !rotated || one_time || self.one_time_kem.unpublished(now).next().is_some()
    }

    /// Everything that the server must hold, some 144 KB: for the first upload. The same state at
    /// the same time gives the same bytes: repeat the upload until it is confirmed.
    #[must_use]
    pub fn publication(&self, device: &LocalDevice, now: Timestamp) -> Publication {
        let one_time = self.one_time.offered(now);
        let one_time_kem = self.one_time_kem.offered(now);
        self.publish(device, one_time, one_time_kem, Vec::new())
    }

    /// The same without the one-time prekeys that the server has confirmed, which are named alone: a
    /// few kilobytes where only the others were replaced. For every later upload. What a server lost in
    /// the meantime it does not get again: [`PrekeyStore::server_holds`], before each
    /// [`PrekeyStore::maintain`], has it replaced.
    #[must_use]
    pub fn publication_update(&self, device: &LocalDevice, now: Timestamp) -> Publication {
        let published = self.one_time.published(now).chain(self.one_time_kem.published(now));
        let mut kept: Vec<_> = published.collect();
        kept.sort_unstable();
        let one_time = self.one_time.unpublished(now);
        let one_time_kem = self.one_time_kem.unpublished(now);
        self.publish(device, one_time, one_time_kem, kept)
    }

    fn publish<'a>(
        &self,
        device: &LocalDevice,
        one_time: impl Iterator<Item = &'a OneTime<DhSeed>>,
        one_time_kem: impl Iterator<Item = &'a OneTime<KemSecretKey>>,
        kept: Vec<PrekeyId>,
    ) -> Publication {
        use PrekeyKind::{LastResortKem, OneTime, OneTimeKem, Signed};
        let dh = |secret: &DhSecretKey| PrekeyPublic::Dh(*secret.public_key());
        let kem = |secret: &KemSecretKey| PrekeyPublic::Kem(secret.public_key());
        let sign = |kind, id, key, validity| PublishedPrekey::sign(device, kind, id, key, validity);
        let (signed, last_resort) = (self.signed.current(), self.last_resort.current());
        Publication {
            certificate: device.certificate().clone(),
            signed: sign(Signed, signed.id, dh(&signed.secret), signed.validity),
            last_resort: sign(
                LastResortKem,
                last_resort.id,
                kem(&last_resort.secret.secret),
                last_resort.validity,
            ),
            one_time: one_time
                .map(|k| sign(OneTime, k.id, dh(&k.secret.expand()), k.validity))
                .collect(),
            one_time_kem: one_time_kem
                .map(|k| sign(OneTimeKem, k.id, kem(&k.secret), k.validity))
                .collect(),
            kept,
        }
    }

    /// The server has stored a publication. Saying so twice does no harm.
    pub fn confirm_published(&mut self, publication: &Publication) {
        let ids: Vec<_> = publication.prekeys().map(PublishedPrekey::id).collect();
        self.signed.confirm(publication.signed.id());
        self.last_resort.confirm(publication.last_resort.id());
        self.one_time.confirm(&ids);
        self.one_time_kem.confirm(&ids);
    }

    /// The server says which one-time prekeys it still holds; published ones that it does not hold
    /// were handed out, and are not offered again. Returns how many those are. A server that lies
    /// makes us generate up to [`crate::limits::ONE_TIME_PREKEYS`], and then no more.
    pub fn server_holds(&mut self, ids: &[PrekeyId]) -> usize {
        let dh = self.one_time.hand_out_all_but(ids);
        dh.saturating_add(self.one_time_kem.hand_out_all_but(ids))
    }

    /// The signed prekey with this id, current or within its grace.
    pub(crate) fn signed(&self, id: PrekeyId, now: Timestamp) -> Option<&DhSecretKey> {
        self.signed.find(id, now)
    }

    /// The one-time X25519 prekey with this id, if no handshake consumed it.
    pub(crate) fn one_time(&self, id: PrekeyId) -> Option<DhSecretKey> {
        self.one_time.find(id).map(DhSeed::expand)
    }

    /// The KEM prekey with this id: one-time and not consumed, or last-resort and within its grace.
    pub(crate) fn kem(&self, id: PrekeyId, now: Timestamp) -> Option<KemPrekeySecret<'_>> {
        let one_time = self.one_time_kem.find(id);
        let one_time = one_time.map(|secret| KemPrekeySecret { secret, last_resort: false });
        one_time.or_else(|| {
            let key = self.last_resort.find(id, now)?;
            Some(KemPrekeySecret { secret: &key.secret, last_resort: true })
        })
    }

    /// Whether a handshake may use these prekeys: they are there, and the handshake is not a replay
    /// as far as the record of a last-resort prekey can tell.
    pub(crate) fn admits(&self, used: &PrekeyUse, now: Timestamp) -> Result<(), ReplayRefused> {
        if used.one_time.is_some_and(|id| self.one_time.find(id).is_none()) {
            return Err(ReplayRefused::Gone);
        }
        if self.one_time_kem.find(used.kem).is_some() {
            return Ok(());
        }
        let key = self.last_resort.find(used.kem, now).ok_or(ReplayRefused::Gone)?;
        if key.has_served(&used.replay) {
            return Err(ReplayRefused::Replayed);
        }
        if key.is_full() { Err(ReplayRefused::RecordFull) } else { Ok(()) }
    }

    /// Deletes the one-time prekeys of an authenticated handshake and records it under its
    /// last-resort prekey.
    pub(crate) fn consume(
        &mut self,
        used: &PrekeyUse,
        now: Timestamp,
    ) -> Result<(), ReplayRefused> {
        self.admits(used, now)?;
        if let Some(id) = used.one_time {
            self.one_time.consume(id);
        }
        self.one_time_kem.consume(used.kem);
        if let Some(key) = self.last_resort.find_mut(used.kem) {
            key.record(used.replay);
        }
        Ok(())
    }

    /// The state to store: secret. Store it before anything that it generated is published.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(32 * 1024);
        w.u8(STORED_VERSION);
        w.put(&self.ids.0).put(&self.refill_below).put(&self.signed).put(&self.last_resort);
        w.put(&self.one_time).put(&self.one_time_kem);
        w.into_secret()
    }

    /// Reads a stored state. Ids go on where they stopped.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`PrekeyStore::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(STORED_VERSION)?;
        let store = Self {
            ids: IdCounter(r.get()?),
            refill_below: r.get()?,
            signed: r.get()?,
            last_resort: r.get()?,
            one_time: r.get()?,
            one_time_kem: r.get()?,
        };
        r.finish()?;
        store.check_ids()?;
        Ok(store)
    }

    /// Ids ascend within a kind, are used once over all kinds, and none is above the counter.
    fn check_ids(&self) -> Result<(), DecodeError> {
        let sorted = self.signed.ids().is_sorted_by(|a, b| a < b)
            && self.last_resort.ids().is_sorted_by(|a, b| a < b)
            && self.one_time.ids().is_sorted_by(|a, b| a < b)
            && self.one_time_kem.ids().is_sorted_by(|a, b| a < b);
        let rotated = self.signed.ids().chain(self.last_resort.ids());
        let mut all: Vec<_> =
            rotated.chain(self.one_time.ids()).chain(self.one_time_kem.ids()).collect();
        all.sort_unstable();
        let unique = all.is_sorted_by(|a, b| a < b);
        let counted = all.last().is_none_or(|last| last.as_u32() <= self.ids.0);
        if sorted && unique && counted { Ok(()) } else { Err(DecodeError::NotCanonical) }
    }
}

/// A number from a quarter to half of [`ONE_TIME_TARGET`]. The remainder of a 32-bit number is as
/// good as uniform here.
fn draw_threshold<R: CryptoRng + ?Sized>(rng: &mut R) -> u16 {
    const LOWEST: usize = ONE_TIME_TARGET / 4;
    let drawn = (rng.next_u32() as usize).checked_rem(LOWEST.saturating_add(1)).unwrap_or(0);
    u16::try_from(LOWEST.saturating_add(drawn)).unwrap_or(u16::MAX)
}

/// The last id given out; zero before the first.
#[derive(Clone, Debug)]
struct IdCounter(u32);

impl IdCounter {
    /// More than one round of maintenance takes.
    const ROOM: u32 = 1_000;

    fn check_room(&self) -> Result<(), IdsExhausted> {
        if self.0 > u32::MAX - Self::ROOM { Err(IdsExhausted) } else { Ok(()) }
    }

    /// The next id. Saturation cannot happen: [`IdCounter::check_room`] came before.
    fn next(&mut self) -> PrekeyId {
        self.0 = self.0.saturating_add(1);
        PrekeyId::new(self.0).unwrap_or(PrekeyId::LAST)
    }
}

/// A KEM prekey's secret, as a handshake needs it.
#[derive(Debug)]
pub(crate) struct KemPrekeySecret<'a> {
    pub(crate) secret: &'a KemSecretKey,
    pub(crate) last_resort: bool,
}

/// The prekeys that one handshake used, and the name of the handshake for the replay record.
#[derive(Clone, Debug)]
pub(crate) struct PrekeyUse {
    pub(crate) one_time: Option<PrekeyId>,
    pub(crate) kem: PrekeyId,
    pub(crate) replay: [u8; 16],
}

/// Why a handshake may not use the prekeys that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayRefused {
    /// A prekey was consumed, has expired or never was.
    #[error("a prekey of the handshake is gone")]
    Gone,
    /// The last-resort prekey has already served this very handshake.
    #[error("the handshake is a replay")]
    Replayed,
    /// The last-resort prekey has served as many handshakes as it can tell apart.
    #[error("the replay record of the last-resort prekey is full")]
    RecordFull,
}

error_codes!(ReplayRefused {
    Self::Gone => ("replay/gone", Drop),
    Self::Replayed => ("replay/replayed", Drop),
    Self::RecordFull => ("replay/record-full", Drop),
});

/// The device has used up its four billion prekey ids: it must begin anew under a new device id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device has no prekey ids left")]
pub struct IdsExhausted;

error_codes!(IdsExhausted {
    Self => ("prekey/ids-exhausted", ShowToUser),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{NOW, days, rng};
    use crate::limits::{ONE_TIME_PREKEYS, REPLAY_RECORD, ROTATED_PREKEYS};
    use crate::prekey::PrekeyShelf;
    use crate::prekey::fixture::{Published, published};
    use alloc::format;
    use proptest::prelude::*;

    fn alice() -> Published {
        published("alice", 1)
    }

    fn all_ids(store: &PrekeyStore) -> Vec<PrekeyId> {
        let rotated = store.signed.ids().chain(store.last_resort.ids());
        rotated.chain(store.one_time.ids()).chain(store.one_time_kem.ids()).collect()
    }

    fn use_of(store: &PrekeyStore) -> PrekeyUse {
        PrekeyUse {
            one_time: store.one_time.ids().next(),
            kem: store.one_time_kem.ids().next().unwrap(),
            replay: [1; 16],
        }
    }

    fn last_resort_use(store: &PrekeyStore, replay: u64) -> PrekeyUse {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&replay.to_be_bytes());
        PrekeyUse { one_time: None, kem: store.last_resort.current().id, replay: id }
    }

    #[test]
    fn a_new_store_wants_to_publish_everything_once() {
        let alice = published("alice", 1);
        let mut store = PrekeyStore::new(NOW, &mut rng(1001));
        let quiet = Maintenance::default();
        let publish = Maintenance { publish: true, ..quiet };
        assert_eq!(store.maintain(NOW, &mut rng(2)), Ok(publish));
        let publication = store.publication(&alice.device, NOW);
        assert_eq!(publication.prekeys().count(), 2 + 2 * ONE_TIME_TARGET);
        store.confirm_published(&publication);
        store.confirm_published(&publication);
        assert_eq!(store.maintain(NOW, &mut rng(2)), Ok(quiet));
    }

    #[test]
    fn an_update_has_what_the_server_has_not_confirmed() {
        let Published { device, .. } = alice();
        let mut store = PrekeyStore::new(NOW, &mut rng(1001));
        assert_eq!(store.publication_update(&device, NOW), store.publication(&device, NOW));
        store.confirm_published(&store.publication_update(&device, NOW));
        let held: Vec<_> = store.one_time.ids().chain(store.one_time_kem.ids()).collect();
        store.server_holds(&held[80..]);
        let done = store.maintain(days(7), &mut rng(3)).unwrap();
        assert!(done.rotated_signed && done.rotated_last_resort && done.publish);
        let update = store.publication_update(&device, days(7));
        assert_eq!(update.prekeys().count(), 2 + done.generated);
        store.confirm_published(&update);
        assert!(!store.maintain(days(7), &mut rng(3)).unwrap().publish);
        assert!(store.publication_update(&device, days(7)).encode().len() < 4_096);
    }

    /// Behaviour: what expired unpublished cannot be published any more, and is not asked for.
    #[test]
    fn what_expired_waits_for_no_publication() {
        let Published { device, .. } = alice();
        let mut store = PrekeyStore::new(NOW, &mut rng(1001));
        assert!(store.maintain(days(30), &mut rng(3)).unwrap().publish);
        store.confirm_published(&store.publication_update(&device, days(30)));
        assert!(!store.maintain(days(30), &mut rng(4)).unwrap().publish);
    }

    #[test]
    fn publication_is_idempotent() {
        let alice = alice();
        let first = alice.store.publication(&alice.device, NOW);
        let restored = PrekeyStore::from_bytes(&alice.store.to_bytes()).unwrap();
        assert_eq!(restored.publication(&alice.device, NOW).encode(), first.encode());
        assert_eq!(first.encode(), alice.shelf_publication());
    }

    impl Published {
        fn shelf_publication(&self) -> Vec<u8> {
            let mut store = PrekeyStore::new(NOW, &mut rng(1001));
            let publication = store.publication(&self.device, NOW);
            store.confirm_published(&publication);
            publication.encode()
        }
    }

    #[test]
    fn confirming_an_older_publication_confirms_only_what_was_in_it() {
        let mut alice = alice();
        let old = alice.store.publication(&alice.device, NOW);
        assert!(alice.store.maintain(days(7), &mut rng(3)).unwrap().rotated_signed);
        alice.store.confirm_published(&old);
        assert!(alice.store.has_unpublished(days(7)));
    }

    #[test]
    fn what_the_server_handed_out_is_not_offered_again() {
        let mut alice = alice();
        for _ in 0..3 {
            alice.shelf.take_bundle(NOW);
        }
        let held: Vec<_> = alice.shelf.one_time_ids().collect();
        assert_eq!(alice.store.server_holds(&held), 6);
        assert_eq!(alice.store.server_holds(&held), 0);
        let publication = alice.store.publication(&alice.device, NOW);
        assert_eq!(publication.prekeys().count(), 2 + 2 * (ONE_TIME_TARGET - 3));
        let first = alice.store.one_time.ids().next().unwrap();
        assert!(alice.store.one_time(first).is_some(), "it may be used by who got it");
    }

    #[test]
    fn one_time_prekeys_are_refilled_below_a_threshold() {
        let mut alice = alice();
        let threshold = usize::from(alice.store.refill_below);
        assert!((ONE_TIME_TARGET / 4..=ONE_TIME_TARGET / 2).contains(&threshold));
        let held: Vec<_> = all_ids(&alice.store);
        let leave = |n: usize| {
            let mut dh: Vec<_> = held[2..2 + n].to_vec();
            dh.extend(&held[2 + ONE_TIME_TARGET..2 + ONE_TIME_TARGET + n]);
            dh
        };
        alice.store.server_holds(&leave(threshold));
        assert_eq!(alice.store.maintain(NOW, &mut rng(2)).unwrap().generated, 0);
        alice.store.server_holds(&leave(threshold - 1));
        let done = alice.store.maintain(NOW, &mut rng(2)).unwrap();
        assert_eq!(done.generated, 2 * (ONE_TIME_TARGET - threshold + 1));
        assert!(done.publish);
    }

    #[test]
    fn a_lying_server_makes_us_generate_up_to_the_limit_and_no_more() {
        let mut alice = alice();
        for _ in 0..5 {
            alice.store.server_holds(&[]);
            alice.store.maintain(NOW, &mut rng(2)).unwrap();
            let publication = alice.store.publication(&alice.device, NOW);
            alice.store.confirm_published(&publication);
        }
        assert_eq!(alice.store.one_time.ids().count(), ONE_TIME_PREKEYS);
        assert_eq!(alice.store.one_time_kem.ids().count(), ONE_TIME_PREKEYS);
        assert!(PrekeyStore::from_bytes(&alice.store.to_bytes()).is_ok());
        // Their time passes, and all is well again.
        let done = alice.store.maintain(days(60), &mut rng(3)).unwrap();
        assert_eq!(done.generated, 2 * ONE_TIME_TARGET);
    }

    #[test]
    fn rotation_comes_with_time_and_old_keys_answer_for_their_grace() {
        let mut store = alice().store;
        let (signed, kem) = (store.signed.current().id, store.last_resort.current().id);
        let before = store.maintain(days(6), &mut rng(2)).unwrap();
        assert!(!before.rotated_signed && !before.rotated_last_resort);
        let done = store.maintain(days(7), &mut rng(2)).unwrap();
        assert!(done.rotated_signed && done.rotated_last_resort && done.publish);
        assert_ne!(store.signed.current().id, signed);
        assert!(store.signed(signed, days(36)).is_some());
        assert!(store.kem(kem, days(36)).unwrap().last_resort);
        assert!(store.signed(signed, days(37)).is_none());
        assert!(store.kem(kem, days(37)).is_none());
        let later = store.maintain(days(37), &mut rng(2)).unwrap();
        assert_eq!(later.deleted, 2);
        assert!(!all_ids(&store).contains(&signed));
    }

    #[test]
    fn a_key_from_a_clock_that_was_wrong_is_replaced() {
        let mut store = PrekeyStore::new(days(1000), &mut rng(1));
        assert!(store.maintain(NOW, &mut rng(2)).unwrap().rotated_signed);
        assert!(store.signed.current().validity.check(NOW).is_ok());
    }

    #[test]
    fn regular_rotation_never_drops_a_key_before_its_grace_and_the_number_is_bounded() {
        let mut store = alice().store;
        for week in 1..20 {
            store.maintain(days(7 * week), &mut rng(2)).unwrap();
            assert!(store.signed.ids().count() <= ROTATED_PREKEYS);
        }
        assert_eq!(store.signed.ids().count(), ROTATED_PREKEYS);
        for hour in 0..20u32 {
            let jump = days(1000 + 100 * hour);
            store.maintain(jump, &mut rng(2)).unwrap();
            store.maintain(NOW, &mut rng(2)).unwrap();
            assert!(store.signed.ids().count() <= ROTATED_PREKEYS);
        }
        assert!(PrekeyStore::from_bytes(&store.to_bytes()).is_ok());
    }

    #[test]
    fn a_one_time_prekey_is_consumed_once() {
        let mut store = alice().store;
        let used = use_of(&store);
        assert_eq!(store.admits(&used, NOW), Ok(()));
        assert!(store.one_time(used.one_time.unwrap()).is_some());
        assert!(!store.kem(used.kem, NOW).unwrap().last_resort);
        assert_eq!(store.consume(&used, NOW), Ok(()));
        assert!(store.one_time(used.one_time.unwrap()).is_none());
        assert!(store.kem(used.kem, NOW).is_none());
        let before = store.to_bytes();
        assert_eq!(store.consume(&used, NOW), Err(ReplayRefused::Gone));
        assert_eq!(store.to_bytes(), before);
    }

    #[test]
    fn looking_consumes_nothing() {
        let store = alice().store;
        let before = store.to_bytes();
        let used = use_of(&store);
        assert_eq!(store.admits(&used, NOW), Ok(()));
        assert_eq!(store.to_bytes(), before);
    }

    #[test]
    fn an_unknown_prekey_is_refused() {
        let store = alice().store;
        let unknown = PrekeyId::new(9_999).unwrap();
        let used = use_of(&store);
        let kem = PrekeyUse { kem: unknown, ..used.clone() };
        assert_eq!(store.admits(&kem, NOW), Err(ReplayRefused::Gone));
        let one_time = PrekeyUse { one_time: Some(unknown), ..used };
        assert_eq!(store.admits(&one_time, NOW), Err(ReplayRefused::Gone));
        let signed_as_kem = PrekeyUse { kem: store.signed.current().id, ..use_of(&store) };
        assert_eq!(store.admits(&signed_as_kem, NOW), Err(ReplayRefused::Gone));
        assert!(store.signed(store.last_resort.current().id, NOW).is_none());
    }

    #[test]
    fn a_last_resort_handshake_is_not_accepted_twice_even_after_a_restart() {
        let mut store = alice().store;
        let used = last_resort_use(&store, 1);
        assert_eq!(store.consume(&used, NOW), Ok(()));
        let restored = PrekeyStore::from_bytes(&store.to_bytes()).unwrap();
        assert_eq!(restored.admits(&used, NOW), Err(ReplayRefused::Replayed));
        assert_eq!(restored.admits(&last_resort_use(&store, 2), NOW), Ok(()));
    }

    #[test]
    fn a_replay_is_refused_after_the_rotation_too() {
        let mut store = alice().store;
        let used = last_resort_use(&store, 1);
        store.consume(&used, NOW).unwrap();
        store.maintain(days(7), &mut rng(2)).unwrap();
        assert_eq!(store.admits(&used, days(7)), Err(ReplayRefused::Replayed));
        assert_eq!(store.admits(&used, days(37)), Err(ReplayRefused::Gone));
    }

    fn fill(store: &mut PrekeyStore, count: usize) {
        for i in 0..count as u64 {
            let used = last_resort_use(store, i);
            assert_eq!(store.consume(&used, NOW), Ok(()));
        }
    }

    #[test]
    fn a_full_replay_record_fails_closed_until_the_next_rotation() {
        let mut store = alice().store;
        fill(&mut store, REPLAY_RECORD);
        let before = store.to_bytes();
        let one_more = last_resort_use(&store, 1 << 40);
        assert_eq!(store.consume(&one_more, NOW), Err(ReplayRefused::RecordFull));
        let repeated = last_resort_use(&store, 0);
        assert_eq!(store.consume(&repeated, NOW), Err(ReplayRefused::Replayed));
        assert_eq!(store.to_bytes(), before);
        assert!(PrekeyStore::from_bytes(&before).is_ok());
        assert!(store.maintain(days(1), &mut rng(2)).unwrap().rotated_last_resort);
        assert_eq!(store.consume(&last_resort_use(&store, 0), days(1)), Ok(()));
    }

    #[test]
    fn a_half_full_record_rotates_early_but_not_within_a_day() {
        let mut store = alice().store;
        fill(&mut store, REPLAY_RECORD / 2 - 1);
        assert!(!store.maintain(days(1), &mut rng(2)).unwrap().rotated_last_resort);
        store.consume(&last_resort_use(&store, 1 << 40), NOW).unwrap();
        assert!(!store.maintain(NOW, &mut rng(2)).unwrap().rotated_last_resort);
        assert!(store.maintain(days(1), &mut rng(2)).unwrap().rotated_last_resort);
    }

    #[test]
    fn ids_go_on_after_import_and_are_never_reused() {
        let mut store = alice().store;
        let before = all_ids(&store);
        let last = before.iter().max().unwrap().as_u32();
        assert_eq!(last, store.ids.0);
        // Even when the highest ids are gone before the state is stored.
        for id in before {
            store.one_time.consume(id);
            store.one_time_kem.consume(id);
        }
        let mut restored = PrekeyStore::from_bytes(&store.to_bytes()).unwrap();
        restored.maintain(NOW, &mut rng(2)).unwrap();
        let new: Vec<_> = restored.one_time.ids().chain(restored.one_time_kem.ids()).collect();
        assert_eq!(new.iter().min().unwrap().as_u32(), last + 1);
    }

    #[test]
    fn the_counter_ends_and_does_not_wrap() {
        let mut store = alice().store;
        store.ids = IdCounter(u32::MAX - IdCounter::ROOM);
        assert!(store.clone().maintain(days(7), &mut rng(2)).is_ok());
        store.ids = IdCounter(u32::MAX - IdCounter::ROOM + 1);
        let before = store.to_bytes();
        assert_eq!(store.maintain(days(7), &mut rng(2)), Err(IdsExhausted));
        assert_eq!(store.to_bytes(), before);
        assert!(IdCounter::ROOM as usize > 2 + 2 * ONE_TIME_PREKEYS);
    }

    #[test]
    fn no_two_keys_of_a_store_are_the_same() {
        let alice = alice();
        let publication = alice.store.publication(&alice.device, NOW);
        let mut keys: Vec<_> = publication.prekeys().map(|k| format!("{:?}", k.key())).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 2 + 2 * ONE_TIME_TARGET);
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let mut store = PrekeyStore::new(Timestamp::MAX, &mut rng(1));
        store.maintain(Timestamp::MAX, &mut rng(2)).unwrap();
        let alice = alice();
        let mut shelf = PrekeyShelf::new(store.publication(&alice.device, Timestamp::MAX));
        shelf.take_bundle(Timestamp::MAX);
    }

    #[test]
    fn stored_ids_that_repeat_or_exceed_the_counter_are_refused() {
        let store = alice().store;
        let mut low = store.clone();
        low.ids.0 -= 1;
        assert_eq!(PrekeyStore::from_bytes(&low.to_bytes()).err(), Some(DecodeError::NotCanonical));
        let mut repeated = store;
        let id = repeated.signed.current().id;
        repeated.one_time.add(id, DhSeed::generate(&mut rng(1)), NOW);
        assert_eq!(
            PrekeyStore::from_bytes(&repeated.to_bytes()).err(),
            Some(DecodeError::NotCanonical)
        );
    }

    /// All but that of the signed prekey, which every handshake uses.
    #[test]
    fn reading_a_store_derives_no_public_halves() {
        let bytes = alice().store.to_bytes();
        let (store, cost) = crate::crypto::meter::measure(|| PrekeyStore::from_bytes(&bytes));
        assert!(store.is_ok());
        assert_eq!((cost.dh_public, cost.kem), (1, 0));
    }

    #[test]
    fn nothing_printed_holds_a_secret() {
        let store = alice().store;
        let printed = format!("{store:?}").replace([' ', ','], "");
        let mut w = Writer::new();
        w.put(&*store.signed.current().secret).put(&store.last_resort.current().secret.secret);
        for secret in w.as_slice().chunks(4) {
            let decimal: alloc::string::String =
                secret.iter().map(alloc::string::ToString::to_string).collect();
            assert!(!printed.contains(&hex::encode(secret)) && !printed.contains(&decimal));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn damaged_stored_states_never_panic(
            cut: prop::sample::Index,
            at: prop::sample::Index,
            with in 1u8..,
        ) {
            let mut store = alice().store;
            store.consume(&last_resort_use(&store, 1), NOW).unwrap();
            store.maintain(days(7), &mut rng(2)).unwrap();
            let mut bytes = store.to_bytes().to_vec();
            prop_assert_eq!(&*PrekeyStore::from_bytes(&bytes).unwrap().to_bytes(), &bytes);
            prop_assert!(PrekeyStore::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] ^= with;
            if let Ok(store) = PrekeyStore::from_bytes(&bytes) {
                prop_assert_eq!(store.to_bytes().to_vec(), bytes);
            }
        }
    }
}
