use crate::limits::VIEW_ONCE_AGE;
use crate::time::Timestamp;

/// How far a message that is to be seen once has come at its receiver (SPEC.md 12.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ViewOnce {
    /// It was not opened.
    Unopened {
        /// When it came.
        received: Timestamp,
    },
    /// It was opened, here or on another device of the account. Its pointer is deleted.
    Opened,
    /// It was not opened in time. Its pointer is deleted.
    Expired,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewOnceEvent {
    /// A person opens it here.
    Open,
    /// Another device of the account says that it was opened there.
    OpenedElsewhere,
    /// Time goes on.
    Tick,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ViewOnceStep {
    /// From now on. Store it before anything is shown.
    pub state: ViewOnce,
    /// Whether to show it now, for the first and last time; then tell the author (viewed or played)
    /// and the account's other devices.
    pub show: bool,
    /// Whether to delete the pointer and what was fetched, after showing it if it is shown.
    pub delete: bool,
}

impl ViewOnce {
    /// The next state. It is shown at most once, whatever comes in whatever order.
    #[must_use]
    pub fn on(self, event: ViewOnceEvent, now: Timestamp) -> ViewOnceStep {
        let Self::Unopened { received } = self else {
            return ViewOnceStep { state: self, show: false, delete: false };
        };
        let late = now.since(received) > VIEW_ONCE_AGE;
        let (state, show) = match event {
            ViewOnceEvent::OpenedElsewhere => (Self::Opened, false),
            ViewOnceEvent::Open | ViewOnceEvent::Tick if late => (Self::Expired, false),
            ViewOnceEvent::Open => (Self::Opened, true),
            ViewOnceEvent::Tick => (self, false),
        };
        ViewOnceStep { state, show, delete: state != self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use proptest::prelude::*;

    const RECEIVED: Timestamp = Timestamp::from_secs(1_000);
    const UNOPENED: ViewOnce = ViewOnce::Unopened { received: RECEIVED };

    #[test]
    fn it_is_shown_when_it_is_opened_first() {
        let first = UNOPENED.on(ViewOnceEvent::Open, RECEIVED);
        assert_eq!(first, ViewOnceStep { state: ViewOnce::Opened, show: true, delete: true });
        let second = first.state.on(ViewOnceEvent::Open, RECEIVED);
        assert_eq!(second, ViewOnceStep { state: ViewOnce::Opened, show: false, delete: false });
    }

    #[test]
    fn it_is_not_shown_when_another_device_did() {
        let step = UNOPENED.on(ViewOnceEvent::OpenedElsewhere, RECEIVED);
        assert_eq!(step, ViewOnceStep { state: ViewOnce::Opened, show: false, delete: true });
    }

    #[test]
    fn it_expires_unopened() {
        let last = RECEIVED.saturating_add(VIEW_ONCE_AGE);
        assert_eq!(UNOPENED.on(ViewOnceEvent::Tick, last).state, UNOPENED);
        assert!(UNOPENED.on(ViewOnceEvent::Open, last).show);
        let late = last.saturating_add(Duration::from_millis(1));
        for event in [ViewOnceEvent::Tick, ViewOnceEvent::Open] {
            let expected = ViewOnceStep { state: ViewOnce::Expired, show: false, delete: true };
            assert_eq!(UNOPENED.on(event, late), expected);
        }
    }

    proptest! {
        #[test]
        fn it_is_never_shown_twice_nor_after_it_was_deleted(
            events in proptest::collection::vec((0u8..3, 0u64..3_000_000), 0..12),
        ) {
            let (mut state, mut shown, mut deleted) = (UNOPENED, 0, false);
            for (event, secs) in events {
                let event = match event {
                    0 => ViewOnceEvent::Open,
                    1 => ViewOnceEvent::OpenedElsewhere,
                    _ => ViewOnceEvent::Tick,
                };
                let step = state.on(event, Timestamp::from_secs(secs));
                prop_assert!(!(step.show && deleted));
                shown += u32::from(step.show);
                deleted |= step.delete;
                state = step.state;
            }
            prop_assert!(shown <= 1);
            prop_assert_eq!(deleted, state != UNOPENED);
        }
    }
}
