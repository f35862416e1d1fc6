//! Transfers out of one token account, in one call of the token program where it offers that.

use super::{TOKEN_PROGRAM, TRANSFER_CHECKED};
use crate::constants::UPGRADEABLE_LOADER;
use anchor_lang::{
    address_eq,
    cpi::{CpiSeed as Seed, CpiSigner as Signer},
    pinocchio::{
        account::AccountView,
        cpi::{invoke_signed_unchecked, CpiAccount},
        instruction::{InstructionAccount, InstructionView},
    },
    prelude::Address,
};
use core::{
    mem::{size_of, MaybeUninit},
    slice,
};

/// Tag of p-token's `Batch`, which runs several instructions in one call. (SIMD-0266)
const BATCH: u8 = 255;
/// To the recipient, the owner, the gateway, the protocol and the keeper.
const MAX_TRANSFERS: usize = 5;
/// Accounts of a `TransferChecked`: source, mint, destination, authority.
const ACCOUNTS_OF_TRANSFER: usize = 4;
/// Accounts that all transfers share: source, mint, authority.
const SHARED_ACCOUNTS: usize = 3;

/// A `TransferChecked` as `Batch` takes it: two lengths, then the instruction's own data.
#[repr(C)]
struct Entry {
    accounts_len: u8,
    data_len: u8,
    tag: u8,
    amount: [u8; 8],
    decimals: u8,
}

/// Bytes before an entry's own data.
const ENTRY_HEADER: usize = 2;
const _: () = assert!(size_of::<Entry>() == 12 && core::mem::align_of::<Entry>() == 1);

/// The data of a `Batch`. Of its entries the first `Transfers::count` are written, and its tag before the call.
#[repr(C)]
struct Data {
    tag: MaybeUninit<u8>,
    entries: [MaybeUninit<Entry>; MAX_TRANSFERS],
}

/// The accounts and decimals that all transfers of one release share.
pub struct Source<'a> {
    /// SPL Token or Token-2022; the caller has checked which.
    pub token_program: &'a AccountView,
    pub account: &'a AccountView,
    pub mint: &'a AccountView,
    /// Delegate or owner of the account: a PDA that signs by seeds, or a signer of the transaction.
    pub authority: &'a AccountView,
    pub decimals: u8,
}

/// Transfers that are collected with `add`, then made with `send`.
pub struct Transfers<'a> {
    token_program: AccountView,
    account: &'a Address,
    mint: &'a Address,
    authority: &'a Address,
    decimals: u8,
    count: usize,
    data: Data,
    metas: [MaybeUninit<InstructionAccount<'a>>; MAX_TRANSFERS * ACCOUNTS_OF_TRANSFER],
    accounts: [MaybeUninit<CpiAccount<'a>>; SHARED_ACCOUNTS + MAX_TRANSFERS],
}

impl<'a> Transfers<'a> {
    #[inline(always)]
    pub fn from(source: Source<'a>) -> Self {
        let mut accounts = [const { MaybeUninit::uninit() }; SHARED_ACCOUNTS + MAX_TRANSFERS];
        for (view, account) in [source.account, source.mint, source.authority].into_iter().zip(&mut accounts) {
            CpiAccount::init_from_account_view(view, account);
        }
        Self {
            token_program: *source.token_program,
            account: source.account.address(),
            mint: source.mint.address(),
            authority: source.authority.address(),
            decimals: source.decimals,
            count: 0,
            data: Data { tag: MaybeUninit::uninit(), entries: [const { MaybeUninit::uninit() }; MAX_TRANSFERS] },
            metas: [const { MaybeUninit::uninit() }; MAX_TRANSFERS * ACCOUNTS_OF_TRANSFER],
            accounts,
        }
    }

    /// Adds a transfer of `amount` base units into `destination`, unless the amount is zero. No release has more than
    /// `MAX_TRANSFERS`; one more would abort the instruction.
    #[inline(always)]
    pub fn add(&mut self, destination: &'a AccountView, amount: u64) {
        if amount == 0 {
            return;
        }
        let at = self.count;
        self.data.entries[at].write(Entry {
            accounts_len: ACCOUNTS_OF_TRANSFER as u8,
            data_len: (size_of::<Entry>() - ENTRY_HEADER) as u8,
            tag: TRANSFER_CHECKED,
            amount: amount.to_le_bytes(),
            decimals: self.decimals,
        });
        let accounts = [
            InstructionAccount::writable(self.account),
            InstructionAccount::readonly(self.mint),
            InstructionAccount::writable(destination.address()),
            InstructionAccount::readonly_signer(self.authority),
        ];
        for (account, meta) in accounts.into_iter().zip(&mut self.metas[at.wrapping_mul(ACCOUNTS_OF_TRANSFER)..]) {
            meta.write(account);
        }
        CpiAccount::init_from_account_view(destination, &mut self.accounts[SHARED_ACCOUNTS + at]);
        self.count = at + 1;
    }

    /// Adds a transfer like `add`, out of line: for all but the first, where size matters more than a few compute units.
    #[inline(never)]
    pub fn add_shared(&mut self, destination: &'a AccountView, amount: u64) {
        self.add(destination, amount);
    }

    /// Calls the token program: once for all transfers where it has `Batch`, otherwise once per transfer. `seeds` are those of
    /// the authority, empty for one that signed the transaction. A failure aborts the instruction.
    #[inline(never)]
    pub fn send(&mut self, seeds: &[Seed]) {
        let signer = Signer::from(seeds);
        let signers = if seeds.is_empty() { &[] } else { slice::from_ref(&signer) };
        if self.count == 1 {
            // Most releases: the loop below would cost them ten compute units more.
            return self.call_single(0, signers);
        }
        if self.count > 1 && has_batch(&self.token_program) {
            self.data.tag.write(BATCH);
            // `wrapping_*`, here and below, because checked multiplication does not link: counts are at most `MAX_TRANSFERS`.
            let len = size_of::<Entry>().wrapping_mul(self.count).wrapping_add(1);
            // SAFETY: the tag and the first `count` entries are written, without padding between them.
            let data = unsafe { slice::from_raw_parts(&self.data as *const Data as *const u8, len) };
            return self.call(data, 0, self.count, signers);
        }
        for at in 0..self.count {
            self.call_single(at, signers);
        }
    }

    /// Calls the token program for the transfer at `at`, one of the first `count`.
    #[inline(always)]
    fn call_single(&self, at: usize, signers: &[Signer]) {
        // SAFETY: the first `count` entries are written; the instruction's data follows the header.
        let data = unsafe {
            slice::from_raw_parts(
                (self.data.entries[at].as_ptr() as *const u8).add(ENTRY_HEADER),
                size_of::<Entry>() - ENTRY_HEADER,
            )
        };
        self.call(data, at, 1, signers);
    }

    /// Calls the token program with `data` for the `count` transfers from `first` on.
    #[inline(always)]
    fn call(&self, data: &[u8], first: usize, count: usize, signers: &[Signer]) {
        let first = first.wrapping_mul(ACCOUNTS_OF_TRANSFER);
        let metas = &self.metas[first..][..count.wrapping_mul(ACCOUNTS_OF_TRANSFER)];
        let accounts = &self.accounts[..SHARED_ACCOUNTS + self.count];
        // SAFETY: `add` and `from` wrote these elements. The callee writes only to token accounts, into which nothing here holds
        // a reference (`TokenAccount` views end before the first transfer). A typed authority is passed read-only.
        unsafe {
            invoke_signed_unchecked(
                &InstructionView {
                    program_id: self.token_program.address(),
                    accounts: slice::from_raw_parts(metas.as_ptr() as *const InstructionAccount, metas.len()),
                    data,
                },
                slice::from_raw_parts(accounts.as_ptr() as *const CpiAccount, accounts.len()),
                signers,
            );
        }
    }
}

/// Makes a single transfer, in one copy for all callers. `seeds` are as in `Transfers::send`.
#[inline(never)]
pub fn transfer(source: Source, destination: &AccountView, amount: u64, seeds: &[Seed]) {
    let mut transfers = Transfers::from(source);
    transfers.add_shared(destination, amount);
    transfers.send(seeds);
}

/// Returns whether the token program has p-token's `Batch`: SPL Token has it once p-token replaced it, under the upgradeable
/// loader; the program before belongs to an older loader. Token-2022's account says nothing about its instructions. A program
/// without `Batch` refuses it, so a wrong answer costs a failed transaction. (decision 0020)
#[inline(always)]
fn has_batch(token_program: &AccountView) -> bool {
    address_eq(token_program.address(), &TOKEN_PROGRAM) && address_eq(token_program.owner(), &UPGRADEABLE_LOADER)
}
