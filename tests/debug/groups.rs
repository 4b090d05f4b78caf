//! A group: what its founder, its members and its link hold.

use std::collections::BTreeMap;

use sealwax::envelope::Envelope;
use sealwax::group::channel::{GroupChannel, Groups, Opened, StoredChannel};
use sealwax::group::{
    Action, Avatar, Description, Extension, GenesisDraft, Group, LinkMode, LinkSecret, LinkTerms,
    Role, Title,
};
use sealwax::identity::{AccountId, VerifiedDeviceList};
use sealwax::sender_key::KeyRequest;

use crate::TEXT;
use crate::sheet::{Sheet, show};
use crate::support::{Dev, World, account_id};

type Lists = BTreeMap<AccountId, VerifiedDeviceList>;

pub(crate) fn channels() -> Sheet {
    let mut sheet = Sheet::default();
    let mut world = World::new(1);
    let (alice, bob) = (world.join("alice"), world.join("bob"));
    let lists: Lists = ["alice", "bob"]
        .map(account_id)
        .map(|account| (account.clone(), world.newest_list(&account).unwrap()))
        .into();
    let (mut hers, mut his) = founded(&mut sheet, &mut world, &lists, (alice, bob));
    distributed(&mut sheet, &mut world, &lists, (&mut hers, &mut his));
    said(&mut sheet, &mut world, &mut hers, his);
    changed(&mut sheet, &mut world, &lists, (alice, &mut hers));
    show!(sheet, group::channel::GroupChannel, &hers);
    sheet.drawn(&world.rng);
    sheet.secret(TEXT);
    sheet
}

fn founded(
    sheet: &mut Sheet,
    world: &mut World,
    lists: &Lists,
    (alice, bob): (Dev, Dev),
) -> (GroupChannel, GroupChannel) {
    let (now, mut rng) = (world.now, world.rng.clone());
    let draft = drafted(sheet, &lists[&account_id("bob")]);
    let list = &lists[&account_id("alice")];
    let founded = draft.sign(world.endpoint(alice).local(), list, now, &mut rng).unwrap();
    world.rng = rng;
    show!(sheet, group::Founded, &founded);
    show!(sheet, group::SignedGenesis, &founded.genesis);
    let channel =
        |dev| GroupChannel::new(world.address(dev), Group::founded(founded.genesis.clone()));
    let (mut hers, his) = (channel(alice), channel(bob));
    hers.learn(&founded.epoch_secret).unwrap();
    (hers, his)
}

/// With texts of its founder's.
fn drafted(sheet: &mut Sheet, member: &VerifiedDeviceList) -> GenesisDraft {
    let text = str::from_utf8(TEXT).unwrap();
    let title = Title::new(text).unwrap();
    let (description, avatar) = (Description::new(text).unwrap(), Avatar::new(TEXT).unwrap());
    let extension = Extension { number: 1, value: TEXT.to_vec().into() };
    show!(sheet, group::Title, &title);
    show!(sheet, group::Description, &description);
    show!(sheet, group::Avatar, &avatar);
    show!(sheet, group::Extension, &extension);
    let draft = GenesisDraft::new(title).member(member, Role::Member);
    let draft = draft.description(description).avatar(avatar).extension(extension);
    show!(sheet, group::GenesisDraft, &draft);
    draft
}

/// Alice gives her chain to bob, and once more when he asks.
fn distributed(
    sheet: &mut Sheet,
    world: &mut World,
    lists: &Lists,
    (hers, his): (&mut GroupChannel, &mut GroupChannel),
) {
    let (now, alice) = (world.now, hers.own().clone());
    let prepared = hers.prepare(lists, now, &mut world.rng).unwrap();
    show!(sheet, group::channel::Prepared, &prepared);
    let distribution = &prepared.distribution;
    show!(sheet, sender_key::Distribution, distribution);
    hers.record(distribution.position(), &prepared.devices).unwrap();
    his.accept(&alice, distribution, lists, now).unwrap();
    let request = KeyRequest { scope: *distribution.scope(), chain: distribution.chain() };
    let answer = hers.answer(his.own(), &request, now).unwrap();
    show!(sheet, group::channel::KeyAnswer, &answer);
    sheet.secret(&distribution.encode());
}

fn said(sheet: &mut Sheet, world: &mut World, hers: &mut GroupChannel, his: GroupChannel) {
    let sent = hers.encrypt_reportable(TEXT, world.now, &mut world.rng).unwrap().sent;
    let Ok(Envelope::Sender(message)) = Envelope::decode(&sent.envelope) else {
        panic!("an envelope")
    };
    let mut groups = Groups::new();
    groups.insert(his);
    let found = groups.open(&message, world.now).unwrap();
    show!(sheet, group::channel::Found, &found);
    show!(sheet, group::channel::Opened, &found.opened);
    let Opened::Message(message) = found.opened else { panic!("{found:?}") };
    show!(sheet, group::channel::GroupMessage, &message);
    show!(sheet, group::channel::Groups, &groups);
    groups.iter().for_each(|channel| stored_forms(sheet, &channel.stored()));
    sheet.secret(&message.opening.unwrap().to_bytes());
}

/// A link, and a new key epoch that is pending.
fn changed(
    sheet: &mut Sheet,
    world: &mut World,
    lists: &Lists,
    (alice, hers): (Dev, &mut GroupChannel),
) {
    let (now, mut rng) = (world.now, world.rng.clone());
    let link = LinkSecret::generate(hers.id(), &mut rng);
    let terms = LinkTerms { mode: LinkMode::Open, expires: None, max_uses: None };
    let draft = hers.group().state().change().with(Action::create_link(&link, terms));
    let title = Action::SetTitle(Title::new(str::from_utf8(TEXT).unwrap()).unwrap());
    show!(sheet, group::Action, &title);
    let extension = Action::SetExtension(7, Some(TEXT.to_vec().into()));
    show!(sheet, group::Action, &extension);
    show!(sheet, group::ExtensionValue, &sealwax::group::ExtensionValue::from(TEXT.to_vec()));
    let draft = draft.with(Action::Remove(account_id("bob"))).with(title).with(extension);
    show!(sheet, group::ChangeDraft, &draft);
    let local = world.endpoint(alice).local();
    let signed = hers.sign(draft, local, lists, now, &mut rng).unwrap();
    world.rng = rng;
    assert!(signed.authored.epoch_secret.is_some());
    show!(sheet, group::LinkSecret, &link);
    show!(sheet, group::Authored, &signed.authored);
    show!(sheet, group::SignedChange, &signed.authored.change);
    show!(sheet, group::Group, hers.group());
    show!(sheet, group::GroupState, hers.group().state());
    show!(sheet, group::Snapshot, &hers.group().snapshot());
    show!(sheet, group::channel::Signed, &signed);
    let stored = hers.stored();
    show!(sheet, group::channel::StoredChannel, &stored);
    show!(sheet, group::channel::StoredScope, &stored.scopes[0]);
    sheet.secret(&link.to_bytes());
    stored_forms(sheet, &stored);
}

/// All but the membership, which the server knows.
fn stored_forms(sheet: &mut Sheet, stored: &StoredChannel) {
    let sending = stored.sending.iter().flat_map(|chain| [&chain.hot, &chain.recipients]);
    let scopes = stored.scopes.iter().flat_map(|part| part.chains.iter().chain([&part.scope]));
    stored.pending.iter().chain(sending).chain(scopes).for_each(|bytes| sheet.secret(bytes));
}
