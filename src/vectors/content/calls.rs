use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use serde_json::{Value, json};

use super::{Frame, body_of, decode, every, late_changes};
use crate::content::sample::opaque;
use crate::content::{
    Body, BodyKind, Call, CallEvent, CallIce, CallNegotiate, CallOffer, CallOpaque, CallPhase,
    CallSignal, CallSignalTo, CallUrgency, Era, Glare, GroupCallRing, HangUpReason, Offered, glare,
    is_late, time_of_sending,
};
use crate::identity::{AccountId, DeviceId};
use crate::limits::{
    CALL_DESCRIPTION_BYTES, CALL_LIFETIME, ICE_CANDIDATE_BYTES, ICE_CANDIDATES, RUNG_ACCOUNTS,
    TYPING_TIMEOUT,
};
use crate::vectors::party::NOW;
use crate::vectors::{Recorder, Topic};

/// SPEC.md sections 12.4 to 12.6: calls.
pub(in crate::vectors) fn topic() -> Topic {
    let mut topic = Topic::new(
        "content-calls",
        &[
            ("limit", "at a limit"),
            ("V3", "a number out of range: refused where it decides, else taken for the default"),
            ("V4", "ids and references are well-formed and there"),
            ("length", "lengths and counts"),
            ("order", "lists ascend"),
            ("late", "what comes too late"),
            ("glare", "two accounts call each other at once"),
            ("call", "what an event makes of a call"),
        ],
    );
    topic.group(json!({ "op": "decode" }));
    let frame = Frame::new(&mut Recorder::new("content-calls"));
    every(&mut topic, &frame, 1_024..=1_055);
    limits(&mut topic, &frame);
    of_two(&mut topic, &frame);
    of_groups(&mut topic, &frame);
    topic.group(json!({ "op": "is-late" }));
    late(&mut topic);
    topic.group(json!({ "op": "glare" }));
    glares(&mut topic);
    topic.group(json!({ "op": "call-steps", "own_device": 2, "caller_device": 100 }));
    steps(&mut topic);
    topic
}

fn limits(topic: &mut Topic, frame: &Frame) {
    use crate::content::CallKind::Audio;
    let ice = CallIce::new(0, vec![opaque(ICE_CANDIDATE_BYTES); ICE_CANDIDATES]).unwrap();
    let accounts = (0..RUNG_ACCOUNTS).map(|i| AccountId::new(&[u8::try_from(i).unwrap(); 64]));
    let accounts = accounts.map(Result::unwrap);
    let description = opaque(CALL_DESCRIPTION_BYTES);
    let cases: Vec<(&str, Body)> = vec![
        ("call 0", CallOffer { call_id: 0, kind: Audio, description }.into()),
        (
            "the last call",
            CallOffer { call_id: u64::MAX, kind: Audio, description: opaque(1) }.into(),
        ),
        ("the most and longest candidates", ice.into()),
        ("the last round", CallNegotiate::new(1, u32::MAX, opaque(1)).unwrap().into()),
        (
            "can wait",
            CallOpaque { call_id: 1, data: opaque(1), urgency: CallUrgency::CanWait }.into(),
        ),
        (
            "16 accounts ring",
            GroupCallRing::new(Era::from_bytes([0; 16]), 0, accounts).unwrap().into(),
        ),
    ];
    for (comment, body) in cases {
        decode(topic, comment, &["limit"], frame.build(body, None).as_bytes());
    }
}

fn of_two(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, CallOffer, wire, {
        "no kind"["V3"] => wire.kind = 0;
        "an unknown kind"["V3"] => wire.kind = 3;
        "no description"["length"] => wire.description.clear();
        "a description of 16,385 bytes"["length"] => wire.description = vec![0; 16_385];
    });
    late_changes!(topic, frame, CallAnswer, wire, {
        "no description"["length"] => wire.description.clear();
    });
    late_changes!(topic, frame, CallIce, wire, {
        "no candidate"["length"] => wire.candidates.clear();
        "33 candidates"["length"] => wire.candidates = vec![vec![7]; 33];
        "an empty candidate"["length"] => wire.candidates.push(vec![]);
        "a candidate of 1,025 bytes"["length"] => wire.candidates.push(vec![0; 1_025]);
    });
    late_changes!(topic, frame, CallHangUp, wire, {
        "no reason"["V3"] => wire.reason = 0;
        "an unknown reason"["V3"] => wire.reason = 6;
        "a negative reason"["V3"] => wire.reason = -1;
        "normal, with a device"["V4"] => wire.device = 9;
        "accepted elsewhere, without a device"["V4"] => wire.reason = 2;
        "declined elsewhere, without a device"["V4"] => wire.reason = 3;
        "busy elsewhere, without a device"["V4"] => wire.reason = 4;
        "need permission, with a device"["V4"] => (wire.reason, wire.device) = (5, 9);
    });
    late_changes!(topic, frame, CallNegotiate, wire, {
        "no round"["V4"] => wire.round = 0;
        "no description"["length"] => wire.description.clear();
    });
    late_changes!(topic, frame, CallMediaState, wire, { "no round"["V4"] => wire.round = 0; });
    late_changes!(topic, frame, CallOpaque, wire, {
        "no data"["length"] => wire.data.clear();
        "an unknown urgency"["V3"] => wire.urgency = 2;
    });
}

fn of_groups(topic: &mut Topic, frame: &Frame) {
    late_changes!(topic, frame, GroupCallStart, wire, {
        "a name of 15 bytes"["V4"] => wire.era.truncate(15);
        "no kind"["V3"] => wire.kind = 0;
        "a server of 256 bytes"["length"] => wire.server = vec![7; 256];
    });
    late_changes!(topic, frame, GroupCallUpdate, wire, {
        "no name"["V4"] => wire.era.clear();
        "no presence"["V3"] => wire.presence = 0;
        "an unknown presence"["V3"] => wire.presence = 3;
    });
    late_changes!(topic, frame, GroupCallRing, wire, {
        "a name of 17 bytes"["V4"] => wire.era.push(7);
        "17 accounts"["length"] => wire.accounts = (0..17).map(|i| vec![i]).collect();
        "out of order"["order"] => wire.accounts.reverse();
        "an account twice"["order"] => wire.accounts = vec![vec![7], vec![7]];
        "an account of no bytes"["V4"] => wire.accounts = vec![vec![]];
    });
    late_changes!(topic, frame, GroupCallCancel, wire, { "no name"["V4"] => wire.era.clear(); });
    late_changes!(topic, frame, GroupCallEnd, wire, { "no name"["V4"] => wire.era.clear(); });
}

fn late(topic: &mut Topic) {
    let moment = Duration::from_millis(1);
    for (kind, after) in [
        (BodyKind::CallOffer, CALL_LIFETIME),
        (BodyKind::CallOffer, CALL_LIFETIME + moment),
        (BodyKind::GroupCallRing, CALL_LIFETIME + moment),
        (BodyKind::CallHangUp, CALL_LIFETIME + moment),
        (BodyKind::Typing, TYPING_TIMEOUT),
        (BodyKind::Typing, TYPING_TIMEOUT + moment),
        (BodyKind::Text, Duration::from_hours(24 * 365)),
    ] {
        let received = NOW.saturating_add(after);
        let late = is_late(kind, time_of_sending(NOW, received), received);
        let fields = json!({
            "body": kind.number(), "claimed": NOW.as_millis(), "received": received.as_millis(),
        });
        topic.test(kind.name(), &["late"], if late { "late" } else { "ok" }, fields);
    }
}

fn glares(topic: &mut Topic) {
    let (alice, bob) = (AccountId::new(b"alice").unwrap(), AccountId::new(b"bob").unwrap());
    for (ours, theirs) in [(1, 2), (2, 1), (5, 5), (u64::MAX, 0)] {
        for (own, other) in [(&alice, &bob), (&bob, &alice)] {
            let outcome = glare(
                Offered { call_id: ours, caller: own },
                Offered { call_id: theirs, caller: other },
            );
            let call = |id: u64, caller: &AccountId| {
                json!({ "call_id": id.to_be_bytes().map(|b| format!("{b:02x}")).concat(),
                        "caller": hex::encode(caller.as_bytes()) })
            };
            let expect = if outcome == Glare::Ours { "ours" } else { "theirs" };
            let fields = json!({ "ours": call(ours, own), "theirs": call(theirs, other) });
            topic.test("two calls", &["glare"], expect, fields);
        }
    }
}

/// Each event in each phase.
fn steps(topic: &mut Topic) {
    let device = |id| DeviceId::new(id).unwrap();
    let (own, first, third, caller) = (device(2), device(1), device(3), device(100));
    let calling = Call::outgoing(7);
    let incoming = Call::incoming(7, own, caller);
    let starts = [
        ("calling", calling),
        ("calling, answered by 1", calling.step(CallEvent::Answered { by: first }).call),
        ("called", incoming),
        ("called, taken", incoming.step(CallEvent::Accept).call),
        ("called, missed", incoming.step(CallEvent::TimeOut).call),
    ];
    let hung_up = |by, reason| CallEvent::HungUp { by, reason };
    let events = [
        CallEvent::Accept,
        CallEvent::Decline,
        CallEvent::HangUp,
        CallEvent::TimeOut,
        CallEvent::LostGlare,
        CallEvent::Answered { by: first },
        CallEvent::Answered { by: third },
        CallEvent::Rejected { by: first },
        CallEvent::Busy { by: third },
        hung_up(first, HangUpReason::Normal),
        hung_up(first, HangUpReason::NeedPermission),
        hung_up(caller, HangUpReason::Normal),
        hung_up(caller, HangUpReason::AcceptedElsewhere(first)),
        hung_up(caller, HangUpReason::AcceptedElsewhere(own)),
        hung_up(caller, HangUpReason::DeclinedElsewhere(first)),
        hung_up(caller, HangUpReason::BusyElsewhere(first)),
        hung_up(caller, HangUpReason::NeedPermission),
    ];
    for (name, call) in starts {
        for event in events {
            let step = call.step(event);
            let fields = json!({
                "from": phase(call.phase()), "event": described(event), "ours": call.is_ours(),
                "to": phase(step.call.phase()), "send": step.send.map(signal),
            });
            topic.test(name, &["call"], "ok", fields);
        }
    }
}

fn phase(phase: CallPhase) -> Value {
    match phase {
        CallPhase::Connected(with) => json!({ "connected": with.as_u32() }),
        CallPhase::Ended(end) => json!({ "ended": words(&format!("{end:?}")) }),
        CallPhase::Calling | CallPhase::Incoming => json!(words(&format!("{phase:?}"))),
    }
}

fn described(event: CallEvent) -> Value {
    match event {
        CallEvent::Answered { by } => json!({ "answered": by.as_u32() }),
        CallEvent::Rejected { by } => json!({ "rejected": by.as_u32() }),
        CallEvent::Busy { by } => json!({ "busy": by.as_u32() }),
        CallEvent::HungUp { by, reason } => {
            json!({ "hung_up": by.as_u32(), "reason": words(&format!("{reason:?}")) })
        }
        event => json!(words(&format!("{event:?}"))),
    }
}

fn signal(signal: CallSignal) -> Value {
    match signal {
        CallSignal::Reject(to) => json!({ "reject": to.as_u32() }),
        CallSignal::HangUp { reason, to } => {
            let to = match to {
                CallSignalTo::All => json!("all"),
                CallSignalTo::AllBut(one) => json!({ "all_but": one.as_u32() }),
                CallSignalTo::One(one) => json!({ "one": one.as_u32() }),
            };
            json!({ "hang_up": words(&format!("{reason:?}")), "to": to })
        }
    }
}

/// `AcceptedElsewhere(DeviceId(1))` as `accepted-elsewhere 1`.
fn words(name: &str) -> alloc::string::String {
    let name = name.replace("(DeviceId(", " ").replace("))", "");
    let dashed = name.char_indices().flat_map(|(at, c)| {
        let dash = (at > 0 && c.is_uppercase()).then_some('-');
        dash.into_iter().chain(c.to_lowercase())
    });
    dashed.collect()
}
