//! The three requests that this harness makes of valgrind's memcheck. All the unsafe code there is.

use core::arch::asm;
use std::hint::black_box;

const RUNNING: usize = 0x1001;
const COUNT_ERRORS: usize = 0x1201;
const MAKE_UNDEFINED: usize = 0x4d43_0001;
const MAKE_DEFINED: usize = 0x4d43_0002;
const VALIDITY_BITS: usize = 0x4d43_0008;

/// Makes a client request; 0 without valgrind.
///
/// The instructions have no effect on a processor: the rotations add up to 64 bits.
fn request(arguments: [usize; 6]) -> usize {
    let mut result = 0_usize;
    // SAFETY: outside valgrind `rdi` comes back as it was and nothing else is touched. Inside, it
    // reads the six words at `rax`, and reads or writes at most the memory that they name, which
    // the callers below hold. Memory is declared clobbered (no `nomem`).
    unsafe {
        asm!(
            "rol rdi, 3", "rol rdi, 13", "rol rdi, 61", "rol rdi, 51", "xchg rbx, rbx",
            in("rax") arguments.as_ptr(),
            inlateout("rdx") result,
            inlateout("rdi") 0_usize => _,
            options(nostack),
        );
    }
    result
}

pub fn is_running() -> bool {
    request([RUNNING, 0, 0, 0, 0, 0]) != 0
}

/// How many errors valgrind has reported so far.
pub fn errors() -> usize {
    request([COUNT_ERRORS, 0, 0, 0, 0, 0])
}

/// From here on a branch or an index that depends on these bytes is an error.
pub fn make_secret(bytes: &mut [u8]) {
    let bytes = black_box(bytes);
    request([MAKE_UNDEFINED, bytes.as_mut_ptr() as usize, bytes.len(), 0, 0, 0]);
}

/// Whether any of these bytes depends on a secret.
pub fn is_secret(bytes: &[u8]) -> bool {
    let mut bits = vec![0_u8; bytes.len()];
    let (from, to) = (bytes.as_ptr() as usize, bits.as_mut_ptr() as usize);
    request([VALIDITY_BITS, from, to, bytes.len(), 0, 0]);
    black_box(&bits).iter().any(|bits| *bits != 0)
}

/// Declares that these bytes are for everybody to see.
pub fn make_public(bytes: &mut [u8]) {
    let bytes = black_box(bytes);
    request([MAKE_DEFINED, bytes.as_mut_ptr() as usize, bytes.len(), 0, 0, 0]);
}
