use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::body::WireBody;
use super::MediaPointer;
use super::words::{Words, is_blank};
use crate::content::Violation;
use crate::crypto::{Digest, HashLabel, hash};
use crate::identity::{AccountId, AccountKey};
use crate::limits::{
    CONTACT_DETAIL_BYTES, CONTACT_DETAILS, CONTACT_LABEL_BYTES, CONTACT_NAME_BYTES,
};
use crate::wire::proto;

type Name = Words<CONTACT_NAME_BYTES>;

/// Somebody's or something's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCard {
    name: Name,
    given_name: Option<Name>,
    family_name: Option<Name>,
    organisation: Option<Name>,
    details: Vec<ContactDetail>,
    avatar: Option<Box<MediaPointer>>,
    account: Option<Box<ContactAccount>>,
}

/// One way to reach a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactDetail {
    kind: ContactDetailKind,
    value: Words<CONTACT_DETAIL_BYTES>,
    label: Option<Words<CONTACT_LABEL_BYTES>>,
}

/// Which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContactDetailKind {
    /// Another, or one that this version does not know.
    #[default]
    Other,
    /// A telephone number.
    Phone,
    /// An email address.
    Email,
    /// Of a house.
    Address,
    /// A website.
    Website,
}

/// A contact's account as the card's sender knows it. A hint: who writes to it still verifies
/// (SPEC.md 5.9).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContactAccount {
    /// The account.
    pub id: AccountId,
    /// [`ContactAccount::fingerprint_of`] the account's key.
    pub fingerprint: Option<Digest>,
}

impl ContactAccount {
    /// Names a key: `Hash("account-key", key)`.
    #[must_use]
    pub fn fingerprint_of(key: &AccountKey) -> Digest {
        hash(HashLabel::AccountKey, key.as_bytes())
    }

    fn from_wire(wire: &proto::ContactAccount) -> Result<Self, Violation> {
        let id = AccountId::new(&wire.account).map_err(|_| Violation::ContactAccount)?;
        let fingerprint = match wire.fingerprint.as_slice() {
            [] => None,
            bytes => {
                let bytes = bytes.try_into().map_err(|_| Violation::ContactAccount)?;
                Some(Digest::from_bytes(bytes))
            }
        };
        Ok(Self { id, fingerprint })
    }

    fn to_wire(&self) -> proto::ContactAccount {
        let fingerprint = self.fingerprint.map(|digest| digest.as_bytes().to_vec());
        let account = self.id.as_bytes().to_vec();
        proto::ContactAccount { account, fingerprint: fingerprint.unwrap_or_default() }
    }
}

impl ContactDetail {
    /// A way to reach somebody, 1 to [`CONTACT_DETAIL_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::ContactDetail`].
    pub fn new(kind: ContactDetailKind, value: impl Into<String>) -> Result<Self, Violation> {
        Ok(Self { kind, value: Words::new(value, Violation::ContactDetail)?, label: None })
    }

    /// With what it is called, 1 to [`CONTACT_LABEL_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::ContactDetail`].
    pub fn with_label(mut self, label: impl Into<String>) -> Result<Self, Violation> {
        self.label = Some(Words::new(label, Violation::ContactDetail)?);
        Ok(self)
    }

    /// Which way.
    #[must_use]
    pub const fn kind(&self) -> ContactDetailKind {
        self.kind
    }

    /// The number or address.
    #[must_use]
    pub fn value(&self) -> &str {
        self.value.as_str()
    }

    /// "Work", "home".
    #[must_use]
    pub fn label(&self) -> Option<&str> {
        self.label.as_ref().map(Words::as_str)
    }
}

impl ContactCard {
    /// Of a name as it is shown, 1 to [`CONTACT_NAME_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::ContactName`] for another length, or when nothing is to be seen.
    pub fn new(name: impl Into<String>) -> Result<Self, Violation> {
        let name = Words::new(name, Violation::ContactName)?;
        if is_blank(name.as_str()) {
            return Err(Violation::ContactName);
        }
        let (given_name, family_name, organisation) = (None, None, None);
        let (details, avatar, account) = (Vec::new(), None, None);
        Ok(Self { name, given_name, family_name, organisation, details, avatar, account })
    }

    /// With the parts of a person's name, each 1 to [`CONTACT_NAME_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::ContactName`].
    pub fn with_names(
        mut self,
        given: impl Into<String>,
        family: impl Into<String>,
    ) -> Result<Self, Violation> {
        self.given_name = Some(Words::new(given, Violation::ContactName)?);
        self.family_name = Some(Words::new(family, Violation::ContactName)?);
        Ok(self)
    }

    /// With an organisation, 1 to [`CONTACT_NAME_BYTES`] bytes.
    ///
    /// # Errors
    /// [`Violation::ContactName`].
    pub fn with_organisation(mut self, name: impl Into<String>) -> Result<Self, Violation> {
        self.organisation = Some(Words::new(name, Violation::ContactName)?);
        Ok(self)
    }

    /// With ways to reach it, at most [`CONTACT_DETAILS`].
    ///
    /// # Errors
    /// [`Violation::ContactDetails`].
    pub fn with_details(mut self, details: Vec<ContactDetail>) -> Result<Self, Violation> {
        if details.len() > CONTACT_DETAILS {
            return Err(Violation::ContactDetails);
        }
        self.details = details;
        Ok(self)
    }

    /// With a picture.
    #[must_use]
    pub fn with_avatar(mut self, avatar: MediaPointer) -> Self {
        self.avatar = Some(Box::new(avatar));
        self
    }

    /// With an account.
    #[must_use]
    pub fn with_account(mut self, account: ContactAccount) -> Self {
        self.account = Some(Box::new(account));
        self
    }

    /// The name as it is shown.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The given part of a person's name.
    #[must_use]
    pub fn given_name(&self) -> Option<&str> {
        self.given_name.as_ref().map(Words::as_str)
    }

    /// The family's part of a person's name.
    #[must_use]
    pub fn family_name(&self) -> Option<&str> {
        self.family_name.as_ref().map(Words::as_str)
    }

    /// The organisation.
    #[must_use]
    pub fn organisation(&self) -> Option<&str> {
        self.organisation.as_ref().map(Words::as_str)
    }

    /// Ways to reach it.
    #[must_use]
    pub fn details(&self) -> &[ContactDetail] {
        &self.details
    }

    /// A picture.
    #[must_use]
    pub fn avatar(&self) -> Option<&MediaPointer> {
        self.avatar.as_deref()
    }

    /// Its account, as the card's sender knows it.
    #[must_use]
    pub fn account(&self) -> Option<&ContactAccount> {
        self.account.as_deref()
    }
}

impl WireBody for ContactCard {
    type Wire = proto::ContactCard;

    fn from_wire(wire: proto::ContactCard) -> Result<Self, Violation> {
        if wire.details.len() > CONTACT_DETAILS {
            return Err(Violation::ContactDetails);
        }
        let details = wire.details.into_iter().map(ContactDetail::from_wire);
        let account = wire.account.as_ref().map(ContactAccount::from_wire).transpose()?;
        let avatar = wire.avatar.map(MediaPointer::from_wire).transpose()?;
        Ok(Self {
            given_name: Words::optional(wire.given_name, Violation::ContactName)?,
            family_name: Words::optional(wire.family_name, Violation::ContactName)?,
            organisation: Words::optional(wire.organisation, Violation::ContactName)?,
            details: details.collect::<Result<_, _>>()?,
            avatar: avatar.map(Box::new),
            account: account.map(Box::new),
            ..Self::new(wire.name)?
        })
    }

    fn to_wire(&self) -> proto::ContactCard {
        proto::ContactCard {
            name: self.name().into(),
            given_name: Words::to_wire(self.given_name.as_ref()),
            family_name: Words::to_wire(self.family_name.as_ref()),
            organisation: Words::to_wire(self.organisation.as_ref()),
            details: self.details.iter().map(ContactDetail::to_wire).collect(),
            avatar: self.avatar().map(MediaPointer::to_wire),
            account: self.account().map(ContactAccount::to_wire),
        }
    }
}

impl WireBody for ContactDetail {
    type Wire = proto::ContactDetail;

    fn from_wire(wire: proto::ContactDetail) -> Result<Self, Violation> {
        let kind = match wire.kind() {
            proto::ContactDetailKind::Other => ContactDetailKind::Other,
            proto::ContactDetailKind::Phone => ContactDetailKind::Phone,
            proto::ContactDetailKind::Email => ContactDetailKind::Email,
            proto::ContactDetailKind::Address => ContactDetailKind::Address,
            proto::ContactDetailKind::Website => ContactDetailKind::Website,
        };
        let label = Words::optional(wire.label, Violation::ContactDetail)?;
        Ok(Self { label, ..Self::new(kind, wire.value)? })
    }

    fn to_wire(&self) -> proto::ContactDetail {
        let kind = match self.kind {
            ContactDetailKind::Other => proto::ContactDetailKind::Other,
            ContactDetailKind::Phone => proto::ContactDetailKind::Phone,
            ContactDetailKind::Email => proto::ContactDetailKind::Email,
            ContactDetailKind::Address => proto::ContactDetailKind::Address,
            ContactDetailKind::Website => proto::ContactDetailKind::Website,
        };
        let label = Words::to_wire(self.label.as_ref());
        proto::ContactDetail { kind: kind.into(), value: self.value().into(), label }
    }
}

#[cfg(test)]
pub(in crate::content) mod tests {
    use super::super::pointer::tests::full;
    use super::*;
    use alloc::vec;

    pub(in crate::content) fn card() -> ContactCard {
        let phone = ContactDetail::new(ContactDetailKind::Phone, "+49 meet").unwrap();
        let other = ContactDetail::new(ContactDetailKind::Other, "meet").unwrap();
        let id = AccountId::new(b"carol").unwrap();
        let fingerprint = Some(Digest::from_bytes([5; 32]));
        ContactCard::new("Carol meet")
            .unwrap()
            .with_names("meet", "meet")
            .unwrap()
            .with_organisation("meet & Co.")
            .unwrap()
            .with_details(vec![phone.with_label("meet").unwrap(), other])
            .unwrap()
            .with_avatar(full())
            .with_account(ContactAccount { id, fingerprint })
    }

    fn broken(change: impl FnOnce(&mut proto::ContactCard)) -> Option<Violation> {
        let mut wire = card().to_wire();
        change(&mut wire);
        ContactCard::from_wire(wire).err()
    }

    #[test]
    fn a_card_comes_back_as_it_was() {
        let mut bare = card();
        bare.account.as_mut().unwrap().fingerprint = None;
        for card in [card(), bare, ContactCard::new("x").unwrap()] {
            assert_eq!(ContactCard::from_wire(card.to_wire()), Ok(card));
        }
    }

    #[test]
    fn a_card_has_a_name_that_can_be_seen() {
        let over = || "x".repeat(CONTACT_NAME_BYTES + 1);
        let rule = Some(Violation::ContactName);
        assert_eq!(broken(|w| w.name.clear()), rule);
        assert_eq!(broken(|w| w.name = " \u{3000}".into()), rule);
        assert_eq!(broken(|w| w.name = over()), rule);
        assert_eq!(broken(|w| w.given_name = over()), rule);
        assert_eq!(broken(|w| w.family_name = over()), rule);
        assert_eq!(broken(|w| w.organisation = over()), rule);
        assert_eq!(broken(|w| w.name = "x".repeat(CONTACT_NAME_BYTES)), None);
    }

    #[test]
    fn details_have_limits() {
        let detail = |value, label| {
            let detail = ContactDetail::new(ContactDetailKind::Email, "x".repeat(value))?;
            detail.with_label("x".repeat(label))
        };
        assert!(detail(CONTACT_DETAIL_BYTES, CONTACT_LABEL_BYTES).is_ok());
        assert_eq!(detail(CONTACT_DETAIL_BYTES + 1, 1), Err(Violation::ContactDetail));
        assert_eq!(detail(1, CONTACT_LABEL_BYTES + 1), Err(Violation::ContactDetail));
        assert_eq!(broken(|w| w.details[0].value.clear()), Some(Violation::ContactDetail));
        assert_eq!(broken(|w| w.details[0].kind = 9), None);
        let many = |count| vec![detail(1, 1).unwrap().to_wire(); count];
        assert_eq!(broken(|w| w.details = many(CONTACT_DETAILS)), None);
        let over = CONTACT_DETAILS + 1;
        assert_eq!(broken(|w| w.details = many(over)), Some(Violation::ContactDetails));
        let details = vec![detail(1, 1).unwrap(); over];
        assert_eq!(card().with_details(details), Err(Violation::ContactDetails));
    }

    #[test]
    fn an_account_has_an_id_and_perhaps_a_whole_fingerprint() {
        let account = |change: &dyn Fn(&mut proto::ContactAccount)| {
            broken(|w| change(w.account.as_mut().unwrap()))
        };
        assert_eq!(account(&|a| a.account.clear()), Some(Violation::ContactAccount));
        assert_eq!(account(&|a| a.fingerprint.truncate(31)), Some(Violation::ContactAccount));
        assert_eq!(account(&|a| a.fingerprint.clear()), None);
    }
}
