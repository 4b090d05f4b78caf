//! Seeds out of `test-vectors/`.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use sealwax::content::BodyKind;
use serde_json::Value;

use super::Seed;

/// The longest seed: the shortest of the longest inputs in `.ci/fuzz` that can be an encoding.
const LONGEST: usize = 4_096;

/// The text of a file of vectors.
macro_rules! file {
    ($name:literal) => {
        include_str!(concat!("../../test-vectors/", $name, ".json"))
    };
}
pub(super) use file;

/// Where the vectors of one kind of input stand.
pub(super) struct Vectors {
    /// What the inputs are, for their names.
    pub(super) name: &'static str,
    /// [`file!`].
    pub(super) file: &'static str,
    /// The operation whose tests they are.
    pub(super) op: &'static str,
    /// The field that has the input: a JSON pointer into a test, or into what its group shares.
    pub(super) field: &'static str,
    /// What the codes of the refusals begin with that the decoder itself gives.
    pub(super) refused: &'static str,
}

/// A test and the input of it.
struct Case {
    test: Value,
    input: Vec<u8>,
}

impl Vectors {
    /// The inputs that are taken, whatever comes of them, one for each comment; and those that are
    /// refused, one for each code and the test's flags. Of several it is the shortest, and each but
    /// once.
    pub(super) fn seeds(&self) -> Vec<Seed> {
        let mut seeds = BTreeMap::new();
        for case in self.cases() {
            if let Some(name) = self.named(&case.test) {
                keep_shortest(&mut seeds, name, case.input);
            }
        }
        assert!(!seeds.is_empty(), "no vectors of {}", self.name);
        let mut known = BTreeSet::new();
        seeds.into_iter().filter(|(_, input)| known.insert(input.clone())).collect()
    }

    /// The same behind the byte that tells a target what they are.
    pub(super) fn seeds_of_kind(&self, kind: u8) -> Vec<Seed> {
        let with_kind = |(name, input): Seed| (name, [&[kind], &input[..]].concat());
        self.seeds().into_iter().map(with_kind).collect()
    }

    fn named(&self, test: &Value) -> Option<String> {
        let expected = text(&test["expect"]);
        let Some((_, code)) = expected.rsplit_once('/') else {
            return Some(slug(&["vector", self.name, text(&test["comment"])]));
        };
        if self.refused.is_empty() || !expected.starts_with(self.refused) {
            return None;
        }
        let flags = test["flags"].as_array().unwrap().iter().map(text);
        let words = ["vector", self.name, "refused", code];
        let words: Vec<_> = words.into_iter().chain(flags.filter(|flag| *flag != code)).collect();
        Some(slug(&words))
    }

    /// All that have an input of a fitting length.
    fn cases(&self) -> Vec<Case> {
        let file: Value = serde_json::from_str(self.file).unwrap();
        let groups = file["groups"].as_array().unwrap().iter();
        let groups = groups.filter(|group| group["params"]["op"] == self.op);
        let tests = groups.flat_map(|group| {
            group["tests"].as_array().unwrap().iter().filter_map(|test| {
                let field = test.pointer(self.field).or(group["params"].pointer(self.field))?;
                let input = hex::decode(field.as_str()?).unwrap();
                Some(Case { test: test.clone(), input })
            })
        });
        tests.filter(|case| (1..=LONGEST).contains(&case.input.len())).collect()
    }
}

/// All contents that are valid, with each kind of body among them, and of each refusal the shortest.
pub(super) fn contents() -> Vec<Seed> {
    let (mut seeds, mut kinds) = (BTreeMap::new(), BTreeSet::new());
    let cases = FILES_OF_CONTENTS.into_iter().flat_map(|file| contents_in(file).cases());
    for Case { test, input } in cases {
        if test["expect"] == "ok" {
            kinds.insert(test["body"].as_u64());
            let name = unused(&seeds, &slug(&name_of_content(&test)));
            seeds.insert(name, input);
        } else {
            let name = text(&test["expect"]).replace("content/", "refused/");
            keep_shortest(&mut seeds, slug(&["vector", &name]), input);
        }
    }
    assert_eq!(kinds.len(), BodyKind::ALL.len());
    seeds.into_iter().collect()
}

/// The kind of body, and what the comment says beyond it.
fn name_of_content(test: &Value) -> [&str; 3] {
    let number = test["body"].as_u64().unwrap();
    let kind = BodyKind::ALL.iter().find(|kind| u64::from(kind.number()) == number);
    let (kind, comment) = (kind.expect("a known body").name(), text(&test["comment"]));
    ["vector", kind, comment.strip_prefix(kind).unwrap_or(comment)]
}

fn unused(seeds: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let mut names = [name.to_string()].into_iter().chain(numbered);
    names.find(|name| !seeds.contains_key(name)).unwrap()
}

const FILES_OF_CONTENTS: [&str; 7] = [
    file!("content"),
    file!("content-said"),
    file!("content-operations"),
    file!("content-signals"),
    file!("content-calls"),
    file!("content-devices"),
    file!("content-stories"),
];

const fn contents_in(file: &'static str) -> Vectors {
    Vectors { name: "content", file, op: "decode", field: "/content", refused: "content/" }
}

fn keep_shortest(seeds: &mut BTreeMap<String, Vec<u8>>, name: String, input: Vec<u8>) {
    match seeds.entry(name) {
        Entry::Occupied(known) if known.get().len() <= input.len() => {}
        entry => drop(entry.insert_entry(input)),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Words in lower case with hyphens between them: what a file can be called.
fn slug(parts: &[&str]) -> String {
    let (mut slug, mut before) = (String::new(), '-');
    for c in parts.join("-").chars() {
        let ends_a_word = !c.is_ascii_alphanumeric();
        let begins_one = c.is_ascii_uppercase() && before.is_ascii_lowercase();
        if (ends_a_word || begins_one) && !slug.ends_with('-') {
            slug.push('-');
        }
        slug.extend((!ends_a_word).then_some(c.to_ascii_lowercase()));
        before = c;
    }
    slug.trim_end_matches('-').to_string()
}
