use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Value, json};

use super::{Recorder, Topic, flipped};
use crate::crypto::whole_hash;
use crate::media::tests::{Object, buffer, open, plain, seal_with, sealed_by_a_holder};
use crate::media::{
    CHUNK_LEN, Chunk, ChunkOpener, ChunkSealer, DedupKey, MediaKey, MediaRoot, Outboard, Resealer,
    SealedMedia, SeekOpener, waveform,
};

/// SPEC.md section 17: objects of many sizes, and everything that is refused.
pub(super) fn topic() -> Topic {
    let mut topic = Topic::new(
        "media-encryption",
        &[
            ("outboard", "opened with the object's list of chaining values"),
            ("holder", "somebody else who has the key made it"),
            ("pointer", "what the message says is wrong, not the object"),
        ],
    );
    let mut rng = Recorder::new("media-encryption");
    sealing(&mut topic, &mut rng);
    topic.group(json!({ "op": "media-open" }));
    opening(&mut topic, &mut rng);
    refusals(&mut topic, &mut rng);
    holders(&mut topic, &mut rng);
    pointers(&mut topic, &mut rng);
    seeking(&mut topic, &mut rng);
    lengths(&mut topic, &mut rng);
    lists(&mut topic, &mut rng);
    resealing(&mut topic, &mut rng);
    helpers(&mut topic, &mut rng);
    topic
}

/// An object and how to make it.
struct Made {
    object: Object,
    from: Value,
}

fn make(len: usize, rng: &mut Recorder) -> Made {
    let sealer = ChunkSealer::new(rng);
    let from = json!({ "random": rng.taken(), "plaintext_len": len });
    Made { object: seal_with(sealer, &plain(len)), from }
}

fn pointer(media: &SealedMedia) -> Value {
    json!({
        "key": hex::encode(media.key().as_bytes()),
        "plaintext_len": media.plaintext_len(),
        "ciphertext_len": media.ciphertext_len(),
        "root": hex::encode(media.root().as_bytes()),
    })
}

fn sealing(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "media-seal" }));
    for len in [
        0, 1, 127, 128, 1_000, 64_511, 64_512, 65_463, 65_464, 65_465, 100_000, 130_983, 130_984,
        130_985, 196_504, 300_000, 8_388_608,
    ] {
        let Made { object, from } = make(len, rng);
        let mut fields = from;
        fields["media"] = pointer(&object.media);
        fields["chunks"] = json!(object.media.geometry().chunks());
        fields["header"] = json!(hex::encode(&object.bytes[..56]));
        if object.bytes.len() < 2_000 {
            fields["object"] = json!(hex::encode(&object.bytes));
        }
        if object.list.len() < 1_000 {
            fields["outboard"] = json!(hex::encode(&object.list));
        }
        fields["record"] = json!(hex::encode(&*object.record.to_bytes()));
        topic.test("sealed", &[], "ok", fields);
    }
}

/// Something that happens to an object.
enum Edit {
    Cut(usize),
    Append(usize),
    Xor(usize),
    Order(Vec<usize>),
    /// Chunk, whether sealed as the last, and the byte that its text is made of.
    Seal(u64, bool, u8),
}

impl Edit {
    fn apply(&self, object: &Object) -> Vec<u8> {
        match self {
            Self::Cut(len) => object.bytes[..*len].to_vec(),
            Self::Append(zeros) => [&object.bytes[..], &vec![0; *zeros]].concat(),
            Self::Xor(at) => flipped(&object.bytes, *at),
            Self::Order(order) => {
                let chunks: Vec<_> = object.chunks().collect();
                order.iter().flat_map(|index| chunks[*index].to_vec()).collect()
            }
            Self::Seal(index, last, byte) => {
                let chunk = object.media.geometry().chunk(*index).unwrap();
                sealed_by_a_holder(object, &Chunk { last: *last, ..chunk }, *byte)
            }
        }
    }

    fn describe(&self) -> Value {
        match self {
            Self::Cut(len) => json!({ "cut": len }),
            Self::Append(zeros) => json!({ "append_zeros": zeros }),
            Self::Xor(at) => json!({ "xor_one": at }),
            Self::Order(order) => json!({ "order": order }),
            Self::Seal(index, last, byte) => {
                json!({ "seal": { "chunk": index, "last": last, "byte": byte } })
            }
        }
    }
}

/// One test without and one with the list of chaining values.
fn both(topic: &mut Topic, comment: &str, flags: &[&str], made: &Made, edit: Option<&Edit>) {
    both_as(topic, comment, flags, made, edit, &made.object.media);
}

fn both_as(
    topic: &mut Topic,
    comment: &str,
    flags: &[&str],
    made: &Made,
    edit: Option<&Edit>,
    media: &SealedMedia,
) {
    let object = &made.object;
    let bytes = edit.map_or_else(|| object.bytes.clone(), |edit| edit.apply(object));
    let plain = ChunkOpener::new(media.clone());
    let outboard = Outboard::verify(media, object.list.clone()).ok();
    let verified = outboard.map(|outboard| ChunkOpener::with_outboard(media.clone(), outboard));
    for (opener, extra) in [(Some(plain), None), (verified, Some("outboard"))] {
        let Some(opener) = opener else { continue };
        let result = open(opener, &bytes);
        let expect = result.map_or_else(|error| error.code(), |_| "ok");
        let fields = json!({
            "of": made.from,
            "media": pointer(media),
            "edit": edit.map(Edit::describe),
            "outboard": extra.map(|_| hex::encode(&object.list)),
        });
        let flags: Vec<_> = flags.iter().copied().chain(extra).collect();
        topic.test(comment, &flags, expect, fields);
    }
}

fn opening(topic: &mut Topic, rng: &mut Recorder) {
    for len in [0, 127, 65_463, 65_464, 200_000] {
        both(topic, "as it was sealed", &[], &make(len, rng), None);
    }
}

fn refusals(topic: &mut Topic, rng: &mut Recorder) {
    let made = make(180_000, rng);
    let len = made.object.bytes.len();
    for end in [0, 55, 56, 65_535, 65_536, 131_072, len - 1] {
        both(topic, "cut short", &[], &made, Some(&Edit::Cut(end)));
    }
    for zeros in [1, 65_536] {
        both(topic, "bytes follow", &[], &made, Some(&Edit::Append(zeros)));
    }
    for at in [56, 65_520, 65_536, 131_071, len - 1] {
        both(topic, "a changed bit", &[], &made, Some(&Edit::Xor(at)));
    }
    both(topic, "a changed salt", &[], &made, Some(&Edit::Xor(0)));
    for at in [24, 55] {
        both(topic, "a changed commitment", &[], &made, Some(&Edit::Xor(at)));
    }
    let long = make(400_000, rng);
    for (comment, order) in [
        ("two chunks swapped", vec![0, 2, 1, 3, 4, 5, 6]),
        ("a chunk moved", vec![0, 1, 4, 2, 3, 5, 6]),
        ("a chunk repeated", vec![0, 1, 1, 3, 4, 5, 6]),
        ("a chunk left out", vec![0, 1, 2, 4, 5, 6]),
        ("the first chunk elsewhere", vec![0, 1, 2, 0, 4, 5, 6]),
        ("the first chunk displaced", vec![1, 0, 2, 3, 4, 5, 6]),
        ("the last chunk left out", vec![0, 1, 2, 3, 4, 5]),
    ] {
        both(topic, comment, &[], &long, Some(&Edit::Order(order)));
    }
}

fn holders(topic: &mut Topic, rng: &mut Recorder) {
    let made = make(180_000, rng);
    for index in 0..3 {
        let edit = Edit::Seal(index, index == 2, 7);
        both(topic, "another text", &["holder"], &made, Some(&edit));
    }
    for index in [1, 2] {
        let edit = Edit::Seal(index, index == 1, 7);
        both(topic, "marked wrongly as the last or not", &["holder"], &made, Some(&edit));
    }
    let edit = Edit::Seal(0, true, 7);
    both(topic, "another text of an only chunk", &["holder"], &make(100, rng), Some(&edit));
}

fn pointers(topic: &mut Topic, rng: &mut Recorder) {
    for len in [100, 180_000] {
        let made = make(len, rng);
        let media = &made.object.media;
        let with = |key: &MediaKey, len: u64, root: &MediaRoot| {
            SealedMedia::new(key.clone(), len, media.ciphertext_len(), *root).unwrap()
        };
        let (key, len, root) = (media.key(), media.plaintext_len(), media.root());
        let flags = &["pointer"];
        let other = MediaKey::from_bytes(rng.bytes());
        both_as(topic, "another key", flags, &made, None, &with(&other, len, root));
        let other = MediaRoot::from_bytes(rng.bytes());
        both_as(topic, "another hash", flags, &made, None, &with(key, len, &other));
        for (comment, len) in [("a longer plaintext", len + 1), ("a shorter plaintext", len - 1)] {
            both_as(topic, comment, flags, &made, None, &with(key, len, root));
        }
    }
}

fn seeking(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "media-seek" }));
    let made = make(180_000, rng);
    let object = &made.object;
    let mut test = |comment: &str, header: &[u8], index: u64, sealed: &[u8]| {
        let mut sealed = sealed.to_vec();
        let mut fields = json!({
            "of": made.from,
            "header": hex::encode(header),
            "index": index,
        });
        let opener =
            SeekOpener::new(object.media.clone(), object.outboard(), header.first_chunk().unwrap());
        let result = opener.and_then(|opener| {
            let text = opener.open_chunk(index, &mut sealed)?;
            fields["text_blake3"] = json!(hex::encode(whole_hash(text)));
            Ok(())
        });
        topic.test(comment, &["outboard"], result.map_or_else(|e| e.code(), |()| "ok"), fields);
    };
    let header = &object.bytes[..56];
    for (index, chunk) in (0..).zip(object.chunks()) {
        test("a chunk alone", header, index, chunk);
    }
    test("no such chunk", header, 3, &object.bytes[131_072..]);
    for at in [0, 30] {
        test("a changed header", &flipped(header, at), 1, &object.bytes[65_536..131_072]);
    }
}

fn lengths(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "media-lengths" }));
    let limit = crate::limits::MEDIA_BYTES;
    for (plaintext, ciphertext) in [
        (0, 200),
        (127, 200),
        (128, 216),
        (65_464, 65_624),
        (1 << 32, 4_363_141_448),
        ((1 << 32) + 1, 4_363_141_448),
        (limit, 1_116_964_193_368),
        (limit, 0),
        (0, 199),
        (0, 201),
        (128, 200),
        (1 << 32, 216),
        (limit + 1, 0),
        (u64::MAX, u64::MAX),
    ] {
        let key = MediaKey::from_bytes(rng.bytes());
        let root = MediaRoot::from_bytes(rng.bytes());
        let media = SealedMedia::new(key, plaintext, ciphertext, root);
        let fields = json!({ "plaintext_len": plaintext, "ciphertext_len": ciphertext });
        topic.test("lengths", &["pointer"], media.map_or_else(|e| e.code(), |_| "ok"), fields);
    }
}

fn lists(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "media-outboard" }));
    let made = make(180_000, rng);
    let list = &made.object.list;
    let mut rotated = list.clone();
    rotated.rotate_left(32);
    for (comment, list) in [
        ("the object's", list.clone()),
        ("a value missing", list[..64].to_vec()),
        ("half a value missing", list[..80].to_vec()),
        ("a byte too many", [&list[..], &[0]].concat()),
        ("a changed bit", flipped(list, 40)),
        ("values in another order", rotated),
    ] {
        let result = Outboard::verify(&made.object.media, list.clone());
        let fields = json!({ "media": pointer(&made.object.media), "outboard": hex::encode(list) });
        topic.test(comment, &["outboard"], result.map_or_else(|e| e.code(), |_| "ok"), fields);
    }
}

fn resealing(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "media-seal-again" }));
    let made = make(100_000, rng);
    let resealer = Resealer::new(made.object.record.clone(), made.object.outboard());
    let plaintext = plain(100_000);
    for (comment, index, changed) in [
        ("the same plaintext", 0, None),
        ("the same plaintext", 1, None),
        ("another plaintext", 0, Some(0)),
        ("another plaintext", 1, Some(99_999)),
        ("no such chunk", 2, None),
    ] {
        let mut plaintext = plaintext.clone();
        if let Some(at) = changed {
            let at: usize = at;
            plaintext[at] ^= 1;
        }
        let mut buffer = buffer();
        if let Some(chunk) = resealer.chunk(index) {
            let begin = usize::try_from(made.object.media.geometry().text(index).start).unwrap();
            buffer[chunk.text()].copy_from_slice(&plaintext[begin..begin + chunk.text_len]);
        }
        let result = resealer.seal_again(index, &mut buffer);
        let begin = usize::try_from(index).unwrap() * CHUNK_LEN;
        assert!(result.is_err() || made.object.bytes[begin..].starts_with(result.unwrap()));
        let fields = json!({ "of": made.from, "index": index, "xor_one": changed });
        topic.test(comment, &[], result.map_or_else(|e| e.code(), |_| "ok"), fields);
    }
}

fn helpers(topic: &mut Topic, rng: &mut Recorder) {
    topic.group(json!({ "op": "media-waveform" }));
    let peaks: Vec<u16> = (0..300u32).map(|i| u16::try_from((i * 397) % 32_769).unwrap()).collect();
    for peaks in [&peaks[..], &peaks[..128], &peaks[..129], &[5, 0, 9], &[0, 0], &[]] {
        let fields = json!({ "peaks": peaks, "waveform": hex::encode(waveform(peaks)) });
        topic.test("bars", &[], "ok", fields);
    }
    topic.group(json!({ "op": "media-dedup" }));
    let key = DedupKey::from_bytes(rng.bytes());
    for len in [0, 1, 100_000] {
        let mut hasher = key.hasher();
        hasher.update(&plain(len));
        let tag = hex::encode(hasher.finish().as_bytes());
        let key = hex::encode(key.as_bytes());
        topic.test("tag", &[], "ok", json!({ "key": key, "plaintext_len": len, "tag": tag }));
    }
}
