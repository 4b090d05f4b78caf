//! A story: posted once for all who may see it, seen, answered, seen late, and over after a day.

use std::collections::BTreeMap;
use std::time::Duration;

use sealwax::content::{
    Body, Colour, Content, Conversation, DeviceListRef, DeviceLists, Emoji, MessageId, MessageRef,
    Opaque, SenderKey, StoryBackground, StoryReaction, StoryReply, StoryTerms, StoryText,
    StoryView,
};
use sealwax::envelope::Envelope;
use sealwax::identity::DeviceAddress;
use sealwax::sender_key::Distribution;
use sealwax::story::{
    StoryAnswer, StoryAudience, StoryChannel, StoryDevices, StoryList, StoryOpened, StoryPost,
    may_answer,
};

use crate::Outcome;
use crate::device::Device;
use crate::exchange::check;
use crate::story::{ALICE, LAPTOP, PHONE, Story, count, heading};
use crate::world::World;

/// Alice's phone as an author.
struct Author {
    list: StoryList,
    channel: StoryChannel,
    devices: StoryDevices,
}

/// What the server keeps for the audience, and what it does not see.
struct Posted {
    envelope: Vec<u8>,
    content: Content,
}

impl Story {
    pub(crate) fn a_day(&mut self) -> Outcome {
        heading(7, "A story");
        let mut author = self.at(ALICE, Device::begin_stories)?;
        self.settle()?;
        let morning = self.post(&mut author, "The sea, this morning.")?;
        let seen = self.seen_and_answered(&morning)?;
        self.world.now = self.world.now.saturating_add(Duration::from_hours(10));
        let evening = self.post(&mut author, "The sea, this evening.")?;
        self.world.now = self.world.now.saturating_add(Duration::from_hours(15));
        self.seen_late(&morning, &evening)?;
        self.over(&seen)
    }

    fn post(&mut self, author: &mut Author, text: &str) -> Outcome<Posted> {
        let posted = self.at(ALICE, |device, world| device.post_story(world, author, text))?;
        println!(
            "  Alice posts \"{text}\": one envelope of {} bytes for {}.",
            posted.envelope.len(),
            count(author.devices.devices().len(), "device")
        );
        Ok(posted)
    }

    /// Bob's phone shows it at once. What he says to it is for Alice alone.
    fn seen_and_answered(&mut self, posted: &Posted) -> Outcome<StoryPost> {
        let alice = self.alice.account.clone();
        let seen = self.shows(PHONE, posted)?;
        let again = self.at(PHONE, |device, world| device.open_story(world, posted))?;
        check(matches!(again, StoryOpened::Duplicate), "a story opens twice")?;
        let (story, now) = (MessageRef::to(alice.clone(), &seen.content), self.world.now);
        for answer in [StoryAnswer::View, StoryAnswer::Reply, StoryAnswer::Reaction] {
            may_answer(&seen.content, seen.life, answer, now)?;
        }
        let reshared = may_answer(&seen.content, seen.life, StoryAnswer::Reshare, now).err();
        let refused = reshared.ok_or("Bob may show Alice's story to others")?;
        self.at(PHONE, |device, world| {
            device.write(world, &alice, StoryView::new([story.id])?)?;
            device.write(world, &alice, StoryReply::new(story.clone(), "I can smell it.")?)?;
            let emoji = Some(Emoji::new("🌊")?);
            device.write(world, &alice, StoryReaction { target: story.clone(), emoji })
        })?;
        self.settle()?;
        self.answers_arrived(&story)?;
        println!(
            "  Bob's phone shows it. Alice is told that he saw it, and gets his words and 🌊."
        );
        println!("  Bob would show it to others: {refused} ({}).", refused.code());
        Ok(seen)
    }

    fn answers_arrived(&mut self, story: &MessageRef) -> Outcome {
        let bob = self.bob.account.clone();
        self.at(ALICE, |device, _| {
            let answers = &device.database.chat.story_answers;
            let about = |content: &Content| match content.body() {
                Body::StoryView(view) => view.ids() == [story.id],
                Body::StoryReply(reply) => {
                    reply.target() == story && reply.as_str() == "I can smell it."
                }
                Body::StoryReaction(reaction) => {
                    let emoji = reaction.emoji.as_ref().map(Emoji::as_str);
                    reaction.target == *story && emoji == Some("🌊")
                }
                _ => false,
            };
            let good = answers.iter().all(|(from, content)| *from == bob && about(content));
            check(good && answers.len() == 3, "the answers to a story are not those of Bob")
        })
    }

    /// Bob's laptop was asleep all day; the server kept for it what was posted.
    fn seen_late(&mut self, morning: &Posted, evening: &Posted) -> Outcome {
        let expired = self.at(LAPTOP, |device, world| device.open_story(world, morning))?;
        check(matches!(expired, StoryOpened::Expired(_)), "a story outlives its day")?;
        println!("  Bob's laptop wakes 25 h after the first: that is authentic, and not shown.");
        let seen = self.shows(LAPTOP, evening)?;
        let left = seen.life.ends().since(self.world.now).as_secs() / 3_600;
        println!("  The second it shows, for {left} h more.");
        Ok(())
    }

    /// A day later the phone takes it from the screen, and nobody may answer it.
    fn over(&mut self, seen: &StoryPost) -> Outcome {
        let now = self.world.now;
        check(seen.life.is_over(now), "a story does not end")?;
        let refused = may_answer(&seen.content, seen.life, StoryAnswer::Reply, now).err();
        let refused = refused.ok_or("a story that is over is answered")?;
        println!("  The phone shows the first no longer, nor lets Bob answer it: {refused}.");
        Ok(())
    }

    /// It must open as what was posted.
    fn shows(&mut self, at: &str, posted: &Posted) -> Outcome<StoryPost> {
        let opened = self.at(at, |device, world| device.open_story(world, posted))?;
        let StoryOpened::Post(post) = opened else {
            return Err(format!("{at} does not show a story: {opened:?}").into());
        };
        check(post.content == posted.content, "another story was posted")?;
        Ok(*post)
    }
}

impl Device {
    /// A list for all contacts. Every device of theirs is given the chain in its own session.
    fn begin_stories(&mut self, world: &mut World) -> Outcome<Author> {
        let own = self.address().clone();
        let (audience, contacts) = (StoryAudience::AllContacts, self.contacts.keys());
        let list = StoryList::new(&own.account, audience, contacts, world.now, &mut world.rng)?;
        let channel = StoryChannel::new(&list, &own, world.now, &mut world.rng);
        let mut channel = channel.ok_or("the list is another account's")?;
        let lists = self.contacts.iter().map(|(id, contact)| (id.clone(), contact.list().clone()));
        let mut lists: BTreeMap<_, _> = lists.collect();
        lists.insert(own.account.clone(), self.endpoint.own_list().clone());
        let devices = list.devices(&own, &lists, world.now)?;
        let preparation = channel.prepare(&devices);
        let key = SenderKey { body: Opaque::new(preparation.distribution.to_vec())? };
        for viewer in list.viewers() {
            self.write(world, viewer, key.clone())?;
        }
        channel.record(&devices, preparation.position, &preparation.to)?;
        self.database.store_story_list(&list, &channel);
        Ok(Author { list, channel, devices })
    }

    fn post_story(
        &mut self,
        world: &mut World,
        author: &mut Author,
        text: &str,
    ) -> Outcome<Posted> {
        let own = self.endpoint.own_list();
        let own = DeviceListRef { version: own.version(), hash: *own.hash() };
        let (id, place) = (MessageId::random(&mut world.rng), Conversation::Story);
        let builder = Content::builder(id, world.now, place, DeviceLists { own, peer: None });
        let terms = StoryTerms { replies: true, reactions: true, ..StoryTerms::default() };
        let sea = StoryBackground::plain(Colour(0xff1f_5f8b));
        let content = builder.build(StoryText::new(text, sea, terms)?)?;
        let Author { list, channel, devices } = author;
        let sent = channel.post(list, devices, &content, world.now, &mut world.rng)?;
        self.database.store_story_list(list, channel);
        Ok(Posted { envelope: sent.envelope, content })
    }

    /// Somebody lets us see its stories.
    pub(crate) fn take_story_key(
        &mut self,
        world: &World,
        from: &DeviceAddress,
        key: &[u8],
    ) -> Outcome {
        let taken = self.stories.accept(from, &Distribution::decode(key)?, world.now)?;
        self.database.store_story_chain(&self.stories, taken.scope, &taken.chain);
        Ok(())
    }

    fn open_story(&mut self, world: &World, posted: &Posted) -> Outcome<StoryOpened> {
        let Envelope::Sender(message) = Envelope::decode(&posted.envelope)? else {
            return Err("that is no story".into());
        };
        let opened = self.stories.open(&message, world.now)?;
        let moved = match &opened {
            StoryOpened::Post(post) => Some(&post.chain),
            StoryOpened::Expired(chain) => Some(chain),
            _ => None,
        };
        if let Some(moved) = moved {
            for chain in [&moved.chain].into_iter().chain(&moved.also_changed) {
                self.database.store_story_chain(&self.stories, moved.scope, chain);
            }
        }
        Ok(opened)
    }
}
