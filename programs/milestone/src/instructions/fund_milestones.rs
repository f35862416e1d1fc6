use super::{same, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, MilestonesFunded},
    rules::{payout::funding_of, release_condition::check_current},
    state::{Escrow, PaymentPolicy, ProgramConfig, UserPayment},
    sysvars,
    token::{transfer, Mint, Source, TokenAccount},
};
use anchor_lang::prelude::*;

#[derive(Accounts)]
pub struct FundMilestones {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub config: Loaded<ProgramConfig>,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
    #[account(mut, constraint = same(vault.address(), &escrow.vault) @ MilestoneError::InvalidVault)]
    pub vault: UncheckedAccount,
    #[account(constraint = same(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    /// Any token account of the mint that the owner owns.
    #[account(mut)]
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<FundMilestones>, first_milestone: u8, count: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;

    // Check
    if accounts.config.is_paused != 0 {
        return Err(refuse(MilestoneError::ProgramPaused));
    }
    let (funded, sum) = accounts.funding(first_milestone, count)?;
    let mint = Mint::load_shared(&accounts.mint, accounts.token_program.address())?;
    accounts.check_token_accounts(sum)?;

    // Effect
    for (index, amount) in funded.iter().enumerate() {
        if amount.get() != 0 {
            accounts.escrow.fund(index as u8, amount.get())?;
        }
    }
    if first_milestone == accounts.policy.milestone.current_milestone {
        accounts.escrow.touch(first_milestone, now);
    }
    accounts.escrow.updated_at = now.into();

    // Interaction
    let source = Source {
        token_program: &accounts.token_program,
        account: &accounts.token_account,
        mint: &accounts.mint,
        authority: &accounts.owner,
        decimals: mint.decimals,
    };
    transfer(source, &accounts.vault, sum, &[]);

    emit_event!(MilestonesFunded {
        escrow: *accounts.escrow.address(),
        policy: *accounts.policy.address(),
        first_milestone,
        count,
        funded,
        funded_at: now.into(),
        ready_at: accounts.escrow.ready_at,
    });
    Ok(())
}

impl FundMilestones {
    /// Returns what each milestone receives, and the sum. `first` must be the first unfunded milestone, so that a repeated
    /// transaction funds nothing twice. Errors: `PolicyCompleted`, `MilestoneAlreadyReleased`, `MilestoneAlreadyFunded`,
    /// `MilestoneNotFunded`, `InvalidFundingCount`, `AmountOverflow`.
    fn funding(&self, first: u8, count: u8) -> Result<([PodU64; 4], u64)> {
        let policy = &self.policy;
        let current = policy.milestone.current_milestone;
        if policy.milestone.is_completed() || first < current {
            check_current(&policy.milestone, first).map_err(refuse)?;
        }
        let unfunded = self.escrow.first_unfunded(policy);
        if first < unfunded {
            return Err(refuse(MilestoneError::MilestoneAlreadyFunded));
        }
        // `u8` arithmetic cannot wrap: both are at most 4 where it is reached.
        let available = policy.milestone.total_milestones.saturating_sub(first);
        if count == 0 || count > available {
            return Err(refuse(MilestoneError::InvalidFundingCount));
        }
        if first > unfunded {
            return Err(refuse(MilestoneError::MilestoneNotFunded));
        }
        let mut funded = [PodU64::from(0); 4];
        let mut sum = 0u64;
        let amounts = policy.milestone.milestone_amounts.iter();
        for (slot, amount) in funded.iter_mut().zip(amounts).skip(first as usize).take(count as usize) {
            let funding = funding_of(amount.get(), self.escrow.terms.platform_fee_bps.get()).map_err(refuse)?;
            sum = sum.checked_add(funding).ok_or_else(|| refuse(MilestoneError::AmountOverflow))?;
            *slot = funding.into();
        }
        Ok((funded, sum))
    }

    /// Checks that the owner's account can pay `sum` from inside a program, and that the vault can receive it.
    fn check_token_accounts(&self, sum: u64) -> Result<()> {
        let (token_program, mint) = (self.token_program.address(), self.mint.address());
        let (vault, escrow) = (&self.vault, self.escrow.address());
        TokenAccount::check_receiving(vault, token_program, escrow, mint, MilestoneError::InvalidVault)
            .map_err(refuse)?;
        let source = TokenAccount::load_shared(&self.token_account, token_program, self.owner.address(), mint)
            .ok_or_else(|| refuse(MilestoneError::InvalidTokenAccount))?;
        if source.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        if source.is_cpi_guarded() {
            return Err(refuse(MilestoneError::TokenAccountCpiGuarded));
        }
        if source.amount() < sum {
            return Err(refuse(MilestoneError::InsufficientFunds));
        }
        Ok(())
    }
}
