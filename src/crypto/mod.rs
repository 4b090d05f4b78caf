//! The only place that names a cryptographic crate.
//!
//! Typed keys, one fallible Diffie–Hellman, an AEAD with whole tags, a labelled KDF, ML-KEM-768
//! from seeds, Ed25519 with domain separation and strict verification, and secrets that wipe
//! themselves. SPEC.md section 3.

mod aead;
mod bulk;
mod dh;
mod hash;
mod kdf;
mod kem;
mod kem_incremental;
mod labels;
#[cfg(test)]
pub(crate) mod meter;
mod queue;
mod search;
mod secret;
mod sign;
#[cfg(test)]
mod tests;

pub(crate) use aead::{AeadKey, NONCE_LEN, Nonce, TAG_LEN};
pub(crate) use bulk::{
    GROUP_LEN, KeyedHash, group_chaining_value, parent_chaining_value, root_hash, whole_hash,
};
pub use dh::{DhPublicKey, DhSecretKey, NonContributory};
pub(crate) use dh::{DhSeed, RatchetKey, SharedSecret};
pub use hash::{Digest, hash};
pub(crate) use hash::{TranscriptHash, constant_time_eq, iterated_hash};
pub(crate) use kdf::{Prk, chain_step, hmac};
pub use kem::{KemCiphertext, KemPublicKey, KemSecretKey};
pub(crate) use kem_incremental::{
    KEM_CT1_LEN, KEM_CT2_LEN, KemCiphertextParts, KemCt1, KemCt2, KemEncapsulation, KemFirstStep,
    KemHeader, KemSeed, KemVector,
};
pub use labels::{HashLabel, KdfLabel, MacLabel, SignaturePurpose};
pub(crate) use queue::SecretQueue;
pub(crate) use search::{SEARCH_TAG_LEN, SearchKey, SearchTag};
pub(crate) use secret::Secret;
pub use sign::{BadSignature, Signature, SigningKey, VerifyingKey};
pub(crate) use sign::{SignedItem, verify_all};
