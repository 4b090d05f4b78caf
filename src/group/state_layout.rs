use super::access::Role;
use super::authors;
use super::member::{find, is_ascending};
use super::state::{Fields, VOID};
use crate::crypto::{self, Digest, HashLabel};
use crate::limits::{
    GROUP_BANNED, GROUP_EXTENSIONS, GROUP_INVITED, GROUP_LINKS, GROUP_REQUESTS, GROUP_SLOW_MODE,
    GROUP_STATE_BYTES,
};
use crate::wire::{DecodeError, Layout, Reader, Writer};

const VERSION: u8 = 1;

/// What a member takes with ids of 16 bytes; only a first guess for the buffer.
const MEMBER_BYTES: usize = 96;

pub(super) const NONE: Digest = Digest::from_bytes([0; Digest::LEN]);

/// The state's one encoding: hashed, stored, and sent in snapshots (SPEC.md 15.2).
pub(super) fn bytes(fields: &Fields) -> Writer {
    let guess = fields.members.len().saturating_mul(MEMBER_BYTES).saturating_add(4_096);
    let mut w = Writer::with_capacity(guess);
    w.u8(VERSION);
    w.put(fields);
    w
}

pub(super) fn hash(fields: &Fields) -> Digest {
    // Taken out, since nothing in it is secret and wiping costs as much as hashing.
    hash_bytes(&bytes(fields).into_public())
}

pub(super) fn hash_bytes(bytes: &[u8]) -> Digest {
    crypto::hash(HashLabel::GroupState, bytes)
}

pub(super) fn parse(bytes: &[u8]) -> Result<Fields, DecodeError> {
    if bytes.len() > GROUP_STATE_BYTES {
        return Err(DecodeError::TooLarge);
    }
    let mut r = Reader::new(bytes);
    r.version(VERSION)?;
    let fields: Fields = r.get()?;
    r.finish()?;
    check_order(&fields)?;
    if is_reachable(&fields) { Ok(fields) } else { Err(DecodeError::OutOfRange) }
}

impl Layout for Fields {
    fn write(&self, w: &mut Writer) {
        let Self {
            group,
            revision,
            previous,
            last_change,
            key_epoch,
            epoch_commitment,
            created_at,
            clock,
            title,
            description,
            avatar,
            access,
            timer,
            announcement,
            slow_mode,
            protocol_floor,
            terminated,
            members,
            invited,
            requests,
            banned,
            links,
            extensions,
        } = self;
        w.put(group).put(revision).put(previous).put(last_change);
        w.put(key_epoch).put(epoch_commitment).put(created_at).put(clock);
        w.put(title).put(description).put(avatar).put(access).put(timer);
        w.put(announcement).put(slow_mode).put(protocol_floor).put(terminated);
        authors::write(members, w);
        w.list(invited.iter());
        w.list(requests.iter());
        w.list(banned.iter());
        w.list(links.iter());
        w.list(extensions.iter());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            group: r.get()?,
            revision: r.get()?,
            previous: r.get()?,
            last_change: r.get()?,
            key_epoch: r.get()?,
            epoch_commitment: r.get()?,
            created_at: r.get()?,
            clock: r.get()?,
            title: r.get()?,
            description: r.get()?,
            avatar: r.get()?,
            access: r.get()?,
            timer: r.get()?,
            announcement: r.get()?,
            slow_mode: super::action::at_most(r, GROUP_SLOW_MODE.as_secs())?,
            protocol_floor: r.get()?,
            terminated: r.get()?,
            members: authors::read(r)?,
            invited: r.list(GROUP_INVITED)?,
            requests: r.list(GROUP_REQUESTS)?,
            banned: r.list(GROUP_BANNED)?,
            links: r.list(GROUP_LINKS)?,
            extensions: r.list(GROUP_EXTENSIONS)?,
        })
    }
}

fn check_order(fields: &Fields) -> Result<(), DecodeError> {
    let ascending = is_ascending(&fields.members)
        && is_ascending(&fields.invited)
        && is_ascending(&fields.requests)
        && is_ascending(&fields.banned)
        && is_ascending(&fields.links)
        && is_ascending(&fields.extensions);
    if ascending { Ok(()) } else { Err(DecodeError::NotCanonical) }
}

/// What every genesis gives and every change keeps.
fn is_reachable(fields: &Fields) -> bool {
    let first = fields.revision == 0;
    let known = |at: u32| at <= fields.revision;
    let history = first == (fields.previous == NONE)
        && first == (fields.last_change == NONE)
        && fields.key_epoch <= fields.revision
        && fields.timer.version <= fields.revision;
    let times = fields.members.iter().all(|m| known(m.joined_at))
        && fields.invited.iter().all(|i| known(i.at))
        && fields.requests.iter().all(|r| known(r.at))
        && fields.banned.iter().all(|b| known(b.at));
    let begun = fields.key_epoch > 0 || fields.epoch_commitment != VOID;
    let owned = fields.members.iter().any(|m| m.role == Role::Owner);
    history && times && begun && owned && is_disjoint(fields)
}

/// An account is on one of the four lists at most.
fn is_disjoint(fields: &Fields) -> bool {
    let Fields { members, invited, requests, banned, .. } = fields;
    invited.iter().all(|i| find(members, &i.account).is_none())
        && requests
            .iter()
            .all(|r| find(members, &r.account).is_none() && find(invited, &r.account).is_none())
        && banned.iter().all(|b| {
            find(members, &b.account).is_none()
                && find(invited, &b.account).is_none()
                && find(requests, &b.account).is_none()
        })
}
