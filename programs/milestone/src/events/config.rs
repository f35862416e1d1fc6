use anchor_lang::prelude::*;

#[event(bytemuck)]
pub struct ConfigInitialized {
    pub config: Address,
    pub authority: Address,
    pub fee_recipient: Address,
    pub protocol_fee_bps: PodU16,
    pub bump: u8,
}

/// The config's settings after the change.
#[event(bytemuck)]
pub struct ConfigUpdated {
    pub config: Address,
    pub pending_authority: Address,
    pub fee_recipient: Address,
    pub protocol_fee_bps: PodU16,
    pub is_paused: u8,
}

#[event(bytemuck)]
pub struct AuthorityAccepted {
    pub config: Address,
    pub previous_authority: Address,
    pub authority: Address,
}
