use super::{same, Loaded};
use crate::{
    error::MilestoneError,
    events::{emit_event, AuthorityAccepted},
    state::ProgramConfig,
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct AcceptAuthority {
    /// The authority that `update_config` proposed. The all-zero address, which means none, cannot sign.
    #[account(
        constraint = same(pending_authority.address(), &config.pending_authority)
            @ MilestoneError::InvalidAuthority,
    )]
    pub pending_authority: Signer,
    #[account(mut)]
    pub config: Loaded<ProgramConfig>,
}

pub fn handler(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
    let config = &mut ctx.accounts.config;
    let previous_authority = config.authority;
    config.authority = config.pending_authority;
    config.pending_authority = Address::default();
    emit_event!(AuthorityAccepted { config: *config.address(), previous_authority, authority: config.authority });
    Ok(())
}
