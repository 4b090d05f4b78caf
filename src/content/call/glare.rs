use super::{Call, CallPhase};
use crate::identity::AccountId;

/// A call, as its offer made it known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered<'a> {
    /// The call.
    pub call_id: u64,
    /// Who calls.
    pub caller: &'a AccountId,
}

/// Which of two calls goes on, when two accounts call each other at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glare {
    /// The one that we offered: ignore the other, whose caller comes to the same and ends it.
    Ours,
    /// The one that was offered to us: end ours ([`CallEvent::LostGlare`](super::CallEvent::LostGlare))
    /// and take the other as if nothing had been.
    Theirs,
}

/// Decides for one of two calls; the other side comes to the opposite (SPEC.md 12.6). The higher call
/// id goes on and, of the same, the higher account id.
#[must_use]
pub fn glare(ours: Offered<'_>, theirs: Offered<'_>) -> Glare {
    if (ours.call_id, ours.caller) > (theirs.call_id, theirs.caller) {
        Glare::Ours
    } else {
        Glare::Theirs
    }
}

/// What to do with an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OfferOutcome {
    /// Ring.
    Ring,
    /// The device is in another call: answer with a [`CallBusy`](super::CallBusy).
    Busy,
    /// Both called each other, and this is the call that goes on: end the one we offered, then ring.
    YieldAndRing,
    /// The call is known already, or ours goes on: do nothing.
    Ignore,
}

/// What an offer means to a device of `own` account that is perhaps in a call: `current` is that call
/// with the account that it is with. Judge first whether the offer is late
/// ([`is_late`](crate::content::is_late)) and its author may call at all.
#[must_use]
pub fn on_offer(
    own: &AccountId,
    current: Option<(&Call, &AccountId)>,
    offer: Offered<'_>,
) -> OfferOutcome {
    let Some((call, peer)) = current else { return OfferOutcome::Ring };
    let same = peer == offer.caller && call.id() == offer.call_id;
    match call.phase() {
        _ if same && !call.is_ours() => OfferOutcome::Ignore,
        CallPhase::Ended(_) => OfferOutcome::Ring,
        CallPhase::Calling if peer == offer.caller => {
            match glare(Offered { call_id: call.id(), caller: own }, offer) {
                Glare::Ours => OfferOutcome::Ignore,
                Glare::Theirs => OfferOutcome::YieldAndRing,
            }
        }
        CallPhase::Calling | CallPhase::Incoming | CallPhase::Connected(_) => OfferOutcome::Busy,
    }
}

#[cfg(test)]
mod tests {
    use super::super::CallEvent;
    use super::*;
    use crate::identity::DeviceId;
    use proptest::prelude::*;

    fn account(bytes: &[u8]) -> AccountId {
        AccountId::new(bytes).unwrap()
    }

    fn device(id: u32) -> DeviceId {
        DeviceId::new(id).unwrap()
    }

    proptest! {
        #[test]
        fn both_sides_of_a_glare_agree(
            a in (0u64..3, prop::collection::vec(any::<u8>(), 1..4)),
            b in (0u64..3, prop::collection::vec(any::<u8>(), 1..4)),
        ) {
            prop_assume!(a.1 != b.1);
            let (first, second) = (account(&a.1), account(&b.1));
            let ours = Offered { call_id: a.0, caller: &first };
            let theirs = Offered { call_id: b.0, caller: &second };
            prop_assert_ne!(glare(ours, theirs), glare(theirs, ours));
        }
    }

    #[test]
    fn an_idle_device_rings_and_one_in_a_call_is_busy() {
        let (own, alice, bob) = (account(b"own"), account(b"alice"), account(b"bob"));
        let offer = Offered { call_id: 7, caller: &alice };
        let incoming = Call::incoming(5, device(1), device(2));
        let connected = incoming.step(CallEvent::Accept).call;
        let ended = incoming.step(CallEvent::TimeOut).call;
        let outcome = |call, peer| on_offer(&own, Some((call, peer)), offer);
        assert_eq!(on_offer(&own, None, offer), OfferOutcome::Ring);
        assert_eq!(outcome(&ended, &alice), OfferOutcome::Ring);
        for peer in [&alice, &bob] {
            assert_eq!(outcome(&incoming, peer), OfferOutcome::Busy);
            assert_eq!(outcome(&connected, peer), OfferOutcome::Busy);
        }
        assert_eq!(outcome(&Call::outgoing(5), &bob), OfferOutcome::Busy);
    }

    #[test]
    fn an_offer_that_comes_twice_does_nothing() {
        let (own, alice) = (account(b"own"), account(b"alice"));
        let offer = Offered { call_id: 7, caller: &alice };
        let incoming = Call::incoming(7, device(1), device(2));
        for event in [CallEvent::Accept, CallEvent::Decline, CallEvent::TimeOut] {
            let call = incoming.step(event).call;
            assert_eq!(on_offer(&own, Some((&call, &alice)), offer), OfferOutcome::Ignore);
        }
    }

    #[test]
    fn who_called_each_other_end_up_in_one_call() {
        let (alice, bob) = (account(b"alice"), account(b"bob"));
        for (of_alice, of_bob) in [(1, 2), (2, 1), (5, 5)] {
            let (call_a, call_b) = (Call::outgoing(of_alice), Call::outgoing(of_bob));
            let at_alice =
                on_offer(&alice, Some((&call_a, &bob)), Offered { call_id: of_bob, caller: &bob });
            let at_bob = on_offer(
                &bob,
                Some((&call_b, &alice)),
                Offered { call_id: of_alice, caller: &alice },
            );
            let outcomes = [at_alice, at_bob];
            assert!(outcomes.contains(&OfferOutcome::Ignore), "{outcomes:?}");
            assert!(outcomes.contains(&OfferOutcome::YieldAndRing), "{outcomes:?}");
        }
    }
}
