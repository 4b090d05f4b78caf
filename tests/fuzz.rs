//! The fuzz targets' corpora, replayed. `fuzz/README.md` says how to go on fuzzing.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

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
    assert!(inputs >= (target.seeds)().len());
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

/// Behaviour: the seeds are real encodings of today, so that a change of a format does not leave
/// the corpora behind. `cargo test --test fuzz -- --ignored` writes them anew.
#[test]
fn the_seeds_are_up_to_date() {
    for target in &TARGETS {
        for (name, seed) in (target.seeds)() {
            let checked_in = fs::read(corpus(target).join(format!("seed-{name}")));
            assert!(checked_in.is_ok_and(|bytes| bytes == seed), "{} {name}", target.name);
        }
    }
}

#[test]
#[ignore = "writes to the source tree"]
fn write_the_seeds() {
    for target in &TARGETS {
        fs::create_dir_all(corpus(target)).unwrap();
        for (name, seed) in (target.seeds)() {
            fs::write(corpus(target).join(format!("seed-{name}")), seed).unwrap();
        }
    }
}
