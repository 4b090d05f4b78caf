use super::outcome::{KeyOutcome, MissingKey, Stranger};
use super::{ChainPart, Changes, GroupChannel, RecordRefused};
use crate::group::DeviceLists;
use crate::group::devices::usable;
use crate::identity::DeviceAddress;
use crate::sender_key::{
    AcceptKeyError, Accepted, Answer, ChainName, Distribution, EpochSecret, KeyRequest, ScopeHash,
    TooSoon,
};
use crate::time::Timestamp;

/// What a request for our chain is answered with.
#[derive(Debug)]
pub struct KeyAnswer {
    /// The answer, for the pairwise session.
    pub answer: Answer,
    /// Persist before it leaves.
    pub changes: Changes,
}

/// Chains and epoch secrets of others: SPEC.md section 16.2.
impl GroupChannel {
    /// Takes the secret of the state's key epoch. Returns what to persist: nothing if it was known.
    ///
    /// # Errors
    /// [`AcceptKeyError::OtherEpochSecret`]: it is not the one that the state commits to.
    pub fn learn(&mut self, secret: &EpochSecret) -> Result<Changes, AcceptKeyError> {
        let Some(scope) = self.scopes.last_mut() else { return Ok(Changes::default()) };
        let learned = scope.learn(secret)?;
        let scopes = learned.then(|| *scope.scope_hash()).into_iter().collect();
        self.indexed = self.indexed.wrapping_add(u64::from(learned));
        Ok(Changes { scopes, ..Changes::default() })
    }

    /// Takes a chain that came in the pairwise session with `from`, if that is a device of a member
    /// by the newest lists.
    ///
    /// # Errors
    /// [`AcceptKeyError`]; nothing has changed.
    pub fn accept<L: DeviceLists + ?Sized>(
        &mut self,
        from: &DeviceAddress,
        distribution: &Distribution,
        lists: &L,
        now: Timestamp,
    ) -> Result<KeyOutcome, AcceptKeyError> {
        let (scope, current) = (distribution.scope(), self.group.state().scope());
        if (scope.kind(), scope.id()) != (current.kind(), current.id()) {
            return Err(AcceptKeyError::OtherScope);
        }
        let key_epoch = scope.key_epoch();
        if key_epoch > current.key_epoch() {
            if self.stranger(from, lists, now).is_none() {
                let next = self.group.state().revision().saturating_add(1);
                self.behind.hear(Some(&from.account), next, now);
            }
            return Ok(KeyOutcome::NeedState { key_epoch });
        }
        let known = self.scopes.iter().position(|chains| chains.scope() == scope);
        let Some(known) = known.and_then(|at| self.scopes.get_mut(at)) else {
            let same = self.scopes.iter().any(|chains| chains.scope().key_epoch() == key_epoch);
            return Ok(if same { KeyOutcome::Fork { key_epoch } } else { KeyOutcome::TooOld });
        };
        if known.is_over(now) {
            return Ok(KeyOutcome::TooOld);
        }
        let hash = *known.scope_hash();
        if let Some(stranger) = self.stranger(from, lists, now) {
            return Ok(KeyOutcome::Stranger(stranger));
        }
        let Some(known) = self.scopes.iter_mut().find(|chains| *chains.scope_hash() == hash) else {
            return Ok(KeyOutcome::TooOld);
        };
        let accepted = known.accept(from, distribution, now)?;
        self.indexed = self.indexed.wrapping_add(u64::from(accepted.epoch_learned));
        let changes = taken(hash, from, distribution, &accepted);
        Ok(KeyOutcome::Taken { accepted, changes })
    }

    /// Why the device is none of the group's now.
    fn stranger<L: DeviceLists + ?Sized>(
        &self,
        device: &DeviceAddress,
        lists: &L,
        now: Timestamp,
    ) -> Option<Stranger> {
        let Some(member) = self.group.state().member(&device.account) else {
            return Some(Stranger::NotAMember);
        };
        match usable(member, lists.device_list(&member.account), now) {
            Err(reason) => Some(Stranger::Withheld(reason)),
            Ok(list) => list.device(device.device, now).err().map(|_| Stranger::Unlisted),
        }
    }

    /// The request for a chain that a message named, if the device was not asked too lately.
    ///
    /// # Errors
    /// [`TooSoon`].
    pub fn ask(&mut self, missing: &MissingKey, now: Timestamp) -> Result<KeyRequest, TooSoon> {
        self.asked.admit(&missing.scope.hash(), &missing.device, now)?;
        Ok(KeyRequest { scope: missing.scope, chain: missing.chain })
    }

    /// Answers a device's request for our chain. One that gets it is recorded.
    ///
    /// # Errors
    /// [`RecordRefused::NotPrepared`]: there is no chain of this state's yet.
    pub fn answer(
        &mut self,
        from: &DeviceAddress,
        request: &KeyRequest,
        now: Timestamp,
    ) -> Result<KeyAnswer, RecordRefused> {
        let hash = self.group.state().hash();
        let ready = self.ready.as_ref().filter(|ready| ready.state == *hash);
        let (Some(ready), Some(chain)) = (ready, &mut self.sending) else {
            return Err(RecordRefused::NotPrepared);
        };
        let answer = chain.answer(request, from, &ready.audience, &mut self.answered, now);
        let changes = match answer {
            Answer::Give(ref given) => {
                self.record(given.position(), core::slice::from_ref(from))?.changes
            }
            _ => Changes::default(),
        };
        Ok(KeyAnswer { answer, changes })
    }
}

fn taken(
    scope: ScopeHash,
    from: &DeviceAddress,
    distribution: &Distribution,
    accepted: &Accepted,
) -> Changes {
    let part = |chain| ChainPart { scope, chain: ChainName { device: from.clone(), chain } };
    Changes {
        scopes: accepted.epoch_learned.then_some(scope).into_iter().collect(),
        chains: accepted.new.then(|| part(distribution.chain())).into_iter().collect(),
        removed_chains: accepted.removed.map(part).into_iter().collect(),
        ..Changes::default()
    }
}
