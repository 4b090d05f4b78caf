use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::audience::Devices;
use super::distribution::{ChainId, ChainPosition, Distribution, origin};
use super::epoch::EpochKeys;
use super::message::{Claim, Outgoing, Sealed, Standing};
use super::{
    Audience, EpochSecret, RecordError, Rotate, Rotation, Scope, ScopeHash, SendError, StateError,
};
use crate::crypto::{Digest, Secret, SigningKey};
use crate::identity::DeviceAddress;
use crate::limits::AUDIENCE_DEVICES;
use crate::ratchet::{ChainKey, WireId};
use crate::report::Said;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

/// The chain that a device sends on in one scope, and who has it. SPEC.md section 14.4.
///
/// It sends only once exactly the devices of the audience have it. Devices that join later get it as
/// it stands then, and read nothing earlier; when somebody leaves, the scope changes and a new chain
/// is due.
#[derive(Debug)]
pub struct SendingChain {
    scope: Scope,
    hash: ScopeHash,
    sender: DeviceAddress,
    epoch: EpochKeys,
    id: ChainId,
    origin: Digest,
    chain: ChainKey,
    signing: SigningKey,
    created: Timestamp,
    /// The audience whose devices have it, all and no others.
    ready_for: Option<Digest>,
    told: Devices,
}

/// A message ready to travel. Persist the chain's hot part first, then send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The envelope: the same bytes for every receiver.
    pub envelope: Vec<u8>,
    /// Names the message.
    pub wire_id: WireId,
    /// The chain that it was sent on.
    pub chain: ChainId,
    /// Its number there.
    pub iteration: u32,
}

/// How far the distribution of a chain has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Devices of the audience that do not have it yet. At zero it can send.
    pub missing: usize,
}

/// The two parts in which a sending chain is stored, both secret; write both in one transaction
/// after [`SendingChain::record`], the hot one alone after a message.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSendingChain {
    /// Keys and position: changes with every message.
    pub hot: Zeroizing<Vec<u8>>,
    /// Who has it: changes when it is distributed.
    pub recipients: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for StoredSendingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredSendingChain")
            .field("hot_len", &self.hot.len())
            .field("recipients_len", &self.recipients.len())
            .finish()
    }
}

impl SendingChain {
    /// A fresh chain of `sender` that nobody has yet, with a signing key of its own. `None`: the
    /// scope is a story list of another account's, or the epoch secret is another scope's.
    #[must_use]
    pub fn new<R: CryptoRng + ?Sized>(
        scope: Scope,
        sender: DeviceAddress,
        epoch: EpochSecret,
        now: Timestamp,
        rng: &mut R,
    ) -> Option<Self> {
        let id = ChainId::random(rng);
        let keys = Keys {
            epoch,
            id,
            chain: ChainKey::new(Secret::random(rng), 0),
            signing: SigningKey::generate(rng),
            created: now,
        };
        Self::assemble(scope, sender, keys, None, Devices::default())
    }

    fn assemble(
        scope: Scope,
        sender: DeviceAddress,
        keys: Keys,
        ready_for: Option<Digest>,
        told: Devices,
    ) -> Option<Self> {
        let Keys { epoch, id, chain, signing, created } = keys;
        if !scope.admits(&sender) || !scope.fits(&epoch) {
            return None;
        }
        let hash = scope.hash();
        let origin = origin(&scope, &sender, id, &signing.verifying_key());
        let epoch = EpochKeys::derive(epoch, &hash);
        Some(Self {
            scope,
            hash,
            sender,
            epoch,
            id,
            origin,
            chain,
            signing,
            created,
            ready_for,
            told,
        })
    }

    /// What it is bound to.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whose it is.
    #[must_use]
    pub const fn sender(&self) -> &DeviceAddress {
        &self.sender
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> ChainId {
        self.id
    }

    /// Messages sent on it.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.chain.number()
    }

    /// Where it stands.
    #[must_use]
    pub const fn position(&self) -> ChainPosition {
        ChainPosition { chain: self.id, iteration: self.chain.number() }
    }

    /// The epoch secret, for a further chain in the same scope.
    #[must_use]
    pub const fn epoch_secret(&self) -> &EpochSecret {
        &self.epoch.secret
    }

    /// What the devices in [`SendingChain::outstanding`] are given, as the chain stands now.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        Distribution {
            scope: self.scope,
            id: self.id,
            chain: self.chain.clone(),
            verifying: self.signing.verifying_key(),
            epoch: Some(self.epoch.secret.clone()),
            created: self.created,
        }
    }

    /// The devices of the audience that do not have it yet.
    pub fn outstanding<'a>(
        &'a self,
        audience: &'a Audience,
    ) -> impl Iterator<Item = &'a DeviceAddress> {
        audience.set().without(&self.told)
    }

    /// The same as a list of its own.
    pub(crate) fn outstanding_devices(&self, audience: &Audience) -> Vec<DeviceAddress> {
        // All lack a new chain: as much room as that takes at once, not by growing.
        let mut devices = Vec::with_capacity(audience.set().len());
        devices.extend(self.outstanding(audience).cloned());
        devices
    }

    /// Records that the distribution that was made at `position` was encrypted for `devices`, in one
    /// step or in many: before what was encrypted is sent, persist both parts, with the pairwise
    /// sessions.
    ///
    /// # Errors
    /// [`RecordError`]; nothing has changed.
    pub fn record(
        &mut self,
        audience: &Audience,
        position: ChainPosition,
        devices: &[DeviceAddress],
    ) -> Result<Progress, RecordError> {
        if *audience.scope() != self.hash {
            return Err(RecordError::OtherScope);
        }
        if *audience.sender() != self.sender {
            return Err(RecordError::OtherSender);
        }
        if position != self.position() {
            return Err(RecordError::Stale);
        }
        let given = Devices::of(devices.to_vec());
        let extra: Vec<_> = given.without(audience.set()).cloned().collect();
        if !extra.is_empty() {
            return Err(RecordError::Extra { extra });
        }
        let new = given.without(&self.told).count();
        if self.told.len().saturating_add(new) > AUDIENCE_DEVICES {
            return Err(RecordError::TooManyDevices);
        }
        self.told = core::mem::take(&mut self.told).with(given);
        self.ready_for = (self.told == *audience.set()).then_some(*audience.digest());
        Ok(Progress { missing: self.outstanding(audience).count() })
    }

    /// Whether it may send to the audience.
    ///
    /// # Errors
    /// [`SendError`]: what has to be done first.
    pub fn check(
        &self,
        audience: &Audience,
        rotation: &Rotation,
        now: Timestamp,
    ) -> Result<(), SendError> {
        self.check_current(audience, rotation, now)?;
        if self.is_ready_for(audience) {
            return Ok(());
        }
        let missing: Vec<_> = self.outstanding(audience).cloned().collect();
        if missing.is_empty() { Ok(()) } else { Err(SendError::NotDistributed { missing }) }
    }

    /// Whether it may serve the audience once whoever lacks it was given it.
    pub(crate) fn check_current(
        &self,
        audience: &Audience,
        rotation: &Rotation,
        now: Timestamp,
    ) -> Result<(), SendError> {
        if *audience.scope() != self.hash {
            return Err(SendError::MustRotate(Rotate::Scope));
        }
        if *audience.sender() != self.sender {
            return Err(SendError::OtherSender);
        }
        if let Some(due) = rotation.due(self.chain.number(), now.since(self.created)) {
            return Err(SendError::MustRotate(due));
        }
        if self.is_ready_for(audience) {
            return Ok(());
        }
        let extra: Vec<_> = self.told.without(audience.set()).cloned().collect();
        if extra.is_empty() { Ok(()) } else { Err(SendError::MustRotate(Rotate::Extra(extra))) }
    }

    /// The fast way, without a look at the devices.
    fn is_ready_for(&self, audience: &Audience) -> bool {
        self.ready_for.as_ref() == Some(audience.digest())
    }

    /// Encrypts once for the whole audience.
    ///
    /// # Errors
    /// [`SendError`]; nothing has changed.
    pub fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        audience: &Audience,
        standing: Standing,
        plaintext: &[u8],
        rotation: &Rotation,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Sent, SendError> {
        self.seal(audience, standing, Said::plain(plaintext), rotation, now, rng)
    }

    /// The same so that every receiver can report it (SPEC.md section 13.1).
    ///
    /// # Errors
    /// [`SendError`]; nothing has changed.
    pub fn encrypt_reportable<R: CryptoRng + ?Sized>(
        &mut self,
        audience: &Audience,
        standing: Standing,
        plaintext: &[u8],
        rotation: &Rotation,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Sent, SendError> {
        self.seal(audience, standing, Said::reportable(plaintext), rotation, now, rng)
    }

    pub(crate) fn seal<R: CryptoRng + ?Sized>(
        &mut self,
        audience: &Audience,
        standing: Standing,
        said: Said<'_>,
        rotation: &Rotation,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Sent, SendError> {
        self.check(audience, rotation, now)?;
        if said.is_too_large() {
            return Err(SendError::TooLarge);
        }
        let (chain, iteration) = (self.id, self.chain.number());
        // A chain is replaced long before its last number.
        let advanced = self.chain.advance();
        let (part, next) = advanced.map_err(|_| SendError::MustRotate(Rotate::Count))?;
        let outgoing = Outgoing {
            scope: &self.hash,
            sender: &self.sender,
            claim: Claim { standing, device: self.sender.device, chain, iteration },
            origin: &self.origin,
            epoch: &self.epoch,
            keys: self.epoch.message_keys(&part),
            signing: &self.signing,
        };
        let Sealed { envelope, wire_id } = outgoing.seal(said, rng);
        self.chain = next;
        Ok(Sent { envelope, wire_id, chain, iteration })
    }

    /// Both parts, to be stored.
    #[must_use]
    pub fn stored(&self) -> StoredSendingChain {
        StoredSendingChain { hot: self.hot_bytes(), recipients: self.recipient_bytes() }
    }

    /// The part that changes with every message.
    #[must_use]
    pub fn hot_bytes(&self) -> Zeroizing<Vec<u8>> {
        let Self { scope, sender, epoch, id, chain, signing, created, ready_for, .. } = self;
        let mut w = Writer::with_capacity(512);
        w.u8(VERSION);
        w.put(scope).put(sender).put(&epoch.secret).put(id).put(chain).put(signing);
        w.put(created).put(ready_for);
        w.into_secret()
    }

    fn recipient_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(&self.origin).put(&self.told);
        w.into_secret()
    }

    /// Restores a stored chain.
    ///
    /// # Errors
    /// [`StateError`] for damaged parts, or parts of different writes.
    pub fn restore(stored: &StoredSendingChain) -> Result<Self, StateError> {
        let (named, told) = read_recipients(&stored.recipients)?;
        let chain = read_hot(&stored.hot, told)?;
        let complete = chain.ready_for.is_none_or(|ready| ready == chain.told.digest());
        if chain.origin == named && complete { Ok(chain) } else { Err(StateError::Torn) }
    }
}

#[cfg(test)]
impl SendingChain {
    pub(crate) const fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    /// A chain as an attacker puts it together, whoever may have it.
    pub(crate) fn forged(stored: &StoredSendingChain) -> Self {
        let (_, told) = read_recipients(&stored.recipients).unwrap();
        read_hot(&stored.hot, told).unwrap()
    }
}

/// Version of both stored parts.
const VERSION: u8 = 1;

/// The secrets of one chain.
struct Keys {
    epoch: EpochSecret,
    id: ChainId,
    chain: ChainKey,
    signing: SigningKey,
    created: Timestamp,
}

fn read_recipients(bytes: &[u8]) -> Result<(Digest, Devices), DecodeError> {
    let mut r = Reader::new(bytes);
    r.version(VERSION)?;
    let recipients = (r.get()?, r.get()?);
    r.finish()?;
    Ok(recipients)
}

fn read_hot(bytes: &[u8], told: Devices) -> Result<SendingChain, DecodeError> {
    let mut r = Reader::new(bytes);
    r.version(VERSION)?;
    let (scope, sender) = (r.get()?, r.get()?);
    let keys = Keys {
        epoch: r.get()?,
        id: r.get()?,
        chain: r.get()?,
        signing: r.get()?,
        created: r.get()?,
    };
    let ready_for = r.get()?;
    r.finish()?;
    SendingChain::assemble(scope, sender, keys, ready_for, told).ok_or(DecodeError::OutOfRange)
}
