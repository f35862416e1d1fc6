use crate::{
    constants::USER_PAYMENT_SEED,
    error::{refuse, MilestoneError},
    events::{emit_event, UserPaymentCreated},
    pda,
    rules::policy_ids,
    state::UserPayment,
    sysvars,
    token::{Mint, TokenAccount},
};
use anchor_lang::{
    cpi::{CpiSeed as Seed, CpiSigner},
    prelude::*,
};

#[derive(Accounts)]
pub struct CreateUserPayment {
    /// Pays the rent and gets it back. May be the owner.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub owner: Signer,
    /// Seeds `"user_payment"`, owner, mint.
    #[account(mut)]
    pub user_payment: UncheckedAccount,
    pub mint: UncheckedAccount,
    /// The owner's token account that payments are pulled from.
    pub token_account: UncheckedAccount,
    pub token_program: UncheckedAccount,
    pub system_program: Program<System>,
}

pub fn handler(ctx: &mut Context<CreateUserPayment>, first_policy_id: Option<u32>) -> Result<()> {
    let accounts = &ctx.accounts;
    let (owner, mint) = (accounts.owner.address(), accounts.mint.address());
    let token_program = accounts.token_program.address();
    let clock = sysvars::clock()?;
    let now = clock.unix_timestamp;

    Mint::load_for_creation(&accounts.mint, token_program)?;
    TokenAccount::load_of(&accounts.token_account, token_program, owner, mint)
        .ok_or_else(|| refuse(MilestoneError::InvalidTokenAccount))?;
    let next_policy_id = policy_ids::first_policy_id(first_policy_id, clock.slot)?;

    let bump = pda::find_bump(&[USER_PAYMENT_SEED, owner.as_ref(), mint.as_ref()], accounts.user_payment.address())?;
    let seeds = [
        Seed::from(USER_PAYMENT_SEED),
        Seed::from(owner.as_ref()),
        Seed::from(mint.as_ref()),
        Seed::from(core::slice::from_ref(&bump)),
    ];
    pda::create_account(&accounts.payer, &accounts.user_payment, UserPayment::LEN as u64, &CpiSigner::from(&seeds))?;
    let user_payment = UserPayment {
        owner: *owner,
        mint: *mint,
        token_account: *accounts.token_account.address(),
        committed: 0u64.into(),
        open_policies: 0u32.into(),
        next_policy_id: next_policy_id.into(),
        bump,
        rent_payer: *accounts.payer.address(),
        created_at: now.into(),
        updated_at: now.into(),
        reserved: [0; 36],
    };
    pda::write_account(&accounts.user_payment, &user_payment)?;

    emit_event!(UserPaymentCreated {
        user_payment: *accounts.user_payment.address(),
        owner: user_payment.owner,
        mint: user_payment.mint,
        token_account: user_payment.token_account,
        next_policy_id: user_payment.next_policy_id,
        bump,
        rent_payer: user_payment.rent_payer,
        created_at: now.into(),
    });
    Ok(())
}
