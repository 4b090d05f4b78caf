//! What several bodies are made of.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::RangeInclusive;

use super::Violation;
use super::frame::check_sent_at;
use crate::crypto::Digest;
use crate::identity::{AccountId, AccountKey, DeviceId};
use crate::limits::NAME_BYTES;
use crate::time::Timestamp;

/// Declares an enumeration with the variants of the generated one of the same name: where a number
/// out of range is refused, or where it counts as the default.
macro_rules! wire_enum {
    ($(#[$meta:meta])* $name:ident or default { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            pub(in crate::content) fn from_wire(number: i32) -> Self {
                use $crate::wire::proto::$name as Wire;
                match Wire::try_from(number) {
                    $(Ok(Wire::$variant) => Self::$variant,)+
                    Err(_) => Self::default(),
                }
            }

            pub(in crate::content) const fn to_wire(self) -> i32 {
                use $crate::wire::proto::$name as Wire;
                match self { $(Self::$variant => Wire::$variant as i32,)+ }
            }
        }
    };
    ($(#[$meta:meta])* $name:ident or $violation:ident { $($(#[$doc:meta])* $variant:ident,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            pub(in crate::content) fn from_wire(
                number: i32,
            ) -> Result<Self, $crate::content::Violation> {
                use $crate::wire::proto::$name as Wire;
                match Wire::try_from(number) {
                    $(Ok(Wire::$variant) => Ok(Self::$variant),)+
                    Ok(Wire::Unspecified) | Err(_) => Err($crate::content::Violation::$violation),
                }
            }

            pub(in crate::content) const fn to_wire(self) -> i32 {
                use $crate::wire::proto::$name as Wire;
                match self { $(Self::$variant => Wire::$variant as i32,)+ }
            }
        }
    };
}

pub(super) use wire_enum;

/// What somebody calls a person, a device or a list: 1 to [`NAME_BYTES`] bytes of UTF-8. Never
/// printed by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Takes a name.
    ///
    /// # Errors
    /// [`Violation::NameLength`] when it is empty or longer than [`NAME_BYTES`].
    pub fn new(name: impl Into<String>) -> Result<Self, Violation> {
        let name = name.into();
        if (1..=NAME_BYTES).contains(&name.len()) {
            Ok(Self(name))
        } else {
            Err(Violation::NameLength)
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An absent name is encoded as an empty one.
    pub(super) fn from_wire(name: String) -> Result<Option<Self>, Violation> {
        if name.is_empty() { Ok(None) } else { Self::new(name).map(Some) }
    }

    pub(super) fn to_wire(name: Option<&Self>) -> String {
        name.map_or_else(String::new, |name| name.0.clone())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({} bytes)", self.0.len())
    }
}

pub(super) fn account(bytes: &[u8]) -> Result<AccountId, Violation> {
    AccountId::new(bytes).map_err(|_| Violation::Account)
}

pub(super) fn account_key(bytes: &[u8]) -> Result<AccountKey, Violation> {
    let bytes = bytes.try_into().map_err(|_| Violation::AccountKey)?;
    AccountKey::from_bytes(bytes).map_err(|_| Violation::AccountKey)
}

pub(super) fn device(id: u32) -> Result<DeviceId, Violation> {
    DeviceId::new(id).ok_or(Violation::Device)
}

pub(super) fn group(id: &[u8]) -> Result<Digest, Violation> {
    id.try_into().map(Digest::from_bytes).map_err(|_| Violation::GroupBinding)
}

/// A point in time that can be shown and stored.
pub(super) fn time(millis: u64) -> Result<Timestamp, Violation> {
    check_sent_at(Timestamp::from_millis(millis)).map_err(|_| Violation::Time)
}

/// Empty bytes are how an absent field is encoded.
pub(super) fn present<T>(
    bytes: Vec<u8>,
    read: impl FnOnce(Vec<u8>) -> Result<T, Violation>,
) -> Result<Option<T>, Violation> {
    if bytes.is_empty() { Ok(None) } else { read(bytes).map(Some) }
}

pub(super) fn accounts(wire: &[Vec<u8>]) -> Result<Vec<AccountId>, Violation> {
    wire.iter().map(|bytes| account(bytes)).collect()
}

pub(super) fn account_bytes(accounts: &[AccountId]) -> Vec<Vec<u8>> {
    accounts.iter().map(|account| account.as_bytes().to_vec()).collect()
}

/// Puts a list of ours in order.
pub(super) fn sorted<T, K: Ord>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort_by_key(key);
    items
}

/// Lists have a number of entries and each entry once, in order, so that a list has one encoding.
pub(super) fn check_list<T, K: Ord>(
    items: &[T],
    count: RangeInclusive<usize>,
    key: impl Fn(&T) -> K,
) -> Result<(), Violation> {
    if !count.contains(&items.len()) {
        return Err(Violation::ListCount);
    }
    if !items.is_sorted_by(|a, b| key(a) < key(b)) {
        return Err(Violation::ListOrder);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_name_has_one_byte_to_its_limit_and_is_not_printed() {
        assert_eq!(Name::new(""), Err(Violation::NameLength));
        assert!(Name::new("x".repeat(NAME_BYTES)).is_ok());
        assert_eq!(Name::new("x".repeat(NAME_BYTES + 1)), Err(Violation::NameLength));
        assert_eq!(Name::from_wire(String::new()), Ok(None));
        assert_eq!(format!("{:?}", Name::new("Alice").unwrap()), "Name(5 bytes)");
    }

    #[test]
    fn a_list_is_counted_and_ascends() {
        let check = |items: &[u8]| check_list(items, 1..=3, |item| *item);
        assert_eq!(check(&[]), Err(Violation::ListCount));
        assert_eq!(check(&[1, 2, 3]), Ok(()));
        assert_eq!(check(&[1, 2, 3, 4]), Err(Violation::ListCount));
        assert_eq!(check(&[2, 1]), Err(Violation::ListOrder));
        assert_eq!(check(&[1, 1]), Err(Violation::ListOrder));
    }
}
