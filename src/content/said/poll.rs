use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::super::body::WireBody;
use super::MessageRef;
use super::words::{Words, is_blank};
use crate::content::Violation;
use crate::crypto::{HashLabel, hash};
use crate::limits::{POLL_OPTION_BYTES, POLL_OPTIONS, POLL_QUESTION_BYTES, SENT_AT};
use crate::time::Timestamp;
use crate::wire::proto;

/// A question with answers to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poll {
    question: Words<POLL_QUESTION_BYTES>,
    options: Vec<Words<POLL_OPTION_BYTES>>,
    max_choices: u32,
    open: bool,
    hide_voters: bool,
    correct: Option<OptionId>,
    closes_at: Timestamp,
}

/// Names an answer by its text: the first 16 bytes of `Hash("poll-option", text)`. So two who add
/// the same answer at once add one, and nobody can give another's answer a new meaning.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptionId([u8; Self::LEN]);

/// Not of its bytes: whoever can guess an answer recognises it.
impl fmt::Debug for OptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OptionId(..)")
    }
}

impl OptionId {
    /// Length in bytes.
    pub const LEN: usize = 16;

    /// Of an answer's text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let digest = hash(HashLabel::PollOption, text.as_bytes());
        Self(*digest.as_bytes().first_chunk().unwrap_or(&[0; Self::LEN]))
    }

    /// The 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    fn from_wire(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().map(Self).ok()
    }
}

impl Poll {
    /// A question, 1 to [`POLL_QUESTION_BYTES`] bytes, with 2 to [`POLL_OPTIONS`] different answers
    /// of 1 to [`POLL_OPTION_BYTES`] bytes, of which one vote names one.
    ///
    /// # Errors
    /// [`Violation::PollQuestion`], [`Violation::PollOptionCount`], [`Violation::PollOption`] for
    /// another length or a blank answer, [`Violation::PollOptionTwice`].
    pub fn new<T: Into<String>>(
        question: impl Into<String>,
        options: impl IntoIterator<Item = T>,
    ) -> Result<Self, Violation> {
        let question = Words::new(question, Violation::PollQuestion)?;
        if is_blank(question.as_str()) {
            return Err(Violation::PollQuestion);
        }
        let options = options.into_iter().map(option).collect::<Result<Vec<_>, _>>()?;
        let (max_choices, closes_at) = (1, Timestamp::UNIX_EPOCH);
        let (open, hide_voters, correct) = (false, false, None);
        Self { question, options, max_choices, open, hide_voters, correct, closes_at }.checked()
    }

    /// With several choices in one vote, 1 to as many as there are answers.
    ///
    /// # Errors
    /// [`Violation::PollChoices`].
    pub fn with_max_choices(mut self, max_choices: u32) -> Result<Self, Violation> {
        self.max_choices = max_choices;
        self.checked()
    }

    /// To which others may add answers, up to [`POLL_OPTIONS`].
    ///
    /// # Errors
    /// [`Violation::PollQuiz`] when it is a quiz.
    pub fn open(mut self) -> Result<Self, Violation> {
        self.open = true;
        self.checked()
    }

    /// Of which applications show only numbers. It hides nothing from a member who looks.
    #[must_use]
    pub const fn hide_voters(mut self) -> Self {
        self.hide_voters = true;
        self
    }

    /// As a quiz with one right answer.
    ///
    /// # Errors
    /// [`Violation::PollQuiz`] when that is not an answer, or the poll is open or has several
    /// choices.
    pub fn with_correct(mut self, answer: &str) -> Result<Self, Violation> {
        self.correct = Some(OptionId::of(answer));
        self.checked()
    }

    /// Which ends by itself.
    ///
    /// # Errors
    /// [`Violation::PollClosing`] later than [`SENT_AT`].
    pub fn with_closes_at(mut self, closes_at: Timestamp) -> Result<Self, Violation> {
        self.closes_at = closes_at;
        self.checked()
    }

    /// The question.
    #[must_use]
    pub fn question(&self) -> &str {
        self.question.as_str()
    }

    /// The answers, in the order to be shown.
    pub fn options(&self) -> impl ExactSizeIterator<Item = &str> {
        self.options.iter().map(Words::as_str)
    }

    /// How many answers one vote may name.
    #[must_use]
    pub const fn max_choices(&self) -> u32 {
        self.max_choices
    }

    /// Whether others may add answers.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Whether applications show only numbers.
    #[must_use]
    pub const fn hides_voters(&self) -> bool {
        self.hide_voters
    }

    /// The right answer, if it is a quiz.
    #[must_use]
    pub const fn correct(&self) -> Option<OptionId> {
        self.correct
    }

    /// When it ends by itself.
    #[must_use]
    pub fn closes_at(&self) -> Option<Timestamp> {
        (self.closes_at != Timestamp::UNIX_EPOCH).then_some(self.closes_at)
    }

    fn checked(self) -> Result<Self, Violation> {
        let count = self.options.len();
        if !(2..=POLL_OPTIONS).contains(&count) {
            return Err(Violation::PollOptionCount);
        }
        let mut texts: Vec<_> = self.options().collect();
        texts.sort_unstable();
        if !texts.is_sorted_by(|a, b| a < b) {
            return Err(Violation::PollOptionTwice);
        }
        let most = if self.open { POLL_OPTIONS } else { count };
        let choices = usize::try_from(self.max_choices).unwrap_or(usize::MAX);
        if !(1..=most).contains(&choices) {
            return Err(Violation::PollChoices);
        }
        if self.closes_at.since(Timestamp::UNIX_EPOCH) > SENT_AT {
            return Err(Violation::PollClosing);
        }
        if self.correct.is_some_and(|correct| !self.is_quiz(correct)) {
            return Err(Violation::PollQuiz);
        }
        Ok(self)
    }

    fn is_quiz(&self, correct: OptionId) -> bool {
        let known = self.options().any(|text| OptionId::of(text) == correct);
        known && !self.open && self.max_choices == 1
    }
}

/// An answer's text: 1 to [`POLL_OPTION_BYTES`] bytes with something to be seen.
fn option(text: impl Into<String>) -> Result<Words<POLL_OPTION_BYTES>, Violation> {
    let text = Words::new(text, Violation::PollOption)?;
    if is_blank(text.as_str()) { Err(Violation::PollOption) } else { Ok(text) }
}

impl WireBody for Poll {
    type Wire = proto::Poll;

    fn from_wire(wire: proto::Poll) -> Result<Self, Violation> {
        if wire.options.len() > POLL_OPTIONS {
            return Err(Violation::PollOptionCount);
        }
        let correct = match wire.correct.as_slice() {
            [] => None,
            bytes => Some(OptionId::from_wire(bytes).ok_or(Violation::PollQuiz)?),
        };
        let closes_at = Timestamp::from_millis(wire.closes_at);
        let (max_choices, open, hide_voters) = (wire.max_choices, wire.open, wire.hide_voters);
        let poll = Self::new(wire.question, wire.options)?;
        Self { max_choices, open, hide_voters, correct, closes_at, ..poll }.checked()
    }

    fn to_wire(&self) -> proto::Poll {
        proto::Poll {
            question: self.question().into(),
            options: self.options().map(Into::into).collect(),
            max_choices: self.max_choices,
            open: self.open,
            hide_voters: self.hide_voters,
            correct: self.correct.map(|id| id.0.to_vec()).unwrap_or_default(),
            closes_at: self.closes_at.as_millis(),
        }
    }
}

/// A choice, in place of the same voter's earlier ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollVote {
    poll: MessageRef,
    options: Vec<OptionId>,
    vote_count: u32,
}

impl PollVote {
    /// For these answers, at most [`POLL_OPTIONS`], in any order; for none, to take a vote back.
    /// `vote_count` is one more than that of the voter's last vote in this poll, 1 for the first.
    ///
    /// # Errors
    /// [`Violation::VoteOptions`] for too many, [`Violation::VoteCount`] for zero.
    pub fn new(
        poll: MessageRef,
        options: impl IntoIterator<Item = OptionId>,
        vote_count: u32,
    ) -> Result<Self, Violation> {
        let mut options: Vec<_> = options.into_iter().collect();
        options.sort_unstable();
        options.dedup();
        if options.len() > POLL_OPTIONS {
            return Err(Violation::VoteOptions);
        }
        if vote_count == 0 {
            return Err(Violation::VoteCount);
        }
        Ok(Self { poll, options, vote_count })
    }

    /// The poll.
    #[must_use]
    pub const fn poll(&self) -> &MessageRef {
        &self.poll
    }

    /// The chosen answers, each once, in ascending order.
    #[must_use]
    pub fn options(&self) -> &[OptionId] {
        &self.options
    }

    /// Counts this voter's votes in this poll.
    #[must_use]
    pub const fn vote_count(&self) -> u32 {
        self.vote_count
    }
}

impl WireBody for PollVote {
    type Wire = proto::PollVote;

    fn from_wire(wire: proto::PollVote) -> Result<Self, Violation> {
        let options = wire.options.chunks(OptionId::LEN).map(OptionId::from_wire);
        let options: Vec<_> = options.collect::<Option<_>>().ok_or(Violation::VoteOptions)?;
        if !options.is_sorted_by(|a, b| a < b) {
            return Err(Violation::VoteOptions);
        }
        Self::new(MessageRef::required(wire.poll)?, options, wire.vote_count)
    }

    fn to_wire(&self) -> proto::PollVote {
        let options = self.options.iter().flat_map(OptionId::as_bytes).copied().collect();
        proto::PollVote { poll: Some(self.poll.to_wire()), options, vote_count: self.vote_count }
    }
}

/// Another answer for an open poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollOption {
    poll: MessageRef,
    text: Words<POLL_OPTION_BYTES>,
}

impl PollOption {
    /// An answer of 1 to [`POLL_OPTION_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::PollOption`] for another length, or when nothing is to be seen.
    pub fn new(poll: MessageRef, text: impl Into<String>) -> Result<Self, Violation> {
        Ok(Self { poll, text: option(text)? })
    }

    /// The poll.
    #[must_use]
    pub const fn poll(&self) -> &MessageRef {
        &self.poll
    }

    /// The answer.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_str()
    }
}

impl WireBody for PollOption {
    type Wire = proto::PollOption;

    fn from_wire(wire: proto::PollOption) -> Result<Self, Violation> {
        Self::new(MessageRef::required(wire.poll)?, wire.text)
    }

    fn to_wire(&self) -> proto::PollOption {
        proto::PollOption { poll: Some(self.poll.to_wire()), text: self.text().into() }
    }
}

/// The end of a poll, from its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollClose {
    /// The poll.
    pub poll: MessageRef,
}

impl WireBody for PollClose {
    type Wire = proto::PollClose;

    fn from_wire(wire: proto::PollClose) -> Result<Self, Violation> {
        Ok(Self { poll: MessageRef::required(wire.poll)? })
    }

    fn to_wire(&self) -> proto::PollClose {
        proto::PollClose { poll: Some(self.poll.to_wire()) }
    }
}

#[cfg(test)]
#[path = "poll_tests.rs"]
pub(in crate::content) mod tests;
