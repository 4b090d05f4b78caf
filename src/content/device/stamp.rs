use crate::content::{Violation, part};
use crate::identity::DeviceId;
use crate::time::Timestamp;
use crate::wire::proto;

/// Orders the values that the devices of an account gave to one thing: the last writer wins
/// (SPEC.md 12.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    version: u32,
    changed_at: Timestamp,
}

impl Stamp {
    /// The stamp of a value that replaces one with the stamp `known`, the newest that this device
    /// knows. When the versions are used up, the time alone decides.
    ///
    /// # Errors
    /// [`Violation::Time`] when `now` is out of range.
    pub fn next(known: Option<Self>, now: Timestamp) -> Result<Self, Violation> {
        Self::new(known.map_or(1, |known| known.version.saturating_add(1)), now)
    }

    /// One that was stored.
    ///
    /// # Errors
    /// [`Violation::Stamp`] when the version is zero, [`Violation::Time`] when the time is out of
    /// range.
    pub fn new(version: u32, changed_at: Timestamp) -> Result<Self, Violation> {
        if version == 0 {
            return Err(Violation::Stamp);
        }
        part::time(changed_at.as_millis())?;
        Ok(Self { version, changed_at })
    }

    /// Counts the changes, as far as the device that made this one knew, from 1.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// When the value was given.
    #[must_use]
    pub const fn changed_at(&self) -> Timestamp {
        self.changed_at
    }

    /// Whether the value with this stamp, given by the device `by`, replaces the one with the stamp
    /// `other`, given by `other_by`: with the higher version, then the later time, then the higher
    /// device id. All devices come to the same, whatever the order in which they hear of both.
    #[must_use]
    pub fn replaces(&self, by: DeviceId, other: &Self, other_by: DeviceId) -> bool {
        (self.version, self.changed_at, by) > (other.version, other.changed_at, other_by)
    }

    pub(in crate::content) fn from_wire(wire: Option<proto::Stamp>) -> Result<Self, Violation> {
        let wire = wire.ok_or(Violation::Stamp)?;
        Self::new(wire.version, Timestamp::from_millis(wire.changed_at))
    }

    pub(in crate::content) const fn to_wire(self) -> proto::Stamp {
        proto::Stamp { version: self.version, changed_at: self.changed_at.as_millis() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_secs(seconds)
    }

    #[test]
    fn a_stamp_has_a_version_and_a_time() {
        let wire = |version, changed_at| {
            Stamp::from_wire(Some(proto::Stamp { version, changed_at })).map(|_| ())
        };
        assert_eq!(wire(1, 1), Ok(()));
        assert_eq!(wire(u32::MAX, 253_402_300_799_999), Ok(()));
        assert_eq!(wire(0, 1), Err(Violation::Stamp));
        assert_eq!(wire(1, 0), Err(Violation::Time));
        assert_eq!(wire(1, 253_402_300_800_000), Err(Violation::Time));
        assert_eq!(Stamp::from_wire(None), Err(Violation::Stamp));
    }

    #[test]
    fn the_next_stamp_replaces_the_known_one_even_if_the_clock_went_back() {
        let device = |id| DeviceId::new(id).unwrap();
        let first = Stamp::next(None, at(100)).unwrap();
        let second = Stamp::next(Some(first), at(50)).unwrap();
        assert!(second.replaces(device(1), &first, device(2)));
        assert!(!first.replaces(device(2), &second, device(1)));
        assert!(!first.replaces(device(1), &first, device(1)), "the same once more");
        let last = Stamp::new(u32::MAX, at(1)).unwrap();
        assert_eq!(Stamp::next(Some(last), at(2)).unwrap().version(), u32::MAX);
    }

    proptest! {
        #[test]
        fn all_devices_keep_the_same_value(
            values in prop::collection::vec((1u32..3, 1u64..3, 1u32..3), 1..6),
        ) {
            let values = values.into_iter().map(|(version, time, by)| {
                (Stamp::new(version, at(time)).unwrap(), DeviceId::new(by).unwrap())
            });
            let newer = |a: (Stamp, DeviceId), b: (Stamp, DeviceId)| {
                if b.0.replaces(b.1, &a.0, a.1) { b } else { a }
            };
            prop_assert_eq!(values.clone().reduce(newer), values.rev().reduce(newer));
        }
    }
}
