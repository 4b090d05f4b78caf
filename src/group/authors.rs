//! The members of a state with whoever added each, as they are encoded: SPEC.md 15.2.
//!
//! An id of 64 bytes in every record would be near half of a large group. A few accounts add nearly
//! all, most of them members still, so that a record refers to its author by a number.

use alloc::vec::Vec;

use super::PinnedKey;
use super::access::Role;
use super::member::{ListRef, Member, position};
use crate::identity::AccountId;
use crate::limits::GROUP_MEMBERS;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// The former members that a record names, then the members.
pub(super) fn write(members: &[Member], w: &mut Writer) {
    let authors = Authors::of(members);
    w.list(authors.former.iter().copied());
    w.count(members.len());
    for member in members {
        let Member { account, account_key, role, joined_at, added_by, list } = member;
        w.put(account).put(account_key).put(role).put(joined_at);
        w.count(authors.reference(added_by));
        w.put(list);
    }
}

/// Reads them, and refuses all but the one encoding: former members that are members, that no record
/// names, or that are not in order.
pub(super) fn read(r: &mut Reader<'_>) -> Result<Vec<Member>, DecodeError> {
    let former: Vec<AccountId> = r.list(GROUP_MEMBERS)?;
    let records: Vec<Record> = r.list(GROUP_MEMBERS)?;
    let author = |record: &Record| author(record.added_by.into(), &records, &former);
    let authors: Option<Vec<_>> = records.iter().map(author).collect();
    let authors = authors.ok_or(DecodeError::NotCanonical)?;
    let members: Vec<_> = records.into_iter().zip(authors).map(Record::by).collect();
    let canonical = Authors::of(&members).former.into_iter().eq(&former);
    if canonical { Ok(members) } else { Err(DecodeError::NotCanonical) }
}

/// Whom a number refers to.
fn author(number: usize, records: &[Record], former: &[AccountId]) -> Option<AccountId> {
    let member = records.get(number).map(|record| &record.account);
    member.or_else(|| former.get(number.checked_sub(records.len())?)).cloned()
}

/// Whoever added a member of a state.
struct Authors<'a> {
    /// Each once, ascending, and the number that refers to it.
    numbered: Vec<(&'a AccountId, usize)>,
    /// Those that are no members any more, ascending.
    former: Vec<&'a AccountId>,
}

impl<'a> Authors<'a> {
    fn of(members: &'a [Member]) -> Self {
        let mut authors: Vec<_> = members.iter().map(|member| &member.added_by).collect();
        // What is added at once has one author: little is left to be sorted.
        authors.dedup();
        authors.sort_unstable();
        authors.dedup();
        let mut former = Vec::new();
        let mut number = |author| {
            position(members, author).unwrap_or_else(|_| {
                former.push(author);
                members.len().saturating_add(former.len()).saturating_sub(1)
            })
        };
        let numbered = authors.into_iter().map(|author| (author, number(author))).collect();
        Self { numbered, former }
    }

    fn reference(&self, author: &AccountId) -> usize {
        let place = self.numbered.binary_search_by(|(other, _)| (*other).cmp(author)).ok();
        place.and_then(|place| self.numbered.get(place)).map_or(usize::MAX, |(_, number)| *number)
    }
}

/// A member as it is encoded.
struct Record {
    account: AccountId,
    account_key: PinnedKey,
    role: Role,
    joined_at: u32,
    /// A member by its place, or a former one by its place and the number of members.
    added_by: u16,
    list: ListRef,
}

impl Record {
    fn by((record, added_by): (Self, AccountId)) -> Member {
        let Self { account, account_key, role, joined_at, added_by: _, list } = record;
        Member { account, account_key, role, joined_at, added_by, list }
    }
}

impl Layout for Record {
    fn write(&self, w: &mut Writer) {
        let Self { account, account_key, role, joined_at, added_by, list } = self;
        w.put(account).put(account_key).put(role).put(joined_at).put(added_by).put(list);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            account: r.get()?,
            account_key: r.get()?,
            role: r.get()?,
            joined_at: r.get()?,
            added_by: r.get()?,
            list: r.get()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Digest;
    use crate::group::fixture::id;
    use crate::identity::ListVersion;
    use crate::wire::read_all;
    use proptest::prelude::*;

    fn record(account: &str, added_by: u16) -> Record {
        let account_key = read_all(&[[2].as_slice(), &[7; 32]].concat()).unwrap();
        let list =
            ListRef { version: ListVersion::FIRST, hash: Digest::from_bytes([3; 32]), revoked: 0 };
        let (account, role) = (id(account), Role::Member);
        Record { account, account_key, role, joined_at: 0, added_by, list }
    }

    fn encoded(former: &[&str], records: &[(&str, u16)]) -> Vec<u8> {
        let former: Vec<_> = former.iter().map(|name| id(name)).collect();
        let records: Vec<_> = records.iter().map(|(name, by)| record(name, *by)).collect();
        let mut w = Writer::new();
        w.list(former.iter());
        w.list(records.iter());
        w.into_public()
    }

    fn decoded(bytes: &[u8]) -> Result<Vec<Member>, DecodeError> {
        let mut r = Reader::new(bytes);
        let members = read(&mut r)?;
        r.finish().map(|()| members)
    }

    fn written(members: &[Member]) -> Vec<u8> {
        let mut w = Writer::new();
        write(members, &mut w);
        w.into_public()
    }

    #[test]
    fn a_member_names_a_member_or_a_former_one() {
        let bytes = encoded(&["eve", "anna"], &[("max", 1), ("mia", 3), ("olga", 2), ("otto", 5)]);
        // Four members: 4 is the first former one.
        assert_eq!(decoded(&bytes), Err(DecodeError::NotCanonical), "eve is named by nobody");
        let bytes = encoded(&["eve", "anna"], &[("max", 1), ("mia", 4), ("olga", 2), ("otto", 5)]);
        let members = decoded(&bytes).unwrap();
        let by: Vec<_> = members.iter().map(|member| member.added_by.clone()).collect();
        assert_eq!(by, ["mia", "eve", "olga", "anna"].map(id));
        assert_eq!(written(&members), bytes);
    }

    #[test]
    fn there_is_one_encoding_of_who_added_whom() {
        let refused = |former: &[&str], records: &[(&str, u16)]| {
            assert_eq!(decoded(&encoded(former, records)), Err(DecodeError::NotCanonical));
        };
        refused(&[], &[("max", 1)]);
        refused(&["anna"], &[("max", 2)]);
        refused(&["anna"], &[("max", 0)]);
        refused(&["max"], &[("max", 1)]);
        refused(&["eve", "abe"], &[("max", 1), ("mia", 2)]);
        refused(&["eve", "eve"], &[("max", 1), ("mia", 2)]);
        refused(&[], &[("max", u16::MAX)]);
        assert!(decoded(&encoded(&["anna"], &[("max", 1)])).is_ok());
        assert!(decoded(&encoded(&["abe", "eve"], &[("max", 2), ("mia", 3)])).is_ok());
    }

    proptest! {
        #[test]
        fn all_members_come_back(authors in proptest::collection::vec(0usize..40, 1..30)) {
            let members: Vec<_> = authors
                .iter()
                .enumerate()
                .map(|(at, by)| {
                    let name = |n| id(&alloc::format!("{n:04}"));
                    Record::by((record(&alloc::format!("{at:04}"), 0), name(*by)))
                })
                .collect();
            let bytes = written(&members);
            prop_assert_eq!(decoded(&bytes), Ok(members));
        }
    }
}
