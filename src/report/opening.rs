use alloc::vec::Vec;
use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Commitment, Context};
use crate::crypto::Secret;
use crate::wire::{DecodeError, Layout, Reader, Writer, read_all};

/// What a receiver has of a reportable message beside its content: enough to prove to others that the
/// message said this. Kept with the message or thrown away; whoever has it can report. SPEC.md
/// section 13.2.
#[derive(Clone)]
pub struct Opening {
    pub(crate) context: Context,
    pub(crate) key: Secret<32>,
    pub(crate) commitment: Commitment,
}

impl Opening {
    /// Who said it, and where.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// What stood beside the message, by which a service finds what it stamped.
    #[must_use]
    pub const fn commitment(&self) -> &Commitment {
        &self.commitment
    }

    /// Whether these are the bytes that were said.
    #[must_use]
    pub fn opens(&self, content: &[u8]) -> bool {
        Commitment::new(&self.key, &self.context, content).is(&self.commitment)
    }

    /// The bytes to store: secret until reported.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(256);
        self.write(&mut w);
        w.into_secret()
    }

    /// Restores what was stored.
    ///
    /// # Errors
    /// [`DecodeError`] for other bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        read_all(bytes)
    }
}

#[cfg(test)]
impl Opening {
    /// That of a message with this key.
    pub(crate) fn of(key: Secret<32>, context: Context, said: &[u8]) -> Self {
        let commitment = Commitment::new(&key, &context, said);
        Self { context, key, commitment }
    }
}

/// In constant time as far as the key goes.
impl PartialEq for Opening {
    fn eq(&self, other: &Self) -> bool {
        self.context == other.context
            && self.commitment == other.commitment
            && bool::from(self.key.ct_eq(&other.key))
    }
}

impl Eq for Opening {}

/// Without the key.
impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("commitment", &self.commitment).finish_non_exhaustive()
    }
}

impl Layout for Opening {
    fn write(&self, w: &mut Writer) {
        w.put(&self.context).put(&self.key);
        w.raw(self.commitment.as_bytes());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (context, key) = (r.get()?, r.get()?);
        Ok(Self { context, key, commitment: Commitment::from_bytes(r.array()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::Digest;
    use crate::report::Ends;

    #[test]
    fn openings_are_equal_only_if_all_of_them_is() {
        let context = |session| Ends::anybody().context(&Digest::from_bytes([session; 32]));
        let key = |byte| Secret::new([byte; 32]);
        let opening = Opening::of(key(1), context(1), b"said");
        let other_context = Opening { context: context(2), ..opening.clone() };
        let other_commitment = Opening::of(key(1), context(1), b"not said").commitment;
        let other_commitment = Opening { commitment: other_commitment, ..opening.clone() };
        let other_key = Opening { key: key(2), ..opening.clone() };
        assert_eq!(opening, opening.clone());
        for other in [other_context, other_commitment, other_key] {
            assert_ne!(opening, other);
        }
    }
}
