use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use super::send::{interval, prefix};
use super::{ChainPart, Changes, GroupChannel, GroupMessage, MissingKey, NotAllowedReason, Opened};
use crate::group::{Permission, Role};
use crate::identity::{AccountId, DeviceAddress};
use crate::limits::GROUP_FORMER_AGE;
use crate::sender_key::{
    ChainName, Claim, Decrypted, OpenSenderError, OpenedMessage, Outcome, Resolved, Scope,
    ScopeHash, SenderMessage,
};
use crate::time::Timestamp;

/// Who may have sent a message, by what its header says.
struct Speaker {
    device: DeviceAddress,
    role: Role,
    former: bool,
    slow_mode: Option<Duration>,
}

/// A message that is ready to be decrypted.
struct Judged<'a> {
    scope: usize,
    message: OpenedMessage<'a>,
    speaker: Speaker,
}

/// Receiving: SPEC.md section 16.4.
impl GroupChannel {
    /// Opens a message.
    ///
    /// # Errors
    /// [`OpenSenderError`]; nothing has changed.
    pub fn open(
        &mut self,
        message: &SenderMessage<'_>,
        now: Timestamp,
    ) -> Result<Opened, OpenSenderError> {
        match self.judge(message, now)? {
            Ok(judged) => {
                let Judged { scope: at, message, speaker } = judged;
                let Some(chains) = self.scopes.get_mut(at) else { return Ok(Opened::Unknown) };
                let outcome = chains.decrypt(&message, &speaker.device, now)?;
                Ok(self.settle(at, &message, speaker, outcome))
            }
            Err(outcome) => Ok(outcome),
        }
    }

    /// Opens many, as one by one in this order and with the same results, but faster: after a time
    /// away (SPEC.md 16.5).
    pub fn open_all(
        &mut self,
        messages: &[SenderMessage<'_>],
        now: Timestamp,
    ) -> Vec<Result<Opened, OpenSenderError>> {
        let mut results = Vec::with_capacity(messages.len());
        let mut run: Vec<Judged<'_>> = Vec::new();
        for message in messages {
            match self.judge(message, now) {
                Ok(Ok(judged)) => {
                    if run.last().is_some_and(|last| last.scope != judged.scope) {
                        self.open_run(&mut run, &mut results, now);
                    }
                    run.push(judged);
                }
                other => {
                    self.open_run(&mut run, &mut results, now);
                    results.push(other.map(|judged| judged.err().unwrap_or(Opened::Unknown)));
                }
            }
        }
        self.open_run(&mut run, &mut results, now);
        results
    }

    /// Decrypts messages of one scope.
    fn open_run(
        &mut self,
        run: &mut Vec<Judged<'_>>,
        results: &mut Vec<Result<Opened, OpenSenderError>>,
        now: Timestamp,
    ) {
        let Some(at) = run.first().map(|judged| judged.scope) else { return };
        let Some(chains) = self.scopes.get_mut(at) else { return };
        let resolve = |judged: &Judged<'_>| judged.speaker.device.clone();
        let resolved: Vec<_> = run
            .iter()
            .map(|judged| Resolved { message: judged.message, from: resolve(judged) })
            .collect();
        let outcomes = chains.decrypt_all(&resolved, now);
        for (Judged { message, speaker, .. }, outcome) in run.drain(..).zip(outcomes) {
            results.push(outcome.map(|outcome| self.settle(at, &message, speaker, outcome)));
        }
    }

    /// Opens the header and says who may have sent the message, or what becomes of it instead.
    fn judge<'a>(
        &mut self,
        message: &SenderMessage<'a>,
        now: Timestamp,
    ) -> Result<Result<Judged<'a>, Opened>, OpenSenderError> {
        for (scope, chains) in self.scopes.iter().enumerate().rev() {
            let Some(message) = chains.open(message)? else { continue };
            let spoken = self.speaker(chains.scope(), message.claim(), now);
            if let Err(Opened::NeedState { revision }) = spoken {
                self.behind.hear(None, revision, now);
            }
            return Ok(spoken.map(|speaker| Judged { scope, message, speaker }));
        }
        Ok(Err(Opened::Unknown))
    }

    fn speaker(&self, scope: &Scope, claim: &Claim, now: Timestamp) -> Result<Speaker, Opened> {
        let (group, standing) = (&self.group, &claim.standing);
        let revision = standing.revision;
        if revision > group.state().revision() {
            // What is later is of this key epoch, or of one whose header key we lack: nobody who left
            // can say that there is more.
            return Err(if *scope == group.state().scope() {
                Opened::NeedState { revision }
            } else {
                refused(None, NotAllowedReason::KeyEpoch)
            });
        }
        let (hash, key_epoch) = group.revision(revision, now).ok_or(Opened::TooOld)?;
        if prefix(hash.as_bytes()) != standing.state_prefix {
            return Err(Opened::Fork { revision, prefix: standing.state_prefix });
        }
        if key_epoch != scope.key_epoch() {
            return Err(refused(None, NotAllowedReason::KeyEpoch));
        }
        let (account, role, former) = if revision == group.state().revision() {
            self.present(standing.member_index)?
        } else {
            self.past(revision, standing.member_index, now)?
        };
        let device = DeviceAddress { account, device: claim.device };
        if device == self.own {
            return Err(Opened::Own);
        }
        let slow_mode = interval(group.state().slow_mode(), role);
        Ok(Speaker { device, role, former, slow_mode })
    }

    fn present(&self, index: u16) -> Result<(AccountId, Role, bool), Opened> {
        let state = self.group.state();
        let member = state.member_at(index);
        let member = member.ok_or_else(|| refused(None, NotAllowedReason::NoSuchMember))?;
        if state.may(member.role, Permission::Send) {
            Ok((member.account.clone(), member.role, false))
        } else {
            Err(refused(Some(&member.account), NotAllowedReason::Role))
        }
    }

    /// Who may not send any more has less time to get its last words in than others: they could
    /// have been said after.
    fn past(
        &self,
        revision: u32,
        index: u16,
        now: Timestamp,
    ) -> Result<(AccountId, Role, bool), Opened> {
        let sender = self.group.past_sender(revision, index, now);
        let sender = sender.ok_or_else(|| refused(None, NotAllowedReason::NoSuchMember))?;
        if !sender.may(Permission::Send) {
            return Err(refused(Some(&sender.account), NotAllowedReason::Role));
        }
        let former = !self.group.state().permits(&sender.account, Permission::Send);
        if former && now.since(sender.superseded_at) > GROUP_FORMER_AGE {
            return Err(refused(Some(&sender.account), NotAllowedReason::Former));
        }
        Ok((sender.account, sender.role, former))
    }

    fn settle(
        &mut self,
        at: usize,
        message: &OpenedMessage<'_>,
        speaker: Speaker,
        outcome: Outcome,
    ) -> Opened {
        let scope = *message.scope();
        match outcome {
            Outcome::Decrypted(decrypted) => self.received(scope, &speaker, decrypted),
            Outcome::Duplicate => Opened::Duplicate,
            Outcome::TooOld => Opened::TooOld,
            Outcome::UnknownChain { .. } => {
                let Some(chains) = self.scopes.get(at) else { return Opened::Unknown };
                Opened::NeedSenderKey(Box::new(MissingKey {
                    device: speaker.device,
                    scope: *chains.scope(),
                    chain: message.claim().chain,
                }))
            }
        }
    }

    fn received(&mut self, scope: ScopeHash, speaker: &Speaker, decrypted: Decrypted) -> Opened {
        let Speaker { role, former, slow_mode, .. } = *speaker;
        let Decrypted { sender, standing, chain, iteration, wire_id, plaintext, .. } = decrypted;
        let confirms = !former && self.group.confirm(&sender.account);
        let name = ChainName { device: sender.clone(), chain };
        let chains = core::iter::once(name).chain(decrypted.also_changed);
        let chains = chains.map(|chain| ChainPart { scope, chain }).collect();
        Opened::Message(Box::new(GroupMessage {
            sender,
            role,
            revision: standing.revision,
            former,
            slow_mode,
            confirms,
            wire_id,
            chain,
            iteration,
            plaintext,
            opening: decrypted.opening,
            dropped_keys: decrypted.dropped_keys,
            changes: Changes { membership: confirms, chains, ..Changes::default() },
        }))
    }
}

fn refused(account: Option<&AccountId>, reason: NotAllowedReason) -> Opened {
    Opened::NotAllowed { account: account.cloned(), reason }
}
