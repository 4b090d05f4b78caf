//! SPEC.md's tables are the code's. `SEALWAX_WRITE_SPEC=1 cargo test --test spec` rewrites them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fmt::Write;
use std::{env, fs};

use sealwax::content::{BodyKind, Violation};
use sealwax::crypto::{HashLabel, KdfLabel, MacLabel, SignaturePurpose};
use sealwax::limits;

#[test]
fn the_table_of_labels_is_the_registry() {
    let mut table = String::from("| use | labels |\n|---|---|\n");
    let mut row = |name: &str, labels: Vec<&str>| {
        let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
        writeln!(table, "| {name} | {} |", labels.join(", ")).unwrap();
    };
    row("`Expand`", KdfLabel::ALL.iter().map(|label| label.as_str()).collect());
    row("`Hash`", HashLabel::ALL.iter().map(|label| label.as_str()).collect());
    row("`Mac`", MacLabel::ALL.iter().map(|label| label.as_str()).collect());
    row("`Sign`", SignaturePurpose::ALL.iter().map(|label| label.as_str()).collect());
    compare("labels", &table);
}

#[test]
fn the_table_of_limits_is_the_code() {
    let mut table = String::from("| limit | value | of what |\n|---|---|---|\n");
    for limit in limits::ALL {
        writeln!(table, "| `{}` | {} | {} |", limit.name, limit.value, limit.meaning.trim())
            .unwrap();
    }
    compare("limits", &table);
}

#[test]
fn the_table_of_content_rules_is_the_code() {
    let mut table = String::from("| error | rule |\n|---|---|\n");
    for rule in Violation::ALL {
        writeln!(table, "| `{}` | {rule} |", rule.code()).unwrap();
    }
    compare("rules", &table);
}

#[test]
fn the_table_of_bodies_is_the_code() {
    let mut table = String::from(
        "| no. | body | where | receipts | expires | edit | reflect | resend | blocked | late after |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    let yes = |it: bool| if it { "yes" } else { "no" };
    for kind in BodyKind::ALL {
        let is = kind.properties();
        let places: Vec<_> = is.places.iter().map(|place| words(&format!("{place:?}"))).collect();
        let receipts: Vec<_> = is.receipts.iter().map(|kind| words(&format!("{kind:?}"))).collect();
        let receipts = if receipts.is_empty() { "none".into() } else { receipts.join(", ") };
        let row = format!(
            "| {} | `{}` | {} | {receipts} |",
            kind.number(),
            kind.name(),
            places.join(", ")
        );
        let flags = [is.expires, is.editable, is.reflected, is.resent, is.from_blocked]
            .map(yes)
            .join(" | ");
        let lifetime = is.lifetime.map_or("-".into(), |time| time.as_secs().to_string());
        writeln!(table, "{row} {flags} | {lifetime} |").unwrap();
    }
    compare("bodies", &table);
}

/// A name of the code in words.
fn words(name: &str) -> String {
    let spaced = name.chars().flat_map(|c| [c.is_uppercase().then_some(' '), Some(c)]).flatten();
    spaced.collect::<String>().trim().to_lowercase()
}

/// Compares what stands between the marks of `name` in SPEC.md.
fn compare(name: &str, table: &str) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/SPEC.md");
    let spec = fs::read_to_string(path).unwrap();
    let start = format!("<!-- {name}: generated, see tests/spec.rs -->\n");
    let (before, rest) = spec.split_once(&start).expect("the mark is in SPEC.md");
    let (found, after) = rest.split_once("<!-- end -->").expect("the mark has an end");
    if env::var_os("SEALWAX_WRITE_SPEC").is_some() {
        fs::write(path, format!("{before}{start}{table}<!-- end -->{after}")).unwrap();
    } else {
        assert_eq!(found, table, "SPEC.md is stale: SEALWAX_WRITE_SPEC=1 cargo test --test spec");
    }
}
