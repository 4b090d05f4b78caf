//! Where the secrets are in stored states: the layouts of SPEC.md 5.4, 6.4, 9.7, 10.8 and 21.

use core::ops::Range;

use sealwax::session::Endpoint;

/// Every secret that a device's stored states hold.
pub(crate) fn of_endpoint(endpoint: &Endpoint) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    let mut take = |bytes: &[u8], ranges: Vec<Range<usize>>| {
        secrets.extend(ranges.into_iter().map(|range| bytes[range].to_vec()));
    };
    let keys = endpoint.local().keys().to_bytes();
    take(&keys, device_keys(&keys));
    let store = endpoint.prekeys().to_bytes();
    take(&store, prekeys(&store));
    for peer in endpoint.peers() {
        let active = endpoint.stored_peer(peer).unwrap().active;
        take(&active, active_session(&active));
    }
    secrets
}

/// Walks over a stored state and notes what is secret.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    secrets: Vec<Range<usize>>,
}

impl<'a> Walk<'a> {
    fn over(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, secrets: Vec::new() }
    }

    fn skip(&mut self, len: usize) {
        self.at += len;
        assert!(self.at <= self.bytes.len(), "not the layout that SPEC.md says");
    }

    fn secret(&mut self, len: usize) {
        let start = self.at;
        self.skip(len);
        self.secrets.push(start..self.at);
    }

    fn u8(&mut self) -> u8 {
        self.skip(1);
        self.bytes[self.at - 1]
    }

    fn option(&mut self, then: impl FnOnce(&mut Self)) {
        if self.u8() == 1 {
            then(self);
        }
    }

    fn list(&mut self, mut each: impl FnMut(&mut Self)) {
        let count = usize::from(self.u8()) << 8 | usize::from(self.u8());
        (0..count).for_each(|_| each(self));
    }

    fn key_and_number(&mut self) {
        self.secret(32);
        self.skip(4);
    }
}

/// `DeviceKeys`: version and id, then both secret keys.
pub(crate) fn device_keys(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut walk = Walk::over(bytes);
    walk.skip(1 + 4);
    walk.secret(32);
    walk.secret(32);
    finished(walk)
}

/// `PrekeyStore`.
pub(crate) fn prekeys(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut walk = Walk::over(bytes);
    walk.skip(1 + 4 + 2);
    rotating(&mut walk, |walk| walk.secret(32));
    rotating(&mut walk, |walk| {
        walk.secret(64);
        walk.list(|walk| walk.skip(16));
    });
    for len in [32, 64] {
        walk.list(|walk| {
            walk.skip(4);
            walk.secret(len);
            walk.skip(16 + 1);
        });
    }
    finished(walk)
}

fn rotating(walk: &mut Walk<'_>, mut secret: impl FnMut(&mut Walk<'_>)) {
    walk.skip(4);
    secret(walk);
    walk.skip(16 + 1);
    walk.list(|walk| {
        walk.skip(4);
        secret(walk);
        walk.skip(16 + 8);
    });
}

fn finished(walk: Walk<'_>) -> Vec<Range<usize>> {
    assert_eq!(walk.at, walk.bytes.len(), "not the layout that SPEC.md says");
    walk.secrets
}

/// The active part of a peer's state.
pub(crate) fn active_session(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut walk = Walk::over(bytes);
    walk.skip(1 + 32);
    assert_eq!(walk.u8(), 1, "there is no active session");
    walk.skip(32 + 32);
    double_ratchet(&mut walk);
    post_quantum_ratchet(&mut walk);
    let rest = bytes.len() - walk.at;
    assert!((35..=60).contains(&rest), "{rest} bytes after the ratchets");
    walk.secrets
}

fn double_ratchet(walk: &mut Walk<'_>) {
    walk.secret(32);
    match walk.u8() {
        0 => {
            walk.secret(32);
            walk.secret(32);
        }
        1 => {
            walk.skip(33);
            walk.key_and_number();
        }
        2 => {
            walk.secret(32);
            walk.key_and_number();
            walk.key_and_number();
            walk.secret(32);
        }
        tag => panic!("sending half {tag}"),
    }
    walk.option(|walk| {
        walk.skip(4 + 33);
        walk.secret(32);
        walk.key_and_number();
    });
    walk.secret(32);
    walk.list(|walk| {
        walk.skip(4);
        walk.key_and_number();
        walk.list(|walk| {
            walk.skip(4);
            walk.secret(32);
            walk.skip(8);
        });
    });
    walk.skip(8);
}

fn post_quantum_ratchet(walk: &mut Walk<'_>) {
    walk.skip(2);
    walk.secret(32);
    braid(walk);
    walk.key_and_number();
    walk.option(Walk::key_and_number);
    walk.list(|walk| {
        walk.key_and_number();
        walk.skip(4);
    });
    walk.list(|walk| {
        walk.skip(8);
        walk.secret(32);
        walk.skip(8);
    });
    walk.skip(8 + 8 + 8 + 4 + 4 + 1 + 1);
}

fn braid(walk: &mut Walk<'_>) {
    let chunks = |walk: &mut Walk<'_>| walk.list(|walk| walk.skip(2 + 64));
    let next = |walk: &mut Walk<'_>| walk.option(|walk| walk.skip(2));
    walk.skip(4);
    walk.secret(32);
    walk.secret(32);
    let tag = walk.u8();
    match tag {
        1..=4 => walk.secret(64),
        6 => walk.skip(64),
        7..=9 => {
            walk.skip(64);
            walk.secret(32);
        }
        10 => walk.skip(160),
        _ => {}
    }
    if matches!(tag, 1 | 2 | 3 | 7 | 8 | 10) {
        next(walk);
    }
    match tag {
        3 => walk.skip(960),
        4 => {
            walk.skip(960);
            chunks(walk);
        }
        8 => walk.skip(1152),
        2 | 5 | 7 | 9 => chunks(walk),
        _ => {}
    }
}

/// The Braid's state by its tag of section 10.8.
pub(crate) fn braid_state(active: &[u8]) -> u8 {
    let mut walk = Walk::over(active);
    walk.skip(1 + 32 + 1 + 32 + 32);
    double_ratchet(&mut walk);
    walk.skip(2 + 32 + 4 + 64);
    walk.u8()
}
