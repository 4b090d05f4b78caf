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
    /// The certificate is under an account key that ours does not lead to.
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
        if key != self.account_key() && !self.list().is_retired(key) {
            return SenderStatus::IdentityChanged;
        }
        if claimed.version == self.list().version() && claimed.hash != *self.list().hash() {
            return SenderStatus::Fork;
        }
        self.judge_device(certificate, now)
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
        Account, NOW, after_addition, days, month, restarted, rng, rotate,
    };
    use crate::identity::{DeviceId, DeviceKeys, ListDraft, LocalDevice};

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

    /// Behaviour: what a device sent before its account's key changed is heard by somebody who met
    /// the account after it and began with the chain.
    #[test]
    fn a_certificate_of_before_we_met_is_known_from_the_chain() {
        let alice = Account::new("alice", 1, 1);
        let mut followed = alice.contact();
        let (first, old_claim) = (alice.list(), claim(&followed));
        let new = rotate(&mut followed, &alice);
        let second = followed.list().signed().clone();
        let draft = ListDraft::after(followed.list());
        let third = draft.sign(&new.pair, month(NOW)).unwrap();
        let lists = [first, second, third.clone()];
        let met = Contact::trust_chain_on_first_use(lists, NOW).unwrap();
        assert_eq!(met.events(), []);
        let old = alice.devices[0].certificate();
        assert!(matches!(met.judge(old, old_claim, NOW), SenderStatus::Listed(_)));
        let met_alone = Contact::trust_on_first_use(third, NOW).unwrap();
        assert_eq!(met_alone.judge(old, old_claim, NOW), SenderStatus::IdentityChanged);
    }

    /// Behaviour: a list that a thief of a device made up, with the device and a spy on it, does not
    /// hide that the device's account has another key.
    #[test]
    fn a_certificate_of_before_we_met_is_a_changed_identity() {
        let alice = Account::new("alice", 1, 1);
        let genuine = alice.devices[0].certificate();
        let mut thief = restarted(&alice, 5);
        let stolen = alice.devices[0].keys().clone();
        thief.devices.push(LocalDevice::new(stolen.clone(), thief.certify(&stolen)).unwrap());
        thief.add_device(&mut rng(6));
        let made_up = thief.verified_list();
        let second = ListDraft::after(&made_up).sign(&thief.pair, month(NOW)).unwrap();
        let lists = [made_up.signed().clone(), second];
        let met = Contact::trust_chain_on_first_use(lists, NOW).unwrap();
        let claimed = claim(&alice.contact());
        assert_eq!(met.judge(genuine, claimed, NOW), SenderStatus::IdentityChanged);
    }
}
