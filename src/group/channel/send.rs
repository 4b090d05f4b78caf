use alloc::vec::Vec;
use core::time::Duration;

use rand_core::CryptoRng;

use super::{Changes, GroupChannel, Ready, RecordRefused, SendRefused};
use crate::group::devices::Known;
use crate::group::{Confirmation, DeviceLists, Permission, Role, Withheld};
use crate::identity::DeviceAddress;
use crate::limits::GROUP_DEVICES_AGE;
use crate::report::Said;
use crate::sender_key::{
    Audience, ChainPosition, Distribution, Progress, Rotation, SendError, SendingChain, Sent,
    Standing,
};
use crate::time::Timestamp;

/// What has to be done before the group can be written to.
#[derive(Debug)]
pub struct Prepared {
    /// What each of `devices` is given, in its pairwise session.
    pub distribution: Distribution,
    /// Exactly the devices that lack it, for [`GroupChannel::record`] once it was encrypted for them.
    pub devices: Vec<DeviceAddress>,
    /// Members that get nothing, and why. Fetch the lists that are missing and prepare again; do
    /// not wait for them for ever.
    pub withheld: Vec<Withheld>,
    /// Persist before anything is given out.
    pub changes: Changes,
}

/// Devices that got the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// How many lack it still.
    pub progress: Progress,
    /// Persist with the pairwise sessions, before what was encrypted in them leaves.
    pub changes: Changes,
}

/// A message for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSent {
    /// The envelope, the same for every device.
    pub sent: Sent,
    /// The revision that it names.
    pub revision: u32,
    /// Persist before the envelope leaves.
    pub changes: Changes,
}

/// Sending: SPEC.md sections 16.2 and 16.3.
impl GroupChannel {
    /// Looks up the devices of the state, makes a new sender chain if one is due, and says which
    /// devices lack it. To be called after every change of the group and of its members' device
    /// lists; calling it again changes nothing.
    ///
    /// # Errors
    /// [`SendRefused`].
    pub fn prepare<L, R>(
        &mut self,
        lists: &L,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Prepared, SendRefused>
    where
        L: DeviceLists + ?Sized,
        R: CryptoRng + ?Sized,
    {
        self.check_standing(now)?;
        let state = self.group.state();
        let known = Known::of(state, lists);
        let accounts = known.untold();
        if !accounts.is_empty() {
            return Err(SendRefused::Revoked { accounts });
        }
        let (devices, withheld) = known.devices(now);
        if devices.binary_search(&self.own).is_err() {
            return Err(SendRefused::OwnDevice);
        }
        let audience = Audience::new(&state.scope(), &self.own, devices);
        let audience = audience.map_err(|_| SendRefused::OwnDevice)?;
        let state = *state.hash();
        let changes = self.rotate(&audience, now, rng)?;
        let Some(chain) = &self.sending else { return Err(SendRefused::NotPrepared) };
        let devices = chain.outstanding_devices(&audience);
        let distribution = chain.distribution();
        self.ready = Some(Ready { state, audience, since: now });
        Ok(Prepared { distribution, devices, withheld, changes })
    }

    /// Makes a new chain if there is none that may send, once it is distributed.
    fn rotate<R: CryptoRng + ?Sized>(
        &mut self,
        audience: &Audience,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Changes, SendRefused> {
        let due = self.sending.as_ref().is_none_or(|chain| {
            let current = chain.check_current(audience, &Rotation::GROUP, now);
            matches!(current, Err(SendError::MustRotate(_)))
        });
        if !due {
            return Ok(Changes::default());
        }
        let secret = self.epoch_secret().ok_or_else(|| self.without_secret())?.clone();
        let scope = self.group.state().scope();
        self.sending = SendingChain::new(scope, self.own.clone(), secret, now, rng);
        Ok(Changes::sending())
    }

    /// It has not come yet, or there is none.
    fn without_secret(&self) -> SendRefused {
        if self.group.state().is_void() {
            SendRefused::VoidEpoch
        } else {
            SendRefused::NoEpochSecret
        }
    }

    /// Records that the distribution that was made at `position` was encrypted for these devices, in
    /// one step or in many.
    ///
    /// # Errors
    /// [`RecordRefused`]; nothing has changed.
    pub fn record(
        &mut self,
        position: ChainPosition,
        devices: &[DeviceAddress],
    ) -> Result<Recorded, RecordRefused> {
        let hash = self.group.state().hash();
        let ready = self.ready.as_ref().filter(|ready| ready.state == *hash);
        let (Some(ready), Some(chain)) = (ready, &mut self.sending) else {
            return Err(RecordRefused::NotPrepared);
        };
        let progress = chain.record(&ready.audience, position, devices)?;
        Ok(Recorded { progress, changes: Changes::sending() })
    }

    /// Encrypts a message once for all devices of the group.
    ///
    /// # Errors
    /// [`SendRefused`]; nothing has changed.
    pub fn encrypt<R: CryptoRng + ?Sized>(
        &mut self,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<GroupSent, SendRefused> {
        self.seal(Said::plain(plaintext), now, rng)
    }

    /// The same so that every receiver can report it (SPEC.md section 13.1).
    ///
    /// # Errors
    /// [`SendRefused`]; nothing has changed.
    pub fn encrypt_reportable<R: CryptoRng + ?Sized>(
        &mut self,
        plaintext: &[u8],
        now: Timestamp,
        rng: &mut R,
    ) -> Result<GroupSent, SendRefused> {
        self.seal(Said::reportable(plaintext), now, rng)
    }

    fn seal<R: CryptoRng + ?Sized>(
        &mut self,
        said: Said<'_>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<GroupSent, SendRefused> {
        self.check_standing(now)?;
        let state = self.group.state();
        let interval = self.own_interval();
        let standing = Standing {
            member_index: state.member_index(&self.own.account).ok_or(SendRefused::NotAMember)?,
            revision: state.revision(),
            state_prefix: prefix(state.hash().as_bytes()),
        };
        let ready = self.ready.as_ref().filter(|ready| ready.serves(state.hash(), now));
        let (Some(ready), Some(chain)) = (ready, &mut self.sending) else {
            return Err(SendRefused::NotPrepared);
        };
        let until = interval.zip(self.last_sent).map(|(wait, last)| last.saturating_add(wait));
        if let Some(until) = until.filter(|until| now < *until) {
            return Err(SendRefused::SlowMode { until });
        }
        let audience = &ready.audience;
        let sent = chain.seal(audience, standing, said, &Rotation::GROUP, now, rng)?;
        self.last_sent = Some(now);
        let changes = Changes { hot: true, ..Changes::default() };
        Ok(GroupSent { sent, revision: standing.revision, changes })
    }

    fn check_standing(&self, now: Timestamp) -> Result<(), SendRefused> {
        let state = self.group.state();
        if state.is_terminated() {
            return Err(SendRefused::Terminated);
        }
        let own = state.member(&self.own.account).ok_or(SendRefused::NotAMember)?;
        if !state.may(own.role, Permission::Send) {
            return Err(SendRefused::NotAllowed);
        }
        if !self.may_be_believed() {
            return Err(SendRefused::Unconfirmed);
        }
        if self.group.is_suspect() {
            let suspects = self.group.suspects().to_vec();
            return Err(SendRefused::Suspect { suspects, beyond: self.group.suspects_beyond() });
        }
        match self.behind.waits_for(now) {
            Some(revision) => Err(SendRefused::Behind { revision }),
            None => Ok(()),
        }
    }

    /// Unless a person decided, a group that only one account vouches for is believed if nobody
    /// else could.
    fn may_be_believed(&self) -> bool {
        match self.group.confirmation() {
            Confirmation::Confirmed => true,
            Confirmation::Unconfirmed { by, own } => {
                let members = self.group.state().members();
                self.believed || members.iter().all(|m| m.account == *by || m.account == *own)
            }
        }
    }

    /// Slow mode for us.
    fn own_interval(&self) -> Option<Duration> {
        let state = self.group.state();
        state.member(&self.own.account).and_then(|own| interval(state.slow_mode(), own.role))
    }
}

impl Ready {
    fn serves(&self, state: &crate::crypto::Digest, now: Timestamp) -> bool {
        self.state == *state && now.since(self.since) <= GROUP_DEVICES_AGE
    }
}

/// Slow mode for a role.
pub(super) fn interval(slow_mode: u32, role: Role) -> Option<Duration> {
    (slow_mode > 0 && role < Role::Moderator).then(|| Duration::from_secs(slow_mode.into()))
}

/// What a message says of the state.
pub(super) fn prefix(hash: &[u8; 32]) -> [u8; 16] {
    hash.first_chunk().copied().unwrap_or_default()
}

/// Whether a message of a member in slow mode counts: by the times that its sender stated, so that
/// all members judge alike whenever it reaches them. `others` are the stated times of all other
/// messages of the account, `received` is when this one came.
#[must_use]
pub fn keeps_slow_mode(
    interval: Duration,
    stated: Timestamp,
    received: Timestamp,
    others: impl IntoIterator<Item = Timestamp>,
) -> bool {
    let earlier = |other: Timestamp| other <= stated && stated.since(other) < interval;
    stated <= received.saturating_add(interval) && !others.into_iter().any(earlier)
}
