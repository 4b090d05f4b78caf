//! One of each of what people say, for the tests of all contents.

use alloc::vec;
use alloc::vec::Vec;

pub(in crate::content) use super::media::tests::{album, photo, voice};
pub(in crate::content) use super::poll::tests::{poll, quiz, vote};
pub(in crate::content) use super::reference::tests::reference;
pub(in crate::content) use super::text::tests::whole_text;
use super::{Media, PollClose, PollOption};
use crate::content::Body;

/// Everything that can be set is, and what is said is "meet", in words and as bytes.
pub(in crate::content) fn every_said() -> Vec<Body> {
    vec![
        whole_text().into(),
        album().into(),
        Media::new(voice()).unwrap().view_once().unwrap().into(),
        super::sticker::tests::sticker().into(),
        super::contact::tests::card().into(),
        super::location::tests::place().into(),
        super::invite::tests::invite().into(),
        poll().into(),
        quiz().into(),
        vote().into(),
        PollOption::new(reference(), "meet elsewhere").unwrap().into(),
        PollClose { poll: reference() }.into(),
    ]
}
