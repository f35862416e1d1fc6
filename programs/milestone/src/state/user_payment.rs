use crate::error::{refuse, MilestoneError};
use anchor_lang::prelude::*;

/// The SPL delegate of one owner's token account for one mint, at seeds `"user_payment"`, owner, mint. 205 bytes with
/// the discriminator.
#[account]
pub struct UserPayment {
    pub owner: Address,
    pub mint: Address,
    /// Payments are pulled from here.
    pub token_account: Address,
    /// Sum of what all live policies may still pull, in base units.
    pub committed: PodU64,
    /// Policies that are not deleted.
    pub open_policies: PodU32,
    /// Id of the next policy. Starts near the slot in which this account was opened, see `rules::policy_ids`.
    pub next_policy_id: PodU32,
    pub bump: u8,
    /// Gets the rent back.
    pub rent_payer: Address,
    pub created_at: PodI64,
    pub updated_at: PodI64,
    pub reserved: [u8; 36],
}

impl UserPayment {
    pub const LEN: usize = 205;

    /// Takes a new policy in and returns its id. Errors: `PolicyIdsExhausted`, `CounterOverflow`, `AmountOverflow`.
    pub fn add_policy(&mut self, escrow_amount: u64, now: i64) -> Result<u32> {
        let id = self.next_policy_id.get();
        self.next_policy_id = id.checked_add(1).ok_or(MilestoneError::PolicyIdsExhausted)?.into();
        self.open_policies = self.open_policies.get().checked_add(1).ok_or(MilestoneError::CounterOverflow)?.into();
        self.committed = self.committed.get().checked_add(escrow_amount).ok_or(MilestoneError::AmountOverflow)?.into();
        self.updated_at = now.into();
        Ok(id)
    }

    /// Takes a released milestone out. Errors: `CounterOverflow`, which no reachable state gives.
    #[inline(always)]
    pub fn release(&mut self, amount: u64, now: i64) -> Result<()> {
        let committed = self.committed.get().checked_sub(amount);
        self.committed = committed.ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Takes a deleted policy and what it had left out. Errors: `CounterOverflow`, which no reachable state gives.
    pub fn remove_policy(&mut self, outstanding: u64, now: i64) -> Result<()> {
        self.open_policies = self.open_policies.get().checked_sub(1).ok_or(MilestoneError::CounterOverflow)?.into();
        self.release(outstanding, now)
    }
}

const _: () = assert!(8 + core::mem::size_of::<UserPayment>() == UserPayment::LEN);
