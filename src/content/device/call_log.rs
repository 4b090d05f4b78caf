use super::Chat;
use crate::content::body::WireBody;
use crate::content::part::{self, wire_enum};
use crate::content::{CallKind, Violation};
use crate::time::Timestamp;
use crate::wire::proto;

/// Changes the list of calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallLog(Change);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Change {
    Call(CallLogEntry),
    ClearedUntil(Timestamp),
}

/// A call in the list. Of several entries of one call the last sent holds, but a deleted one does not
/// come back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CallLogEntry {
    /// With whom.
    pub chat: Chat,
    /// The call; of a group's call the first 8 bytes of its era, big-endian.
    pub call_id: u64,
    /// What it began with.
    pub kind: CallKind,
    /// Who called.
    pub direction: CallDirection,
    /// What became of it.
    pub outcome: CallOutcome,
    /// When it began.
    pub at: Timestamp,
}

wire_enum! {
    /// Who called.
    CallDirection or CallDirection {
        /// The other.
        Incoming,
        /// The owner.
        Outgoing,
    }
}

wire_enum! {
    /// What became of a call.
    CallOutcome or CallOutcome {
        /// It was taken.
        Accepted,
        /// It was declined.
        Declined,
        /// Nobody took it.
        Missed,
        /// The entry was deleted.
        Deleted,
    }
}

impl CallLog {
    /// With this call.
    ///
    /// # Errors
    /// [`Violation::Time`] when its time is out of range.
    pub fn call(entry: CallLogEntry) -> Result<Self, Violation> {
        part::time(entry.at.as_millis())?;
        Ok(Self(Change::Call(entry)))
    }

    /// Without all that was before this time.
    ///
    /// # Errors
    /// [`Violation::Time`] when it is out of range.
    pub fn cleared(until: Timestamp) -> Result<Self, Violation> {
        part::time(until.as_millis()).map(Change::ClearedUntil).map(Self)
    }

    /// The call that it is about.
    #[must_use]
    pub const fn entry(&self) -> Option<&CallLogEntry> {
        match &self.0 {
            Change::Call(entry) => Some(entry),
            Change::ClearedUntil(_) => None,
        }
    }

    /// Until when everything is deleted.
    #[must_use]
    pub const fn cleared_until(&self) -> Option<Timestamp> {
        match self.0 {
            Change::Call(_) => None,
            Change::ClearedUntil(until) => Some(until),
        }
    }
}

impl CallLogEntry {
    fn from_wire(wire: &proto::CallLogEntry) -> Result<Self, Violation> {
        Ok(Self {
            chat: Chat::from_wire(wire.chat.as_ref())?,
            call_id: wire.call_id,
            kind: CallKind::from_wire(wire.kind)?,
            direction: CallDirection::from_wire(wire.direction)?,
            outcome: CallOutcome::from_wire(wire.outcome)?,
            at: part::time(wire.at)?,
        })
    }

    fn to_wire(&self) -> proto::CallLogEntry {
        proto::CallLogEntry {
            chat: Some(self.chat.to_wire()),
            call_id: self.call_id,
            kind: self.kind.to_wire(),
            direction: self.direction.to_wire(),
            outcome: self.outcome.to_wire(),
            at: self.at.as_millis(),
        }
    }
}

impl WireBody for CallLog {
    type Wire = proto::CallLog;

    fn from_wire(wire: proto::CallLog) -> Result<Self, Violation> {
        use proto::call_log::Entry;
        match wire.entry.as_ref().ok_or(Violation::NoCallLogEntry)? {
            Entry::Call(entry) => CallLogEntry::from_wire(entry).map(Change::Call).map(Self),
            Entry::ClearedUntil(until) => Self::cleared(Timestamp::from_millis(*until)),
        }
    }

    fn to_wire(&self) -> proto::CallLog {
        use proto::call_log::Entry;
        let entry = match &self.0 {
            Change::Call(entry) => Entry::Call(entry.to_wire()),
            Change::ClearedUntil(until) => Entry::ClearedUntil(until.as_millis()),
        };
        proto::CallLog { entry: Some(entry) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::AccountId;

    #[test]
    fn the_parts_of_an_entry_are_checked() {
        let good = CallLogEntry {
            chat: Chat::Account(AccountId::new(b"alice").unwrap()),
            call_id: 7,
            kind: CallKind::Video,
            direction: CallDirection::Incoming,
            outcome: CallOutcome::Missed,
            at: Timestamp::from_secs(1),
        };
        let broken = |change: &dyn Fn(&mut proto::CallLogEntry)| {
            let mut wire = good.to_wire();
            change(&mut wire);
            let entry = Some(proto::call_log::Entry::Call(wire));
            CallLog::from_wire(proto::CallLog { entry }).unwrap_err()
        };
        assert_eq!(broken(&|entry| entry.chat = None), Violation::NoChat);
        assert_eq!(broken(&|entry| entry.kind = 0), Violation::CallKind);
        assert_eq!(broken(&|entry| entry.direction = 3), Violation::CallDirection);
        assert_eq!(broken(&|entry| entry.outcome = 5), Violation::CallOutcome);
        assert_eq!(broken(&|entry| entry.at = 0), Violation::Time);
        let empty = CallLog::from_wire(proto::CallLog { entry: None });
        assert_eq!(empty, Err(Violation::NoCallLogEntry));
        assert_eq!(CallLog::cleared(Timestamp::UNIX_EPOCH), Err(Violation::Time));
    }
}
