use super::Inlined;
use crate::{
    constants::{MAX_MILESTONES, PAYMENT_POLICY_SEED},
    error::{refuse, MilestoneError},
    events::{emit_event, PolicyCreated},
    pda,
    rules::schedule::validate_schedule,
    state::{
        PaymentGateway, PaymentPolicy, PaymentStatus, ProgramConfig, UserPayment, FUNDING_KIND_DELEGATED,
        POLICY_TYPE_MILESTONE,
    },
    sysvars,
    token::{self, Mint, TokenAccount},
};
use anchor_lang::{
    address_eq,
    cpi::{CpiSeed as Seed, CpiSigner},
    prelude::*,
};

pub struct CreateMilestonePolicyArgs {
    /// Base units of the mint; above zero up to `total_milestones`, zero after.
    pub milestone_amounts: [u64; MAX_MILESTONES],
    /// Unix seconds; non-decreasing when the due-date bit is set, zero after `total_milestones`.
    pub milestone_timestamps: [i64; MAX_MILESTONES],
    /// 1..=4.
    pub total_milestones: u8,
    /// 0, 1, 2, 3, 4, 5, 8 or 9.
    pub release_condition: u8,
    /// UTF-8, zero padded.
    pub memo: [u8; 64],
    /// Overwrites another program's delegate.
    pub replace_delegate: bool,
    /// Maximum that the owner agrees to, so that a gateway cannot raise its fee just before the creation.
    pub max_gateway_fee_bps: u16,
    /// Maximum of the protocol's fee, for the same reason.
    pub max_protocol_fee_bps: u16,
}

#[derive(Accounts)]
pub struct CreateMilestonePolicy {
    /// Pays the rent and gets it back. May be the owner.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(constraint = address_eq(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub config: Inlined<ProgramConfig>,
    #[account(mut)]
    pub gateway: Inlined<PaymentGateway>,
    #[account(mut)]
    pub user_payment: Inlined<UserPayment>,
    /// Seeds `"payment_policy"`, user_payment, next policy id.
    #[account(mut)]
    pub policy: UncheckedAccount,
    /// The wallet to pay. Must not be the owner.
    pub recipient: UncheckedAccount,
    #[account(constraint = address_eq(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    #[account(
        mut,
        constraint = address_eq(token_account.address(), &user_payment.token_account)
            @ MilestoneError::InvalidTokenAccount,
    )]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    pub system_program: Program<System>,
}

pub fn handler(ctx: &mut Context<CreateMilestonePolicy>, args: &CreateMilestonePolicyArgs) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::clock()?.unix_timestamp;

    // Check
    if accounts.config.is_paused != 0 {
        return Err(refuse(MilestoneError::ProgramPaused));
    }
    let escrow_amount = validate_schedule(
        &args.milestone_amounts,
        &args.milestone_timestamps,
        args.total_milestones,
        args.release_condition,
    )?;
    accounts.check_fees(args)?;
    accounts.check_recipient()?;
    accounts.check_delegation(args.replace_delegate)?;

    // Effect
    let policy_id = accounts.user_payment.add_policy(escrow_amount, now)?;
    accounts.gateway.add_policy()?;
    let bump = accounts.create_policy_account(policy_id)?;
    let policy = pda::new_body(*accounts.policy.account())?;
    accounts.fill_policy(policy, args, escrow_amount, now);
    policy.policy_id = policy_id.into();
    policy.bump = bump;

    // Interaction
    let committed = accounts.user_payment.committed;
    token::approve(
        accounts.token_program.address(),
        &accounts.token_account,
        accounts.user_payment.view(),
        &accounts.owner,
        committed.get(),
    );

    emit_event!(PolicyCreated {
        policy: *accounts.policy.address(),
        user_payment: policy.user_payment,
        recipient: policy.recipient,
        gateway: policy.gateway,
        milestone: policy.milestone,
        memo: policy.memo,
        policy_id: policy.policy_id,
        created_at: policy.created_at,
        protocol_fee_bps: policy.protocol_fee_bps,
        gateway_fee_bps: policy.gateway_fee_bps,
        bump,
        rent_payer: policy.rent_payer,
        committed,
    });
    Ok(())
}

impl CreateMilestonePolicy {
    fn check_fees(&self, args: &CreateMilestonePolicyArgs) -> Result<()> {
        if self.gateway.fee_bps.get() > args.max_gateway_fee_bps
            || self.config.protocol_fee_bps.get() > args.max_protocol_fee_bps
        {
            return Err(refuse(MilestoneError::FeeAboveMaximum));
        }
        Ok(())
    }

    /// Checks that the recipient may be another party's wallet. Tokens sent to a token account that a token account, a mint or
    /// an account of this program owns could never be spent.
    fn check_recipient(&self) -> Result<()> {
        let recipient = &self.recipient;
        // The system program's address is all zero: nobody can own a token account as it.
        let is_nobody = address_eq(recipient.address(), self.system_program.address());
        let is_owner = address_eq(recipient.address(), self.owner.address());
        // Most recipients are wallets, of which only the owner has to be read.
        let is_of_tokens = token::is_program(recipient.owner())
            && (TokenAccount::load(recipient, recipient.owner()).is_some() || Mint::is_mint(recipient));
        if is_nobody || is_owner || is_of_tokens || address_eq(recipient.owner(), &crate::ID) {
            return Err(refuse(MilestoneError::InvalidRecipient));
        }
        Ok(())
    }

    /// Checks that the mint is supported, that the token account is the owner's and usable, and that approving overwrites
    /// another delegate only with the owner's consent.
    fn check_delegation(&self, replace_delegate: bool) -> Result<()> {
        let token_program = self.token_program.address();
        Mint::load_for_creation(&self.mint, token_program)?;
        TokenAccount::load_of(&self.token_account, token_program, self.owner.address(), self.mint.address())
            .ok_or_else(|| refuse(MilestoneError::InvalidTokenAccount))?
            .check_approvable(self.user_payment.address(), replace_delegate)
    }

    fn create_policy_account(&self, policy_id: u32) -> Result<u8> {
        let user_payment = self.user_payment.address().as_ref();
        let id = policy_id.to_le_bytes();
        let bump = pda::find_bump(&[PAYMENT_POLICY_SEED, user_payment, &id], self.policy.address())?;
        let seeds = [
            Seed::from(PAYMENT_POLICY_SEED),
            Seed::from(user_payment),
            Seed::from(&id),
            Seed::from(core::slice::from_ref(&bump)),
        ];
        pda::create_account(&self.payer, &self.policy, PaymentPolicy::LEN as u64, &CpiSigner::from(&seeds))?;
        Ok(bump)
    }

    /// Writes the terms in place: the new policy is all zero, which says active, delegated and no milestone released.
    #[inline(always)]
    fn fill_policy(&self, policy: &mut PaymentPolicy, args: &CreateMilestonePolicyArgs, escrow_amount: u64, now: i64) {
        policy.user_payment = *self.user_payment.address();
        policy.recipient = *self.recipient.address();
        policy.gateway = *self.gateway.address();
        policy.policy_type_tag = POLICY_TYPE_MILESTONE;
        policy.milestone.milestone_amounts = args.milestone_amounts.map(PodU64::from);
        policy.milestone.milestone_timestamps = args.milestone_timestamps.map(PodI64::from);
        policy.milestone.release_condition = args.release_condition;
        policy.milestone.total_milestones = args.total_milestones;
        policy.milestone.escrow_amount = escrow_amount.into();
        policy.status = PaymentStatus::Active as u8;
        policy.memo = args.memo;
        policy.created_at = now.into();
        policy.updated_at = now.into();
        policy.protocol_fee_bps = self.config.protocol_fee_bps;
        policy.gateway_fee_bps = self.gateway.fee_bps;
        policy.rent_payer = *self.payer.address();
        policy.funding_kind = FUNDING_KIND_DELEGATED;
    }
}
