use anchor_lang::{pinocchio::account::AccountView, prelude::*, Owner};

/// The bytes of one of this program's accounts after the discriminator.
pub trait Body: bytemuck::Pod + Owner + Discriminator {}
impl<T: bytemuck::Pod + Owner + Discriminator> Body for T {}

/// An `Account<T>` that is loaded out of line: the same checks and errors, one copy of them in the program instead of one
/// an instruction. Creating and executing delegated policies keep Anchor's inlined loading, which is
/// faster.
pub struct Loaded<T: Body> {
    account: Account<T>,
}

impl<T: Body> AnchorAccount for Loaded<T> {
    type Data = T;
    const MIN_DATA_LEN: usize = <Account<T> as AnchorAccount>::MIN_DATA_LEN;

    #[inline(never)]
    fn load(view: AccountView) -> Result<Self> {
        Ok(Self { account: Account::<T>::load(view)? })
    }

    /// # Safety
    /// As `AnchorAccount::load_mut` demands; the derive's check for accounts that come twice sees to it.
    #[inline(never)]
    unsafe fn load_mut(view: AccountView) -> Result<Self> {
        // SAFETY: the caller's promise.
        Ok(Self { account: unsafe { Account::<T>::load_mut(view)? } })
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        self.account.account()
    }
}

impl<T: Body> Loaded<T> {
    #[inline(always)]
    pub fn address(&self) -> &Address {
        self.account.account().address()
    }

    #[inline(always)]
    pub fn view(&self) -> &AccountView {
        self.account.account()
    }

    /// Closes the account; its lamports go to `destination`.
    pub fn close(&mut self, destination: AccountView) -> Result<()> {
        self.account.close(destination)
    }
}

impl<T: Body> core::ops::Deref for Loaded<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        &self.account
    }
}

impl<T: Body> core::ops::DerefMut for Loaded<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.account
    }
}

impl<T: Body> AsRef<AccountView> for Loaded<T> {
    fn as_ref(&self) -> &AccountView {
        self.view()
    }
}

impl<T: Body> AsRef<Address> for Loaded<T> {
    fn as_ref(&self) -> &Address {
        self.address()
    }
}

impl<T: Body> anchor_lang::ToCpiHandle for Loaded<T> {
    fn to_cpi_handle(&self) -> CpiHandle<'_> {
        self.account.cpi_handle()
    }
}

impl<T: Body> anchor_lang::ToCpiHandleMut for Loaded<T> {
    fn try_to_cpi_handle_mut(&mut self) -> Result<CpiHandleMut<'_>> {
        self.account.try_cpi_handle_mut()
    }
}

#[doc(hidden)]
impl<T: Body + IdlAccountType> IdlAccountType for Loaded<T> {
    const __IDL_ACCOUNT_ENTRY: Option<&'static str> = <Account<T> as IdlAccountType>::__IDL_ACCOUNT_ENTRY;
    const __IDL_TYPE_DEF: Option<&'static str> = <Account<T> as IdlAccountType>::__IDL_TYPE_DEF;
    fn __idl_account_entry() -> Option<&'static str> {
        <Account<T> as IdlAccountType>::__idl_account_entry()
    }
    fn __idl_type_def() -> Option<&'static str> {
        <Account<T> as IdlAccountType>::__idl_type_def()
    }
    #[cfg(feature = "idl-build")]
    fn __register_idl_deps(
        accounts: &mut anchor_lang::__alloc::vec::Vec<&'static str>,
        types: &mut anchor_lang::__alloc::vec::Vec<&'static str>,
    ) {
        <Account<T> as IdlAccountType>::__register_idl_deps(accounts, types);
    }
}

/// Whether two addresses are the same, out of line like the loading.
#[inline(never)]
pub fn same(a: &Address, b: &Address) -> bool {
    anchor_lang::address_eq(a, b)
}
