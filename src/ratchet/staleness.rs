use core::time::Duration;

/// What a session's two ratchets have done to shut out whoever once read its state. SPEC.md
/// section 9.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Healing {
    /// The Double Ratchet: a turn completes with the first message of every new chain of the
    /// peer's.
    pub classical: Staleness,
    /// The post-quantum ratchet: an epoch takes dozens of messages in both directions.
    pub post_quantum: Staleness,
    /// Whether to send an empty message now, because there is nothing else to send and the
    /// post-quantum ratchet has to move: it is older than [`crate::limits::PQ_EPOCH_AGE`].
    pub should_send_carrier: bool,
}

/// How far one of the two ratchets has come, and how long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// Turns or epochs completed since the session began.
    pub completed: u32,
    /// Messages sent since the last of them, or since the session began.
    pub sent: u32,
    /// Messages received since then. In the classical half, of which each chain has one sender,
    /// also those that are still missing.
    pub received: u32,
    /// Time since then.
    pub age: Duration,
}
