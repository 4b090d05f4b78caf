use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{OptionId, Poll, PollOption, PollVote};
use crate::content::{Body, Content, Conversation, MessageRef, Rank};
use crate::error::error_codes;
use crate::identity::AccountId;
use crate::limits::{POLL_OPTIONS, POLL_VOTERS, POLL_VOTES_KEPT};
use crate::time::Timestamp;

/// What came of a poll (SPEC.md 12.6). It is made of the poll and of whatever votes, added answers
/// and closings came, and does not depend on the order in which they did.
#[derive(Clone, PartialEq, Eq)]
pub struct Tally {
    poll: MessageRef,
    conversation: Conversation,
    options: Vec<String>,
    max_choices: u32,
    open: bool,
    /// Which of all answers added, by rank.
    added: Vec<Added>,
    /// The newest votes of each voter, lowest rank first.
    votes: BTreeMap<AccountId, Vec<Cast>>,
    ends_at: Timestamp,
}

#[derive(Clone, PartialEq, Eq)]
struct Added {
    rank: Rank,
    text: String,
}

#[derive(Clone, PartialEq, Eq)]
struct Cast {
    rank: Rank,
    options: Vec<OptionId>,
}

/// An answer and how many chose it.
#[derive(Clone, PartialEq, Eq)]
pub struct OptionCount<'a> {
    /// The answer.
    pub text: &'a str,
    /// Its name in votes.
    pub id: OptionId,
    /// How many accounts chose it.
    pub votes: usize,
}

impl fmt::Debug for OptionCount<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptionCount")
            .field("text_len", &self.text.len())
            .field("id", &self.id)
            .field("votes", &self.votes)
            .finish()
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally")
            .field("poll", &self.poll)
            .field("options", &self.options.len())
            .field("added", &self.added.len())
            .field("votes", &self.votes.len())
            .field("ends_at", &self.ends_at)
            .finish_non_exhaustive()
    }
}

impl Tally {
    /// Nothing yet, of a poll that `author` sent; `None` when the content is no poll.
    #[must_use]
    pub fn new(author: AccountId, content: &Content) -> Option<Self> {
        let Body::Poll(poll) = content.body() else { return None };
        Some(Self::of(MessageRef::to(author, content), content.conversation(), poll))
    }

    fn of(reference: MessageRef, conversation: Conversation, poll: &Poll) -> Self {
        Self {
            poll: reference,
            conversation,
            options: poll.options().map(Into::into).collect(),
            max_choices: poll.max_choices(),
            open: poll.is_open(),
            added: Vec::new(),
            votes: BTreeMap::new(),
            ends_at: poll.closes_at().unwrap_or(Timestamp::MAX),
        }
    }

    /// Takes a vote, an added answer or a closing that `sender` sent. What was not said in the poll's
    /// conversation does not count: the others would not see it.
    ///
    /// # Errors
    /// [`TallyRefused`], and nothing changes.
    pub fn apply(&mut self, sender: &AccountId, content: &Content) -> Result<(), TallyRefused> {
        if !content.conversation().is_the_same_as(&self.conversation) {
            return Err(TallyRefused::OtherConversation);
        }
        let rank = Rank::of(content);
        match content.body() {
            Body::PollVote(vote) => {
                self.is_poll(vote.poll())?;
                self.vote(sender, vote, rank)
            }
            Body::PollOption(option) => {
                self.is_poll(option.poll())?;
                self.add(option, rank)
            }
            Body::PollClose(close) => {
                self.is_poll(&close.poll)?;
                self.close(sender, content.sent_at())
            }
            _ => Err(TallyRefused::NotOfThisKind),
        }
    }

    /// The answers in the order to be shown, each with how many chose it.
    #[must_use]
    pub fn counts(&self) -> Vec<OptionCount<'_>> {
        let room = POLL_OPTIONS.saturating_sub(self.options.len());
        let added = self.added.iter().filter(|added| added.rank.sent_at() <= self.ends_at);
        let texts = self.options.iter().chain(added.map(|added| &added.text).take(room));
        let chosen: Vec<_> = self.votes.values().filter_map(|cast| self.counted(cast)).collect();
        let count = |text| {
            let id = OptionId::of(text);
            let votes = chosen.iter().filter(|options| options.contains(&id)).count();
            OptionCount { text, id, votes }
        };
        texts.map(|text| count(text.as_str())).collect()
    }

    /// What an account chose; answers that did not come yet included.
    #[must_use]
    pub fn choice_of(&self, voter: &AccountId) -> &[OptionId] {
        self.votes.get(voter).and_then(|cast| self.counted(cast)).unwrap_or_default()
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_closed(&self, now: Timestamp) -> bool {
        now > self.ends_at
    }

    /// The counter for the next vote of an account.
    #[must_use]
    pub fn next_vote_count(&self, voter: &AccountId) -> u32 {
        let last = self.votes.get(voter).and_then(|cast| cast.last());
        last.map_or(0, |cast| cast.rank.counter()).saturating_add(1)
    }

    /// The newest of a voter's votes that came before the end.
    fn counted<'a>(&self, cast: &'a [Cast]) -> Option<&'a [OptionId]> {
        let newest = cast.iter().rev().find(|cast| cast.rank.sent_at() <= self.ends_at);
        newest.map(|cast| cast.options.as_slice())
    }

    fn is_poll(&self, poll: &MessageRef) -> Result<(), TallyRefused> {
        if *poll == self.poll { Ok(()) } else { Err(TallyRefused::OtherPoll) }
    }

    fn vote(&mut self, voter: &AccountId, vote: &PollVote, rank: Rank) -> Result<(), TallyRefused> {
        if u32::try_from(vote.options().len()).map_or(true, |count| count > self.max_choices) {
            return Err(TallyRefused::TooManyChoices);
        }
        if !self.open && vote.options().iter().any(|id| !self.has(*id)) {
            return Err(TallyRefused::UnknownOption);
        }
        if self.votes.len() >= POLL_VOTERS && !self.votes.contains_key(voter) {
            return Err(TallyRefused::TooManyVoters);
        }
        let cast = self.votes.entry(voter.clone()).or_default();
        if let Err(place) = cast.binary_search_by_key(&rank, |cast| cast.rank) {
            cast.insert(place, Cast { rank, options: vote.options().to_vec() });
        }
        cast.drain(..cast.len().saturating_sub(POLL_VOTES_KEPT));
        Ok(())
    }

    fn has(&self, id: OptionId) -> bool {
        self.options.iter().any(|text| OptionId::of(text) == id)
    }

    fn add(&mut self, option: &PollOption, rank: Rank) -> Result<(), TallyRefused> {
        if !self.open {
            return Err(TallyRefused::NotOpen);
        }
        if self.has(OptionId::of(option.text())) {
            return Ok(());
        }
        let text = option.text();
        let earlier = self.added.iter().any(|added| added.text == text && added.rank <= rank);
        if !earlier {
            self.added.retain(|added| added.text != text);
            self.added.push(Added { rank, text: text.into() });
            self.added.sort_unstable_by_key(|added| added.rank);
            self.added.truncate(POLL_OPTIONS);
        }
        Ok(())
    }

    fn close(&mut self, sender: &AccountId, at: Timestamp) -> Result<(), TallyRefused> {
        if *sender != self.poll.author {
            return Err(TallyRefused::NotAuthor);
        }
        self.ends_at = self.ends_at.min(at);
        Ok(())
    }
}

/// Why something does not count in a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TallyRefused {
    /// It names another poll, or another content of the same author and id.
    #[error("it is for another poll")]
    OtherPoll,
    /// It was said in another conversation than the poll.
    #[error("it was said in another conversation")]
    OtherConversation,
    /// It is no vote, added answer or closing.
    #[error("it is no vote, added answer or closing")]
    NotOfThisKind,
    /// A vote for more answers than one may choose.
    #[error("the vote names more answers than allowed")]
    TooManyChoices,
    /// A vote for what is no answer of a poll that is not open.
    #[error("the vote names an unknown answer")]
    UnknownOption,
    /// More than [`POLL_VOTERS`] voted.
    #[error("too many accounts voted")]
    TooManyVoters,
    /// Nobody may add answers.
    #[error("the poll is not open")]
    NotOpen,
    /// Only its author closes a poll.
    #[error("only the author closes a poll")]
    NotAuthor,
}

error_codes!(TallyRefused {
    Self::OtherPoll => ("poll/other-poll", Drop),
    Self::OtherConversation => ("poll/other-conversation", Drop),
    Self::NotOfThisKind => ("poll/not-of-this-kind", FixCaller),
    Self::TooManyChoices => ("poll/too-many-choices", Drop),
    Self::UnknownOption => ("poll/unknown-option", Drop),
    Self::TooManyVoters => ("poll/too-many-voters", Drop),
    Self::NotOpen => ("poll/not-open", Drop),
    Self::NotAuthor => ("poll/not-author", Drop),
});

#[cfg(test)]
#[path = "tally_tests.rs"]
mod tests;
