use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::chain::ReceivingChain;
use super::distribution::ChainId;
use super::{EpochSecret, ReceivingChains, ScopeHash, StateError};
use crate::identity::DeviceAddress;
use crate::limits::{AUDIENCE_DEVICES, SENDER_CHAINS, SENDER_SKIPPED_KEYS};
use crate::wire::{DecodeError, Reader, Writer};

const VERSION: u8 = 1;

/// Stored as one part for the scope and one for each chain, so that a message writes its chain alone.
/// SPEC.md section 14.9.
impl ReceivingChains {
    /// The scope without its chains; secret.
    #[must_use]
    pub fn scope_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::with_capacity(160);
        w.u8(VERSION);
        w.put(&self.scope).put(&self.epoch_secret().cloned()).put(&self.closed);
        w.into_secret()
    }

    /// One chain; secret. `None` if there is no such chain.
    #[must_use]
    pub fn chain_bytes(&self, device: &DeviceAddress, id: ChainId) -> Option<Zeroizing<Vec<u8>>> {
        let chain = self.chain(device, id)?;
        let mut w = Writer::with_capacity(256);
        w.u8(VERSION);
        w.put(self.scope_hash()).put(device);
        chain.write(&mut w);
        Some(w.into_secret())
    }

    /// The chains there are.
    pub fn chain_names(&self) -> impl Iterator<Item = (&DeviceAddress, ChainId)> {
        let of = |(device, chains): (_, &'_ Vec<ReceivingChain>)| {
            chains.iter().map(|chain| chain.id).map(move |id| (device, id)).collect::<Vec<_>>()
        };
        self.chains.iter().flat_map(of)
    }

    /// Restores a scope and its chains, in any order.
    ///
    /// # Errors
    /// [`StateError`] for the first part that is no state of this scope. A damaged chain can be left
    /// out: its sender gives a new one on request.
    pub fn restore<'a>(
        scope: &[u8],
        chains: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, StateError> {
        let mut restored = read_scope(scope)?;
        for bytes in chains {
            restored.restore_chain(bytes)?;
        }
        let full = restored.missing() > SENDER_SKIPPED_KEYS;
        if full { Err(DecodeError::TooLarge.into()) } else { Ok(restored) }
    }

    fn restore_chain(&mut self, bytes: &[u8]) -> Result<(), StateError> {
        let mut r = Reader::new(bytes);
        r.version(VERSION)?;
        if r.get::<ScopeHash>()? != *self.scope_hash() {
            return Err(StateError::OtherScope);
        }
        let device: DeviceAddress = r.get()?;
        let chain = ReceivingChain::read(&mut r, &self.scope, &device)?;
        r.finish()?;
        if !self.scope.admits(&device) {
            return Err(StateError::OtherScope);
        }
        if self.knows(&device, chain.id) {
            return Err(StateError::Repeated);
        }
        let devices = self.chains.len();
        let chains = self.chains.entry(device).or_default();
        if chains.len() >= SENDER_CHAINS || (chains.is_empty() && devices >= AUDIENCE_DEVICES) {
            return Err(DecodeError::TooLarge.into());
        }
        chains.push(chain);
        chains.sort_by_key(ReceivingChain::age_order);
        Ok(())
    }
}

fn read_scope(bytes: &[u8]) -> Result<ReceivingChains, DecodeError> {
    let mut r = Reader::new(bytes);
    r.version(VERSION)?;
    let mut restored = ReceivingChains::new(r.get()?);
    let secret: Option<EpochSecret> = r.get()?;
    restored.closed = r.get()?;
    r.finish()?;
    if let Some(secret) = secret {
        restored.learn(&secret).map_err(|_| DecodeError::OutOfRange)?;
    }
    Ok(restored)
}
