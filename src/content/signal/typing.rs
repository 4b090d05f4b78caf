use crate::content::Violation;
use crate::content::body::WireBody;
use crate::content::part::wire_enum;
use crate::limits::{TYPING_INTERVAL, TYPING_TIMEOUT};
use crate::time::Timestamp;
use crate::wire::proto;

/// The author does something in the conversation, or stopped. Shown until [`typing_ends`], never
/// stored. Only means something in a conversation that the user shares with the author (V12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Typing {
    /// What the author does.
    pub state: TypingState,
}

wire_enum! {
    /// What the author does in the conversation.
    TypingState or default {
        /// Writes; also what this version does not know.
        #[default]
        Started,
        /// No longer does anything.
        Stopped,
        /// Records a voice note.
        Recording,
    }
}

impl WireBody for Typing {
    type Wire = proto::Typing;

    fn from_wire(wire: proto::Typing) -> Result<Self, Violation> {
        Ok(Self { state: TypingState::from_wire(wire.state) })
    }

    fn to_wire(&self) -> proto::Typing {
        proto::Typing { state: self.state.to_wire() }
    }
}

/// Whether to tell a conversation what the user does there (SPEC.md 12.6): when it changed, and again
/// every [`TYPING_INTERVAL`] while it lasts. `told` is what it was last told, and when. That the user
/// allows it and the contact is accepted is for the caller to see to.
#[must_use]
pub fn may_send_typing(
    told: Option<(TypingState, Timestamp)>,
    state: TypingState,
    now: Timestamp,
) -> bool {
    match told {
        None => state != TypingState::Stopped,
        Some((before, _)) if before != state => true,
        Some((_, at)) => state != TypingState::Stopped && now.since(at) >= TYPING_INTERVAL,
    }
}

/// Until when to show what came at `received`; `None`: show nothing.
#[must_use]
pub fn typing_ends(state: TypingState, received: Timestamp) -> Option<Timestamp> {
    (state != TypingState::Stopped).then(|| received.saturating_add(TYPING_TIMEOUT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use TypingState::{Recording, Started, Stopped};
    use core::time::Duration;

    #[test]
    fn an_unknown_state_counts_as_started() {
        for (number, state) in
            [(0, Started), (1, Stopped), (2, Recording), (3, Started), (-1, Started)]
        {
            assert_eq!(Typing::from_wire(proto::Typing { state: number }), Ok(Typing { state }));
        }
    }

    #[test]
    fn the_same_is_told_every_ten_seconds_and_a_change_at_once() {
        let at = Timestamp::from_secs(100);
        let soon = at.saturating_add(TYPING_INTERVAL.saturating_sub(Duration::from_millis(1)));
        let later = at.saturating_add(TYPING_INTERVAL);
        assert!(may_send_typing(None, Started, at));
        assert!(!may_send_typing(None, Stopped, at), "nobody thinks otherwise");
        assert!(!may_send_typing(Some((Started, at)), Started, soon));
        assert!(may_send_typing(Some((Started, at)), Started, later));
        assert!(may_send_typing(Some((Started, at)), Recording, soon));
        assert!(may_send_typing(Some((Recording, at)), Stopped, at));
        assert!(!may_send_typing(Some((Stopped, at)), Stopped, later));
    }

    #[test]
    fn it_is_shown_longer_than_the_pause_between_two() {
        let received = Timestamp::from_secs(100);
        assert_eq!(typing_ends(Recording, received), Some(Timestamp::from_secs(115)));
        assert_eq!(typing_ends(Stopped, received), None);
        assert!(TYPING_TIMEOUT > TYPING_INTERVAL);
    }
}
