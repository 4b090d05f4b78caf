use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::ProfileRule;
use crate::limits::{
    PROFILE_ABOUT_BYTES, PROFILE_AVATAR_BYTES, PROFILE_NAME_BYTES, PROFILE_STATUS_BYTES,
};
use crate::wire::{DecodeError, Reader, Writer, controls_display};

/// What an account shows of itself. Valid by construction; still a stranger's words: escape them.
#[derive(Clone, PartialEq, Eq)]
pub struct Profile {
    name: String,
    about: String,
    status: String,
    avatar: Vec<u8>,
}

impl Profile {
    /// A profile that shows a name: 1 to [`PROFILE_NAME_BYTES`] bytes on one line.
    ///
    /// # Errors
    /// [`ProfileRule`].
    pub fn new(name: impl Into<String>) -> Result<Self, ProfileRule> {
        let name = line(name.into(), PROFILE_NAME_BYTES)?;
        if name.is_empty() {
            return Err(ProfileRule::EmptyName);
        }
        Ok(Self { name, about: String::new(), status: String::new(), avatar: Vec::new() })
    }

    /// With some words about oneself: at most [`PROFILE_ABOUT_BYTES`] bytes; lines may break.
    ///
    /// # Errors
    /// [`ProfileRule`].
    pub fn with_about(self, about: impl Into<String>) -> Result<Self, ProfileRule> {
        let about = lines(about.into(), PROFILE_ABOUT_BYTES)?;
        Ok(Self { about, ..self })
    }

    /// With a status, such as an emoji: at most [`PROFILE_STATUS_BYTES`] bytes on one line.
    ///
    /// # Errors
    /// [`ProfileRule`].
    pub fn with_status(self, status: impl Into<String>) -> Result<Self, ProfileRule> {
        let status = line(status.into(), PROFILE_STATUS_BYTES)?;
        Ok(Self { status, ..self })
    }

    /// With a picture: an encoded media pointer (SPEC.md 12.4) of at most [`PROFILE_AVATAR_BYTES`]
    /// bytes. It is carried as it is.
    ///
    /// # Errors
    /// [`ProfileRule::TooLong`].
    pub fn with_avatar(self, pointer: Vec<u8>) -> Result<Self, ProfileRule> {
        if pointer.len() > PROFILE_AVATAR_BYTES {
            return Err(ProfileRule::TooLong);
        }
        Ok(Self { avatar: pointer, ..self })
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Words about oneself; empty if there are none.
    #[must_use]
    pub fn about(&self) -> &str {
        &self.about
    }

    /// The status; empty if there is none.
    #[must_use]
    pub fn status(&self) -> &str {
        &self.status
    }

    /// The encoded media pointer of the picture, if there is one.
    #[must_use]
    pub fn avatar(&self) -> Option<&[u8]> {
        (!self.avatar.is_empty()).then_some(&self.avatar)
    }

    /// Reads what [`Profile::write`] wrote: structure first, then the rules.
    pub(super) fn parse(r: &mut Reader<'_>) -> Result<Result<Self, ProfileRule>, DecodeError> {
        let (name, about, status) = (text(r)?, text(r)?, text(r)?);
        let avatar = r.var(usize::from(u16::MAX))?.to_vec();
        Ok(Self::new(name)
            .and_then(|profile| profile.with_about(about))
            .and_then(|profile| profile.with_status(status))
            .and_then(|profile| profile.with_avatar(avatar)))
    }

    pub(super) fn write(&self, w: &mut Writer) {
        let Self { name, about, status, avatar } = self;
        for bytes in [name.as_bytes(), about.as_bytes(), status.as_bytes(), avatar] {
            w.var(bytes);
        }
    }
}

/// Without what it says.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").finish_non_exhaustive()
    }
}

fn text(r: &mut Reader<'_>) -> Result<String, DecodeError> {
    let bytes = r.var(usize::from(u16::MAX))?;
    core::str::from_utf8(bytes).map(Into::into).map_err(|_| DecodeError::NotCanonical)
}

fn line(text: String, limit: usize) -> Result<String, ProfileRule> {
    if text.contains('\n') { Err(ProfileRule::Control) } else { lines(text, limit) }
}

fn lines(text: String, limit: usize) -> Result<String, ProfileRule> {
    if text.len() > limit {
        return Err(ProfileRule::TooLong);
    }
    if text.chars().any(|c| c != '\n' && controls_display(c)) {
        return Err(ProfileRule::Control);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn texts_have_limits() {
        let named = || Profile::new("Alice").unwrap();
        let x = |len| "x".repeat(len);
        assert_eq!(Profile::new(""), Err(ProfileRule::EmptyName));
        assert!(Profile::new(x(PROFILE_NAME_BYTES)).is_ok());
        assert_eq!(Profile::new(x(PROFILE_NAME_BYTES + 1)), Err(ProfileRule::TooLong));
        assert!(named().with_about(x(PROFILE_ABOUT_BYTES)).is_ok());
        assert_eq!(named().with_about(x(PROFILE_ABOUT_BYTES + 1)), Err(ProfileRule::TooLong));
        assert!(named().with_status(x(PROFILE_STATUS_BYTES)).is_ok());
        assert_eq!(named().with_status(x(PROFILE_STATUS_BYTES + 1)), Err(ProfileRule::TooLong));
        assert!(named().with_avatar(vec![1; PROFILE_AVATAR_BYTES]).is_ok());
        let over = named().with_avatar(vec![1; PROFILE_AVATAR_BYTES + 1]);
        assert_eq!(over, Err(ProfileRule::TooLong));
    }

    #[test]
    fn nothing_plays_with_how_a_name_is_shown() {
        for c in ['\0', '\n', '\u{85}', '\u{202e}', '\u{2066}', '\u{2028}'] {
            assert_eq!(Profile::new(format!("a{c}b")), Err(ProfileRule::Control), "{c:?}");
        }
        assert!(Profile::new("Zoë عائلة 👩‍👧").is_ok());
        assert!(Profile::new("A").unwrap().with_about("one\ntwo").is_ok());
        assert_eq!(Profile::new("A").unwrap().with_status("a\nb"), Err(ProfileRule::Control));
    }

    #[test]
    fn what_a_profile_says_is_not_printed() {
        let profile = Profile::new("Alice").unwrap().with_about("gone fishing").unwrap();
        assert_eq!(format!("{profile:?}"), "Profile { .. }");
    }

    /// Whether it is a profile; if so, it encodes to the same bytes.
    fn parses(bytes: &[u8]) -> bool {
        let mut r = Reader::new(bytes);
        let Ok(Ok(profile)) = Profile::parse(&mut r) else { return false };
        let rest = r.rest().len();
        let mut w = Writer::new();
        profile.write(&mut w);
        assert_eq!(w.as_slice(), &bytes[..bytes.len() - rest]);
        true
    }

    proptest! {
        #[test]
        fn damaged_bytes_are_no_profile_or_the_only_encoding_of_one(
            avatar in prop::collection::vec(any::<u8>(), 0..9),
            changes in prop::collection::vec((0usize..32, any::<u8>()), 0..4),
            cut in 0usize..32,
        ) {
            let profile = Profile::new("Zo\u{eb}").unwrap().with_about("one\ntwo").unwrap();
            let profile = profile.with_status("x").unwrap().with_avatar(avatar).unwrap();
            let mut w = Writer::new();
            profile.write(&mut w);
            let mut bytes = w.as_slice().to_vec();
            prop_assert!(parses(&bytes));
            for (at, byte) in changes {
                let at = at % bytes.len();
                bytes[at] = byte;
            }
            parses(&bytes);
            parses(&bytes[..cut.min(bytes.len())]);
        }

        #[test]
        fn any_bytes_are_no_profile_or_the_only_encoding_of_one(bytes: Vec<u8>) {
            parses(&bytes);
        }
    }
}
