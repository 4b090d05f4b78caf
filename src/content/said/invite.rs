use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::super::body::WireBody;
use super::words::{Opaque, Words, is_blank};
use crate::content::Violation;
use crate::crypto::constant_time_eq;
use crate::group::LinkSecret;
use crate::limits::{INVITE_TITLE_BYTES, SENT_AT, THUMBNAIL_BYTES};
use crate::time::Timestamp;
use crate::wire::proto;

/// Bytes of the parts of a link: group, link, secret.
const LINK_PARTS: [usize; 3] = [32, 8, 32];

/// An invitation to a group by its link. Title and picture are the inviting account's word; the
/// group's state, once it is fetched, says who is in it.
#[derive(Clone, Debug)]
pub struct GroupInvite {
    link: LinkSecret,
    title: Words<INVITE_TITLE_BYTES>,
    expires_at: Timestamp,
    thumbnail: Option<Opaque<THUMBNAIL_BYTES>>,
}

/// The link in constant time.
impl PartialEq for GroupInvite {
    fn eq(&self, other: &Self) -> bool {
        let Self { link, title, expires_at, thumbnail } = self;
        constant_time_eq(&link.to_bytes(), &other.link.to_bytes())
            && (title, expires_at, thumbnail) == (&other.title, &other.expires_at, &other.thumbnail)
    }
}

impl Eq for GroupInvite {}

impl GroupInvite {
    /// To the group of this link, by its title, 1 to [`INVITE_TITLE_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::InviteTitle`] for another length, or when nothing is to be seen.
    pub fn new(link: LinkSecret, title: impl Into<String>) -> Result<Self, Violation> {
        let title = Words::new(title, Violation::InviteTitle)?;
        if is_blank(title.as_str()) {
            return Err(Violation::InviteTitle);
        }
        Ok(Self { link, title, expires_at: Timestamp::UNIX_EPOCH, thumbnail: None })
    }

    /// With the time at which the link ends.
    ///
    /// # Errors
    /// [`Violation::InviteExpiry`] later than [`SENT_AT`].
    pub fn with_expiry(mut self, expires_at: Timestamp) -> Result<Self, Violation> {
        if expires_at.since(Timestamp::UNIX_EPOCH) > SENT_AT {
            return Err(Violation::InviteExpiry);
        }
        self.expires_at = expires_at;
        Ok(self)
    }

    /// With a small picture of the group, 1 to [`THUMBNAIL_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::Thumbnail`].
    pub fn with_thumbnail(mut self, bytes: impl Into<Vec<u8>>) -> Result<Self, Violation> {
        self.thumbnail = Some(Opaque::new(bytes, Violation::Thumbnail)?);
        Ok(self)
    }

    /// The link, which names the group.
    #[must_use]
    pub const fn link(&self) -> &LinkSecret {
        &self.link
    }

    /// The group's title as the inviting account knows it.
    #[must_use]
    pub fn title(&self) -> &str {
        self.title.as_str()
    }

    /// When the link ends.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        (self.expires_at != Timestamp::UNIX_EPOCH).then_some(self.expires_at)
    }

    /// A small picture of the group.
    #[must_use]
    pub fn thumbnail(&self) -> Option<&[u8]> {
        self.thumbnail.as_ref().map(Opaque::as_bytes)
    }
}

impl WireBody for GroupInvite {
    type Wire = proto::GroupInvite;

    fn from_wire(wire: proto::GroupInvite) -> Result<Self, Violation> {
        if [wire.group_id.len(), wire.link_id.len(), wire.link_secret.len()] != LINK_PARTS {
            return Err(Violation::GroupLink);
        }
        let link = Zeroizing::new([wire.group_id, wire.link_id, wire.link_secret].concat());
        let link = LinkSecret::from_bytes(&link).map_err(|_| Violation::GroupLink)?;
        let thumbnail = Opaque::optional(wire.thumbnail, Violation::Thumbnail)?;
        let invite = Self::new(link, wire.title)?;
        let invite = invite.with_expiry(Timestamp::from_millis(wire.expires_at))?;
        Ok(Self { thumbnail, ..invite })
    }

    fn to_wire(&self) -> proto::GroupInvite {
        let link = self.link.to_bytes();
        let (group_id, rest) = link.split_at_checked(LINK_PARTS[0]).unwrap_or_default();
        let (link_id, link_secret) = rest.split_at_checked(LINK_PARTS[1]).unwrap_or_default();
        proto::GroupInvite {
            group_id: group_id.to_vec(),
            link_id: link_id.to_vec(),
            link_secret: link_secret.to_vec(),
            title: self.title().into(),
            expires_at: self.expires_at.as_millis(),
            thumbnail: Opaque::to_wire(self.thumbnail.as_ref()),
        }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::*;
    use alloc::vec;

    pub(in crate::content) fn invite() -> GroupInvite {
        let link = [&[1; 32][..], &[2; 8], b"meet me at nine, the link secret"].concat();
        GroupInvite::new(LinkSecret::from_bytes(&link).unwrap(), "meet")
            .unwrap()
            .with_expiry(Timestamp::from_secs(1_900_000_000))
            .unwrap()
            .with_thumbnail(*b"meet")
            .unwrap()
    }

    #[test]
    fn an_invite_is_checked() {
        let broken = |change: &dyn Fn(&mut proto::GroupInvite)| {
            let mut wire = invite().to_wire();
            change(&mut wire);
            GroupInvite::from_wire(wire).err()
        };
        assert_eq!(broken(&|_| {}), None);
        let link = Some(Violation::GroupLink);
        assert_eq!(broken(&|w| w.group_id.truncate(31)), link);
        assert_eq!(broken(&|w| w.link_id.push(1)), link);
        assert_eq!(broken(&|w| w.link_secret.clear()), link);
        let title = Some(Violation::InviteTitle);
        assert_eq!(broken(&|w| w.title.clear()), title);
        assert_eq!(broken(&|w| w.title = " ".into()), title);
        assert_eq!(broken(&|w| w.title = "x".repeat(INVITE_TITLE_BYTES)), None);
        assert_eq!(broken(&|w| w.title = "x".repeat(INVITE_TITLE_BYTES + 1)), title);
        assert_eq!(broken(&|w| w.expires_at = 253_402_300_799_999), None);
        let expiry = Some(Violation::InviteExpiry);
        assert_eq!(broken(&|w| w.expires_at = 253_402_300_800_000), expiry);
        let thumbnail = |len| broken(&|w| w.thumbnail = vec![1; len]);
        assert_eq!(thumbnail(THUMBNAIL_BYTES), None);
        assert_eq!(thumbnail(THUMBNAIL_BYTES + 1), Some(Violation::Thumbnail));
    }

    #[test]
    fn an_invite_comes_back_as_it_was() {
        let bare = GroupInvite::new(invite().link().clone(), "x").unwrap();
        for invite in [invite(), bare] {
            assert_eq!(GroupInvite::from_wire(invite.to_wire()), Ok(invite));
        }
    }
}
