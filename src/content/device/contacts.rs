use alloc::vec::Vec;

use super::Stamp;
use crate::content::body::WireBody;
use crate::content::part::{self, check_list, present, sorted, wire_enum};
use crate::content::{ContactState, Name, SharedKey, Violation};
use crate::crypto::Digest;
use crate::identity::{AccountId, AccountKey};
use crate::limits::{BLOCKED, CONTACT_ENTRIES};
use crate::wire::proto;

/// What is known of some or all contacts. Each entry is a value of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contacts(Vec<ContactEntry>);

/// What is known of one contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactEntry {
    /// The contact.
    pub account: AccountId,
    /// Which value is newest.
    pub stamp: Stamp,
    /// What was decided about the contact.
    pub state: ContactState,
    /// What the owner calls the contact.
    pub name: Option<Name>,
    /// The contact's account key.
    pub key: Option<KnownKey>,
    /// The contact's newest profile key.
    pub profile: Option<KnownProfile>,
    /// Not shown in lists.
    pub hidden: bool,
    /// The contact's stories are not shown.
    pub hides_stories: bool,
    /// Forget the contact. The entry remains, so that an older one does not bring it back.
    pub removed: bool,
}

/// An account key and whether it was compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// The key.
    pub key: AccountKey,
    /// Whether it was compared.
    pub verified: VerifiedState,
}

/// A profile key of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownProfile {
    key: SharedKey,
    version: u32,
}

wire_enum! {
    /// Whether an account's key was compared.
    VerifiedState or VerifiedState {
        /// Nobody compared it.
        Default,
        /// A person compared it and it was the same.
        Verified,
        /// It had been verified and changed, or the person took that back.
        Unverified,
    }
}

impl Contacts {
    /// These contacts, in any order.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for none, or for more than [`CONTACT_ENTRIES`],
    /// [`Violation::ListOrder`] when a contact is there twice.
    pub fn new(entries: impl IntoIterator<Item = ContactEntry>) -> Result<Self, Violation> {
        Self::checked(sorted(entries, |entry| entry.account.clone()))
    }

    /// The contacts, in ascending order of their accounts.
    #[must_use]
    pub fn entries(&self) -> &[ContactEntry] {
        &self.0
    }

    fn checked(entries: Vec<ContactEntry>) -> Result<Self, Violation> {
        check_list(&entries, 1..=CONTACT_ENTRIES, |entry| entry.account.clone())?;
        Ok(Self(entries))
    }
}

impl WireBody for Contacts {
    type Wire = proto::Contacts;

    fn from_wire(wire: proto::Contacts) -> Result<Self, Violation> {
        let entries = wire.contacts.into_iter().map(ContactEntry::from_wire);
        Self::checked(entries.collect::<Result<_, _>>()?)
    }

    fn to_wire(&self) -> proto::Contacts {
        proto::Contacts { contacts: self.0.iter().map(ContactEntry::to_wire).collect() }
    }
}

impl ContactEntry {
    fn from_wire(wire: proto::ContactEntry) -> Result<Self, Violation> {
        Ok(Self {
            profile: KnownProfile::from_wire(wire.profile_key, wire.profile_version)?,
            account: part::account(&wire.account)?,
            stamp: Stamp::from_wire(wire.stamp)?,
            state: ContactState::from_wire(wire.standing)?,
            name: Name::from_wire(wire.name)?,
            key: KnownKey::from_wire(&wire.account_key, wire.verified)?,
            hidden: wire.hidden,
            hides_stories: wire.hides_stories,
            removed: wire.removed,
        })
    }

    fn to_wire(&self) -> proto::ContactEntry {
        let (key, profile) = (self.key.as_ref(), self.profile.as_ref());
        proto::ContactEntry {
            account: self.account.as_bytes().to_vec(),
            stamp: Some(self.stamp.to_wire()),
            standing: self.state.to_wire(),
            name: Name::to_wire(self.name.as_ref()),
            account_key: key.map_or_else(Vec::new, |known| known.key.as_bytes().to_vec()),
            verified: key.map_or(0, |known| known.verified.to_wire()),
            profile_key: SharedKey::to_wire(profile.map(KnownProfile::key)),
            profile_version: profile.map_or(0, KnownProfile::version),
            hidden: self.hidden,
            hides_stories: self.hides_stories,
            removed: self.removed,
        }
    }
}

impl KnownKey {
    fn from_wire(key: &[u8], verified: i32) -> Result<Option<Self>, Violation> {
        match (key, verified) {
            ([], 0) => Ok(None),
            ([], _) => Err(Violation::VerifiedState),
            (key, verified) => {
                let key = part::account_key(key)?;
                Ok(Some(Self { key, verified: VerifiedState::from_wire(verified)? }))
            }
        }
    }
}

impl KnownProfile {
    /// The contact's key number `version`, from 1.
    ///
    /// # Errors
    /// [`Violation::KeyVersion`] when it is zero.
    pub fn new(key: SharedKey, version: u32) -> Result<Self, Violation> {
        if version == 0 { Err(Violation::KeyVersion) } else { Ok(Self { key, version }) }
    }

    /// The key.
    #[must_use]
    pub const fn key(&self) -> &SharedKey {
        &self.key
    }

    /// Counts the contact's profile keys.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    fn from_wire(key: Vec<u8>, version: u32) -> Result<Option<Self>, Violation> {
        match present(key, SharedKey::from_wire)? {
            Some(key) => Self::new(key, version).map(Some),
            None if version == 0 => Ok(None),
            None => Err(Violation::KeyVersion),
        }
    }
}

/// Everybody who is blocked, as one value. More than fit are told one by one
/// ([`ContactStateUpdate`](crate::content::ContactStateUpdate)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockList {
    stamp: Stamp,
    accounts: Vec<AccountId>,
    groups: Vec<Digest>,
}

impl BlockList {
    /// These accounts and groups, in any order.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for more than [`BLOCKED`] of one sort, [`Violation::ListOrder`] when
    /// one is there twice.
    pub fn new(
        stamp: Stamp,
        accounts: impl IntoIterator<Item = AccountId>,
        groups: impl IntoIterator<Item = Digest>,
    ) -> Result<Self, Violation> {
        Self::checked(stamp, sorted(accounts, AccountId::clone), sorted(groups, |id| *id))
    }

    /// Which value is newest.
    #[must_use]
    pub const fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The accounts, ascending.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// The groups, ascending.
    #[must_use]
    pub fn groups(&self) -> &[Digest] {
        &self.groups
    }

    fn checked(
        stamp: Stamp,
        accounts: Vec<AccountId>,
        groups: Vec<Digest>,
    ) -> Result<Self, Violation> {
        check_list(&accounts, 0..=BLOCKED, AccountId::clone)?;
        check_list(&groups, 0..=BLOCKED, |id| *id)?;
        Ok(Self { stamp, accounts, groups })
    }
}

impl WireBody for BlockList {
    type Wire = proto::BlockList;

    fn from_wire(wire: proto::BlockList) -> Result<Self, Violation> {
        let groups = wire.groups.iter().map(|id| part::group(id)).collect::<Result<_, _>>()?;
        Self::checked(Stamp::from_wire(wire.stamp)?, part::accounts(&wire.accounts)?, groups)
    }

    fn to_wire(&self) -> proto::BlockList {
        proto::BlockList {
            stamp: Some(self.stamp.to_wire()),
            accounts: part::account_bytes(&self.accounts),
            groups: self.groups.iter().map(|id| id.as_bytes().to_vec()).collect(),
        }
    }
}

/// Whether an account's key was compared. It holds for this key alone: a device that knows another
/// one shows that, and verifies nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The account.
    pub account: AccountId,
    /// Which value is newest.
    pub stamp: Stamp,
    /// The key that was compared.
    pub key: AccountKey,
    /// Whether it was the same.
    pub state: VerifiedState,
}

impl WireBody for Verified {
    type Wire = proto::Verified;

    fn from_wire(wire: proto::Verified) -> Result<Self, Violation> {
        Ok(Self {
            account: part::account(&wire.account)?,
            stamp: Stamp::from_wire(wire.stamp)?,
            key: part::account_key(&wire.account_key)?,
            state: VerifiedState::from_wire(wire.state)?,
        })
    }

    fn to_wire(&self) -> proto::Verified {
        proto::Verified {
            account: self.account.as_bytes().to_vec(),
            stamp: Some(self.stamp.to_wire()),
            account_key: self.key.as_bytes().to_vec(),
            state: self.state.to_wire(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::sample::{account_key, stamp};
    use alloc::{format, vec};

    fn entry(number: u8) -> ContactEntry {
        ContactEntry {
            account: AccountId::new(&[number]).unwrap(),
            stamp: stamp(),
            state: ContactState::Accepted,
            name: Some(Name::new("Alice").unwrap()),
            key: Some(KnownKey { key: account_key(), verified: VerifiedState::Verified }),
            profile: Some(KnownProfile::new(SharedKey::from_bytes([0xab; 32]), 1).unwrap()),
            hidden: false,
            hides_stories: false,
            removed: false,
        }
    }

    fn broken(change: impl FnOnce(&mut proto::ContactEntry)) -> Violation {
        let mut wire = entry(1).to_wire();
        change(&mut wire);
        ContactEntry::from_wire(wire).unwrap_err()
    }

    #[test]
    fn contacts_are_1_to_128_and_each_once() {
        let contacts = |count: u8| Contacts::new((0..count).map(entry)).map(|it| it.0.len());
        assert_eq!(contacts(0), Err(Violation::ListCount));
        assert_eq!(contacts(128), Ok(128));
        assert_eq!(contacts(129), Err(Violation::ListCount));
        assert_eq!(Contacts::new([entry(1), entry(1)]), Err(Violation::ListOrder));
        let swapped = proto::Contacts { contacts: vec![entry(2).to_wire(), entry(1).to_wire()] };
        assert_eq!(Contacts::from_wire(swapped), Err(Violation::ListOrder));
    }

    #[test]
    fn what_decides_is_closed() {
        assert_eq!(broken(|entry| entry.standing = 0), Violation::ContactStanding);
        assert_eq!(broken(|entry| entry.standing = 4), Violation::ContactStanding);
        assert_eq!(broken(|entry| entry.verified = 0), Violation::VerifiedState);
        assert_eq!(broken(|entry| entry.verified = 4), Violation::VerifiedState);
    }

    #[test]
    fn a_key_comes_with_its_state_and_a_profile_key_with_its_version() {
        assert_eq!(broken(|entry| entry.account_key.clear()), Violation::VerifiedState);
        assert_eq!(broken(|entry| entry.account_key = vec![0; 32]), Violation::AccountKey);
        assert_eq!(broken(|entry| entry.profile_key.clear()), Violation::KeyVersion);
        assert_eq!(broken(|entry| entry.profile_version = 0), Violation::KeyVersion);
        assert_eq!(broken(|entry| entry.profile_key.truncate(31)), Violation::KeyLength);
        assert_eq!(broken(|entry| entry.stamp = None), Violation::Stamp);
        assert_eq!(broken(|entry| entry.account.clear()), Violation::Account);
        let long = "x".repeat(crate::limits::NAME_BYTES + 1);
        assert_eq!(broken(|entry| entry.name = long), Violation::NameLength);
        let bare = ContactEntry { name: None, key: None, profile: None, ..entry(1) };
        assert_eq!(ContactEntry::from_wire(bare.to_wire()), Ok(bare));
    }

    #[test]
    fn what_the_owner_calls_people_is_not_printed() {
        let printed = format!("{:?}", Contacts::new([entry(1)]).unwrap());
        assert!(!printed.contains("Alice") && !printed.contains("171"), "{printed}");
    }

    #[test]
    fn up_to_512_of_a_sort_are_blocked() {
        let account = |number: u16| AccountId::new(&number.to_be_bytes()).unwrap();
        let id = |number: u16| {
            let mut id = [0; 32];
            id[..2].copy_from_slice(&number.to_be_bytes());
            Digest::from_bytes(id)
        };
        let list = |accounts, groups| {
            BlockList::new(stamp(), (0..accounts).map(account), (0..groups).map(id)).map(|_| ())
        };
        assert_eq!(list(0, 0), Ok(()));
        assert_eq!(list(512, 512), Ok(()));
        assert_eq!(list(513, 0), Err(Violation::ListCount));
        assert_eq!(list(0, 513), Err(Violation::ListCount));
        let twice = BlockList::new(stamp(), [account(1), account(1)], []);
        assert_eq!(twice, Err(Violation::ListOrder));
    }

    #[test]
    fn a_verification_names_the_key() {
        let wire = |key: Vec<u8>, state| proto::Verified {
            account: vec![7],
            stamp: Some(stamp().to_wire()),
            account_key: key,
            state,
        };
        let key = || account_key().as_bytes().to_vec();
        assert!(Verified::from_wire(wire(key(), 2)).is_ok());
        assert_eq!(Verified::from_wire(wire(vec![], 2)), Err(Violation::AccountKey));
        assert_eq!(Verified::from_wire(wire(key(), 0)), Err(Violation::VerifiedState));
    }
}
