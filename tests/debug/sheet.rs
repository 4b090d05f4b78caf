//! What was printed, and whether any of it shows what nobody may read.

use std::collections::BTreeSet;
use std::fmt::Debug;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;

/// As much of a secret as must not be seen anywhere.
type Piece = [u8; 8];

/// What is printed whole, up to the bracket that closes it: names that everybody has who carries
/// what they name, signed lists, and what of an attachment its ciphertext shows. And numbers that
/// look like bytes.
const PRINTED_WHOLE: [&str; 13] = [
    "MessageId(",
    "SnapshotId(",
    "Era(",
    "LinkId([",
    "state:[",
    "list:[",
    "wire_id:[",
    "session:Some([",
    "MediaRoot([",
    "subtrees:[[",
    "salt:[",
    "bodies:[",
    "positions:[",
];

/// Printed values by the public names of their types, and secrets that they hold.
#[derive(Default)]
pub(crate) struct Sheet {
    printed: Vec<(&'static str, String)>,
    secrets: BTreeSet<Piece>,
    types: BTreeSet<&'static str>,
}

/// Prints a value on a sheet, under the name that its type has in `.ci/api.txt`.
macro_rules! show {
    ($sheet:expr, $($at:ident)::+ $(<$rest:tt>)?, $value:expr) => {{
        let value: &sealwax::$($at)::+ $(<$rest>)? = $value;
        $sheet.print(concat!("sealwax" $(, "::", stringify!($at))+), value);
    }};
}

/// Notes types of which values were printed as a part of others.
macro_rules! within {
    ($sheet:expr, $module:ident, [$($name:ident $(<$rest:tt>)?),+ $(,)?]) => {$({
        let _ = |_: &sealwax::$module::$name $(<$rest>)?| ();
        let path = concat!("sealwax::", stringify!($module), "::", stringify!($name));
        $sheet.print_within(path, stringify!($name));
    })+};
}

pub(crate) use {show, within};

impl Sheet {
    pub(crate) fn print(&mut self, name: &'static str, value: &dyn Debug) {
        self.printed.push((name, format!("{value:?}\n{value:#?}")));
        self.types.insert(name);
    }

    pub(crate) fn print_within(&mut self, path: &'static str, name: &str) {
        let starts = |text: &str| text.starts_with(['(', '{', ' ']);
        let found = |text: &str| text.split(name).skip(1).any(starts);
        assert!(self.printed.iter().any(|(_, text)| found(text)), "no {path} was printed");
        self.types.insert(path);
    }

    /// All pieces of it but those with lengths and counters.
    pub(crate) fn secret(&mut self, bytes: &[u8]) {
        let counts = |piece: &Piece| piece.windows(4).any(|run| run == [0; 4]);
        self.secrets.extend(pieces(bytes).filter(|piece| !counts(piece)));
    }

    /// All that a generator gave since it was seeded.
    pub(crate) fn drawn(&mut self, rng: &ChaCha20Rng) {
        let mut bytes = vec![0; usize::try_from(rng.get_word_pos() * 4).unwrap()];
        let mut again = rng.clone();
        again.set_word_pos(0);
        again.fill_bytes(&mut bytes);
        self.secret(&bytes);
    }

    /// Every printed value that shows a secret, and what of it.
    pub(crate) fn leaks(&self) -> Vec<String> {
        let leak = |(name, text): &(&str, String)| {
            let piece = shown(text).find(|piece| self.secrets.contains(piece))?;
            Some(format!("{name} shows {piece:02x?} in {}", text.lines().next()?))
        };
        self.printed.iter().filter_map(leak).collect()
    }

    pub(crate) fn types(&self) -> &BTreeSet<&'static str> {
        &self.types
    }
}

fn pieces(bytes: &[u8]) -> impl Iterator<Item = Piece> {
    bytes.array_windows().copied()
}

/// A text without space, and without what may be printed.
fn dense(text: &str) -> String {
    let dense: String = text.split_whitespace().collect();
    PRINTED_WHOLE.into_iter().fold(dense, |text, name| {
        let (mut parts, end) = (text.split(name), if name.ends_with('[') { ']' } else { ')' });
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |kept, part| kept + part.split_once(end).map_or("", |(_, rest)| rest))
    })
}

/// All that a text shows: in quotes, in hexadecimal, and as lists of numbers.
fn shown(text: &str) -> impl Iterator<Item = Piece> {
    let (dense, plain) = (dense(text), text.replace("\\\"", " "));
    let quoted = plain.split('"').skip(1).step_by(2);
    let mut all: Vec<_> = quoted.flat_map(|words| pieces(words.as_bytes())).collect();
    for word in dense.split(|c: char| !c.is_ascii_hexdigit()) {
        let digits = |from: usize| word.as_bytes()[from.min(word.len())..].as_chunks().0;
        all.extend(
            [0, 1].into_iter().flat_map(|from| listed(digits(from).iter().copied().map(hex_pair))),
        );
    }
    for list in dense.split(|c: char| !c.is_ascii_hexdigit() && c != ',') {
        let numbers = || list.split(',');
        all.extend(listed(numbers().map(|number| number.parse().ok())));
        all.extend(listed(numbers().map(|number| u8::from_str_radix(number, 16).ok())));
    }
    all.into_iter()
}

fn hex_pair(digits: [u8; 2]) -> Option<u8> {
    u8::from_str_radix(str::from_utf8(&digits).ok()?, 16).ok()
}

/// The pieces of all bytes that follow each other.
fn listed(bytes: impl Iterator<Item = Option<u8>>) -> Vec<Piece> {
    let bytes: Vec<_> = bytes.collect();
    let whole = |run: &[Option<u8>; 8]| {
        let piece = run.map(Option::unwrap_or_default);
        run.iter().all(Option::is_some).then_some(piece)
    };
    bytes.array_windows().filter_map(whole).collect()
}

#[test]
fn a_printed_secret_would_be_found() {
    let secret: Vec<u8> = (b'a'..=b'z').collect();
    let (part, text) = (&secret[3..12], String::from_utf8(secret.clone()).unwrap());
    for leak in [
        format!("{secret:?}"),
        format!("{secret:#?}"),
        format!("Key({part:02x?})"),
        format!("Key {{ bytes: {part:?}, id: 7 }}"),
        format!("Key(0{})", hex::encode(part)),
        hex::encode_upper(part),
        format!("{:?}", &text[5..14]),
    ] {
        let mut sheet = Sheet::default();
        sheet.secret(&secret);
        sheet.print("a leak", &format_args!("{leak}"));
        assert_eq!(sheet.leaks().len(), 1, "{leak}");
    }
}

#[test]
fn nothing_is_found_where_nothing_is_shown() {
    let mut sheet = Sheet::default();
    sheet.secret(&[0xab; 32]);
    sheet.print("hidden", &format_args!("Secret(..), Digest(abababababababa), [171, 171, 171]"));
    sheet.print("a name", &format_args!("{}{})", PRINTED_WHOLE[0], hex::encode([0xab; 16])));
    assert_eq!(sheet.leaks(), Vec::<String>::new());
}
