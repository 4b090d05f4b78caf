//! Thousands of short stories in which everything goes wrong. `sim` says what happens in them and
//! what must hold; `cargo run --release --example simulation -- 10000` tells more of them.

mod sim;

use sim::{Report, run};

/// Behaviour: whatever happens, every invariant of `sim` holds.
fn stories(seeds: std::ops::Range<u64>) -> Report {
    let mut report = Report::default();
    for seed in seeds {
        report.merge(run(seed));
    }
    report
}

#[test]
fn first() {
    println!("{}", stories(0..150));
}
