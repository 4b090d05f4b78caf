use alloc::vec::Vec;

use super::psk::PskId;
use crate::crypto::{AeadKey, Digest, Nonce, TAG_LEN};
use crate::identity::{ClaimedList, DeviceCertificate};
use crate::limits::SEALED_IDENTITY_BYTES;
use crate::wire::{Reader, Writer};

const VERSION: u8 = 1;

/// Who the initiator says it is: what travels sealed in the handshake. SPEC.md section 7.3.
#[derive(Clone, Debug)]
pub struct InitiatorIdentity {
    certificate: DeviceCertificate,
    list: ClaimedList,
    pub(super) psk: Option<PskId>,
}

impl InitiatorIdentity {
    pub(super) const fn new(
        certificate: DeviceCertificate,
        list: ClaimedList,
        psk: Option<PskId>,
    ) -> Self {
        Self { certificate, list, psk }
    }

    /// The initiator's device certificate, whose two signatures have been verified.
    #[must_use]
    pub fn certificate(&self) -> &DeviceCertificate {
        &self.certificate
    }

    /// The newest device list that the initiator knows of its own account.
    #[must_use]
    pub fn claimed_list(&self) -> ClaimedList {
        self.list
    }

    pub(super) fn seal(&self, key: &AeadKey, t1: &Digest) -> Vec<u8> {
        let mut w = Writer::new();
        w.put(&VERSION).put(&self.list.version).put(&self.list.hash).put(&self.psk);
        w.var(&self.certificate.encode());
        let mut out = w.into_public();
        key.seal_suffix(&Nonce::ZERO, t1.as_bytes(), &mut out, 0);
        out
    }

    /// `None`: not authentic, or not what an honest initiator seals.
    pub(super) fn open(key: &AeadKey, t1: &Digest, sealed: &[u8]) -> Option<Self> {
        if sealed.len() > SEALED_IDENTITY_BYTES {
            return None;
        }
        let mut sealed = sealed.to_vec();
        let mut r = Reader::new(key.open_in_place(&Nonce::ZERO, t1.as_bytes(), &mut sealed)?);
        r.version(VERSION).ok()?;
        let list = ClaimedList { version: r.get().ok()?, hash: r.get().ok()? };
        let psk = r.get().ok()?;
        let certificate = DeviceCertificate::decode(r.var(SEALED_IDENTITY_BYTES).ok()?).ok()?;
        r.finish().ok()?;
        Some(Self { certificate, list, psk })
    }

    /// Bytes of the identity once sealed.
    pub(super) fn sealed_len(&self) -> usize {
        let psk = if self.psk.is_some() { PskId::LEN } else { 0 };
        let fixed = 1 + 4 + Digest::LEN + 1 + 2 + TAG_LEN;
        self.certificate.encode().len().saturating_add(fixed).saturating_add(psk)
    }
}
