use crate::error::{refuse, MilestoneError};
use anchor_lang::{pinocchio::account::AccountView, prelude::*};

/// A signer whose missing signature is `InvalidSigner`, as spec 003 names it. Anchor's own type would report
/// `MissingRequiredSignature`.
#[repr(transparent)]
pub struct ReleaseSigner {
    view: AccountView,
}

impl AnchorAccount for ReleaseSigner {
    type Data = AccountView;
    const IS_SIGNER: bool = true;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        if !view.is_signer() {
            return Err(refuse(MilestoneError::InvalidSigner));
        }
        Ok(Self { view })
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        &self.view
    }
}

impl core::ops::Deref for ReleaseSigner {
    type Target = AccountView;

    #[inline(always)]
    fn deref(&self) -> &AccountView {
        &self.view
    }
}

impl AsRef<AccountView> for ReleaseSigner {
    fn as_ref(&self) -> &AccountView {
        &self.view
    }
}

impl AsRef<Address> for ReleaseSigner {
    fn as_ref(&self) -> &Address {
        self.view.address()
    }
}

impl anchor_lang::ToCpiHandle for ReleaseSigner {
    fn to_cpi_handle(&self) -> CpiHandle<'_> {
        AnchorAccount::cpi_handle(self)
    }
}

#[doc(hidden)]
impl IdlAccountType for ReleaseSigner {
    const __IDL_IS_SIGNER: bool = true;
}
