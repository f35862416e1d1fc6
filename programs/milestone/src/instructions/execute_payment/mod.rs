mod delegated;
mod held;

use super::{Inlined, ReleaseSigner};
use crate::{
    error::MilestoneError,
    rules::release_condition::ReleaseRequest,
    state::{PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment},
};
use anchor_lang::{address_eq, prelude::*};

#[derive(Accounts)]
pub struct ExecutePayment {
    /// The signer that the release condition requires; anyone when it requires none.
    pub executor: ReleaseSigner,
    pub config: Inlined<ProgramConfig>,
    pub gateway: Inlined<PaymentGateway>,
    #[account(mut)]
    pub user_payment: Inlined<UserPayment>,
    #[account(
        mut,
        constraint = address_eq(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
        constraint = address_eq(&policy.gateway, gateway.address()) @ MilestoneError::InvalidGateway,
    )]
    pub policy: Inlined<PaymentPolicy>,
    /// The mint of `user_payment`.
    #[account(constraint = address_eq(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    /// The owner's token account that `user_payment` names; for a held policy, the escrow's vault.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    /// A token account of the mint, owned by the recipient. May also be a fee account: the program holds no reference to its
    /// data.
    #[account(unsafe(dup))]
    pub recipient_token_account: UncheckedAccount,
    /// Required when the gateway's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub gateway_fee_account: Option<UncheckedAccount>,
    /// Required when the protocol's fee on this milestone is above zero.
    #[account(unsafe(dup))]
    pub protocol_fee_account: Option<UncheckedAccount>,
    /// SPL Token or Token-2022, whichever owns the mint.
    pub token_program: UncheckedAccount,
    // A held policy's `Escrow` and the token account that receives the keeper's reward may follow these.
}

pub fn handler(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
    if ctx.accounts.policy.is_delegated() {
        delegated::release(ctx, milestone_index)
    } else {
        held::release(ctx, milestone_index)
    }
}

impl ExecutePayment {
    #[inline(always)]
    fn request(&self, milestone_index: u8, now: i64) -> ReleaseRequest<'_> {
        ReleaseRequest {
            milestone_index,
            is_active: self.policy.is_active(),
            is_program_paused: self.config.is_paused != 0,
            now,
            executor: self.executor.address(),
            gateway_signer: &self.gateway.signer,
            owner: &self.user_payment.owner,
            recipient: &self.policy.recipient,
        }
    }
}
