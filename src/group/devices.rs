use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::member::Member;
use super::state::GroupState;
use super::{Action, GroupId};
use crate::crypto::Digest;
use crate::error::error_codes;
use crate::identity::{AccountId, AccountKey, Contact, DeviceAddress, VerifiedDeviceList};
use crate::limits::{GROUP_ACTIONS, GROUP_BODY_BYTES};
use crate::time::Timestamp;

/// Where the newest verified device lists are looked up, our own among them.
pub trait DeviceLists {
    /// The list of an account, if we have one.
    fn device_list(&self, account: &AccountId) -> Option<&VerifiedDeviceList>;
}

impl DeviceLists for BTreeMap<AccountId, VerifiedDeviceList> {
    fn device_list(&self, account: &AccountId) -> Option<&VerifiedDeviceList> {
        self.get(account)
    }
}

impl DeviceLists for BTreeMap<AccountId, Contact> {
    fn device_list(&self, account: &AccountId) -> Option<&VerifiedDeviceList> {
        self.get(account).map(Contact::list)
    }
}

/// Every device that belongs to a state: the listed, unrevoked, valid ones of all members, by lists
/// at least as new as the state names. Only [`GroupState::devices`] makes one; it is what keys are
/// handed out by (SPEC.md 15.8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceSet {
    group: GroupId,
    revision: u32,
    state: Digest,
    key_epoch: u32,
    devices: Vec<DeviceAddress>,
    withheld: Vec<Withheld>,
}

/// A member that gets nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The member.
    pub account: AccountId,
    /// Why.
    pub reason: WithheldReason,
}

/// Why a member's devices are not in a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithheldReason {
    /// We have no list of the account: fetch it.
    NoList,
    /// Ours is older than the one that the group knows: fetch a newer one.
    Outdated,
    /// Ours and the group's are two lists of one version: the account forked it.
    Forked,
    /// The group knows the account under another key than we do: whoever added it may have been
    /// deceived, or deceives.
    OtherKey,
    /// Our list has expired: fetch a newer one.
    Expired,
}

impl GroupState {
    /// The devices of all members.
    ///
    /// # Errors
    /// [`ListsNeeded`] when lists have to be fetched first. If they cannot be had,
    /// [`GroupState::devices_at_hand`] goes on without those members.
    pub fn devices<L: DeviceLists + ?Sized>(
        &self,
        lists: &L,
        now: Timestamp,
    ) -> Result<DeviceSet, ListsNeeded> {
        let set = self.devices_at_hand(lists, now);
        let missing =
            |w: &&Withheld| matches!(w.reason, WithheldReason::NoList | WithheldReason::Outdated);
        let accounts: Vec<_> =
            set.withheld.iter().filter(missing).map(|w| w.account.clone()).collect();
        if accounts.is_empty() { Ok(set) } else { Err(ListsNeeded { accounts }) }
    }

    /// The devices of those members whose lists are at hand; the others get nothing, and a member
    /// who names a list that nobody can get holds up nobody.
    #[must_use]
    pub fn devices_at_hand<L: DeviceLists + ?Sized>(&self, lists: &L, now: Timestamp) -> DeviceSet {
        let (devices, withheld) = Known::of(self, lists).devices(now);
        DeviceSet {
            group: self.group(),
            revision: self.revision(),
            state: *self.hash(),
            key_epoch: self.key_epoch(),
            devices,
            withheld,
        }
    }

    /// The members whose newest lists revoke a device, or the account key, and the group has not
    /// been told: tell it with [`Action::update_devices`]. An account key that was handed over since is
    /// told first, by the entry that did so: keep those until every group has followed them.
    #[must_use]
    pub fn untold<L: DeviceLists + ?Sized>(&self, lists: &L) -> Vec<AccountId> {
        Known::of(self, lists).untold()
    }

    /// What to tell the group: the newer lists that we have of its members, as many as go into one
    /// change; ask again after it. A revoked device stays in the group until somebody does.
    #[must_use]
    pub fn outdated<L: DeviceLists + ?Sized>(&self, lists: &L) -> Vec<Action> {
        let newer = |member: &Member| {
            let entry = lists.device_list(&member.account)?.signed().entry();
            let follows = super::stage::standing(member, entry)?;
            (follows != super::stage::Standing::Named).then(|| Action::update_devices(entry))
        };
        let mut room = GROUP_BODY_BYTES.saturating_sub(OTHER_BYTES);
        let fits = |action: &Action| {
            let left = room.checked_sub(action.size());
            room = left.unwrap_or_default();
            left.is_some()
        };
        let newer = self.members().iter().filter_map(newer);
        newer.take_while(fits).take(GROUP_ACTIONS).collect()
    }
}

/// What a change takes besides its actions, with room to spare.
const OTHER_BYTES: usize = 1_024;

/// The members, each with the list that we have of it: looked up once for all that is asked.
pub(super) struct Known<'a>(Vec<(&'a Member, Option<&'a VerifiedDeviceList>)>);

impl<'a> Known<'a> {
    pub(super) fn of<L: DeviceLists + ?Sized>(state: &'a GroupState, lists: &'a L) -> Self {
        let members = state.members().iter();
        Self(members.map(|member| (member, lists.device_list(&member.account))).collect())
    }

    pub(super) fn untold(&self) -> Vec<AccountId> {
        let is_untold = |member, list| super::stage::is_untold(member, list);
        let untold = self.0.iter().filter(|(m, list)| list.is_some_and(|list| is_untold(m, list)));
        untold.map(|(member, _)| member.account.clone()).collect()
    }

    /// The devices by account and id, and who gets nothing.
    pub(super) fn devices(&self, now: Timestamp) -> (Vec<DeviceAddress>, Vec<Withheld>) {
        let listed = self.0.iter().filter_map(|(_, list)| Some(list.as_ref()?.devices().len()));
        let (mut devices, mut withheld) = (Vec::with_capacity(listed.sum()), Vec::new());
        for (member, list) in &self.0 {
            match usable(member, *list, now) {
                Ok(list) => devices.extend(list.vouched(now).cloned()),
                Err(reason) => {
                    withheld.push(Withheld { account: member.account.clone(), reason });
                }
            }
        }
        (devices, withheld)
    }
}

/// The list of a member, if keys are handed out by it.
pub(super) fn usable<'a>(
    member: &Member,
    list: Option<&'a VerifiedDeviceList>,
    now: Timestamp,
) -> Result<&'a VerifiedDeviceList, WithheldReason> {
    let list = list.ok_or(WithheldReason::NoList)?;
    if list.version() < member.list.version {
        return Err(WithheldReason::Outdated);
    }
    if !follows_key(member, list) {
        return Err(WithheldReason::OtherKey);
    }
    if list.version() == member.list.version && *list.hash() != member.list.hash {
        return Err(WithheldReason::Forked);
    }
    if list.is_expired(now) { Err(WithheldReason::Expired) } else { Ok(list) }
}

/// The account key that the group knows is the one in force, or the account handed over from it.
fn follows_key(member: &Member, list: &VerifiedDeviceList) -> bool {
    member.account_key.is(list.account_key())
        || AccountKey::from_bytes(member.account_key.as_bytes())
            .is_ok_and(|key| list.is_retired(&key))
}

impl DeviceSet {
    /// The group.
    #[must_use]
    pub const fn group(&self) -> GroupId {
        self.group
    }

    /// The revision whose devices these are.
    #[must_use]
    pub const fn revision(&self) -> u32 {
        self.revision
    }

    /// The hash of its state.
    #[must_use]
    pub const fn state_hash(&self) -> &Digest {
        &self.state
    }

    /// Its key epoch.
    #[must_use]
    pub const fn key_epoch(&self) -> u32 {
        self.key_epoch
    }

    /// The devices, by account and id; our own among them.
    #[must_use]
    pub fn devices(&self) -> &[DeviceAddress] {
        &self.devices
    }

    /// The members that get nothing, and why.
    #[must_use]
    pub fn withheld(&self) -> &[Withheld] {
        &self.withheld
    }

    /// Whether the device is in the set.
    #[must_use]
    pub fn contains(&self, address: &DeviceAddress) -> bool {
        self.devices.binary_search(address).is_ok()
    }
}

/// Device lists are missing or older than those that the group knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("newer device lists of {} members are needed", accounts.len())]
pub struct ListsNeeded {
    /// Whose.
    pub accounts: Vec<AccountId>,
}

error_codes!(ListsNeeded {
    Self { .. } => ("group/lists-needed", FetchDeviceList),
});
