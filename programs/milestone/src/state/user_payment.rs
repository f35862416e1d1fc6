use crate::error::{refuse, MilestoneError};
use anchor_lang::prelude::*;

/// The SPL delegate of one owner's token account for one mint, at seeds `"user_payment"`, owner, mint. 205 bytes with
/// the discriminator.
#[account]
pub struct UserPayment {
    pub owner: Address,
    pub mint: Address,
    /// Token account that payments are pulled from.
    pub token_account: Address,
    /// Sum that all live policies may still pull, in base units.
    pub committed: PodU64,
    /// Policies that are not deleted.
    pub open_policies: PodU32,
    /// Id of the next policy. Starts near the slot in which this account was created, see `rules::policy_ids`.
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

    /// Adds a new policy and returns its id. Errors: `PolicyIdsExhausted`, `CounterOverflow`, `AmountOverflow`.
    pub fn add_policy(&mut self, escrow_amount: u64, now: i64) -> Result<u32> {
        let id = self.next_policy_id.get();
        self.next_policy_id = id.checked_add(1).ok_or_else(|| refuse(MilestoneError::PolicyIdsExhausted))?.into();
        self.open_policies =
            self.open_policies.get().checked_add(1).ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        self.committed = self
            .committed
            .get()
            .checked_add(escrow_amount)
            .ok_or_else(|| refuse(MilestoneError::AmountOverflow))?
            .into();
        self.updated_at = now.into();
        Ok(id)
    }

    /// Subtracts a released milestone. Errors: `CounterOverflow`, which no reachable state gives.
    #[inline(always)]
    pub fn release(&mut self, amount: u64, now: i64) -> Result<()> {
        let committed = self.committed.get().checked_sub(amount);
        self.committed = committed.ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        self.updated_at = now.into();
        Ok(())
    }

    /// Removes a deleted policy and its outstanding amount. Errors: `CounterOverflow`, which no reachable state gives.
    pub fn remove_policy(&mut self, outstanding: u64, now: i64) -> Result<()> {
        self.open_policies =
            self.open_policies.get().checked_sub(1).ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        self.release(outstanding, now)
    }
}

const _: () = assert!(8 + core::mem::size_of::<UserPayment>() == UserPayment::LEN);
