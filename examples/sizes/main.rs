//! Prints the size of everything that travels or is stored, one `name bytes` a line.
//!
//! ```sh
//! cargo run --release --example sizes
//! ```

mod figures;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for figure in figures::measure()? {
        println!("{} {}", figure.name, figure.bytes);
    }
    Ok(())
}
