use anchor_lang::prelude::*;

#[event(bytemuck)]
pub struct GatewayCreated {
    pub gateway: Address,
    pub authority: Address,
    pub signer: Address,
    pub fee_recipient: Address,
    pub fee_bps: PodU16,
    pub name: [u8; 32],
    pub url: [u8; 64],
    pub bump: u8,
    pub rent_payer: Address,
    pub created_at: PodI64,
}

/// The gateway's settings after the change.
#[event(bytemuck)]
pub struct GatewayUpdated {
    pub gateway: Address,
    pub signer: Address,
    pub fee_recipient: Address,
    pub fee_bps: PodU16,
    pub name: [u8; 32],
    pub url: [u8; 64],
    pub updated_at: PodI64,
}

/// The gateway's keeper reward after the change.
#[event(bytemuck)]
pub struct KeeperRewardSet {
    pub gateway: Address,
    pub keeper_reward_bps: PodU16,
    pub updated_at: PodI64,
}

#[event(bytemuck)]
pub struct GatewayClosed {
    pub gateway: Address,
    pub rent_payer: Address,
}
