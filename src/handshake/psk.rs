use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::crypto::{KdfLabel, Prk, Secret};
use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A secret of 32 bytes that both sides got outside of the protocol: in a contact link or a QR
/// code. A responder that finds it
/// used ([`crate::session::Introduction::pre_shared_secret`]) knows that the initiator holds it, even
/// if the directory lies; an initiator that uses it knows the same of whoever answers. SPEC.md section 7.5.
#[derive(Clone, Debug)]
pub struct PreSharedSecret(Secret<32>);

impl PreSharedSecret {
    /// A fresh secret, to be put into a link.
    #[must_use]
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        Self(Secret::random(rng))
    }

    /// The secret out of a link.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }

    /// The 32 bytes, to be put into a link. Wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(*self.0.as_bytes())
    }

    /// What names the secret inside the sealed identity, and to the application.
    #[must_use]
    pub fn id(&self) -> PreSharedSecretId {
        let id: Secret<8> = Prk::from_key(&self.0).expand(KdfLabel::HandshakePreSharedId, &[]);
        PreSharedSecretId(*id.as_bytes())
    }

    /// Mixes the secret into the salt of the second extraction.
    pub(super) fn mix(&self, salt: &Secret<32>) -> Secret<32> {
        Prk::extract(salt.as_bytes(), self.0.as_bytes()).expand(KdfLabel::HandshakePreShared, &[])
    }
}

/// Names a pre-shared secret to a side that knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PreSharedSecretId([u8; Self::LEN]);

impl PreSharedSecretId {
    pub(super) const LEN: usize = 8;
}

impl Layout for PreSharedSecretId {
    fn write(&self, w: &mut Writer) {
        self.0.write(w);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.get().map(Self)
    }
}
