use super::super::reference::tests::reference;
use super::*;
use alloc::vec;
use alloc::{format, string::ToString};

pub(in crate::content) fn poll() -> Poll {
    Poll::new("Where shall we meet?", ["meet here", "meet there", "nowhere"])
        .unwrap()
        .with_closes_at(Timestamp::from_secs(1_900_000_000))
        .unwrap()
        .hide_voters()
        .open()
        .unwrap()
        .with_max_choices(12)
        .unwrap()
}

pub(in crate::content) fn quiz() -> Poll {
    Poll::new("meet?", ["yes", "no"]).unwrap().with_correct("no").unwrap()
}

pub(in crate::content) fn vote() -> PollVote {
    PollVote::new(reference(), ["meet there", "nowhere"].map(OptionId::of), 3).unwrap()
}

fn broken(change: impl FnOnce(&mut proto::Poll)) -> Option<Violation> {
    let mut wire = poll().to_wire();
    change(&mut wire);
    Poll::from_wire(wire).err()
}

#[test]
fn a_poll_comes_back_as_it_was() {
    for poll in [poll(), quiz(), Poll::new("?", ["a", "b"]).unwrap()] {
        assert_eq!(Poll::from_wire(poll.to_wire()), Ok(poll));
    }
}

#[test]
fn a_question_can_be_seen() {
    let rule = Some(Violation::PollQuestion);
    assert_eq!(broken(|w| w.question.clear()), rule);
    assert_eq!(broken(|w| w.question = " \n".into()), rule);
    assert_eq!(broken(|w| w.question = "x".repeat(POLL_QUESTION_BYTES)), None);
    assert_eq!(broken(|w| w.question = "x".repeat(POLL_QUESTION_BYTES + 1)), rule);
}

#[test]
fn there_are_two_to_twelve_different_answers() {
    let of = |count: usize| broken(|w| w.options = (0..count).map(|i| i.to_string()).collect());
    let rule = Some(Violation::PollOptionCount);
    assert_eq!([of(0), of(1), of(2), of(12), of(13)], [rule, rule, None, None, rule]);
    let twice = |w: &mut proto::Poll| w.options = ["a", "b", "a"].map(Into::into).to_vec();
    assert_eq!(broken(twice), Some(Violation::PollOptionTwice));
    for text in ["", "\u{200b}", &"x".repeat(POLL_OPTION_BYTES + 1)] {
        assert_eq!(broken(|w| w.options[1] = text.into()), Some(Violation::PollOption));
    }
    assert_eq!(broken(|w| w.options[1] = "x".repeat(POLL_OPTION_BYTES)), None);
}

#[test]
fn a_vote_names_no_more_than_there_are() {
    let rule = Some(Violation::PollChoices);
    assert_eq!(broken(|w| w.max_choices = 0), rule);
    assert_eq!(broken(|w| w.max_choices = 13), rule);
    assert_eq!(broken(|w| w.open = false), rule, "12 choices among three answers");
    assert_eq!(broken(|w| (w.open, w.max_choices) = (false, 3)), None);
    assert_eq!(broken(|w| (w.open, w.max_choices) = (false, 4)), rule);
}

#[test]
fn a_quiz_has_one_right_answer_that_is_there() {
    let broken = |change: &dyn Fn(&mut proto::Poll)| {
        let mut wire = quiz().to_wire();
        change(&mut wire);
        Poll::from_wire(wire).err()
    };
    let rule = Some(Violation::PollQuiz);
    assert_eq!(broken(&|w| w.correct.truncate(15)), rule);
    assert_eq!(broken(&|w| w.correct[0] ^= 1), rule);
    assert_eq!(broken(&|w| w.open = true), rule);
    assert_eq!(broken(&|w| w.max_choices = 2), rule);
}

#[test]
fn a_poll_ends_before_the_year_10000() {
    assert_eq!(broken(|w| w.closes_at = 253_402_300_799_999), None);
    assert_eq!(broken(|w| w.closes_at = 253_402_300_800_000), Some(Violation::PollClosing));
}

#[test]
fn a_vote_is_checked() {
    let broken = |change: &dyn Fn(&mut proto::PollVote)| {
        let mut wire = vote().to_wire();
        change(&mut wire);
        PollVote::from_wire(wire).err()
    };
    assert_eq!(broken(&|_| {}), None);
    assert_eq!(broken(&|w| w.options.clear()), None, "a vote is taken back");
    assert_eq!(broken(&|w| w.poll = None), Some(Violation::Reference));
    assert_eq!(broken(&|w| w.vote_count = 0), Some(Violation::VoteCount));
    let rule = Some(Violation::VoteOptions);
    assert_eq!(broken(&|w| w.options.truncate(31)), rule);
    assert_eq!(broken(&|w| w.options.rotate_left(16)), rule);
    assert_eq!(broken(&|w| w.options = vec![1; 32]), rule);
    let many = |count: u8| (0..count).flat_map(|i| [i; 16]).collect();
    assert_eq!(broken(&|w| w.options = many(12)), None);
    assert_eq!(broken(&|w| w.options = many(13)), rule);
}

#[test]
fn an_added_answer_is_one() {
    let option = |text: &str| PollOption::new(reference(), text);
    assert_eq!(option("meet").unwrap().text(), "meet");
    assert_eq!(option(" "), Err(Violation::PollOption));
    let wire = proto::PollOption { poll: None, text: "x".into() };
    assert_eq!(PollOption::from_wire(wire), Err(Violation::Reference));
    assert_eq!(PollClose::from_wire(proto::PollClose::default()), Err(Violation::Reference));
}

#[test]
fn an_answer_is_named_by_its_text() {
    assert_eq!(OptionId::of("a"), OptionId::of("a"));
    assert_ne!(OptionId::of("a"), OptionId::of("b"));
    assert!(!format!("{:?}", poll()).contains("meet"));
}
