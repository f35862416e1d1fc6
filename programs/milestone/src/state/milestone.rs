use crate::constants::MAX_MILESTONES;
use anchor_lang::prelude::*;
use bytemuck::{Pod, Zeroable};

/// Bit 0: the due date must have been reached. (spec 003, "Release Condition Bitmap")
pub const RELEASE_DUE_DATE: u8 = 1;
/// Bit 1: the gateway's signer must sign.
pub const RELEASE_GATEWAY: u8 = 2;
/// Bit 2: the policy's owner must sign.
pub const RELEASE_OWNER: u8 = 4;
/// Bit 3: the recipient must sign.
pub const RELEASE_RECIPIENT: u8 = 8;

/// The 128 bytes of `PolicyType::Milestone`, in the order spec 003 prints them.
#[derive(Clone, Copy, Pod, Zeroable, IdlType)]
#[repr(C)]
pub struct Milestone {
    /// Base units of the mint; above zero up to `total_milestones`, zero after.
    pub milestone_amounts: [PodU64; MAX_MILESTONES],
    /// Unix seconds by the chain's clock; zero after `total_milestones`.
    pub milestone_timestamps: [PodI64; MAX_MILESTONES],
    /// Next milestone to release; equals `total_milestones` when all are released.
    pub current_milestone: u8,
    /// 0, 1, 2, 3, 4, 5, 8 or 9.
    pub release_condition: u8,
    /// 1..=4.
    pub total_milestones: u8,
    /// Sum of the amounts.
    pub escrow_amount: PodU64,
    pub padding: [u8; 53],
}

const _: () = assert!(core::mem::size_of::<Milestone>() == 128);

impl Milestone {
    /// Returns the amount of the milestone at `index`, in base units; 0 from the fifth on.
    #[inline(always)]
    pub fn amount_at(&self, index: u8) -> u64 {
        self.milestone_amounts.get(index as usize).map_or(0, |amount| amount.get())
    }

    /// Returns the timestamp of the milestone at `index`, in Unix seconds; 0 from the fifth on.
    #[inline(always)]
    pub fn timestamp_at(&self, index: u8) -> i64 {
        self.milestone_timestamps.get(index as usize).map_or(0, |timestamp| timestamp.get())
    }

    /// Returns whether all milestones are released.
    #[inline(always)]
    pub fn is_completed(&self) -> bool {
        self.current_milestone >= self.total_milestones
    }
}
