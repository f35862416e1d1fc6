use crate::{
    constants::{GATEWAY_SEED, MAX_GATEWAY_FEE_BPS},
    error::{refuse, MilestoneError},
    events::{emit_event, GatewayCreated},
    pda,
    state::PaymentGateway,
    sysvars,
};
use anchor_lang::{
    address_eq,
    cpi::{CpiSeed as Seed, CpiSigner},
    prelude::*,
};

pub struct CreateGatewayArgs {
    /// Signs releases whose condition has the gateway bit.
    pub signer: Address,
    /// Owner of the token accounts that receive the gateway's fees.
    pub fee_recipient: Address,
    /// 0..=1,000.
    pub fee_bps: u16,
    /// UTF-8, zero padded.
    pub name: [u8; 32],
    /// UTF-8, zero padded.
    pub url: [u8; 64],
}

#[derive(Accounts)]
pub struct CreateGateway {
    /// Pays the rent and gets it back. May be the authority.
    #[account(unsafe(dup))]
    pub payer: Signer,
    pub authority: Signer,
    /// Seeds `"gateway"`, authority.
    #[account(mut)]
    pub gateway: UncheckedAccount,
    pub system_program: Program<System>,
}

/// Checks the cap of the fee and that neither address is all zero. Errors: `InvalidFeeBps`, `ZeroAddress`.
pub fn check_gateway_terms(signer: &Address, fee_recipient: &Address, fee_bps: u16) -> Result<()> {
    if fee_bps > MAX_GATEWAY_FEE_BPS {
        return Err(refuse(MilestoneError::InvalidFeeBps));
    }
    let zero = Address::default();
    if address_eq(signer, &zero) || address_eq(fee_recipient, &zero) {
        return Err(refuse(MilestoneError::ZeroAddress));
    }
    Ok(())
}

pub fn handler(ctx: &mut Context<CreateGateway>, args: &CreateGatewayArgs) -> Result<()> {
    let accounts = &ctx.accounts;
    let authority = accounts.authority.address();
    let now = sysvars::now()?;
    check_gateway_terms(&args.signer, &args.fee_recipient, args.fee_bps)?;

    let bump = pda::find_bump(&[GATEWAY_SEED, authority.as_ref()], accounts.gateway.address())?;
    let seeds = [Seed::from(GATEWAY_SEED), Seed::from(authority.as_ref()), Seed::from(core::slice::from_ref(&bump))];
    pda::create_account(&accounts.payer, &accounts.gateway, PaymentGateway::LEN as u64, &CpiSigner::from(&seeds))?;
    let gateway = PaymentGateway {
        authority: *authority,
        signer: args.signer,
        fee_recipient: args.fee_recipient,
        fee_bps: args.fee_bps.into(),
        name: args.name,
        url: args.url,
        open_policies: 0u32.into(),
        bump,
        rent_payer: *accounts.payer.address(),
        created_at: now.into(),
        updated_at: now.into(),
        keeper_reward_bps: 0.into(),
        reserved: [0; 30],
    };
    pda::write_account(&accounts.gateway, &gateway)?;

    emit_event!(GatewayCreated {
        gateway: *accounts.gateway.address(),
        authority: gateway.authority,
        signer: gateway.signer,
        fee_recipient: gateway.fee_recipient,
        fee_bps: gateway.fee_bps,
        name: gateway.name,
        url: gateway.url,
        bump,
        rent_payer: gateway.rent_payer,
        created_at: now.into(),
    });
    Ok(())
}
