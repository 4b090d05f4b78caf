//! More than words: a photo, a voice note, reactions, an edit, a poll, a quote. Every step checks
//! on the other side what came of it.

use std::time::Duration;

use sealwax::content::{
    Body, Edit, Emoji, Media, MediaItem, MediaKind, MediaObject, MediaPointer, MessageRef,
    OptionId, Poll, PollClose, PollVote, Quote, QuoteCheck, QuoteKind, Reaction, Text,
};
use sealwax::identity::AccountId;
use sealwax::media::{SealedMedia, peak, waveform};

use crate::Outcome;
use crate::files::{self, Photo, SAMPLE_RATE};
use crate::history::Shown;
use crate::story::{ALICE, PHONE, Story, heading};

impl Story {
    pub(crate) fn more_than_words(&mut self, photo: &Photo) -> Outcome {
        heading(4, "More than words");
        let sent = self.photo(photo)?;
        self.reactions(&sent)?;
        self.voice_note()?;
        self.edit()?;
        self.poll()?;
        self.quote()
    }

    /// Alice seals a photo and uploads it; a message tells Bob where it is and how to open it.
    fn photo(&mut self, photo: &Photo) -> Outcome<MessageRef> {
        let bob = self.bob.account.clone();
        let (sort, kind) = photo.sort();
        let object = self.upload(&photo.bytes)?;
        let pointer = MediaPointer::new(object, sort)?.with_file_name(photo.name.clone())?;
        let media = Media::new(MediaItem::new(pointer, kind)?)?;
        let media = media.with_caption("Look what I found.", vec![], vec![])?;
        let sent = self.at(ALICE, |device, world| device.write(world, &bob, media))?;
        self.settle()?;
        let item = self.shown(PHONE, &sent, received_item)??;
        check(item.kind() == kind, "the photo is of another kind")?;
        let object = self.fetch(&item)?;
        let opened = files::open(item.pointer().object().sealed(), &object)?;
        check(opened == photo.bytes, "the photo is not the one that was sent")?;
        println!(
            "  Alice sends {} ({} bytes, {sort}) as an object of {} bytes.",
            photo.name,
            opened.len(),
            object.len()
        );
        println!("  Bob fetches and opens it: the same, byte for byte.");
        refused_when_damaged(item.pointer().object().sealed(), object)?;
        Ok(sent)
    }

    /// Bob puts a sign under the photo, and then another in its place.
    fn reactions(&mut self, photo: &MessageRef) -> Outcome {
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        for emoji in ["❤️", "😂"] {
            let reaction = Reaction::new(photo.clone(), Emoji::new(emoji)?);
            self.at(PHONE, |device, world| device.write(world, &alice, reaction))?;
            self.pass(1)?;
        }
        let thumb = Reaction::new(photo.clone(), Emoji::new("👍")?);
        self.at(ALICE, |device, world| device.write(world, &bob, thumb))?;
        self.settle()?;
        for device in [ALICE, PHONE] {
            let shown = self.shown(device, photo, |shown| {
                shown.reaction_of(&bob) == Some("😂") && shown.reaction_of(&alice) == Some("👍")
            })?;
            check(shown, "the reactions are not those of last")?;
        }
        println!("  Bob puts ❤️ under it, and 😂 in its place; Alice 👍: both see 😂 and 👍.");
        Ok(())
    }

    /// Bob hums something. Alice sees how loud it is before she fetches it.
    fn voice_note(&mut self) -> Outcome {
        let alice = self.alice.account.clone();
        let samples = files::hum();
        let object = self.upload(&files::recorded(&samples))?;
        let length = Duration::from_secs((samples.len() / SAMPLE_RATE).try_into()?);
        let pointer = MediaPointer::new(object, "audio/L16;rate=8000")?.with_duration(length);
        let note = Media::new(MediaItem::voice_note(pointer, bars(&samples))?)?;
        let sent = self.at(PHONE, |device, world| device.write(world, &alice, note))?;
        self.settle()?;
        let item = self.shown(ALICE, &sent, received_item)??;
        check(item.kind() == MediaKind::VoiceNote, "the voice note is none")?;
        let object = self.fetch(&item)?;
        let heard = files::played(&files::open(item.pointer().object().sealed(), &object)?);
        check(heard == samples, "Alice hears something else")?;
        check(item.waveform() == bars(&heard), "the waveform is of something else")?;
        let seconds = item.pointer().duration().unwrap_or_default().as_secs();
        println!("  Bob hums for {seconds} s:  {}", drawn(item.waveform()));
        println!("  Alice hears what he hummed, and it looks as the message said.");
        Ok(())
    }

    /// Alice corrects herself. Bob may not do that for her.
    fn edit(&mut self) -> Outcome {
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let said =
            self.at(ALICE, |device, world| device.say(world, &bob, "Dinner on Tusday?\n"))?;
        let edit = |seq, text: &str| -> Outcome<Edit> {
            Ok(Edit::new(said.clone(), seq, Text::new(text)?.into())?)
        };
        let corrected = edit(1, "Dinner on Tuesday?\n")?;
        self.at(ALICE, |device, world| device.write(world, &bob, corrected))?;
        self.settle()?;
        self.both_read(&said, "Dinner on Tuesday?\n")?;
        println!("  Alice edits \"Dinner on Tusday?\": both read \"Dinner on Tuesday?\".");
        let twisted = edit(2, "Dinner at my cost?\n")?;
        let refused =
            self.at(PHONE, |device, world| Ok(device.write(world, &alice, twisted.clone()).err()))?;
        let refused = refused.ok_or("Bob's phone lets him edit what Alice said")?;
        println!("  Bob edits it too; his phone does not send that: {refused}.");
        println!("  A changed app sends it all the same:");
        let forced = self.at(PHONE, |device, world| device.write_anyway(world, &alice, twisted))?;
        self.settle()?;
        self.arrived_at(ALICE, &forced)?;
        self.at(ALICE, |device, _| {
            let text = device.database.chat.history.message(&said).and_then(Shown::text);
            check(text == Some("Dinner on Tuesday?\n"), "Bob has edited what Alice said")
        })?;
        println!("  Alice's message stays as it is.");
        Ok(())
    }

    /// Bob asks, both vote, Alice changes her mind; only Bob can end it, and then it is over.
    fn poll(&mut self) -> Outcome {
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let poll = Poll::new("Where do we eat?", ["Noodles", "Pizza", "At home"])?;
        let poll = self.at(PHONE, |device, world| device.write(world, &alice, poll))?;
        self.settle()?;
        self.vote(ALICE, &bob, &poll, "Pizza")?;
        self.vote(PHONE, &alice, &poll, "Noodles")?;
        self.settle()?;
        self.both_count(&poll, "Noodles 1, Pizza 1, At home 0")?;
        self.vote(ALICE, &bob, &poll, "Noodles")?;
        self.settle()?;
        self.both_count(&poll, "Noodles 2, Pizza 0, At home 0")?;
        println!(
            "  Bob asks where they eat. One each; Alice changes her mind: Noodles 2, Pizza 0."
        );
        let close = PollClose { poll: poll.clone() };
        let refused =
            self.at(ALICE, |device, world| Ok(device.write(world, &bob, close.clone()).err()))?;
        let refused = refused.ok_or("Alice's phone lets her close Bob's poll")?;
        println!("  Alice cannot end it: {refused}.");
        self.at(PHONE, |device, world| device.write(world, &alice, close))?;
        self.settle()?;
        self.late_vote(&poll)
    }

    /// A vote that is sent after the end is nobody's vote.
    fn late_vote(&mut self, poll: &MessageRef) -> Outcome {
        let bob = self.bob.account.clone();
        for device in [ALICE, PHONE] {
            let now = self.world.now;
            let over = |shown: &Shown| shown.tally.as_ref().is_some_and(|t| t.is_closed(now));
            check(self.shown(device, poll, over)?, "the poll goes on")?;
        }
        self.vote(ALICE, &bob, poll, "At home")?;
        self.settle()?;
        self.both_count(poll, "Noodles 2, Pizza 0, At home 0")?;
        println!("  Bob ends it. A vote that Alice sends after that does not count.");
        Ok(())
    }

    fn vote(&mut self, by: &str, to: &AccountId, poll: &MessageRef, answer: &str) -> Outcome {
        self.at(by, |device, world| {
            let shown = device.database.chat.history.message(poll);
            let tally = shown.and_then(|shown| shown.tally.as_ref()).ok_or("no such poll")?;
            let number = tally.next_vote_count(&device.address().account);
            let vote = PollVote::new(poll.clone(), [OptionId::of(answer)], number)?;
            device.write(world, to, vote).map(drop)
        })
    }

    /// Alice quotes Bob, as he said it and as he did not.
    fn quote(&mut self) -> Outcome {
        let (alice, bob) = (self.alice.account.clone(), self.bob.account.clone());
        let said = self.at(PHONE, |device, world| {
            device.say(world, &alice, "I would never eat pineapple.\n")
        })?;
        self.settle()?;
        let other = self.at(ALICE, |device, world| {
            Ok(device.content(world, &bob).text("I love pineapple.\n")?)
        })?;
        let twisted = MessageRef { hash: other.hash(), ..said.clone() };
        for (target, snippet, expected, verdict) in [
            (said.clone(), "I would never eat pineapple.", QuoteCheck::Genuine, "he said that"),
            (twisted, "I love pineapple.", QuoteCheck::Differs, "he did not say that"),
        ] {
            let quote = Quote::new(target, QuoteKind::Unspecified).with_snippet(snippet, vec![])?;
            let text = Text::new("I shall remember this.\n")?.with_quote(quote)?;
            let answer = self.at(ALICE, |device, world| device.say_text(world, &bob, text))?;
            self.settle()?;
            let found = self.at(PHONE, |device, _| {
                let history = &device.database.chat.history;
                let answer = history.message(&answer).ok_or("no answer")?;
                let Body::Text(text) = answer.content.body() else { return Err("no text".into()) };
                let quote = text.quote().ok_or("no quote")?;
                let held = history.message(&said).map(|shown| (&said.author, &shown.content));
                Ok(quote.check(held))
            })?;
            check(found == expected, "the quote was not seen for what it is")?;
            println!("  Alice quotes Bob: \"{snippet}\" By the hash, {verdict} ({found:?}).");
        }
        Ok(())
    }
}

/// Helpers.
impl Story {
    /// Seals a file and gives it to the server.
    fn upload(&mut self, file: &[u8]) -> Outcome<MediaObject> {
        let (sealed, object) = files::seal(file, &mut self.world.rng)?;
        let locator = self.world.objects.upload(object, &mut self.world.rng);
        Ok(MediaObject::new(locator, sealed)?)
    }

    fn fetch(&self, item: &MediaItem) -> Outcome<Vec<u8>> {
        let object = self.world.objects.fetch(item.pointer().object().locator());
        Ok(object.ok_or("the server has no such object")?.to_vec())
    }

    /// Looks at a message on a device's screen.
    fn shown<T>(
        &mut self,
        at: &str,
        message: &MessageRef,
        look: impl FnOnce(&Shown) -> T,
    ) -> Outcome<T> {
        self.at(at, |device, _| {
            let shown = device.database.chat.history.message(message);
            shown.map(look).ok_or_else(|| format!("{at} does not show a message").into())
        })
    }

    fn both_read(&mut self, message: &MessageRef, text: &str) -> Outcome {
        for device in [ALICE, PHONE] {
            let reads = self.shown(device, message, |shown| shown.text() == Some(text))?;
            check(reads, "a message reads otherwise")?;
        }
        Ok(())
    }

    fn both_count(&mut self, poll: &MessageRef, counts: &str) -> Outcome {
        for device in [ALICE, PHONE] {
            let found = self.shown(device, poll, Shown::counts)?.ok_or("no poll")?;
            check(found == counts, &format!("{device} counts {found}, not {counts}"))?;
        }
        Ok(())
    }

    /// It came, whatever was made of it.
    fn arrived_at(&mut self, at: &str, content: &MessageRef) -> Outcome {
        let key = (content.author.clone(), content.id);
        let came = self.at(at, |device, _| Ok(device.database.chat.seen.contains(&key)))?;
        check(came, "something did not arrive")
    }
}

/// The server changes one bit.
fn refused_when_damaged(sealed: &SealedMedia, mut object: Vec<u8>) -> Outcome {
    let middle = object.len() / 2;
    if let Some(byte) = object.get_mut(middle) {
        *byte ^= 1;
    }
    let refused = files::open(sealed, &object).err().ok_or("a damaged photo was opened")?;
    println!("  With one bit of it changed on the server: refused, {refused}.");
    Ok(())
}

fn received_item(shown: &Shown) -> Outcome<MediaItem> {
    let Body::Media(media) = shown.content.body() else { return Err("no file came".into()) };
    Ok(media.items().first().cloned().ok_or("no file came")?)
}

/// How loud a note is over its time, by stretches of 10 ms.
fn bars(samples: &[i16]) -> Vec<u8> {
    let peaks: Vec<_> = samples.chunks(SAMPLE_RATE / 100).map(peak).collect();
    waveform(&peaks)
}

/// Two bars to a character.
fn drawn(waveform: &[u8]) -> String {
    const SIGNS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let highest = |bars: &[u8]| bars.iter().copied().max().unwrap_or(0);
    let sign = |bar: u8| SIGNS.get(usize::from(bar / 32)).copied().unwrap_or('█');
    waveform.chunks(2).map(|bars| sign(highest(bars))).collect()
}

pub(crate) fn check(holds: bool, otherwise: &str) -> Outcome {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
