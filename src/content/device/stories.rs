use alloc::vec::Vec;

use super::{Stamp, VersionedKey};
use crate::content::body::WireBody;
use crate::content::part::{self, check_list, sorted, wire_enum};
use crate::content::{Name, Violation};
use crate::crypto::Digest;
use crate::identity::AccountId;
use crate::limits::{STORY_LIST_MEMBERS, STORY_LISTS};
use crate::wire::proto;

/// Audiences of stories: some or all of them. Each is a value of its own. Told to no viewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLists(Vec<StoryList>);

/// One audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryList {
    id: Digest,
    stamp: Stamp,
    mode: AudienceMode,
    members: Vec<AccountId>,
    /// Its current version and the root of that, which have an order of their own (SPEC.md 18.1): who only
    /// begins a version leaves the stamp as it is. `None`: not told.
    pub secret: Option<VersionedKey>,
    /// What the owner calls it.
    pub name: Option<Name>,
    /// Viewers may reply.
    pub allows_replies: bool,
    /// Forget the list. The entry remains, so that an older one does not bring it back.
    pub removed: bool,
}

wire_enum! {
    /// Who is of an audience.
    AudienceMode or AudienceMode {
        /// All contacts.
        All,
        /// All contacts but the members.
        AllExcept,
        /// The members.
        Only,
        /// The members, who are the close friends.
        CloseFriends,
        /// The members of a list that the owner made.
        Custom,
    }
}

impl StoryList {
    /// An audience without a name, without replies. Members in any order.
    ///
    /// # Errors
    /// [`Violation::AudienceMembers`] when there are members with [`AudienceMode::All`],
    /// [`Violation::ListCount`] for more than [`STORY_LIST_MEMBERS`], [`Violation::ListOrder`] when
    /// one is there twice.
    pub fn new(
        id: Digest,
        stamp: Stamp,
        mode: AudienceMode,
        members: impl IntoIterator<Item = AccountId>,
    ) -> Result<Self, Violation> {
        Self::checked(id, stamp, mode, sorted(members, AccountId::clone))
    }

    /// Its name among the owner's devices.
    #[must_use]
    pub const fn id(&self) -> Digest {
        self.id
    }

    /// Which audience is newest, with its name and the rest; not which version.
    #[must_use]
    pub const fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Who is of it.
    #[must_use]
    pub const fn mode(&self) -> AudienceMode {
        self.mode
    }

    /// The members, ascending.
    #[must_use]
    pub fn members(&self) -> &[AccountId] {
        &self.members
    }

    /// Whether an accepted contact is of it.
    #[must_use]
    pub fn has(&self, contact: &AccountId) -> bool {
        let member = self.members.binary_search(contact).is_ok();
        match self.mode {
            AudienceMode::All => true,
            AudienceMode::AllExcept => !member,
            AudienceMode::Only | AudienceMode::CloseFriends | AudienceMode::Custom => member,
        }
    }

    fn checked(
        id: Digest,
        stamp: Stamp,
        mode: AudienceMode,
        members: Vec<AccountId>,
    ) -> Result<Self, Violation> {
        if mode == AudienceMode::All && !members.is_empty() {
            return Err(Violation::AudienceMembers);
        }
        check_list(&members, 0..=STORY_LIST_MEMBERS, AccountId::clone)?;
        Ok(Self {
            id,
            stamp,
            mode,
            members,
            secret: None,
            name: None,
            allows_replies: false,
            removed: false,
        })
    }

    fn from_wire(wire: proto::StoryList) -> Result<Self, Violation> {
        let secret = VersionedKey::from_wire(wire.secret, wire.version)?;
        let (id, stamp) = (list_id(&wire.id)?, Stamp::from_wire(wire.stamp)?);
        let mode = AudienceMode::from_wire(wire.mode)?;
        Ok(Self {
            secret,
            name: Name::from_wire(wire.name)?,
            allows_replies: wire.allows_replies,
            removed: wire.removed,
            ..Self::checked(id, stamp, mode, part::accounts(&wire.members)?)?
        })
    }

    fn to_wire(&self) -> proto::StoryList {
        let Self { id, stamp, mode, members, secret, name, allows_replies, removed } = self;
        proto::StoryList {
            id: id.as_bytes().to_vec(),
            stamp: Some(stamp.to_wire()),
            name: Name::to_wire(name.as_ref()),
            mode: mode.to_wire(),
            members: part::account_bytes(members),
            allows_replies: *allows_replies,
            removed: *removed,
            version: VersionedKey::version_to_wire(secret.as_ref()),
            secret: VersionedKey::key_to_wire(secret.as_ref()),
        }
    }
}

pub(super) fn list_id(bytes: &[u8]) -> Result<Digest, Violation> {
    bytes.try_into().map(Digest::from_bytes).map_err(|_| Violation::StoryList)
}

impl StoryLists {
    /// These audiences, in any order.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for none, for more than [`STORY_LISTS`], or with more than
    /// [`STORY_LIST_MEMBERS`] members together; [`Violation::ListOrder`] when one is there twice.
    pub fn new(lists: impl IntoIterator<Item = StoryList>) -> Result<Self, Violation> {
        Self::checked(sorted(lists, StoryList::id))
    }

    /// The audiences, in ascending order of their ids.
    #[must_use]
    pub fn lists(&self) -> &[StoryList] {
        &self.0
    }

    fn checked(lists: Vec<StoryList>) -> Result<Self, Violation> {
        check_list(&lists, 1..=STORY_LISTS, StoryList::id)?;
        if lists.iter().flat_map(|list| &list.members).count() > STORY_LIST_MEMBERS {
            return Err(Violation::ListCount);
        }
        Ok(Self(lists))
    }
}

impl WireBody for StoryLists {
    type Wire = proto::StoryLists;

    fn from_wire(wire: proto::StoryLists) -> Result<Self, Violation> {
        Self::checked(wire.lists.into_iter().map(StoryList::from_wire).collect::<Result<_, _>>()?)
    }

    fn to_wire(&self) -> proto::StoryLists {
        proto::StoryLists { lists: self.0.iter().map(StoryList::to_wire).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::sample::stamp;
    use alloc::vec;

    fn account(number: u16) -> AccountId {
        AccountId::new(&number.to_be_bytes()).unwrap()
    }

    fn list(id: u8, mode: AudienceMode, members: u16) -> Result<StoryList, Violation> {
        StoryList::new(Digest::from_bytes([id; 32]), stamp(), mode, (0..members).map(account))
    }

    #[test]
    fn audiences_are_1_to_16_with_800_members_together() {
        let lists = |count: u8| {
            let lists = (0..count).map(|id| list(id, AudienceMode::All, 0).unwrap());
            StoryLists::new(lists).map(|_| ())
        };
        assert_eq!(lists(0), Err(Violation::ListCount));
        assert_eq!(lists(16), Ok(()));
        assert_eq!(lists(17), Err(Violation::ListCount));
        let only = |id, members| list(id, AudienceMode::Only, members);
        assert_eq!(only(1, 801), Err(Violation::ListCount));
        let two = |a, b| StoryLists::new([only(1, a).unwrap(), only(2, b).unwrap()]).map(|_| ());
        assert_eq!(two(400, 400), Ok(()));
        assert_eq!(two(400, 401), Err(Violation::ListCount));
        let twice = StoryLists::new([only(1, 0).unwrap(), only(1, 0).unwrap()]);
        assert_eq!(twice, Err(Violation::ListOrder));
    }

    #[test]
    fn everybody_has_no_members() {
        assert_eq!(list(1, AudienceMode::All, 1), Err(Violation::AudienceMembers));
    }

    #[test]
    fn an_audience_is_its_members_or_all_but_them() {
        let has = |mode, members| {
            let list = list(1, mode, members).unwrap();
            (list.has(&account(0)), list.has(&account(9)))
        };
        assert_eq!(has(AudienceMode::All, 0), (true, true));
        assert_eq!(has(AudienceMode::AllExcept, 1), (false, true));
        for mode in [AudienceMode::Only, AudienceMode::CloseFriends, AudienceMode::Custom] {
            assert_eq!(has(mode, 1), (true, false));
        }
    }

    #[test]
    fn an_audience_has_an_id_and_a_mode() {
        let broken = |change: &dyn Fn(&mut proto::StoryList)| {
            let mut wire = list(1, AudienceMode::Only, 2).unwrap().to_wire();
            change(&mut wire);
            StoryList::from_wire(wire).unwrap_err()
        };
        assert_eq!(broken(&|list| list.id.truncate(31)), Violation::StoryList);
        assert_eq!(broken(&|list| list.version = 1), Violation::KeyVersion);
        assert_eq!(broken(&|list| list.secret = vec![7; 32]), Violation::KeyVersion);
        assert_eq!(broken(&|list| list.secret = vec![7; 31]), Violation::KeyLength);
        assert_eq!(broken(&|list| list.mode = 0), Violation::AudienceMode);
        assert_eq!(broken(&|list| list.mode = 6), Violation::AudienceMode);
        assert_eq!(broken(&|list| list.mode = 1), Violation::AudienceMembers);
        assert_eq!(broken(&|list| list.members.reverse()), Violation::ListOrder);
        assert_eq!(broken(&|list| list.members = vec![vec![]]), Violation::Account);
    }
}
