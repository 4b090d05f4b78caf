use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

use super::*;

fn device(id: u32) -> DeviceId {
    DeviceId::new(id).unwrap()
}

const CALLER: u32 = 100;

/// A caller and the devices that it calls, with what is on the way between them.
struct Calls {
    caller: Call,
    called: Vec<Call>,
    to_caller: Vec<CallEvent>,
    to_called: Vec<(usize, HangUpReason)>,
}

impl Calls {
    fn new(devices: u32) -> Self {
        let called = (1..=devices).map(|id| Call::incoming(7, device(id), device(CALLER)));
        Self {
            caller: Call::outgoing(7),
            called: called.collect(),
            to_caller: vec![],
            to_called: vec![],
        }
    }

    fn at_caller(&mut self, event: CallEvent) {
        let step = self.caller.step(event);
        self.caller = step.call;
        let Some(CallSignal::HangUp { reason, to }) = step.send else { return };
        for at in 0..self.called.len() {
            let id = device(u32::try_from(at).unwrap() + 1);
            let gets = match to {
                CallSignalTo::All => true,
                CallSignalTo::AllBut(other) => id != other,
                CallSignalTo::One(one) => id == one,
            };
            if gets {
                self.to_called.push((at, reason));
            }
        }
    }

    fn at_called(&mut self, at: usize, event: CallEvent) {
        let by = device(u32::try_from(at).unwrap() + 1);
        let before = self.called[at].phase();
        let step = self.called[at].step(event);
        self.called[at] = step.call;
        if event == CallEvent::Accept && before == CallPhase::Incoming {
            self.to_caller.push(CallEvent::Answered { by });
        }
        match step.send {
            Some(CallSignal::Reject(_)) => self.to_caller.push(CallEvent::Rejected { by }),
            Some(CallSignal::HangUp { reason, to }) => {
                assert_eq!(to, CallSignalTo::One(device(CALLER)));
                self.to_caller.push(CallEvent::HungUp { by, reason });
            }
            None => {}
        }
    }

    /// Delivers something that is on the way, in any order; `false` when nothing is.
    fn deliver(&mut self, which: usize) -> bool {
        let waiting = self.to_caller.len() + self.to_called.len();
        if waiting == 0 {
            return false;
        }
        let which = which % waiting;
        if which < self.to_caller.len() {
            let event = self.to_caller.remove(which);
            self.at_caller(event);
        } else {
            let (at, reason) = self.to_called.remove(which - self.to_caller.len());
            self.at_called(at, CallEvent::HungUp { by: device(CALLER), reason });
        }
        true
    }

    fn act(&mut self, who: usize, what: u8) {
        let event = match what % 4 {
            0 => CallEvent::Accept,
            1 => CallEvent::Decline,
            2 => CallEvent::HangUp,
            _ => CallEvent::TimeOut,
        };
        match who % (self.called.len() + 1) {
            0 if what % 8 == 7 => self.at_caller(CallEvent::LostGlare),
            0 => self.at_caller(event),
            at => self.at_called(at - 1, event),
        }
    }

    fn connected(&self) -> Vec<u32> {
        let is = |call: &&Call| matches!(call.phase(), CallPhase::Connected(_));
        let own = |call: &Call| match call.side {
            Side::Called { own, .. } => own.as_u32(),
            Side::Caller => 0,
        };
        self.called.iter().filter(is).map(own).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn whatever_happens_in_whatever_order_at_most_one_device_has_the_call(
        devices in 1u32..4,
        script in prop::collection::vec((any::<bool>(), any::<u8>(), any::<u8>()), 0..20),
        order in prop::collection::vec(any::<u8>(), 40),
    ) {
        let mut calls = Calls::new(devices);
        for (deliver, who, what) in script {
            if deliver {
                calls.deliver(who.into());
            } else {
                calls.act(who.into(), what);
            }
        }
        let mut order = order.into_iter().cycle();
        while calls.deliver(order.next().unwrap().into()) {}
        let connected = calls.connected();
        prop_assert!(connected.len() <= 1, "{connected:?}");
        match calls.caller.phase() {
            // An end may be known to the called device that declined alone.
            CallPhase::Connected(with) => prop_assert_eq!(connected, vec![with.as_u32()]),
            CallPhase::Ended(_) | CallPhase::Calling => prop_assert!(connected.is_empty()),
            CallPhase::Incoming => prop_assert!(false),
        }
    }

    #[test]
    fn what_is_over_stays_over(what in prop::collection::vec((any::<u8>(), any::<u8>()), 1..30)) {
        let mut calls = Calls::new(2);
        let mut ended = [None; 3];
        for (who, what) in what {
            calls.act(who.into(), what);
            calls.deliver(what.into());
            let all: Vec<_> = calls.called.iter().chain([&calls.caller]).map(Call::phase).collect();
            for (before, now) in ended.iter_mut().zip(all) {
                if let Some(before) = *before {
                    prop_assert_eq!(now, before);
                }
                *before = matches!(now, CallPhase::Ended(_)).then_some(now);
            }
        }
    }
}

#[test]
fn the_first_answer_takes_the_call_and_the_others_hear_of_it() {
    let calling = Call::outgoing(7);
    let step = calling.step(CallEvent::Answered { by: device(1) });
    assert_eq!(step.call.phase(), CallPhase::Connected(device(1)));
    let accepted = HangUpReason::AcceptedElsewhere(device(1));
    let to = CallSignalTo::AllBut(device(1));
    assert_eq!(step.send, Some(CallSignal::HangUp { reason: accepted, to }));
    let late = step.call.step(CallEvent::Answered { by: device(2) });
    assert_eq!(late.call, step.call);
    let to = CallSignalTo::One(device(2));
    assert_eq!(late.send, Some(CallSignal::HangUp { reason: accepted, to }));
    assert_eq!(step.call.step(CallEvent::Answered { by: device(1) }).send, None, "it came twice");
}

#[test]
fn a_device_that_answered_second_gives_up() {
    let ours = Call::incoming(7, device(2), device(CALLER)).step(CallEvent::Accept).call;
    let told = |reason| ours.step(CallEvent::HungUp { by: device(CALLER), reason }).call.phase();
    let elsewhere = CallPhase::Ended(CallEnd::AnsweredElsewhere(device(1)));
    assert_eq!(told(HangUpReason::AcceptedElsewhere(device(1))), elsewhere);
    assert_eq!(told(HangUpReason::AcceptedElsewhere(device(2))), ours.phase(), "that is us");
    assert_eq!(told(HangUpReason::Normal), CallPhase::Ended(CallEnd::HungUp));
}

#[test]
fn one_who_declines_or_is_busy_ends_it_for_all() {
    for (event, end, reason) in [
        (
            CallEvent::Rejected { by: device(1) },
            CallEnd::Declined,
            HangUpReason::DeclinedElsewhere(device(1)),
        ),
        (CallEvent::Busy { by: device(1) }, CallEnd::Busy, HangUpReason::BusyElsewhere(device(1))),
    ] {
        let step = Call::outgoing(7).step(event);
        assert_eq!(step.call.phase(), CallPhase::Ended(end));
        let to = CallSignalTo::AllBut(device(1));
        assert_eq!(step.send, Some(CallSignal::HangUp { reason, to }));
        let other = Call::incoming(7, device(2), device(CALLER));
        let told = other.step(CallEvent::HungUp { by: device(CALLER), reason }).call.phase();
        assert!(matches!(
            told,
            CallPhase::Ended(CallEnd::DeclinedElsewhere(by) | CallEnd::BusyElsewhere(by)) if by == device(1)
        ));
    }
}

#[test]
fn only_the_caller_s_device_ends_what_it_offered() {
    let incoming = Call::incoming(7, device(1), device(CALLER));
    let reason = HangUpReason::Normal;
    let by_another = incoming.step(CallEvent::HungUp { by: device(CALLER + 1), reason });
    assert_eq!(by_another.call, incoming);
    let connected = Call::outgoing(7).step(CallEvent::Answered { by: device(1) }).call;
    assert_eq!(connected.step(CallEvent::HungUp { by: device(2), reason }).call, connected);
    assert_eq!(connected.step(CallEvent::Rejected { by: device(2) }).call, connected);
}

#[test]
fn a_call_that_nobody_takes_is_missed() {
    let step = Call::outgoing(7).step(CallEvent::TimeOut);
    assert_eq!(step.call.phase(), CallPhase::Ended(CallEnd::Missed));
    let all = CallSignal::HangUp { reason: HangUpReason::Normal, to: CallSignalTo::All };
    assert_eq!(step.send, Some(all));
    let incoming = Call::incoming(7, device(1), device(CALLER));
    let told = CallEvent::HungUp { by: device(CALLER), reason: HangUpReason::Normal };
    for event in [CallEvent::TimeOut, told] {
        assert_eq!(incoming.step(event).call.phase(), CallPhase::Ended(CallEnd::Missed));
    }
    let connected = incoming.step(CallEvent::Accept).call;
    assert_eq!(connected.step(CallEvent::TimeOut).call, connected);
}
