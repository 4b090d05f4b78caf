use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;

use super::CallKind;
use crate::content::body::WireBody;
use crate::content::part::{self, check_list, present, sorted, wire_enum};
use crate::content::{Opaque, Violation};
use crate::identity::AccountId;
use crate::limits::{CALL_SERVER_BYTES, RUNG_ACCOUNTS};
use crate::wire::proto;

/// Names one call of a group, from the first who joins to the last who leaves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Era([u8; Self::LEN]);

impl Era {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// A new call.
    #[must_use]
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; Self::LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// One that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, Violation> {
        bytes.try_into().map(Self).map_err(|_| Violation::CallEra)
    }
}

impl fmt::Debug for Era {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Era({:032x})", u128::from_be_bytes(self.0))
    }
}

/// The author begins a call of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCallStart {
    /// The call.
    pub era: Era,
    /// What it begins with.
    pub kind: CallKind,
    /// What finds the server of the call. `None`: the group's usual one.
    pub server: Option<Opaque<CALL_SERVER_BYTES>>,
}

impl WireBody for GroupCallStart {
    type Wire = proto::GroupCallStart;

    fn from_wire(wire: proto::GroupCallStart) -> Result<Self, Violation> {
        Ok(Self {
            era: Era::from_wire(&wire.era)?,
            kind: CallKind::from_wire(wire.kind)?,
            server: present(wire.server, Opaque::new)?,
        })
    }

    fn to_wire(&self) -> proto::GroupCallStart {
        proto::GroupCallStart {
            era: self.era.0.to_vec(),
            kind: self.kind.to_wire(),
            server: self.server.as_ref().map_or_else(Vec::new, Opaque::to_wire),
        }
    }
}

/// The author's device joined the call of the group, or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupCallUpdate {
    /// The call.
    pub era: Era,
    /// What the device did.
    pub presence: GroupCallPresence,
}

wire_enum! {
    /// Whether a device takes part in a call of the group.
    GroupCallPresence or GroupCallPresence {
        /// It joined.
        Joined,
        /// It left.
        Left,
    }
}

impl WireBody for GroupCallUpdate {
    type Wire = proto::GroupCallUpdate;

    fn from_wire(wire: proto::GroupCallUpdate) -> Result<Self, Violation> {
        let presence = GroupCallPresence::from_wire(wire.presence)?;
        Ok(Self { era: Era::from_wire(&wire.era)?, presence })
    }

    fn to_wire(&self) -> proto::GroupCallUpdate {
        let (era, presence) = (self.era.0.to_vec(), self.presence.to_wire());
        proto::GroupCallUpdate { era, presence }
    }
}

/// Rings members of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupCallRing {
    era: Era,
    ring_id: u64,
    accounts: Vec<AccountId>,
}

impl GroupCallRing {
    /// Rings these accounts, given in any order; none: all members. `ring_id` is random.
    ///
    /// # Errors
    /// [`Violation::ListCount`] for more than [`RUNG_ACCOUNTS`], [`Violation::ListOrder`] when one is
    /// named twice.
    pub fn new(
        era: Era,
        ring_id: u64,
        accounts: impl IntoIterator<Item = AccountId>,
    ) -> Result<Self, Violation> {
        Self::checked(era, ring_id, sorted(accounts, AccountId::clone))
    }

    /// The call.
    #[must_use]
    pub const fn era(&self) -> Era {
        self.era
    }

    /// This ring.
    #[must_use]
    pub const fn ring_id(&self) -> u64 {
        self.ring_id
    }

    /// Whom it names, in ascending order; nobody: all members ring.
    #[must_use]
    pub fn accounts(&self) -> &[AccountId] {
        &self.accounts
    }

    /// Whether it rings this member's devices. Never those of its author, nor one whose time is over
    /// ([`is_late`](crate::content::is_late)) or that a [`GroupCallCancel`] named, before or after it.
    #[must_use]
    pub fn rings(&self, account: &AccountId) -> bool {
        self.accounts.is_empty() || self.accounts.binary_search(account).is_ok()
    }

    fn checked(era: Era, ring_id: u64, accounts: Vec<AccountId>) -> Result<Self, Violation> {
        check_list(&accounts, 0..=RUNG_ACCOUNTS, AccountId::clone)?;
        Ok(Self { era, ring_id, accounts })
    }
}

impl WireBody for GroupCallRing {
    type Wire = proto::GroupCallRing;

    fn from_wire(wire: proto::GroupCallRing) -> Result<Self, Violation> {
        Self::checked(Era::from_wire(&wire.era)?, wire.ring_id, part::accounts(&wire.accounts)?)
    }

    fn to_wire(&self) -> proto::GroupCallRing {
        let accounts = part::account_bytes(&self.accounts);
        proto::GroupCallRing { era: self.era.0.to_vec(), ring_id: self.ring_id, accounts }
    }
}

/// The author no longer rings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupCallCancel {
    /// The call.
    pub era: Era,
    /// The ring.
    pub ring_id: u64,
}

impl WireBody for GroupCallCancel {
    type Wire = proto::GroupCallCancel;

    fn from_wire(wire: proto::GroupCallCancel) -> Result<Self, Violation> {
        Ok(Self { era: Era::from_wire(&wire.era)?, ring_id: wire.ring_id })
    }

    fn to_wire(&self) -> proto::GroupCallCancel {
        proto::GroupCallCancel { era: self.era.0.to_vec(), ring_id: self.ring_id }
    }
}

/// The call of the group is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupCallEnd {
    /// The call.
    pub era: Era,
}

impl WireBody for GroupCallEnd {
    type Wire = proto::GroupCallEnd;

    fn from_wire(wire: proto::GroupCallEnd) -> Result<Self, Violation> {
        Ok(Self { era: Era::from_wire(&wire.era)? })
    }

    fn to_wire(&self) -> proto::GroupCallEnd {
        proto::GroupCallEnd { era: self.era.0.to_vec() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn account(number: u8) -> AccountId {
        AccountId::new(&[number]).unwrap()
    }

    #[test]
    fn a_call_of_a_group_is_named_by_16_bytes() {
        for (len, expected) in [(0, false), (15, false), (16, true), (17, false)] {
            let end = GroupCallEnd::from_wire(proto::GroupCallEnd { era: vec![7; len] });
            assert_eq!(end.is_ok(), expected);
            assert!(expected || end == Err(Violation::CallEra));
        }
    }

    #[test]
    fn a_ring_names_up_to_16_accounts_in_order() {
        let ring = |numbers: &[u8]| {
            let accounts = numbers.iter().map(|number| vec![*number]).collect();
            GroupCallRing::from_wire(proto::GroupCallRing {
                era: vec![7; 16],
                ring_id: 1,
                accounts,
            })
        };
        let sixteen: Vec<u8> = (1..=16).collect();
        assert!(ring(&sixteen).is_ok());
        let seventeen: Vec<u8> = (1..=17).collect();
        assert_eq!(ring(&seventeen), Err(Violation::ListCount));
        assert_eq!(ring(&[2, 1]), Err(Violation::ListOrder));
        assert_eq!(ring(&[1, 1]), Err(Violation::ListOrder));
    }

    #[test]
    fn a_ring_rings_whom_it_names_or_all() {
        let ring = |accounts: &[AccountId]| {
            GroupCallRing::new(Era::from_bytes([7; 16]), 1, accounts.iter().cloned()).unwrap()
        };
        assert!(ring(&[]).rings(&account(3)));
        assert!(ring(&[account(3), account(1)]).rings(&account(3)));
        assert!(!ring(&[account(3), account(1)]).rings(&account(2)));
    }

    #[test]
    fn a_presence_or_kind_out_of_range_is_refused() {
        for number in [0, 3] {
            let era = vec![7; 16];
            let update = proto::GroupCallUpdate { era: era.clone(), presence: number };
            let refused = GroupCallUpdate::from_wire(update);
            assert_eq!(refused, Err(Violation::GroupCallPresence));
            let start = proto::GroupCallStart { era, kind: number, server: vec![] };
            assert_eq!(GroupCallStart::from_wire(start), Err(Violation::CallKind));
        }
        let server = vec![7; CALL_SERVER_BYTES + 1];
        let start = proto::GroupCallStart { era: vec![7; 16], kind: 1, server };
        assert_eq!(GroupCallStart::from_wire(start), Err(Violation::OpaqueLength));
    }
}
