//! Stories: the list, the chain that posts to it, and whoever sees them.

use std::collections::BTreeMap;

use sealwax::content::{Colour, Conversation, StoryBackground, StoryTerms, StoryText};
use sealwax::envelope::Envelope;
use sealwax::identity::VerifiedDeviceList;
use sealwax::sender_key::{Audience, Distribution, Rotation, SendingChain, Standing};
use sealwax::story::{
    StoryAudience, StoryChannel, StoryDevices, StoryList, StoryOpened, StoryViewer,
};

use crate::TEXT;
use crate::contents::draft;
use crate::sheet::{Sheet, show};
use crate::support::{World, account_id};

/// Alice, who posts to bob.
struct Author {
    world: World,
    list: StoryList,
    devices: StoryDevices,
    channel: StoryChannel,
}

pub(crate) fn lists() -> Sheet {
    let mut sheet = Sheet::default();
    let mut author = Author::new();
    let viewer = &mut StoryViewer::new();
    author.tell(&mut sheet, viewer);
    let post = author.post();
    let opened = author.see(viewer, &post);
    show!(sheet, story::StoryOpened, &opened);
    let StoryOpened::Post(post) = opened else { panic!("{opened:?}") };
    show!(sheet, story::StoryPost, &post);
    let no_post = author.post_no_story();
    let opened = author.see(viewer, &no_post);
    show!(sheet, story::StoryOpened, &opened);
    let StoryOpened::Refused(_, not_shown) = opened else { panic!("{opened:?}") };
    show!(sheet, story::NotShown, &not_shown);
    show!(sheet, story::StoryViewer, viewer);
    show!(sheet, story::StoryList, &author.list);
    show!(sheet, story::StoryChannel, &author.channel);
    show!(sheet, content::VersionedKey, &author.list.to_tell().unwrap());
    author.secrets(&mut sheet, viewer);
    sheet.secret(&not_shown.opening.unwrap().to_bytes());
    sheet.secret(&post.opening.unwrap().to_bytes());
    sheet
}

impl Author {
    fn new() -> Self {
        let mut world = World::new(1);
        let (alice, _bob) = (world.join("alice"), world.join("bob"));
        let verified = ["alice", "bob"].map(account_id).map(|account| {
            let list = world.newest_list(&account).unwrap();
            (account, list)
        });
        let lists: BTreeMap<_, VerifiedDeviceList> = verified.into();
        let (now, sender, rng) = (world.now, world.address(alice), &mut world.rng);
        let (all, contacts) = (StoryAudience::AllContacts, [account_id("bob")]);
        let list = StoryList::new(&sender.account, all, &contacts, now, rng).unwrap();
        let channel = StoryChannel::new(&list, &sender, now, rng).unwrap();
        let devices = list.devices(&sender, &lists, now).unwrap();
        Self { world, list, devices, channel }
    }

    /// Gives the chain to the viewer.
    fn tell(&mut self, sheet: &mut Sheet, viewer: &mut StoryViewer) {
        let prepared = self.channel.prepare(&self.devices);
        show!(sheet, story::Preparation, &prepared);
        let distribution = Distribution::decode(&prepared.distribution).unwrap();
        let sender = SendingChain::restore(&self.channel.stored()).unwrap().sender().clone();
        viewer.accept(&sender, &distribution, self.world.now).unwrap();
        self.channel.record(&self.devices, prepared.position, &prepared.to).unwrap();
        sheet.secret(&prepared.distribution);
    }

    fn post(&mut self) -> Vec<u8> {
        let (text, colour) = (str::from_utf8(TEXT).unwrap(), StoryBackground::plain(Colour(7)));
        let text = StoryText::new(text, colour, StoryTerms::default()).unwrap();
        let story = draft(Conversation::Story).build(text).unwrap();
        let Self { world, list, devices, channel } = self;
        let sent = channel.post_reportable(list, devices, &story, world.now, &mut world.rng);
        sent.unwrap().envelope
    }

    /// On the same chain, what was said to one person.
    fn post_no_story(&mut self) -> Vec<u8> {
        let said = draft(Conversation::Peer).text(str::from_utf8(TEXT).unwrap()).unwrap();
        let mut chain = SendingChain::restore(&self.channel.stored()).unwrap();
        let devices = self.devices.devices().cloned();
        let audience = Audience::new(chain.scope(), chain.sender(), devices).unwrap();
        let (standing, now, rng) = (Standing::default(), self.world.now, &mut self.world.rng);
        let story = Rotation::STORY;
        let sent = chain.encrypt_reportable(&audience, standing, said.as_bytes(), &story, now, rng);
        sent.unwrap().envelope
    }

    fn see(&self, viewer: &mut StoryViewer, envelope: &[u8]) -> StoryOpened {
        let Ok(Envelope::Sender(message)) = Envelope::decode(envelope) else {
            panic!("an envelope")
        };
        viewer.open(&message, self.world.now).unwrap()
    }

    fn secrets(&self, sheet: &mut Sheet, viewer: &StoryViewer) {
        sheet.drawn(&self.world.rng);
        let told = self.list.to_tell().unwrap();
        let stored = self.channel.stored();
        for bytes in [TEXT, told.key().as_bytes(), &self.list.to_bytes(), &stored.hot] {
            sheet.secret(bytes);
        }
        for scope in viewer.scopes() {
            sheet.secret(&viewer.scope_bytes(scope).unwrap());
            for chain in viewer.chain_names(scope) {
                sheet.secret(&viewer.chain_bytes(scope, &chain).unwrap());
            }
        }
    }
}
