//! The direct way to a release: its accounts are read here, before Anchor's dispatch. Both ways then call `release`.

use super::{release, ExecutePayment, DECLARED};
use crate::input::read_views;
use anchor_lang::{pinocchio::account::AccountView, prelude::*, TryAccounts};
use core::mem::{size_of, MaybeUninit};

/// The declared accounts, and behind them the escrow and the keeper's token account.
const MAX_ACCOUNTS: usize = DECLARED + 2;
/// Position of the recipient's token account. From there on accounts may repeat each other.
const SHARED: usize = 7;

const _: () = {
    assert!(DECLARED == ExecutePayment::HEADER_SIZE);
    // Anchor refuses a repetition of the accounts in this mask.
    let [mask, ..] = ExecutePayment::MUT_MASK;
    assert!(mask >> SHARED == 0);
};

/// Releases `milestone_index` when the input is a usual one: 11 to 13 accounts, of which none repeats one of the first seven.
/// Returns `None`, and has written nothing, for any other input. Anchor's dispatch decides about that.
///
/// # Safety
/// `input` must be the loader's input buffer.
#[inline(always)]
pub unsafe fn release_directly(input: *mut u8, milestone_index: u8) -> Option<Result<()>> {
    // SAFETY: the buffer starts with the number of its records, and the first record follows.
    let (count, first) = unsafe { (*(input as *const u64) as usize, input.add(size_of::<u64>())) };
    if !(DECLARED..=MAX_ACCOUNTS).contains(&count) {
        return None;
    }
    let mut views = [const { MaybeUninit::<AccountView>::uninit() }; MAX_ACCOUNTS];
    // SAFETY: the buffer holds `count` records, and `read_views` returns where the one at `DECLARED` starts.
    unsafe {
        let trailing = read_views(first, &mut views, 0..DECLARED, SHARED)?;
        read_views(trailing, &mut views, DECLARED..count, SHARED)?;
    }
    // SAFETY: the first `count` views are written.
    let views = unsafe { core::slice::from_raw_parts_mut(views.as_mut_ptr() as *mut AccountView, count) };
    let (declared, trailing) = views.split_first_chunk_mut()?;
    Some(release(declared, Some(trailing), milestone_index))
}
