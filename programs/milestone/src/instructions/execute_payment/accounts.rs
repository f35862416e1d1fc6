use crate::{
    error::{refuse, MilestoneError},
    instructions::{Inlined, ReleaseSigner},
    rules::release_condition::ReleaseRequest,
    state::{PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment},
};
use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};
use core::mem::size_of;

/// How many accounts every release declares.
pub const DECLARED: usize = 11;

/// The declared accounts of a release, in the order of the IDL. A fee account may be any account: one that is not a token
/// account is refused where the fee is due.
#[repr(C)]
pub struct ReleaseAccounts {
    pub executor: ReleaseSigner,
    pub config: Inlined<ProgramConfig>,
    pub gateway: Inlined<PaymentGateway>,
    pub user_payment: Inlined<UserPayment>,
    pub policy: Inlined<PaymentPolicy>,
    pub mint: AccountView,
    pub token_account: AccountView,
    pub recipient_token_account: AccountView,
    pub gateway_fee_account: AccountView,
    pub protocol_fee_account: AccountView,
    pub token_program: AccountView,
}

const _: () = assert!(size_of::<ReleaseAccounts>() == size_of::<[AccountView; DECLARED]>());

impl ReleaseAccounts {
    /// Checks the accounts in their order, then their links, and returns them typed. Errors: `InvalidSigner`, those of
    /// `Loaded`, `ConstraintMut`, `InvalidUserPayment`, `InvalidGateway`, `InvalidMint`.
    #[inline(always)]
    pub fn load(views: &mut [AccountView; DECLARED]) -> Result<&mut Self> {
        let [executor, config, gateway, user_payment, policy, ..] = *views;
        ReleaseSigner::load(executor)?;
        Inlined::<ProgramConfig>::load(config)?;
        Inlined::<PaymentGateway>::load(gateway)?;
        // SAFETY: nothing is borrowed by loading.
        unsafe {
            Inlined::<UserPayment>::load_mut(user_payment)?;
            Inlined::<PaymentPolicy>::load_mut(policy)?;
        }
        check_writable(views)?;
        // SAFETY: a `ReleaseAccounts` is these eleven views in this order (each type is a transparent wrapper of one), and those
        // with a type were just loaded as it. No mutable account is passed twice, which both ways to a release check.
        let accounts = unsafe { &mut *(views as *mut [AccountView; DECLARED] as *mut Self) };
        if !address_eq(&accounts.policy.user_payment, accounts.user_payment.address()) {
            return Err(refuse(MilestoneError::InvalidUserPayment));
        }
        if !address_eq(&accounts.policy.gateway, accounts.gateway.address()) {
            return Err(refuse(MilestoneError::InvalidGateway));
        }
        if !address_eq(accounts.mint.address(), &accounts.user_payment.mint) {
            return Err(refuse(MilestoneError::InvalidMint));
        }
        Ok(accounts)
    }

    #[inline(always)]
    pub fn request(&self, milestone_index: u8, now: i64) -> ReleaseRequest<'_> {
        ReleaseRequest {
            milestone_index,
            is_active: self.policy.is_active(),
            is_program_paused: self.config.is_paused != 0,
            now,
            executor: self.executor.address(),
            gateway_signer: &self.gateway.signer,
            owner: &self.user_payment.owner,
            recipient: &self.policy.recipient,
        }
    }
}

/// Checks that the token accounts can be written to; a fee account may be absent, for which the program's id stands.
/// Errors: `ConstraintMut`.
#[inline(always)]
fn check_writable(views: &[AccountView; DECLARED]) -> Result<()> {
    let [.., paying, recipient, gateway_fee, protocol_fee, _] = views;
    let is_absent = |view: &AccountView| address_eq(view.address(), &crate::ID);
    let is_valid = paying.is_writable()
        && recipient.is_writable()
        && (gateway_fee.is_writable() || is_absent(gateway_fee))
        // Mostly both are absent.
        && (protocol_fee.is_writable() || protocol_fee == gateway_fee || is_absent(protocol_fee));
    if !is_valid {
        return Err(read_only());
    }
    Ok(())
}

/// Returns the error for a token account that is not writable. Out of line for the reason that `refuse` is.
#[cold]
#[inline(never)]
fn read_only() -> ProgramError {
    anchor_lang::ErrorCode::ConstraintMut.into()
}
