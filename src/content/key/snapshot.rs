use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;

use crate::content::body::WireBody;
use crate::content::{Opaque, Violation};
use crate::error::error_codes;
use crate::limits::{GROUP_PART_BYTES, GROUP_SNAPSHOT_PARTS};
use crate::wire::proto;

/// A part of the answer to a [`GroupSyncRequest`](super::GroupSyncRequest), or of what a new member is
/// sent: a snapshot of many members is longer than a content may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSnapshot {
    snapshot: SnapshotId,
    part: u32,
    parts: u32,
    body: Opaque<GROUP_PART_BYTES>,
}

/// Names a snapshot while its parts are on the way.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SnapshotId([u8; Self::LEN]);

impl SnapshotId {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// A new name.
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
}

impl fmt::Debug for SnapshotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SnapshotId({:032x})", u128::from_be_bytes(self.0))
    }
}

impl GroupSnapshot {
    /// Cuts an encoded snapshot into its parts, in order: all of [`GROUP_PART_BYTES`] but the last.
    ///
    /// # Errors
    /// [`Violation::SnapshotPart`] when it is empty or has more than [`GROUP_SNAPSHOT_PARTS`] parts.
    pub fn split(name: SnapshotId, encoded: &[u8]) -> Result<Vec<Self>, Violation> {
        let parts = encoded.len().div_ceil(GROUP_PART_BYTES);
        let parts = u32::try_from(parts).map_err(|_| Violation::SnapshotPart)?;
        let part =
            |(part, body): (u32, &[u8])| Self::new(name, part, parts, Opaque::new(body.to_vec())?);
        check_parts(0, parts)?;
        (0..).zip(encoded.chunks(GROUP_PART_BYTES)).map(part).collect()
    }

    /// Puts a snapshot together from all its parts, in any order. They come from one device: the
    /// caller keeps those of different devices apart.
    ///
    /// # Errors
    /// [`JoinError`]. Nothing is lost by trying too early.
    pub fn join(parts: &[Self]) -> Result<Vec<u8>, JoinError> {
        let first = parts.first().ok_or(JoinError::Incomplete)?;
        if parts.iter().any(|part| (part.snapshot, part.parts) != (first.snapshot, first.parts)) {
            return Err(JoinError::Mixed);
        }
        let mut joined = Vec::new();
        for number in 0..first.parts {
            let part = parts.iter().find(|part| part.part == number);
            joined.extend_from_slice(part.ok_or(JoinError::Incomplete)?.body.as_bytes());
        }
        Ok(joined)
    }

    /// Names the whole.
    #[must_use]
    pub const fn snapshot(&self) -> SnapshotId {
        self.snapshot
    }

    /// Which part it is, from 0.
    #[must_use]
    pub const fn part(&self) -> u32 {
        self.part
    }

    /// How many parts there are, 1 to [`GROUP_SNAPSHOT_PARTS`].
    #[must_use]
    pub const fn parts(&self) -> u32 {
        self.parts
    }

    /// The part's bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.body.as_bytes()
    }

    /// Only the last part is shorter, so that a snapshot is cut in one way.
    fn new(
        snapshot: SnapshotId,
        part: u32,
        parts: u32,
        body: Opaque<GROUP_PART_BYTES>,
    ) -> Result<Self, Violation> {
        check_parts(part, parts)?;
        if part.saturating_add(1) != parts && body.as_bytes().len() != GROUP_PART_BYTES {
            return Err(Violation::SnapshotPart);
        }
        Ok(Self { snapshot, part, parts, body })
    }
}

const fn check_parts(part: u32, parts: u32) -> Result<(), Violation> {
    if part < parts && parts <= GROUP_SNAPSHOT_PARTS {
        Ok(())
    } else {
        Err(Violation::SnapshotPart)
    }
}

impl WireBody for GroupSnapshot {
    type Wire = proto::SnapshotPart;

    fn from_wire(wire: proto::SnapshotPart) -> Result<Self, Violation> {
        let name = wire.snapshot.as_slice().try_into().map_err(|_| Violation::SnapshotPart)?;
        Self::new(SnapshotId(name), wire.part, wire.parts, Opaque::new(wire.body)?)
    }

    fn to_wire(&self) -> proto::SnapshotPart {
        proto::SnapshotPart {
            snapshot: self.snapshot.0.to_vec(),
            part: self.part,
            parts: self.parts,
            body: self.body.to_wire(),
        }
    }
}

/// Why parts do not make a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// A part is missing.
    #[error("a part of the snapshot is missing")]
    Incomplete,
    /// They are parts of different snapshots.
    #[error("the parts are of different snapshots")]
    Mixed,
}

error_codes!(JoinError {
    Self::Incomplete => ("snapshot/incomplete", Drop),
    Self::Mixed => ("snapshot/mixed", FixCaller),
});

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    const NAME: SnapshotId = SnapshotId([7; 16]);

    fn received(part: u32, parts: u32, len: usize) -> Result<GroupSnapshot, Violation> {
        let (snapshot, body) = (NAME.0.to_vec(), vec![1; len]);
        GroupSnapshot::from_wire(proto::SnapshotPart { snapshot, part, parts, body })
    }

    #[test]
    fn a_snapshot_has_1_to_24_parts() {
        let longest = GROUP_PART_BYTES * usize::try_from(GROUP_SNAPSHOT_PARTS).unwrap();
        assert_eq!(GroupSnapshot::split(NAME, &[]), Err(Violation::SnapshotPart));
        assert_eq!(GroupSnapshot::split(NAME, &vec![0; longest]).unwrap().len(), 24);
        let over = GroupSnapshot::split(NAME, &vec![0; longest + 1]);
        assert_eq!(over, Err(Violation::SnapshotPart));
    }

    #[test]
    fn a_part_has_its_place_and_only_the_last_is_short() {
        assert!(received(0, 1, 1).is_ok());
        assert!(received(0, 2, GROUP_PART_BYTES).is_ok());
        assert!(received(23, 24, 1).is_ok());
        for (part, parts, len) in [(0, 0, 1), (1, 1, 1), (24, 25, 1), (0, 2, GROUP_PART_BYTES - 1)]
        {
            assert_eq!(received(part, parts, len), Err(Violation::SnapshotPart));
        }
        assert_eq!(received(0, 1, 0), Err(Violation::OpaqueLength));
        assert_eq!(received(0, 1, GROUP_PART_BYTES + 1), Err(Violation::OpaqueLength));
    }

    #[test]
    fn parts_of_two_snapshots_do_not_mix() {
        let mut parts = GroupSnapshot::split(NAME, &vec![1; GROUP_PART_BYTES + 1]).unwrap();
        assert_eq!(GroupSnapshot::join(&parts[1..]), Err(JoinError::Incomplete));
        assert_eq!(GroupSnapshot::join(&[]), Err(JoinError::Incomplete));
        parts[1].snapshot = SnapshotId([8; 16]);
        assert_eq!(GroupSnapshot::join(&parts), Err(JoinError::Mixed));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn a_snapshot_comes_back_whatever_the_order(
            len in 1..4 * GROUP_PART_BYTES, turn: prop::sample::Index,
        ) {
            let encoded: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            let mut parts = GroupSnapshot::split(NAME, &encoded).unwrap();
            let turn = turn.index(parts.len());
            parts.rotate_left(turn);
            prop_assert_eq!(GroupSnapshot::join(&parts), Ok(encoded));
        }
    }
}
