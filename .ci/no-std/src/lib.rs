//! Links sealwax with nothing but `core` and `alloc`.
//!
//! Should anything in the tree pull in `std`, there are two panic handlers and the build fails
//! (E0152). One function of each kind is called so that its code is really linked.

#![no_std]

use core::alloc::{GlobalAlloc, Layout};
use core::convert::Infallible;
use core::panic::PanicInfo;

use rand_core::{TryCryptoRng, TryRng};
use sealwax::crypto::{
    DhPublicKey, DhSecretKey, HashLabel, KemPublicKey, KemSecretKey, SignaturePurpose, SigningKey,
    hash,
};

struct NoMemory;

// SAFETY: it never hands out memory, which an allocator may do at any time.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static MEMORY: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {}
}

/// Stands for the generator of some platform.
struct Constant(u8);

impl TryRng for Constant {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.into())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.into())
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        out.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Constant {}

/// Exported, so that the linker keeps what it calls.
#[unsafe(no_mangle)]
pub extern "C" fn sealwax_no_std(seed: u8) -> bool {
    let mut rng = Constant(seed);
    let signing = SigningKey::generate(&mut rng);
    let signature = signing.sign(SignaturePurpose::Prekey, &[seed]);
    let verified = signing.verifying_key().verify(SignaturePurpose::Prekey, &[seed], &signature);
    let dh = DhSecretKey::generate(&mut rng);
    let kem = KemSecretKey::generate(&mut rng).public_key();
    verified.is_ok()
        && DhPublicKey::from_bytes(*dh.public_key().as_bytes()).is_ok()
        && KemPublicKey::from_bytes(kem.as_bytes()).is_ok()
        && hash(HashLabel::Content, &[seed]).as_bytes() != &[0; 32]
}
