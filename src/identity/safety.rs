use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use prost::Message;

use super::account::AccountKey;
use super::address::AccountId;
use crate::crypto::{HashLabel, constant_time_eq, iterated_hash};
use crate::wire::{DecodeError, Writer, decode_canonical, proto};

/// The version of the computation and of the scannable code.
const VERSION: u8 = 1;
/// Evaluations of SHA-512 for each half.
const ROUNDS: u32 = 5_200;
/// Five bytes make five digits.
const GROUP_BYTES: usize = 5;
const GROUPS: usize = 6;
const GROUP_MODULUS: u64 = 100_000;

/// What two people compare to know that nobody is between them: it depends on both account ids and
/// both account keys, and on nothing else, so that it outlives devices (SPEC.md 5.11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyNumber {
    own: Fingerprint,
    peer: Fingerprint,
    peer_account: AccountId,
    peer_key: AccountKey,
}

/// One account's half: the first 32 bytes of the iterated hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(account: &AccountId, key: &AccountKey) -> Self {
        let mut w = Writer::new();
        w.u8(VERSION);
        w.put(key).put(account);
        let hash = iterated_hash(HashLabel::SafetyNumber, w.as_slice(), key.as_bytes(), ROUNDS);
        Self(hash.first_chunk().copied().unwrap_or_default())
    }

    fn digits(&self) -> String {
        self.0.chunks_exact(GROUP_BYTES).take(GROUPS).fold(String::new(), |mut digits, group| {
            let number = group.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
            // Writing to a string cannot fail.
            let _ = write!(digits, "{:05}", number.checked_rem(GROUP_MODULUS).unwrap_or(0));
            digits
        })
    }

    fn equals(&self, scanned: &[u8]) -> bool {
        constant_time_eq(&self.0, scanned)
    }
}

/// An account as a safety number sees it.
#[derive(Clone, Copy, Debug)]
pub struct AccountIdentity<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The key that we believe to be its.
    pub key: &'a AccountKey,
}

impl SafetyNumber {
    /// Computes both halves: about 10,400 hashes.
    #[must_use]
    pub fn new(own: AccountIdentity<'_>, peer: AccountIdentity<'_>) -> Self {
        Self {
            own: Fingerprint::of(own.account, own.key),
            peer: Fingerprint::of(peer.account, peer.key),
            peer_account: peer.account.clone(),
            peer_key: *peer.key,
        }
    }

    /// The 60 digits that both sides see.
    #[must_use]
    pub fn digits(&self) -> String {
        let (own, peer) = (self.own.digits(), self.peer.digits());
        let (smaller, larger) = if own <= peer { (own, peer) } else { (peer, own) };
        [smaller, larger].concat()
    }

    /// What to show as a QR code: an encoded `SafetyNumberCode`, 70 bytes.
    #[must_use]
    pub fn code(&self) -> Vec<u8> {
        proto::SafetyNumberCode {
            version: VERSION.into(),
            own: self.own.0.to_vec(),
            peer: self.peer.0.to_vec(),
        }
        .encode_to_vec()
    }

    /// Compares a code that was scanned from the other person's screen.
    ///
    /// # Errors
    /// [`DecodeError`] when it is not a safety number's code at all.
    pub fn scan(&self, code: &[u8]) -> Result<ScanOutcome, DecodeError> {
        // Another version may mean fields that we do not know; whether it is one shows first.
        let lenient = proto::SafetyNumberCode::decode(code);
        let version = lenient.map_err(|_| DecodeError::NotCanonical)?.version;
        if version != u32::from(VERSION) {
            return Ok(ScanOutcome::OtherVersion(version));
        }
        let code: proto::SafetyNumberCode = decode_canonical(code)?;
        if code.own.len() != 32 || code.peer.len() != 32 {
            return Err(DecodeError::WrongLength);
        }
        let theirs = self.peer.equals(&code.own);
        let ours = self.own.equals(&code.peer);
        Ok(match (theirs, ours) {
            (true, true) => ScanOutcome::Match(self.compared_by_person()),
            (false, false) => ScanOutcome::OtherPair,
            _ => ScanOutcome::Mismatch,
        })
    }

    /// For when a person says that the digits were read to them over a channel that they trust, and
    /// were the same.
    #[must_use]
    pub fn compared_by_person(&self) -> SafetyNumberMatch {
        SafetyNumberMatch { account: self.peer_account.clone(), key: *self.peer_key.as_bytes() }
    }
}

/// In groups of five, as people read them.
impl fmt::Display for SafetyNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, digit) in self.digits().chars().enumerate() {
            if i > 0 && i.checked_rem(GROUP_BYTES) == Some(0) {
                f.write_char(' ')?;
            }
            f.write_char(digit)?;
        }
        Ok(())
    }
}

/// What scanning a code showed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScanOutcome {
    /// Both sides see the same: nobody is in between. Give the proof to
    /// [`super::Contact::mark_verified`].
    Match(SafetyNumberMatch),
    /// The code is about this pair, and one of the two has another key than the other believes:
    /// somebody may be in between, or one side has an old key.
    Mismatch,
    /// The code is of other people, or the keys of both sides have changed.
    OtherPair,
    /// The code is of another version: one of the two should update.
    OtherVersion(u32),
}

/// Proof that a safety number was compared and matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyNumberMatch {
    pub(super) account: AccountId,
    pub(super) key: [u8; 32],
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::fixture::{Account, NOW};
    use alloc::string::ToString;
    use proptest::prelude::*;

    fn number(own: &Account, peer: &Account) -> SafetyNumber {
        let ((own_id, own_key), (peer_id, peer_key)) = (own.identity(), peer.identity());
        SafetyNumber::new(
            AccountIdentity { account: &own_id, key: &own_key },
            AccountIdentity { account: &peer_id, key: &peer_key },
        )
    }

    fn pair() -> (Account, Account) {
        (Account::new("alice", 0, 1), Account::new("bob", 0, 2))
    }

    #[test]
    fn both_sides_see_the_same_sixty_digits() {
        let (alice, bob) = pair();
        let digits = number(&alice, &bob).digits();
        assert_eq!(digits.len(), 60);
        assert!(digits.bytes().all(|digit| digit.is_ascii_digit()));
        assert_eq!(number(&bob, &alice).digits(), digits);
        let shown = number(&alice, &bob).to_string();
        assert_eq!(shown.split(' ').map(str::len).collect::<Vec<_>>(), [5; 12]);
    }

    #[test]
    fn the_digits_are_those_of_the_plain_definition() {
        let (alice, bob) = pair();
        let half = |account: &Account| {
            let (id, key) = account.identity();
            let mut data = alloc::vec![1, 2];
            data.extend(key.as_bytes());
            data.extend([0, u8::try_from(id.as_bytes().len()).unwrap()]);
            data.extend(id.as_bytes());
            let hash = iterated_hash(HashLabel::SafetyNumber, &data, key.as_bytes(), 5200);
            let group = |i: usize| {
                let mut bytes = [0; 8];
                bytes[3..].copy_from_slice(&hash[i * 5..i * 5 + 5]);
                alloc::format!("{:05}", u64::from_be_bytes(bytes) % 100_000)
            };
            (0..6).map(group).collect::<String>()
        };
        let mut halves = [half(&alice), half(&bob)];
        halves.sort();
        assert_eq!(number(&alice, &bob).digits(), halves.concat());
    }

    #[test]
    fn another_key_or_another_id_gives_other_digits() {
        let (alice, bob) = pair();
        let digits = number(&alice, &bob).digits();
        let other_key = Account { id: bob.id.clone(), ..Account::new("x", 0, 3) };
        let other_id = Account { id: alice.id.clone(), ..bob.clone() };
        assert_ne!(number(&alice, &other_key).digits(), digits);
        assert_ne!(number(&alice, &other_id).digits(), digits);
    }

    #[test]
    fn a_scanned_code_of_the_same_belief_matches_and_verifies_the_contact() {
        let (alice, bob) = (Account::new("alice", 0, 1), Account::new("bob", 1, 2));
        let code = number(&bob, &alice).code();
        assert_eq!(code.len(), 70);
        let Ok(ScanOutcome::Match(matched)) = number(&alice, &bob).scan(&code) else { panic!() };
        let mut contact = bob.contact();
        contact.mark_verified(&matched).unwrap();
        assert_eq!(contact.verification(), super::super::Verification::Verified);
        assert!(contact.permit(bob.devices[0].address().device, NOW).is_ok());
    }

    #[test]
    fn somebody_in_between_shows_as_a_mismatch_on_both_sides() {
        let (alice, bob) = pair();
        let fake_alice = Account { id: alice.id.clone(), ..Account::new("x", 0, 3) };
        let fake_bob = Account { id: bob.id.clone(), ..Account::new("x", 0, 4) };
        let code = number(&bob, &alice).code();
        assert_eq!(number(&alice, &fake_bob).scan(&code), Ok(ScanOutcome::Mismatch));
        let deceived = number(&bob, &fake_alice).code();
        assert_eq!(number(&alice, &bob).scan(&deceived), Ok(ScanOutcome::Mismatch));
        assert_eq!(number(&alice, &fake_bob).scan(&deceived), Ok(ScanOutcome::OtherPair));
    }

    #[test]
    fn our_own_code_matches_nobody() {
        let (alice, bob) = pair();
        let number = number(&alice, &bob);
        assert_eq!(number.scan(&number.code()), Ok(ScanOutcome::OtherPair));
    }

    #[test]
    fn another_version_is_an_outcome_and_rubbish_an_error() {
        let (alice, bob) = pair();
        let number = number(&alice, &bob);
        assert_eq!(number.scan(&[0x08, 2, 0x7a, 0]), Ok(ScanOutcome::OtherVersion(2)));
        assert_eq!(number.scan(&[]), Ok(ScanOutcome::OtherVersion(0)));
        assert_eq!(number.scan(&[0x08, 1]), Err(DecodeError::WrongLength));
        assert_eq!(number.scan(b"not a code at all"), Err(DecodeError::NotCanonical));
        let mut extended = number.code();
        extended.extend([0x20, 1]);
        assert_eq!(number.scan(&extended), Err(DecodeError::NotCanonical));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn no_changed_code_matches(at in 0usize..70, with in 1u8..) {
            let (alice, bob) = pair();
            let mut code = number(&bob, &alice).code();
            code[at] ^= with;
            let outcome = number(&alice, &bob).scan(&code);
            prop_assert!(!matches!(outcome, Ok(ScanOutcome::Match(_))));
        }
    }
}
