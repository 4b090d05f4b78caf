use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{Changes, GroupChannel, RestoreError, SignRefused};
use crate::group::{Authored, ChangeDraft, DeviceLists, GroupState, SignedChange};
use crate::identity::LocalDevice;
use crate::sender_key::EpochSecret;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Layout, Reader, Writer, read_all};

const VERSION: u8 = 1;

/// A change of this device's that nobody may have yet.
#[derive(Debug)]
pub struct Signed {
    /// The change. It is applied like anybody's, once it is the one that follows.
    pub authored: Authored,
    /// Persist before the change leaves.
    pub changes: Changes,
}

/// What this device signed and the state has not gone beyond.
#[derive(Clone)]
pub(super) struct Pending {
    pub(super) change: SignedChange,
    pub(super) epoch_secret: Option<EpochSecret>,
}

/// Without the secret.
impl fmt::Debug for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("change", &self.change).finish_non_exhaustive()
    }
}

/// Changing the group: SPEC.md section 15.5.
impl GroupChannel {
    /// Checks a draft as every receiver will, and signs it. There is one change of a device on a state:
    /// two would look as if it told different members different things. It is kept until the state
    /// goes on.
    ///
    /// # Errors
    /// [`SignRefused`]; nothing has changed.
    pub fn sign<L, R>(
        &mut self,
        draft: ChangeDraft,
        device: &LocalDevice,
        lists: &L,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Signed, SignRefused>
    where
        L: DeviceLists + ?Sized,
        R: CryptoRng + ?Sized,
    {
        if *device.address() != self.own {
            return Err(SignRefused::OtherDevice);
        }
        if let Some(pending) = &self.pending {
            return Err(SignRefused::Pending(Box::new(pending.change.clone())));
        }
        let authored = draft.sign(self.group.state(), device, lists, now, rng)?;
        let epoch_secret = authored.epoch_secret.clone();
        self.pending = Some(Pending { change: authored.change.clone(), epoch_secret });
        Ok(Signed { authored, changes: Changes { pending: true, ..Changes::default() } })
    }

    /// The change of this device that waits to be the one that follows: to be given out again after a
    /// crash.
    #[must_use]
    pub fn pending(&self) -> Option<&SignedChange> {
        self.pending.as_ref().map(|pending| &pending.change)
    }

    /// The pending change as it is stored, with its secret. `None`: there is none, delete the part.
    #[must_use]
    pub fn pending_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let pending = self.pending.as_ref()?;
        let mut w = Writer::new();
        w.put(pending);
        Some(w.into_secret())
    }

    pub(super) fn restore_pending(&self, bytes: &[u8]) -> Result<Pending, RestoreError> {
        let pending: Pending = read_all(bytes).map_err(RestoreError::Pending)?;
        if pending.change.group() != self.id() || *pending.change.actor() != self.own {
            return Err(RestoreError::OtherGroup);
        }
        if pending.is_of(self.group.state()) { Ok(pending) } else { Err(RestoreError::Torn) }
    }
}

impl Pending {
    /// Whether it builds on the state, and has the secret of the key epoch that it begins.
    fn is_of(&self, state: &GroupState) -> bool {
        let Some(applied) = state.followed_by(&self.change) else { return false };
        match &self.epoch_secret {
            Some(secret) => applied.key_epoch_began && applied.state.is_epoch_secret(secret),
            None => !applied.key_epoch_began || applied.state.is_void(),
        }
    }
}

impl Layout for Pending {
    fn write(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.put(&self.change).put(&self.epoch_secret);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.version(VERSION)?;
        Ok(Self { change: r.get()?, epoch_secret: r.get()? })
    }
}
