use super::{lower_allowance, same, Loaded};
use crate::{
    constants::{ESCROW_SEED, MAX_MILESTONES},
    error::{refuse, MilestoneError},
    events::{emit_event, EscrowOpened},
    pda,
    rules::{escrow_terms::validate_terms, payout::funding_of},
    state::{Escrow, EscrowMilestone, EscrowTerms, MilestoneState, PaymentPolicy, ProgramConfig, UserPayment},
    sysvars,
    token::{AssociatedAccount, Mint, ASSOCIATED_TOKEN_PROGRAM},
};
use anchor_lang::{
    cpi::{CpiSeed as Seed, CpiSigner},
    prelude::*,
};
use bytemuck::Zeroable;

#[derive(Accounts)]
pub struct OpenEscrow {
    /// Pays the rent of escrow and vault and gets it back. May be the owner.
    #[account(unsafe(dup))]
    pub payer: Signer,
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub config: Loaded<ProgramConfig>,
    #[account(mut)]
    pub user_payment: Loaded<UserPayment>,
    /// A live delegated policy.
    #[account(
        mut,
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
    /// Seeds `"escrow"`, policy.
    #[account(mut)]
    pub escrow: UncheckedAccount,
    /// The escrow's associated token account of the mint.
    #[account(mut)]
    pub vault: UncheckedAccount,
    #[account(constraint = same(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    /// The owner's token account that `user_payment` names: its allowance is lowered.
    #[account(
        mut,
        constraint = same(token_account.address(), &user_payment.token_account)
            @ MilestoneError::InvalidTokenAccount,
    )]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    #[account(
        constraint = same(associated_token_program.address(), &ASSOCIATED_TOKEN_PROGRAM)
            @ ProgramError::IncorrectProgramId,
    )]
    pub associated_token_program: UncheckedAccount,
    pub system_program: Program<System>,
}

pub fn handler(ctx: &mut Context<OpenEscrow>, mediator: Address, terms: &EscrowTerms) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;

    // Check
    if accounts.config.is_paused != 0 {
        return Err(refuse(MilestoneError::ProgramPaused));
    }
    accounts.policy.check_holdable()?;
    validate_terms(terms).map_err(refuse)?;
    accounts.check_mediator(&mediator)?;
    // A vault that is created frozen could never be funded.
    Mint::load_for_creation(&accounts.mint, accounts.token_program.address())?;
    accounts.check_funding(terms.platform_fee_bps.get())?;

    // Effect
    let outstanding = accounts.policy.outstanding()?;
    accounts.policy.hold(now);
    accounts.user_payment.release(outstanding, now)?;

    // Interaction
    let bump = accounts.create_escrow_account()?;
    let escrow = accounts.new_escrow(mediator, terms, bump, now);
    pda::write_account(&accounts.escrow, &escrow)?;
    accounts.create_vault()?;
    lower_allowance(
        &accounts.owner,
        &accounts.user_payment,
        &accounts.token_account,
        accounts.token_program.address(),
    )?;

    emit_event!(EscrowOpened {
        escrow: *accounts.escrow.address(),
        policy: escrow.policy,
        mediator,
        vault: escrow.vault,
        rent_payer: escrow.rent_payer,
        terms: escrow.terms,
        bump,
        current_milestone: accounts.policy.milestone.current_milestone,
        committed: accounts.user_payment.committed,
        created_at: escrow.created_at,
    });
    Ok(())
}

impl OpenEscrow {
    /// Checks that the mediator is neither party nor the all-zero address.
    fn check_mediator(&self, mediator: &Address) -> Result<()> {
        if same(mediator, &Address::default())
            || same(mediator, self.owner.address())
            || same(mediator, &self.policy.recipient)
        {
            return Err(refuse(MilestoneError::InvalidMediator));
        }
        Ok(())
    }

    /// Checks that the sum that the vault may hold fits in 64 bits.
    fn check_funding(&self, platform_fee_bps: u16) -> Result<()> {
        let mut sum = 0u64;
        for amount in &self.policy.milestone.milestone_amounts {
            let funding = funding_of(amount.get(), platform_fee_bps).map_err(refuse)?;
            sum = sum.checked_add(funding).ok_or_else(|| refuse(MilestoneError::AmountOverflow))?;
        }
        Ok(())
    }

    fn create_escrow_account(&self) -> Result<u8> {
        let policy = self.policy.address().as_ref();
        let bump = pda::find_bump(&[ESCROW_SEED, policy], self.escrow.address())?;
        let seeds = [Seed::from(ESCROW_SEED), Seed::from(policy), Seed::from(core::slice::from_ref(&bump))];
        pda::create_account(&self.payer, &self.escrow, Escrow::LEN as u64, &CpiSigner::from(&seeds))?;
        Ok(bump)
    }

    fn create_vault(&self) -> Result<()> {
        let vault = AssociatedAccount {
            payer: &self.payer,
            account: &self.vault,
            wallet: &self.escrow,
            mint: &self.mint,
            system_program: &self.system_program,
            token_program: &self.token_program,
        };
        if !vault.is_at_its_address() {
            return Err(refuse(MilestoneError::InvalidVault));
        }
        vault.create();
        Ok(())
    }

    fn new_escrow(&self, mediator: Address, terms: &EscrowTerms, bump: u8, now: i64) -> Escrow {
        let mut milestones = [EscrowMilestone::zeroed(); MAX_MILESTONES];
        // Already paid by delegation: final, and never in the vault.
        for paid in milestones.iter_mut().take(self.policy.milestone.current_milestone as usize) {
            paid.state = MilestoneState::Released as u8;
        }
        Escrow {
            policy: *self.policy.address(),
            mediator,
            vault: *self.vault.address(),
            rent_payer: *self.payer.address(),
            terms: *terms,
            accepted_at: 0i64.into(),
            ready_at: 0i64.into(),
            mediation_at: 0i64.into(),
            created_at: now.into(),
            updated_at: now.into(),
            bump,
            milestones,
            reserved: [0; 19],
        }
    }
}
