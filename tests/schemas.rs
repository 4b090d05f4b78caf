//! Every file of vectors has the form of `test-vectors/schema.json` and of its topic's schema.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

fn folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "test-vectors"].iter().collect()
}

fn read(path: &str) -> Value {
    let path = folder().join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The topics that have a file.
fn names(path: &str) -> BTreeSet<String> {
    let files = fs::read_dir(folder().join(path)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let json = names.filter_map(|name| name.strip_suffix(".json").map(str::to_owned));
    json.filter(|name| name != "schema").collect()
}

/// How many topics there are, the second set among them.
const FILES: usize = 38;

#[test]
fn every_file_has_the_form_of_its_schema() {
    let general = read("schema.json");
    let files = names("");
    assert_eq!(files.len(), FILES, "a file came or went: {files:?}");
    assert_eq!(files, names("schemas"), "a topic has a file and a schema");
    for name in files {
        let topic = read(&format!("schemas/{name}.json"));
        let file = read(&format!("{name}.json"));
        if let Err(problem) = (Checker { general: &general }).check(&topic, &file) {
            panic!("{name}: {problem}");
        }
    }
}

/// The checker sees what is wrong.
#[test]
fn what_is_of_another_form_is_noticed() {
    let general = read("schema.json");
    let (topic, file) = (read("schemas/safety-number.json"), read("safety-number.json"));
    let checker = Checker { general: &general };
    assert_eq!(checker.check(&topic, &file), Ok(()));
    let wrong: [(&str, Value); 8] = [
        ("/topic", json!("another")),
        ("/spec_version", json!(2)),
        ("/groups", json!([])),
        ("/groups/0/params/op", json!("unknown")),
        ("/groups/0/tests/0/id", json!(0)),
        ("/groups/0/tests/0/flags", json!(["twice", "twice"])),
        ("/groups/0/tests/0/own_key", json!("ABC")),
        ("/groups/0/tests/0", json!({ "id": 1 })),
    ];
    for (place, value) in wrong {
        let mut changed = file.clone();
        *changed.pointer_mut(place).unwrap() = value;
        assert!(checker.check(&topic, &changed).is_err(), "{place}");
    }
    let mut more = file.clone();
    more["groups"][0]["tests"][0]["new"] = json!(1);
    assert!(checker.check(&topic, &more).is_err());
}

/// As much of JSON Schema as the schemas use. Anything else in them is a failure.
struct Checker<'a> {
    general: &'a Value,
}

type Checked = Result<(), String>;

impl Checker<'_> {
    fn check(&self, schema: &Value, value: &Value) -> Checked {
        for (keyword, wanted) in schema.as_object().unwrap() {
            let fits = match keyword.as_str() {
                "$schema" | "title" | "description" | "$defs" => true,
                "$ref" => {
                    self.check(self.named(wanted), value)?;
                    true
                }
                "const" => value == wanted,
                "type" => is_type(wanted, value),
                "pattern" => value.as_str().is_none_or(|text| has_form(wanted, text)),
                "minimum" => value.as_i64().is_none_or(|number| number >= wanted.as_i64().unwrap()),
                "minItems" => {
                    items(value).count() >= usize::try_from(wanted.as_u64().unwrap()).unwrap()
                }
                "uniqueItems" => {
                    let all: BTreeSet<_> = items(value).map(Value::to_string).collect();
                    all.len() == items(value).count()
                }
                "required" => items(wanted).all(|name| value.get(name.as_str().unwrap()).is_some()),
                "items" => {
                    items(value).try_for_each(|item| self.check(wanted, item))?;
                    true
                }
                "properties" => {
                    let mut known = wanted.as_object().unwrap().iter();
                    known.try_for_each(|(name, schema)| self.field(schema, name, value))?;
                    true
                }
                "additionalProperties" => {
                    self.others(schema, wanted, value)?;
                    true
                }
                "anyOf" => {
                    let all: Vec<_> = items(wanted).map(|one| self.check(one, value)).collect();
                    if !all.iter().any(Result::is_ok) {
                        return Err(all
                            .into_iter()
                            .filter_map(Result::err)
                            .collect::<Vec<_>>()
                            .join(" | "));
                    }
                    true
                }
                _ => panic!("{keyword} is not known here"),
            };
            if !fits {
                let shown: String = value.to_string().chars().take(80).collect();
                return Err(format!("{keyword} {wanted}: {shown}"));
            }
        }
        Ok(())
    }

    /// `#/$defs/…` of the general schema, or that schema itself.
    fn named(&self, reference: &Value) -> &Value {
        let reference = reference.as_str().unwrap();
        let place = reference.split_once('#').map_or("", |(_, place)| place);
        self.general.pointer(place).unwrap_or_else(|| panic!("{reference}"))
    }

    fn field(&self, schema: &Value, name: &str, value: &Value) -> Checked {
        let found = value.get(name).map_or(Ok(()), |value| self.check(schema, value));
        found.map_err(|problem| format!("{name}: {problem}"))
    }

    fn others(&self, schema: &Value, wanted: &Value, value: &Value) -> Checked {
        let known = schema.get("properties").and_then(Value::as_object);
        let others = value.as_object().into_iter().flatten();
        for (name, value) in
            others.filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name)))
        {
            match wanted {
                Value::Bool(false) => return Err(format!("{name} is not known")),
                schema => self.check(schema, value)?,
            }
        }
        Ok(())
    }
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn is_type(wanted: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{other} is not known here"),
    };
    if wanted.is_array() { items(wanted).any(is) } else { is(wanted) }
}

fn has_form(pattern: &Value, text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match pattern.as_str().unwrap() {
        "^([0-9a-f]{2})*$" => {
            text.len().is_multiple_of(2)
                && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
        }
        "^[a-z0-9-]+$" => !text.is_empty() && text.chars().all(word),
        "^[a-z0-9/-]+$" => !text.is_empty() && text.chars().all(|c| word(c) || c == '/'),
        other => panic!("{other} is not known here"),
    }
}
