//! An allocator that wipes what it frees, so that no copy of a secret outlives its use: in strings that come in and go out,
//! vectors that grew, or JSON values.
#![expect(unsafe_code, reason = "a global allocator is unsafe by definition")]

use core::alloc::{GlobalAlloc, Layout};
use core::hint::black_box;
use core::ptr;
use std::alloc::System;

struct Wiping;

#[global_allocator]
static ALLOCATOR: Wiping = Wiping;

// SAFETY: every block comes from `System` and goes back to it with the layout it had; wiping
// stays within the block and happens before it goes back.
unsafe impl GlobalAlloc for Wiping {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are `System`'s.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` is `layout.size()` bytes long and nobody's any more.
        unsafe {
            // A single instruction; `zeroize` would go byte by byte.
            ptr::write_bytes(block, 0, layout.size());
            // What is written to a block that is freed next is dead to the compiler, unless the
            // block may be looked at in between.
            System.dealloc(black_box(block), layout);
        }
    }

    // Growing in place would be fine, but a moved block leaves its old contents behind.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that `size` with this alignment is a layout.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !moved.is_null() {
            // SAFETY: both blocks are at least as long as what is copied, and distinct.
            unsafe {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                self.dealloc(block, layout);
            }
        }
        moved
    }
}
