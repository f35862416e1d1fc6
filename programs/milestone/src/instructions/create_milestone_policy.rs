use crate::{
    constants::{MAX_MILESTONES, PAYMENT_POLICY_SEED},
    error::MilestoneError,
    events::{emit_event, PolicyCreated},
    pda,
    rules::schedule::validate_schedule,
    state::{
        Milestone, PaymentGateway, PaymentPolicy, PaymentStatus, ProgramConfig, UserPayment, FUNDING_KIND_DELEGATED,
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
    /// Overwrites a delegate that is not ours.
    pub replace_delegate: bool,
    /// Most the owner agrees to: a gateway cannot raise its fee between the owner's look and the creation.
    pub max_gateway_fee_bps: u16,
    /// The same for the protocol's fee.
    pub max_protocol_fee_bps: u16,
}

#[derive(Accounts)]
pub struct CreateMilestonePolicy {
    /// Pays the rent and gets it back. May be the owner.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(constraint = address_eq(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub config: Account<ProgramConfig>,
    #[account(mut)]
    pub gateway: Account<PaymentGateway>,
    #[account(mut)]
    pub user_payment: Account<UserPayment>,
    /// Seeds `"payment_policy"`, user_payment, next policy id.
    #[account(mut)]
    pub policy: UncheckedAccount,
    /// Wallet that is paid. Not the owner.
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
        return Err(MilestoneError::ProgramPaused.into());
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
    let policy = accounts.new_policy(args, escrow_amount, policy_id, bump, now);
    pda::write_account(&accounts.policy, &policy)?;

    // Interaction
    let committed = accounts.user_payment.committed;
    token::approve(
        accounts.token_program.address(),
        &accounts.token_account,
        accounts.user_payment.view(),
        &accounts.owner,
        committed.get(),
    );

    emit_event(PolicyCreated {
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
            return Err(MilestoneError::FeeAboveMaximum.into());
        }
        Ok(())
    }

    /// The recipient is somebody else's wallet. Tokens sent to the token account of a token account, of a mint or of an
    /// account of this program could never be spent.
    fn check_recipient(&self) -> Result<()> {
        let recipient = &self.recipient;
        // The system program's address is all zero: nobody can own a token account as it.
        let is_nobody = address_eq(recipient.address(), self.system_program.address());
        let is_owner = address_eq(recipient.address(), self.owner.address());
        let is_token_account = TokenAccount::load(recipient, recipient.owner()).is_some()
            && token::check_program(recipient.owner()).is_ok();
        if is_nobody || is_owner || is_token_account || Mint::is_mint(recipient) || recipient.owned_by(&crate::ID) {
            return Err(MilestoneError::InvalidRecipient.into());
        }
        Ok(())
    }

    /// The mint is supported, the token account is the owner's and usable, and approving takes nobody's place unless
    /// the owner said so.
    fn check_delegation(&self, replace_delegate: bool) -> Result<()> {
        let token_program = self.token_program.address();
        Mint::load_for_creation(&self.mint, token_program)?;
        TokenAccount::load_of(&self.token_account, token_program, self.owner.address(), self.mint.address())
            .ok_or(MilestoneError::InvalidTokenAccount)?
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

    fn new_policy(
        &self,
        args: &CreateMilestonePolicyArgs,
        escrow_amount: u64,
        policy_id: u32,
        bump: u8,
        now: i64,
    ) -> PaymentPolicy {
        PaymentPolicy {
            user_payment: *self.user_payment.address(),
            recipient: *self.recipient.address(),
            gateway: *self.gateway.address(),
            policy_type_tag: POLICY_TYPE_MILESTONE,
            milestone: Milestone {
                milestone_amounts: args.milestone_amounts.map(PodU64::from),
                milestone_timestamps: args.milestone_timestamps.map(PodI64::from),
                current_milestone: 0,
                release_condition: args.release_condition,
                total_milestones: args.total_milestones,
                escrow_amount: escrow_amount.into(),
                padding: [0; 53],
            },
            status: PaymentStatus::Active as u8,
            memo: args.memo,
            total_paid: 0u64.into(),
            policy_id: policy_id.into(),
            created_at: now.into(),
            updated_at: now.into(),
            protocol_fee_bps: self.config.protocol_fee_bps,
            gateway_fee_bps: self.gateway.fee_bps,
            bump,
            rent_payer: *self.payer.address(),
            funding_kind: FUNDING_KIND_DELEGATED,
            reserved: [0; 20],
        }
    }
}
