use super::body::WireBody;
use super::{BodyKind, Violation};
use crate::crypto::VerifyingKey;
use crate::error::error_codes;
use crate::limits::RESENDS;
use crate::wire::proto;

/// Asks the author of a message that could not be read to send its content again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Retry {
    wire_id: [u8; Self::WIRE_ID_LEN],
    session: Option<[u8; Self::SESSION_LEN]>,
    attempt: u8,
    reason: RetryReason,
}

/// Why a message could not be read: for people and logs, nothing is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetryReason {
    /// Not said, or a reason that this version does not know.
    #[default]
    Unspecified,
    /// Its message key had been dropped or had expired.
    KeyGone,
    /// Its header opened, its body did not.
    Body,
    /// It decrypted, but its content was refused.
    Content,
}

impl Retry {
    /// Length in bytes of what names the failed message.
    pub const WIRE_ID_LEN: usize = 12;
    /// Length in bytes of what names a session.
    pub const SESSION_LEN: usize = 8;

    /// Asks for the message whose header nonce is `wire_id`, which failed under the session whose
    /// id begins with `session`, or under none. `attempt` counts the requests for this message,
    /// from 1.
    ///
    /// # Errors
    /// [`Violation::Attempt`] when it is zero or above [`RESENDS`]: give up.
    pub fn new(
        wire_id: [u8; Self::WIRE_ID_LEN],
        session: Option<[u8; Self::SESSION_LEN]>,
        attempt: u32,
        reason: RetryReason,
    ) -> Result<Self, Violation> {
        let attempt = u8::try_from(attempt).map_err(|_| Violation::Attempt)?;
        if !(1..=RESENDS).contains(&attempt.into()) {
            return Err(Violation::Attempt);
        }
        Ok(Self { wire_id, session, attempt, reason })
    }

    /// The header nonce of the message that failed.
    #[must_use]
    pub const fn wire_id(&self) -> &[u8; Self::WIRE_ID_LEN] {
        &self.wire_id
    }

    /// The beginning of the id of the session that it failed under.
    #[must_use]
    pub const fn session(&self) -> Option<&[u8; Self::SESSION_LEN]> {
        self.session.as_ref()
    }

    /// Which request for this message it is, 1 to [`RESENDS`].
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt as u32
    }

    /// Why it could not be read.
    #[must_use]
    pub const fn reason(&self) -> RetryReason {
        self.reason
    }
}

impl WireBody for Retry {
    type Wire = proto::Retry;

    fn from_wire(wire: proto::Retry) -> Result<Self, Violation> {
        let reason = match wire.reason() {
            proto::RetryReason::Unspecified => RetryReason::Unspecified,
            proto::RetryReason::KeyGone => RetryReason::KeyGone,
            proto::RetryReason::Body => RetryReason::Body,
            proto::RetryReason::Content => RetryReason::Content,
        };
        let wire_id = wire.wire_id.as_slice().try_into().map_err(|_| Violation::WireId)?;
        let session = match wire.session.as_slice() {
            [] => None,
            name => Some(name.try_into().map_err(|_| Violation::SessionName)?),
        };
        Self::new(wire_id, session, wire.attempt, reason)
    }

    fn to_wire(&self) -> proto::Retry {
        let reason = match self.reason {
            RetryReason::Unspecified => proto::RetryReason::Unspecified,
            RetryReason::KeyGone => proto::RetryReason::KeyGone,
            RetryReason::Body => proto::RetryReason::Body,
            RetryReason::Content => proto::RetryReason::Content,
        };
        proto::Retry {
            wire_id: self.wire_id.to_vec(),
            session: self.session.map_or_else(Default::default, |name| name.to_vec()),
            attempt: self.attempt(),
            reason: reason.into(),
        }
    }
}

/// What the author of a message remembers of sending it to one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// What it said.
    pub kind: BodyKind,
    /// The signing key of the device that it was encrypted to.
    pub sent_to: VerifyingKey,
    /// The highest attempt that was answered by sending it again; 0 when none was.
    pub answered: u32,
}

/// Whether a content may be sent again without asking anybody (SPEC.md 12.6). `requester` is the
/// signing key of the device whose session the request authenticated under.
///
/// After it was sent again, [`SentMessage::answered`] becomes [`Retry::attempt`]. As only a higher
/// attempt is answered and none is above [`RESENDS`], neither a peer that asks for ever nor a
/// request that comes twice costs more than [`RESENDS`] messages.
///
/// # Errors
/// [`NoResend`] says why not. A device that took the other's place asks with another key: what was
/// written for the old one is not handed to it unless a person says so.
pub fn may_resend(
    original: &SentMessage,
    requester: &VerifyingKey,
    request: &Retry,
) -> Result<(), NoResend> {
    if original.sent_to != *requester {
        return Err(NoResend::IdentityChanged);
    }
    if !original.kind.properties().resent {
        return Err(NoResend::NotOfThisKind);
    }
    if original.answered >= RESENDS {
        return Err(NoResend::Exhausted);
    }
    if request.attempt() <= original.answered {
        return Err(NoResend::AlreadyAnswered);
    }
    Ok(())
}

/// Why a message is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoResend {
    /// The device that asks is not the one that the message was sent to.
    #[error("the identity that asks is not the one that the message was sent to")]
    IdentityChanged,
    /// Messages of this kind are not sent again.
    #[error("messages of this kind are not sent again")]
    NotOfThisKind,
    /// It was sent again as often as allowed.
    #[error("the message was sent again as often as allowed")]
    Exhausted,
    /// This attempt or a later one was answered before.
    #[error("this request was answered before")]
    AlreadyAnswered,
}

error_codes!(NoResend {
    Self::IdentityChanged => ("resend/identity-changed", ShowToUser),
    Self::NotOfThisKind => ("resend/not-of-this-kind", Drop),
    Self::Exhausted => ("resend/exhausted", ShowToUser),
    Self::AlreadyAnswered => ("resend/already-answered", Drop),
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::SigningKey;
    use proptest::prelude::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn key(seed: u64) -> VerifyingKey {
        SigningKey::generate(&mut ChaCha20Rng::seed_from_u64(seed)).verifying_key()
    }

    fn request(attempt: u32) -> Retry {
        Retry::new([7; 12], None, attempt, RetryReason::KeyGone).unwrap()
    }

    fn sent(answered: u32) -> SentMessage {
        SentMessage { kind: BodyKind::Text, sent_to: key(1), answered }
    }

    fn wire() -> proto::Retry {
        Retry::new([7; 12], Some([8; 8]), 1, RetryReason::Body).unwrap().to_wire()
    }

    #[test]
    fn attempts_are_one_to_the_limit() {
        for (attempt, expected) in [(0, false), (1, true), (RESENDS, true), (RESENDS + 1, false)] {
            let retry = Retry::new([7; 12], None, attempt, RetryReason::Body);
            assert_eq!(retry.is_ok(), expected, "{attempt}");
        }
        assert_eq!(Retry::new([7; 12], None, 257, RetryReason::Body), Err(Violation::Attempt));
    }

    #[test]
    fn a_wire_id_is_12_bytes_and_a_session_8_or_absent() {
        for (len, expected) in [(0, false), (11, false), (12, true), (13, false)] {
            let retry = Retry::from_wire(proto::Retry { wire_id: alloc::vec![7; len], ..wire() });
            assert!(retry.is_ok() == expected && (expected || retry == Err(Violation::WireId)));
        }
        for (len, expected) in [(0, true), (7, false), (8, true), (9, false)] {
            let retry = Retry::from_wire(proto::Retry { session: alloc::vec![7; len], ..wire() });
            assert!(
                retry.is_ok() == expected && (expected || retry == Err(Violation::SessionName))
            );
        }
    }

    #[test]
    fn an_unknown_reason_is_unspecified() {
        let retry = Retry::from_wire(proto::Retry { reason: 4, ..wire() }).unwrap();
        assert_eq!(retry.reason(), RetryReason::Unspecified);
    }

    #[test]
    fn nothing_is_sent_again_to_a_changed_identity() {
        assert_eq!(may_resend(&sent(0), &key(1), &request(1)), Ok(()));
        assert_eq!(may_resend(&sent(0), &key(2), &request(1)), Err(NoResend::IdentityChanged));
    }

    #[test]
    fn what_only_serves_a_session_or_a_moment_is_not_sent_again() {
        for kind in BodyKind::ALL {
            let refusal = may_resend(&SentMessage { kind: *kind, ..sent(0) }, &key(1), &request(1));
            let session = matches!(kind, BodyKind::Null | BodyKind::SessionReset | BodyKind::Retry);
            let of_a_call = (1_024..=1_033).contains(&kind.number());
            let moment = matches!(kind, BodyKind::Typing | BodyKind::GroupCallRing);
            let story = matches!(kind, BodyKind::StoryMedia | BodyKind::StoryText);
            let expected = !(session || of_a_call || moment || story);
            assert!(
                refusal.is_ok() == expected
                    && (expected || refusal == Err(NoResend::NotOfThisKind))
            );
        }
    }

    #[test]
    fn a_request_is_answered_once_and_no_more_than_the_limit() {
        let may = |answered, attempt| may_resend(&sent(answered), &key(1), &request(attempt));
        assert_eq!(may(RESENDS - 1, RESENDS), Ok(()));
        assert_eq!(may(RESENDS, RESENDS), Err(NoResend::Exhausted));
        assert_eq!(may(2, 2), Err(NoResend::AlreadyAnswered));
        assert_eq!(may(2, 1), Err(NoResend::AlreadyAnswered));
        assert_eq!(may(2, 3), Ok(()));
    }

    proptest! {
        #[test]
        fn no_order_of_requests_costs_more_than_the_limit(
            attempts in proptest::collection::vec(1..=RESENDS, 0..40),
        ) {
            let (mut original, mut resends) = (sent(0), 0);
            for attempt in attempts {
                if may_resend(&original, &key(1), &request(attempt)).is_ok() {
                    original.answered = attempt;
                    resends += 1;
                }
            }
            prop_assert!(resends <= RESENDS);
        }
    }
}
