use alloc::boxed::Box;

use super::super::body::WireBody;
use crate::content::{BodyKind, Media, MessageRef, Text, Violation};
use crate::limits::EDITS;
use crate::wire::proto;
use crate::wire::proto::edit::Replacement as WireReplacement;

/// Another wording of a message, from its author. It names the message as it was first sent,
/// whatever it was edited to since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    target: MessageRef,
    seq: u32,
    replacement: Replacement,
}

/// What a message says after an edit. What it answers and whether it was passed on stays as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replacement {
    /// In place of a text.
    Text(Box<Text>),
    /// In place of files and their caption.
    Media(Box<Media>),
}

impl Edit {
    /// Another wording. `edit_seq` is one more than that of the message's last edit, 1 for the
    /// first, at most [`EDITS`].
    ///
    /// # Errors
    /// [`Violation::EditSeq`], and [`Violation::EditExtra`] when the replacement answers a message,
    /// was passed on, is to be seen once or is a voice note.
    pub fn new(
        target: MessageRef,
        edit_seq: u32,
        replacement: Replacement,
    ) -> Result<Self, Violation> {
        if !(1..=EDITS).contains(&edit_seq) {
            return Err(Violation::EditSeq);
        }
        if replacement.has_extra() {
            return Err(Violation::EditExtra);
        }
        Ok(Self { target, seq: edit_seq, replacement })
    }

    /// The message as it was first sent.
    #[must_use]
    pub const fn target(&self) -> &MessageRef {
        &self.target
    }

    /// Counts the edits of this message.
    #[must_use]
    pub const fn edit_seq(&self) -> u32 {
        self.seq
    }

    /// What it says now.
    #[must_use]
    pub const fn replacement(&self) -> &Replacement {
        &self.replacement
    }
}

impl Replacement {
    /// The kind of messages that it may replace.
    #[must_use]
    pub const fn kind(&self) -> BodyKind {
        match self {
            Self::Text(_) => BodyKind::Text,
            Self::Media(_) => BodyKind::Media,
        }
    }

    fn has_extra(&self) -> bool {
        match self {
            Self::Text(text) => text.quote().is_some() || text.forwarded().is_some(),
            Self::Media(media) => {
                let stays = media.quote().is_some() || media.forwarded().is_some();
                stays || media.is_view_once() || media.is_voice_note()
            }
        }
    }
}

impl From<Text> for Replacement {
    fn from(text: Text) -> Self {
        Self::Text(Box::new(text))
    }
}

impl From<Media> for Replacement {
    fn from(media: Media) -> Self {
        Self::Media(Box::new(media))
    }
}

impl WireBody for Edit {
    type Wire = proto::Edit;

    fn from_wire(wire: proto::Edit) -> Result<Self, Violation> {
        let target = MessageRef::required(wire.target)?;
        let replacement = match wire.replacement.ok_or(Violation::NoReplacement)? {
            WireReplacement::Text(text) => Text::from_wire(text)?.into(),
            WireReplacement::Media(media) => Media::from_wire(media)?.into(),
        };
        Self::new(target, wire.edit_seq, replacement)
    }

    fn to_wire(&self) -> proto::Edit {
        let replacement = match &self.replacement {
            Replacement::Text(text) => WireReplacement::Text(text.to_wire()),
            Replacement::Media(media) => WireReplacement::Media(media.to_wire()),
        };
        proto::Edit {
            target: Some(self.target.to_wire()),
            edit_seq: self.seq,
            replacement: Some(replacement),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Forwarded;
    use crate::content::said::tests::{album, photo, reference, voice, whole_text};
    use alloc::vec;

    fn text() -> Replacement {
        Text::new("meet").unwrap().into()
    }

    #[test]
    fn an_edit_comes_back_as_it_was() {
        for replacement in [text(), Media::new(photo()).unwrap().into()] {
            let edit = Edit::new(reference(), EDITS, replacement).unwrap();
            assert_eq!(Edit::from_wire(edit.to_wire()), Ok(edit));
        }
    }

    #[test]
    fn a_message_is_edited_so_often() {
        let seq = |seq| Edit::new(reference(), seq, text()).err();
        assert_eq!((seq(0), seq(11)), (Some(Violation::EditSeq), Some(Violation::EditSeq)));
        assert_eq!((seq(1), seq(10)), (None, None));
    }

    #[test]
    fn an_edit_changes_what_is_said_and_nothing_else() {
        let once = Media::new(photo()).unwrap().view_once().unwrap();
        let passed_on = Text::new("x").unwrap().forward(None, None).unwrap();
        assert_eq!(passed_on.forwarded(), Some(Forwarded::ONCE));
        for replacement in [
            whole_text().into(),
            passed_on.into(),
            album().into(),
            once.into(),
            Media::new(voice()).unwrap().into(),
            Media::new(photo()).unwrap().forward(vec![photo().pointer().clone()]).unwrap().into(),
        ] {
            let edit: Result<_, _> = Edit::new(reference(), 1, replacement);
            assert_eq!(edit, Err(Violation::EditExtra));
        }
    }

    #[test]
    fn an_edit_has_a_target_and_a_replacement() {
        let good = Edit::new(reference(), 1, text()).unwrap().to_wire();
        let wire = proto::Edit { target: None, ..good.clone() };
        assert_eq!(Edit::from_wire(wire), Err(Violation::Reference));
        let wire = proto::Edit { replacement: None, ..good };
        assert_eq!(Edit::from_wire(wire), Err(Violation::NoReplacement));
    }
}
