//! The program's entrypoint on every runtime.
//!
//! Anchor 2 expects a pointer to the instruction data in `r2` (SIMD-0321). Older runtimes, bankrun's Agave 1.18
//! among them, pass nothing there; then the input buffer is walked to find it.

anchor_lang::pinocchio::default_allocator!();

/// Marks an account that is not a repetition of an earlier one.
const NON_DUP_MARKER: u8 = u8::MAX;
/// Fixed part of a serialized account: header (88 bytes) and room to grow (10 KiB).
const STATIC_ACCOUNT_DATA: usize = 88 + 10_240;

/// # Safety
/// Called by the loader, with `input` the serialized parameters of the aligned loaders (v2, v3) and `instruction_data`
/// null or pointing at the instruction data inside them.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8, instruction_data: *const u8) -> u64 {
    let data = if instruction_data.is_null() { find_instruction_data(input) } else { instruction_data };
    crate::__anchor_dispatch(input, data)
}

/// Returns where the instruction data starts, behind the accounts: a count (u64), then per account either 8 bytes (a
/// repetition) or header, data, room, padding to 8 bytes and rent epoch (u64). Then come the data's length (u64) and the data.
///
/// # Safety
/// `input` must be as `entrypoint` requires.
#[inline(never)]
unsafe fn find_instruction_data(input: *mut u8) -> *const u8 {
    // SAFETY: the loader wrote exactly this layout, so every read stays inside the buffer.
    unsafe {
        let mut accounts = *(input as *const u64);
        let mut at = input.add(8);
        while accounts != 0 {
            if *at == NON_DUP_MARKER {
                // The data length is the last 8 bytes of the 88-byte header.
                let data_len = *(at.add(80) as *const u64) as usize;
                at = at.add(STATIC_ACCOUNT_DATA).add(data_len);
                at = at.add(at.align_offset(8)).add(8);
            } else {
                at = at.add(8);
            }
            accounts = accounts.wrapping_sub(1);
        }
        at.add(8)
    }
}

/// Copies bytes. The compiler calls it by name for copies whose length is known only at run time, such as `Vec::clone` in
/// Anchor's `remaining_accounts`, and the linker provides none.
///
/// # Safety
/// As for C's `memcpy`: `n` bytes must be readable at `source` and writable at `destination`, without overlap.
#[no_mangle]
pub unsafe extern "C" fn memcpy(destination: *mut u8, source: *const u8, n: u64) -> *mut u8 {
    // LLVM may copy a place onto itself, which the syscall treats as an overlap.
    if !core::ptr::eq(destination, source) {
        // SAFETY: the caller promises what the syscall requires.
        unsafe { solana_define_syscall::definitions::sol_memcpy_(destination, source, n) };
    }
    destination
}
