//! Creating and checking program-derived accounts.

use crate::{
    error::{refuse, MilestoneError},
    sysvars,
};
use anchor_lang::{
    cpi::CpiSigner as Signer,
    pinocchio::{
        account::AccountView,
        address::{address_eq, Address},
        cpi::{invoke_signed_unchecked, CpiAccount},
        instruction::{InstructionAccount, InstructionView},
    },
    prelude::*,
};

const SYSTEM_PROGRAM: Address = anchor_lang::address!("11111111111111111111111111111111");
/// Variants of the system program's instruction enum.
const CREATE_ACCOUNT: u8 = 0;
const ASSIGN: u8 = 1;
const TRANSFER: u8 = 2;
const ALLOCATE: u8 = 8;

/// Finds the canonical bump of `seeds` and checks that `expected` is that address. Errors: `InvalidAddress`.
#[inline(never)]
pub fn find_bump(seeds: &[&[u8]], expected: &Address) -> Result<u8> {
    let (address, bump) = anchor_lang::find_program_address(seeds, &crate::ID);
    if !address_eq(&address, expected) {
        return Err(refuse(MilestoneError::InvalidAddress));
    }
    Ok(bump)
}

/// Creates `account` at its derived address, rent exempt, owned by this program, zeroed.
///
/// An address that already holds lamports is completed instead (transfer the rest, allocate, assign), so that nobody can
/// block a creation by funding its address. Errors: `AccountAlreadyExists`, `UnsupportedRent`.
#[inline(never)]
pub fn create_account(payer: &AccountView, account: &AccountView, space: u64, signer: &Signer) -> Result<()> {
    if !address_eq(account.owner(), &SYSTEM_PROGRAM) || account.data_len() != 0 {
        return Err(refuse(MilestoneError::AccountAlreadyExists));
    }
    let required = sysvars::rent_exempt_lamports(space)?;
    let existing = account.lamports();
    let mut data = [0u8; 52];
    if existing == 0 {
        data[0] = CREATE_ACCOUNT;
        data[4..12].copy_from_slice(&required.to_le_bytes());
        data[12..20].copy_from_slice(&space.to_le_bytes());
        data[20..52].copy_from_slice(crate::ID.as_ref());
        invoke_system(Some(payer), account, &data, signer);
        return Ok(());
    }
    if existing < required {
        data[0] = TRANSFER;
        data[4..12].copy_from_slice(&required.wrapping_sub(existing).to_le_bytes());
        invoke_system(Some(payer), account, &data[..12], signer);
    }
    data[0] = ALLOCATE;
    data[4..12].copy_from_slice(&space.to_le_bytes());
    invoke_system(None, account, &data[..12], signer);
    data[0] = ASSIGN;
    data[4..36].copy_from_slice(crate::ID.as_ref());
    invoke_system(None, account, &data[..36], signer);
    Ok(())
}

/// Calls the system program over `[payer,] account`, which both sign. `account` signs by its seeds, which come as one
/// `Signer` because BPF passes at most five arguments.
fn invoke_system(payer: Option<&AccountView>, account: &AccountView, data: &[u8], signer: &Signer) {
    let target = InstructionAccount::writable_signer(account.address());
    // SAFETY: no reference into either account's data is alive: both are plain views here, and callers create
    // typed access to `account` only afterwards. A failing call aborts the instruction.
    unsafe {
        match payer {
            Some(payer) => invoke_signed_unchecked(
                &InstructionView {
                    program_id: &SYSTEM_PROGRAM,
                    accounts: &[InstructionAccount::writable_signer(payer.address()), target],
                    data,
                },
                &[CpiAccount::from(payer), CpiAccount::from(account)],
                core::slice::from_ref(signer),
            ),
            None => invoke_signed_unchecked(
                &InstructionView { program_id: &SYSTEM_PROGRAM, accounts: &[target], data },
                &[CpiAccount::from(account)],
                core::slice::from_ref(signer),
            ),
        }
    }
}

/// Writes the discriminator of the account that `create_account` made, and returns its body, which is all zero.
#[inline(always)]
pub fn new_body<'a, T: bytemuck::Pod + Discriminator>(mut account: AccountView) -> Result<&'a mut T> {
    const { assert!(core::mem::align_of::<T>() == 1 && T::DISCRIMINATOR.len() == 8) };
    if account.data_len() != 8 + core::mem::size_of::<T>() {
        return Err(ProgramError::AccountDataTooSmall);
    }
    // SAFETY: the length is checked, every bit pattern is a `T`, and nothing else refers to the data of an account that was
    // created in this instruction. Callers take its body once.
    unsafe {
        let data = account.data_mut_ptr();
        core::ptr::copy_nonoverlapping(T::DISCRIMINATOR.as_ptr(), data, 8);
        Ok(&mut *(data.add(8) as *mut T))
    }
}

/// Writes a new account's discriminator and body into the account that `create_account` made.
pub fn write_account<T: bytemuck::Pod + Discriminator>(account: &AccountView, body: &T) -> Result<()> {
    *new_body::<T>(*account)? = *body;
    Ok(())
}
