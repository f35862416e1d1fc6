//! Milepost: milestone payments on Solana.
//!
//! An owner approves up to four payments to a recipient. The `UserPayment` PDA is the SPL delegate of the
//! owner's token account; `execute_payment` pulls one milestone when its release condition holds. Layouts are
//! in `docs/accounts.md`, the interface in `docs/decisions/0001-interface.md`.
#![cfg_attr(not(test), no_std)]

pub mod constants;
#[cfg(target_os = "solana")]
mod entrypoint;
pub mod error;
pub mod events;
mod input;
pub mod instructions;
mod pda;
pub mod rules;
pub mod state;
mod sysvars;
pub mod token;

use anchor_lang::prelude::*;
use instructions::*;
use state::EscrowTerms;

declare_id!("Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9");

#[program]
pub mod milestone {
    use super::*;

    /// Releases milestone `milestone_index` of a policy to its recipient. It must be the current one, so that a
    /// repeated transaction can never release the next one.
    pub fn execute_payment(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
        execute_payment::handler(ctx, milestone_index)
    }

    /// Creates a policy of 1 to 4 milestones. Approves the sum that all of the owner's live policies on that mint may pull.
    // The arguments are the wire format: one per field of the terms that the owner signs.
    #[allow(clippy::too_many_arguments)]
    pub fn create_milestone_policy(
        ctx: &mut Context<CreateMilestonePolicy>,
        milestone_amounts: [u64; 4],
        milestone_timestamps: [i64; 4],
        total_milestones: u8,
        release_condition: u8,
        memo: [u8; 64],
        replace_delegate: bool,
        max_gateway_fee_bps: u16,
        max_protocol_fee_bps: u16,
    ) -> Result<()> {
        create_milestone_policy::handler(
            ctx,
            &CreateMilestonePolicyArgs {
                milestone_amounts,
                milestone_timestamps,
                total_milestones,
                release_condition,
                memo,
                replace_delegate,
                max_gateway_fee_bps,
                max_protocol_fee_bps,
            },
        )
    }

    /// Pauses or resumes a policy. Owner only; a completed policy stays paused.
    pub fn change_payment_policy_status(
        ctx: &mut Context<ChangePaymentPolicyStatus>,
        status: state::PaymentStatus,
    ) -> Result<()> {
        change_payment_policy_status::handler(ctx, status)
    }

    /// Deletes a policy in any state, lowers the allowance to what the owner's other policies need and returns the rent.
    pub fn delete_payment_policy(ctx: &mut Context<DeletePaymentPolicy>) -> Result<()> {
        delete_payment_policy::handler(ctx)
    }

    /// Sets the allowance back to `committed`, after the owner revoked or lowered it elsewhere.
    pub fn sync_delegation(ctx: &mut Context<SyncDelegation>, replace_delegate: bool) -> Result<()> {
        sync_delegation::handler(ctx, replace_delegate)
    }

    /// Creates the account that pulls an owner's payments in one mint. `first_policy_id` is a recent slot, so that the same
    /// transaction can name its first policy. Without it, ids start at the slot in which the transaction lands.
    pub fn create_user_payment(ctx: &mut Context<CreateUserPayment>, first_policy_id: Option<u32>) -> Result<()> {
        create_user_payment::handler(ctx, first_policy_id)
    }

    /// Closes a `UserPayment` that has no policies left.
    pub fn close_user_payment(ctx: &mut Context<CloseUserPayment>) -> Result<()> {
        close_user_payment::handler(ctx)
    }

    /// Creates a gateway. Anyone may create one.
    pub fn create_gateway(
        ctx: &mut Context<CreateGateway>,
        signer: Address,
        fee_recipient: Address,
        fee_bps: u16,
        name: [u8; 32],
        url: [u8; 64],
    ) -> Result<()> {
        create_gateway::handler(ctx, &CreateGatewayArgs { signer, fee_recipient, fee_bps, name, url })
    }

    /// Changes the settings that are given. Existing policies keep the fee they were created with.
    pub fn update_gateway(
        ctx: &mut Context<UpdateGateway>,
        signer: Option<Address>,
        fee_recipient: Option<Address>,
        fee_bps: Option<u16>,
        name: Option<[u8; 32]>,
        url: Option<[u8; 64]>,
    ) -> Result<()> {
        update_gateway::handler(ctx, &UpdateGatewayArgs { signer, fee_recipient, fee_bps, name, url })
    }

    /// Sets the share of the gateway's own fee that `execute_payment` pays to the executor: 0..=10,000.
    pub fn set_keeper_reward(ctx: &mut Context<UpdateGateway>, keeper_reward_bps: u16) -> Result<()> {
        set_keeper_reward::handler(ctx, keeper_reward_bps)
    }

    /// Closes a gateway that no policy names anymore.
    pub fn close_gateway(ctx: &mut Context<CloseGateway>) -> Result<()> {
        close_gateway::handler(ctx)
    }

    /// Creates the program's config. Only the program's upgrade authority can create it, and becomes its authority.
    pub fn initialize_config(
        ctx: &mut Context<InitializeConfig>,
        fee_recipient: Address,
        protocol_fee_bps: u16,
    ) -> Result<()> {
        initialize_config::handler(ctx, fee_recipient, protocol_fee_bps)
    }

    /// Changes the settings that are given. `pending_authority` starts a hand-over; the all-zero address cancels it.
    pub fn update_config(
        ctx: &mut Context<UpdateConfig>,
        fee_recipient: Option<Address>,
        protocol_fee_bps: Option<u16>,
        is_paused: Option<bool>,
        pending_authority: Option<Address>,
    ) -> Result<()> {
        update_config::handler(ctx, &UpdateConfigArgs { fee_recipient, protocol_fee_bps, is_paused, pending_authority })
    }

    /// Completes a hand-over. The pending authority signs.
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
        accept_authority::handler(ctx)
    }

    /// Turns a delegated policy into a held one: a vault holds its remaining milestones, under terms that the recipient still
    /// has to sign.
    pub fn open_escrow(ctx: &mut Context<OpenEscrow>, mediator: Address, terms: &EscrowTerms) -> Result<()> {
        open_escrow::handler(ctx, mediator, terms)
    }

    /// Records the recipient's signature on the escrow's terms, which the arguments repeat. Until then the owner can take
    /// everything back.
    pub fn accept_escrow(ctx: &mut Context<RecipientOfEscrow>, mediator: Address, terms: &EscrowTerms) -> Result<()> {
        accept_escrow::handler(ctx, &mediator, terms)
    }

    /// Moves the amounts of `count` milestones, and the platform fee on top, from the owner into the vault.
    pub fn fund_milestones(ctx: &mut Context<FundMilestones>, first_milestone: u8, count: u8) -> Result<()> {
        fund_milestones::handler(ctx, first_milestone, count)
    }

    /// Submits a delivery, for the first time or again after a dispute. The recipient signs; the review period starts.
    pub fn submit_milestone(
        ctx: &mut Context<RecipientOfEscrow>,
        milestone_index: u8,
        evidence_hash: [u8; 32],
    ) -> Result<()> {
        submit_milestone::handler(ctx, milestone_index, evidence_hash)
    }

    /// Releases a milestone at once, or from its due date on where the policy sets one. The owner signs. `evidence_hash` is
    /// the hash of the submission that they reviewed, all zero when there is none yet.
    pub fn approve_milestone(
        ctx: &mut Context<ApproveMilestone>,
        milestone_index: u8,
        evidence_hash: [u8; 32],
    ) -> Result<()> {
        approve_milestone::handler(ctx, milestone_index, evidence_hash)
    }

    /// Freezes a submitted milestone, within the dispute window. The owner signs.
    pub fn dispute_milestone(
        ctx: &mut Context<OwnerOfEscrow>,
        milestone_index: u8,
        reason_hash: [u8; 32],
    ) -> Result<()> {
        dispute_milestone::handler(ctx, milestone_index, reason_hash)
    }

    /// Withdraws a dispute before mediation. The owner signs; the review period continues to count from the submission.
    pub fn withdraw_dispute(ctx: &mut Context<OwnerOfEscrow>, milestone_index: u8) -> Result<()> {
        withdraw_dispute::handler(ctx, milestone_index)
    }

    /// Starts mediation of a dispute without waiting for the delay. The owner or the recipient signs.
    pub fn request_mediation(ctx: &mut Context<RequestMediation>, milestone_index: u8) -> Result<()> {
        request_mediation::handler(ctx, milestone_index)
    }

    /// Divides a milestone in mediation: `recipient_amount`, before fees, to the recipient, the rest back to the owner. The
    /// mediator signs.
    pub fn resolve_dispute(
        ctx: &mut Context<ResolveDispute>,
        milestone_index: u8,
        recipient_amount: u64,
    ) -> Result<()> {
        resolve_dispute::handler(ctx, milestone_index, recipient_amount)
    }

    /// Pays the split that both parties agreed on for the case that the mediator does not decide in time. Anyone may sign.
    pub fn expire_mediation(ctx: &mut Context<ExpireMediation>, milestone_index: u8) -> Result<()> {
        expire_mediation::handler(ctx, milestone_index)
    }

    /// Divides a funded milestone as owner and recipient agree, in any state and without the mediator. Both sign.
    pub fn settle_milestone(
        ctx: &mut Context<SettleMilestone>,
        milestone_index: u8,
        recipient_amount: u64,
    ) -> Result<()> {
        settle_milestone::handler(ctx, milestone_index, recipient_amount)
    }

    /// Returns a milestone to the owner, who signs: one that was not delivered in time, or any that the recipient signs for too.
    pub fn reclaim_milestone(ctx: &mut Context<ReclaimMilestone>, milestone_index: u8) -> Result<()> {
        reclaim_milestone::handler(ctx, milestone_index)
    }

    /// Closes an escrow that the recipient has not accepted, and returns all its money to the owner, or one that owes no money.
    pub fn close_escrow(ctx: &mut Context<CloseEscrow>) -> Result<()> {
        close_escrow::handler(ctx)
    }
}
