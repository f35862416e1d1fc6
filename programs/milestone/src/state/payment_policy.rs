use super::Milestone;
use crate::error::{refuse, MilestoneError};
use anchor_lang::prelude::*;

/// Tag byte of `PolicyType::Milestone`. The program never writes 0, so a zeroed account is not a policy.
pub const POLICY_TYPE_MILESTONE: u8 = 1;
/// Money stays in the owner's token account until it is pulled.
pub const FUNDING_KIND_DELEGATED: u8 = 0;
/// Money is held in the vault of the policy's `Escrow`.
pub const FUNDING_KIND_HELD: u8 = 1;
/// The policy was held, and its escrow is closed: it can only be deleted.
pub const FUNDING_KIND_CLOSED: u8 = 2;

/// Status that the owner may set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, AnchorSerialize, AnchorDeserialize, IdlType)]
#[repr(u8)]
pub enum PaymentStatus {
    Active = 0,
    Paused = 1,
}

/// One agreement between an owner and a recipient, at seeds `"payment_policy"`, user_payment, policy id (u32 LE).
/// 384 bytes with the discriminator.
#[account]
pub struct PaymentPolicy {
    pub user_payment: Address,
    /// Wallet that owns the destination.
    pub recipient: Address,
    pub gateway: Address,
    /// 1 = `Milestone`.
    pub policy_type_tag: u8,
    pub milestone: Milestone,
    /// `PaymentStatus`: 0 = active, 1 = paused.
    pub status: u8,
    /// UTF-8, zero padded.
    pub memo: [u8; 64],
    /// Gross sum of everything released, in base units.
    pub total_paid: PodU64,
    pub policy_id: PodU32,
    pub created_at: PodI64,
    pub updated_at: PodI64,
    /// The protocol's fee at the time of creation.
    pub protocol_fee_bps: PodU16,
    /// The gateway's fee at the time of creation.
    pub gateway_fee_bps: PodU16,
    pub bump: u8,
    /// Gets the rent back.
    pub rent_payer: Address,
    /// 0 = delegated, 1 = held in an `Escrow`, 2 = its escrow is closed.
    pub funding_kind: u8,
    pub reserved: [u8; 20],
}

const _: () = assert!(8 + core::mem::size_of::<PaymentPolicy>() == PaymentPolicy::LEN);

impl PaymentPolicy {
    pub const LEN: usize = 384;

    #[inline(always)]
    pub fn is_active(&self) -> bool {
        self.status == PaymentStatus::Active as u8
    }

    #[inline(always)]
    pub fn is_delegated(&self) -> bool {
        self.funding_kind == FUNDING_KIND_DELEGATED
    }

    /// Checks that the policy's escrow holds its money. Errors: `EscrowClosed`, and `InvalidEscrow` for a delegated one.
    #[inline(always)]
    pub fn check_held(&self) -> Result<()> {
        match self.funding_kind {
            FUNDING_KIND_HELD => Ok(()),
            FUNDING_KIND_CLOSED => Err(refuse(MilestoneError::EscrowClosed)),
            _ => Err(refuse(MilestoneError::InvalidEscrow)),
        }
    }

    /// Checks that the policy is delegated. Errors: `PolicyHasEscrow`, `EscrowClosed`.
    pub fn check_delegated(&self) -> Result<()> {
        match self.funding_kind {
            FUNDING_KIND_DELEGATED => Ok(()),
            FUNDING_KIND_HELD => Err(refuse(MilestoneError::PolicyHasEscrow)),
            _ => Err(refuse(MilestoneError::EscrowClosed)),
        }
    }

    /// Returns what may still be pulled by delegation: nothing of a held policy. Errors: `CounterOverflow`.
    pub fn delegated_outstanding(&self) -> Result<u64> {
        if self.is_delegated() {
            self.outstanding()
        } else {
            Ok(0)
        }
    }

    /// Checks that this is a live delegated policy, which an escrow can hold. Errors: `PolicyHasEscrow`, `EscrowClosed`,
    /// `PolicyCompleted`, `PolicyPaused`.
    pub fn check_holdable(&self) -> Result<()> {
        self.check_delegated()?;
        if self.milestone.is_completed() {
            return Err(refuse(MilestoneError::PolicyCompleted));
        }
        if !self.is_active() {
            return Err(refuse(MilestoneError::PolicyPaused));
        }
        Ok(())
    }

    /// Turns a delegated policy into a held one. Call `check_holdable` first.
    pub fn hold(&mut self, now: i64) {
        self.funding_kind = FUNDING_KIND_HELD;
        self.updated_at = now.into();
    }

    /// Ends a held policy with its escrow: no more of it can be released.
    pub fn close_escrow(&mut self, now: i64) {
        self.funding_kind = FUNDING_KIND_CLOSED;
        self.status = PaymentStatus::Paused as u8;
        self.updated_at = now.into();
    }

    /// Returns what is not paid: the escrow amount less the paid sum. Errors: `CounterOverflow`, which no reachable state gives.
    pub fn outstanding(&self) -> Result<u64> {
        self.milestone
            .escrow_amount
            .get()
            .checked_sub(self.total_paid.get())
            .ok_or_else(|| refuse(MilestoneError::CounterOverflow))
    }

    /// Marks the current milestone as released. After the last one the policy pauses itself.
    /// Errors: `CounterOverflow`, which no reachable state gives.
    #[inline(always)]
    pub fn advance(&mut self, amount: u64, now: i64) -> Result<()> {
        // Wrapped when it is less than what was added; `checked_add` costs three compute units more.
        let total_paid = self.total_paid.get().wrapping_add(amount);
        if total_paid < amount {
            return Err(refuse(MilestoneError::CounterOverflow));
        }
        self.total_paid = total_paid.into();
        // At most 3 before: the caller checked that the current milestone exists.
        self.milestone.current_milestone = self.milestone.current_milestone.wrapping_add(1);
        if self.milestone.is_completed() {
            self.status = PaymentStatus::Paused as u8;
        }
        self.updated_at = now.into();
        Ok(())
    }

    /// Sets the status that the owner asked for. A held policy cannot be paused: the recipient relies on it.
    /// Errors: `PolicyHasEscrow`, `EscrowClosed`, `PolicyCompleted`.
    pub fn set_status(&mut self, status: PaymentStatus, now: i64) -> Result<()> {
        self.check_delegated()?;
        if self.milestone.is_completed() {
            return Err(refuse(MilestoneError::PolicyCompleted));
        }
        self.status = status as u8;
        self.updated_at = now.into();
        Ok(())
    }
}
