use core::time::Duration;

use crate::error::error_codes;
use crate::limits::{CLOCK_SKEW, VALIDITY};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// When something signed holds: from its creation up to, not including, its expiry (SPEC.md 5.2).
/// Never empty, never longer than [`VALIDITY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    from: Timestamp,
    until: Timestamp,
}

impl Validity {
    /// From `from`, for `length`.
    ///
    /// # Errors
    /// [`DecodeError::OutOfRange`] when `length` is under a millisecond or over [`VALIDITY`], or
    /// the end lies beyond the end of time.
    pub fn starting(from: Timestamp, length: Duration) -> Result<Self, DecodeError> {
        Self::between(from, from.saturating_add(length))
    }

    /// Of a length that is a limit of ours, so that it cannot fail; at the end of time it begins
    /// earlier.
    pub(crate) fn lasting(from: Timestamp, length: Duration) -> Self {
        let until = from.saturating_add(length);
        let millis = u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        Self { from: Timestamp::from_millis(until.as_millis().saturating_sub(millis)), until }
    }

    pub(crate) fn between(from: Timestamp, until: Timestamp) -> Result<Self, DecodeError> {
        if until <= from || until.since(from) > VALIDITY {
            return Err(DecodeError::OutOfRange);
        }
        Ok(Self { from, until })
    }

    /// When it was created.
    #[must_use]
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// When it expires: from this instant on it no longer holds.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// How long it holds in all.
    #[must_use]
    pub const fn length(&self) -> Duration {
        self.until.since(self.from)
    }

    /// Whether it holds at `now`. A creation up to [`CLOCK_SKEW`] in the future is forgiven.
    ///
    /// # Errors
    /// [`OutsideValidity`] says on which side `now` lies.
    pub fn check(&self, now: Timestamp) -> Result<(), OutsideValidity> {
        if now >= self.until {
            return Err(OutsideValidity::Expired);
        }
        self.check_begun(now)
    }

    /// As [`Validity::check`], for what may have expired since.
    pub(crate) fn check_begun(&self, now: Timestamp) -> Result<(), OutsideValidity> {
        if self.from > now.saturating_add(CLOCK_SKEW) {
            return Err(OutsideValidity::NotYetValid);
        }
        Ok(())
    }
}

impl Layout for Validity {
    fn write(&self, w: &mut Writer) {
        w.put(&self.from).put(&self.until);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::between(r.get()?, r.get()?)
    }
}

/// Something signed does not hold now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OutsideValidity {
    /// It held once.
    #[error("it has expired")]
    Expired,
    /// It was created further in the future than clocks may differ.
    #[error("it was created in the future")]
    NotYetValid,
}

error_codes!(OutsideValidity {
    Self::Expired => ("validity/expired", FetchDeviceList),
    Self::NotYetValid => ("validity/not-yet-valid", Drop),
});

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);

    #[test]
    fn a_length_of_nothing_or_over_the_limit_is_refused() {
        assert!(Validity::starting(NOW, Duration::ZERO).is_err());
        assert!(Validity::starting(NOW, Duration::from_millis(1)).is_ok());
        assert!(Validity::starting(NOW, VALIDITY).is_ok());
        assert!(Validity::starting(NOW, VALIDITY + Duration::from_millis(1)).is_err());
        assert!(Validity::starting(Timestamp::MAX, VALIDITY).is_err());
        assert!(Validity::between(Timestamp::MAX, Timestamp::UNIX_EPOCH).is_err());
    }

    #[test]
    fn it_holds_from_the_skew_before_its_creation_up_to_its_expiry() {
        let validity = Validity::starting(NOW, Duration::from_secs(10)).unwrap();
        let skew = u64::try_from(CLOCK_SKEW.as_millis()).unwrap();
        let early = Timestamp::from_millis(NOW.as_millis() - skew);
        let too_early = Timestamp::from_millis(NOW.as_millis() - skew - 1);
        let last = Timestamp::from_millis(NOW.as_millis() + 9_999);
        let after = Timestamp::from_millis(NOW.as_millis() + 10_000);
        assert_eq!(validity.check(early), Ok(()));
        assert_eq!(validity.check(too_early), Err(OutsideValidity::NotYetValid));
        assert_eq!(validity.check(last), Ok(()));
        assert_eq!(validity.check(after), Err(OutsideValidity::Expired));
        assert_eq!(validity.check_begun(after), Ok(()));
    }
}
