//! Every public type of `.ci/api.txt` is printed by one of the sheets, or holds no secret: by a rule
//! or by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::SHEETS;

/// What holds neither secrets nor what people say, module by module: public keys and what is signed,
/// names, hashes, numbers, states of a conversation, and ciphertexts.
const NONE: [(&str, &str); 15] = [
    (
        "content",
        "Call ContentBuilder Deletion Dimensions Era Expiry FormatRange Forwarded GroupBinding Mention
         MessageId MessageNames Offered Operator Rank SentMessage SnapshotId Stamp StoryBackground
         Target Unsupported",
    ),
    ("crypto", "DhPublicKey Digest KemCiphertext KemPublicKey Signature VerifyingKey"),
    ("envelope", "Envelope HandshakeMessage"),
    (
        "group",
        "AccessTable Applied ChangeBuffer DeviceProof DeviceSet GroupEvidence GroupId LinkId PastSender
         PinnedKey PinnedLinkKey SyncLimiter Ticket",
    ),
    ("handshake", "Handshake InitiatorIdentity PreSharedSecretId SessionName"),
    (
        "identity",
        "AccountId AccountIdentity AccountKey CertificateRequest Contact DeviceCertificate DeviceId
         DeviceListEntry ForkEvidence ListDraft ListVersion SafetyNumber SafetyNumberMatch SendPermit
         SignedDeviceList Validity VerifiedDevice VerifiedDeviceList",
    ),
    ("limits", "Limit"),
    ("media", "ChainingValue Chunk Geometry MediaRoot Outboard"),
    ("prekey", "PrekeyBundle PrekeyId PrekeyShelf PublishedPrekey VerifiedBundle"),
    ("ratchet", "RatchetMessage WireId"),
    ("report", "Commitment"),
    (
        "sender_key",
        "Audience ChainId OpenedMessage Rotation Scope ScopeHash SenderMessage Sent Standing",
    ),
    ("session", "Encrypted SessionId"),
    ("story", "StoryDevices StoryLife"),
    ("time", "Timestamp"),
];

/// What the list says of a type.
#[derive(Default)]
struct Type {
    error: bool,
    /// What a value is made of, if the list says all of it.
    fields: Vec<String>,
    hides: bool,
}

#[test]
fn every_public_type_is_printed_or_holds_no_secret() {
    let types = types();
    let printed: BTreeSet<_> = SHEETS.iter().flat_map(|sheet| sheet().types().clone()).collect();
    let named: Vec<_> = named().collect();
    let named: BTreeSet<_> = named.iter().map(String::as_str).collect();
    let both: Vec<_> = named.intersection(&printed).collect();
    assert!(both.is_empty(), "printed, and said to hold no secret: {both:#?}");
    let gone: Vec<_> = named.union(&printed).filter(|name| !types.contains_key(**name)).collect();
    assert!(gone.is_empty(), "no public types: {gone:#?}");
    let open = undecided(&types, &named.union(&printed).copied().collect());
    assert!(open.is_empty(), "print these on a sheet, or say that they hold no secret: {open:#?}");
}

fn named() -> impl Iterator<Item = String> {
    let split = |(module, names): &(&'static str, &'static str)| {
        let module = *module;
        names.split_whitespace().map(move |name| format!("sealwax::{module}::{name}"))
    };
    NONE.iter().flat_map(split)
}

/// All types but those that are decided and those that show no more than these: errors, and what is
/// made, for all to see, of numbers and of such types.
fn undecided<'a>(types: &'a BTreeMap<String, Type>, decided: &BTreeSet<&str>) -> BTreeSet<&'a str> {
    let mut open: BTreeSet<_> = types.keys().map(String::as_str).collect();
    open.retain(|name| !types[*name].error && !decided.contains(name));
    loop {
        let (before, names): (_, BTreeSet<_>) =
            (open.len(), open.iter().map(|name| short(name)).collect());
        let settled = |word: &str| is_plain(word, types) && !names.contains(word);
        open.retain(|name| !types[*name].is_made_of(settled));
        if open.len() == before {
            return open;
        }
    }
}

fn short(name: &str) -> &str {
    name.rsplit("::").next().unwrap_or(name)
}

fn is_plain(word: &str, types: &BTreeMap<String, Type>) -> bool {
    const PLAIN: &str = "bool u16 u32 u64 usize Option Vec Box BTreeSet Range Duration a static";
    word.parse::<u64>().is_ok()
        || PLAIN.split(' ').any(|plain| plain == word)
        || types.keys().any(|name| short(name) == word)
}

impl Type {
    /// What a line says of it behind its name.
    fn add(&mut self, what: &str, rest: &str) {
        self.hides |= rest.ends_with("has fields that are not public");
        let Some((_, field)) = rest.split_once("{ ") else { return };
        let field = field.strip_suffix(" }").unwrap_or(field);
        let variant = field.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let skipped = if what == "enum" { variant.len() } else { 0 };
        self.fields.push(field[skipped..].to_owned());
    }

    fn is_made_of(&self, allowed: impl Fn(&str) -> bool) -> bool {
        let words = |field: &str| {
            field
                .split(|c: char| !c.is_alphanumeric() && !"_:".contains(c))
                .filter(|word| !word.is_empty() && !word.ends_with(':'))
                .all(&allowed)
        };
        !self.hides && !self.fields.is_empty() && self.fields.iter().all(|field| words(field))
    }
}

fn types() -> BTreeMap<String, Type> {
    let list = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.ci/api.txt")).unwrap();
    let mut types = BTreeMap::<String, Type>::new();
    for line in list.lines() {
        let line = line.strip_prefix("#[non_exhaustive] ").unwrap_or(line);
        let Some((what, rest)) = line.split_once(' ') else { continue };
        let (name, rest) = rest.split_at(rest.find([' ', '<']).unwrap_or(rest.len()));
        let name = name.trim_end_matches(':');
        if matches!(what, "struct" | "enum") {
            types.entry(name.to_owned()).or_default().add(what, rest);
        } else if what == "impl" && rest.split([' ', ',']).any(|word| word == "Error") {
            types.entry(name.to_owned()).or_default().error = true;
        }
    }
    types
}
