//! Counts the instructions of the operations that a client waits for, and compares them with the
//! counts in `reference.txt`: `cargo bench --bench instructions`. Needs valgrind.
//!
//! Unlike times, counts are the same in every run on every load, so that a rise is a rise: more
//! than 5 % fail. Compiler and CPU features change them, so the file says what it was made with.
//! `cargo bench --bench instructions -- --write` writes it anew; names select cases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a bench fails by panicking"
)]

mod callgrind;
mod cases;
#[path = "../../examples/sizes/groups.rs"]
mod crowd;
#[path = "../operations/people.rs"]
mod people;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::{Command, ExitCode};

use cases::CASES;

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/reference.txt");
/// Percent by which a count may rise.
const TOLERANCE: u64 = 5;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--case", name] => run(name),
        ["--write"] => write(),
        names => return check(names),
    }
    ExitCode::SUCCESS
}

fn run(name: &str) {
    let (_, case) = CASES.iter().find(|(case, _)| *case == name).expect("no such case");
    case();
}

fn count(name: &str) -> u64 {
    callgrind::instructions(&["--case", name], &[])
}

fn write() {
    let mut text = format!("# {}\n", environment());
    for (name, _) in CASES {
        writeln!(text, "{name} {}", count(name)).unwrap();
    }
    std::fs::write(REFERENCE, &text).unwrap();
    print!("{text}");
}

/// Compares all cases, or those with the given names.
fn check(names: &[&str]) -> ExitCode {
    let text = std::fs::read_to_string(REFERENCE).unwrap();
    let (made_with, lines) = text.split_once('\n').unwrap();
    let reference: BTreeMap<&str, u64> = lines
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, count)| (name, count.parse().unwrap()))
        .collect();
    assert!(names.iter().all(|name| reference.contains_key(name)), "no such case");
    println!("{:<30} {:>12} {:>12} {:>8}", "instructions", "now", "reference", "change");
    let selected = |name: &str| names.is_empty() || names.contains(&name);
    let mut failed = false;
    for (name, _) in CASES.iter().filter(|(name, _)| selected(name)) {
        let (now, before) = (count(name), reference[name]);
        failed |= now * 100 > before * (100 + TOLERANCE);
        println!("{name:<30} {now:>12} {before:>12} {:>7}%", percent(now, before));
    }
    let made_with = made_with.trim_start_matches("# ");
    if made_with != environment() {
        println!("the reference was made with {made_with}; this is {}", environment());
    }
    if failed {
        println!("more than {TOLERANCE} % above the reference");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// The change, with two digits after the point.
fn percent(now: u64, before: u64) -> String {
    let sign = if now < before { '-' } else { '+' };
    let hundredths = now.abs_diff(before) * 10_000 / before;
    format!("{sign}{}.{:02}", hundredths / 100, hundredths % 100)
}

/// What counts depend on beside the code.
fn environment() -> String {
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(compiler).arg("-V").output().unwrap().stdout;
    let version = String::from_utf8(version).unwrap();
    let version = version.split_whitespace().nth(1).unwrap();
    format!("rustc {version}, {}{}", std::env::consts::ARCH, features())
}

#[cfg(target_arch = "x86_64")]
fn features() -> &'static str {
    if std::arch::is_x86_feature_detected!("avx2") { " with AVX2" } else { "" }
}

#[cfg(not(target_arch = "x86_64"))]
const fn features() -> &'static str {
    ""
}
