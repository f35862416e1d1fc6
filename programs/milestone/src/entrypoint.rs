//! The program's entrypoint on every runtime.
//!
//! Anchor 2 expects a pointer to the instruction data in `r2` (SIMD-0321). Older runtimes, bankrun's Agave 1.18
//! among them, pass nothing there; then the input buffer is walked to find it.

use crate::{input::next_record, instruction::ExecutePayment, instructions::execute_payment::release_directly};
use anchor_lang::{address_eq, prelude::Address, Discriminator};
use core::mem::size_of;

anchor_lang::pinocchio::default_allocator!();

const EXECUTE_PAYMENT: u64 = {
    let [a, b, c, d, e, f, g, h] = ExecutePayment::DISCRIMINATOR else { panic!() };
    u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h])
};
/// Bytes of `execute_payment`: its discriminator and the milestone's index.
const EXECUTE_PAYMENT_LEN: u64 = 9;

/// # Safety
/// Called by the loader, with `input` the serialized parameters of the aligned loaders (v2, v3) and `instruction_data`
/// null or pointing at the instruction data inside them.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *mut u8, instruction_data: *const u8) -> u64 {
    // SAFETY: the loader passes its buffer.
    unsafe {
        let data = if instruction_data.is_null() { find_instruction_data(input) } else { instruction_data };
        if let Some(milestone_index) = milestone_to_release(data) {
            if let Some(result) = release_directly(input, milestone_index) {
                return result.map_or_else(u64::from, |()| 0);
            }
        }
        crate::__anchor_dispatch(input, data)
    }
}

/// Returns the milestone that the instruction names, if it is an `execute_payment` of this program and nothing follows its
/// argument.
///
/// # Safety
/// `data` must point at the instruction data in the loader's buffer: its length is before it, the program's id behind it.
#[inline(always)]
unsafe fn milestone_to_release(data: *const u8) -> Option<u8> {
    // SAFETY: the length is checked before the data is read, and the id follows.
    unsafe {
        let is_release = *(data.sub(size_of::<u64>()) as *const u64) == EXECUTE_PAYMENT_LEN
            && (data as *const u64).read_unaligned() == EXECUTE_PAYMENT
            && address_eq(&*(data.add(EXECUTE_PAYMENT_LEN as usize) as *const Address), &crate::ID);
        is_release.then(|| *data.add(size_of::<u64>()))
    }
}

/// Returns where the instruction data starts, behind the accounts and its length (u64).
///
/// # Safety
/// `input` must be as `entrypoint` requires.
#[inline(never)]
unsafe fn find_instruction_data(input: *mut u8) -> *const u8 {
    // SAFETY: the loader wrote a count, that many records, and the length of the data.
    unsafe {
        let mut record = input.add(size_of::<u64>());
        for _ in 0..*(input as *const u64) {
            record = next_record(record);
        }
        record.add(size_of::<u64>())
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
