//! Two thousand short stories in which everything goes wrong. `sim` says what happens in them and
//! what must hold; `cargo run --release --example simulation -- 10000` tells more of them.

mod sim;

use sim::{Report, run, run_groups};

/// Behaviour: whatever happens, every invariant of `sim` holds.
fn stories(seeds: std::ops::Range<u64>) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        report.merge(run(seed));
    }
    report
}

/// The same of groups.
fn group_stories(seeds: std::ops::Range<u64>) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        report.merge(run_groups(seed));
    }
    report
}

/// Also: in so many stories everything happens that is to happen, or the simulation has become
/// blind to it.
#[test]
fn everything_goes_wrong_and_nothing_breaks() {
    let report = stories(0..350);
    println!("{report}");
    for what in EVERYTHING {
        assert!(report.get(what) > 0, "never: {what}");
    }
}

#[test]
fn more_stories() {
    stories(1_000..1_350);
}

#[test]
fn still_more_stories() {
    stories(2_000..2_350);
}

#[test]
fn and_still_more_stories() {
    stories(3_000..3_350);
}

/// Groups: whatever happens, every invariant of `sim::groups` holds, and everything happens.
#[test]
fn everything_goes_wrong_in_groups_and_nothing_breaks() {
    let report = group_stories(0..300);
    println!("{report}");
    for what in EVERYTHING_IN_GROUPS {
        assert!(report.get(what) > 0, "never: {what}");
    }
}

#[test]
fn more_stories_of_groups() {
    group_stories(1_000..1_300);
}

/// Behaviour: the same seed tells the same story.
#[test]
fn a_seed_tells_one_story() {
    let [first, again] = [run(14), run(14)];
    assert!(first == again && first.get("messages opened") > 0);
}

/// Kept because each failed before something was mended.
///
/// - 10, 26, 47, 56 (two devices of two accounts changed places between two sessions with every
///   crossing message, and began new ones without end): what is heard in an older session does not
///   bring it back at once.
/// - 891, 1589, 4143 (a person never took an account for begun anew once it had changed its key again),
///   2083, 3126 (a session with a device that went back to an old state counted as working before
///   anything was said in it): the world itself was wrong.
/// - 5498 (what a device sent before its account's key changed was a changed identity to somebody who
///   met the account later): who meets an account begins with the chain.
#[test]
fn stories_that_failed_once() {
    for seed in [10, 26, 47, 56, 891, 1_589, 2_083, 3_126, 4_143, 5_498] {
        run(seed);
    }
}

/// The same of groups.
///
/// - 25 (a device that was led astray asked whom it did not know to be a member, and took no answer),
///   11112, 11153 (one that is no member any more, so that nobody answers it, was to open what was said
///   elsewhere), 31550, 32860 (a device asked first for a chain of an earlier key epoch, which uses up
///   the answer of an hour; one that was led astray did not ask again when the others had gone on): the
///   world itself was wrong.
#[test]
fn stories_of_groups_that_failed_once() {
    for seed in [25, 11_112, 11_153, 31_550, 32_860] {
        run_groups(seed);
    }
}

const EVERYTHING: &[&str] = &[
    "action: AddDevice",
    "action: Backup",
    "action: Begin",
    "action: Crash",
    "action: Cross",
    "action: Damage",
    "action: Exhaust",
    "action: Forge",
    "action: Lose",
    "action: Misdeliver",
    "action: ReplaceIdentity",
    "action: Replay",
    "action: Reset",
    "action: Restore",
    "action: Revoke",
    "action: Rewrap",
    "action: Rotate",
    "action: WaitDays",
    "carriers",
    "content that came again, dropped by its id",
    "crash while beginning a session, after it is written",
    "crash while beginning a session, before it is written",
    "crash while confirming prekeys, after it is written",
    "crash while confirming prekeys, before it is written",
    "crash while deleting what is old, after it is written",
    "crash while deleting what is old, before it is written",
    "crash while following a list, after it is written",
    "crash while following a list, before it is written",
    "crash while maintaining prekeys, after it is written",
    "crash while maintaining prekeys, before it is written",
    "crash while receiving, after it is written",
    "crash while receiving, before it is written",
    "crash while sending, after it is written",
    "crash while sending, before it is written",
    "a forged introduction, not accepted",
    "identities replaced",
    "ignored: duplicate",
    "ignored: too old",
    "ignored: unknown",
    "lost: the server gave its prekeys out twice",
    "ratchets healed",
    "refused: decrypt/not-authentic",
    "refused: decrypt/other-handshake",
    "refused: respond/unknown-prekey",
    "sent again because the other device asked",
    "session begun: NoSession",
    "session begun: OldSession",
    "session begun: Silent",
    "texts that arrived",
];

const EVERYTHING_IN_GROUPS: &[&str] = &[
    "a change that leads elsewhere: ahead",
    "a change that leads elsewhere: group/state-hash",
    "a change that leads elsewhere: rebase",
    "a change without the right: group/not-permitted",
    "a change without the right: rebase",
    "a damaged change: ahead",
    "a damaged change: duplicate",
    "a damaged change: group/signature",
    "a damaged change: no change",
    "a stranger's change: ahead",
    "a stranger's change: group/not-a-member",
    "a stranger's change: rebase",
    "accounts added",
    "actions dropped when a change was made anew",
    "answers with changes",
    "backups restored",
    "chains asked for",
    "chains given because somebody asked",
    "chains given out",
    "chains lost",
    "chains not taken: need state",
    "chains not taken: stranger",
    "chains taken",
    "chains withheld: Replaced",
    "changes lost",
    "changes made",
    "changes made anew",
    "changes shown to whoever was led astray: fork",
    "changes shown to whoever was led astray: rebase",
    "changes taken",
    "changes that came again",
    "changes that came too early",
    "changes that came too late",
    "changes that lost: ahead",
    "changes that lost: applied",
    "changes that lost: rebase",
    "conversations that ended well",
    "crashes after it is written",
    "crashes before it is written",
    "devices added",
    "devices led astray",
    "devices revoked",
    "devices that are shown no changes for a while",
    "devices that came back",
    "devices that joined",
    "groups believed",
    "groups confirmed by a member",
    "groups told of lists",
    "members that went",
    "messages lost",
    "messages opened",
    "messages said",
    "not opened in the end: lost",
    "not opened in the end: past",
    "not opened in the end: the chain was lost, or came later",
    "not come back: group-join/not-newer",
    "not opened: duplicate",
    "not opened: fork",
    "not opened: need sender key",
    "not opened: need state",
    "not opened: not allowed",
    "not opened: too old",
    "not opened: unknown",
    "not prepared: group-send/behind",
    "refused",
    "requests lost",
    "secrets asked for",
    "secrets that came because somebody asked",
    "seen by a device led astray: Ahead",
    "seen by a device led astray: Fork",
    "snapshots not taken: group-join/not-newer",
    "snapshots not taken: group-join/sender",
    "snapshots refused: group-snapshot/bad-change",
    "snapshots refused: group-snapshot/bad-genesis",
    "snapshots refused: group-snapshot/genesis",
    "snapshots refused: group-snapshot/last-change",
    "snapshots refused: group-snapshot/malformed",
];
