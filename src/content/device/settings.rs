use core::time::Duration;

use super::Stamp;
use crate::content::Violation;
use crate::content::body::WireBody;
use crate::limits::EXPIRY;
use crate::wire::proto;

/// What the owner chose, as one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Settings {
    /// Which value is newest.
    pub stamp: Stamp,
    /// Receipts "read", "viewed" and "played" are sent.
    pub read_receipts: bool,
    /// Typing is told.
    pub typing: bool,
    /// Links are fetched before they are sent.
    pub link_previews: bool,
    /// Stories are sent and shown.
    pub stories: bool,
    /// The authors of stories hear who saw them.
    pub story_views: bool,
    /// Calls from people who were not accepted ring.
    pub calls_from_strangers: bool,
    default_timer: u32,
}

impl Settings {
    /// Everything off.
    #[must_use]
    pub const fn new(stamp: Stamp) -> Self {
        Self {
            stamp,
            read_receipts: false,
            typing: false,
            link_previews: false,
            stories: false,
            story_views: false,
            calls_from_strangers: false,
            default_timer: 0,
        }
    }

    /// With this timer for new conversations, in whole seconds; zero: off.
    ///
    /// # Errors
    /// [`Violation::ExpiryDuration`] above [`EXPIRY`] or with a fraction of a second.
    pub fn with_default_timer(self, timer: Duration) -> Result<Self, Violation> {
        if timer > EXPIRY || timer.subsec_nanos() != 0 {
            return Err(Violation::ExpiryDuration);
        }
        let default_timer =
            u32::try_from(timer.as_secs()).map_err(|_| Violation::ExpiryDuration)?;
        Ok(Self { default_timer, ..self })
    }

    /// The timer for new conversations; zero: off.
    #[must_use]
    pub const fn default_timer(&self) -> Duration {
        Duration::from_secs(self.default_timer as u64)
    }
}

impl WireBody for Settings {
    type Wire = proto::Settings;

    fn from_wire(wire: proto::Settings) -> Result<Self, Violation> {
        Self {
            read_receipts: wire.read_receipts,
            typing: wire.typing,
            link_previews: wire.link_previews,
            stories: wire.stories,
            story_views: wire.story_views,
            calls_from_strangers: wire.calls_from_strangers,
            ..Self::new(Stamp::from_wire(wire.stamp)?)
        }
        .with_default_timer(Duration::from_secs(wire.default_timer.into()))
    }

    fn to_wire(&self) -> proto::Settings {
        proto::Settings {
            stamp: Some(self.stamp.to_wire()),
            read_receipts: self.read_receipts,
            typing: self.typing,
            link_previews: self.link_previews,
            stories: self.stories,
            story_views: self.story_views,
            calls_from_strangers: self.calls_from_strangers,
            default_timer: self.default_timer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::sample::stamp;

    #[test]
    fn the_timer_of_new_conversations_has_the_limit_of_all() {
        let timer = |timer| Settings::new(stamp()).with_default_timer(timer).map(|_| ());
        let second = Duration::from_secs(1);
        assert_eq!(timer(EXPIRY), Ok(()));
        assert_eq!(timer(EXPIRY + second), Err(Violation::ExpiryDuration));
        assert_eq!(timer(second / 2), Err(Violation::ExpiryDuration));
    }
}
