use alloc::vec;
use alloc::vec::Vec;

use super::super::fixture::{founded, group, id, people, title};
use super::super::*;
use crate::identity::fixture::{Account, NOW, days, rng};
use crate::identity::{DeviceKeys, LocalDevice};
use crate::limits::*;
use crate::sender_key::EpochSecret;
use crate::time::Timestamp;
use crate::wire::{DecodeError, Reader, Writer, read_all};

fn epoch_rises(name: &str, actions: Vec<Action>) -> bool {
    let (people, base) = group();
    people.done(name, &base, actions).key_epoch() == base.key_epoch() + 1
}

#[test]
fn a_genesis_gives_revision_0_and_its_hash_is_the_group() {
    let people = people();
    let founded = founded(&people);
    let genesis = SignedGenesis::decode(&founded.genesis.encode()).unwrap();
    assert_eq!(genesis, founded.genesis);
    let state = genesis.state();
    assert_eq!((state.revision(), state.key_epoch(), state.members().len()), (0, 0, 7));
    assert_eq!(state.member(&id("olga")).unwrap().role, Role::Owner);
    assert!(state.is_epoch_secret(&founded.epoch_secret));
    let again = fixture::founded(&people);
    assert_eq!(again.genesis.group(), genesis.group());
    let other = GenesisDraft::new(Title::new("climbing").unwrap())
        .sign(people.device("olga"), people.list("olga"), NOW, &mut rng(2))
        .unwrap();
    assert_ne!(other.genesis.group(), genesis.group());
}

#[test]
fn a_genesis_with_a_flipped_byte_is_refused_or_another_group() {
    let bytes = founded(&people()).genesis.encode();
    for at in (0..bytes.len()).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        assert!(SignedGenesis::decode(&flipped).is_err(), "byte {at}");
    }
}

#[test]
fn an_account_is_a_founder_once() {
    let people = people();
    let draft =
        GenesisDraft::new(Title::new("x").unwrap()).member(people.list("olga"), Role::Admin);
    let signed = draft.sign(people.device("olga"), people.list("olga"), NOW, &mut rng(1));
    assert_eq!(signed.unwrap_err(), GenesisError::Founder);
}

#[test]
fn who_founds_verifies_nothing_again_and_signs_what_everybody_verifies() {
    let people = people();
    let (founded, meter) = crate::crypto::meter::measure(|| founded(&people));
    assert_eq!(meter.verify, 0);
    assert_eq!(SignedGenesis::decode(&founded.genesis.encode()), Ok(founded.genesis));
}

#[test]
fn a_device_that_is_listed_with_other_keys_founds_nothing() {
    let mut olga = Account::new("olga", 1, 100);
    let listed = olga.verified_list();
    let mut keys = olga.devices[0].keys().to_bytes();
    keys[5] ^= 1;
    let keys = DeviceKeys::from_bytes(&keys).unwrap();
    let certificate = olga.certify(&keys);
    olga.devices = vec![LocalDevice::new(keys, certificate).unwrap()];
    let found = |list| {
        let draft = GenesisDraft::new(Title::new("x").unwrap());
        draft.sign(&olga.devices[0], list, NOW, &mut rng(1)).map(drop)
    };
    assert_eq!(found(&listed), Err(GenesisError::Signature));
    assert_eq!(found(&olga.verified_list()), Ok(()));
}

#[test]
fn the_size_of_an_action_is_what_it_adds_to_a_change() {
    let (people, base) = group();
    let body = |actions: &[Action]| {
        let change = fixture::forged(&people, "anna", &base, actions.to_vec(), |_| {});
        change.to_proto().body.len()
    };
    let entry = Action::update_devices(people.list("mia").signed().entry());
    assert_eq!(body(&[title("x"), entry.clone()]) - body(&[title("x")]), entry.size());
    assert_eq!(base.change().with(title("x")).with(entry.clone()).actions(), [title("x"), entry]);
}

#[test]
fn seconds_in_an_action_have_a_limit() {
    let read =
        |seconds: u32, limit| action::at_most(&mut Reader::new(&seconds.to_be_bytes()), limit);
    assert_eq!(read(60, 60), Ok(60));
    assert_eq!(read(61, 60), Err(DecodeError::OutOfRange));
    assert_eq!(read(u32::MAX, 60), Err(DecodeError::OutOfRange));
}

#[test]
fn a_group_begins_with_a_secret() {
    let people = people();
    let founded = founded(&people).genesis;
    let void = |body: &mut Vec<u8>| fixture::commit_to_nothing(&founded, body);
    let bytes = fixture::refounded(&people, &founded, void);
    assert_eq!(SignedGenesis::decode(&bytes), Err(GenesisError::VoidEpoch));
    let same = fixture::refounded(&people, &founded, |_| {});
    assert_eq!(SignedGenesis::decode(&same).as_ref(), Ok(&founded));
}

#[test]
fn a_group_can_be_founded_again() {
    let (people, old) = group();
    let genesis = GenesisDraft::new(old.title().clone())
        .successor_of(&old)
        .sign(people.device("olga"), people.list("olga"), NOW, &mut rng(9))
        .unwrap()
        .genesis;
    let expected = Predecessor { group: old.group(), state: *old.hash() };
    assert_eq!(genesis.successor_of(), Some(&expected));
}

#[test]
fn members_come_and_go() {
    let (people, base) = group();
    let state = people.done("anna", &base, vec![Action::add(people.list("sam"), Role::Member)]);
    let sam = state.member(&id("sam")).unwrap();
    assert_eq!((sam.joined_at, &sam.added_by, sam.role), (1, &id("anna"), Role::Member));
    assert_eq!(state.key_epoch(), base.key_epoch());
    let state = people.done("mona", &state, vec![Action::Remove(id("sam"))]);
    assert_eq!(state.member(&id("sam")), None);
    assert_eq!((state.key_epoch(), state.revision()), (1, 2));
    let state = people.done("max", &state, vec![Action::Leave]);
    assert_eq!(state.member(&id("max")), None);
    assert_eq!(state.key_epoch(), 2);
}

#[test]
fn the_key_epoch_rises_with_everybody_who_goes_and_not_otherwise() {
    assert!(epoch_rises("mona", vec![Action::Remove(id("max"))]));
    assert!(epoch_rises("mona", vec![Action::Ban(id("max"))]));
    assert!(!epoch_rises("mona", vec![Action::Ban(id("sam"))]));
    assert!(epoch_rises("max", vec![Action::Leave]));
    assert!(epoch_rises("mona", vec![Action::ResetKeys]));
    assert!(epoch_rises("mona", vec![Action::Remove(id("max")), Action::Remove(id("mia"))]));
    assert!(!epoch_rises("anna", vec![title("x")]));
    assert!(!epoch_rises("olga", vec![Action::SetRole(id("anna"), Role::Observer)]));
}

#[test]
fn the_epoch_secret_is_the_one_committed_to() {
    let (people, base) = group();
    let one = people.sign("mona", &base, vec![Action::ResetKeys]).unwrap();
    let secret = one.epoch_secret.unwrap();
    assert!(one.state.is_epoch_secret(&secret));
    assert!(!base.is_epoch_secret(&secret));
    let other = EpochSecret::generate(&mut rng(99));
    assert!(!one.state.is_epoch_secret(&other));
}

#[test]
fn a_ban_keeps_out_until_it_is_lifted() {
    let (people, base) = group();
    let state = people.done("mona", &base, vec![Action::Ban(id("sam"))]);
    let add = || vec![Action::add(people.list("sam"), Role::Member)];
    assert_eq!(people.refused("anna", &state, add()), ApplyError::Target { action: 0 });
    let state = people.done("mona", &state, vec![Action::Unban(id("sam"))]);
    assert!(people.done("anna", &state, add()).member(&id("sam")).is_some());
}

#[test]
fn roles_change_and_ownership_is_handed_over() {
    let (people, base) = group();
    let state = people.done("anna", &base, vec![Action::SetRole(id("max"), Role::Moderator)]);
    assert_eq!(state.member(&id("max")).unwrap().role, Role::Moderator);
    let state = people.done("olga", &state, vec![Action::HandOver(id("anna"))]);
    assert_eq!(state.member(&id("anna")).unwrap().role, Role::Owner);
    assert_eq!(state.member(&id("olga")).unwrap().role, Role::Admin);
    let left = people.done("olga", &base, vec![Action::HandOver(id("anna")), Action::Leave]);
    assert_eq!(left.member(&id("olga")), None);
    assert_eq!(left.member(&id("anna")).unwrap().role, Role::Owner);
}

fn accept(people: &fixture::People, group: GroupId, at: u32) -> Action {
    let ticket = Ticket::accept(group, at, people.device("sam"), people.list("sam"), NOW).unwrap();
    Action::carry(&Ticket::decode(&ticket.encode()).unwrap())
}

#[test]
fn who_is_invited_joins_by_accepting_that_invitation() {
    let (people, base) = group();
    let invite = || vec![Action::invite(&people.account("sam").contact(), Role::Moderator)];
    let state = people.done("anna", &base, invite());
    let joined = people.done("otto", &state, vec![accept(&people, base.group(), 1)]);
    let sam = joined.member(&id("sam")).unwrap();
    assert_eq!((sam.role, &sam.added_by), (Role::Moderator, &id("anna")));
    assert!(joined.invited().is_empty());
    // Taken back and given again: the old acceptance does not answer the new invitation.
    let state = people.done("anna", &state, vec![Action::RevokeInvitation(id("sam"))]);
    let state = people.done("anna", &state, invite());
    let old = vec![accept(&people, base.group(), 1)];
    assert_eq!(people.refused("otto", &state, old), ApplyError::Target { action: 0 });
    people.done("otto", &state, vec![accept(&people, base.group(), 3)]);
}

#[test]
fn who_may_remove_nobody_takes_back_their_own_invitations_alone() {
    let (people, base) = group();
    let open = Action::SetAccess(Permission::AddMember, Level::AtLeast(Role::Member));
    let invite = |name| Action::invite(&people.account(name).contact(), Role::Member);
    let state = people.done("olga", &base, vec![open]);
    let level = state.access().level(Permission::AddMember);
    assert_eq!(level, Level::AtLeast(Role::Member));
    let state = people.done("max", &state, vec![invite("sam")]);
    let revoke = || vec![Action::RevokeInvitation(id("sam"))];
    let refused = ApplyError::NotPermitted { action: 0 };
    assert_eq!(people.refused("mia", &state, revoke()), refused);
    assert!(people.done("max", &state, revoke()).invited().is_empty());
}

#[test]
fn an_invitation_falls_with_who_gave_it() {
    let (people, base) = group();
    let invite = Action::invite(&people.account("sam").contact(), Role::Member);
    let state = people.done("anna", &base, vec![invite]);
    let state = people.done("olga", &state, vec![Action::Remove(id("anna"))]);
    assert!(state.invited().is_empty());
}

#[test]
fn an_invitation_gives_no_rank_that_its_giver_lost() {
    let (people, base) = group();
    let invite = |role| vec![Action::invite(&people.account("sam").contact(), role)];
    let accepted = || vec![accept(&people, base.group(), 1)];
    let refused = ApplyError::Target { action: 0 };
    // An owner has its ownership waiting outside, and hands over.
    let state = people.done("olga", &base, invite(Role::Owner));
    people.done("otto", &state, accepted());
    let state = people.done("olga", &state, vec![Action::HandOver(id("anna"))]);
    assert_eq!(people.refused("otto", &state, accepted()), refused);
    // An admin is made a member.
    let state = people.done("adam", &base, invite(Role::Moderator));
    let state = people.done("olga", &state, vec![Action::SetRole(id("adam"), Role::Member)]);
    assert_eq!(people.refused("otto", &state, accepted()), refused);
    // Letting in is for owners alone by now.
    let state = people.done("adam", &base, invite(Role::Member));
    let level = Level::AtLeast(Role::Owner);
    let set = vec![Action::SetAccess(Permission::AddMember, level)];
    let state = people.done("olga", &state, set);
    assert_eq!(people.refused("otto", &state, accepted()), refused);
}

#[test]
fn who_asks_is_approved_or_denied() {
    let (people, base) = group();
    let ticket = Ticket::request(base.group(), people.device("sam"), people.list("sam"), NOW);
    let asked = people.done("max", &base, vec![Action::carry(&ticket.unwrap())]);
    assert_eq!(asked.requests().len(), 1);
    let in_ = people.done("mona", &asked, vec![Action::Approve(id("sam"))]);
    assert_eq!(in_.member(&id("sam")).unwrap().added_by, id("mona"));
    let out = people.done("mona", &asked, vec![Action::Deny(id("sam"))]);
    assert!(out.requests().is_empty() && out.member(&id("sam")).is_none());
    let approve = vec![Action::Approve(id("sam"))];
    assert_eq!(people.refused("max", &asked, approve), ApplyError::NotPermitted { action: 0 });
}

#[test]
fn settings_change() {
    let (people, base) = group();
    let avatar = Avatar::new(b"pointer").unwrap();
    let actions = vec![
        title("bouldering"),
        Action::SetDescription(Description::new("on\nrocks").unwrap()),
        Action::SetAvatar(Some(avatar.clone())),
        Action::SetTimer(3600),
        Action::SetAccess(Permission::Pin, Level::AtLeast(Role::Member)),
        Action::SetAnnouncement(true),
        Action::SetSlowMode(30),
        Action::SetExtension(7, Some(vec![1, 2].into())),
    ];
    let state = people.done("anna", &base, actions);
    assert_eq!(state.title().as_str(), "bouldering");
    assert_eq!(state.description().as_str(), "on\nrocks");
    assert_eq!(state.avatar(), Some(&avatar));
    assert_eq!(avatar.as_bytes(), b"pointer");
    assert_eq!(state.timer(), Timer { seconds: 3600, version: 1 });
    assert!(state.may(Role::Member, Permission::Pin) && !base.may(Role::Member, Permission::Pin));
    assert!(
        !state.may(Role::Moderator, Permission::Send) && state.may(Role::Admin, Permission::Send)
    );
    assert_eq!(state.slow_mode(), 30);
    assert_eq!(state.extensions(), [Extension { number: 7, value: vec![1, 2].into() }]);
    let state =
        people.done("anna", &state, vec![Action::SetAvatar(None), Action::SetExtension(7, None)]);
    assert!(state.avatar().is_none() && state.extensions().is_empty());
}

#[test]
fn a_terminated_group_accepts_nothing_more() {
    let (people, base) = group();
    assert_eq!(
        people.refused("anna", &base, vec![Action::Terminate]),
        ApplyError::NotPermitted { action: 0 }
    );
    let over = people.done("olga", &base, vec![Action::Terminate]);
    assert!(over.is_terminated() && !over.may(Role::Owner, Permission::Send));
    assert_eq!(people.refused("olga", &over, vec![title("x")]), ApplyError::Terminated);
}

#[test]
fn a_higher_floor_stops_those_who_do_not_speak_it() {
    let (people, base) = group();
    let floor = |n| vec![Action::SetProtocolFloor(n)];
    assert_eq!(people.refused("olga", &base, floor(1)), ApplyError::Target { action: 0 });
    let state = people.done("olga", &base, floor(2));
    assert_eq!(people.refused("olga", &state, vec![title("x")]), ApplyError::ProtocolFloor);
    let change = fixture::unchecked(&people, "olga", &state, vec![title("x")]);
    assert_eq!(state.apply(&change), Err(ApplyError::ProtocolFloor));
}

#[test]
fn who_leaves_begins_a_key_epoch_without_a_secret_and_nobody_else_does() {
    use super::super::fixture::forged;
    use crate::crypto::Digest;
    let (people, base) = group();
    let left = people.done("mia", &base, vec![Action::Leave]);
    assert!(left.is_void() && left.key_epoch() == 1);
    let commit = |byte: u8| {
        move |core: &mut change::Core| core.epoch_commitment = Some(Digest::from_bytes([byte; 32]))
    };
    let hand_over = || vec![Action::HandOver(id("anna")), Action::Leave];
    assert!(people.done("olga", &base, hand_over()).is_void());
    for (name, actions, byte) in [
        ("mia", vec![Action::Leave], 1),
        ("olga", hand_over(), 1),
        ("mona", vec![Action::Remove(id("max"))], 0),
        ("mona", vec![Action::ResetKeys], 0),
    ] {
        let change = forged(&people, name, &base, actions, commit(byte));
        assert_eq!(base.apply(&change), Err(ApplyError::KeyEpoch), "{name}");
    }
    // Then every member may begin another, and an observer may not; and only then.
    let reset = || vec![Action::ResetKeys];
    let refused = ApplyError::NotPermitted { action: 0 };
    assert_eq!(people.refused("max", &base, reset()), refused);
    assert_eq!(people.refused("otto", &left, reset()), refused);
    let again = people.done("max", &left, reset());
    assert!(!again.is_void() && again.key_epoch() == 2);
    assert_eq!(people.refused("max", &again, reset()), refused);
}

fn link(
    people: &fixture::People,
    state: &GroupState,
    terms: LinkTerms,
) -> (LinkSecret, GroupState) {
    let secret = LinkSecret::generate(state.group(), &mut rng(5));
    let made = people.done("anna", state, vec![Action::create_link(&secret, terms)]);
    (LinkSecret::from_bytes(&secret.to_bytes()).unwrap(), made)
}

const OPEN: LinkTerms = LinkTerms { mode: LinkMode::Open, expires: None, max_uses: None };

fn by_link(people: &fixture::People, name: &str, secret: &LinkSecret) -> Action {
    let ticket = Ticket::link(secret, people.device(name), people.list(name), NOW).unwrap();
    Action::carry(&Ticket::decode(&ticket.encode()).unwrap())
}

#[test]
fn who_has_a_link_joins_and_its_secret_is_in_no_change() {
    let (people, base) = group();
    let (secret, state) = link(&people, &base, OPEN);
    let change =
        people.sign("otto", &state, vec![by_link(&people, "sam", &secret)]).unwrap().change;
    let bytes = secret.to_bytes();
    assert!(!change.encode().windows(32).any(|w| *w == bytes[40..]));
    assert!(!state.to_bytes().windows(32).any(|w| *w == bytes[40..]));
    let joined = people.done("otto", &state, vec![by_link(&people, "sam", &secret)]);
    let sam = joined.member(&id("sam")).unwrap();
    assert_eq!((sam.role, &sam.added_by), (Role::Member, &id("anna")));
    assert_eq!(joined.links()[0].uses, 1);
    assert_eq!(joined.key_epoch(), base.key_epoch());
}

#[test]
fn a_link_may_need_approval_end_and_be_used_up() {
    let (people, base) = group();
    let with = |terms| {
        let (secret, state) = link(&people, &base, terms);
        (by_link(&people, "sam", &secret), by_link(&people, "sue", &secret), state)
    };
    let (sam, _, state) = with(LinkTerms { mode: LinkMode::Approval, ..OPEN });
    let asked = people.done("otto", &state, vec![sam]);
    assert!(asked.member(&id("sam")).is_none() && asked.requests().len() == 1);
    let (sam, sue, state) = with(LinkTerms { max_uses: Some(1), ..OPEN });
    let used = people.done("otto", &state, vec![sam]);
    assert_eq!(people.refused("otto", &used, vec![sue]), ApplyError::Link { action: 0 });
    let (sam, _, state) = with(LinkTerms { expires: Some(days(2)), ..OPEN });
    assert!(people.sign_at("otto", &state, vec![sam.clone()], days(1)).is_ok());
    let late = people.sign_at("otto", &state, vec![sam.clone()], days(2)).unwrap_err();
    assert_eq!(late, DraftRefused::Rules(ApplyError::Link { action: 0 }));
    // Once a moderator signed later than that, no backdating brings the link back.
    let on = people.sign_at("mona", &state, vec![Action::Ban(id("sue"))], days(3)).unwrap().state;
    assert_eq!(people.refused("otto", &on, vec![sam]), ApplyError::Link { action: 0 });
}

#[test]
fn no_stored_link_was_used_more_often_than_it_may_be() {
    let (people, base) = group();
    let secret = LinkSecret::generate(base.group(), &mut rng(1));
    let state = people.done("anna", &base, vec![Action::create_link(&secret, OPEN)]);
    let read = |uses| {
        let terms = LinkTerms { max_uses: Some(2), ..OPEN };
        let mut w = Writer::new();
        w.put(&InviteLink { terms, uses, ..state.links()[0].clone() });
        read_all::<InviteLink>(w.as_slice()).map(|link| link.uses)
    };
    assert_eq!([read(1), read(2)], [Ok(1), Ok(2)]);
    assert_eq!(read(3), Err(DecodeError::OutOfRange));
}

#[test]
fn a_link_needs_its_secret_and_a_maker_who_may_make_links() {
    let (people, base) = group();
    let (secret, state) = link(&people, &base, OPEN);
    let mut guessed = secret.to_bytes().to_vec();
    guessed[71] ^= 1;
    let guessed = LinkSecret::from_bytes(&guessed).unwrap();
    let no = |name, state: &GroupState, secret: &LinkSecret| {
        people.refused(name, state, vec![by_link(&people, "sam", secret)])
    };
    assert_eq!(no("otto", &state, &guessed), ApplyError::Link { action: 0 });
    assert_eq!(no("otto", &base, &secret), ApplyError::Link { action: 0 });
    let demoted = people.done("olga", &state, vec![Action::SetRole(id("anna"), Role::Member)]);
    assert_eq!(no("otto", &demoted, &secret), ApplyError::Link { action: 0 });
    let revoked = people.done("anna", &state, vec![Action::RevokeLink(secret.id())]);
    assert_eq!(no("otto", &revoked, &secret), ApplyError::Link { action: 0 });
    let gone = people.done("olga", &state, vec![Action::Remove(id("anna"))]);
    assert!(gone.links().is_empty());
}

#[test]
fn a_ticket_is_for_one_group_and_not_for_ever() {
    let (people, base) = group();
    let other = GroupId::from_bytes([7; 32]);
    let ticket = Ticket::request(other, people.device("sam"), people.list("sam"), NOW).unwrap();
    let carried = vec![Action::carry(&ticket)];
    assert_eq!(people.refused("max", &base, carried), ApplyError::Document { action: 0 });
    let ticket = Ticket::request(base.group(), people.device("sam"), people.list("sam"), NOW);
    let carried = vec![Action::carry(&ticket.unwrap())];
    assert!(people.sign_at("max", &base, carried.clone(), days(7)).is_ok());
    let late = people.sign_at("max", &base, carried, days(8)).unwrap_err();
    assert_eq!(late, DraftRefused::Rules(ApplyError::Document { action: 0 }));
    // One that is dated ahead would never grow old.
    let ahead = |then| {
        let ticket = Ticket::request(base.group(), people.device("sam"), people.list("sam"), then);
        people.sign("max", &base, vec![Action::carry(&ticket.unwrap())])
    };
    assert!(ahead(days(1)).is_ok());
    let refused = DraftRefused::Rules(ApplyError::Document { action: 0 });
    assert_eq!(ahead(days(2)).unwrap_err(), refused);
    assert_eq!(ahead(Timestamp::MAX).unwrap_err(), refused);
}

#[test]
fn admins_set_the_clock_moderators_advance_it_and_nobody_else_moves_it() {
    let (people, base) = group();
    let clock = |state: &GroupState| state.fields().clock;
    let at = |name: &str, state: &GroupState, then| {
        let sue = Ticket::request(base.group(), people.device("sue"), people.list("sue"), then);
        let asked = !state.requests().is_empty();
        let action = if asked { Action::Deny(id("sue")) } else { Action::carry(&sue.unwrap()) };
        people.sign_at(name, state, vec![action], then).unwrap().state
    };
    let noon = days(2);
    let set = at("anna", &base, noon);
    assert_eq!(clock(&set), noon);
    assert_eq!(clock(&at("mona", &set, days(1))), noon);
    assert_eq!(clock(&at("mona", &set, days(3))), days(3));
    assert_eq!(clock(&at("anna", &set, days(1))), days(1));
    assert_eq!(clock(&at("olga", &set, days(1))), days(1));
    for name in ["max", "otto"] {
        assert_eq!(clock(&at(name, &base, days(3))), clock(&base));
    }
}

#[test]
fn a_clock_that_a_moderator_pushed_to_its_end_is_put_right_by_the_next_admin() {
    let (people, base) = group();
    let (secret, state) = link(&people, &base, LinkTerms { expires: Some(days(2)), ..OPEN });
    let by_link = || vec![by_link(&people, "sam", &secret)];
    let request = Ticket::request(base.group(), people.device("sue"), people.list("sue"), NOW);
    let asks = vec![Action::carry(&request.unwrap())];
    let push = vec![Action::Ban(id("server"))];
    let pushed = people.sign_at("mona", &state, push, Timestamp::MAX).unwrap().state;
    let document = ApplyError::Document { action: 0 };
    assert_eq!(people.refused("otto", &pushed, by_link()), document);
    assert_eq!(people.refused("mona", &pushed, asks.clone()), document);
    // For an admin the time is what the admin says, so that one can carry tickets meanwhile.
    assert!(people.sign("anna", &pushed, by_link()).is_ok());
    let mended = people.done("anna", &pushed, vec![title("mended")]);
    assert!(people.sign("otto", &mended, by_link()).is_ok());
    assert!(people.sign("mona", &mended, asks).is_ok());
}

#[test]
fn a_newer_device_list_is_told_by_anybody_and_a_revocation_begins_a_key_epoch() {
    let (mut people, base) = group();
    people.add_device("max");
    let outdated = base.outdated(&people.lists);
    let state = people.done("otto", &base, outdated);
    assert_eq!(state.member(&id("max")).unwrap().list.version.as_u32(), 2);
    assert_eq!(state.key_epoch(), base.key_epoch());
    people.replace_device("max");
    let state = people.done("otto", &state, state.outdated(&people.lists));
    assert_eq!(state.key_epoch(), base.key_epoch() + 1);
    assert!(state.outdated(&people.lists).is_empty());
}

#[test]
fn an_older_list_and_one_of_another_account_key_are_refused() {
    let (mut people, base) = group();
    let old = people.list("max").signed().entry().clone();
    people.add_device("max");
    let state = people.done("otto", &base, base.outdated(&people.lists));
    let back = vec![Action::update_devices(&old)];
    assert_eq!(people.refused("otto", &state, back), ApplyError::Target { action: 0 });
    let mut impostor = Account::new("max", 1, 77);
    let first = impostor.verified_list();
    impostor.add_device(&mut rng(3));
    let draft = impostor.draft_with_devices(crate::identity::ListDraft::after(&first));
    let fake = draft.sign(&impostor.pair, crate::identity::fixture::month(NOW)).unwrap();
    let fake = vec![Action::update_devices(fake.entry())];
    assert_eq!(people.refused("otto", &base, fake), ApplyError::Target { action: 0 });
}

#[test]
fn a_device_that_the_group_has_not_heard_of_brings_its_own_list() {
    let (mut people, base) = group();
    people.replace_device("anna");
    let state = people.done("anna", &base, vec![title("new phone")]);
    assert_eq!(state.member(&id("anna")).unwrap().list.version.as_u32(), 2);
    assert_eq!(state.key_epoch(), base.key_epoch() + 1, "it told of a revocation");
}

#[test]
fn a_member_that_revoked_a_device_of_its_own_tells_the_group_by_that_alone() {
    let (mut people, base) = group();
    people.replace_device("max");
    let told = base.outdated(&people.lists);
    let state = people.done("max", &base, told.clone());
    assert_eq!(state.key_epoch(), base.key_epoch() + 1);
    assert!(state.untold(&people.lists).is_empty());
    assert_eq!(people.refused("max", &state, told), ApplyError::Target { action: 0 });
}

#[test]
fn a_list_beyond_a_rotation_that_the_group_was_not_told_of_is_untold() {
    use crate::identity::fixture::{month, rotate};
    let (mut people, base) = group();
    let mut contact = people.account("max").contact();
    let mut max = rotate(&mut contact, people.account("max"));
    let rotating = Action::update_devices(contact.list().signed().entry());
    max.add_device(&mut rng(3));
    let draft = max.draft_with_devices(crate::identity::ListDraft::after(contact.list()));
    let next = draft.sign(&max.pair, month(NOW)).unwrap();
    contact.update(next, NOW).unwrap();
    people.lists.insert(id("max"), contact.list().clone());
    assert_eq!(base.untold(&people.lists), [id("max")]);
    assert!(base.outdated(&people.lists).is_empty(), "the rotating entry comes first");
    let state = people.done("otto", &base, vec![rotating]);
    assert!(state.untold(&people.lists).is_empty());
    let state = people.done("otto", &state, state.outdated(&people.lists));
    assert!(state.outdated(&people.lists).is_empty());
}

/// What a list says counts only if it is later than what the group knows, and of the key that it knows.
#[test]
fn a_list_tells_the_group_something_if_it_is_later() {
    use super::super::stage::{Standing, is_untold, standing};
    use crate::identity::fixture::rotate;
    let (people, base) = group();
    let member = base.member(&id("max")).unwrap();
    let max = people.account("max");
    let mut contact = max.contact();
    rotate(&mut contact, max);
    let rotated = contact.list();
    let knows = |version: u32, key: &fixture::People| {
        let mut member = member.clone();
        member.list.version = read_all(&version.to_be_bytes()).unwrap();
        member.list.hash = crate::crypto::Digest::from_bytes([9; 32]);
        member.account_key = (&key.account("max").pair.public_key()).into();
        member
    };
    let ours = rotated.version().as_u32();
    assert!(is_untold(&knows(ours - 1, &people), rotated));
    assert!(!is_untold(&knows(ours, &people), rotated), "another list of that version");
    assert!(!is_untold(&knows(ours + 1, &people), rotated));
    let strangers = fixture::People::new(&["max", "mia"]);
    assert_ne!(strangers.account("max").pair.public_key(), max.pair.public_key());
    assert!(!is_untold(&knows(ours - 1, &strangers), rotated), "of a key that was never its own");
    let entry = people.list("max").signed().entry();
    assert_eq!(standing(member, entry), Some(Standing::Named));
    assert_eq!(standing(&knows(entry.version().as_u32(), &people), entry), None);
}

/// Ids of devices are chosen by each account for itself.
#[test]
fn a_device_revokes_itself_only_in_its_own_list() {
    use super::super::stage::Act;
    let (mut people, base) = group();
    let gone = people.device("max").address().device;
    people.replace_device("max");
    let told = Action::update_devices(people.list("max").signed().entry());
    let opened = told.open().unwrap();
    let revokes = |name: &str, device| {
        let actor = base.member(&id(name)).unwrap();
        Act { actor, device, entry: None, created_at: NOW }.revokes_itself(&opened)
    };
    assert!(revokes("max", gone));
    assert!(!revokes("mia", gone), "another account has a device of that id");
    assert!(!revokes("max", people.device("max").address().device));
}

#[test]
fn what_is_told_fits_into_one_change() {
    let names: Vec<_> = (0..GROUP_ACTIONS + 3).map(|n| alloc::format!("m{n:02}")).collect();
    let names: Vec<_> = names.iter().map(alloc::string::String::as_str).collect();
    let mut people = fixture::People::new(&names);
    let draft = GenesisDraft::new(Title::new("many").unwrap());
    let draft = names[1..]
        .iter()
        .take(GROUP_FOUNDERS)
        .fold(draft, |draft, name| draft.member(people.list(name), Role::Member));
    let founded = draft.sign(people.device("m00"), people.list("m00"), NOW, &mut rng(1)).unwrap();
    let founders = founded.genesis.state().clone();
    let add = |name: &&str| Action::add(people.list(name), Role::Member);
    let rest = names.iter().filter(|name| founders.member(&id(name)).is_none()).map(add).collect();
    let mut state = people.done("m00", &founders, rest);
    for name in &names {
        people.add_device(name);
        people.add_device(name);
    }
    let mut told = Vec::new();
    while !state.outdated(&people.lists).is_empty() {
        let actions = state.outdated(&people.lists);
        told.push(actions.len());
        state = people.done("m00", &state, actions);
    }
    assert_eq!(told.iter().sum::<usize>(), names.len());
    assert!(told.len() > 1 && told.iter().all(|count| *count <= GROUP_ACTIONS), "{told:?}");
}

#[test]
fn the_group_follows_a_rotated_account_key() {
    let (mut people, base) = group();
    let mut contact = people.account("max").contact();
    let renewed = crate::identity::fixture::rotate(&mut contact, people.account("max"));
    people.lists.insert(id("max"), contact.list().clone());
    let state = people.done("otto", &base, base.outdated(&people.lists));
    let max = state.member(&id("max")).unwrap();
    assert!(max.account_key.is(&renewed.pair.public_key()));
    assert_eq!(state.key_epoch(), base.key_epoch() + 1);
}

#[test]
fn lists_have_limits() {
    let (people, base) = group();
    let ban = |n: usize| Action::Ban(id(&alloc::format!("spam{n}")));
    let mut state = base.clone();
    for start in (0..GROUP_BANNED).step_by(GROUP_ACTIONS) {
        state = people.done("mona", &state, (start..start + GROUP_ACTIONS).map(ban).collect());
    }
    assert_eq!(state.banned().len(), GROUP_BANNED);
    let one_more = vec![ban(GROUP_BANNED)];
    assert_eq!(people.refused("mona", &state, one_more), ApplyError::Full { action: 0 });
    let secrets = |n| LinkSecret::generate(base.group(), &mut rng(n));
    let links = |count: u64| (0..count).map(|n| Action::create_link(&secrets(n), OPEN)).collect();
    assert!(people.sign("anna", &base, links(GROUP_LINKS as u64)).is_ok());
    let error = ApplyError::Full { action: 8 };
    assert_eq!(people.refused("anna", &base, links(GROUP_LINKS as u64 + 1)), error);
    let extensions = |count: usize| {
        (0..count)
            .map(|n| Action::SetExtension(u16::try_from(n).unwrap(), Some(vec![].into())))
            .collect()
    };
    assert!(people.sign("anna", &base, extensions(GROUP_EXTENSIONS)).is_ok());
    let error = ApplyError::Full { action: 16 };
    assert_eq!(people.refused("anna", &base, extensions(GROUP_EXTENSIONS + 1)), error);
}

#[test]
fn a_change_has_so_many_actions_and_no_more() {
    let (people, base) = group();
    let bans =
        |count: usize| (0..count).map(|n| Action::Ban(id(&alloc::format!("spam{n}")))).collect();
    assert!(people.sign("mona", &base, bans(GROUP_ACTIONS)).is_ok());
    let too_large = ChangeError::Malformed(DecodeError::TooLarge);
    let error = people.sign("mona", &base, bans(GROUP_ACTIONS + 1)).unwrap_err();
    assert_eq!(error, DraftRefused::Form(too_large));
    let none = people.sign("mona", &base, vec![]).unwrap_err();
    assert_eq!(none, DraftRefused::Form(ChangeError::Malformed(DecodeError::Missing)));
}
