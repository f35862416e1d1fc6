use crate::{
    constants::{CONFIG_SEED, MAX_PROTOCOL_FEE_BPS, UPGRADEABLE_LOADER},
    error::{refuse, MilestoneError},
    events::{emit_event, ConfigInitialized},
    pda,
    state::ProgramConfig,
};
use anchor_lang::{
    address_eq,
    cpi::{CpiSeed as Seed, CpiSigner},
    pinocchio::account::AccountView,
    prelude::*,
};

/// `UpgradeableLoaderState::ProgramData`: tag (u32), slot (u64), option tag (u8), authority.
const PROGRAM_DATA_TAG: [u8; 4] = 3u32.to_le_bytes();
const AUTHORITY_OPTION_OFFSET: usize = 12;
const AUTHORITY_OFFSET: usize = 13;

#[derive(Accounts)]
pub struct InitializeConfig {
    /// Pays the rent. May be the upgrade authority.
    #[account(unsafe(dup))]
    pub payer: Signer,
    /// The program's upgrade authority, so that nobody else can create the config first. Becomes its authority.
    pub upgrade_authority: Signer,
    /// Seeds `"config"`.
    #[account(mut)]
    pub config: UncheckedAccount,
    /// The loader's account with this program's code and upgrade authority.
    pub program_data: UncheckedAccount,
    pub system_program: Program<System>,
}

/// Checks the cap of the fee and that the fee recipient is not all zero. Errors: `InvalidFeeBps`, `ZeroAddress`.
pub fn check_protocol_terms(fee_recipient: &Address, protocol_fee_bps: u16) -> Result<()> {
    if protocol_fee_bps > MAX_PROTOCOL_FEE_BPS {
        return Err(refuse(MilestoneError::InvalidFeeBps));
    }
    if address_eq(fee_recipient, &Address::default()) {
        return Err(refuse(MilestoneError::ZeroAddress));
    }
    Ok(())
}

pub fn handler(ctx: &mut Context<InitializeConfig>, fee_recipient: Address, protocol_fee_bps: u16) -> Result<()> {
    let accounts = &ctx.accounts;
    check_upgrade_authority(&accounts.program_data, accounts.upgrade_authority.address())?;
    check_protocol_terms(&fee_recipient, protocol_fee_bps)?;

    let bump = pda::find_bump(&[CONFIG_SEED], accounts.config.address())?;
    let seeds = [Seed::from(CONFIG_SEED), Seed::from(core::slice::from_ref(&bump))];
    pda::create_account(&accounts.payer, &accounts.config, ProgramConfig::LEN as u64, &CpiSigner::from(&seeds))?;
    let config = ProgramConfig {
        authority: *accounts.upgrade_authority.address(),
        pending_authority: Address::default(),
        fee_recipient,
        protocol_fee_bps: protocol_fee_bps.into(),
        is_paused: 0,
        bump,
        reserved: [0; 32],
    };
    pda::write_account(&accounts.config, &config)?;

    emit_event!(ConfigInitialized {
        config: *accounts.config.address(),
        authority: config.authority,
        fee_recipient,
        protocol_fee_bps: config.protocol_fee_bps,
        bump,
    });
    Ok(())
}

/// Checks that `program_data` is this program's and names `authority`. Errors: `InvalidProgramData`, `InvalidAuthority`.
fn check_upgrade_authority(program_data: &AccountView, authority: &Address) -> Result<()> {
    let (expected, _) = anchor_lang::find_program_address(&[crate::ID.as_ref()], &UPGRADEABLE_LOADER);
    if !address_eq(program_data.address(), &expected) || !address_eq(program_data.owner(), &UPGRADEABLE_LOADER) {
        return Err(refuse(MilestoneError::InvalidProgramData));
    }
    // SAFETY: only the loader can write to it, and this instruction does not call the loader.
    let data = unsafe { program_data.borrow_unchecked() };
    let (Some(tag), Some(&is_some), Some(key)) =
        (data.get(..4), data.get(AUTHORITY_OPTION_OFFSET), data.get(AUTHORITY_OFFSET..AUTHORITY_OFFSET + 32))
    else {
        return Err(refuse(MilestoneError::InvalidProgramData));
    };
    if tag != PROGRAM_DATA_TAG {
        return Err(refuse(MilestoneError::InvalidProgramData));
    }
    if is_some != 1 || key != authority.as_ref() {
        return Err(refuse(MilestoneError::InvalidAuthority));
    }
    Ok(())
}
