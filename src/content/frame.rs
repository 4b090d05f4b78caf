use core::fmt;
use core::time::Duration;

use rand_core::CryptoRng;

use super::Violation;
use crate::crypto::Digest;
use crate::identity::ListVersion;
use crate::limits::{CLOCK_SKEW, EXPIRY, SENT_AT};
use crate::time::Timestamp;
use crate::wire::proto;

/// The id of a message: random, chosen by its author, and unique together with the author.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId([u8; Self::LEN]);

impl MessageId {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// A new id.
    #[must_use]
    pub fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut bytes = [0; Self::LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// An id that was stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    pub(super) fn from_wire(bytes: &[u8]) -> Result<Self, Violation> {
        bytes.try_into().map(Self).map_err(|_| Violation::MessageId)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({:032x})", u128::from_be_bytes(self.0))
    }
}

/// What a message is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Conversation {
    /// The two accounts of the session that carries the message; the devices of one, if they are the
    /// same.
    Peer,
    /// A group, as its author knew it.
    Group(GroupBinding),
    /// The audience of a story, which is not named: whoever has the chain is of it.
    Story,
}

/// Names a group and one of its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GroupBinding {
    /// The group's id, the hash of its genesis (SPEC.md 15).
    pub id: Digest,
    /// The revision of the state that the author knew.
    pub revision: u32,
    /// The first 16 bytes of that state's hash: another state of this revision shows a fork.
    pub state: [u8; Self::STATE_LEN],
}

impl GroupBinding {
    /// Bytes of a state's hash that name it.
    pub const STATE_LEN: usize = 16;
}

impl Conversation {
    /// Whether both are the same, whatever state of a group their authors knew.
    #[must_use]
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Group(a), Self::Group(b)) => a.id == b.id,
            (a, b) => a == b,
        }
    }

    pub(super) fn from_wire(
        wire: Option<&proto::content::Conversation>,
    ) -> Result<Self, Violation> {
        match wire.ok_or(Violation::NoConversation)? {
            proto::content::Conversation::Peer(_) => Ok(Self::Peer),
            proto::content::Conversation::Story(_) => Ok(Self::Story),
            proto::content::Conversation::Group(group) => {
                let malformed = |_| Violation::GroupBinding;
                let id = group.id.as_slice().try_into().map_err(malformed)?;
                let state = group.state.as_slice().try_into().map_err(malformed)?;
                let id = Digest::from_bytes(id);
                Ok(Self::Group(GroupBinding { id, revision: group.revision, state }))
            }
        }
    }

    pub(super) fn to_wire(self) -> proto::content::Conversation {
        match self {
            Self::Peer => proto::content::Conversation::Peer(proto::Peer {}),
            Self::Story => proto::content::Conversation::Story(proto::Story {}),
            Self::Group(GroupBinding { id, revision, state }) => {
                let (id, state) = (id.as_bytes().to_vec(), state.to_vec());
                proto::content::Conversation::Group(proto::Group { id, revision, state })
            }
        }
    }
}

/// The state of a conversation's disappearing-message timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Expiry {
    seconds: u32,
    timer_version: u32,
}

impl Expiry {
    /// A timer of `duration`, in whole seconds; zero is a timer that was turned off. The version
    /// begins at 1 and rises by one with every change in the conversation.
    ///
    /// # Errors
    /// [`Violation::ExpiryDuration`] above [`EXPIRY`] or with a fraction of a second,
    /// [`Violation::ExpiryVersion`] when the version is zero.
    pub fn new(duration: Duration, timer_version: u32) -> Result<Self, Violation> {
        if duration > EXPIRY || duration.subsec_nanos() != 0 {
            return Err(Violation::ExpiryDuration);
        }
        if timer_version == 0 {
            return Err(Violation::ExpiryVersion);
        }
        let seconds = u32::try_from(duration.as_secs()).map_err(|_| Violation::ExpiryDuration)?;
        Ok(Self { seconds, timer_version })
    }

    /// How long after it was read a message is deleted; zero: never.
    #[must_use]
    pub const fn duration(&self) -> Duration {
        Duration::from_secs(self.seconds as u64)
    }

    /// Counts the changes of the timer in this conversation.
    #[must_use]
    pub const fn timer_version(&self) -> u32 {
        self.timer_version
    }

    /// The timer that holds after hearing of both: the one with the higher version. Of two changes
    /// made at once the shorter timer holds, so that both sides end up with the same and nothing
    /// lives longer than one of them asked (SPEC.md 12.6).
    #[must_use]
    pub fn newest(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    /// Orders by version, then shorter timers above longer ones and any above none.
    const fn rank(self) -> (u32, u32) {
        let shortness = if self.seconds == 0 { 0 } else { u32::MAX.saturating_sub(self.seconds) };
        (self.timer_version, shortness)
    }

    pub(super) fn from_wire(wire: proto::Expiry) -> Result<Self, Violation> {
        Self::new(Duration::from_secs(wire.seconds.into()), wire.timer_version)
    }

    pub(super) const fn to_wire(self) -> proto::Expiry {
        proto::Expiry { seconds: self.seconds, timer_version: self.timer_version }
    }
}

/// Names one signed device list of an account. Comparing it with the list that one holds shows a
/// missed update or a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceListRef {
    /// The list's number in its chain.
    pub version: ListVersion,
    /// The hash of the list's signed body.
    pub hash: Digest,
}

impl DeviceListRef {
    fn from_wire(wire: &proto::DeviceListRef) -> Result<Self, Violation> {
        let hash = wire.hash.as_slice().try_into().map_err(|_| Violation::DeviceList)?;
        let version = ListVersion::new(wire.version).ok_or(Violation::DeviceList)?;
        Ok(Self { version, hash: Digest::from_bytes(hash) })
    }

    fn to_wire(self) -> proto::DeviceListRef {
        let hash = self.hash.as_bytes().to_vec();
        proto::DeviceListRef { version: self.version.as_u32(), hash }
    }
}

/// The device lists that the author knew when it sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeviceLists {
    /// The author's own newest list.
    pub own: DeviceListRef,
    /// The newest list of the receiver's account that the author has seen, if any.
    pub peer: Option<DeviceListRef>,
}

impl DeviceLists {
    pub(super) fn from_wire(frame: &proto::Content) -> Result<Self, Violation> {
        let own = frame.own_list.as_ref().ok_or(Violation::NoDeviceList)?;
        Ok(Self {
            own: DeviceListRef::from_wire(own)?,
            peer: frame.peer_list.as_ref().map(DeviceListRef::from_wire).transpose()?,
        })
    }

    pub(super) fn write_to(self, frame: &mut proto::Content) {
        frame.own_list = Some(self.own.to_wire());
        frame.peer_list = self.peer.map(DeviceListRef::to_wire);
    }
}

/// A time of sending that can be shown and stored: 1 ms after the epoch to the end of 9999.
pub(super) fn check_sent_at(sent_at: Timestamp) -> Result<Timestamp, Violation> {
    let since_epoch = sent_at.since(Timestamp::UNIX_EPOCH);
    if since_epoch.is_zero() || since_epoch > SENT_AT {
        return Err(Violation::SentAt);
    }
    Ok(sent_at)
}

/// The time at which a message counts as sent, for ordering and expiry: the one that its author
/// claims, but not later than when it was received. A claim more than [`CLOCK_SKEW`] ahead is worth
/// showing: the author's clock or ours is wrong. The message itself is never refused for it (rule
/// V14, SPEC.md 12.6).
#[must_use]
pub fn time_of_sending(claimed: Timestamp, received: Timestamp) -> SentAt {
    if claimed > received.saturating_add(CLOCK_SKEW) {
        SentAt::Implausible { counts_as: received }
    } else {
        SentAt::Plausible { counts_as: claimed.min(received) }
    }
}

/// What [`time_of_sending`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SentAt {
    /// The author's clock may be right.
    Plausible {
        /// The claimed time, or that of receiving if it is earlier.
        counts_as: Timestamp,
    },
    /// The author's clock is far ahead of ours.
    Implausible {
        /// The time of receiving.
        counts_as: Timestamp,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(seconds: u64, timer_version: u32) -> Result<Expiry, Violation> {
        Expiry::new(Duration::from_secs(seconds), timer_version)
    }

    #[test]
    fn a_timer_is_whole_seconds_up_to_its_limit() {
        let limit = EXPIRY.as_secs();
        assert_eq!(seconds(limit, 1).unwrap().duration(), EXPIRY);
        assert_eq!(seconds(limit + 1, 1), Err(Violation::ExpiryDuration));
        assert_eq!(Expiry::new(Duration::from_millis(1_500), 1), Err(Violation::ExpiryDuration));
        assert_eq!(seconds(0, 1).unwrap().duration(), Duration::ZERO);
        assert_eq!(seconds(5, 0), Err(Violation::ExpiryVersion));
        assert_eq!(seconds(5, u32::MAX).unwrap().timer_version(), u32::MAX);
    }

    #[test]
    fn of_two_timers_the_newer_and_then_the_shorter_holds() {
        let timer = |s, v| seconds(s, v).unwrap();
        assert_eq!(timer(60, 2).newest(timer(5, 1)), timer(60, 2));
        assert_eq!(timer(60, 2).newest(timer(5, 2)), timer(5, 2));
        assert_eq!(timer(0, 2).newest(timer(5, 2)), timer(5, 2));
        assert_eq!(timer(0, 3).newest(timer(5, 2)), timer(0, 3));
    }

    proptest! {
        #[test]
        fn which_timer_holds_does_not_depend_on_the_order(
            timers in proptest::collection::vec((0..=EXPIRY.as_secs(), 1u32..4), 1..6),
        ) {
            let timers = timers.into_iter().map(|(s, v)| seconds(s, v).unwrap());
            let forwards = timers.clone().reduce(Expiry::newest);
            prop_assert_eq!(forwards, timers.rev().reduce(Expiry::newest));
        }
    }

    #[test]
    fn a_time_of_sending_lies_between_the_epoch_and_the_year_10000() {
        let last = Timestamp::from_millis(253_402_300_799_999);
        assert_eq!(check_sent_at(Timestamp::UNIX_EPOCH), Err(Violation::SentAt));
        assert!(check_sent_at(Timestamp::from_millis(1)).is_ok());
        assert!(check_sent_at(last).is_ok());
        let after = last.saturating_add(Duration::from_millis(1));
        assert_eq!(check_sent_at(after), Err(Violation::SentAt));
    }

    #[test]
    fn a_message_never_counts_as_sent_after_it_came() {
        let now = Timestamp::from_secs(1_800_000_000);
        let earlier = Timestamp::from_secs(1_700_000_000);
        let skewed = now.saturating_add(CLOCK_SKEW);
        let ahead = skewed.saturating_add(Duration::from_millis(1));
        assert_eq!(time_of_sending(earlier, now), SentAt::Plausible { counts_as: earlier });
        assert_eq!(time_of_sending(skewed, now), SentAt::Plausible { counts_as: now });
        assert_eq!(time_of_sending(ahead, now), SentAt::Implausible { counts_as: now });
        let last = Timestamp::MAX;
        assert_eq!(time_of_sending(last, last), SentAt::Plausible { counts_as: last });
    }

    #[test]
    fn random_ids_come_from_the_generator() {
        use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let (first, second) = (MessageId::random(&mut rng), MessageId::random(&mut rng));
        assert_ne!(first, second);
        assert_eq!(first, MessageId::random(&mut ChaCha20Rng::seed_from_u64(1)));
        assert_eq!(MessageId::from_bytes(*first.as_bytes()), first);
    }
}
