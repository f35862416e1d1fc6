//! `std`'s default allocator on `os = "solana"`: none. A program brings its own global allocator,
//! so anything that still reaches this one must fail and not guess where the heap is.

use crate::alloc::{GlobalAlloc, Layout, System};

#[stable(feature = "alloc_system_type", since = "1.28.0")]
unsafe impl GlobalAlloc for System {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        crate::ptr::null_mut()
    }

    unsafe fn alloc_zeroed(&self, _: Layout) -> *mut u8 {
        crate::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, _: *mut u8, _: Layout, _: usize) -> *mut u8 {
        crate::ptr::null_mut()
    }
}
