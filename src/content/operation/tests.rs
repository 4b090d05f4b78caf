//! One of each operation, for the tests of all contents.

use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

use super::{AdminDelete, Delete, Edit, ExpiryTimer, Pin, Reaction, Unpin};
use crate::content::said::tests::{photo, reference};
use crate::content::{Body, Emoji, Expiry, Media, Text};

pub(in crate::content) fn every_operation() -> Vec<Body> {
    let target = reference;
    let caption = Media::new(photo()).unwrap().with_caption("meet", vec![], vec![]).unwrap();
    let text = Text::new("meet me").unwrap();
    let expiry = Expiry::new(Duration::from_mins(1), 3).unwrap();
    vec![
        Reaction::new(target(), Emoji::new("👋🏽").unwrap()).into(),
        Reaction::remove(target()).into(),
        Edit::new(target(), 1, text.into()).unwrap().into(),
        Edit::new(target(), 10, caption.into()).unwrap().into(),
        Delete { target: target() }.into(),
        AdminDelete { target: target() }.into(),
        Pin::new(target()).into(),
        Pin::for_time(target(), Duration::from_mins(1)).unwrap().into(),
        Unpin { target: target() }.into(),
        ExpiryTimer { expiry }.into(),
    ]
}
