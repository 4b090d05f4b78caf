use alloc::vec;
use alloc::vec::Vec;

use super::{Frame, decode, split, timer, varint};
use crate::vectors::{Topic, field, integer};

pub(super) fn strictness(topic: &mut Topic, frame: &Frame) {
    let good = frame.with(&[], vec![]);
    let one = |number: u32, bytes: Vec<u8>| vec![(number, bytes)];
    let swapped = {
        let mut parts = split(&good);
        parts.swap(0, 1);
        parts.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<_>>()
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("fields out of order", swapped),
        ("a field twice", [&good[..2], &good].concat()),
        ("the required version in two bytes", frame.with(&[1], one(1, vec![0x08, 0x81, 0]))),
        ("a required version of zero, encoded", frame.with(&[1], one(1, vec![0x08, 0]))),
        ("a required version above 32 bits", frame.with(&[1], one(1, varint(1, 1 << 32)))),
        ("a message id that is an integer", frame.with(&[2], one(2, integer(2, 7)))),
        ("a reserved field of the frame", frame.with(&[], one(10, integer(10, 7)))),
        ("a conversation that says something", frame.with(&[4], one(4, field(4, &integer(1, 1))))),
        ("a body that is an integer", frame.with(&[16], one(16, vec![0x80, 0x01, 5]))),
        (
            "an unknown field of a text",
            frame.body(16, &[field(1, b"hello"), integer(8, 1)].concat()),
        ),
        ("a default that is encoded", frame.body(16, &[0x0a, 0])),
        ("cut off", good[..good.len() - 1].to_vec()),
        ("a byte follows", [&good[..], &[0]].concat()),
        ("field number 0", [&[0x02, 0][..], &good].concat()),
    ];
    for (comment, bytes) in cases {
        decode(topic, comment, &["C2"], &bytes);
    }
}

pub(super) fn unsupported(topic: &mut Topic, frame: &Frame) {
    let one = |number: u32, bytes: Vec<u8>| vec![(number, bytes)];
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("version 2", frame.with(&[1], one(1, integer(1, 2)))),
        ("the highest version", frame.with(&[1], one(1, integer(1, u32::MAX)))),
        ("version 2 without a conversation or list", frame.with(&[1, 4, 8], one(1, integer(1, 2)))),
        (
            "version 2 with an unknown field",
            frame.with(&[1], [one(1, integer(1, 2)), one(10, integer(10, 7))].concat()),
        ),
        ("an unknown body", frame.body(19, b"anything")),
        ("a body that is never assigned", frame.body(63, &[0xff; 9])),
        ("an unknown late body", frame.body(2_016, &[0xff; 9])),
        (
            "an unknown body with a timer",
            frame.with(&[16], [one(7, timer(60, 4)), one(19, field(19, b""))].concat()),
        ),
        ("a group's conversation", frame.with(&[4], one(5, field(5, b"x")))),
        (
            "a story, with an unknown body",
            frame.with(&[4, 16], [one(6, field(6, b"x")), one(22, field(22, b""))].concat()),
        ),
    ];
    for (comment, bytes) in cases {
        decode(topic, comment, &["C10"], &bytes);
    }
    let refused: Vec<(&str, &str, Vec<u8>)> = vec![
        ("an unknown body without a list", "C14", frame.with(&[8, 16], one(19, field(19, b"")))),
        (
            "an unknown body with a bad timer",
            "C12",
            frame.with(&[16], [one(7, timer(60, 0)), one(19, field(19, b""))].concat()),
        ),
        (
            "an unknown body without a conversation",
            "C6",
            frame.with(&[4, 16], one(19, field(19, b""))),
        ),
        ("version 2 without an id", "C4", frame.with(&[1, 2], one(1, integer(1, 2)))),
        (
            "version 2 with two bodies",
            "C9",
            frame.with(&[1], [one(1, integer(1, 2)), one(19, field(19, b""))].concat()),
        ),
    ];
    for (comment, rule, bytes) in refused {
        decode(topic, comment, &["C10", rule], &bytes);
    }
}
