//! What a device shows of a conversation: the messages, and what was done to each since they came.
//! Whether something may be done is the library's to say; what it looks like then is kept here.

use std::collections::BTreeMap;
use std::fmt::Display;

use sealwax::content::{
    Body, Clock, Content, Emoji, Held, HeldOperation, MessageId, MessageRef, Operator, Rank,
    Replacement, Tally, Target, may_edit, may_react,
};
use sealwax::identity::AccountId;
use sealwax::time::Timestamp;

#[derive(Clone, Default)]
pub(crate) struct History {
    shown: BTreeMap<(AccountId, MessageId), Shown>,
    /// What names a message that did not come yet.
    held: Held,
}

/// A message with all that came of it.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) content: Content,
    pub(crate) tally: Option<Tally>,
    target: Target,
    replacement: Option<Replacement>,
    reactions: BTreeMap<AccountId, (Rank, Option<Emoji>)>,
}

impl History {
    pub(crate) fn message(&self, named: &MessageRef) -> Option<&Shown> {
        self.shown.get(&(named.author.clone(), named.id))
    }

    /// Takes what `sender` said, or does what it says to a message. The error is for the log: the
    /// sender is told nothing.
    pub(crate) fn take(
        &mut self,
        sender: &AccountId,
        content: &Content,
        clock: Clock,
        now: Timestamp,
    ) -> Result<(), String> {
        let Some(target) = target(content.body()) else {
            self.show(sender, content, now);
            return Ok(());
        };
        let Some(shown) = self.shown.get_mut(&(target.author.clone(), target.id)) else {
            let (target, sender, content) = (target.clone(), sender.clone(), content.clone());
            self.held.hold(HeldOperation { target, sender, received: now, content });
            return Ok(());
        };
        shown.change(sender, content, clock)
    }

    fn show(&mut self, author: &AccountId, content: &Content, now: Timestamp) {
        if !content.body().kind().properties().expires {
            return;
        }
        let shown = Shown {
            content: content.clone(),
            tally: Tally::new(author.clone(), content),
            target: Target::of(author.clone(), content),
            replacement: None,
            reactions: BTreeMap::new(),
        };
        let shown = self.shown.entry((author.clone(), content.id())).or_insert(shown);
        self.held.expire(now);
        for HeldOperation { sender, content, .. } in self.held.release(author, content.id()) {
            // One that waited and is refused now is dropped like any other.
            let clock = Clock::Received(content.sent_at());
            let _refused = shown.change(&sender, &content, clock).err();
        }
    }
}

impl Shown {
    /// What it says now.
    pub(crate) fn text(&self) -> Option<&str> {
        match (&self.replacement, self.content.body()) {
            (Some(Replacement::Text(text)), _) => Some(text.as_str()),
            (_, Body::Text(text)) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The sign that an account has put under it.
    pub(crate) fn reaction_of(&self, account: &AccountId) -> Option<&str> {
        let (_, emoji) = self.reactions.get(account)?;
        emoji.as_ref().map(Emoji::as_str)
    }

    /// Answers with how many chose each, such as `Noodles 2, Pizza 0`.
    pub(crate) fn counts(&self) -> Option<String> {
        let counts = self.tally.as_ref()?.counts();
        let counts = counts.iter().map(|count| format!("{} {}", count.text, count.votes));
        Some(counts.collect::<Vec<_>>().join(", "))
    }

    fn change(
        &mut self,
        sender: &AccountId,
        content: &Content,
        clock: Clock,
    ) -> Result<(), String> {
        let conversation = content.conversation();
        let by = Operator { account: sender, conversation, clock, permitted: true };
        let rank = Rank::of(content);
        match content.body() {
            Body::Reaction(reaction) => {
                may_react(reaction, &by, &self.target)
                    .map_err(|error| told(&error, error.code()))?;
                let newer = |(held, _): &(Rank, _)| *held < rank;
                if self.reactions.get(sender).is_none_or(newer) {
                    self.reactions.insert(sender.clone(), (rank, reaction.emoji().cloned()));
                }
            }
            Body::Edit(edit) => {
                may_edit(edit, &rank, &by, &self.target)
                    .map_err(|error| told(&error, error.code()))?;
                self.target.edited = Some(rank);
                self.replacement = Some(edit.replacement().clone());
            }
            _ => {
                let tally = self.tally.as_mut().ok_or("a vote on what is no poll")?;
                tally.apply(sender, content).map_err(|error| told(&error, error.code()))?;
            }
        }
        Ok(())
    }
}

/// The message that something is to be done to.
fn target(body: &Body) -> Option<&MessageRef> {
    match body {
        Body::Reaction(reaction) => Some(reaction.target()),
        Body::Edit(edit) => Some(edit.target()),
        Body::PollVote(vote) => Some(vote.poll()),
        Body::PollOption(option) => Some(option.poll()),
        Body::PollClose(close) => Some(&close.poll),
        _ => None,
    }
}

fn told(error: &impl Display, code: &str) -> String {
    format!("{error} ({code})")
}
