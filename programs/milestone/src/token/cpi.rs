//! The calls of the token programs; transfers are in `transfers.rs`. They use unchecked invokes: Anchor's typed accounts hold pinocchio borrows that the
//! checked ones refuse, and unchecked ones fit BPF's five argument registers.

use anchor_lang::{
    cpi::CpiSigner as Signer,
    pinocchio::{
        account::AccountView,
        cpi::{invoke_signed_unchecked, CpiAccount},
        instruction::{InstructionAccount, InstructionView},
    },
    prelude::*,
};

/// Tags of SPL Token's instruction enum; Token-2022 has the same.
const APPROVE: u8 = 4;
const REVOKE: u8 = 5;
const CLOSE_ACCOUNT: u8 = 9;
pub(super) const TRANSFER_CHECKED: u8 = 12;

/// SPL's associated token account program.
pub const ASSOCIATED_TOKEN_PROGRAM: Address = anchor_lang::address!("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
/// Its instruction that leaves an existing account alone.
const CREATE_IDEMPOTENT: u8 = 1;

/// Calls `Approve`: makes `delegate` the delegate of `token_account` for `amount` base units, signed by `owner`, who signed
/// the transaction. A failure aborts the instruction.
#[inline(never)]
pub fn approve(
    token_program: &Address,
    token_account: &AccountView,
    delegate: &AccountView,
    owner: &AccountView,
    amount: u64,
) {
    let mut data = [0u8; 9];
    data[0] = APPROVE;
    data[1..9].copy_from_slice(&amount.to_le_bytes());
    let instruction = InstructionView {
        program_id: token_program,
        accounts: &[
            InstructionAccount::writable(token_account.address()),
            InstructionAccount::readonly(delegate.address()),
            InstructionAccount::readonly_signer(owner.address()),
        ],
        data: &data,
    };
    // SAFETY: the callee writes only to the token account, into which nothing here holds a reference.
    unsafe {
        invoke_signed_unchecked(
            &instruction,
            &[CpiAccount::from(token_account), CpiAccount::from(delegate), CpiAccount::from(owner)],
            &[],
        );
    }
}

/// Calls `Revoke`: removes the delegate of `token_account`, signed by `owner`. A failure aborts the instruction.
#[inline(never)]
pub fn revoke(token_program: &Address, token_account: &AccountView, owner: &AccountView) {
    let instruction = InstructionView {
        program_id: token_program,
        accounts: &[
            InstructionAccount::writable(token_account.address()),
            InstructionAccount::readonly_signer(owner.address()),
        ],
        data: &[REVOKE],
    };
    // SAFETY: as in `approve`.
    unsafe {
        invoke_signed_unchecked(&instruction, &[CpiAccount::from(token_account), CpiAccount::from(owner)], &[]);
    }
}

/// Calls `CloseAccount` for an empty `token_account`, whose owner `authority` signs by `signer_seeds`; the rent goes to
/// `destination`. A failure aborts the instruction.
#[inline(never)]
pub fn close_account(
    token_program: &Address,
    token_account: &AccountView,
    destination: &AccountView,
    authority: &AccountView,
    signer: &Signer,
) {
    let instruction = InstructionView {
        program_id: token_program,
        accounts: &[
            InstructionAccount::writable(token_account.address()),
            InstructionAccount::writable(destination.address()),
            InstructionAccount::readonly_signer(authority.address()),
        ],
        data: &[CLOSE_ACCOUNT],
    };
    // SAFETY: the callee writes to the token account and to the destination's lamports; nothing here holds a reference
    // into either's data, and lamports are read anew after it.
    unsafe {
        invoke_signed_unchecked(
            &instruction,
            &[CpiAccount::from(token_account), CpiAccount::from(destination), CpiAccount::from(authority)],
            core::slice::from_ref(signer),
        );
    }
}

/// The accounts that the associated token account program needs.
pub struct AssociatedAccount<'a> {
    pub payer: &'a AccountView,
    pub account: &'a AccountView,
    pub wallet: &'a AccountView,
    pub mint: &'a AccountView,
    pub system_program: &'a AccountView,
    pub token_program: &'a AccountView,
}

impl AssociatedAccount<'_> {
    /// Returns whether `account` is the wallet's associated token account of the mint.
    pub fn is_at_its_address(&self) -> bool {
        let seeds: [&[u8]; 3] =
            [self.wallet.address().as_ref(), self.token_program.address().as_ref(), self.mint.address().as_ref()];
        let (address, _) = anchor_lang::find_program_address(&seeds, &ASSOCIATED_TOKEN_PROGRAM);
        anchor_lang::address_eq(&address, self.account.address())
    }

    /// Calls `CreateIdempotent`: creates the account unless it exists. A failure aborts the instruction.
    #[inline(never)]
    pub fn create(&self) {
        let instruction = InstructionView {
            program_id: &ASSOCIATED_TOKEN_PROGRAM,
            accounts: &[
                InstructionAccount::writable_signer(self.payer.address()),
                InstructionAccount::writable(self.account.address()),
                InstructionAccount::readonly(self.wallet.address()),
                InstructionAccount::readonly(self.mint.address()),
                InstructionAccount::readonly(self.system_program.address()),
                InstructionAccount::readonly(self.token_program.address()),
            ],
            data: &[CREATE_IDEMPOTENT],
        };
        // SAFETY: the callees write to payer and account alone, into which nothing here holds a reference.
        unsafe {
            invoke_signed_unchecked(
                &instruction,
                &[
                    CpiAccount::from(self.payer),
                    CpiAccount::from(self.account),
                    CpiAccount::from(self.wallet),
                    CpiAccount::from(self.mint),
                    CpiAccount::from(self.system_program),
                    CpiAccount::from(self.token_program),
                ],
                &[],
            );
        }
    }
}
