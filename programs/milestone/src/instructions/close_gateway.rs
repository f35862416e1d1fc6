use super::{same, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    events::{log_event, GatewayClosed},
    state::PaymentGateway,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct CloseGateway {
    #[account(constraint = same(authority.address(), &gateway.authority) @ MilestoneError::InvalidAuthority)]
    pub authority: Signer,
    #[account(mut)]
    pub gateway: Loaded<PaymentGateway>,
    /// The account that paid the rent. May be the authority.
    #[account(
        unsafe(dup),
        constraint = same(rent_payer.address(), &gateway.rent_payer) @ MilestoneError::InvalidRentPayer,
    )]
    pub rent_payer: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<CloseGateway>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    if accounts.gateway.open_policies.get() != 0 {
        return Err(refuse(MilestoneError::GatewayHasOpenPolicies));
    }
    let event = GatewayClosed { gateway: *accounts.gateway.address(), rent_payer: accounts.gateway.rent_payer };
    accounts.gateway.close(*accounts.rent_payer.account())?;
    log_event(event);
    Ok(())
}
