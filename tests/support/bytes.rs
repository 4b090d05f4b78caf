//! Protobuf by hand: to damage one field of a message, or to put parts of two together.

use std::ops::Range;

/// Where a field lies in an encoded message, by field numbers from the outside in. Only the
/// contents, without key and length.
pub(crate) fn field(bytes: &[u8], path: &[u32]) -> Range<usize> {
    find(bytes, 0..bytes.len(), path).unwrap_or_else(|| panic!("no field {path:?}"))
}

fn find(bytes: &[u8], within: Range<usize>, path: &[u32]) -> Option<Range<usize>> {
    let Some((number, inner)) = path.split_first() else { return Some(within) };
    let mut at = within.start;
    while at < within.end {
        let key = varint(bytes, &mut at);
        let start = at;
        let value = varint(bytes, &mut at);
        let contents = if key & 7 == 2 { at..at + value } else { start..at };
        at = contents.end;
        if key >> 3 == *number as usize {
            return find(bytes, contents, inner);
        }
    }
    None
}

fn varint(bytes: &[u8], at: &mut usize) -> usize {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[*at];
        *at += 1;
        value |= usize::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            return value;
        }
    }
}

/// One field of bytes with its key and length.
pub(crate) fn encode(number: u8, contents: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut len = contents.len();
    while len > 0x7f {
        out.push(u8::try_from(len & 0x7f).unwrap() | 0x80);
        len >>= 7;
    }
    out.push(u8::try_from(len).unwrap());
    out.extend_from_slice(contents);
    out
}

/// Paths of an envelope that carries a handshake.
pub(crate) mod handshake {
    pub(crate) const ALL: &[u32] = &[2, 1];
    pub(crate) const EPHEMERAL_KEY: &[u32] = &[2, 1, 5];
    pub(crate) const KEM_CIPHERTEXT: &[u32] = &[2, 1, 6];
    pub(crate) const SEALED_IDENTITY: &[u32] = &[2, 1, 7];
    pub(crate) const MESSAGE: &[u32] = &[2, 2];
    pub(crate) const BODY: &[u32] = &[2, 2, 4];
}

/// Paths of an envelope of a session whose peer has answered.
pub(crate) mod session {
    pub(crate) const MESSAGE: &[u32] = &[3];
    pub(crate) const NONCE: &[u32] = &[3, 1];
    pub(crate) const SEARCH_TAG: &[u32] = &[3, 2];
    pub(crate) const HEADER: &[u32] = &[3, 3];
    pub(crate) const BODY: &[u32] = &[3, 4];
}

/// An envelope of a handshake and a message, both encoded.
pub(crate) fn handshake_envelope(handshake: &[u8], message: &[u8]) -> Vec<u8> {
    let inner = [encode(1, handshake), encode(2, message)].concat();
    [vec![8, 1], encode(2, &inner)].concat()
}

/// An envelope of a message alone.
pub(crate) fn session_envelope(message: &[u8]) -> Vec<u8> {
    [vec![8, 1], encode(3, message)].concat()
}

/// A copy with one bit flipped.
pub(crate) fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy[bit / 8] ^= 1 << (bit % 8);
    copy
}

/// A copy with a range replaced by as many other bytes.
pub(crate) fn replaced(bytes: &[u8], range: Range<usize>, with: &[u8]) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy[range].copy_from_slice(with);
    copy
}

/// A copy in which every occurrence of some bytes is replaced by as many others.
pub(crate) fn substituted(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut copy = bytes.to_vec();
    let mut at = 0;
    while let Some(found) = copy[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        copy[at..at + to.len()].copy_from_slice(to);
        at += to.len();
    }
    copy
}
