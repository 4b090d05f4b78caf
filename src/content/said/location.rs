use alloc::string::String;
use core::fmt;

use super::super::body::WireBody;
use super::words::{Words, url};
use crate::content::Violation;
use crate::limits::{PLACE_ADDRESS_BYTES, PLACE_NAME_BYTES, URL_BYTES};
use crate::wire::proto;

/// A place on earth. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Location {
    latitude: i32,
    longitude: i32,
    accuracy: u32,
    name: Option<Words<PLACE_NAME_BYTES>>,
    address: Option<Words<PLACE_ADDRESS_BYTES>>,
    url: Option<Words<URL_BYTES>>,
}

impl Location {
    /// Units of a degree: latitudes and longitudes are integers, so that all read the same place.
    pub const UNITS: i32 = 10_000_000;

    /// In [`Location::UNITS`] of a degree north of the equator (-90° to 90°) and east of Greenwich
    /// (-180° to 180°).
    ///
    /// # Errors
    /// [`Violation::Coordinates`].
    pub fn new(latitude: i32, longitude: i32) -> Result<Self, Violation> {
        const NORTH: i32 = 900_000_000;
        const EAST: i32 = 1_800_000_000;
        let inside = (-NORTH..=NORTH).contains(&latitude) && (-EAST..=EAST).contains(&longitude);
        if !inside {
            return Err(Violation::Coordinates);
        }
        Ok(Self { latitude, longitude, accuracy: 0, name: None, address: None, url: None })
    }

    /// With the metres that it may be off; zero: not known.
    #[must_use]
    pub const fn with_accuracy(mut self, metres: u32) -> Self {
        self.accuracy = metres;
        self
    }

    /// With an address, 1 to [`PLACE_ADDRESS_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::PlaceWords`].
    pub fn with_address(mut self, address: impl Into<String>) -> Result<Self, Violation> {
        self.address = Some(Words::new(address, Violation::PlaceWords)?);
        Ok(self)
    }

    /// With an address and the name of what is there, 1 to [`PLACE_NAME_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::PlaceWords`].
    pub fn with_name(
        self,
        name: impl Into<String>,
        address: impl Into<String>,
    ) -> Result<Self, Violation> {
        let name = Some(Words::new(name, Violation::PlaceWords)?);
        Ok(Self { name, ..self.with_address(address)? })
    }

    /// With a link to more about it.
    ///
    /// # Errors
    /// [`Violation::Url`].
    pub fn with_url(mut self, url: impl Into<String>) -> Result<Self, Violation> {
        self.url = Some(self::url(url)?);
        Ok(self)
    }

    /// [`Location::UNITS`] of a degree north of the equator.
    #[must_use]
    pub const fn latitude(&self) -> i32 {
        self.latitude
    }

    /// [`Location::UNITS`] of a degree east of Greenwich.
    #[must_use]
    pub const fn longitude(&self) -> i32 {
        self.longitude
    }

    /// Metres that it may be off, if known.
    #[must_use]
    pub fn accuracy(&self) -> Option<u32> {
        (self.accuracy != 0).then_some(self.accuracy)
    }

    /// What is there; only with an address.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(Words::as_str)
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        self.address.as_ref().map(Words::as_str)
    }

    /// More about it.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.url.as_ref().map(Words::as_str)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Location(..)")
    }
}

impl WireBody for Location {
    type Wire = proto::Location;

    fn from_wire(wire: proto::Location) -> Result<Self, Violation> {
        let name = Words::optional(wire.name, Violation::PlaceWords)?;
        let address = Words::optional(wire.address, Violation::PlaceWords)?;
        if name.is_some() && address.is_none() {
            return Err(Violation::PlaceWords);
        }
        let url = (!wire.url.is_empty()).then(|| url(wire.url)).transpose()?;
        let place = Self::new(wire.latitude, wire.longitude)?;
        Ok(Self { accuracy: wire.accuracy, name, address, url, ..place })
    }

    fn to_wire(&self) -> proto::Location {
        proto::Location {
            latitude: self.latitude,
            longitude: self.longitude,
            accuracy: self.accuracy,
            name: Words::to_wire(self.name.as_ref()),
            address: Words::to_wire(self.address.as_ref()),
            url: Words::to_wire(self.url.as_ref()),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::*;

    pub(in crate::content) fn place() -> Location {
        let place = Location::new(525_162_746, 133_777_041).unwrap().with_accuracy(5);
        let place = place.with_name("meet", "meet street 1").unwrap();
        place.with_url("https://example.org/meet").unwrap()
    }

    fn broken(change: impl FnOnce(&mut proto::Location)) -> Option<Violation> {
        let mut wire = place().to_wire();
        change(&mut wire);
        Location::from_wire(wire).err()
    }

    #[test]
    fn a_place_is_on_earth() {
        for (latitude, longitude) in [(900_000_000, 1_800_000_000), (-900_000_000, -1_800_000_000)]
        {
            assert!(Location::new(latitude, longitude).is_ok());
            let (north, east) = (latitude.signum(), longitude.signum());
            let rule = Some(Violation::Coordinates);
            assert_eq!(broken(|w| w.latitude = latitude + north), rule);
            assert_eq!(broken(|w| w.longitude = longitude + east), rule);
        }
        assert_eq!(Location::new(i32::MIN, 0), Err(Violation::Coordinates));
    }

    #[test]
    fn a_place_comes_back_as_it_was() {
        for place in [place(), Location::new(0, 0).unwrap(), Location::new(-1, -1).unwrap()] {
            assert_eq!(Location::from_wire(place.to_wire()), Ok(place));
        }
    }

    #[test]
    fn words_about_a_place_have_limits() {
        let rule = Some(Violation::PlaceWords);
        assert_eq!(broken(|w| w.address.clear()), rule, "a name without an address");
        assert_eq!(broken(|w| w.name.clear()), None);
        assert_eq!(broken(|w| w.name = "x".repeat(PLACE_NAME_BYTES)), None);
        assert_eq!(broken(|w| w.name = "x".repeat(PLACE_NAME_BYTES + 1)), rule);
        assert_eq!(broken(|w| w.address = "x".repeat(PLACE_ADDRESS_BYTES)), None);
        assert_eq!(broken(|w| w.address = "x".repeat(PLACE_ADDRESS_BYTES + 1)), rule);
        assert_eq!(broken(|w| w.url = "geo:1,2".into()), Some(Violation::Url));
    }
}
