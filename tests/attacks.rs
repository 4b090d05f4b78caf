//! The list of attacks names tests and sections that exist.
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

fn read(path: &str) -> String {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), path].iter().collect();
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The attacks: heading and text.
fn attacks() -> Vec<(String, String)> {
    let text: Vec<_> = read("src/attacks.rs")
        .lines()
        .map(|line| line.strip_prefix("//!").expect("documentation alone").trim().to_owned())
        .collect();
    let text = text.join(" ");
    let sections = text.split(" ## ").skip(1).map(|section| {
        let section = section.split(" # ").next().unwrap();
        let words = section.split(" *Answer* ").next().unwrap();
        (words.chars().take(40).collect(), section.to_owned())
    });
    sections.collect()
}

/// What stands in backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether the file has this function, and has it as a test.
fn is_test(source: &str, name: &str) -> bool {
    let declared = format!("fn {name}(");
    let Some(at) = source.find(&declared) else { return false };
    let before = &source[..at];
    let attributes = &before[before.trim_end_matches(|c| c != '}' && c != ';').len()..];
    attributes.contains("#[test]") && !attributes.contains("#[ignore")
}

#[test]
fn every_attack_names_tests_that_exist() {
    let attacks = attacks();
    assert!(attacks.len() >= 45, "{} attacks", attacks.len());
    let mut sources = HashMap::new();
    for (heading, section) in attacks {
        let (_, named) = section.split_once("*Tests*").unwrap_or_else(|| panic!("{heading}: none"));
        let named = named.split("Model:").next().unwrap();
        let (mut file, mut tests) = (None, 0);
        for word in quoted(named) {
            if word.ends_with(".rs") {
                file = Some(word);
                sources.entry(word.to_owned()).or_insert_with(|| read(word));
                continue;
            }
            let file = file.unwrap_or_else(|| panic!("{heading}: {word} is in no file"));
            assert!(is_test(&sources[file], word), "{heading}: {file} has no test {word}");
            tests += 1;
        }
        assert!(tests > 0, "{heading}: no test");
    }
}

#[test]
fn every_answer_names_sections_that_exist() {
    let spec = read("SPEC.md");
    let headings: Vec<_> = spec
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' '))
        .filter_map(|line| line.split(' ').next())
        .collect();
    for (heading, section) in attacks() {
        let (_, answer) = section.split_once("*Answer*").unwrap_or_else(|| panic!("{heading}"));
        let cited = answer.split(':').next().unwrap();
        let numbers: Vec<_> = cited
            .split([',', ' ', '–'])
            .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
            .collect();
        assert!(!numbers.is_empty(), "{heading}: no section in {cited}");
        for number in numbers {
            assert!(headings.contains(&number), "{heading}: SPEC.md has no section {number}");
        }
    }
}

#[test]
fn the_models_named_exist() {
    for (heading, section) in attacks() {
        let Some((_, models)) = section.split_once("Model:") else { continue };
        for word in quoted(models) {
            let found = if word.ends_with(".vp") {
                !read(word).is_empty()
            } else {
                ["handshake", "ratchet", "group", "membership", "media"].iter().any(|model| {
                    read(&format!("formal/{model}.vp")).contains(&format!("variant {word}"))
                })
            };
            assert!(found, "{heading}: {word}");
        }
    }
}

/// What the code is compiled under, beside tests: no check can be left out of a build, and no
/// feature changes a byte.
#[test]
fn no_check_depends_on_how_the_crate_is_built() {
    let known = [
        ("src/lib.rs", "doctest"),
        ("src/lib.rs", "any(test, feature = \"std\")"),
        ("src/media/mod.rs", "feature = \"parallel\""),
        ("src/media/opening.rs", "feature = \"parallel\""),
        ("src/media/tests/mod.rs", "feature = \"parallel\""),
    ];
    let mut folders = vec!["src".to_owned()];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), &folder].iter().collect();
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            if entry.file_type().unwrap().is_dir() {
                folders.push(name);
                continue;
            }
            for line in read(&name).lines() {
                assert!(!line.contains("cfg!("), "{name}: {line}");
                let Some((_, condition)) = line.split_once("#[cfg(") else { continue };
                let condition = condition.rsplit_once(")]").map_or(condition, |(inside, _)| inside);
                let fine = condition == "test" || known.contains(&(name.as_str(), condition));
                assert!(fine, "{name}: {condition}");
                found += usize::from(condition != "test");
            }
        }
    }
    assert_eq!(found, known.len());
}

/// The checker sees what is missing.
#[test]
fn a_test_that_is_gone_would_be_noticed() {
    let source = "#[test]\nfn here() {}\nfn helper() {}\n/// text; more\n#[test]\nfn there() {}";
    assert!(is_test(source, "here") && is_test(source, "there"));
    assert!(!is_test(source, "helper") && !is_test(source, "gone"));
}
