use crate::wire::{DecodeError, Layout, Reader, Writer};

/// A member's role, which is also its rank (SPEC.md 15.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads; by default nothing else.
    Observer,
    /// Takes part.
    Member,
    /// Keeps order among members.
    Moderator,
    /// Runs the group.
    Admin,
    /// May do everything that anybody may, and is never outranked. There is always one.
    Owner,
}

impl Role {
    /// Every role, lowest rank first; the position is the role's number on the wire.
    pub const ALL: [Self; 5] =
        [Self::Observer, Self::Member, Self::Moderator, Self::Admin, Self::Owner];
}

impl Layout for Role {
    fn write(&self, w: &mut Writer) {
        w.u8(*self as u8);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = usize::from(u8::read(r)?);
        Self::ALL.get(number).copied().ok_or(DecodeError::OutOfRange)
    }
}

/// Who has a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Members of this role and above.
    AtLeast(Role),
    /// No one.
    Nobody,
}

const NOBODY: u8 = 5;

impl Layout for Level {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::AtLeast(role) => w.put(role),
            Self::Nobody => w.put(&NOBODY),
        };
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut ahead = Reader::new(r.rest());
        if u8::read(&mut ahead)? == NOBODY {
            *r = ahead;
            return Ok(Self::Nobody);
        }
        r.get().map(Self::AtLeast)
    }
}

/// Declares the permissions with their defaults and the lowest and highest level that each may be
/// given: what decides over others is never everybody's, and never nobody's.
macro_rules! permissions {
    ($($(#[$doc:meta])+ $name:ident: $default:ident, $lowest:ident $(, $lockable:ident)?;)+) => {
        /// What the access table decides (SPEC.md 15.2).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Permission { $($(#[$doc])+ $name,)+ }

        impl Permission {
            /// Every permission; the position is its number on the wire.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            const fn default_level(self) -> Level {
                match self { $(Self::$name => Level::AtLeast(Role::$default),)+ }
            }

            /// The lowest role that it can be given to.
            #[must_use]
            pub const fn lowest(self) -> Role {
                match self { $(Self::$name => Role::$lowest,)+ }
            }

            /// Whether it can be taken from everybody.
            #[must_use]
            pub const fn can_be_nobodys(self) -> bool {
                match self { $(Self::$name => permissions!(@lockable $($lockable)?),)+ }
            }
        }
    };
    (@lockable) => { false };
    (@lockable lockable) => { true };
}

permissions! {
    /// Title, description, avatar, extensions.
    EditInfo: Admin, Member;
    /// The expiry timer of messages.
    SetTimer: Admin, Member;
    /// Add and invite.
    AddMember: Admin, Member, lockable;
    /// Remove somebody of a lower rank.
    RemoveMember: Moderator, Moderator;
    /// Approve and deny requests.
    ApproveJoin: Moderator, Moderator;
    /// Create and revoke invite links.
    InviteLink: Admin, Member, lockable;
    /// Give and take roles below one's own.
    SetRole: Admin, Moderator;
    /// Ban and unban.
    Ban: Moderator, Moderator;
    /// Have all keys made anew.
    ResetKeys: Moderator, Member;
    /// This table, announcement mode, slow mode.
    EditAccess: Admin, Moderator;
    /// Write.
    Send: Member, Observer;
    /// Send media.
    SendMedia: Member, Observer, lockable;
    /// Mention everybody.
    MentionAll: Moderator, Observer, lockable;
    /// Pin a message.
    Pin: Moderator, Observer, lockable;
    /// Delete what others wrote.
    DeleteOthers: Moderator, Moderator, lockable;
    /// Begin a call.
    StartCall: Member, Observer, lockable;
    /// Post a story to the group.
    PostStory: Member, Observer, lockable;
}

impl Permission {
    /// Whether announcement mode keeps it to admins.
    #[must_use]
    pub const fn is_announcement(self) -> bool {
        matches!(self, Self::Send | Self::SendMedia | Self::MentionAll | Self::PostStory)
    }

    /// Whether it may be given to this level.
    #[must_use]
    pub fn allows(self, level: Level) -> bool {
        match level {
            Level::AtLeast(role) => role >= self.lowest(),
            Level::Nobody => self.can_be_nobodys(),
        }
    }
}

impl Layout for Permission {
    fn write(&self, w: &mut Writer) {
        w.u8(*self as u8);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let number = usize::from(u8::read(r)?);
        Self::ALL.get(number).copied().ok_or(DecodeError::OutOfRange)
    }
}

/// How many permissions there are.
const PERMISSIONS: usize = Permission::ALL.len();

/// Who may do what in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessTable([Level; PERMISSIONS]);

impl Default for AccessTable {
    fn default() -> Self {
        let mut levels = [Level::Nobody; PERMISSIONS];
        for (level, permission) in levels.iter_mut().zip(Permission::ALL) {
            *level = permission.default_level();
        }
        Self(levels)
    }
}

impl AccessTable {
    /// Who has the permission.
    #[must_use]
    pub fn level(&self, permission: Permission) -> Level {
        self.0.get(permission as usize).copied().unwrap_or(Level::Nobody)
    }

    /// The same table with one row changed; none if the permission cannot have that level.
    #[must_use]
    pub fn with(mut self, permission: Permission, level: Level) -> Option<Self> {
        if !permission.allows(level) {
            return None;
        }
        *self.0.get_mut(permission as usize)? = level;
        Some(self)
    }

    pub(super) fn may(&self, role: Role, permission: Permission) -> bool {
        Level::AtLeast(role) >= self.level(permission)
    }
}

/// One byte a permission, in their order.
impl Layout for AccessTable {
    fn write(&self, w: &mut Writer) {
        for level in &self.0 {
            level.write(w);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Permission::ALL.iter().try_fold(Self::default(), |table, permission| {
            table.with(*permission, r.get()?).ok_or(DecodeError::OutOfRange)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::read_all;

    #[test]
    fn the_default_table_is_one_that_can_be_set() {
        let table = AccessTable::default();
        for permission in Permission::ALL {
            assert!(permission.allows(table.level(*permission)), "{permission:?}");
        }
        let mut w = Writer::new();
        w.put(&table);
        assert_eq!(read_all::<AccessTable>(w.as_slice()), Ok(table));
    }

    #[test]
    fn power_over_others_is_never_everybodys_and_never_nobodys() {
        let table = AccessTable::default();
        for permission in [Permission::RemoveMember, Permission::SetRole, Permission::EditAccess] {
            assert_eq!(table.with(permission, Level::AtLeast(Role::Member)), None);
            assert_eq!(table.with(permission, Level::Nobody), None);
            assert!(table.with(permission, Level::AtLeast(Role::Owner)).is_some());
        }
    }

    #[test]
    fn what_is_nobodys_is_not_even_the_owners() {
        let table = AccessTable::default().with(Permission::AddMember, Level::Nobody).unwrap();
        assert!(!table.may(Role::Owner, Permission::AddMember));
        assert!(table.may(Role::Owner, Permission::EditAccess));
    }

    #[test]
    fn numbers_beyond_the_last_are_refused() {
        assert_eq!(read_all::<Role>(&[5]), Err(DecodeError::OutOfRange));
        assert_eq!(read_all::<Level>(&[5]), Ok(Level::Nobody));
        assert_eq!(read_all::<Level>(&[6]), Err(DecodeError::OutOfRange));
        assert_eq!(read_all::<Permission>(&[17]), Err(DecodeError::OutOfRange));
    }
}
