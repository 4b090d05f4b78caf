use alloc::boxed::Box;
use core::fmt;

use rand_core::CryptoRng;
use subtle::{Choice, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop, optimization_barrier};

use crate::wire::{DecodeError, Layout, Reader, Writer};

/// `N` secret bytes: wiped on drop, compared in constant time, never printed.
///
/// `Clone` exists because a staged state copies the keys it does not change; there is no `Copy`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret<const N: usize>([u8; N]);

/// Overwrites with zeros that the compiler must not leave out, and as a whole: the library's loop
/// writes byte by byte. For buffers that never move; of secrets that do, as the fields of a state, the
/// compiler was seen to leave copies behind that the loop does not.
pub(crate) fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    optimization_barrier(bytes);
}

impl<const N: usize> Secret<N> {
    pub(crate) const fn new(bytes: [u8; N]) -> Self {
        Self(bytes)
    }

    pub(crate) fn random<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = Self([0; N]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// The same, drawn where it stays.
    pub(crate) fn boxed<R: CryptoRng + ?Sized>(rng: &mut R) -> Box<Self> {
        let mut secret = Box::new(Self([0; N]));
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// Lets `fill` write the bytes in place, so that no copy is left on the way.
    pub(crate) fn filled(fill: impl FnOnce(&mut [u8; N])) -> Self {
        let mut secret = Self([0; N]);
        fill(&mut secret.0);
        secret
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> Secret<N> {
    /// The 32-byte keys that were derived in one go.
    pub(crate) fn split<const M: usize>(&self) -> [Secret<32>; M] {
        const { assert!(N == 32 * M, "the output is cut without a rest") };
        core::array::from_fn(|i| {
            let part = self.0.chunks_exact(32).nth(i).unwrap_or_default();
            Secret::filled(|out| out.iter_mut().zip(part).for_each(|(to, from)| *to = *from))
        })
    }
}

impl<const N: usize> ConstantTimeEq for Secret<N> {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl<const N: usize> fmt::Debug for Secret<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl<const N: usize> Layout for Secret<N> {
    fn write(&self, w: &mut Writer) {
        w.raw(&self.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut secret = Self([0; N]);
        secret.0.copy_from_slice(r.raw(N)?);
        Ok(secret)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::read_all;
    use super::*;

    #[test]
    fn wiping_leaves_zeros() {
        let mut secret = Secret::new([0xaa; 48]);
        secret.zeroize();
        assert_eq!(secret.as_bytes(), &[0; 48]);
    }

    #[test]
    fn comparison_sees_every_byte() {
        let secret = Secret::new([0x11; 32]);
        assert!(bool::from(secret.ct_eq(&secret.clone())));
        for i in 0..32 {
            let mut other = [0x11; 32];
            other[i] ^= 0x80;
            assert!(!bool::from(secret.ct_eq(&Secret::new(other))), "byte {i}");
        }
    }

    #[test]
    fn only_the_exact_length_is_read() {
        assert_eq!(read_all::<Secret<4>>(&[1, 2, 3, 4]).unwrap().as_bytes(), &[1, 2, 3, 4]);
        assert_eq!(read_all::<Secret<4>>(&[1, 2, 3]).unwrap_err(), DecodeError::Truncated);
        assert_eq!(read_all::<Secret<4>>(&[1, 2, 3, 4, 5]).unwrap_err(), DecodeError::Trailing);
    }
}
