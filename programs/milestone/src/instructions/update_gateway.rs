use super::{create_gateway::check_gateway_terms, same, Loaded};
use crate::{
    error::MilestoneError,
    events::{emit_event, GatewayUpdated},
    state::PaymentGateway,
    sysvars,
};
use anchor_lang::prelude::*;

/// Settings to change; `None` keeps the current value.
pub struct UpdateGatewayArgs {
    pub signer: Option<Address>,
    pub fee_recipient: Option<Address>,
    pub fee_bps: Option<u16>,
    pub name: Option<[u8; 32]>,
    pub url: Option<[u8; 64]>,
}

#[derive(Accounts)]
pub struct UpdateGateway {
    #[account(constraint = same(authority.address(), &gateway.authority) @ MilestoneError::InvalidAuthority)]
    pub authority: Signer,
    #[account(mut)]
    pub gateway: Loaded<PaymentGateway>,
}

pub fn handler(ctx: &mut Context<UpdateGateway>, args: &UpdateGatewayArgs) -> Result<()> {
    let gateway = &mut ctx.accounts.gateway;
    let now = sysvars::now()?;
    let signer = args.signer.unwrap_or(gateway.signer);
    let fee_recipient = args.fee_recipient.unwrap_or(gateway.fee_recipient);
    let fee_bps = args.fee_bps.unwrap_or(gateway.fee_bps.get());
    check_gateway_terms(&signer, &fee_recipient, fee_bps)?;

    gateway.signer = signer;
    gateway.fee_recipient = fee_recipient;
    gateway.fee_bps = fee_bps.into();
    gateway.name = args.name.unwrap_or(gateway.name);
    gateway.url = args.url.unwrap_or(gateway.url);
    gateway.updated_at = now.into();

    emit_event!(GatewayUpdated {
        gateway: *gateway.address(),
        signer,
        fee_recipient,
        fee_bps: gateway.fee_bps,
        name: gateway.name,
        url: gateway.url,
        updated_at: gateway.updated_at,
    });
    Ok(())
}
