//! Tells as many stories of `tests/simulation` as asked, on all processors:
//! `cargo run --release --example simulation -- 10000`; with `--from N` beginning with that seed.
//! `--seed N` tells one and prints what happens in it. With `--groups` they are of groups.

#[path = "../../tests/simulation/sim/mod.rs"]
mod sim;

use std::env;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use sim::{Report, groups, run, run_groups, run_traced};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let number = |name: &str| {
        let place = arguments.iter().position(|argument| argument == name)?;
        arguments.get(place.saturating_add(1))?.parse::<u64>().ok()
    };
    let of_groups = arguments.iter().any(|argument| argument == "--groups");
    if let Some(seed) = number("--seed") {
        let tell = if of_groups { groups::run_traced } else { run_traced };
        println!("{}", tell(seed, true));
        return ExitCode::SUCCESS;
    }
    let story = if of_groups { run_groups } else { run };
    let count = arguments.first().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let from = number("--from").unwrap_or(0);
    if many(story, from, count) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tells stories, and prints what happened in all of them and which failed.
fn many(run: fn(u64) -> Report, from: u64, count: u64) -> bool {
    let began = Instant::now();
    let next = AtomicU64::new(from);
    let until = from.saturating_add(count);
    let told = Mutex::new((Report::default(), Vec::new()));
    let tell = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= until {
                return;
            }
            let story = std::panic::catch_unwind(|| run(seed));
            let Ok(mut told) = told.lock() else { return };
            match story {
                Ok(report) => told.0.merge(report),
                Err(_) => told.1.push(seed),
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, Into::into) {
            scope.spawn(tell);
        }
    });
    let Ok((report, mut failed)) = told.into_inner() else { return false };
    failed.sort_unstable();
    print!("{report}");
    println!("{count} stories in {:?}; failed: {failed:?}", began.elapsed());
    failed.is_empty()
}
