//! The same operations on sealwax, on others' libraries and on the bare primitives, side by side:
//! `cargo run --release --manifest-path benches/peers/Cargo.toml`, with `-- --quick` for a look.
//!
//! Bytes to bytes, 64 bytes of text, in one process on one thread, in turn. A cell is the best
//! batch, and behind it the median over all rounds of our time to that one's. BENCH.md says what
//! the services of the contenders have in common, and what not.

#[path = "../../../examples/sizes/groups.rs"]
mod crowd;
#[path = "../../operations/fanout.rs"]
mod fanout;
#[path = "../../operations/floor.rs"]
mod floor;
mod media;
mod mls;
mod mls_rs_client;
mod olm;
mod open_mls;
mod ours;
#[path = "../../operations/people.rs"]
mod people;
mod table;

use mls::{Group, Member};
use mls_rs_client::client as mls_rs;
use open_mls::client as openmls;
use people::SKIPPED;
use table::{Effort, Measured, Row};

pub(crate) const TEXT: [u8; 64] = [7; 64];
pub(crate) const PREKEYS: usize = 100;
pub(crate) const QUEUE: usize = 1_000;

/// How much is done.
struct Plan {
    members: usize,
    /// Of microseconds, of tenths of milliseconds, and of many milliseconds.
    short: Effort,
    medium: Effort,
    long: Effort,
}

impl Plan {
    const FULL: Self = Self {
        members: 1_000,
        short: Effort { rounds: 200, batch: 40 },
        medium: Effort { rounds: 120, batch: 4 },
        long: Effort { rounds: 25, batch: 1 },
    };
    const QUICK: Self = Self {
        members: 64,
        short: Effort { rounds: 10, batch: 20 },
        medium: Effort { rounds: 5, batch: 2 },
        long: Effort { rounds: 3, batch: 1 },
    };
}

fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let plan = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Plan::FULL,
        ["--quick"] => Plan::QUICK,
        _ => panic!("--quick is all there is to choose"),
    };
    // Two of the peers would else use every core.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let mut rows = Vec::new();
    devices(&plan, &mut rows);
    sessions(&plan, &mut rows);
    files(&plan, &mut rows);
    let groups = Groups::new(plan.members);
    groups.run(&plan, &mut rows);
    table::print(&rows);
    sizes(&groups);
}

fn devices(plan: &Plan, rows: &mut Vec<Measured>) {
    let mut primitives = floor::Device::new();
    let row = Row::new("identity, keys", ours::identity())
        .vodozemac(olm::identity)
        .openmls(open_mls::identity)
        .mls_rs(mls_rs_client::identity)
        .floor(move || primitives.identity());
    rows.push(Measured::of(row, plan.medium));
    let mut primitives = floor::Device::new();
    let row = Row::new("account with one device, ready to publish", ours::account())
        .floor(move || primitives.account());
    rows.push(Measured::of(row, plan.medium));
    let mut primitives = floor::Device::new();
    let row = Row::new("100 prekeys of each kind, signed", ours::prekeys())
        .vodozemac(olm::prekeys)
        .openmls(mls::prekeys(openmls))
        .mls_rs(mls::prekeys(mls_rs))
        .floor(move || primitives.prekeys(PREKEYS + 1));
    rows.push(Measured::of(row, plan.long));
    let mut primitives = floor::Device::new();
    let row = Row::new("bundle, parsed and verified", ours::bundle())
        .vodozemac(olm::bundle())
        .openmls(open_mls::bundle())
        .floor(move || primitives.bundle());
    rows.push(Measured::of(row, plan.medium));
}

fn sessions(plan: &Plan, rows: &mut Vec<Measured>) {
    first_messages(plan, rows);
    let mut primitives = floor::Message::new();
    let row = Row::new("encrypt", ours::encrypting())
        .vodozemac(olm::encrypting())
        .floor(move || primitives.seal());
    rows.push(Measured::of(row, plan.short));
    let mut primitives = floor::Message::new();
    let row = Row::new("decrypt", ours::decrypting())
        .vodozemac(olm::decrypting())
        .floor(move || primitives.open());
    rows.push(Measured::of(row, plan.short));
    let mut primitives = floor::Message::new();
    let row = Row::new("ping-pong, both turn", ours::ping_pong())
        .vodozemac(olm::ping_pong())
        .openmls(mls::ping_pong(openmls))
        .mls_rs(mls::ping_pong(mls_rs))
        .floor(move || primitives.round_trip_with_turns());
    rows.push(Measured::of(row, plan.medium));
    out_of_order(plan, rows);
    let mut primitives = floor::Handshake::new();
    let row = Row::new("open, found last of 1,000 / X25519", ours::found_last(1_000))
        .floor(move || primitives.x25519());
    rows.push(Measured::of(row, plan.medium));
    let row = Row::new("session to bytes", ours::to_bytes()).vodozemac(olm::to_bytes());
    rows.push(Measured::of(row, plan.short));
    let row = Row::new("session from bytes", ours::from_bytes()).vodozemac(olm::from_bytes());
    rows.push(Measured::of(row, plan.medium));
    hidden_sender(plan, rows);
}

fn first_messages(plan: &Plan, rows: &mut Vec<Measured>) {
    let mut primitives = floor::Handshake::new();
    let row = Row::new("first message, initiator", ours::initiate())
        .vodozemac(olm::initiate())
        .openmls(mls::initiate(openmls))
        .mls_rs(mls::initiate(mls_rs))
        .floor(move || primitives.initiate());
    rows.push(Measured::of(row, Effort { batch: 1, ..plan.medium }));
    let mut primitives = floor::Handshake::new();
    let row = Row::new("first message, responder", ours::respond())
        .vodozemac(olm::respond())
        .openmls(mls::respond(openmls))
        .mls_rs(mls::respond(mls_rs))
        .floor(move || primitives.respond());
    rows.push(Measured::of(row, Effort { batch: 1, ..plan.medium }));
}

fn out_of_order(plan: &Plan, rows: &mut Vec<Measured>) {
    let mut primitives = floor::Message::new();
    let row = Row::new("decrypt behind 1,000 skipped", ours::skip())
        .vodozemac(olm::skip())
        .floor(move || primitives.open_behind(SKIPPED));
    rows.push(Measured::of(row, plan.long));
    let mut primitives = floor::Message::new();
    // A batch of all rounds together has to be stored beforehand.
    let effort = Effort { rounds: plan.short.rounds.min(20), ..plan.short };
    let row = Row::new("decrypt late, from the store", ours::late())
        .vodozemac(olm::late())
        .floor(move || primitives.open_late());
    rows.push(Measured::of(row, effort));
}

/// What hides the sender elsewhere is a layer of its own around a message: an ephemeral key and two
/// X25519 to seal, two to open. Here our whole message stands beside the primitives of that layer.
fn hidden_sender(plan: &Plan, rows: &mut Vec<Measured>) {
    let mut primitives = floor::Handshake::new();
    let row = Row::new("hidden sender, our message / seal of a layer", ours::encrypting())
        .floor(move || primitives.layer_seal());
    rows.push(Measured::of(row, plan.short));
    let mut primitives = floor::Handshake::new();
    let row = Row::new("hidden sender, our message / open of a layer", ours::decrypting())
        .floor(move || primitives.layer_open());
    rows.push(Measured::of(row, plan.short));
}

fn files(plan: &Plan, rows: &mut Vec<Measured>) {
    let row = Row::new("media, seal 4 MiB", media::seal()).floor(media::seal_floor());
    rows.push(Measured::of(row, plan.long));
    let row = Row::new("media, open 4 MiB", media::open()).prepared_floor(media::open_floor());
    rows.push(Measured::of(row, plan.long));
}

/// A group in each library that has groups, and sessions with everybody in the two that need them.
struct Groups<O, R> {
    ours: ours::Shared,
    distribution: ours::Distribution,
    olm: olm::Crowd,
    openmls: mls::Shared<O>,
    mls_rs: mls::Shared<R>,
}

impl Groups<(), ()> {
    fn new(members: usize) -> Groups<impl Member, impl Member> {
        let ours = ours::Shared::new(members);
        eprintln!("groups of {members}: ours");
        let distribution = ours.distributing();
        let olm = olm::Crowd::new(members - 1);
        eprintln!("sessions with {}", members - 1);
        let openmls = Group::new(openmls, members).shared();
        eprintln!("OpenMLS");
        let mls_rs = Group::new(mls_rs, members).shared();
        eprintln!("mls-rs");
        Groups { ours, distribution, olm, openmls, mls_rs }
    }
}

impl<O: Member, R: Member> Groups<O, R> {
    fn run(&self, plan: &Plan, rows: &mut Vec<Measured>) {
        let row = Row::new("group, create", ours::group_create())
            .vodozemac(olm::group_create)
            .openmls(mls::group_create(openmls))
            .mls_rs(mls::group_create(mls_rs));
        rows.push(Measured::of(row, plan.medium));
        self.messages(plan, rows);
        self.changes(plan, rows);
        let row = Row::new("group, from bytes", self.ours.loading())
            .openmls(self.openmls.loading())
            .mls_rs(self.mls_rs.loading());
        rows.push(Measured::of(row, plan.long));
    }

    fn messages(&self, plan: &Plan, rows: &mut Vec<Measured>) {
        let mut primitives = floor::Sender::new();
        let row = Row::new("group, encrypt", self.ours.encrypting())
            .vodozemac(olm::group_encrypt())
            .openmls(self.openmls.encrypting())
            .mls_rs(self.mls_rs.encrypting())
            .floor(move || primitives.seal());
        rows.push(Measured::of(row, plan.medium));
        let mut primitives = floor::Sender::new();
        let row = Row::new("group, decrypt", self.ours.decrypting())
            .vodozemac(olm::group_decrypt())
            .openmls(self.openmls.decrypting())
            .mls_rs(self.mls_rs.decrypting())
            .floor(move || primitives.open());
        rows.push(Measured::of(row, plan.medium));
        let mut primitives = floor::Sender::new();
        let row = Row::new("group, 1,000 queued", self.ours.catch_up())
            .vodozemac(olm::catch_up())
            .openmls(self.openmls.catch_up())
            .mls_rs(self.mls_rs.catch_up())
            .floor(move || (0..QUEUE).for_each(|_| primitives.open()));
        rows.push(Measured::of(row, Effort { rounds: plan.long.rounds.min(7), ..plan.long }));
    }

    /// A removal gives new keys in MLS; elsewhere a new chain has to be distributed.
    fn changes(&self, plan: &Plan, rows: &mut Vec<Measured>) {
        let row = Row::new("group, removal made", self.ours.removing())
            .openmls(self.openmls.removing())
            .mls_rs(self.mls_rs.removing());
        rows.push(Measured::of(row, plan.long));
        let row = Row::new("group, removal applied", self.ours.processing())
            .openmls(self.openmls.processing())
            .mls_rs(self.mls_rs.processing());
        rows.push(Measured::of(row, plan.long));
        let row = Row::new("group, new key to all other devices", self.distribution.timed())
            .vodozemac(self.olm.distributing());
        rows.push(Measured::of(row, plan.long));
    }
}

fn sizes<O: Member, R: Member>(groups: &Groups<O, R>) {
    let ours = ours::sizes(&groups.ours, &groups.distribution);
    let olm = olm::sizes(&groups.olm);
    let (openmls, mls_rs) = (mls::first_lens(openmls), mls::first_lens(mls_rs));
    let messages = [groups.openmls.message_len(), groups.mls_rs.message_len()];
    let removals = [groups.openmls.removal_len(), groups.mls_rs.removal_len()];
    let rows = [
        ("bundle or key package", [Some(ours.bundle), None, Some(openmls.1), Some(mls_rs.1)]),
        ("first message", [Some(ours.first), Some(olm.first), Some(openmls.0), Some(mls_rs.0)]),
        ("message", [Some(ours.message), Some(olm.message), None, None]),
        ("session, stored", [Some(ours.session), Some(olm.session), None, None]),
        (
            "group message",
            [
                Some(ours.group_message),
                Some(olm.group_message),
                Some(messages[0]),
                Some(messages[1]),
            ],
        ),
        ("group, removal", [Some(ours.removal), None, Some(removals[0]), Some(removals[1])]),
        (
            "group, key for one device",
            [Some(ours.distribution), Some(olm.distribution), None, None],
        ),
        (
            "group, new key to all other devices",
            [Some(ours.rotation), Some(olm.rotation), None, None],
        ),
    ];
    table::print_sizes(&rows);
}
