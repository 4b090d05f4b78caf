use alloc::vec;
use alloc::vec::Vec;

use super::super::body::WireBody;
use crate::content::Violation;
use crate::limits::STORY_COLOURS;
use crate::wire::proto;

/// A colour: alpha, red, green, blue, from the highest byte to the lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Colour(pub u32);

/// What is behind the words of a story: one colour, or several that pass over into each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryBackground {
    colours: Vec<Colour>,
    positions: Vec<u32>,
    angle: u32,
}

impl StoryBackground {
    /// One colour.
    #[must_use]
    pub fn plain(colour: Colour) -> Self {
        Self { colours: vec![colour], positions: Vec::new(), angle: 0 }
    }

    /// 2 to [`STORY_COLOURS`] colours, each with where it is reached in percent, in ascending order;
    /// the passage goes in the direction of `angle`, 0 to 359 degrees.
    ///
    /// # Errors
    /// [`Violation::StoryBackground`].
    pub fn gradient(
        stops: impl IntoIterator<Item = (Colour, u32)>,
        angle: u32,
    ) -> Result<Self, Violation> {
        let (colours, positions) = stops.into_iter().unzip();
        Self { colours, positions, angle }.checked()
    }

    /// The colours.
    #[must_use]
    pub fn colours(&self) -> &[Colour] {
        &self.colours
    }

    /// Where each of several colours is reached, in percent.
    #[must_use]
    pub fn positions(&self) -> &[u32] {
        &self.positions
    }

    /// The direction of the passage in degrees.
    #[must_use]
    pub const fn angle(&self) -> u32 {
        self.angle
    }

    fn checked(self) -> Result<Self, Violation> {
        let Self { colours, positions, angle } = &self;
        let ok = match colours.len() {
            1 => positions.is_empty() && *angle == 0,
            2..=STORY_COLOURS => {
                let rising = positions.is_sorted_by(|a, b| a < b);
                let within = positions.iter().all(|percent| *percent <= 100);
                positions.len() == colours.len() && rising && within && *angle < 360
            }
            _ => false,
        };
        if ok { Ok(self) } else { Err(Violation::StoryBackground) }
    }
}

impl WireBody for StoryBackground {
    type Wire = proto::StoryBackground;

    fn from_wire(wire: proto::StoryBackground) -> Result<Self, Violation> {
        let proto::StoryBackground { colours, positions, angle } = wire;
        let colours = colours.into_iter().map(Colour).collect();
        Self { colours, positions, angle }.checked()
    }

    fn to_wire(&self) -> proto::StoryBackground {
        let Self { colours, positions, angle } = self;
        let colours = colours.iter().map(|colour| colour.0).collect();
        proto::StoryBackground { colours, positions: positions.clone(), angle: *angle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_background_is_a_colour_or_a_passage() {
        let stops = |n: usize| (0..u32::try_from(n).unwrap()).map(|i| (Colour(i), i));
        let gradient = |n| StoryBackground::gradient(stops(n), 359);
        assert!(gradient(2).is_ok() && gradient(STORY_COLOURS).is_ok());
        let refused = Err(Violation::StoryBackground);
        for n in [0, 1, STORY_COLOURS + 1] {
            assert_eq!(gradient(n), refused, "{n}");
        }
        assert_eq!(StoryBackground::gradient(stops(2), 360), refused);
        let at = |a, b| StoryBackground::gradient([(Colour(1), a), (Colour(2), b)], 0);
        assert!(at(0, 100).is_ok());
        assert_eq!(at(5, 5), refused);
        assert_eq!(at(0, 101), refused);
        let wire = |colours: &[u32], positions: &[u32], angle| {
            let (colours, positions) = (colours.to_vec(), positions.to_vec());
            StoryBackground::from_wire(proto::StoryBackground { colours, positions, angle })
        };
        assert_eq!(wire(&[7], &[], 0), Ok(StoryBackground::plain(Colour(7))));
        assert_eq!(wire(&[7], &[0], 0), refused);
        assert_eq!(wire(&[7], &[], 1), refused);
        assert_eq!(wire(&[7, 8], &[0], 0), refused);
    }
}
