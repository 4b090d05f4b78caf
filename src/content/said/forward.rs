use crate::content::Violation;
use crate::limits::FORWARDS;
use crate::wire::proto;

/// That a message was passed on, and how often. Whose it was is not said anywhere (SPEC.md 12.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Forwarded {
    times: u32,
}

impl Forwarded {
    /// Passed on once.
    pub const ONCE: Self = Self { times: 1 };

    /// Of a message that is passed on once more. More than [`FORWARDS`] times are as many.
    #[must_use]
    pub fn after(earlier: Option<Self>) -> Self {
        let times = earlier.map_or(0, |earlier| earlier.times).saturating_add(1);
        Self { times: times.min(FORWARDS) }
    }

    /// How often it was passed on, 1 to [`FORWARDS`]; the highest stands for any number above.
    #[must_use]
    pub const fn times(self) -> u32 {
        self.times
    }

    pub(in crate::content) fn from_wire(wire: proto::Forwarded) -> Result<Self, Violation> {
        match wire.times {
            times @ 1..=FORWARDS => Ok(Self { times }),
            _ => Err(Violation::Forwarded),
        }
    }

    pub(in crate::content) const fn to_wire(self) -> proto::Forwarded {
        proto::Forwarded { times: self.times }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_on_is_counted_up_to_a_limit() {
        let once = Forwarded::after(None);
        assert_eq!(once, Forwarded::ONCE);
        let often = (0..300).fold(once, |earlier, _| Forwarded::after(Some(earlier)));
        assert_eq!(often.times(), FORWARDS);
        let received = |times| Forwarded::from_wire(proto::Forwarded { times });
        assert_eq!(received(0), Err(Violation::Forwarded));
        assert_eq!(received(255), Ok(often));
        assert_eq!(received(256), Err(Violation::Forwarded));
    }
}
