//! A vault that signs any instruction: what a multisig does once its members have voted, without the votes.
//!
//! Accounts: the vault, the program to call, then that program's accounts in its order. Data: the vault's bump, then the
//! data of the instruction. The vault is the address derived from `"vault"`, and signs where the instruction names it.
//! For tests only: anyone may use it.
#![no_std]
#![allow(clippy::missing_safety_doc)]

use core::{mem::MaybeUninit, panic::PanicInfo, slice};

/// Above the number of accounts of any instruction of the program under test.
const MAX_ACCOUNTS: usize = 24;
/// Marks an account that is not a repetition of an earlier one.
const NON_DUP_MARKER: u8 = u8::MAX;
/// Room to grow behind an account's data.
const SPARE: usize = 10_240;
const TOO_MANY_ACCOUNTS: u64 = 1;
const SEED: &[u8] = b"vault";

/// The structures of the runtime's C interface.
#[repr(C)]
#[derive(Clone, Copy)]
struct AccountInfo {
    key: *const [u8; 32],
    lamports: *const u64,
    data_len: u64,
    data: *const u8,
    owner: *const [u8; 32],
    rent_epoch: u64,
    is_signer: bool,
    is_writable: bool,
    is_executable: bool,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct AccountMeta {
    key: *const [u8; 32],
    is_writable: bool,
    is_signer: bool,
}

#[repr(C)]
struct Instruction {
    program: *const [u8; 32],
    accounts: *const AccountMeta,
    account_count: u64,
    data: *const u8,
    data_len: u64,
}

#[repr(C)]
struct Slice<T> {
    start: *const T,
    len: u64,
}

extern "C" {
    fn sol_invoke_signed_c(
        instruction: *const Instruction,
        accounts: *const AccountInfo,
        account_count: u64,
        signers: *const Slice<Slice<u8>>,
        signer_count: u64,
    ) -> u64;
}

/// # Safety
/// Called by the loader, with `input` the serialized parameters of the aligned loaders.
#[no_mangle]
pub unsafe extern "C" fn entrypoint(input: *const u8) -> u64 {
    let count = *(input as *const u64) as usize;
    if count > MAX_ACCOUNTS {
        return TOO_MANY_ACCOUNTS;
    }
    let mut infos = [MaybeUninit::<AccountInfo>::uninit(); MAX_ACCOUNTS];
    let infos = infos.as_mut_ptr() as *mut AccountInfo;
    let mut at = input.add(8);
    let mut index = 0;
    while index < count {
        at = read_account(at, infos, index);
        index += 1;
    }
    let data_len = *(at as *const u64);
    let bump = at.add(8);
    let vault = (*infos).key;

    let mut metas = [MaybeUninit::<AccountMeta>::uninit(); MAX_ACCOUNTS];
    let metas = metas.as_mut_ptr() as *mut AccountMeta;
    let mut index = 2;
    while index < count {
        let info = &*infos.add(index);
        let is_vault = is_same(info.key, vault);
        let meta = AccountMeta { key: info.key, is_writable: info.is_writable, is_signer: info.is_signer || is_vault };
        metas.add(index - 2).write(meta);
        index += 1;
    }

    let instruction = Instruction {
        program: (*infos.add(1)).key,
        accounts: metas,
        account_count: count as u64 - 2,
        data: bump.add(1),
        data_len: data_len - 1,
    };
    let seeds = [Slice { start: SEED.as_ptr(), len: SEED.len() as u64 }, Slice { start: bump, len: 1 }];
    let signer = Slice { start: seeds.as_ptr(), len: 2 };
    sol_invoke_signed_c(&instruction, infos, count as u64, &signer, 1)
}

/// Reads the account at `at` into its place, and returns the start of the next one.
unsafe fn read_account(at: *const u8, infos: *mut AccountInfo, index: usize) -> *const u8 {
    if *at != NON_DUP_MARKER {
        infos.add(index).write(*infos.add(*at as usize));
        return at.add(8);
    }
    let data_len = *(at.add(80) as *const u64);
    let data = at.add(88);
    let end = data.add(data_len as usize + SPARE);
    let end = end.add((8 - (end as usize & 7)) & 7);
    infos.add(index).write(AccountInfo {
        key: at.add(8) as *const [u8; 32],
        lamports: at.add(72) as *const u64,
        data_len,
        data,
        owner: at.add(40) as *const [u8; 32],
        rent_epoch: *(end as *const u64),
        is_signer: *at.add(1) != 0,
        is_writable: *at.add(2) != 0,
        is_executable: *at.add(3) != 0,
    });
    end.add(8)
}

/// Compares as four words: a comparison of arrays would call `memcmp`, which the linker does not provide.
unsafe fn is_same(one: *const [u8; 32], other: *const [u8; 32]) -> bool {
    let one = slice::from_raw_parts(one as *const u64, 4);
    let other = slice::from_raw_parts(other as *const u64, 4);
    one[0] == other[0] && one[1] == other[1] && one[2] == other[2] && one[3] == other[3]
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    loop {}
}
