use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::{StoryList, StoryListError};
use crate::group::DeviceLists;
use crate::identity::{AccountId, DeviceAddress};
use crate::limits::STORY_VIEWERS;
use crate::sender_key::Audience;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// Whom a list's stories are for. It is the author's own business: nothing of it travels. Who is not
/// an accepted contact never sees a story, whatever the list says. Stories for a group are posted in
/// the group (SPEC.md 18.6).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoryAudience {
    /// All contacts.
    AllContacts,
    /// All contacts but these.
    AllExcept(BTreeSet<AccountId>),
    /// These contacts.
    Only(BTreeSet<AccountId>),
    /// The contacts that the author counts as close friends.
    CloseFriends(BTreeSet<AccountId>),
    /// A list that the author made and named.
    Custom(BTreeSet<AccountId>),
}

impl StoryAudience {
    /// Who of the accepted contacts is of it.
    pub(super) fn among<'a>(
        &self,
        contacts: impl IntoIterator<Item = &'a AccountId>,
    ) -> BTreeSet<AccountId> {
        let is_of = |account: &AccountId| match self {
            Self::AllContacts => true,
            Self::AllExcept(accounts) => !accounts.contains(account),
            Self::Only(accounts) | Self::CloseFriends(accounts) | Self::Custom(accounts) => {
                accounts.contains(account)
            }
        };
        contacts.into_iter().filter(|account| is_of(account)).cloned().collect()
    }

    fn parts(&self) -> (u8, Option<&BTreeSet<AccountId>>) {
        match self {
            Self::AllContacts => (1, None),
            Self::AllExcept(accounts) => (2, Some(accounts)),
            Self::Only(accounts) => (3, Some(accounts)),
            Self::CloseFriends(accounts) => (4, Some(accounts)),
            Self::Custom(accounts) => (5, Some(accounts)),
        }
    }

    pub(super) fn check(&self) -> Result<(), StoryListError> {
        let named = self.parts().1.map_or(0, BTreeSet::len);
        if named > STORY_VIEWERS { Err(StoryListError::TooManyViewers) } else { Ok(()) }
    }
}

impl Layout for StoryAudience {
    fn write(&self, w: &mut Writer) {
        let (kind, accounts) = self.parts();
        w.u8(kind);
        if let Some(accounts) = accounts {
            w.list(accounts.iter());
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match u8::read(r)? {
            1 => Self::AllContacts,
            2 => Self::AllExcept(accounts(r)?),
            3 => Self::Only(accounts(r)?),
            4 => Self::CloseFriends(accounts(r)?),
            5 => Self::Custom(accounts(r)?),
            _ => return Err(DecodeError::OutOfRange),
        })
    }
}

/// Accounts in strictly ascending order.
pub(super) fn accounts(r: &mut Reader<'_>) -> Result<BTreeSet<AccountId>, DecodeError> {
    let accounts: Vec<AccountId> = r.list(STORY_VIEWERS)?;
    if !accounts.is_sorted_by(|a, b| a < b) {
        return Err(DecodeError::NotCanonical);
    }
    Ok(accounts.into_iter().collect())
}

/// The devices that a version of a list goes to from one device of the author's: all that hold now of
/// all viewers, by their verified lists, and the author's other devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryDevices {
    pub(super) audience: Audience,
    withheld: Vec<AccountId>,
}

impl StoryDevices {
    pub(super) fn new<L: DeviceLists + ?Sized>(
        list: &StoryList,
        sender: &DeviceAddress,
        lists: &L,
        now: Timestamp,
    ) -> Result<Self, StoryListError> {
        if sender.account != *list.author() {
            return Err(StoryListError::OtherAuthor);
        }
        let (mut devices, mut withheld) = (Vec::new(), Vec::new());
        for account in list.viewers().chain([list.author()]) {
            match lists.device_list(account).filter(|known| !known.is_expired(now)) {
                Some(known) => devices.extend(known.vouched(now).cloned()),
                None => withheld.push(account.clone()),
            }
        }
        let audience = Audience::new(&list.scope(), sender, devices)
            .map_err(|_| StoryListError::TooManyViewers)?;
        Ok(Self { audience, withheld })
    }

    /// The devices, in ascending order.
    #[must_use]
    pub fn devices(&self) -> impl ExactSizeIterator<Item = &DeviceAddress> {
        self.audience.devices()
    }

    /// The accounts that get nothing because there is no list of theirs, or an expired one: fetch it.
    #[must_use]
    pub fn withheld(&self) -> &[AccountId] {
        &self.withheld
    }
}
