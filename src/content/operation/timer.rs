use super::super::body::WireBody;
use crate::content::{Expiry, Violation};
use crate::time::Timestamp;
use crate::wire::proto;

/// Sets the disappearing-message timer of a conversation between two accounts; a group's is in its
/// state. Which of several holds is for [`Expiry::newest`] to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExpiryTimer {
    /// The timer from now on.
    pub expiry: Expiry,
}

impl WireBody for ExpiryTimer {
    type Wire = proto::ExpiryTimer;

    fn from_wire(wire: proto::ExpiryTimer) -> Result<Self, Violation> {
        let proto::ExpiryTimer { seconds, timer_version } = wire;
        Ok(Self { expiry: Expiry::from_wire(proto::Expiry { seconds, timer_version })? })
    }

    fn to_wire(&self) -> proto::ExpiryTimer {
        let proto::Expiry { seconds, timer_version } = self.expiry.to_wire();
        proto::ExpiryTimer { seconds, timer_version }
    }
}

/// When a message is deleted (SPEC.md 12.6): its timer's duration after `start`, which is the time
/// of sending on the author's devices and the time of first reading on the receiver's, `None` while
/// it was not read. `None` when it stays. The timer is the one that the message itself carries, and
/// an edit does not begin it anew.
#[must_use]
pub fn expires_at(expiry: Option<Expiry>, start: Option<Timestamp>) -> Option<Timestamp> {
    let duration = expiry.map(|expiry| expiry.duration()).filter(|duration| !duration.is_zero())?;
    start.map(|start| start.saturating_add(duration))
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;

    #[test]
    fn a_message_expires_after_it_was_read() {
        let timer = |secs| Some(Expiry::new(Duration::from_secs(secs), 1).unwrap());
        let read = Some(Timestamp::from_secs(100));
        assert_eq!(expires_at(timer(5), read), Some(Timestamp::from_secs(105)));
        assert_eq!(expires_at(timer(5), None), None);
        assert_eq!(expires_at(timer(0), read), None);
        assert_eq!(expires_at(None, read), None);
        assert_eq!(expires_at(timer(5), Some(Timestamp::MAX)), Some(Timestamp::MAX));
    }

    #[test]
    fn a_timer_has_a_version_and_a_limit() {
        let received = |seconds, timer_version| {
            ExpiryTimer::from_wire(proto::ExpiryTimer { seconds, timer_version })
        };
        assert!(received(0, 1).is_ok() && received(31_622_400, 1).is_ok());
        assert_eq!(received(31_622_401, 1), Err(Violation::ExpiryDuration));
        assert_eq!(received(5, 0), Err(Violation::ExpiryVersion));
    }
}
