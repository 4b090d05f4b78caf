use alloc::vec::Vec;

use prost::Message;
use zeroize::Zeroizing;

use crate::content::body::WireBody;
use crate::content::{Name, SharedKey, Violation, part};
use crate::error::Advice;
use crate::identity::{AccountId, AccountKey};
use crate::limits::CONTACT_LINK_BYTES;
use crate::wire::{DecodeError, decode_extensible, proto};

/// A way to reach an account: said in a conversation, or as bytes in a link or a QR code.
///
/// Who follows it trusts no other account key than this one. With a pre-shared secret (SPEC.md 7.5)
/// the account in turn knows that who writes had the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactLink {
    /// The account.
    pub account: AccountId,
    /// Its account key.
    pub account_key: AccountKey,
    /// A pre-shared secret.
    pub secret: Option<SharedKey>,
    /// What to call the account until its profile is known.
    pub name: Option<Name>,
}

impl ContactLink {
    /// The bytes for a link or a QR code: those of the body. Wiped when dropped.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut wire = self.to_wire();
        let bytes = Zeroizing::new(wire.encode_to_vec());
        drop(Zeroizing::new(core::mem::take(&mut wire.secret)));
        bytes
    }

    /// Reads such bytes.
    ///
    /// # Errors
    /// [`BadLink`] when they are longer than [`CONTACT_LINK_BYTES`], not the strict encoding, or break
    /// a rule.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadLink> {
        if bytes.len() > CONTACT_LINK_BYTES {
            return Err(BadLink::Malformed(DecodeError::TooLarge));
        }
        Ok(Self::from_wire(decode_extensible(bytes)?)?)
    }
}

impl WireBody for ContactLink {
    type Wire = proto::ContactLink;

    fn from_wire(wire: proto::ContactLink) -> Result<Self, Violation> {
        Ok(Self {
            secret: part::present(wire.secret, SharedKey::from_wire)?,
            account: part::account(&wire.account)?,
            account_key: part::account_key(&wire.account_key)?,
            name: Name::from_wire(wire.name)?,
        })
    }

    fn to_wire(&self) -> proto::ContactLink {
        proto::ContactLink {
            account: self.account.as_bytes().to_vec(),
            account_key: self.account_key.as_bytes().to_vec(),
            secret: SharedKey::to_wire(self.secret.as_ref()),
            name: Name::to_wire(self.name.as_ref()),
        }
    }
}

/// Why bytes are no contact link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadLink {
    /// Not the strict encoding of one.
    #[error("the contact link is malformed: {0}")]
    Malformed(#[from] DecodeError),
    /// Well-formed, but it breaks a rule.
    #[error("the contact link breaks a rule: {0}")]
    Rule(#[from] Violation),
}

impl BadLink {
    /// A stable name of this error: that of the rule, if it is a rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "link/malformed",
            Self::Rule(violation) => violation.code(),
        }
    }

    /// What to do about it: a person scanned or followed something that is no contact.
    #[must_use]
    pub const fn advice(&self) -> Advice {
        Advice::ShowToUser
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::NAME_BYTES;
    use alloc::{format, vec};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    fn link() -> ContactLink {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        ContactLink {
            account: AccountId::new(&[7; 64]).unwrap(),
            account_key: crate::identity::AccountKeyPair::generate(&mut rng).public_key(),
            secret: Some(SharedKey::from_bytes([0xab; 32])),
            name: Some(Name::new("x".repeat(NAME_BYTES)).unwrap()),
        }
    }

    #[test]
    fn a_link_comes_back_from_its_bytes() {
        let bytes = link().to_bytes();
        assert_eq!(ContactLink::from_bytes(&bytes), Ok(link()));
        assert!(bytes.len() <= CONTACT_LINK_BYTES);
        assert!(!format!("{:?}", link()).contains("ab"), "{:?}", link());
    }

    #[test]
    fn other_bytes_are_no_link() {
        let bytes = link().to_bytes();
        let cut = ContactLink::from_bytes(&bytes[..bytes.len() - 1]);
        assert_eq!(cut.unwrap_err().code(), "link/malformed");
        let long = ContactLink::from_bytes(&vec![0; CONTACT_LINK_BYTES + 1]);
        assert_eq!(long, Err(BadLink::Malformed(DecodeError::TooLarge)));
        assert_eq!(ContactLink::from_bytes(&[]), Err(BadLink::Rule(Violation::Account)));
    }

    #[test]
    fn the_parts_of_a_link_are_checked() {
        let broken = |change: &dyn Fn(&mut proto::ContactLink)| {
            let mut wire = link().to_wire();
            change(&mut wire);
            ContactLink::from_wire(wire).unwrap_err()
        };
        assert_eq!(broken(&|link| link.account.clear()), Violation::Account);
        assert_eq!(broken(&|link| link.account.push(0)), Violation::Account);
        assert_eq!(broken(&|link| link.account_key.truncate(31)), Violation::AccountKey);
        assert_eq!(broken(&|link| link.account_key = vec![0; 32]), Violation::AccountKey);
        assert_eq!(broken(&|link| link.secret.truncate(31)), Violation::KeyLength);
        assert_eq!(broken(&|link| link.name.push('x')), Violation::NameLength);
    }
}
