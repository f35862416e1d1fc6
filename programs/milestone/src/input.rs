//! The input buffer as the aligned loaders (v2, v3) write it: a count (u64), then one record per account, then the length of
//! the instruction data (u64), the data and the program's id.
//!
//! A record is a header, the data, room to grow, padding to 8 bytes and the rent epoch (u64). An account that was passed
//! before has a record of 8 bytes, which starts with the position of the earlier one.

use anchor_lang::pinocchio::account::{AccountView, RuntimeAccount, MAX_PERMITTED_DATA_INCREASE};
use core::{
    mem::{size_of, MaybeUninit},
    ops::Range,
};

/// First byte of a record that is not a repetition.
const NON_DUP_MARKER: u8 = u8::MAX;
/// Bytes of a repetition.
const REPETITION: usize = 8;
/// Bytes of any other record, without its data and padding.
const RECORD: usize = size_of::<RuntimeAccount>() + MAX_PERMITTED_DATA_INCREASE + size_of::<u64>();
/// Alignment of every record.
const ALIGNMENT: usize = 8;

/// Returns where the record behind the one at `record` starts.
///
/// # Safety
/// `record` must be the start of a record that the loader wrote.
#[inline(always)]
pub unsafe fn next_record(record: *mut u8) -> *mut u8 {
    // SAFETY: the loader wrote a record here, and wrote something behind it.
    unsafe {
        if *record != NON_DUP_MARKER {
            return record.add(REPETITION);
        }
        let data_len = (*(record as *const RuntimeAccount)).data_len as usize;
        // Rounded up, which is what the padding does: every record starts at a multiple of 8.
        record.add(RECORD + ALIGNMENT - 1).add(data_len).map_addr(|address| address & !(ALIGNMENT - 1))
    }
}

/// Reads the records of `range`, of which the first one is at `record`, into `views`. Returns where the next one starts, and
/// `None` when an account repeats an earlier one, unless both are at `shared` or after it.
///
/// # Safety
/// `record` must be the start of the record at `range.start`, in a buffer with `range.end` records or more. The views before it
/// must be written from `shared` on.
#[inline(always)]
pub unsafe fn read_views<const N: usize>(
    mut record: *mut u8,
    views: &mut [MaybeUninit<AccountView>; N],
    range: Range<usize>,
    shared: usize,
) -> Option<*mut u8> {
    for position in range {
        // SAFETY: the caller promises a record here.
        let earlier = unsafe { *record };
        if earlier == NON_DUP_MARKER {
            // SAFETY: a record that is not a repetition is a `RuntimeAccount` and its data.
            views[position].write(unsafe { AccountView::new_unchecked(record as *mut RuntimeAccount) });
        } else if earlier as usize >= shared {
            // SAFETY: the loader wrote the position of an earlier account, whose view is written.
            views[position] = unsafe { *views.get_unchecked(earlier as usize) };
        } else {
            return None;
        }
        // SAFETY: as above.
        record = unsafe { next_record(record) };
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes records as the loader does: `Some` is the length of an account's data, `None` repeats the account at `earlier`.
    fn buffer(records: &[Option<usize>], earlier: u8) -> Vec<u64> {
        let mut bytes = Vec::new();
        for record in records {
            match record {
                Some(data_len) => {
                    let start = bytes.len();
                    bytes.resize(start + (RECORD + data_len).next_multiple_of(ALIGNMENT), 0);
                    bytes[start] = NON_DUP_MARKER;
                    bytes[start + 80..start + 88].copy_from_slice(&(*data_len as u64).to_le_bytes());
                }
                None => bytes.extend([earlier, 0, 0, 0, 0, 0, 0, 0]),
            }
        }
        bytes.chunks_exact(8).map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap())).collect()
    }

    /// Returns the data length of each view, or `None` when the records are refused.
    fn lengths<const N: usize>(records: [Option<usize>; N], earlier: u8, shared: usize) -> Option<Vec<usize>> {
        let mut words = buffer(&records, earlier);
        let start = words.as_mut_ptr() as *mut u8;
        let mut views = [const { MaybeUninit::uninit() }; N];
        // SAFETY: `buffer` wrote `N` records.
        let end = unsafe { read_views(start, &mut views, 0..N, shared) }?;
        assert_eq!(end as usize - start as usize, words.len() * 8, "the walk ends where the buffer does");
        // SAFETY: all views are written.
        Some(views.iter().map(|view| unsafe { view.assume_init_ref() }.data_len()).collect())
    }

    #[test]
    fn given_data_of_any_length_then_the_next_record_is_found() {
        assert_eq!(lengths([Some(0), Some(1), Some(7), Some(8), Some(165)], 0, 5), Some(vec![0, 1, 7, 8, 165]));
    }

    #[test]
    fn given_a_repetition_then_only_of_a_shared_account() {
        assert_eq!(lengths([Some(3), Some(5), None, Some(9)], 1, 1), Some(vec![3, 5, 5, 9]));
        assert_eq!(lengths([Some(3), Some(5), None, Some(9)], 0, 1), None, "before the shared ones");
        assert_eq!(lengths([Some(3), None, Some(9)], 0, 2), None, "in a place that is not shared");
    }
}
