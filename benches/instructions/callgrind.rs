//! Counts the instructions of one function of this very program, under valgrind's callgrind.

use std::process::Command;
use std::string::String;

/// What is counted: everything inside, and nothing before or after. The name is what callgrind
/// looks for, so no other function may have it in its own.
#[inline(never)]
pub(crate) fn counted<T>(work: impl FnOnce() -> T) -> T {
    std::hint::black_box(work())
}

/// Runs this program again with these arguments and environment, and counts the instructions that
/// it spends in [`counted`].
pub(crate) fn instructions(arguments: &[&str], environment: &[(&str, &str)]) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*callgrind*counted*")
        .arg(std::env::current_exe().unwrap())
        .args(arguments)
        .envs(environment.iter().copied())
        .output()
        .expect("valgrind has to be installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stdout));
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).unwrap().1;
    let count = collected.trim().parse().unwrap();
    assert!(count > 0, "nothing was counted");
    count
}
