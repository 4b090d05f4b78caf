//! Generates the test vectors anew, and says what differs from those in `test-vectors/`:
//! `cargo run --example vectors`. With `-- --write` it takes them over, once it has said so.
//!
//! They show what the crate keeps to itself, so that its unit tests make them; this runs those with
//! a folder to write to, which is never `test-vectors/` itself.

mod differences;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

use differences::differences;

/// Files of the folder that nothing generates.
const NOT_GENERATED: [&str; 2] = ["schema.json", "from-python.json"];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let write = match env::args().skip(1).collect::<Vec<_>>().as_slice() {
        [] => false,
        [flag] if flag == "--write" => true,
        _ => return Err("cargo run --example vectors [-- --write]".into()),
    };
    let made = env::temp_dir().join(format!("sealwax-vectors-{}", std::process::id()));
    fs::create_dir(&made)?;
    let compared = generate(&made).and_then(|()| compare(&made, write));
    fs::remove_dir_all(&made)?;
    Ok(if compared? || write { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn committed() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "test-vectors"].iter().collect()
}

/// Lets the unit tests write every file to this folder.
fn generate(folder: &Path) -> Result<(), Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--quiet", "--lib", "vectors::"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("SEALWAX_VECTORS", folder)
        .status()?;
    if status.success() { Ok(()) } else { Err("the vectors could not be made".into()) }
}

/// Whether all are the same. What differs is printed, and written if asked for.
fn compare(made: &Path, write: bool) -> Result<bool, Box<dyn Error>> {
    let (new, old) = (names(made)?, names(&committed())?);
    let mut same = true;
    for name in new.union(&old).filter(|name| !NOT_GENERATED.contains(&name.as_str())) {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).ok();
        let (after, before) = (read(made), read(&committed()));
        if after == before {
            continue;
        }
        same = false;
        println!("{name}");
        match (&before, &after) {
            (Some(before), Some(after)) => {
                differences(before, after)?.iter().for_each(|line| println!("  {line}"));
            }
            (None, _) => println!("  is not there yet"),
            (_, None) => println!("  nothing makes it: remove it by hand"),
        }
        if let (true, Some(after)) = (write, after) {
            fs::write(committed().join(name), after)?;
            println!("  written");
        }
    }
    println!(
        "{}",
        if same { "nothing differs" } else { "a difference is a change of the protocol" }
    );
    Ok(same)
}

fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_some_and(|extension| extension == "json") {
            names.insert(name);
        }
    }
    Ok(names)
}
