use alloc::vec::Vec;

use crate::content::body::WireBody;
use crate::content::part::{check_list, sorted};
use crate::content::{BodyKind, VERSION, Violation};
use crate::limits::CAPABILITY_BODIES;
use crate::wire::proto;

/// What the author's device understands. What a device did not announce may still be sent to it: it
/// is shown as unsupported.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Capabilities {
    content_version: u32,
    bodies: Vec<u16>,
}

impl Capabilities {
    /// What this version of the crate understands.
    ///
    /// # Errors
    /// Never: it is tested that our own fit.
    pub fn ours() -> Result<Self, Violation> {
        let numbers = BodyKind::ALL.iter().filter_map(|kind| u16::try_from(kind.number()).ok());
        Self::new(VERSION, numbers)
    }

    /// With the highest content version and the numbers of the bodies, in any order.
    ///
    /// # Errors
    /// [`Violation::Capabilities`] when the version is zero, [`Violation::ListCount`] for no bodies or
    /// more than [`CAPABILITY_BODIES`], [`Violation::ListOrder`] when one is named twice.
    pub fn new(
        content_version: u32,
        bodies: impl IntoIterator<Item = u16>,
    ) -> Result<Self, Violation> {
        Self::checked(content_version, sorted(bodies, |number| *number))
    }

    /// The highest content version that the device knows.
    #[must_use]
    pub const fn content_version(&self) -> u32 {
        self.content_version
    }

    /// Whether the device knows bodies of this kind.
    #[must_use]
    pub fn knows(&self, kind: BodyKind) -> bool {
        u16::try_from(kind.number()).is_ok_and(|number| self.bodies.binary_search(&number).is_ok())
    }

    /// The numbers of the bodies that it knows, ascending: also those that we do not know.
    #[must_use]
    pub fn bodies(&self) -> &[u16] {
        &self.bodies
    }

    fn checked(content_version: u32, bodies: Vec<u16>) -> Result<Self, Violation> {
        if content_version == 0 {
            return Err(Violation::Capabilities);
        }
        check_list(&bodies, 1..=CAPABILITY_BODIES, |number| *number)?;
        Ok(Self { content_version, bodies })
    }
}

impl WireBody for Capabilities {
    type Wire = proto::Capabilities;

    fn from_wire(wire: proto::Capabilities) -> Result<Self, Violation> {
        let (pairs, []) = wire.bodies.as_chunks::<2>() else { return Err(Violation::Capabilities) };
        let bodies = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
        Self::checked(wire.content_version, bodies)
    }

    fn to_wire(&self) -> proto::Capabilities {
        let bodies = self.bodies.iter().flat_map(|number| number.to_be_bytes()).collect();
        proto::Capabilities { content_version: self.content_version, bodies }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn received(content_version: u32, bodies: Vec<u8>) -> Result<Capabilities, Violation> {
        Capabilities::from_wire(proto::Capabilities { content_version, bodies })
    }

    #[test]
    fn we_know_all_that_we_know() {
        let ours = Capabilities::ours().unwrap();
        assert!(BodyKind::ALL.iter().all(|kind| ours.knows(*kind)));
        assert_eq!(ours.bodies().len(), BodyKind::ALL.len());
        assert!(!Capabilities::new(1, [63]).unwrap().knows(BodyKind::Text));
    }

    #[test]
    fn capabilities_are_1_to_256_numbers_in_order() {
        let count = |count: u16| Capabilities::new(1, 0..count).map(|_| ());
        assert_eq!(count(0), Err(Violation::ListCount));
        assert_eq!(count(256), Ok(()));
        assert_eq!(count(257), Err(Violation::ListCount));
        assert_eq!(Capabilities::new(1, [5, 5]), Err(Violation::ListOrder));
        assert_eq!(received(1, vec![0, 17, 0, 16]), Err(Violation::ListOrder));
        assert_eq!(received(1, vec![0, 16, 0]), Err(Violation::Capabilities));
        assert_eq!(received(0, vec![0, 16]), Err(Violation::Capabilities));
        assert!(received(u32::MAX, vec![0, 16, 4, 0]).unwrap().knows(BodyKind::Text));
    }
}
