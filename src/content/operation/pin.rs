use core::time::Duration;

use super::super::body::WireBody;
use crate::content::{MessageRef, Violation};
use crate::limits::PIN_DURATION;
use crate::time::Timestamp;
use crate::wire::proto;

/// Keeps a message in sight of all in the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    target: MessageRef,
    seconds: u32,
}

impl Pin {
    /// Until it is unpinned.
    #[must_use]
    pub const fn new(target: MessageRef) -> Self {
        Self { target, seconds: 0 }
    }

    /// For a time, counted from when the pin was sent: whole seconds, at least one, at most
    /// [`PIN_DURATION`].
    ///
    /// # Errors
    /// [`Violation::PinDuration`].
    pub fn for_time(target: MessageRef, duration: Duration) -> Result<Self, Violation> {
        let whole = duration.subsec_nanos() == 0 && !duration.is_zero() && duration <= PIN_DURATION;
        let seconds = u32::try_from(duration.as_secs()).map_err(|_| Violation::PinDuration)?;
        if whole { Ok(Self { target, seconds }) } else { Err(Violation::PinDuration) }
    }

    /// The message.
    #[must_use]
    pub const fn target(&self) -> &MessageRef {
        &self.target
    }

    /// For how long; `None` until it is unpinned.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        (self.seconds != 0).then(|| Duration::from_secs(self.seconds.into()))
    }

    /// When it ends, if it was sent at this time; `None` when it is unpinned.
    #[must_use]
    pub fn ends_at(&self, sent_at: Timestamp) -> Option<Timestamp> {
        self.duration().map(|duration| sent_at.saturating_add(duration))
    }
}

impl WireBody for Pin {
    type Wire = proto::Pin;

    fn from_wire(wire: proto::Pin) -> Result<Self, Violation> {
        let target = MessageRef::required(wire.target)?;
        match wire.duration {
            0 => Ok(Self::new(target)),
            seconds => Self::for_time(target, Duration::from_secs(seconds.into())),
        }
    }

    fn to_wire(&self) -> proto::Pin {
        proto::Pin { target: Some(self.target.to_wire()), duration: self.seconds }
    }
}

/// Ends that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpin {
    /// The message.
    pub target: MessageRef,
}

impl WireBody for Unpin {
    type Wire = proto::Unpin;

    fn from_wire(wire: proto::Unpin) -> Result<Self, Violation> {
        Ok(Self { target: MessageRef::required(wire.target)? })
    }

    fn to_wire(&self) -> proto::Unpin {
        proto::Unpin { target: Some(self.target.to_wire()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::said::tests::reference;

    #[test]
    fn a_pin_lasts_whole_seconds_up_to_its_limit() {
        let lasting = |duration| Pin::for_time(reference(), duration).err();
        let rule = Some(Violation::PinDuration);
        assert_eq!(lasting(PIN_DURATION), None);
        assert_eq!(lasting(PIN_DURATION + Duration::from_secs(1)), rule);
        assert_eq!(lasting(Duration::ZERO), rule);
        assert_eq!(lasting(Duration::from_millis(1_500)), rule);
        let wire = |duration| proto::Pin { target: Some(reference().to_wire()), duration };
        assert_eq!(Pin::from_wire(wire(31_622_401)).err(), rule);
        assert_eq!(Pin::from_wire(wire(0)), Ok(Pin::new(reference())));
        assert_eq!(Pin::from_wire(proto::Pin::default()), Err(Violation::Reference));
        assert_eq!(Unpin::from_wire(proto::Unpin::default()), Err(Violation::Reference));
    }

    #[test]
    fn a_pin_ends_after_its_time() {
        let pin = Pin::for_time(reference(), Duration::from_secs(5)).unwrap();
        let sent_at = Timestamp::from_secs(100);
        assert_eq!(pin.ends_at(sent_at), Some(Timestamp::from_secs(105)));
        assert_eq!(Pin::new(reference()).ends_at(sent_at), None);
    }
}
