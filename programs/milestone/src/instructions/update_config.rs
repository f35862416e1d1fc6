use super::{initialize_config::check_protocol_terms, same, Loaded};
use crate::{
    error::MilestoneError,
    events::{emit_event, ConfigUpdated},
    state::ProgramConfig,
};
use anchor_lang::prelude::*;

/// Settings to change; `None` keeps the current value.
pub struct UpdateConfigArgs {
    pub fee_recipient: Option<Address>,
    pub protocol_fee_bps: Option<u16>,
    pub is_paused: Option<bool>,
    /// All zero cancels a hand-over.
    pub pending_authority: Option<Address>,
}

#[derive(Accounts)]
pub struct UpdateConfig {
    #[account(constraint = same(authority.address(), &config.authority) @ MilestoneError::InvalidAuthority)]
    pub authority: Signer,
    #[account(mut)]
    pub config: Loaded<ProgramConfig>,
}

pub fn handler(ctx: &mut Context<UpdateConfig>, args: &UpdateConfigArgs) -> Result<()> {
    let config = &mut ctx.accounts.config;
    let fee_recipient = args.fee_recipient.unwrap_or(config.fee_recipient);
    let protocol_fee_bps = args.protocol_fee_bps.unwrap_or(config.protocol_fee_bps.get());
    check_protocol_terms(&fee_recipient, protocol_fee_bps)?;

    config.fee_recipient = fee_recipient;
    config.protocol_fee_bps = protocol_fee_bps.into();
    config.is_paused = args.is_paused.map_or(config.is_paused, u8::from);
    config.pending_authority = args.pending_authority.unwrap_or(config.pending_authority);

    emit_event!(ConfigUpdated {
        config: *config.address(),
        pending_authority: config.pending_authority,
        fee_recipient,
        protocol_fee_bps: config.protocol_fee_bps,
        is_paused: config.is_paused,
    });
    Ok(())
}
