//! An allocator that looks into every block before it is freed, for tests of wiping. It is a crate of
//! its own because an allocator takes unsafe code, of which sealwax has none.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicPtr, Ordering};

/// The system's allocator, watched.
pub struct Watching;

/// How many bytes of a secret are recognised.
pub const PATTERN: usize = 16;

type Patterns = BTreeSet<[u8; PATTERN]>;

/// What this process looks for; replaced ones are leaked, which a test can afford.
static PATTERNS: AtomicPtr<Patterns> = AtomicPtr::new(std::ptr::null_mut());

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    static FOUND: Cell<usize> = const { Cell::new(0) };
    static LARGEST: Cell<usize> = const { Cell::new(0) };
}

/// Blocks that were freed with a secret inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unwiped {
    /// How many blocks.
    pub blocks: usize,
    /// Bytes of the largest one.
    pub largest: usize,
}

/// Runs `act` on this thread, and counts the blocks that it frees with one of `secrets` inside: the
/// middle [`PATTERN`] bytes of each, which must have at least so many.
pub fn watch<T>(secrets: &[Vec<u8>], act: impl FnOnce() -> T) -> (T, Unwiped) {
    let middle = |secret: &Vec<u8>| {
        let start = (secret.len() - PATTERN) / 2;
        let mut pattern = [0; PATTERN];
        pattern.copy_from_slice(&secret[start..start + PATTERN]);
        pattern
    };
    let patterns = Box::new(secrets.iter().map(middle).collect::<Patterns>());
    PATTERNS.store(Box::into_raw(patterns), Ordering::SeqCst);
    FOUND.set(0);
    LARGEST.set(0);
    WATCHED.set(true);
    let result = act();
    WATCHED.set(false);
    (result, Unwiped { blocks: FOUND.get(), largest: LARGEST.get() })
}

/// Looks for the patterns in a block that is about to be freed.
///
/// # Safety
/// `block` must be valid for `len` bytes. Padding and moved-out values are read as volatile bytes
/// one by one: whatever they are, they are compared and nothing else.
unsafe fn inspect(block: *const u8, len: usize) {
    if len < PATTERN || !WATCHED.replace(false) {
        return;
    }
    // SAFETY: only `watch` stores here, a box that is never freed.
    let patterns = unsafe { PATTERNS.load(Ordering::SeqCst).as_ref() };
    let mut window = [0; PATTERN];
    let mut found = false;
    for at in 0..len {
        window.rotate_left(1);
        // SAFETY: `at` is below `len`.
        window[PATTERN - 1] = unsafe { block.add(at).read_volatile() };
        found |= at + 1 >= PATTERN && patterns.is_some_and(|patterns| patterns.contains(&window));
    }
    if found {
        FOUND.set(FOUND.get() + 1);
        LARGEST.set(LARGEST.get().max(len));
    }
    WATCHED.set(true);
}

// SAFETY: everything is the system allocator's; `realloc` is the trait's own, which allocates,
// copies and frees, so that a block that is left behind is inspected too.
unsafe impl GlobalAlloc for Watching {
    /// Zeroed, so that what a block has of an earlier one is not taken for its own.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise: a block of this layout that is still allocated.
        unsafe {
            inspect(block, layout.size());
            System.dealloc(block, layout);
        }
    }
}
