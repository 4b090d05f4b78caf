//! Seals a file of any size, opens it again, and looks into its middle.
//!
//! ```text
//! cargo run --release --example seal-file                                a file of 256 MiB, made up
//! cargo run --release --example seal-file -- seal FILE SEALED            prints what a message carries
//! cargo run --release --example seal-file -- open SEALED FILE MESSAGE    what `seal` printed
//! cargo run --release --example seal-file -- peek SEALED MESSAGE FROM TO a part of it, to the output
//! ```
//!
//! `SEALED` holds the object and behind it the list of chaining values. Memory stays at one chunk
//! and the list, 32 bytes for each 64 KiB.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "an example may stop where a library may not"
)]

mod files;
mod progress;

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::{env, slice};

use sealwax::media::{MediaKey, MediaRoot, SealedMedia};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "usage: seal-file [seal FILE SEALED | open SEALED FILE MESSAGE | \
    peek SEALED MESSAGE FROM TO]";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("seal-file: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Outcome<()> {
    match arguments {
        [] => demonstrate(),
        ["seal", file, sealed] => {
            let media = files::seal(Path::new(file), Path::new(sealed))?;
            println!("{}", message(&media));
            Ok(())
        }
        ["open", sealed, file, text] => {
            files::open(Path::new(sealed), Path::new(file), parse(text)?)
        }
        ["peek", sealed, text, from, to] => {
            let part = files::peek(Path::new(sealed), parse(text)?, from.parse()?..to.parse()?)?;
            Ok(io::stdout().write_all(&part)?)
        }
        _ => Err(USAGE.into()),
    }
}

/// All of it with a made-up file in a directory of its own.
fn demonstrate() -> Outcome<()> {
    let directory = env::temp_dir().join(format!("seal-file-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    let result = demonstrate_in(&directory);
    fs::remove_dir_all(&directory)?;
    result
}

fn demonstrate_in(directory: &Path) -> Outcome<()> {
    const LEN: u64 = 256 << 20;
    let [file, sealed, again] = ["file", "sealed", "again"].map(|name| directory.join(name));
    make_up(&file, LEN)?;
    let media = files::seal(&file, &sealed)?;
    println!("a message carries: {}", message(&media));
    files::open(&sealed, &again, parse(&message(&media))?)?;
    if !same(&file, &again)? {
        return Err("the file is not what it was".into());
    }
    println!("opened: the same {LEN} bytes");
    let part = files::peek(&sealed, media.clone(), 100_000_000..100_000_016)?;
    println!("16 bytes of the middle, two reads from the disk: {part:02x?}");
    damage(&sealed, 77_777_777)?;
    match files::open(&sealed, &again, media) {
        Ok(()) => Err("a damaged object opened".into()),
        Err(error) => {
            println!("one bit changed on the disk: refused, {error}");
            Ok(())
        }
    }
}

fn make_up(path: &Path, len: u64) -> Outcome<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..len / 8 {
        file.write_all(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes())?;
    }
    Ok(file.flush()?)
}

fn same(a: &Path, b: &Path) -> Outcome<bool> {
    let (mut a, mut b) = (io::BufReader::new(File::open(a)?), io::BufReader::new(File::open(b)?));
    let (mut x, mut y) = ([0], [0]);
    loop {
        let read = a.read(&mut x)?;
        if read != b.read(&mut y)? || x != y {
            return Ok(false);
        }
        if read == 0 {
            return Ok(true);
        }
    }
}

fn damage(path: &Path, at: u64) -> Outcome<()> {
    use std::io::{Seek, SeekFrom};
    let mut file = File::options().read(true).write(true).open(path)?;
    let mut byte = 0;
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(slice::from_mut(&mut byte))?;
    file.seek(SeekFrom::Start(at))?;
    Ok(file.write_all(&[byte ^ 1])?)
}

/// Key, lengths and hash, as a message would carry them with the object's address.
fn message(media: &SealedMedia) -> String {
    let (key, root) = (hex::encode(media.key().as_bytes()), hex::encode(media.root().as_bytes()));
    format!("{key}-{}-{}-{root}", media.plaintext_len(), media.ciphertext_len())
}

fn parse(message: &str) -> Outcome<SealedMedia> {
    let [key, plaintext, ciphertext, root] = message.split('-').collect::<Vec<_>>()[..] else {
        return Err("a message is KEY-LENGTH-LENGTH-HASH".into());
    };
    let bytes = |text: &str| -> Outcome<[u8; 32]> {
        hex::decode(text)?.try_into().map_err(|_| "keys and hashes have 32 bytes".into())
    };
    let (key, root) = (MediaKey::from_bytes(bytes(key)?), MediaRoot::from_bytes(bytes(root)?));
    Ok(SealedMedia::new(key, plaintext.parse()?, ciphertext.parse()?, root)?)
}
