use alloc::vec::Vec;

use prost::Message;

use super::bundle::{BundleError, PrekeyBundle, required};
use super::published::{PrekeyId, PrekeyKind, PublishedPrekey};
use crate::identity::DeviceCertificate;
use crate::limits::{KEPT_PREKEYS, ONE_TIME_PREKEYS, PUBLICATION_BYTES};
use crate::time::Timestamp;
use crate::wire::{DecodeError, decode_canonical, proto};

/// What a server must hold for a device from now on. The same store state gives the same bytes, so
/// uploading it again does no harm. SPEC.md 6.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub(super) certificate: DeviceCertificate,
    pub(super) signed: PublishedPrekey,
    pub(super) last_resort: PublishedPrekey,
    pub(super) one_time: Vec<PublishedPrekey>,
    pub(super) one_time_kem: Vec<PublishedPrekey>,
    /// Earlier one-time prekeys of both kinds that stay, ascending.
    pub(super) kept: Vec<PrekeyId>,
}

impl Publication {
    /// Decodes a publication: its kinds, their order and the limits are checked, and no signature
    /// but the certificate's. A server needs to check no more; readers check the rest.
    ///
    /// # Errors
    /// [`BundleError::Malformed`] or [`BundleError::Certificate`].
    pub fn decode(bytes: &[u8]) -> Result<Self, BundleError> {
        if bytes.len() > PUBLICATION_BYTES {
            return Err(DecodeError::TooLarge.into());
        }
        let message: proto::PrekeyPublication = decode_canonical(bytes)?;
        let certificate = message.certificate.ok_or(DecodeError::Missing)?;
        Ok(Self {
            signed: of_kind(required(message.signed_prekey)?, PrekeyKind::Signed)?,
            last_resort: of_kind(
                required(message.last_resort_kem_prekey)?,
                PrekeyKind::LastResortKem,
            )?,
            one_time: all_of_kind(message.one_time_prekeys, PrekeyKind::OneTime)?,
            one_time_kem: all_of_kind(message.one_time_kem_prekeys, PrekeyKind::OneTimeKem)?,
            kept: ids(message.kept_prekey_ids)?,
            certificate: DeviceCertificate::from_proto(certificate)?,
        })
    }

    /// The bytes to upload: an encoded `PrekeyPublication`.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let all = |prekeys: &[PublishedPrekey]| {
            prekeys.iter().map(PublishedPrekey::to_proto).collect::<Vec<_>>()
        };
        proto::PrekeyPublication {
            certificate: Some(self.certificate.to_proto()),
            signed_prekey: Some(self.signed.to_proto()),
            last_resort_kem_prekey: Some(self.last_resort.to_proto()),
            one_time_prekeys: all(&self.one_time),
            one_time_kem_prekeys: all(&self.one_time_kem),
            kept_prekey_ids: self.kept.iter().map(|id| id.as_u32()).collect(),
        }
        .encode_to_vec()
    }

    /// The device's certificate.
    #[must_use]
    pub const fn certificate(&self) -> &DeviceCertificate {
        &self.certificate
    }

    /// Every prekey in it.
    pub fn prekeys(&self) -> impl Iterator<Item = &PublishedPrekey> {
        let [signed, last_resort] = [&self.signed, &self.last_resort];
        [signed, last_resort].into_iter().chain(&self.one_time).chain(&self.one_time_kem)
    }
}

fn of_kind(prekey: PublishedPrekey, kind: PrekeyKind) -> Result<PublishedPrekey, DecodeError> {
    if prekey.kind() == kind { Ok(prekey) } else { Err(DecodeError::OutOfRange) }
}

fn all_of_kind(
    messages: Vec<proto::PublishedPrekey>,
    kind: PrekeyKind,
) -> Result<Vec<PublishedPrekey>, DecodeError> {
    if messages.len() > ONE_TIME_PREKEYS {
        return Err(DecodeError::TooLarge);
    }
    let parsed = messages.into_iter().map(|m| of_kind(PublishedPrekey::from_proto(m)?, kind));
    let prekeys = parsed.collect::<Result<Vec<_>, _>>()?;
    if !prekeys.is_sorted_by(|a, b| a.id() < b.id()) {
        return Err(DecodeError::NotCanonical);
    }
    Ok(prekeys)
}

fn ids(numbers: Vec<u32>) -> Result<Vec<PrekeyId>, DecodeError> {
    if numbers.len() > KEPT_PREKEYS {
        return Err(DecodeError::TooLarge);
    }
    let parsed = numbers.into_iter().map(|id| PrekeyId::new(id).ok_or(DecodeError::OutOfRange));
    let ids = parsed.collect::<Result<Vec<_>, _>>()?;
    if ids.is_sorted_by(|a, b| a < b) { Ok(ids) } else { Err(DecodeError::NotCanonical) }
}

/// The server's side, for tests, examples and simple servers: what it holds for one device, each
/// one-time prekey of which it hands out once.
#[derive(Clone, Debug)]
pub struct PrekeyShelf {
    held: Publication,
    /// The highest one-time id that was ever accepted: a key below it that is gone was handed out.
    highest: Option<PrekeyId>,
}

impl PrekeyShelf {
    /// Takes a device's first upload.
    #[must_use]
    pub fn new(publication: Publication) -> Self {
        let highest = highest_one_time(&publication);
        let held = Publication { kept: Vec::new(), ..publication };
        Self { held, highest }
    }

    /// Takes a later upload. A one-time prekey that was handed out is not taken back, however often
    /// it is uploaded: ids rise, so what is not held and not above all earlier ones is gone.
    pub fn accept(&mut self, publication: Publication) {
        let highest = highest_one_time(&publication).max(self.highest);
        let mut next = publication;
        let kept = core::mem::take(&mut next.kept);
        self.merge(&mut next.one_time, &self.held.one_time, &kept);
        self.merge(&mut next.one_time_kem, &self.held.one_time_kem, &kept);
        *self = Self { held: next, highest };
    }

    /// What is left of one kind: of an upload what was never taken before or is still held, and of
    /// what is held what the upload names; no more than a device may have.
    fn merge(
        &self,
        upload: &mut Vec<PublishedPrekey>,
        held: &[PublishedPrekey],
        kept: &[PrekeyId],
    ) {
        upload.retain(|prekey| Some(prekey.id()) > self.highest || held.contains(prekey));
        let stays = |prekey: &&PublishedPrekey| {
            kept.binary_search(&prekey.id()).is_ok() && !upload.contains(prekey)
        };
        let stay: Vec<_> = held.iter().filter(stays).cloned().collect();
        upload.extend(stay);
        upload.sort_by_key(PublishedPrekey::id);
        upload.truncate(ONE_TIME_PREKEYS);
    }

    /// Hands out a bundle, with the oldest one-time prekeys that still hold.
    pub fn take_bundle(&mut self, now: Timestamp) -> PrekeyBundle {
        let one_time = take(&mut self.held.one_time, now);
        let kem = take(&mut self.held.one_time_kem, now);
        PrekeyBundle {
            certificate: (&self.held.certificate).into(),
            signed: self.held.signed.clone(),
            kem: kem.unwrap_or_else(|| self.held.last_resort.clone()),
            one_time,
        }
    }

    /// The one-time prekeys left: what the owner asks for to know when to refill.
    pub fn one_time_ids(&self) -> impl Iterator<Item = PrekeyId> + '_ {
        self.held.one_time.iter().chain(&self.held.one_time_kem).map(PublishedPrekey::id)
    }
}

/// Of what it brings and of what it says was accepted.
fn highest_one_time(publication: &Publication) -> Option<PrekeyId> {
    let last = |prekeys: &[PublishedPrekey]| prekeys.last().map(PublishedPrekey::id);
    let brought = last(&publication.one_time).max(last(&publication.one_time_kem));
    brought.max(publication.kept.last().copied())
}

fn take(prekeys: &mut Vec<PublishedPrekey>, now: Timestamp) -> Option<PublishedPrekey> {
    prekeys.retain(|prekey| prekey.validity().check(now).is_ok());
    if prekeys.is_empty() { None } else { Some(prekeys.remove(0)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{NOW, days, rng};
    use crate::prekey::PrekeyStore;
    use crate::prekey::fixture::{Published, published};
    use alloc::collections::BTreeSet;

    #[test]
    fn a_publication_comes_back_from_its_bytes() {
        let alice = published("alice", 1);
        let publication = alice.store.publication(&alice.device, NOW);
        assert_eq!(Publication::decode(&publication.encode()), Ok(publication));
    }

    #[test]
    fn a_publication_is_bounded() {
        assert_eq!(
            Publication::decode(&alloc::vec![0; PUBLICATION_BYTES + 1]),
            Err(BundleError::Malformed(DecodeError::TooLarge))
        );
        let alice = published("alice", 1);
        let mut publication = alice.store.publication(&alice.device, NOW);
        publication.one_time = alloc::vec![publication.one_time[0].clone(); ONE_TIME_PREKEYS + 1];
        assert_eq!(
            Publication::decode(&publication.encode()),
            Err(BundleError::Malformed(DecodeError::TooLarge))
        );
    }

    #[test]
    fn prekeys_of_the_wrong_kind_or_out_of_order_are_refused() {
        let alice = published("alice", 1);
        let publication = alice.store.publication(&alice.device, NOW);
        let refused = |change: &dyn Fn(&mut Publication), error| {
            let mut changed = publication.clone();
            change(&mut changed);
            assert_eq!(Publication::decode(&changed.encode()), Err(BundleError::Malformed(error)));
        };
        refused(&|p| p.signed = p.one_time[0].clone(), DecodeError::OutOfRange);
        refused(&|p| p.last_resort = p.one_time_kem[0].clone(), DecodeError::OutOfRange);
        refused(&|p| p.one_time[3] = p.signed.clone(), DecodeError::OutOfRange);
        refused(&|p| p.one_time.reverse(), DecodeError::NotCanonical);
        refused(&|p| p.one_time_kem[1] = p.one_time_kem[0].clone(), DecodeError::NotCanonical);
    }

    #[test]
    fn kept_ids_ascend_are_no_zeros_and_bounded() {
        let alice = published("alice", 1);
        let update = alice.store.publication_update(&alice.device, NOW);
        assert_eq!((update.prekeys().count(), update.kept.len()), (2, 200));
        assert_eq!(Publication::decode(&update.encode()), Ok(update.clone()));
        let refused = |kept: Vec<u32>, error| {
            let mut message = proto::PrekeyPublication::decode(&*update.encode()).unwrap();
            message.kept_prekey_ids = kept;
            let decoded = Publication::decode(&message.encode_to_vec());
            assert_eq!(decoded, Err(BundleError::Malformed(error)));
        };
        refused(alloc::vec![0, 1], DecodeError::OutOfRange);
        refused(alloc::vec![2, 1], DecodeError::NotCanonical);
        refused(alloc::vec![1, 1], DecodeError::NotCanonical);
        refused((1..=401).collect(), DecodeError::TooLarge);
        let most = Publication { kept: (1..=400).filter_map(PrekeyId::new).collect(), ..update };
        assert_eq!(Publication::decode(&most.encode()), Ok(most));
    }

    #[test]
    fn what_a_lost_server_had_does_not_come_back_after_an_update() {
        let alice = published("alice", 1);
        let whole = alice.store.publication(&alice.device, NOW);
        let mut shelf = PrekeyShelf::new(alice.store.publication_update(&alice.device, NOW));
        assert_eq!(shelf.one_time_ids().count(), 0);
        shelf.accept(whole);
        assert_eq!(shelf.one_time_ids().count(), 0);
    }

    #[test]
    fn a_shelf_holds_no_more_than_a_device_may_have() {
        let mut alice = published("alice", 1);
        let named = |held: &Publication| {
            let prekeys = held.one_time.iter().chain(&held.one_time_kem);
            let mut kept: Vec<_> = prekeys.map(PublishedPrekey::id).collect();
            kept.sort_unstable();
            kept
        };
        for seed in 0..4u32 {
            let next = PrekeyStore::new(NOW, &mut rng(seed.into()));
            let fresh = next.publication(&alice.device, NOW);
            let moved = fresh.one_time.iter().map(|prekey| {
                let id = PrekeyId::new(prekey.id().as_u32() + 1_000 * (seed + 1)).unwrap();
                PublishedPrekey::sign(
                    &alice.device,
                    PrekeyKind::OneTime,
                    id,
                    prekey.key().clone(),
                    *prekey.validity(),
                )
            });
            let one_time = moved.collect();
            let kept = named(&alice.shelf.held);
            alice.shelf.accept(Publication { one_time, one_time_kem: Vec::new(), kept, ..fresh });
        }
        assert_eq!(alice.shelf.held.one_time.len(), ONE_TIME_PREKEYS);
        assert!(Publication::decode(&alice.shelf.held.encode()).is_ok());
    }

    #[test]
    fn an_update_takes_away_what_it_does_not_name_and_brings_nothing_back() {
        let mut alice = published("alice", 1);
        let mut update = alice.store.publication_update(&alice.device, NOW);
        let bundle = alice.shelf.take_bundle(NOW);
        let handed_out = [bundle.one_time.unwrap().id(), bundle.kem.id()];
        let dropped = update.kept.pop().unwrap();
        alice.shelf.accept(update.clone());
        let left: Vec<_> = alice.shelf.one_time_ids().collect();
        let mut expected = update.kept;
        expected.retain(|id| !handed_out.contains(id));
        assert_eq!(left, expected);
        assert!(!left.contains(&dropped));
        alice.shelf.accept(alice.store.publication(&alice.device, NOW));
        assert!(!alice.shelf.one_time_ids().any(|id| handed_out.contains(&id) || id == dropped));
    }

    /// Behaviour: a server that gets updates holds the same as one that gets everything each time.
    #[test]
    fn updates_come_to_the_same_as_the_whole() {
        let Published { device, mut store, mut shelf, .. } = published("alice", 1);
        let mut whole = shelf.clone();
        let old = store.clone();
        for day in 0..80 {
            for _ in 0..day % 7 {
                assert_eq!(shelf.take_bundle(days(day)), whole.take_bundle(days(day)));
            }
            if day % 10 != 9 {
                store.server_holds(&shelf.one_time_ids().collect::<Vec<_>>());
            }
            if day == 50 {
                store = old.clone();
            }
            store.maintain(days(day), &mut rng(u64::from(day))).unwrap();
            let update = store.publication_update(&device, days(day));
            whole.accept(store.publication(&device, days(day)));
            shelf.accept(update.clone());
            assert_eq!(shelf.held, whole.held, "day {day}");
            if day % 3 != 1 {
                store.confirm_published(&update);
            }
        }
    }

    #[test]
    fn each_one_time_prekey_is_handed_out_once_however_often_it_is_uploaded() {
        let mut alice = published("alice", 1);
        let again = alice.store.publication(&alice.device, NOW);
        let mut seen = BTreeSet::new();
        for _ in 0..120 {
            let bundle = alice.shelf.take_bundle(NOW);
            if let Some(prekey) = &bundle.one_time {
                assert!(seen.insert(prekey.id()));
                assert!(seen.insert(bundle.kem.id()));
            } else {
                assert_eq!(bundle.kem, again.last_resort);
            }
            alice.shelf.accept(again.clone());
        }
        assert_eq!(seen.len(), 200);
    }

    #[test]
    fn expired_one_time_prekeys_are_not_handed_out() {
        let mut alice = published("alice", 1);
        assert_eq!(alice.shelf.take_bundle(days(30)).one_time, None);
        assert_eq!(alice.shelf.one_time_ids().count(), 0);
    }
}
