use alloc::vec::Vec;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{PostError, StoryDevices, StoryList};
use crate::content::{Content, Conversation};
use crate::identity::DeviceAddress;
use crate::report::Said;
use crate::sender_key::{
    Answer, ChainPosition, KeyRequest, Progress, RecordError, RequestLog, Rotation, SendingChain,
    Sent, Standing, StateError, StoredSendingChain,
};
use crate::time::Timestamp;

/// A device's own chain in the current version of one of its account's story lists. SPEC.md 18.2.
#[derive(Debug)]
pub struct StoryChannel {
    chain: SendingChain,
}

/// What has to be done before the next post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// The encoded distribution, for a content of body 51 to each of the devices; secret.
    pub distribution: Zeroizing<Vec<u8>>,
    /// Where the chain stood, for [`StoryChannel::record`].
    pub position: ChainPosition,
    /// The devices that lack it; none: the channel can post.
    pub to: Vec<DeviceAddress>,
}

impl StoryChannel {
    /// A chain of `sender` in the list's current version, which nobody has yet. `None`: the device is
    /// not of the list's author.
    #[must_use]
    pub fn new<R: CryptoRng + ?Sized>(
        list: &StoryList,
        sender: &DeviceAddress,
        now: Timestamp,
        rng: &mut R,
    ) -> Option<Self> {
        SendingChain::new(list.scope(), sender.clone(), list.secret(), now, rng)
            .map(|chain| Self { chain })
    }

    /// Whether the list went on to another version, so that a new channel is due.
    #[must_use]
    pub fn is_of(&self, list: &StoryList) -> bool {
        *self.chain.scope() == list.scope()
    }

    /// Who has to be given the chain before the next post.
    #[must_use]
    pub fn prepare(&self, devices: &StoryDevices) -> Preparation {
        let distribution = self.chain.distribution();
        Preparation {
            position: distribution.position(),
            distribution: distribution.encode(),
            to: self.chain.outstanding_devices(&devices.audience),
        }
    }

    /// Records that the distribution that was made at `position` was encrypted for `told`, in one step
    /// or in many.
    ///
    /// # Errors
    /// [`RecordError`]; nothing has changed.
    pub fn record(
        &mut self,
        devices: &StoryDevices,
        position: ChainPosition,
        told: &[DeviceAddress],
    ) -> Result<Progress, RecordError> {
        self.chain.record(&devices.audience, position, told)
    }

    /// What a device of the audience gets that asks for the chain: the chain as it stands now. `answered`
    /// is the log of answers.
    pub fn answer(
        &self,
        request: &KeyRequest,
        from: &DeviceAddress,
        devices: &StoryDevices,
        answered: &mut RequestLog,
        now: Timestamp,
    ) -> Answer {
        self.chain.answer(request, from, &devices.audience, answered, now)
    }

    /// Encrypts a story, once for the whole audience. Persist [`StoryChannel::hot_bytes`] before the
    /// envelope is sent.
    ///
    /// # Errors
    /// [`PostError`]; nothing has changed.
    pub fn post<R: CryptoRng + ?Sized>(
        &mut self,
        list: &StoryList,
        devices: &StoryDevices,
        story: &Content,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Sent, PostError> {
        self.check(list, story, now)?;
        self.seal(devices, Said::plain(story.as_bytes()), now, rng)
    }

    /// The same so that every viewer can report it (SPEC.md section 13.1).
    ///
    /// # Errors
    /// [`PostError`]; nothing has changed.
    pub fn post_reportable<R: CryptoRng + ?Sized>(
        &mut self,
        list: &StoryList,
        devices: &StoryDevices,
        story: &Content,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Sent, PostError> {
        self.check(list, story, now)?;
        self.seal(devices, Said::reportable(story.as_bytes()), now, rng)
    }

    fn check(&self, list: &StoryList, story: &Content, now: Timestamp) -> Result<(), PostError> {
        if !self.is_of(list) || list.is_due(now) {
            return Err(PostError::NotPrepared);
        }
        if story.conversation() != Conversation::Story {
            return Err(PostError::NotAStory);
        }
        Ok(())
    }

    fn seal<R: CryptoRng + ?Sized>(
        &mut self,
        devices: &StoryDevices,
        said: Said<'_>,
        now: Timestamp,
        rng: &mut R,
    ) -> Result<Sent, PostError> {
        let (standing, rotation) = (Standing::default(), Rotation::STORY);
        Ok(self.chain.seal(&devices.audience, standing, said, &rotation, now, rng)?)
    }

    /// Both parts, to be stored after [`StoryChannel::record`]: secret.
    #[must_use]
    pub fn stored(&self) -> StoredSendingChain {
        self.chain.stored()
    }

    /// The part that changes with every post: secret.
    #[must_use]
    pub fn hot_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.chain.hot_bytes()
    }

    /// Restores a stored channel.
    ///
    /// # Errors
    /// [`StateError`] for damaged parts, or parts of different writes.
    pub fn restore(stored: &StoredSendingChain) -> Result<Self, StateError> {
        SendingChain::restore(stored).map(|chain| Self { chain })
    }
}
