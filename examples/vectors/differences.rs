//! What differs between two files of vectors, for people to read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Lines shown of one file.
const SHOWN: usize = 40;

/// A line for each test that came, went or has other values, and for what is not in a test.
pub(crate) fn differences(before: &str, after: &str) -> serde_json::Result<Vec<String>> {
    let (before, after) = (serde_json::from_str(before)?, serde_json::from_str(after)?);
    let mut lines = Vec::new();
    let (old, new) = (tests(&before), tests(&after));
    let ids: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for id in ids {
        match (old.get(id), new.get(id)) {
            (Some(old), Some(new)) if old != new => {
                lines.push(format!("{} other: {}", name(*id, new), fields(old, new).join(", ")));
            }
            (Some(old), None) => lines.push(format!("{} is gone", name(*id, old))),
            (None, Some(new)) => lines.push(format!("{} is new", name(*id, new))),
            _ => {}
        }
    }
    if lines.is_empty() {
        lines.push("what stands beside the tests: notes, parameters or form".into());
    }
    let more = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    Ok(lines)
}

/// All tests of a file by their id.
fn tests(file: &Value) -> BTreeMap<u64, &Value> {
    let groups = file.get("groups").and_then(Value::as_array).into_iter().flatten();
    groups
        .flat_map(|group| group.get("tests").and_then(Value::as_array).into_iter().flatten())
        .filter_map(|test| Some((test.get("id")?.as_u64()?, test)))
        .collect()
}

fn name(id: u64, test: &Value) -> String {
    let comment = test.get("comment").and_then(Value::as_str).unwrap_or_default();
    format!("{id} ({comment})")
}

/// The names of the fields that are not the same.
fn fields(old: &Value, new: &Value) -> Vec<String> {
    let names = |test: &Value| -> Vec<String> {
        test.as_object().into_iter().flat_map(|map| map.keys().cloned()).collect()
    };
    let all: BTreeSet<_> = names(old).into_iter().chain(names(new)).collect();
    all.into_iter().filter(|name| old.get(name) != new.get(name)).collect()
}
