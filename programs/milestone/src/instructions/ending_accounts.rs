//! The accounts of the four endings that pay from the vault: loaded and checked in one copy for all of them.

use super::{same, Ending, FeeSlots, Finalization, Loaded};
use crate::{
    error::{refuse, MilestoneError},
    state::{Escrow, PaymentGateway, PaymentPolicy, ProgramConfig, UserPayment},
};
use anchor_lang::{pinocchio::account::AccountView, prelude::*};

/// An account of which the derive knows the place, and whether it is mutable: `EndingAccounts` loads and checks it.
pub struct Slot {
    view: AccountView,
}

impl AnchorAccount for Slot {
    type Data = AccountView;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        Ok(Self { view })
    }

    /// # Safety
    /// Nothing is borrowed here.
    #[inline(always)]
    unsafe fn load_mut(view: AccountView) -> Result<Self> {
        Ok(Self { view })
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        &self.view
    }
}

impl core::ops::Deref for Slot {
    type Target = AccountView;

    #[inline(always)]
    fn deref(&self) -> &AccountView {
        &self.view
    }
}

impl AsRef<AccountView> for Slot {
    fn as_ref(&self) -> &AccountView {
        &self.view
    }
}

impl AsRef<Address> for Slot {
    fn as_ref(&self) -> &Address {
        self.view.address()
    }
}

impl anchor_lang::ToCpiHandle for Slot {
    fn to_cpi_handle(&self) -> CpiHandle<'_> {
        self.cpi_handle()
    }
}

impl anchor_lang::ToCpiHandleMut for Slot {
    fn try_to_cpi_handle_mut(&mut self) -> Result<CpiHandleMut<'_>> {
        self.try_cpi_handle_mut()
    }
}

#[doc(hidden)]
impl IdlAccountType for Slot {}

/// The accounts after the signers, in the order of the IDL.
pub struct EndingViews {
    pub config: AccountView,
    pub gateway: AccountView,
    pub user_payment: AccountView,
    pub policy: AccountView,
    pub escrow: AccountView,
    pub mint: AccountView,
    pub vault: AccountView,
    pub destinations: Destinations,
    pub token_program: AccountView,
}

/// The token accounts of those who may be paid.
#[derive(Clone, Copy)]
pub struct Destinations {
    pub recipient: Option<AccountView>,
    pub owner: Option<AccountView>,
    pub gateway: Option<AccountView>,
    pub protocol: Option<AccountView>,
}

/// Copies the views out of an ending's accounts, which have these names.
macro_rules! ending_views {
    ($accounts:ident, recipient: $recipient:expr, owner: $owner:expr) => {
        $crate::instructions::EndingViews {
            config: *$accounts.config.account(),
            gateway: *$accounts.gateway.account(),
            user_payment: *$accounts.user_payment.account(),
            policy: *$accounts.policy.account(),
            escrow: *$accounts.escrow.account(),
            mint: *$accounts.mint.account(),
            vault: *$accounts.vault.account(),
            destinations: $crate::instructions::Destinations {
                recipient: $recipient,
                owner: $owner,
                gateway: $crate::instructions::view_of(&$accounts.gateway_fee_account),
                protocol: $crate::instructions::view_of(&$accounts.protocol_fee_account),
            },
            token_program: *$accounts.token_program.account(),
        }
    };
}
pub(crate) use ending_views;

/// The typed accounts of an ending.
pub struct EndingAccounts {
    pub config: Loaded<ProgramConfig>,
    pub gateway: Loaded<PaymentGateway>,
    pub user_payment: Loaded<UserPayment>,
    pub policy: Loaded<PaymentPolicy>,
    pub escrow: Loaded<Escrow>,
    mint: AccountView,
    vault: AccountView,
    destinations: Destinations,
    token_program: AccountView,
}

impl EndingAccounts {
    /// Loads the accounts in their order. The caller compares its signer next, then calls `check`: this is the order that
    /// `docs/wire-format.md` promises. Errors: those of `Loaded`, `ConstraintMut`.
    #[inline(never)]
    pub fn load(views: &EndingViews) -> Result<Self> {
        let config = Loaded::load(views.config)?;
        let gateway = Loaded::load(views.gateway)?;
        let user_payment = Loaded::load(views.user_payment)?;
        // SAFETY: policy and escrow are mutable in the instruction's list, so the derive refused them as duplicates; nothing
        // else has loaded them.
        let (policy, escrow) = unsafe { (Loaded::load_mut(views.policy)?, Loaded::load_mut(views.escrow)?) };
        let to = &views.destinations;
        for view in [Some(views.vault), to.recipient, to.owner, to.gateway, to.protocol].into_iter().flatten() {
            if !view.is_writable() {
                return Err(anchor_lang::ErrorCode::ConstraintMut.into());
            }
        }
        Ok(Self {
            config,
            gateway,
            user_payment,
            policy,
            escrow,
            mint: views.mint,
            vault: views.vault,
            destinations: *to,
            token_program: views.token_program,
        })
    }

    /// Checks that the accounts belong together. Errors: `InvalidUserPayment`, `InvalidGateway`, `InvalidEscrow`, `InvalidMint`,
    /// `InvalidVault`.
    #[inline(never)]
    pub fn check(&self) -> Result<()> {
        let links = [
            (&self.policy.user_payment, self.user_payment.address(), MilestoneError::InvalidUserPayment),
            (&self.policy.gateway, self.gateway.address(), MilestoneError::InvalidGateway),
            (&self.escrow.policy, self.policy.address(), MilestoneError::InvalidEscrow),
            (&self.user_payment.mint, self.mint.address(), MilestoneError::InvalidMint),
            (&self.escrow.vault, self.vault.address(), MilestoneError::InvalidVault),
        ];
        for (named, given, error) in links {
            if !same(named, given) {
                return Err(refuse(error));
            }
        }
        Ok(())
    }

    /// Ends the milestone as the rules decided. Errors: those of `Finalization::run`.
    #[inline(never)]
    pub fn end(&mut self, ending: &Ending) -> Result<()> {
        Finalization {
            policy_view: *self.policy.view(),
            escrow_view: *self.escrow.view(),
            policy: &mut self.policy,
            escrow: &mut self.escrow,
            owner: &self.user_payment.owner,
            mint: self.mint,
            vault: self.vault,
            token_program: self.token_program,
            recipient_account: self.destinations.recipient,
            owner_account: self.destinations.owner,
            fees: Some(FeeSlots {
                gateway: &self.gateway,
                config: &self.config,
                gateway_account: self.destinations.gateway,
                protocol_account: self.destinations.protocol,
            }),
            keeper_account: None,
        }
        .run(ending)
    }
}
