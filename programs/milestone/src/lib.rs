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
pub mod instructions;
mod pda;
pub mod rules;
pub mod state;
mod sysvars;
pub mod token;

use anchor_lang::prelude::*;
use instructions::*;
use rules::escrow_terms::EscrowTerms;

declare_id!("Mi7oNpXg2unyTa7AcxtezMfg5Bt5SMW7f4qr5MqXKH9");

#[program]
pub mod milestone {
    use super::*;

    /// Releases milestone `milestone_index` of a policy to its recipient. It must be the current one, so that a
    /// repeated transaction can never release the next.
    pub fn execute_payment(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
        execute_payment::handler(ctx, milestone_index)
    }

    /// Creates a policy of 1 to 4 milestones and delegates what all live policies of the owner on that mint may pull.
    // The arguments are the wire format: one a field of the terms that the owner signs.
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

    /// Opens the account that pulls an owner's payments in one mint. `first_policy_id` is a recent slot, so that the
    /// same transaction can name its first policy; without it, ids start at the slot in which this lands.
    pub fn create_user_payment(ctx: &mut Context<CreateUserPayment>, first_policy_id: Option<u32>) -> Result<()> {
        create_user_payment::handler(ctx, first_policy_id)
    }

    /// Closes a `UserPayment` with no policies left.
    pub fn close_user_payment(ctx: &mut Context<CloseUserPayment>) -> Result<()> {
        close_user_payment::handler(ctx)
    }

    /// Creates a gateway. Anyone may.
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

    /// Changes what is given; existing policies keep the fee they were created with.
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

    /// Sets the share of the gateway's own fee that `execute_payment` pays to whoever executes; 0..=10,000.
    pub fn set_keeper_reward(ctx: &mut Context<UpdateGateway>, keeper_reward_bps: u16) -> Result<()> {
        set_keeper_reward::handler(ctx, keeper_reward_bps)
    }

    /// Closes a gateway that no policy names any more.
    pub fn close_gateway(ctx: &mut Context<CloseGateway>) -> Result<()> {
        close_gateway::handler(ctx)
    }

    /// Creates the program's config. Only the program's upgrade authority can; it becomes the config's authority.
    pub fn initialize_config(
        ctx: &mut Context<InitializeConfig>,
        fee_recipient: Address,
        protocol_fee_bps: u16,
    ) -> Result<()> {
        initialize_config::handler(ctx, fee_recipient, protocol_fee_bps)
    }

    /// Changes what is given. `pending_authority` starts a hand-over; the all-zero address cancels it.
    pub fn update_config(
        ctx: &mut Context<UpdateConfig>,
        fee_recipient: Option<Address>,
        protocol_fee_bps: Option<u16>,
        is_paused: Option<bool>,
        pending_authority: Option<Address>,
    ) -> Result<()> {
        update_config::handler(ctx, &UpdateConfigArgs { fee_recipient, protocol_fee_bps, is_paused, pending_authority })
    }

    /// Completes a hand-over: signed by the pending authority.
    pub fn accept_authority(ctx: &mut Context<AcceptAuthority>) -> Result<()> {
        accept_authority::handler(ctx)
    }

    /// Holds a policy's remaining milestones in a vault from now on, under terms that the recipient has yet to sign.
    // The arguments are the wire format: one a field of the terms that both parties sign.
    #[allow(clippy::too_many_arguments)]
    pub fn open_escrow(
        ctx: &mut Context<OpenEscrow>,
        mediator: Address,
        review_period_secs: u32,
        dispute_window_secs: u32,
        mediation_delay_secs: u32,
        mediation_timeout_secs: u32,
        delivery_grace_secs: u32,
        timeout_recipient_bps: u16,
        platform_fee_bps: u16,
    ) -> Result<()> {
        open_escrow::handler(
            ctx,
            mediator,
            &EscrowTerms {
                review_period_secs,
                dispute_window_secs,
                mediation_delay_secs,
                mediation_timeout_secs,
                delivery_grace_secs,
                timeout_recipient_bps,
                platform_fee_bps,
            },
        )
    }

    /// The recipient's signature on the escrow's terms, which are repeated. Before it the owner can take everything back.
    #[allow(clippy::too_many_arguments)]
    pub fn accept_escrow(
        ctx: &mut Context<RecipientOfEscrow>,
        mediator: Address,
        review_period_secs: u32,
        dispute_window_secs: u32,
        mediation_delay_secs: u32,
        mediation_timeout_secs: u32,
        delivery_grace_secs: u32,
        timeout_recipient_bps: u16,
        platform_fee_bps: u16,
    ) -> Result<()> {
        accept_escrow::handler(
            ctx,
            &mediator,
            &EscrowTerms {
                review_period_secs,
                dispute_window_secs,
                mediation_delay_secs,
                mediation_timeout_secs,
                delivery_grace_secs,
                timeout_recipient_bps,
                platform_fee_bps,
            },
        )
    }

    /// Moves `count` milestones' amounts, and the platform fee on top, from the owner into the vault.
    pub fn fund_milestones(ctx: &mut Context<FundMilestones>, first_milestone: u8, count: u8) -> Result<()> {
        fund_milestones::handler(ctx, first_milestone, count)
    }

    /// The recipient delivers, for the first time or again after a dispute; the review period starts.
    pub fn submit_milestone(
        ctx: &mut Context<RecipientOfEscrow>,
        milestone_index: u8,
        evidence_hash: [u8; 32],
    ) -> Result<()> {
        submit_milestone::handler(ctx, milestone_index, evidence_hash)
    }

    /// The owner releases a milestone at once, or from its due date on where the policy sets one. `evidence_hash` is that of
    /// the submission she looked at, all zero when there is none yet.
    pub fn approve_milestone(
        ctx: &mut Context<ApproveMilestone>,
        milestone_index: u8,
        evidence_hash: [u8; 32],
    ) -> Result<()> {
        approve_milestone::handler(ctx, milestone_index, evidence_hash)
    }

    /// The owner freezes a submitted milestone, inside the dispute window.
    pub fn dispute_milestone(
        ctx: &mut Context<OwnerOfEscrow>,
        milestone_index: u8,
        reason_hash: [u8; 32],
    ) -> Result<()> {
        dispute_milestone::handler(ctx, milestone_index, reason_hash)
    }

    /// The owner takes a dispute back before mediation; the review goes on by its old clock.
    pub fn withdraw_dispute(ctx: &mut Context<OwnerOfEscrow>, milestone_index: u8) -> Result<()> {
        withdraw_dispute::handler(ctx, milestone_index)
    }

    /// Either party sends a dispute to the mediator without waiting for the delay.
    pub fn request_mediation(ctx: &mut Context<RequestMediation>, milestone_index: u8) -> Result<()> {
        request_mediation::handler(ctx, milestone_index)
    }

    /// The mediator divides a milestone: `recipient_amount`, before fees, to the recipient, the rest back to the owner.
    pub fn resolve_dispute(
        ctx: &mut Context<ResolveDispute>,
        milestone_index: u8,
        recipient_amount: u64,
    ) -> Result<()> {
        resolve_dispute::handler(ctx, milestone_index, recipient_amount)
    }

    /// Anyone pays the split that both parties agreed on for a mediator who stays away.
    pub fn expire_mediation(ctx: &mut Context<ExpireMediation>, milestone_index: u8) -> Result<()> {
        expire_mediation::handler(ctx, milestone_index)
    }

    /// Owner and recipient divide a funded milestone as they like, in any state and without the mediator.
    pub fn settle_milestone(
        ctx: &mut Context<SettleMilestone>,
        milestone_index: u8,
        recipient_amount: u64,
    ) -> Result<()> {
        settle_milestone::handler(ctx, milestone_index, recipient_amount)
    }

    /// The owner takes back what was not delivered in time, or what the recipient agrees to give back.
    pub fn reclaim_milestone(ctx: &mut Context<ReclaimMilestone>, milestone_index: u8) -> Result<()> {
        reclaim_milestone::handler(ctx, milestone_index)
    }

    /// Closes an escrow that nobody accepted, with all its money back to the owner, or one that holds none.
    pub fn close_escrow(ctx: &mut Context<CloseEscrow>) -> Result<()> {
        close_escrow::handler(ctx)
    }
}
