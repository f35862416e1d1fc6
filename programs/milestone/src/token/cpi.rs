//! The only three token calls. Unchecked invokes: Anchor's typed accounts hold pinocchio borrows that the checked
//! ones refuse, and the fewer arguments fit BPF's five registers.

use anchor_lang::{
    cpi::{CpiSeed as Seed, CpiSigner as Signer},
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
const TRANSFER_CHECKED: u8 = 12;

/// What every transfer of one release shares.
pub struct Transfer<'a> {
    pub token_program: &'a Address,
    pub source: &'a AccountView,
    pub mint: &'a AccountView,
    /// The `UserPayment`, which signs as delegate by `signer_seeds`.
    pub delegate: &'a AccountView,
    pub signer_seeds: &'a [Seed<'a>],
    pub decimals: u8,
}

impl Transfer<'_> {
    /// `TransferChecked` of `amount` base units into `destination`. A failure aborts the instruction.
    #[inline(always)]
    pub fn to(&self, destination: &AccountView, amount: u64) {
        let mut data = [0u8; 10];
        data[0] = TRANSFER_CHECKED;
        data[1..9].copy_from_slice(&amount.to_le_bytes());
        data[9] = self.decimals;
        let instruction = InstructionView {
            program_id: self.token_program,
            accounts: &[
                InstructionAccount::writable(self.source.address()),
                InstructionAccount::readonly(self.mint.address()),
                InstructionAccount::writable(destination.address()),
                InstructionAccount::readonly_signer(self.delegate.address()),
            ],
            data: &data,
        };
        // SAFETY: the callee writes only to the two token accounts, into which nothing here holds a reference
        // (`TokenAccount` views end before the first transfer). The typed `UserPayment` is passed read-only.
        unsafe {
            invoke_signed_unchecked(
                &instruction,
                &[
                    CpiAccount::from(self.source),
                    CpiAccount::from(self.mint),
                    CpiAccount::from(destination),
                    CpiAccount::from(self.delegate),
                ],
                &[Signer::from(self.signer_seeds)],
            );
        }
    }
}

/// `Approve`: makes `delegate` the delegate of `token_account` for `amount` base units, signed by `owner`, who signed
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

/// `Revoke`: removes the delegate of `token_account`, signed by `owner`. A failure aborts the instruction.
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
