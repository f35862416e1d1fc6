use anchor_lang::prelude::*;

/// Program-wide settings, at seeds `"config"`. 140 bytes with the discriminator.
#[account]
pub struct ProgramConfig {
    /// May call `update_config`.
    pub authority: Address,
    /// May call `accept_authority`; all zero when no hand-over is pending.
    pub pending_authority: Address,
    /// Owner of the token accounts that receive protocol fees.
    pub fee_recipient: Address,
    /// 0..=500. Copied into each policy at creation.
    pub protocol_fee_bps: PodU16,
    /// 1 refuses creating a policy, opening and funding an escrow, and executing a delegated policy; nothing else.
    pub is_paused: u8,
    pub bump: u8,
    pub reserved: [u8; 32],
}

impl ProgramConfig {
    pub const LEN: usize = 140;
}

const _: () = assert!(8 + core::mem::size_of::<ProgramConfig>() == ProgramConfig::LEN);
