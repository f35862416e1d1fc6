use crate::error::{refuse, MilestoneError};
use anchor_lang::prelude::*;

/// A platform between owners and recipients, at seeds `"gateway"`, authority. 287 bytes with the discriminator.
#[account]
pub struct PaymentGateway {
    /// May update and close the gateway.
    pub authority: Address,
    /// Signs releases whose condition has the gateway bit.
    pub signer: Address,
    /// Owner of the token accounts that receive gateway fees.
    pub fee_recipient: Address,
    /// 0..=1,000. Copied into each policy at creation.
    pub fee_bps: PodU16,
    /// UTF-8, zero padded.
    pub name: [u8; 32],
    /// UTF-8, zero padded.
    pub url: [u8; 64],
    /// Policies that name this gateway and are not deleted.
    pub open_policies: PodU32,
    pub bump: u8,
    /// Gets the rent back.
    pub rent_payer: Address,
    pub created_at: PodI64,
    pub updated_at: PodI64,
    /// Share of its own fee that it pays to the executor: 0..=10,000. (decision 0005)
    pub keeper_reward_bps: PodU16,
    pub reserved: [u8; 30],
}

impl PaymentGateway {
    pub const LEN: usize = 287;

    /// Adds a policy to the count. Errors: `CounterOverflow`.
    pub fn add_policy(&mut self) -> Result<()> {
        self.open_policies =
            self.open_policies.get().checked_add(1).ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        Ok(())
    }

    /// Removes a deleted policy from the count. Errors: `CounterOverflow`, which no reachable state gives.
    pub fn remove_policy(&mut self) -> Result<()> {
        self.open_policies =
            self.open_policies.get().checked_sub(1).ok_or_else(|| refuse(MilestoneError::CounterOverflow))?.into();
        Ok(())
    }
}

const _: () = assert!(8 + core::mem::size_of::<PaymentGateway>() == PaymentGateway::LEN);
