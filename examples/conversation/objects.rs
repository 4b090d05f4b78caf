//! The server's store of objects: bytes under a name, and nothing about what they are or whose.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

#[derive(Default)]
pub(crate) struct Objects(BTreeMap<[u8; 16], Vec<u8>>);

impl Objects {
    /// Stores an object and makes up its name.
    pub(crate) fn upload(&mut self, object: Vec<u8>, rng: &mut ChaCha20Rng) -> [u8; 16] {
        let mut name = [0; 16];
        rng.fill_bytes(&mut name);
        self.0.insert(name, object);
        name
    }

    pub(crate) fn fetch(&self, name: &[u8]) -> Option<&[u8]> {
        let name: &[u8; 16] = name.try_into().ok()?;
        self.0.get(name).map(Vec::as_slice)
    }
}
