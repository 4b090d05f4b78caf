use super::StoryLife;
use crate::content::{Body, Content, StoryTerms};
use crate::error::error_codes;
use crate::time::Timestamp;

/// What a viewer may want to do with a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoryAnswer {
    /// Let the author know that it was seen: the viewer's own decision.
    View,
    /// Answer with words.
    Reply,
    /// Put a sign under it.
    Reaction,
    /// Show it to one's own audience, sealed again and naming its author
    /// ([`StoryTerms::origin`]).
    Reshare,
}

/// Whether a story may be answered so `at` that time (SPEC.md 18.5). Viewers ask before they send;
/// the author, on what came, with the time at which the answer counts as sent
/// ([`crate::content::time_of_sending`]). That it names the story by author, id and hash, and comes
/// from a viewer, is for the caller to see to.
///
/// # Errors
/// [`NoStoryAnswer`] says why not.
pub fn may_answer(
    story: &Content,
    life: StoryLife,
    answer: StoryAnswer,
    at: Timestamp,
) -> Result<(), NoStoryAnswer> {
    let terms = terms(story).ok_or(NoStoryAnswer::NotAStory)?;
    if life.is_over(at) {
        return Err(NoStoryAnswer::Over);
    }
    let allowed = match answer {
        StoryAnswer::View => true,
        StoryAnswer::Reply => terms.replies,
        StoryAnswer::Reaction => terms.reactions,
        StoryAnswer::Reshare => terms.resharing,
    };
    if allowed { Ok(()) } else { Err(NoStoryAnswer::NotAllowed) }
}

fn terms(story: &Content) -> Option<&StoryTerms> {
    match story.body() {
        Body::StoryMedia(media) => Some(media.terms()),
        Body::StoryText(text) => Some(text.terms()),
        _ => None,
    }
}

/// Why a story may not be answered so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoStoryAnswer {
    /// The content is no story.
    #[error("the content is no story")]
    NotAStory,
    /// Its day is over.
    #[error("the story's day is over")]
    Over,
    /// Its author does not want it.
    #[error("the story's author does not want it")]
    NotAllowed,
}

error_codes!(NoStoryAnswer {
    Self::NotAStory => ("story-answer/not-a-story", FixCaller),
    Self::Over => ("story-answer/over", Drop),
    Self::NotAllowed => ("story-answer/not-allowed", Drop),
});
