use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroizing;

use super::scopes::{Forgotten, Inserted, Scopes};
use super::{StoryKeyError, StoryLife, StoryRefused};
use crate::content::{Content, ContentError, Conversation, Incoming, Unsupported};
use crate::identity::{AccountId, DeviceAddress};
use crate::report::Opening;
use crate::sender_key::{
    ChainName, Decrypted, Distribution, Expired, KeyRequest, Outcome, ReceivingChains, ScopeHash,
    SenderMessage, Standing, StateError,
};
use crate::time::Timestamp;

/// The chains of all story lists that this device was given, of all authors. SPEC.md 18.3.
#[derive(Debug, Default)]
pub struct StoryViewer {
    scopes: Scopes,
}

/// What came of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTaken {
    /// The list's version that it is of: persist it if [`KeyTaken::scope_changed`].
    pub scope: ScopeHash,
    /// The list's version is new here.
    pub scope_changed: bool,
    /// The chain: persist it.
    pub chain: ChainName,
    /// A chain of the device that it replaced: delete it.
    pub removed_chain: Option<ChainName>,
    /// Older versions of the list that it closed: persist them.
    pub closed: Vec<ScopeHash>,
    /// Versions that a limit removed: delete them with their chains.
    pub removed: Vec<ScopeHash>,
}

/// What a message turned out to be.
#[derive(Debug)]
#[non_exhaustive]
pub enum StoryOpened {
    /// A story, or what else its author says to the audience.
    Post(Box<StoryPost>),
    /// A story whose day is over: it is not shown. Persist the chain.
    Expired(ChainMoved),
    /// A content that this version does not understand: keep its bytes, which a later one decodes. Persist
    /// the chain.
    Unsupported(Unsupported, Box<NotShown>),
    /// An authentic content that was refused: the author's client is broken or hostile. Persist the
    /// chain.
    Refused(StoryRefused, Box<NotShown>),
    /// It was opened before.
    Duplicate,
    /// Its key is gone, or it was posted before this device was given the chain.
    TooOld,
    /// The author's device has not given its chain: ask it, if its account's list still has it, and keep
    /// the message for a while.
    NeedKey {
        /// Whom to ask.
        from: DeviceAddress,
        /// The question, for a content of body 52.
        request: KeyRequest,
    },
    /// It is of no list that was given to this device.
    Unknown,
}

/// A story that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryPost {
    /// What was posted.
    pub content: Content,
    /// What proves to others that its author posted it, if it was made reportable.
    pub opening: Option<Box<Opening>>,
    /// From when to when it lives.
    pub life: StoryLife,
    /// Who posted it, and what has to be persisted first.
    pub chain: ChainMoved,
}

/// What was posted and cannot be shown; it can be reported like any other (SPEC.md 13.1).
#[derive(Clone, PartialEq, Eq)]
pub struct NotShown {
    /// The bytes that were encrypted.
    pub plaintext: Zeroizing<Vec<u8>>,
    /// What proves to others that its author posted it, if it was made reportable.
    pub opening: Option<Box<Opening>>,
    /// Who posted it, and what has to be persisted first.
    pub chain: ChainMoved,
}

/// Without the plaintext.
impl fmt::Debug for NotShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NotShown")
            .field("opening", &self.opening)
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

/// The chain that a message came on, which is to be persisted before the message is acted upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainMoved {
    /// The list's version.
    pub scope: ScopeHash,
    /// The device that posted, and its chain.
    pub chain: ChainName,
    /// Further chains to persist, whose keys a limit dropped.
    pub also_changed: Vec<ChainName>,
    /// Keys of missing messages that a limit dropped: those are lost.
    pub dropped_keys: u32,
}

impl StoryViewer {
    /// A device that was given nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a chain that `from` gave in its pairwise session. That its account is an accepted contact,
    /// or one's own, and that the account's newest list has the device, is for the caller to have
    /// checked.
    ///
    /// # Errors
    /// [`StoryKeyError`]; nothing has changed.
    pub fn accept(
        &mut self,
        from: &DeviceAddress,
        distribution: &Distribution,
        now: Timestamp,
    ) -> Result<KeyTaken, StoryKeyError> {
        self.scopes.check(from, distribution)?;
        let (scope, id) = (distribution.scope().hash(), distribution.chain());
        let name = |chain| ChainName { device: from.clone(), chain };
        let (accepted, inserted) = if let Some(chains) = self.scopes.get_mut(&scope) {
            (chains.accept(from, distribution, now)?, None)
        } else {
            let mut chains = ReceivingChains::new(*distribution.scope());
            let accepted = chains.accept(from, distribution, now)?;
            (accepted, Some(self.scopes.insert(&from.account, chains, now)))
        };
        let scope_changed = inserted.is_some();
        let Inserted { closed, removed } =
            inserted.unwrap_or(Inserted { closed: Vec::new(), removed: Vec::new() });
        let removed_chain = accepted.removed.map(name);
        Ok(KeyTaken { scope, scope_changed, chain: name(id), removed_chain, closed, removed })
    }

    /// Opens a message, if it is a story's.
    ///
    /// # Errors
    /// [`StoryRefused`] for a message that is not authentic; nothing has changed.
    pub fn open(
        &mut self,
        message: &SenderMessage<'_>,
        now: Timestamp,
    ) -> Result<StoryOpened, StoryRefused> {
        let Some((scope, author)) = self.scopes.find(message) else {
            return Ok(StoryOpened::Unknown);
        };
        let Some(chains) = self.scopes.get_mut(&scope) else { return Ok(StoryOpened::Unknown) };
        let Some(opened) = chains.open(message)? else { return Ok(StoryOpened::Unknown) };
        let claim = opened.claim();
        if claim.standing != Standing::default() {
            return Err(StoryRefused::Standing);
        }
        let from = DeviceAddress { account: author, device: claim.device };
        match chains.decrypt(&opened, &from, now)? {
            Outcome::Decrypted(decrypted) => {
                self.scopes.touch(&scope);
                Ok(judge(scope, decrypted, now))
            }
            Outcome::Duplicate => Ok(StoryOpened::Duplicate),
            Outcome::TooOld => Ok(StoryOpened::TooOld),
            Outcome::UnknownChain { .. } => {
                let request = KeyRequest { scope: *chains.scope(), chain: claim.chain };
                Ok(StoryOpened::NeedKey { from, request })
            }
        }
    }

    /// Forgets the lists of an author, as when it is blocked. Returns what to delete.
    pub fn forget(&mut self, author: &AccountId) -> Vec<ScopeHash> {
        self.scopes.forget(author)
    }

    /// Forgets the chains of one device, as when its account revoked it: what it posts from then on does
    /// not open. To take no chain of it again is for the caller to see to.
    pub fn forget_device(&mut self, device: &DeviceAddress) -> Forgotten {
        self.scopes.forget_device(device)
    }

    /// Deletes what is too old: chains, keys of missing messages, versions of lists that were replaced or
    /// have no chain left. To be called daily or so. Returns the versions to delete, and of the others
    /// what changed.
    pub fn expire(&mut self, now: Timestamp) -> (Vec<ScopeHash>, Vec<(ScopeHash, Expired)>) {
        let expired = self.scopes.iter_mut().map(|chains| {
            let expired = chains.expire(now);
            (*chains.scope_hash(), expired)
        });
        let mut expired: Vec<_> =
            expired.filter(|(_, expired)| *expired != Expired::default()).collect();
        let removed = self.scopes.remove_over(now);
        expired.retain(|(scope, _)| !removed.contains(scope));
        (removed, expired)
    }

    /// The versions of lists that this device was given.
    pub fn scopes(&self) -> impl Iterator<Item = &ScopeHash> {
        self.scopes.names()
    }

    /// A list's version without its chains, to be stored: secret. `None`: there is no such version.
    #[must_use]
    pub fn scope_bytes(&self, scope: &ScopeHash) -> Option<Zeroizing<Vec<u8>>> {
        self.scopes.scope_bytes(scope)
    }

    /// One chain, to be stored: secret. `None`: there is no such chain.
    #[must_use]
    pub fn chain_bytes(&self, scope: &ScopeHash, chain: &ChainName) -> Option<Zeroizing<Vec<u8>>> {
        self.scopes.get(scope)?.chain_bytes(&chain.device, chain.chain)
    }

    /// The chains of a list's version.
    #[must_use]
    pub fn chain_names(&self, scope: &ScopeHash) -> Vec<ChainName> {
        let of = |(device, chain): (&DeviceAddress, _)| ChainName { device: device.clone(), chain };
        self.scopes.get(scope).map(|c| c.chain_names().map(of).collect()).unwrap_or_default()
    }

    /// Adds a stored version of a list with its chains. Versions are to be given as they were stored,
    /// oldest first.
    ///
    /// # Errors
    /// [`StateError`] for parts that are damaged or do not fit; nothing has changed.
    pub fn restore(&mut self, scope: &[u8], chains: &[&[u8]]) -> Result<(), StateError> {
        self.scopes.restore(scope, chains)
    }
}

/// What an authentic message says, and whether it may still be seen.
fn judge(scope: ScopeHash, decrypted: Decrypted, now: Timestamp) -> StoryOpened {
    let Decrypted { sender, chain, plaintext, opening, also_changed, dropped_keys, .. } = decrypted;
    let chain = ChainName { device: sender, chain };
    let moved = ChainMoved { scope, chain, also_changed, dropped_keys };
    let plaintext = Zeroizing::new(plaintext);
    let said = story(&plaintext);
    let not_shown = |opening, chain| Box::new(NotShown { plaintext, opening, chain });
    match said {
        Err(refused) => StoryOpened::Refused(refused, not_shown(opening, moved)),
        Ok(Incoming::Unsupported(unsupported)) => {
            StoryOpened::Unsupported(unsupported, not_shown(opening, moved))
        }
        Ok(Incoming::Valid(content)) => {
            let life = StoryLife::new(content.sent_at(), now);
            if life.is_over(now) {
                StoryOpened::Expired(moved)
            } else {
                StoryOpened::Post(Box::new(StoryPost { content, opening, life, chain: moved }))
            }
        }
    }
}

fn story(plaintext: &[u8]) -> Result<Incoming, StoryRefused> {
    let incoming = Content::decode(plaintext).map_err(|error: ContentError| error)?;
    match &incoming {
        Incoming::Valid(content) if content.conversation() != Conversation::Story => {
            Err(StoryRefused::NotAStory)
        }
        Incoming::Unsupported(unsupported)
            if unsupported.conversation.is_some_and(|it| it != Conversation::Story) =>
        {
            Err(StoryRefused::NotAStory)
        }
        Incoming::Valid(_) | Incoming::Unsupported(_) => Ok(incoming),
    }
}
