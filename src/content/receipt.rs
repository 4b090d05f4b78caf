use alloc::vec::Vec;

use super::body::WireBody;
use super::{Content, MessageId, Reception, Source, Violation};
use crate::error::error_codes;
use crate::limits::RECEIPT_IDS;
use crate::wire::proto;

/// Tells the author of messages what became of them.
///
/// What it says about messages that its receiver never sent to the receipt's author means nothing
/// (rule V12): look each id up among the messages sent to that contact, and skip what is not there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Receipt {
    kind: ReceiptKind,
    ids: Vec<MessageId>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReceiptKind {
    /// A device of the receiver has it.
    Delivered,
    /// It was on the screen.
    Read,
    /// Its picture or video was opened.
    Viewed,
    /// Its voice note was played.
    Played,
}

impl Receipt {
    /// A receipt for these messages, in any order and as often as they come: each is named once.
    ///
    /// # Errors
    /// [`Violation::ReceiptCount`] for none, or for more than [`RECEIPT_IDS`].
    pub fn new(
        kind: ReceiptKind,
        ids: impl IntoIterator<Item = MessageId>,
    ) -> Result<Self, Violation> {
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        ids.dedup();
        check_count(ids.len())?;
        Ok(Self { kind, ids })
    }

    /// What became of the messages.
    #[must_use]
    pub const fn kind(&self) -> ReceiptKind {
        self.kind
    }

    /// The messages, 1 to [`RECEIPT_IDS`], each once, in ascending order.
    #[must_use]
    pub fn ids(&self) -> &[MessageId] {
        &self.ids
    }
}

impl WireBody for Receipt {
    type Wire = proto::Receipt;

    fn from_wire(wire: proto::Receipt) -> Result<Self, Violation> {
        let kind = ReceiptKind::from_wire(wire.kind)?;
        if !wire.ids.len().is_multiple_of(MessageId::LEN) {
            return Err(Violation::ReceiptCount);
        }
        check_count(wire.ids.len().div_euclid(MessageId::LEN))?;
        let ids: Vec<_> =
            wire.ids.chunks(MessageId::LEN).map(MessageId::from_wire).collect::<Result<_, _>>()?;
        if !ids.is_sorted_by(|a, b| a < b) {
            return Err(Violation::ReceiptOrder);
        }
        Ok(Self { kind, ids })
    }

    fn to_wire(&self) -> proto::Receipt {
        let ids = self.ids.iter().flat_map(MessageId::as_bytes).copied().collect();
        proto::Receipt { kind: self.kind.to_wire().into(), ids }
    }
}

fn check_count(count: usize) -> Result<(), Violation> {
    if (1..=RECEIPT_IDS).contains(&count) { Ok(()) } else { Err(Violation::ReceiptCount) }
}

impl ReceiptKind {
    fn from_wire(kind: i32) -> Result<Self, Violation> {
        match proto::ReceiptKind::try_from(kind) {
            Ok(proto::ReceiptKind::Delivered) => Ok(Self::Delivered),
            Ok(proto::ReceiptKind::Read) => Ok(Self::Read),
            Ok(proto::ReceiptKind::Viewed) => Ok(Self::Viewed),
            Ok(proto::ReceiptKind::Played) => Ok(Self::Played),
            Ok(proto::ReceiptKind::Unspecified) | Err(_) => Err(Violation::ReceiptKind),
        }
    }

    const fn to_wire(self) -> proto::ReceiptKind {
        match self {
            Self::Delivered => proto::ReceiptKind::Delivered,
            Self::Read => proto::ReceiptKind::Read,
            Self::Viewed => proto::ReceiptKind::Viewed,
            Self::Played => proto::ReceiptKind::Played,
        }
    }
}

/// How far the receiver of a message has gone with its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContactState {
    /// The user wrote to the author or accepted the author's first message.
    Accepted,
    /// The author's first messages wait for the user's decision.
    Requested,
    /// The user does not want to hear from the author.
    Blocked,
}

impl ContactState {
    pub(super) fn from_wire(standing: i32) -> Result<Self, Violation> {
        match proto::ContactStanding::try_from(standing) {
            Ok(proto::ContactStanding::Accepted) => Ok(Self::Accepted),
            Ok(proto::ContactStanding::Requested) => Ok(Self::Requested),
            Ok(proto::ContactStanding::Blocked) => Ok(Self::Blocked),
            Ok(proto::ContactStanding::Unspecified) | Err(_) => Err(Violation::ContactStanding),
        }
    }

    pub(super) const fn to_wire(self) -> i32 {
        match self {
            Self::Accepted => proto::ContactStanding::Accepted as i32,
            Self::Requested => proto::ContactStanding::Requested as i32,
            Self::Blocked => proto::ContactStanding::Blocked as i32,
        }
    }
}

/// Whether a receipt may answer a message (SPEC.md 12.6). Receipts tell when a device is online and
/// cost its battery, so nobody gets one who was not accepted, and nothing gets one that was not
/// decrypted and valid: a [`Content`] is the proof of that, and an
/// [`Unsupported`](super::Unsupported) one has none. What was said in a group is answered to its
/// author alone, in the session with the author's devices.
///
/// That the user and the group allow such receipts at all, and that only one device of the account
/// sends them, is for the caller to see to.
///
/// # Errors
/// [`NoReceipt`] says why not. Nothing went wrong: do not send one.
pub fn may_send_receipt(
    kind: ReceiptKind,
    answered: &Content,
    source: &Source,
) -> Result<(), NoReceipt> {
    if *source == Source::OwnDevice || answered.check_source(source) != Ok(Reception::Applies) {
        return Err(NoReceipt::NotAccepted);
    }
    if !answered.body().kind().properties().receipts.contains(&kind) {
        return Err(NoReceipt::NotOfThisKind);
    }
    Ok(())
}

/// Why no receipt may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoReceipt {
    /// The author is no accepted contact, nor a member of an accepted group, or may not say this here.
    #[error("the author is not an accepted contact")]
    NotAccepted,
    /// Messages of this kind take no such receipts.
    #[error("messages of this kind take no such receipts")]
    NotOfThisKind,
}

error_codes!(NoReceipt {
    Self::NotAccepted => ("receipt/not-accepted", Drop),
    Self::NotOfThisKind => ("receipt/not-of-this-kind", Drop),
});

#[cfg(test)]
mod tests {
    use super::super::tests::{begin, draft, every_body};
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    fn id(i: u16) -> MessageId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&i.to_be_bytes());
        MessageId::from_bytes(bytes)
    }

    fn ids(range: core::ops::Range<u16>) -> impl Iterator<Item = MessageId> {
        range.map(id)
    }

    fn wire(kind: i32, ids: impl Iterator<Item = MessageId>) -> proto::Receipt {
        proto::Receipt { kind, ids: ids.flat_map(|id| *id.as_bytes()).collect() }
    }

    #[test]
    fn a_receipt_names_one_to_512_messages() {
        for (count, expected) in [(0, false), (1, true), (512, true), (513, false)] {
            let receipt = Receipt::new(ReceiptKind::Read, ids(0..count));
            let received = Receipt::from_wire(wire(2, ids(0..count)));
            assert_eq!(receipt, received);
            assert_eq!(
                receipt.map_err(|e| assert_eq!(e, Violation::ReceiptCount)).is_ok(),
                expected
            );
        }
    }

    #[test]
    fn ids_out_of_order_repeated_or_cut_are_refused() {
        let received = |ids: &[u16]| Receipt::from_wire(wire(1, ids.iter().copied().map(id)));
        assert!(received(&[1, 2]).is_ok());
        assert_eq!(received(&[2, 1]), Err(Violation::ReceiptOrder));
        assert_eq!(received(&[1, 1]), Err(Violation::ReceiptOrder));
        let mut cut = wire(1, ids(0..2));
        cut.ids.pop();
        assert_eq!(Receipt::from_wire(cut), Err(Violation::ReceiptCount));
    }

    #[test]
    fn a_kind_out_of_range_is_refused() {
        for (kind, expected) in [(0, false), (1, true), (4, true), (5, false), (-1, false)] {
            let received = Receipt::from_wire(wire(kind, ids(0..1)));
            assert_eq!(received.is_ok(), expected, "{kind}");
            assert!(expected || received == Err(Violation::ReceiptKind));
        }
    }

    proptest! {
        #[test]
        fn ids_given_in_any_order_are_named_once(given in proptest::collection::vec(0u16..50, 1..80)) {
            let receipt = Receipt::new(ReceiptKind::Played, given.iter().copied().map(id)).unwrap();
            let mut expected = given;
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(receipt.ids(), expected.into_iter().map(id).collect::<Vec<_>>());
            prop_assert_eq!(Receipt::from_wire(receipt.to_wire()), Ok(receipt));
        }
    }

    #[test]
    fn only_accepted_contacts_get_receipts() {
        let text = draft().text("hello").unwrap();
        let may =
            |author| may_send_receipt(ReceiptKind::Delivered, &text, &Source::Peer { author });
        assert_eq!(may(ContactState::Accepted), Ok(()));
        assert_eq!(may(ContactState::Requested), Err(NoReceipt::NotAccepted));
        assert_eq!(may(ContactState::Blocked), Err(NoReceipt::NotAccepted));
        let own = may_send_receipt(ReceiptKind::Delivered, &text, &Source::OwnDevice);
        assert_eq!(own, Err(NoReceipt::NotAccepted));
    }

    #[test]
    fn in_an_accepted_group_everybody_gets_receipts_but_the_blocked() {
        let id = crate::crypto::Digest::from_bytes([1; 32]);
        let binding = super::super::GroupBinding { id, revision: 7, state: [2; 16] };
        let text = begin(super::super::Conversation::Group(binding)).text("hello").unwrap();
        let may = |id, group, blocked| {
            let source = Source::Group { id, group, blocked };
            may_send_receipt(ReceiptKind::Read, &text, &source)
        };
        let other = crate::crypto::Digest::from_bytes([9; 32]);
        assert_eq!(may(id, ContactState::Accepted, false), Ok(()));
        assert_eq!(may(id, ContactState::Accepted, true), Err(NoReceipt::NotAccepted));
        assert_eq!(may(id, ContactState::Requested, false), Err(NoReceipt::NotAccepted));
        assert_eq!(may(other, ContactState::Accepted, false), Err(NoReceipt::NotAccepted));
    }

    #[test]
    fn only_what_people_see_is_answered() {
        use ReceiptKind::{Delivered, Played, Read, Viewed};
        let source = Source::Peer { author: ContactState::Accepted };
        for body in every_body() {
            let Ok(content) = draft().build(body) else { continue };
            let properties = content.body().kind().properties();
            let mut allowed = vec![Delivered, Read, Viewed, Played];
            allowed.retain(|kind| may_send_receipt(*kind, &content, &source).is_ok());
            assert_eq!(allowed, properties.receipts);
            assert!(allowed.is_empty() || properties.reflected, "nobody sees {content:?}");
        }
    }
}
