use alloc::boxed::Box;

use super::certificate::DeviceCertificate;
use super::contact::Contact;
use super::entry::ListVersion;
use super::list::{DeviceRefused, VerifiedDevice};
use super::validity::OutsideValidity;
use crate::crypto::Digest;
use crate::time::Timestamp;

/// The list that the sender of a handshake or a message says is its account's newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedList {
    /// The list's version.
    pub version: ListVersion,
    /// The hash of its entry.
    pub hash: Digest,
}

/// What [`Contact::judge`] thinks of a sender.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderStatus {
    /// The account lists the device, with these keys.
    Listed(Box<VerifiedDevice>),
    /// The sender knows a newer list than we do: fetch it and judge again.
    NeedNewerList {
        /// What we have.
        have: ListVersion,
        /// What the sender says there is.
        claimed: ListVersion,
    },
    /// The certificate is under an account key that ours does not lead to, and is none that a listed
    /// device had before.
    IdentityChanged,
    /// The sender has another list of the version that we have: fetch it from somewhere else to get
    /// the evidence.
    Fork,
    /// The account revoked the device.
    Revoked,
    /// The account does not list the device, or lists it with other keys.
    Unlisted,
    /// The device is listed and its certificate does not hold now.
    CertificateOutsideValidity(OutsideValidity),
    /// The certificate is of another account than this contact: the caller mixed them up.
    OtherAccount,
}

impl Contact {
    /// What to think of the sender of a handshake, who showed this certificate and says that its
    /// account's newest list is that one (SPEC.md 5.10). Changes nothing.
    #[must_use]
    pub fn judge(
        &self,
        certificate: &DeviceCertificate,
        claimed: ClaimedList,
        now: Timestamp,
    ) -> SenderStatus {
        if certificate.account() != self.account() {
            return SenderStatus::OtherAccount;
        }
        if claimed.version > self.list().version() {
            let (have, claimed) = (self.list().version(), claimed.version);
            return SenderStatus::NeedNewerList { have, claimed };
        }
        let key = certificate.account_key();
        let known = key == self.account_key() || self.list().is_retired(key);
        if !known && !self.has_renewed(certificate, claimed) {
            return SenderStatus::IdentityChanged;
        }
        if claimed.version == self.list().version() && claimed.hash != *self.list().hash() {
            return SenderStatus::Fork;
        }
        self.judge_device(certificate, now)
    }

    /// Whether the device had this certificate before the one on our list, by a key that was in force
    /// before we met the account: its present key vouches for the same device keys later.
    fn has_renewed(&self, certificate: &DeviceCertificate, claimed: ClaimedList) -> bool {
        claimed.version < self.list().version()
            && self.list().listed(certificate.device()).is_ok_and(|listed| {
                let [since, before] =
                    [listed.certificate, certificate].map(|it| it.validity().from());
                listed.certificate.keys() == certificate.keys() && since > before
            })
    }

    fn judge_device(&self, certificate: &DeviceCertificate, now: Timestamp) -> SenderStatus {
        let listed = match self.list().listed(certificate.device()) {
            Ok(listed) => listed,
            Err(DeviceRefused::Revoked) => return SenderStatus::Revoked,
            Err(_) => return SenderStatus::Unlisted,
        };
        if listed.certificate.keys() != certificate.keys() {
            return SenderStatus::Unlisted;
        }
        match listed.certificate.validity().check(now) {
            Ok(()) => SenderStatus::Listed(Box::new(listed.vouch())),
            Err(outside) => SenderStatus::CertificateOutsideValidity(outside),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{
        Account, DAY, NOW, after_addition, days, month, restarted, rng, rotate, terms,
    };
    use crate::identity::{
        CertificateTerms, DeviceId, DeviceKeys, ListDraft, LocalDevice, Validity,
        VerifiedDeviceList,
    };

    fn device(account: &Account, index: usize) -> DeviceId {
        account.devices[index].address().device
    }

    fn claim(contact: &Contact) -> ClaimedList {
        ClaimedList { version: contact.list().version(), hash: *contact.list().hash() }
    }

    #[test]
    fn a_listed_sender_is_vouched_for() {
        let alice = Account::new("alice", 1, 1);
        let contact = alice.contact();
        let status = contact.judge(alice.devices[0].certificate(), claim(&contact), NOW);
        assert_eq!(status, SenderStatus::Listed(Box::new(alice.verified_device(0))));
    }

    #[test]
    fn a_sender_is_judged_by_the_newest_list_that_we_have() {
        let (alice, mut contact) = after_addition();
        let old_claim = claim(&alice.contact());
        let by_first = alice.devices[0].certificate();
        assert!(matches!(contact.judge(by_first, old_claim, NOW), SenderStatus::Listed(_)));
        let draft = ListDraft::after(contact.list()).without(device(&alice, 0));
        contact.update(draft.sign(&alice.pair, month(NOW)).unwrap(), NOW).unwrap();
        assert_eq!(contact.judge(by_first, old_claim, NOW), SenderStatus::Revoked);
        assert_eq!(contact.judge(by_first, claim(&contact), NOW), SenderStatus::Revoked);
    }

    #[test]
    fn a_sender_who_knows_a_newer_list_makes_us_fetch_it() {
        let (alice, newer) = after_addition();
        let contact = Account { devices: alice.devices[..1].to_vec(), ..alice.clone() }.contact();
        let have = contact.list().version();
        assert_eq!(
            contact.judge(alice.devices[1].certificate(), claim(&newer), NOW),
            SenderStatus::NeedNewerList { have, claimed: newer.list().version() }
        );
        assert_eq!(
            contact.judge(alice.devices[1].certificate(), claim(&contact), NOW),
            SenderStatus::Unlisted
        );
    }

    #[test]
    fn strangers_impostors_and_forks_are_told_apart() {
        let alice = Account::new("alice", 1, 1);
        let contact = alice.contact();
        let certificate = alice.devices[0].certificate();
        let mut impostor = restarted(&alice, 5);
        let forged = impostor.add_device(&mut rng(6)).certificate().clone();
        assert_eq!(contact.judge(&forged, claim(&contact), NOW), SenderStatus::IdentityChanged);
        let other = ClaimedList { hash: Digest::from_bytes([9; 32]), ..claim(&contact) };
        assert_eq!(contact.judge(certificate, other, NOW), SenderStatus::Fork);
        let bob = Account::new("bob", 1, 2);
        let stranger = bob.devices[0].certificate();
        assert_eq!(contact.judge(stranger, claim(&contact), NOW), SenderStatus::OtherAccount);
        assert_eq!(
            contact.judge(certificate, claim(&contact), days(365)),
            SenderStatus::CertificateOutsideValidity(OutsideValidity::Expired)
        );
    }

    #[test]
    fn other_keys_under_a_listed_id_are_unlisted() {
        let alice = Account::new("alice", 1, 1);
        let contact = alice.contact();
        let mut bytes = DeviceKeys::generate(&mut rng(8)).to_bytes();
        bytes[1..5].copy_from_slice(&device(&alice, 0).as_u32().to_be_bytes());
        let other = alice.certify(&DeviceKeys::from_bytes(&bytes).unwrap());
        assert_eq!(contact.judge(&other, claim(&contact), NOW), SenderStatus::Unlisted);
    }

    #[test]
    fn a_certificate_under_a_retired_key_still_names_a_listed_device() {
        let alice = Account::new("alice", 1, 1);
        let mut contact = alice.contact();
        let old_claim = claim(&contact);
        rotate(&mut contact, &alice);
        let status = contact.judge(alice.devices[0].certificate(), old_claim, NOW);
        assert!(matches!(status, SenderStatus::Listed(_)));
    }

    /// The same account with another key at a time, and its devices certified again by it.
    fn certified_again(old: &Account, at: Timestamp) -> Account {
        let mut new = restarted(old, 5);
        let validity = Validity::starting(at, DAY * 365).unwrap();
        let terms = CertificateTerms { validity, ..terms() };
        let renew = |device: &LocalDevice| {
            let request = device.keys().request_certificate(&new.id, &new.pair.public_key(), terms);
            device.renewed(new.pair.certify(&request, at).unwrap()).unwrap()
        };
        new.devices = old.devices.iter().map(renew).collect();
        new
    }

    /// Met at a second list, under a key that no list leads to.
    fn met_later(account: &Account, at: Timestamp) -> (Contact, ClaimedList) {
        let first = VerifiedDeviceList::trust_on_first_use(account.list(), at).unwrap();
        let second = ListDraft::after(&first).sign(&account.pair, month(at)).unwrap();
        let claimed = ClaimedList { version: first.version(), hash: *first.hash() };
        (Contact::trust_on_first_use(second, at).unwrap(), claimed)
    }

    /// Behaviour: what a device sent before its account's key changed is heard by somebody who met
    /// the account after it.
    #[test]
    fn a_certificate_of_before_we_met_names_the_device_that_has_a_later_one() {
        let old = Account::new("alice", 1, 1);
        let (contact, claimed) = met_later(&certified_again(&old, days(1)), days(1));
        let judged = contact.judge(old.devices[0].certificate(), claimed, days(1));
        let SenderStatus::Listed(device) = judged else { panic!("{judged:?}") };
        assert_eq!(device.keys(), old.devices[0].certificate().keys());
        assert_eq!(device.account_key(), contact.account_key());
    }

    /// Behaviour: an account that began anew is noticed, also if it took its devices along.
    #[test]
    fn a_certificate_under_another_key_that_is_not_an_earlier_one_is_a_changed_identity() {
        let old = Account::new("alice", 1, 1);
        let new = certified_again(&old, days(1));
        let (contact, claimed) = met_later(&old, NOW);
        let by_new = new.devices[0].certificate();
        assert_eq!(contact.judge(by_new, claimed, days(1)), SenderStatus::IdentityChanged);
        let same_time = certified_again(&old, NOW);
        let certificate = same_time.devices[0].certificate();
        assert_eq!(contact.judge(certificate, claimed, NOW), SenderStatus::IdentityChanged);
        let (contact, _) = met_later(&new, days(1));
        let by_old = old.devices[0].certificate();
        assert_eq!(contact.judge(by_old, claim(&contact), days(1)), SenderStatus::IdentityChanged);
    }

    #[test]
    fn an_earlier_certificate_of_no_listed_device_is_a_changed_identity() {
        let old = Account::new("alice", 1, 1);
        let (contact, claimed) = met_later(&certified_again(&old, days(1)), days(1));
        let unlisted = old.clone().add_device(&mut rng(9)).certificate().clone();
        assert_eq!(contact.judge(&unlisted, claimed, days(1)), SenderStatus::IdentityChanged);
        let mut bytes = DeviceKeys::generate(&mut rng(8)).to_bytes();
        bytes[1..5].copy_from_slice(&device(&old, 0).as_u32().to_be_bytes());
        let other_keys = old.certify(&DeviceKeys::from_bytes(&bytes).unwrap());
        assert_eq!(contact.judge(&other_keys, claimed, days(1)), SenderStatus::IdentityChanged);
    }
}
