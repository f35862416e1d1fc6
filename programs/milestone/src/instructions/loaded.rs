use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*, programs::System, Id, Owner};
use core::marker::PhantomData;

/// The bytes of one of this program's accounts after the discriminator.
pub trait Body: bytemuck::Pod + Owner + Discriminator {}
impl<T: bytemuck::Pod + Owner + Discriminator> Body for T {}

const DISCRIMINATOR_LEN: usize = 8;

/// An `Account<T>` with the same checks and errors, of which the program holds one copy for all types of account. It is a
/// plain pointer: nothing here borrows an account through the runtime's flags, so there is nothing to keep or to give back.
#[repr(transparent)]
pub struct Loaded<T: Body, const INLINED: bool = false> {
    view: AccountView,
    body: PhantomData<T>,
}

/// A `Loaded` whose checks are inlined, for the two instructions that are called most: some 15 compute units per account.
pub type Inlined<T> = Loaded<T, true>;

/// What tells a type of account apart.
struct Kind {
    discriminator: u64,
    len: usize,
}

impl<T: Body, const INLINED: bool> Loaded<T, INLINED> {
    const KIND: Kind = {
        assert!(core::mem::align_of::<T>() == 1 && T::DISCRIMINATOR.len() == DISCRIMINATOR_LEN);
        let [a, b, c, d, e, f, g, h] = T::DISCRIMINATOR else { panic!() };
        Kind {
            discriminator: u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]),
            len: DISCRIMINATOR_LEN + core::mem::size_of::<T>(),
        }
    };

    #[inline(always)]
    pub fn address(&self) -> &Address {
        self.view.address()
    }

    #[inline(always)]
    pub fn view(&self) -> &AccountView {
        &self.view
    }

    /// Closes the account; its lamports go to `destination`.
    pub fn close(&mut self, destination: AccountView) -> Result<()> {
        close(self.view, destination)
    }
}

/// Checks owner, length and discriminator, in this order. Errors: `UninitializedAccount`, `IllegalOwner`,
/// `AccountDataTooSmall`, `InvalidAccountData`. The errors are chosen out of line, where they cost a valid account nothing.
#[inline(always)]
fn check(view: &AccountView, discriminator: u64, len: usize) -> Result<()> {
    let is_ours = address_eq(view.owner(), &crate::ID);
    // SAFETY: read only when the account holds at least `len` bytes, which include the eight of the discriminator.
    if !is_ours || view.data_len() < len || unsafe { (view.data_ptr() as *const u64).read_unaligned() } != discriminator
    {
        return Err(refusal(view, len));
    }
    Ok(())
}

/// Checks a mutable account: writable, long enough, then like `check`. Errors: `ConstraintMut`, and those of `check`.
#[inline(always)]
fn check_mut(view: &AccountView, discriminator: u64, len: usize) -> Result<()> {
    if !view.is_writable() || view.data_len() < len {
        return Err(refusal_mut(view));
    }
    check(view, discriminator, len)
}

#[inline(never)]
fn check_shared(view: &AccountView, discriminator: u64, len: usize) -> Result<()> {
    check(view, discriminator, len)
}

#[inline(never)]
fn check_mut_shared(view: &AccountView, discriminator: u64, len: usize) -> Result<()> {
    check_mut(view, discriminator, len)
}

/// Returns the error for a mutable account that is read-only or too short.
#[cold]
#[inline(never)]
fn refusal_mut(view: &AccountView) -> ProgramError {
    if view.is_writable() {
        ProgramError::AccountDataTooSmall
    } else {
        anchor_lang::ErrorCode::ConstraintMut.into()
    }
}

/// Returns the error for an account that `check` refuses.
#[cold]
#[inline(never)]
fn refusal(view: &AccountView, len: usize) -> ProgramError {
    if address_eq(view.owner(), &crate::ID) {
        return if view.data_len() < len {
            ProgramError::AccountDataTooSmall
        } else {
            ProgramError::InvalidAccountData
        };
    }
    if view.lamports() == 0 && address_eq(view.owner(), &System::id()) {
        ProgramError::UninitializedAccount
    } else {
        ProgramError::IllegalOwner
    }
}

/// Moves the lamports to `destination` and gives the account back to the runtime. Its discriminator is overwritten first, so
/// that a later instruction of the same transaction that restores the account finds no valid state in it.
#[inline(never)]
fn close(mut view: AccountView, mut destination: AccountView) -> Result<()> {
    let lamports = destination.lamports().checked_add(view.lamports()).ok_or(ProgramError::ArithmeticOverflow)?;
    destination.set_lamports(lamports);
    view.set_lamports(0);
    // SAFETY: `check_mut` saw at least the eight bytes of a discriminator, and no reference into the account is used after
    // `Loaded::close`, which takes the account mutably.
    unsafe {
        (view.data_mut_ptr() as *mut u64).write_unaligned(u64::MAX);
        view.close_unchecked();
    }
    Ok(())
}

impl<T: Body, const INLINED: bool> AnchorAccount for Loaded<T, INLINED> {
    type Data = T;
    const MIN_DATA_LEN: usize = Self::KIND.len;

    #[inline(always)]
    fn load(view: AccountView) -> Result<Self> {
        let Kind { discriminator, len } = Self::KIND;
        if INLINED {
            check(&view, discriminator, len)?;
        } else {
            check_shared(&view, discriminator, len)?;
        }
        Ok(Self { view, body: PhantomData })
    }

    /// # Safety
    /// As for `AnchorAccount::load_mut`; the derive checks for duplicate mutable accounts.
    #[inline(always)]
    unsafe fn load_mut(view: AccountView) -> Result<Self> {
        let Kind { discriminator, len } = Self::KIND;
        if INLINED {
            check_mut(&view, discriminator, len)?;
        } else {
            check_mut_shared(&view, discriminator, len)?;
        }
        Ok(Self { view, body: PhantomData })
    }

    #[inline(always)]
    fn account(&self) -> &AccountView {
        &self.view
    }
}

impl<T: Body, const INLINED: bool> core::ops::Deref for Loaded<T, INLINED> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: `check` saw at least `size_of::<T>()` bytes behind the discriminator; every bit pattern is a `T`, whose
        // alignment is 1.
        unsafe { &*(self.view.data_ptr().add(DISCRIMINATOR_LEN) as *const T) }
    }
}

impl<T: Body, const INLINED: bool> core::ops::DerefMut for Loaded<T, INLINED> {
    /// Needs `#[account(mut)]` on the field: the runtime refuses an instruction that wrote to a read-only account.
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`; the derive refuses a mutable account that is passed twice, so this is the only reference.
        unsafe { &mut *(self.view.data_mut_ptr().add(DISCRIMINATOR_LEN) as *mut T) }
    }
}

impl<T: Body, const INLINED: bool> AsRef<AccountView> for Loaded<T, INLINED> {
    fn as_ref(&self) -> &AccountView {
        self.view()
    }
}

impl<T: Body, const INLINED: bool> AsRef<Address> for Loaded<T, INLINED> {
    fn as_ref(&self) -> &Address {
        self.address()
    }
}

impl<T: Body, const INLINED: bool> anchor_lang::ToCpiHandle for Loaded<T, INLINED> {
    fn to_cpi_handle(&self) -> CpiHandle<'_> {
        self.cpi_handle()
    }
}

impl<T: Body, const INLINED: bool> anchor_lang::ToCpiHandleMut for Loaded<T, INLINED> {
    fn try_to_cpi_handle_mut(&mut self) -> Result<CpiHandleMut<'_>> {
        self.try_cpi_handle_mut()
    }
}

#[doc(hidden)]
impl<T: Body + IdlAccountType, const INLINED: bool> IdlAccountType for Loaded<T, INLINED> {
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

/// Compares two addresses, out of line like the loading.
#[inline(never)]
pub fn same(a: &Address, b: &Address) -> bool {
    anchor_lang::address_eq(a, b)
}
