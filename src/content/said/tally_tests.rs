use super::*;
use crate::content::tests::draft_at;
use crate::content::{PollClose, Text};
use alloc::string::ToString;
use proptest::prelude::*;

fn account(name: u8) -> AccountId {
    AccountId::new(&[name]).unwrap()
}

const AUTHOR: u8 = 1;

fn poll(open: bool, max_choices: u32) -> Content {
    let poll = Poll::new("?", ["a", "b", "c"]).unwrap();
    let poll = if open { poll.open().unwrap() } else { poll };
    draft_at(1_000).build(poll.with_max_choices(max_choices).unwrap()).unwrap()
}

fn tally(poll: &Content) -> Tally {
    Tally::new(account(AUTHOR), poll).unwrap()
}

fn reference(poll: &Content) -> MessageRef {
    MessageRef::to(account(AUTHOR), poll)
}

fn vote(poll: &Content, options: &[&str], count: u32, secs: u64) -> Content {
    let options = options.iter().map(|text| OptionId::of(text));
    draft_at(secs).build(PollVote::new(reference(poll), options, count).unwrap()).unwrap()
}

fn option(poll: &Content, text: &str, secs: u64) -> Content {
    draft_at(secs).build(PollOption::new(reference(poll), text).unwrap()).unwrap()
}

fn close(poll: &Content, secs: u64) -> Content {
    draft_at(secs).build(PollClose { poll: reference(poll) }).unwrap()
}

fn counts(tally: &Tally) -> Vec<(&str, usize)> {
    tally.counts().iter().map(|count| (count.text, count.votes)).collect()
}

#[test]
fn the_last_vote_of_each_counts() {
    let poll = poll(false, 2);
    let mut tally = tally(&poll);
    assert_eq!(tally.next_vote_count(&account(2)), 1);
    for (voter, options, count) in [(2, &["a", "b"][..], 1), (3, &["a"], 1), (2, &["c"], 2)] {
        let vote = vote(&poll, options, count, 2_000);
        assert_eq!(tally.apply(&account(voter), &vote), Ok(()));
    }
    assert_eq!(counts(&tally), [("a", 1), ("b", 0), ("c", 1)]);
    assert_eq!(tally.choice_of(&account(2)), [OptionId::of("c")]);
    assert_eq!(tally.next_vote_count(&account(2)), 3);
    tally.apply(&account(2), &vote(&poll, &["a"], 1, 9_000)).unwrap();
    assert_eq!(tally.choice_of(&account(2)), [OptionId::of("c")], "a lower count is older");
    tally.apply(&account(2), &vote(&poll, &[], 3, 2_000)).unwrap();
    assert_eq!(counts(&tally), [("a", 1), ("b", 0), ("c", 0)]);
}

#[test]
fn what_was_said_elsewhere_does_not_count() {
    let id = crate::crypto::Digest::from_bytes([1; 32]);
    let group = |revision| {
        Conversation::Group(crate::content::GroupBinding { id, revision, state: [2; 16] })
    };
    let Body::Poll(body) = poll(true, 1).body().clone() else { panic!() };
    let poll = draft_at(1_000).in_conversation(group(7)).build(body).unwrap();
    let mut tally = tally(&poll);
    let before = tally.clone();
    let vote = || PollVote::new(reference(&poll), [OptionId::of("a")], 1).unwrap();
    let privately = draft_at(2_000).build(vote()).unwrap();
    let refused = tally.apply(&account(2), &privately);
    assert_eq!(refused, Err(TallyRefused::OtherConversation));
    for elsewhere in [option(&poll, "d", 2_000), close(&poll, 2_000)] {
        let refused = tally.apply(&account(AUTHOR), &elsewhere);
        assert_eq!(refused, Err(TallyRefused::OtherConversation));
    }
    assert_eq!(tally, before);
    let later = draft_at(2_000).in_conversation(group(8)).build(vote()).unwrap();
    assert_eq!(tally.apply(&account(2), &later), Ok(()), "in a later state of the group");
}

#[test]
fn a_vote_names_known_answers_and_not_too_many() {
    let poll = poll(false, 2);
    let mut tally = tally(&poll);
    let before = tally.clone();
    let mut refused =
        |options: &[&str]| tally.apply(&account(2), &vote(&poll, options, 1, 2_000)).unwrap_err();
    assert_eq!(refused(&["a", "b", "c"]), TallyRefused::TooManyChoices);
    assert_eq!(refused(&["d"]), TallyRefused::UnknownOption);
    assert_eq!(tally, before);
}

#[test]
fn everything_is_for_this_very_poll() {
    let (poll, other) = (poll(false, 1), poll(false, 2));
    let mut tally = tally(&poll);
    for content in [vote(&other, &["a"], 1, 2_000), option(&other, "x", 1), close(&other, 1)] {
        assert_eq!(tally.apply(&account(AUTHOR), &content), Err(TallyRefused::OtherPoll));
    }
    let text = draft_at(1).build(Text::new("a").unwrap()).unwrap();
    assert_eq!(tally.apply(&account(2), &text), Err(TallyRefused::NotOfThisKind));
    assert_eq!(Tally::new(account(1), &text), None);
}

#[test]
fn only_its_author_closes_a_poll_and_later_votes_do_not_count() {
    let poll = poll(false, 1);
    let mut tally = tally(&poll);
    tally.apply(&account(2), &vote(&poll, &["a"], 1, 2_000)).unwrap();
    assert_eq!(tally.apply(&account(2), &close(&poll, 1_500)), Err(TallyRefused::NotAuthor));
    tally.apply(&account(AUTHOR), &close(&poll, 3_000)).unwrap();
    tally.apply(&account(2), &vote(&poll, &["b"], 2, 3_001)).unwrap();
    tally.apply(&account(3), &vote(&poll, &["b"], 1, 3_000)).unwrap();
    assert_eq!(counts(&tally), [("a", 1), ("b", 1), ("c", 0)]);
    assert!(!tally.is_closed(Timestamp::from_secs(3_000)));
    assert!(tally.is_closed(Timestamp::from_secs(3_001)));
}

#[test]
fn answers_are_added_to_open_polls_only_up_to_twelve() {
    let closed = poll(false, 1);
    let refused = tally(&closed).apply(&account(2), &option(&closed, "d", 2_000));
    assert_eq!(refused, Err(TallyRefused::NotOpen));
    let poll = poll(true, 12);
    let mut tally = tally(&poll);
    tally.apply(&account(2), &vote(&poll, &["a", "d9"], 1, 2_000)).unwrap();
    assert_eq!(tally.counts().len(), 3, "the answer did not come yet");
    for i in (0..20).rev() {
        let text = ["d", &i.to_string()].concat();
        tally.apply(&account(3), &option(&poll, &text, 2_000 + i)).unwrap();
        tally.apply(&account(3), &option(&poll, &text, 4_000)).unwrap();
    }
    tally.apply(&account(3), &option(&poll, "a", 1)).unwrap();
    let texts: Vec<_> = counts(&tally).into_iter().map(|(text, _)| text).collect();
    let expected = ["a", "b", "c", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8"];
    assert_eq!(texts, expected, "the first to be sent");
    assert_eq!(tally.added.len(), POLL_OPTIONS);
}

#[test]
fn voters_and_kept_votes_have_limits() {
    let poll = poll(false, 1);
    let mut tally = tally(&poll);
    for count in 1..40 {
        tally.apply(&account(2), &vote(&poll, &["a"], count, 2_000)).unwrap();
    }
    assert_eq!(tally.votes[&account(2)].len(), POLL_VOTES_KEPT);
    let voter = |i: usize| AccountId::new(&u32::try_from(i).unwrap().to_be_bytes()).unwrap();
    let vote = vote(&poll, &["a"], 1, 2_000);
    for i in 1..POLL_VOTERS {
        assert_eq!(tally.apply(&voter(i), &vote), Ok(()));
    }
    assert_eq!(tally.apply(&voter(0), &vote), Err(TallyRefused::TooManyVoters));
    assert_eq!(tally.apply(&voter(1), &vote), Ok(()));
}

/// One of the contents that make a tally, by a member of three.
fn any_step() -> impl Strategy<Value = (u8, u8, u32, u64)> {
    (1u8..4, 0u8..8, 1u32..4, 1_000u64..1_006)
}

fn step(poll: &Content, (_, what, count, secs): (u8, u8, u32, u64)) -> Content {
    match what {
        0 => close(poll, secs),
        1 => option(poll, "d", secs),
        2 => option(poll, "e", secs),
        3 => vote(poll, &["a", "d"], count, secs),
        4 => vote(poll, &["e"], count, secs),
        5 => vote(poll, &[], count, secs),
        _ => vote(poll, &["b"], count, secs),
    }
}

proptest! {
    #[test]
    fn the_result_does_not_depend_on_the_order(
        (steps, shuffled) in prop::collection::vec(any_step(), 0..14)
            .prop_flat_map(|steps| (Just(steps.clone()), Just(steps).prop_shuffle())),
    ) {
        let poll = poll(true, 2);
        let of = |steps: Vec<(u8, u8, u32, u64)>| {
            let mut tally = tally(&poll);
            for it in steps {
                let _ = tally.apply(&account(it.0), &step(&poll, it));
            }
            tally
        };
        prop_assert_eq!(of(steps), of(shuffled));
    }
}

#[test]
fn what_is_the_same_counts_once() {
    let poll = poll(true, 2);
    let mut tally = tally(&poll);
    for content in [vote(&poll, &["a"], 1, 2_000), option(&poll, "d", 2_000)] {
        tally.apply(&account(2), &content).unwrap();
        let once = tally.clone();
        tally.apply(&account(2), &content).unwrap();
        assert_eq!(tally, once);
    }
}
