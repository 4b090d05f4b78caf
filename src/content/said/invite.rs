use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::super::body::WireBody;
use super::words::{Opaque, Words, is_blank};
use crate::content::Violation;
use crate::crypto::{Digest, Secret, constant_time_eq};
use crate::limits::{INVITE_TITLE_BYTES, SENT_AT, THUMBNAIL_BYTES};
use crate::time::Timestamp;
use crate::wire::proto;

/// An invitation to a group by its link. Title and picture are the inviting account's word; the
/// group's state, once it is fetched, says who is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupInvite {
    group: Digest,
    link: GroupLink,
    title: Words<INVITE_TITLE_BYTES>,
    expires_at: Timestamp,
    thumbnail: Option<Opaque<THUMBNAIL_BYTES>>,
}

/// A group's invite link: its id and its secret.
#[derive(Clone)]
pub struct GroupLink {
    id: [u8; 8],
    secret: Secret<32>,
}

impl GroupLink {
    /// A link by its id and secret.
    #[must_use]
    pub const fn new(id: [u8; 8], secret: [u8; 32]) -> Self {
        Self { id, secret: Secret::new(secret) }
    }

    /// The link's id.
    #[must_use]
    pub const fn id(&self) -> &[u8; 8] {
        &self.id
    }

    /// The link's secret.
    #[must_use]
    pub const fn secret(&self) -> &[u8; 32] {
        self.secret.as_bytes()
    }
}

/// In constant time.
impl PartialEq for GroupLink {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && constant_time_eq(self.secret(), other.secret())
    }
}

impl Eq for GroupLink {}

impl fmt::Debug for GroupLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GroupLink(..)")
    }
}

impl GroupInvite {
    /// To the group of this id and title, 1 to [`INVITE_TITLE_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::InviteTitle`] for another length, or when nothing is to be seen.
    pub fn new(
        group: Digest,
        link: GroupLink,
        title: impl Into<String>,
    ) -> Result<Self, Violation> {
        let title = Words::new(title, Violation::InviteTitle)?;
        if is_blank(title.as_str()) {
            return Err(Violation::InviteTitle);
        }
        Ok(Self { group, link, title, expires_at: Timestamp::UNIX_EPOCH, thumbnail: None })
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

    /// The group's id.
    #[must_use]
    pub const fn group(&self) -> &Digest {
        &self.group
    }

    /// The link.
    #[must_use]
    pub const fn link(&self) -> &GroupLink {
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
        let malformed = |_| Violation::GroupLink;
        let group = wire.group_id.as_slice().try_into().map_err(malformed)?;
        let id = wire.link_id.as_slice().try_into().map_err(malformed)?;
        let secret = wire.link_secret.as_slice().try_into().map_err(malformed)?;
        let link = GroupLink::new(id, secret);
        let thumbnail = Opaque::optional(wire.thumbnail, Violation::Thumbnail)?;
        let invite = Self::new(Digest::from_bytes(group), link, wire.title)?;
        let invite = invite.with_expiry(Timestamp::from_millis(wire.expires_at))?;
        Ok(Self { thumbnail, ..invite })
    }

    fn to_wire(&self) -> proto::GroupInvite {
        proto::GroupInvite {
            group_id: self.group.as_bytes().to_vec(),
            link_id: self.link.id.to_vec(),
            link_secret: self.link.secret().to_vec(),
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
        let link = GroupLink::new([2; 8], *b"meet me at nine, the link secret");
        GroupInvite::new(Digest::from_bytes([1; 32]), link, "meet")
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
        let bare = GroupInvite::new(*invite().group(), invite().link().clone(), "x").unwrap();
        for invite in [invite(), bare] {
            assert_eq!(GroupInvite::from_wire(invite.to_wire()), Ok(invite));
        }
    }
}
