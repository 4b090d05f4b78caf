use alloc::vec;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::super::said::tests as said;
use super::*;
use crate::content::{Body, Emoji, LinkPreview, MessageId, Violation};
use crate::limits::{CAPTION_BYTES, STORY_TEXT_BYTES, TEXT_BYTES};

fn terms() -> StoryTerms {
    StoryTerms { replies: true, reactions: true, resharing: true, origin: Some(said::reference()) }
}

fn background() -> StoryBackground {
    StoryBackground::gradient([(Colour(0xff00_0000), 0), (Colour(0xffff_ffff), 100)], 45).unwrap()
}

fn words(text: &str) -> Result<StoryText, Violation> {
    StoryText::new(text, background(), terms())
}

fn target() -> crate::content::MessageRef {
    said::reference()
}

/// One body of every kind, with everything set.
pub(in crate::content) fn every_story() -> Vec<Body> {
    let media = StoryMedia::new(said::photo(), terms()).unwrap();
    let preview = LinkPreview::new("https://example.org/").unwrap();
    let text = words("see https://example.org/").unwrap().with_preview(preview).unwrap();
    let wave = Some(Emoji::new("👋").unwrap());
    vec![
        media.with_caption("a caption", vec![], vec![]).unwrap().into(),
        text.with_font(StoryFont::Serif, Colour(0xff11_2233)).into(),
        StoryView::new([MessageId::from_bytes([1; 16])]).unwrap().into(),
        StoryReply::new(target(), "well done").unwrap().into(),
        StoryReaction { target: target(), emoji: wave }.into(),
        StoryDelete { target: target() }.into(),
    ]
}

#[test]
fn words_have_a_limit() {
    assert_eq!(words(""), Err(Violation::StoryText));
    assert!(words(&"x".repeat(STORY_TEXT_BYTES)).is_ok());
    assert_eq!(words(&"x".repeat(STORY_TEXT_BYTES + 1)), Err(Violation::StoryText));
    let reply = |text: &str| StoryReply::new(target(), text);
    assert_eq!(reply(""), Err(Violation::StoryReply));
    assert!(reply(&"x".repeat(TEXT_BYTES)).is_ok());
    assert_eq!(reply(&"x".repeat(TEXT_BYTES + 1)), Err(Violation::StoryReply));
    let media = || StoryMedia::new(said::photo(), terms()).unwrap();
    let long = "x".repeat(CAPTION_BYTES + 1);
    assert_eq!(media().with_caption(long, vec![], vec![]), Err(Violation::Caption));
}

#[test]
fn a_story_shows_pictures_and_films() {
    assert_eq!(StoryMedia::new(said::voice(), terms()), Err(Violation::StoryMedia));
}

#[test]
fn a_preview_leads_where_the_words_do() {
    let preview = LinkPreview::new("https://example.org/").unwrap();
    let refused = words("no link").unwrap().with_preview(preview);
    assert_eq!(refused, Err(Violation::PreviewNotInText));
}

#[test]
fn what_must_be_there_is() {
    let Body::StoryText(text) = every_story().remove(1) else { panic!() };
    let changed = |change: &dyn Fn(&mut crate::wire::proto::StoryText)| {
        let mut wire = text.to_wire();
        change(&mut wire);
        StoryText::from_wire(wire).err()
    };
    assert_eq!(changed(&|wire| wire.text = None), Some(Violation::StoryText));
    assert_eq!(changed(&|wire| wire.background = None), Some(Violation::StoryBackground));
    assert_eq!(changed(&|wire| wire.terms = None), Some(Violation::StoryTerms));
    assert_eq!(changed(&|wire| wire.font = 77), None, "a font that we do not know is the default");
    let Body::StoryMedia(media) = every_story().remove(0) else { panic!() };
    let mut wire = media.to_wire();
    wire.item = None;
    assert_eq!(StoryMedia::from_wire(wire), Err(Violation::NoMediaObject));
}

#[test]
fn a_reaction_without_a_sign_takes_the_earlier_one_back() {
    let none = StoryReaction { target: target(), emoji: None };
    assert_eq!(StoryReaction::from_wire(none.to_wire()), Ok(none.clone()));
    let wire = crate::wire::proto::StoryReaction { emoji: "two".into(), ..none.to_wire() };
    assert_eq!(StoryReaction::from_wire(wire), Err(Violation::Emoji));
}
