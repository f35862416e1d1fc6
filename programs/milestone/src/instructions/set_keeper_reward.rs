use super::UpdateGateway;
use crate::{
    constants::BPS_DENOMINATOR,
    error::{refuse, MilestoneError},
    events::{emit_event, KeeperRewardSet},
    sysvars,
};
use anchor_lang::prelude::*;

/// The accounts are those of `update_gateway`. Errors: `InvalidShareBps`.
pub fn handler(ctx: &mut Context<UpdateGateway>, keeper_reward_bps: u16) -> Result<()> {
    let gateway = &mut ctx.accounts.gateway;
    if keeper_reward_bps as u64 > BPS_DENOMINATOR {
        return Err(refuse(MilestoneError::InvalidShareBps));
    }
    gateway.keeper_reward_bps = keeper_reward_bps.into();
    gateway.updated_at = sysvars::now()?.into();

    emit_event!(KeeperRewardSet {
        gateway: *gateway.address(),
        keeper_reward_bps: gateway.keeper_reward_bps,
        updated_at: gateway.updated_at,
    });
    Ok(())
}
