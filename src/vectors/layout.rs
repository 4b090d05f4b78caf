use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::{Topic, encode};
use crate::identity::{AccountId, DeviceAddress, DeviceId};
use crate::wire::{pad, padded_len, read_all, unpad};

/// SPEC.md section 4: fixed layout and padding.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "codec-padding",
        &[("boundary", "at a limit, or one past it"), ("padding", "the padding itself is wrong")],
    );
    lengths(&mut topic);
    texts(&mut topic);
    addresses(&mut topic);
    topic
}

fn lengths(topic: &mut Topic) {
    topic.group(json!({ "op": "padded-length" }));
    for len in [0, 1, 126, 127, 128, 129, 143, 144, 254, 255, 256, 511, 512, 999, 1023, 1024] {
        topic.test("", &[], "ok", json!({ "length": len, "padded": padded_len(len) }));
    }
    for len in [8_191, 8_192, 65_535, 65_536] {
        topic.test("", &["boundary"], "ok", json!({ "length": len, "padded": padded_len(len) }));
    }
}

fn texts(topic: &mut Topic) {
    topic.group(json!({ "op": "unpad" }));
    for text in [&b""[..], b"hello", b"ends in a mark\x80", b"ends in zeros\0\0", &[0x80; 127]] {
        let mut padded = text.to_vec();
        pad(&mut padded, 0);
        let fields = json!({ "padded": hex::encode(padded), "text": hex::encode(text) });
        topic.test("a padded text", &[], "ok", fields);
    }
    let padded = |text: &[u8], zeros: usize| [text, &[0x80], &vec![0; zeros]].concat();
    let cases: [(&str, Vec<u8>); 9] = [
        ("nothing", vec![]),
        ("zeros", vec![0; 128]),
        ("no mark", vec![1; 128]),
        ("a mark alone", vec![0x80]),
        ("one byte too short", padded(b"hello", 121)),
        ("one byte too long", padded(b"hello", 123)),
        ("the next size class", padded(b"hello", 138)),
        ("something after the mark", [&padded(b"hello", 121)[..], &[1]].concat()),
        ("no room for the mark", [&[7; 127][..], &[0x81]].concat()),
    ];
    for (comment, bytes) in cases {
        let expect = unpad(&bytes).map_or_else(|error| error.code(), |_| "ok");
        topic.test(comment, &["padding"], expect, json!({ "padded": hex::encode(bytes) }));
    }
}

fn addresses(topic: &mut Topic) {
    topic.group(json!({ "op": "address" }));
    for (account, device) in [(&b"a"[..], 1), (b"alice", 0x0102_0304), (&[0xff; 64], u32::MAX)] {
        let address = DeviceAddress {
            account: AccountId::new(account).unwrap(),
            device: DeviceId::new(device).unwrap(),
        };
        let fields = json!({
            "bytes": hex::encode(encode(&address)), "account": hex::encode(account),
            "device": device,
        });
        topic.test("an address", &[], "ok", fields);
    }
    let of =
        |len: u16, account: &[u8], rest: &[u8]| [&len.to_be_bytes()[..], account, rest].concat();
    let cases: [(&str, Vec<u8>); 9] = [
        ("nothing", vec![]),
        ("half a length", vec![0]),
        ("the account is cut off", of(5, b"alic", &[])),
        ("the device is cut off", of(5, b"alice", &[1, 2, 3])),
        ("a byte follows", of(5, b"alice", &[1, 2, 3, 4, 5])),
        ("no account", of(0, b"", &[1, 2, 3, 4])),
        ("device 0", of(5, b"alice", &[0; 4])),
        ("65 bytes of account", of(65, &[7; 65], &[1, 2, 3, 4])),
        ("the longest length", of(u16::MAX, &[7; 64], &[1, 2, 3, 4])),
    ];
    for (comment, bytes) in cases {
        let result = read_all::<DeviceAddress>(&bytes);
        let expect = result.map_or_else(|error| error.code(), |_| "ok");
        topic.test(comment, &[], expect, json!({ "bytes": hex::encode(bytes) }));
    }
}
