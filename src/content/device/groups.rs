use alloc::vec::Vec;

use super::Stamp;
use crate::content::body::WireBody;
use crate::content::part::{self, check_list, sorted};
use crate::content::{ContactState, Violation};
use crate::crypto::Digest;
use crate::limits::GROUP_ENTRIES;
use crate::wire::proto;

/// What is kept of some or all groups, beside their states. Each entry is a value of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Groups(Vec<GroupEntry>);

/// What is kept of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct GroupEntry {
    /// The group's id.
    pub id: Digest,
    /// Which value is newest.
    pub stamp: Stamp,
    /// What was decided about the group.
    pub state: ContactState,
    /// Not shown in lists.
    pub hidden: bool,
    /// Only mentions make a noise.
    pub mentions_only: bool,
    /// The group's stories are not shown.
    pub hides_stories: bool,
    /// Forget the group. The entry remains, so that an older one does not bring it back.
    pub removed: bool,
}

impl Groups {
    /// These groups, in any order.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for none, or for more than [`GROUP_ENTRIES`],
    /// [`Violation::ListOrder`] when a group is there twice.
    pub fn new(entries: impl IntoIterator<Item = GroupEntry>) -> Result<Self, Violation> {
        Self::checked(sorted(entries, |entry| entry.id))
    }

    /// The groups, in ascending order of their ids.
    #[must_use]
    pub fn entries(&self) -> &[GroupEntry] {
        &self.0
    }

    fn checked(entries: Vec<GroupEntry>) -> Result<Self, Violation> {
        check_list(&entries, 1..=GROUP_ENTRIES, |entry| entry.id)?;
        Ok(Self(entries))
    }
}

impl WireBody for Groups {
    type Wire = proto::Groups;

    fn from_wire(wire: proto::Groups) -> Result<Self, Violation> {
        Self::checked(wire.groups.iter().map(GroupEntry::from_wire).collect::<Result<_, _>>()?)
    }

    fn to_wire(&self) -> proto::Groups {
        proto::Groups { groups: self.0.iter().copied().map(GroupEntry::to_wire).collect() }
    }
}

impl GroupEntry {
    fn from_wire(wire: &proto::GroupEntry) -> Result<Self, Violation> {
        Ok(Self {
            id: part::group(&wire.id)?,
            stamp: Stamp::from_wire(wire.stamp)?,
            state: ContactState::from_wire(wire.standing)?,
            hidden: wire.hidden,
            mentions_only: wire.mentions_only,
            hides_stories: wire.hides_stories,
            removed: wire.removed,
        })
    }

    fn to_wire(self) -> proto::GroupEntry {
        let Self { id, stamp, state, hidden, mentions_only, hides_stories, removed } = self;
        proto::GroupEntry {
            id: id.as_bytes().to_vec(),
            stamp: Some(stamp.to_wire()),
            standing: state.to_wire(),
            hidden,
            mentions_only,
            hides_stories,
            removed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::sample::stamp;

    fn entry(number: u16) -> GroupEntry {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&number.to_be_bytes());
        GroupEntry {
            id: Digest::from_bytes(id),
            stamp: stamp(),
            state: ContactState::Requested,
            hidden: false,
            mentions_only: true,
            hides_stories: false,
            removed: false,
        }
    }

    #[test]
    fn groups_are_1_to_256_and_each_once() {
        let groups = |count| Groups::new((0..count).map(entry)).map(|groups| groups.0.len());
        assert_eq!(groups(0), Err(Violation::ListCount));
        assert_eq!(groups(256), Ok(256));
        assert_eq!(groups(257), Err(Violation::ListCount));
        assert_eq!(Groups::new([entry(1), entry(1)]), Err(Violation::ListOrder));
    }

    #[test]
    fn a_group_has_an_id_a_stamp_and_a_standing() {
        let broken = |change: &dyn Fn(&mut proto::GroupEntry)| {
            let mut wire = entry(1).to_wire();
            change(&mut wire);
            GroupEntry::from_wire(&wire).unwrap_err()
        };
        assert_eq!(broken(&|group| group.id.truncate(31)), Violation::GroupBinding);
        assert_eq!(broken(&|group| group.stamp = None), Violation::Stamp);
        assert_eq!(broken(&|group| group.standing = 0), Violation::ContactStanding);
    }
}
