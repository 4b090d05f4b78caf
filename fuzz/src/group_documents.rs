//! Arbitrary bytes as everything that a group's members sign, show or store.

use std::fmt::Debug;

use sealwax::group::{
    Action, Group, GroupEvidence, GroupState, LinkMode, LinkSecret, LinkTerms, Outcome, Role,
    SignedChange, SignedGenesis, Snapshot, StateAck, SyncAnswer, SyncRequest, Ticket, Title,
    rebase,
};

use super::Seed;
use super::group_scene::{NOW, crowd, rng};
use super::vectors::{Vectors, file};

/// What decodes has one encoding; what is applied leads to a state that is stored as the same
/// bytes; what is refused changes nothing.
pub fn run(data: &[u8]) {
    let crowd = crowd();
    if let Some(change) = same(data, SignedChange::decode, SignedChange::encode) {
        judge(&change);
    }
    if let Some(genesis) = same(data, SignedGenesis::decode, SignedGenesis::encode) {
        stored(&Group::founded(genesis));
    }
    if let Some(snapshot) = same(data, Snapshot::decode, Snapshot::encode) {
        let (us, key) = (crowd.accounts[1].list.account(), crowd.accounts[1].list.account_key());
        if let Ok(group) = snapshot.join(crowd.accounts[0].list.account(), (us, key)) {
            stored(&group);
        }
    }
    same(data, SyncAnswer::decode, SyncAnswer::encode);
    same(data, StateAck::decode, StateAck::encode);
    same(data, Ticket::decode, Ticket::encode);
    same(data, GroupEvidence::decode, GroupEvidence::encode);
    if let Some(request) = same(data, SyncRequest::decode, SyncRequest::encode) {
        let _ = crowd.group.answer(crowd.accounts[1].list.account(), &request, &[]);
    }
    same(data, LinkSecret::from_bytes, |secret| secret.to_bytes().to_vec());
    same(data, GroupState::from_bytes, GroupState::to_bytes);
    if let Ok(group) = Group::from_bytes(data) {
        assert_eq!(group.to_bytes(), data);
    }
}

fn same<T, E: Debug>(
    data: &[u8],
    decode: fn(&[u8]) -> Result<T, E>,
    encode: fn(&T) -> Vec<u8>,
) -> Option<T> {
    let document = decode(data).ok()?;
    assert_eq!(encode(&document), data);
    Some(document)
}

fn judge(change: &SignedChange) {
    let crowd = crowd();
    let mut group = crowd.group.clone();
    if matches!(group.apply(change, &crowd.lists, NOW), Ok(Outcome::Applied(_))) {
        assert_eq!(group.state().hash(), change.new_state());
        stored(&group);
    } else {
        assert_eq!(group, crowd.group);
    }
    let _ = rebase(change, crowd.group.state());
}

fn stored(group: &Group) {
    let bytes = group.to_bytes();
    assert_eq!(Group::from_bytes(&bytes).as_ref(), Ok(group));
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let crowd = crowd();
    let state = crowd.group.state();
    let mut rng = rng(3);
    let mut change = |actions| crowd.change(actions, &mut rng).unwrap();
    let title = change(vec![Action::SetTitle(Title::new("another").unwrap())]);
    let member = crowd.accounts[2].list.account().clone();
    let removal = change(vec![Action::Remove(member.clone())]);
    let many = change(vec![
        Action::SetRole(member, Role::Admin),
        Action::SetTimer(60),
        Action::SetAnnouncement(true),
        Action::ResetKeys,
    ]);
    let secret = LinkSecret::generate(state.group(), &mut super::group_scene::rng(4));
    let terms = LinkTerms { mode: LinkMode::Open, expires: None, max_uses: Some(2) };
    let link =
        crowd.change(vec![Action::create_link(&secret, terms)], &mut super::group_scene::rng(5));
    let account = &crowd.accounts[1];
    let ticket = Ticket::link(&secret, &account.devices[0], &account.list, NOW).unwrap();
    let mut later = crowd.group.clone();
    later.apply(&title.change, &crowd.lists, NOW).unwrap();
    let evidence = GroupEvidence::new(title.change.clone(), removal.change.clone()).unwrap();
    vec![
        ("change-title", title.change.encode()),
        ("change-removal", removal.change.encode()),
        ("change-many", many.change.encode()),
        ("change-link", link.unwrap().change.encode()),
        ("ticket", ticket.encode()),
        ("link-secret", secret.to_bytes().to_vec()),
        ("request", SyncRequest { known: crowd.group.ack() }.encode()),
        ("genesis", crowd.group.genesis().encode()),
        ("snapshot", later.snapshot().encode()),
        ("answer", SyncAnswer::Changes(vec![title.change]).encode()),
        ("ack", crowd.group.ack().encode()),
        ("evidence", evidence.encode()),
        ("state", state.to_bytes()),
        ("group", later.to_bytes()),
    ]
}

pub fn vectors() -> Vec<Seed> {
    let of = |name, file, op, field, refused| Vectors { name, file, op, field, refused }.seeds();
    [
        of("change", file!("group-changes"), "apply", "/change", "group-change/"),
        of("genesis", file!("group-genesis"), "genesis", "/genesis", "group-genesis/"),
        of("state", file!("group-genesis"), "state", "/state", "decode/"),
        of("snapshot", file!("group-joining"), "snapshot", "/snapshot", "group-snapshot/"),
        of("evidence", file!("group-evidence"), "evidence", "/evidence", "group-evidence/"),
        of("ticket", file!("group-tickets"), "ticket", "/ticket", "group-ticket/"),
    ]
    .concat()
}
