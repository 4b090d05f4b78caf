use alloc::vec::Vec;

use super::chain::{InChain, ReceivingChain};
use super::{OpenSenderError, OpenedMessage, Outcome, ReceivingChains};
use crate::crypto::{SignedItem, verify_all};
use crate::identity::DeviceAddress;
use crate::limits::{SENDER_BATCH, SENDER_SKIPPED_KEYS};
use crate::time::Timestamp;

/// A message whose claim the caller resolved to a device and found allowed.
#[derive(Clone, Debug)]
pub struct Resolved<'a> {
    /// The message, opened in the scope that is to decrypt it.
    pub message: OpenedMessage<'a>,
    /// The device that it is of, if it decrypts.
    pub from: DeviceAddress,
}

/// Many messages at once. SPEC.md section 16.5.
impl ReceivingChains {
    /// As [`ReceivingChains::decrypt`] one by one, in this order, with the same results; faster,
    /// because signatures are verified together. A forged one costs its [`SENDER_BATCH`] neighbours
    /// that gain and is named like alone.
    pub fn decrypt_all(
        &mut self,
        messages: &[Resolved<'_>],
        now: Timestamp,
    ) -> Vec<Result<Outcome, OpenSenderError>> {
        let mut results = Vec::with_capacity(messages.len());
        for batch in messages.chunks(SENDER_BATCH) {
            match self.decrypt_batch(batch, now) {
                Some(outcomes) => results.extend(outcomes.into_iter().map(Ok)),
                None => {
                    results.extend(batch.iter().map(|m| self.decrypt(&m.message, &m.from, now)));
                }
            }
        }
        results
    }

    /// `None`: not all of them are good, or the scope is so full that keys had to be dropped;
    /// nothing has changed.
    fn decrypt_batch(&mut self, batch: &[Resolved<'_>], now: Timestamp) -> Option<Vec<Outcome>> {
        let mut undo = Undo::default();
        let mut signed = Vec::with_capacity(batch.len());
        let step = |m: &Resolved<'_>| self.decrypt_unverified(m, &mut signed, &mut undo, now);
        let outcomes: Option<Vec<_>> = batch.iter().map(step).collect();
        let good = outcomes.filter(|_| verify_all(&signed).is_ok());
        if good.is_none() {
            self.undo(undo);
        }
        good
    }

    fn decrypt_unverified(
        &mut self,
        resolved: &Resolved<'_>,
        signed: &mut Vec<SignedItem>,
        undo: &mut Undo,
        now: Timestamp,
    ) -> Option<Outcome> {
        let Resolved { message, from } = resolved;
        let claim = message.claim();
        if *message.scope() != *self.scope_hash() || claim.device != from.device {
            return None;
        }
        let (Some(chain), Some(epoch)) = (self.chain(from, claim.chain), &self.epoch) else {
            let member_index = claim.standing.member_index;
            return Some(Outcome::UnknownChain { member_index, device: claim.device });
        };
        if self.is_over(now) || chain.is_expired(now) {
            return Some(Outcome::TooOld);
        }
        match chain.stage_unverified(message, from, epoch, signed, now).ok()? {
            InChain::Duplicate => Some(Outcome::Duplicate),
            InChain::TooOld => Some(Outcome::TooOld),
            InChain::Message(staged) => {
                if staged.skips()
                    && self.missing() >= SENDER_SKIPPED_KEYS.saturating_sub(staged.skipped())
                {
                    return None;
                }
                undo.keep(from, chain);
                Some(Outcome::Decrypted(self.commit(message, from, staged, now)))
            }
        }
    }

    fn undo(&mut self, undo: Undo) {
        for (device, before) in undo.0 {
            if let Some(chain) = self.chain_mut(&device, before.id) {
                *chain = before;
            }
        }
    }
}

/// The chains that a batch changed, as they were before it.
#[derive(Default)]
struct Undo(Vec<(DeviceAddress, ReceivingChain)>);

impl Undo {
    fn keep(&mut self, device: &DeviceAddress, chain: &ReceivingChain) {
        let known =
            |(of, before): &(DeviceAddress, ReceivingChain)| of == device && before.id == chain.id;
        if !self.0.iter().any(known) {
            self.0.push((device.clone(), chain.clone()));
        }
    }
}
