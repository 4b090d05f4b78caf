//! The fuzz targets' corpora, replayed. `fuzz/README.md` says how to go on fuzzing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::{TARGETS, Target};

fn corpus(target: &Target) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "fuzz", "corpus", target.name].iter().collect()
}

/// Behaviour: everything that fuzzing has found worth keeping does what its target demands.
fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let mut inputs = 0;
    for file in fs::read_dir(corpus(target)).unwrap() {
        let path = file.unwrap().path();
        println!("{}", path.display());
        (target.run)(&fs::read(path).unwrap());
        inputs += 1;
    }
    assert!(inputs >= target.all_seeds().len());
}

#[test]
fn braid_pair() {
    replay("braid_pair");
}

#[test]
fn content() {
    replay("content");
}

#[test]
fn documents() {
    replay("documents");
}

#[test]
fn envelope() {
    replay("envelope");
}

#[test]
fn group_documents() {
    replay("group_documents");
}

#[test]
fn group_messages() {
    replay("group_messages");
}

#[test]
fn group_stored() {
    replay("group_stored");
}

#[test]
fn media() {
    replay("media");
}

#[test]
fn session_pair() {
    replay("session_pair");
}

#[test]
fn stored() {
    replay("stored");
}

/// Behaviour: the seeds are real encodings and vectors of today, so that a change of a format does
/// not leave the corpora behind. `cargo test --test fuzz -- --ignored` writes them anew.
#[test]
fn the_seeds_are_up_to_date() {
    for target in &TARGETS {
        assert_eq!(checked_in(target), seeds(target), "{}", target.name);
    }
}

#[test]
#[ignore = "writes to the source tree"]
fn write_the_seeds() {
    for target in &TARGETS {
        fs::create_dir_all(corpus(target)).unwrap();
        for name in checked_in(target).into_keys() {
            fs::remove_file(corpus(target).join(name)).unwrap();
        }
        for (name, seed) in seeds(target) {
            fs::write(corpus(target).join(name), seed).unwrap();
        }
    }
}

/// Files of a corpus, by name.
type Files = BTreeMap<String, Vec<u8>>;

const SEED: &str = "seed-";

fn seeds(target: &Target) -> Files {
    let all = target.all_seeds();
    let count = all.len();
    let files: Files =
        all.into_iter().map(|(name, seed)| (format!("{SEED}{name}"), seed)).collect();
    assert_eq!(files.len(), count, "two seeds of {} have one name", target.name);
    files
}

fn checked_in(target: &Target) -> Files {
    let files = fs::read_dir(corpus(target)).unwrap().map(|file| {
        let path = file.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_string(), fs::read(path).unwrap())
    });
    files.filter(|(name, _)| name.starts_with(SEED)).collect()
}
