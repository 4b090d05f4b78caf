use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::{ChainPart, GroupChannel, RestoreError};
use crate::group::Group;
use crate::identity::DeviceAddress;
use crate::limits::GROUP_PAST_REVISIONS;
use crate::sender_key::{ReceivingChains, ScopeHash, SendingChain, StateError, StoredSendingChain};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

const VERSION: u8 = 1;

/// All stored parts of a channel. SPEC.md section 16.6.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredChannel {
    /// Who is in the group: changes with the group.
    pub membership: Vec<u8>,
    /// The own change that waits to be the one that follows, if there is one. Secret.
    pub pending: Option<Zeroizing<Vec<u8>>>,
    /// The own chain, if there is one: its hot part changes with every message sent. Secret.
    pub sending: Option<StoredSendingChain>,
    /// What is received on, in any order.
    pub scopes: Vec<StoredScope>,
}

/// The stored parts of one scope; all secret.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredScope {
    /// The scope itself.
    pub scope: Zeroizing<Vec<u8>>,
    /// Its chains, in any order: one changes with every message received.
    pub chains: Vec<Zeroizing<Vec<u8>>>,
}

impl fmt::Debug for StoredChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredChannel")
            .field("membership_len", &self.membership.len())
            .field("pending", &self.pending.is_some())
            .field("sending", &self.sending)
            .field("scopes", &self.scopes)
            .finish()
    }
}

impl fmt::Debug for StoredScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredScope").field("chains", &self.chains.len()).finish_non_exhaustive()
    }
}

impl GroupChannel {
    /// All parts.
    #[must_use]
    pub fn stored(&self) -> StoredChannel {
        let scope = |chains: &ReceivingChains| StoredScope {
            scope: chains.scope_bytes(),
            chains: chains
                .chain_names()
                .filter_map(|(device, id)| chains.chain_bytes(device, id))
                .collect(),
        };
        StoredChannel {
            membership: self.membership_bytes(),
            pending: self.pending_bytes(),
            sending: self
                .hot_bytes()
                .zip(self.recipient_bytes())
                .map(|(hot, recipients)| StoredSendingChain { hot, recipients }),
            scopes: self.scopes.iter().map(scope).collect(),
        }
    }

    /// The membership; no secret, but it says who is in the group.
    #[must_use]
    pub fn membership_bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(&self.own).put(&self.believed);
        w.raw(&self.group.to_bytes());
        w.into_public()
    }

    /// The hot part of the own chain. `None`: there is none.
    #[must_use]
    pub fn hot_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let chain = self.sending.as_ref()?;
        let mut w = Writer::with_capacity(512);
        w.u8(VERSION);
        w.put(&self.last_sent);
        w.raw(&chain.hot_bytes());
        Some(w.into_secret())
    }

    /// Who has the own chain.
    #[must_use]
    pub fn recipient_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        self.sending.as_ref().map(|chain| chain.stored().recipients)
    }

    /// A scope without its chains.
    #[must_use]
    pub fn scope_bytes(&self, scope: &ScopeHash) -> Option<Zeroizing<Vec<u8>>> {
        self.scope(scope).map(ReceivingChains::scope_bytes)
    }

    /// One chain of a scope.
    #[must_use]
    pub fn chain_bytes(&self, part: &ChainPart) -> Option<Zeroizing<Vec<u8>>> {
        self.scope(&part.scope)?.chain_bytes(&part.chain.device, part.chain.chain)
    }

    fn scope(&self, scope: &ScopeHash) -> Option<&ReceivingChains> {
        self.scopes.iter().find(|chains| chains.scope_hash() == scope)
    }

    /// Restores a channel. Then [`GroupChannel::prepare`] is due before anything is sent.
    ///
    /// # Errors
    /// [`RestoreError`] for damaged parts, or parts that do not belong together.
    pub fn restore(stored: &StoredChannel) -> Result<Self, RestoreError> {
        let (own, believed, group) = read_membership(&stored.membership)?;
        let mut channel = Self::with(own, group, Vec::new());
        channel.believed = believed;
        channel.pending =
            stored.pending.as_ref().map(|bytes| channel.restore_pending(bytes)).transpose()?;
        for StoredScope { scope, chains } in &stored.scopes {
            let chains = chains.iter().map(|bytes| bytes.as_slice());
            channel.scopes.push(ReceivingChains::restore(scope, chains)?);
        }
        channel.check_scopes()?;
        if let Some(parts) = &stored.sending {
            let (last_sent, hot) = read_hot(&parts.hot)?;
            let parts = StoredSendingChain { hot, recipients: parts.recipients.clone() };
            channel.last_sent = last_sent;
            channel.sending = Some(channel.own_chain(&parts)?);
        }
        Ok(channel)
    }

    fn check_scopes(&mut self) -> Result<(), RestoreError> {
        let current = self.group.state().scope();
        let ours = |chains: &ReceivingChains| {
            (chains.scope().kind(), chains.scope().id()) == (current.kind(), current.id())
        };
        if !self.scopes.iter().all(ours) {
            return Err(RestoreError::OtherGroup);
        }
        self.scopes.sort_by_key(|chains| chains.scope().key_epoch());
        let epoch = |chains: &ReceivingChains| chains.scope().key_epoch();
        let rising = self.scopes.is_sorted_by(|a, b| epoch(a) < epoch(b));
        let last = self.scopes.last().is_some_and(|last| *last.scope() == current);
        let few = self.scopes.len() <= GROUP_PAST_REVISIONS.saturating_add(1);
        let open = self.scopes.iter().skip_while(|chains| chains.is_closed()).count() == 1;
        if rising && last && few && open { Ok(()) } else { Err(RestoreError::Torn) }
    }

    fn own_chain(&self, parts: &StoredSendingChain) -> Result<SendingChain, RestoreError> {
        let chain = SendingChain::restore(parts)?;
        let current = self.group.state().scope();
        let ours = (chain.scope().kind(), chain.scope().id()) == (current.kind(), current.id())
            && *chain.sender() == self.own;
        if ours { Ok(chain) } else { Err(RestoreError::OtherGroup) }
    }
}

fn read_membership(bytes: &[u8]) -> Result<(DeviceAddress, bool, Group), DecodeError> {
    let mut r = Reader::new(bytes);
    r.version(VERSION)?;
    let (own, believed) = (r.get()?, r.get()?);
    Ok((own, believed, Group::from_bytes(r.rest())?))
}

fn read_hot(bytes: &[u8]) -> Result<(Option<Timestamp>, Zeroizing<Vec<u8>>), StateError> {
    let mut r = Reader::new(bytes);
    r.version(VERSION)?;
    let last_sent = r.get()?;
    Ok((last_sent, Zeroizing::new(r.rest().to_vec())))
}
