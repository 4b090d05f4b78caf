use alloc::collections::BTreeSet;
use core::cmp::Ordering;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::audience::accounts;
use super::root::Root;
use super::{StoryAudience, StoryDevices};
use crate::content::{SharedKey, VersionedKey};
use crate::crypto::Digest;
use crate::error::error_codes;
use crate::group::DeviceLists;
use crate::identity::{AccountId, DeviceAddress};
use crate::limits::{STORY_CHAIN_AGE, STORY_VERSIONS_AHEAD, STORY_VIEWERS};
use crate::sender_key::{EpochSecret, Scope};
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer};

/// The version of a stored list.
const VERSION: u8 = 2;

/// One audience of an author's stories: who sees them, and the root of its current version. Secret; the
/// author's devices share it, and viewers are given what follows from it. A version ends when somebody
/// leaves the audience, and after a day: who comes later reads nothing earlier, and who left reads nothing
/// later. SPEC.md 18.1.
#[derive(Clone, PartialEq, Eq)]
pub struct StoryList {
    author: AccountId,
    id: Digest,
    version: u32,
    root: Root,
    began: Timestamp,
    audience: StoryAudience,
    viewers: BTreeSet<AccountId>,
}

/// What became of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListChange {
    /// Nobody came or left.
    Same,
    /// Somebody came: give the new viewers the chain as it stands.
    Grown,
    /// Somebody left: there is a new version, and a new chain is due.
    NewVersion,
    /// What was told is older than this version: tell that device [`StoryList::to_tell`].
    Older,
}

/// Why a list was not made or changed. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoryListError {
    /// More than [`STORY_VIEWERS`] viewers or named accounts, or more devices than
    /// [`crate::limits::AUDIENCE_DEVICES`].
    #[error("the list has too many viewers")]
    TooManyViewers,
    /// The list's version came to its end: tell the others that the list is removed, and make it anew.
    #[error("the list's version came to its end")]
    Exhausted,
    /// The version that was told is more than [`STORY_VERSIONS_AHEAD`] later: a device of one's own is
    /// broken or hostile, or a great many replacements were missed. As with
    /// [`StoryListError::Exhausted`], make the list anew.
    #[error("the version that was told is too far ahead")]
    TooFarAhead,
    /// The device is not of the list's author.
    #[error("the device is not of the list's author")]
    OtherAuthor,
}

error_codes!(StoryListError {
    Self::TooManyViewers => ("story-list/too-many-viewers", ShowToUser),
    Self::Exhausted => ("story-list/exhausted", FixCaller),
    Self::TooFarAhead => ("story-list/too-far-ahead", ShowToUser),
    Self::OtherAuthor => ("story-list/other-author", FixCaller),
});

impl StoryList {
    /// A list of `author`'s for those of the accepted `contacts` that are of the audience.
    ///
    /// # Errors
    /// [`StoryListError::TooManyViewers`].
    pub fn new<'a, R: CryptoRng + ?Sized>(
        author: &AccountId,
        audience: StoryAudience,
        contacts: impl IntoIterator<Item = &'a AccountId>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Self, StoryListError> {
        let viewers = viewers(author, &audience, contacts)?;
        let mut id = [0; 32];
        rng.fill_bytes(&mut id);
        let root = Root::random(rng);
        let (author, id) = (author.clone(), Digest::from_bytes(id));
        Ok(Self { author, id, version: 1, root, began: now, audience, viewers })
    }

    /// The list that another device of `author` made, as it told in a content (body 1,099) that claims
    /// `sent_at`: the version counts as begun when the content counts as sent.
    ///
    /// # Errors
    /// [`StoryListError::TooManyViewers`].
    pub fn told<'a>(
        author: &AccountId,
        id: Digest,
        told: &VersionedKey,
        audience: StoryAudience,
        contacts: impl IntoIterator<Item = &'a AccountId>,
        sent_at: Timestamp,
        now: Timestamp,
    ) -> Result<Self, StoryListError> {
        let viewers = viewers(author, &audience, contacts)?;
        let (version, root) = (told.version(), Root::of(told.key()));
        let began = sent_at.min(now);
        Ok(Self { author: author.clone(), id, version, root, began, audience, viewers })
    }

    /// Takes another audience or the same with other contacts: to be called when the contacts or the
    /// settings changed, and always when somebody was blocked.
    ///
    /// # Errors
    /// [`StoryListError`]; nothing has changed.
    pub fn update<'a>(
        &mut self,
        audience: StoryAudience,
        contacts: impl IntoIterator<Item = &'a AccountId>,
        now: Timestamp,
    ) -> Result<ListChange, StoryListError> {
        let viewers = viewers(&self.author, &audience, contacts)?;
        let change = if !self.viewers.is_subset(&viewers) {
            self.renew(now)?;
            ListChange::NewVersion
        } else if viewers == self.viewers {
            ListChange::Same
        } else {
            ListChange::Grown
        };
        (self.audience, self.viewers) = (audience, viewers);
        Ok(change)
    }

    /// Begins a new version: a day has passed ([`StoryList::is_due`]), or a device of a viewer's was
    /// revoked. Devices that do so at the same time come to the same version. Tell the others
    /// [`StoryList::to_tell`].
    ///
    /// # Errors
    /// [`StoryListError::Exhausted`]; nothing has changed.
    pub fn renew(&mut self, now: Timestamp) -> Result<(), StoryListError> {
        self.begin(self.version.checked_add(1), self.root.next(), now)
    }

    /// Begins a new version that cannot be computed from the last: a device of the author's was revoked,
    /// which knew that. Every other device does so when it takes the device list that revokes, whatever it
    /// was told before. Renewals of the last root do not reach the version, so it holds against devices that
    /// have not heard. Tell the other devices before posting.
    ///
    /// # Errors
    /// [`StoryListError::Exhausted`]; nothing has changed.
    pub fn replace<R: CryptoRng + ?Sized>(
        &mut self,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<(), StoryListError> {
        self.begin(replaced(self.version), Root::random(rng), now)
    }

    /// What to tell the author's other devices whenever a version began (content body 1,099), in an entry
    /// with the stamp of the audience as this device knows it: the stamp is the audience's alone.
    #[must_use]
    pub fn to_tell(&self) -> Option<VersionedKey> {
        VersionedKey::new(SharedKey::from_bytes(*self.root.as_bytes()), self.version).ok()
    }

    /// Takes what another device of the author told in a content that claims `sent_at`: a later version as
    /// it is. If two devices replaced the root at the same time, there are two of one version, and both go
    /// on to the same next one. Versions have an order of their own, whatever the entry's stamp. What the
    /// entry says of the audience is for [`StoryList::update`], after this and only if its stamp is the
    /// newest ([`Stamp::replaces`]); otherwise update with the audience that holds.
    ///
    /// [`Stamp::replaces`]: crate::content::Stamp::replaces
    ///
    /// # Errors
    /// [`StoryListError::TooFarAhead`], [`StoryListError::Exhausted`]; nothing has changed.
    pub fn learn(
        &mut self,
        told: &VersionedKey,
        sent_at: Timestamp,
        now: Timestamp,
    ) -> Result<ListChange, StoryListError> {
        let root = Root::of(told.key());
        if told.version().saturating_sub(self.version) > STORY_VERSIONS_AHEAD {
            return Err(StoryListError::TooFarAhead);
        }
        match told.version().cmp(&self.version) {
            Ordering::Less => return Ok(ListChange::Older),
            Ordering::Equal if root == self.root => return Ok(ListChange::Same),
            Ordering::Equal => {
                self.begin(self.version.checked_add(1), self.root.higher(&root).next(), now)?;
            }
            Ordering::Greater => {
                (self.version, self.root, self.began) = (told.version(), root, sent_at.min(now));
            }
        }
        Ok(ListChange::NewVersion)
    }

    fn begin(
        &mut self,
        version: Option<u32>,
        root: Root,
        now: Timestamp,
    ) -> Result<(), StoryListError> {
        self.version = version.ok_or(StoryListError::Exhausted)?;
        (self.root, self.began) = (root, now);
        Ok(())
    }

    /// Whether the version is a day old. It is checked before every post.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        now.since(self.began) >= STORY_CHAIN_AGE
    }

    /// The devices that the current version goes to from `sender`, a device of the author's.
    ///
    /// # Errors
    /// [`StoryListError`].
    pub fn devices<L: DeviceLists + ?Sized>(
        &self,
        sender: &DeviceAddress,
        lists: &L,
        now: Timestamp,
    ) -> Result<StoryDevices, StoryListError> {
        StoryDevices::new(self, sender, lists, now)
    }

    /// What chains of the current version are bound to.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::story(&self.author, self.id, self.version)
    }

    /// The account whose list it is.
    #[must_use]
    pub const fn author(&self) -> &AccountId {
        &self.author
    }

    /// Whom it is for.
    #[must_use]
    pub const fn audience(&self) -> &StoryAudience {
        &self.audience
    }

    /// Who sees it, the author apart.
    #[must_use]
    pub fn viewers(&self) -> impl ExactSizeIterator<Item = &AccountId> {
        self.viewers.iter()
    }

    /// The version, from 1.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    pub(super) fn secret(&self) -> EpochSecret {
        self.root.secret(&self.id, self.version)
    }

    /// The state to store: secret.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<alloc::vec::Vec<u8>> {
        let Self { author, id, version, root, began, audience, viewers } = self;
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(author).put(id).put(version).put(root).put(began).put(audience);
        w.list(viewers.iter());
        w.into_secret()
    }

    /// Reads a stored list.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not what [`StoryList::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(bytes);
        r.version(VERSION)?;
        let list = Self {
            author: r.get()?,
            id: r.get()?,
            version: r.get()?,
            root: r.get()?,
            began: r.get()?,
            audience: r.get()?,
            viewers: accounts(&mut r)?,
        };
        r.finish()?;
        let consistent = list.audience.among(&list.viewers) == list.viewers
            && !list.viewers.contains(&list.author)
            && list.version > 0;
        if consistent { Ok(list) } else { Err(DecodeError::OutOfRange) }
    }
}

/// The version that a replacement begins: more than 65,536 later, which renewals do not reach, and the same
/// for devices whose versions differ by a few.
fn replaced(version: u32) -> Option<u32> {
    (version | 0xffff).checked_add(0x1_0001)
}

fn viewers<'a>(
    author: &AccountId,
    audience: &StoryAudience,
    contacts: impl IntoIterator<Item = &'a AccountId>,
) -> Result<BTreeSet<AccountId>, StoryListError> {
    audience.check()?;
    let mut viewers = audience.among(contacts);
    viewers.remove(author);
    if viewers.len() > STORY_VIEWERS { Err(StoryListError::TooManyViewers) } else { Ok(viewers) }
}

/// Without who is of it.
impl fmt::Debug for StoryList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoryList")
            .field("author", &self.author)
            .field("version", &self.version)
            .field("viewers", &self.viewers.len())
            .finish_non_exhaustive()
    }
}
