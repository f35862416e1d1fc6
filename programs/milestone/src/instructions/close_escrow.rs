use super::{same, Loaded};
use crate::{
    constants::ESCROW_SEED,
    error::{refuse, MilestoneError},
    events::{log_event, EscrowClosed},
    state::{Escrow, PaymentPolicy, UserPayment},
    sysvars,
    token::{self, Mint, Source, TokenAccount},
};
use anchor_lang::{
    address_eq,
    cpi::{CpiSeed as Seed, CpiSigner},
    prelude::*,
};

#[derive(Accounts)]
pub struct CloseEscrow {
    #[account(constraint = same(owner.address(), &user_payment.owner) @ MilestoneError::InvalidOwner)]
    pub owner: Signer,
    pub user_payment: Loaded<UserPayment>,
    #[account(
        mut,
        constraint = same(&policy.user_payment, user_payment.address()) @ MilestoneError::InvalidUserPayment,
    )]
    pub policy: Loaded<PaymentPolicy>,
    #[account(mut, constraint = same(&escrow.policy, policy.address()) @ MilestoneError::InvalidEscrow)]
    pub escrow: Loaded<Escrow>,
    #[account(constraint = same(mint.address(), &user_payment.mint) @ MilestoneError::InvalidMint)]
    pub mint: UncheckedAccount,
    #[account(mut, constraint = same(vault.address(), &escrow.vault) @ MilestoneError::InvalidVault)]
    pub vault: UncheckedAccount,
    /// Required when the vault is not empty: a token account of the mint that the owner owns.
    #[account(unsafe(dup))]
    pub owner_token_account: Option<UncheckedAccount>,
    pub token_program: UncheckedAccount,
    /// The account that paid the rent of escrow and vault. May be the owner.
    #[account(
        unsafe(dup),
        constraint = same(rent_payer.address(), &escrow.rent_payer) @ MilestoneError::InvalidRentPayer,
    )]
    pub rent_payer: UncheckedAccount,
}

pub fn handler(ctx: &mut Context<CloseEscrow>) -> Result<()> {
    let accounts = &mut ctx.accounts;
    let now = sysvars::now()?;

    // Check
    if accounts.escrow.is_accepted() && accounts.escrow.outstanding()? != 0 {
        return Err(refuse(MilestoneError::EscrowHoldsMoney));
    }
    token::check_program(accounts.token_program.address())?;
    let balance = accounts.balance()?;

    // Effect
    accounts.policy.close_escrow(now);
    let event = EscrowClosed {
        escrow: *accounts.escrow.address(),
        policy: *accounts.policy.address(),
        refunded: balance.into(),
        rent_payer: accounts.escrow.rent_payer,
        closed_at: now.into(),
    };

    // Interaction
    accounts.empty_vault(balance)?;
    // After the calls: the runtime requires balanced lamports at each call.
    accounts.escrow.close(*accounts.rent_payer.account())?;

    log_event(event);
    Ok(())
}

impl CloseEscrow {
    /// Returns the vault's balance: money of an escrow that was not accepted, and donations. Errors: `InvalidTokenProgram`, when
    /// the vault belongs to the other token program, `InvalidVault`, `TokenAccountFrozen`.
    fn balance(&self) -> Result<u64> {
        let token_program = self.token_program.address();
        if !address_eq(self.vault.owner(), token_program) {
            return Err(refuse(MilestoneError::InvalidTokenProgram));
        }
        let vault = TokenAccount::load_shared(&self.vault, token_program, self.escrow.address(), self.mint.address())
            .ok_or_else(|| refuse(MilestoneError::InvalidVault))?;
        if vault.amount() != 0 && vault.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        Ok(vault.amount())
    }

    /// Returns `balance` to the owner and closes the vault. Does not read the mint of an empty vault: the mint may be
    /// closed. Errors: `InvalidOwnerTokenAccount`, `TokenAccountFrozen`, `InvalidMint`.
    fn empty_vault(&self, balance: u64) -> Result<()> {
        let (token_program, escrow) = (self.token_program.address(), &self.escrow);
        let seeds = [
            Seed::from(ESCROW_SEED),
            Seed::from(escrow.policy.as_ref()),
            Seed::from(core::slice::from_ref(&escrow.bump)),
        ];
        if balance != 0 {
            let error = MilestoneError::InvalidOwnerTokenAccount;
            let account = self.owner_token_account.as_ref().ok_or_else(|| refuse(error))?;
            TokenAccount::check_receiving(account, token_program, self.owner.address(), self.mint.address(), error)
                .map_err(refuse)?;
            let source = Source {
                token_program: &self.token_program,
                account: &self.vault,
                mint: &self.mint,
                authority: escrow.view(),
                decimals: Mint::decimals_of(&self.mint, token_program)?,
            };
            token::transfer(source, account, balance, &seeds);
        }
        let signer = CpiSigner::from(&seeds);
        token::close_account(token_program, &self.vault, &self.rent_payer, escrow.view(), &signer);
        Ok(())
    }
}
