use super::{read_u64, Extensions, ACCOUNT_TYPE_ACCOUNT, BASE_ACCOUNT_LEN, MULTISIG_LEN, TOKEN_2022_PROGRAM};
use crate::error::{refuse, MilestoneError};
use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};

const STATE_FROZEN: u8 = 2;
/// `ExtensionType::CpiGuard` of Token-2022; its one byte is 1 when locked.
const EXTENSION_CPI_GUARD: u16 = 11;

/// A token account of either program, read in place. Offsets are those of SPL Token's `Account`:
/// mint 0, owner 32, amount 64, delegate tag 72, delegate 76, state 108, delegated amount 121.
pub struct TokenAccount<'a> {
    data: &'a [u8],
}

impl<'a> TokenAccount<'a> {
    /// Reads `view`. Returns `None` unless it is an initialized token account of `token_program`.
    #[inline(always)]
    pub fn load(view: &'a AccountView, token_program: &Address) -> Option<Self> {
        if !address_eq(view.owner(), token_program) {
            return None;
        }
        // SAFETY: nothing in this program writes to token accounts; token calls do, and no `TokenAccount` lives across
        // one.
        Self::parse(unsafe { view.borrow_unchecked() }, token_program)
    }

    /// Reads `view` like `load`. Returns `None` also unless it is `owner`'s account of `mint`.
    #[inline(always)]
    pub fn load_of(view: &'a AccountView, token_program: &Address, owner: &Address, mint: &Address) -> Option<Self> {
        Self::load(view, token_program).filter(|account| account.is_of(owner, mint))
    }

    /// Reads `view` like `load_of`, out of line: for callers where size matters more than a few compute units.
    #[inline(never)]
    pub fn load_shared(
        view: &'a AccountView,
        token_program: &Address,
        owner: &Address,
        mint: &Address,
    ) -> Option<Self> {
        Self::load_of(view, token_program, owner, mint)
    }

    /// Checks that `view` can receive: `owner`'s account of `mint`, not frozen. Errors: `error` when it is not `owner`'s account
    /// of `mint`, `TokenAccountFrozen`.
    #[inline(never)]
    pub fn check_receiving(
        view: &AccountView,
        token_program: &Address,
        owner: &Address,
        mint: &Address,
        error: MilestoneError,
    ) -> core::result::Result<(), MilestoneError> {
        let account = TokenAccount::load_of(view, token_program, owner, mint).ok_or(error)?;
        if account.is_frozen() {
            return Err(MilestoneError::TokenAccountFrozen);
        }
        Ok(())
    }

    #[inline(always)]
    fn parse(data: &'a [u8], token_program: &Address) -> Option<Self> {
        let is_account = data.len() == BASE_ACCOUNT_LEN
            || (data.len() > BASE_ACCOUNT_LEN
                && data.len() != MULTISIG_LEN
                && data[BASE_ACCOUNT_LEN] == ACCOUNT_TYPE_ACCOUNT
                && address_eq(token_program, &TOKEN_2022_PROGRAM));
        // State 0 is uninitialized.
        (is_account && data[108] != 0).then_some(Self { data })
    }

    #[inline(always)]
    fn address_at(&self, offset: usize) -> &'a Address {
        // SAFETY: callers pass offsets below 165 - 32 and `parse` checked the length; `Address` is 32 bytes of
        // alignment 1.
        unsafe { &*(self.data.as_ptr().add(offset) as *const Address) }
    }

    #[inline(always)]
    pub fn mint(&self) -> &'a Address {
        self.address_at(0)
    }

    #[inline(always)]
    pub fn owner(&self) -> &'a Address {
        self.address_at(32)
    }

    /// Returns whether it is `owner`'s account of `mint`. The address alone does not tell: an account can be closed and created
    /// again at the same address, or given to another owner.
    #[inline(always)]
    fn is_of(&self, owner: &Address, mint: &Address) -> bool {
        address_eq(self.owner(), owner) && address_eq(self.mint(), mint)
    }

    /// Balance in base units.
    #[inline(always)]
    pub fn amount(&self) -> u64 {
        read_u64(self.data, 64)
    }

    #[inline(always)]
    pub fn delegate(&self) -> Option<&'a Address> {
        (self.data[72] == 1).then(|| self.address_at(76))
    }

    /// Allowance of the delegate in base units.
    #[inline(always)]
    pub fn delegated_amount(&self) -> u64 {
        read_u64(self.data, 121)
    }

    #[inline(always)]
    pub fn is_frozen(&self) -> bool {
        self.data[108] == STATE_FROZEN
    }

    /// Checks that this program can call `Approve` for `delegate`, and overwrites another delegate only with the owner's consent.
    /// Errors: `TokenAccountFrozen`, `TokenAccountCpiGuarded`, `DelegateInUse`.
    pub fn check_approvable(&self, delegate: &Address, replace_delegate: bool) -> Result<()> {
        if self.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        if self.is_cpi_guarded() {
            return Err(refuse(MilestoneError::TokenAccountCpiGuarded));
        }
        match self.delegate() {
            Some(current) if !replace_delegate && !address_eq(current, delegate) => {
                Err(refuse(MilestoneError::DelegateInUse))
            }
            _ => Ok(()),
        }
    }

    /// Returns whether Token-2022's CPI guard is on, which refuses `Approve` from inside a program.
    pub fn is_cpi_guarded(&self) -> bool {
        let tlv = self.data.get(BASE_ACCOUNT_LEN + 1..).unwrap_or_default();
        Extensions::new(tlv).flatten().any(|(kind, value)| kind == EXTENSION_CPI_GUARD && value.first() == Some(&1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TOKEN_PROGRAM;

    fn account() -> Vec<u8> {
        let mut data = vec![0u8; 165];
        data[..32].fill(1);
        data[32..64].fill(2);
        data[64..72].copy_from_slice(&7u64.to_le_bytes());
        data[108] = 1;
        data
    }

    #[test]
    fn given_a_token_account_then_its_fields() {
        let mut data = account();
        let plain = TokenAccount::parse(&data, &TOKEN_PROGRAM).unwrap();
        assert_eq!(plain.mint(), &Address::new_from_array([1; 32]));
        assert_eq!(plain.owner(), &Address::new_from_array([2; 32]));
        assert_eq!((plain.amount(), plain.delegate(), plain.is_frozen()), (7, None, false));
        assert!(!plain.is_cpi_guarded());

        data[72] = 1;
        data[76..108].fill(3);
        data[108] = 2;
        data[121..129].copy_from_slice(&9u64.to_le_bytes());
        let delegated = TokenAccount::parse(&data, &TOKEN_PROGRAM).unwrap();
        assert_eq!(delegated.delegate(), Some(&Address::new_from_array([3; 32])));
        assert_eq!((delegated.delegated_amount(), delegated.is_frozen()), (9, true));
    }

    #[test]
    fn given_other_bytes_then_no_token_account() {
        let mut uninitialized = account();
        uninitialized[108] = 0;
        assert!(TokenAccount::parse(&uninitialized, &TOKEN_PROGRAM).is_none());
        for len in [0, 82, 164] {
            assert!(TokenAccount::parse(&vec![1; len], &TOKEN_2022_PROGRAM).is_none());
        }
        let mut mint_like = account();
        mint_like.push(1);
        assert!(TokenAccount::parse(&mint_like, &TOKEN_2022_PROGRAM).is_none());
        let mut extended = account();
        extended.push(2);
        assert!(TokenAccount::parse(&extended, &TOKEN_PROGRAM).is_none());
        assert!(TokenAccount::parse(&extended, &TOKEN_2022_PROGRAM).is_some());
    }

    #[test]
    fn given_a_cpi_guard_then_seen_behind_other_extensions() {
        let mut data = account();
        data.push(2);
        // ImmutableOwner (7), no value; CpiGuard (11), one byte.
        data.extend([7, 0, 0, 0, 11, 0, 1, 0, 0]);
        assert!(!TokenAccount::parse(&data, &TOKEN_2022_PROGRAM).unwrap().is_cpi_guarded());
        *data.last_mut().unwrap() = 1;
        assert!(TokenAccount::parse(&data, &TOKEN_2022_PROGRAM).unwrap().is_cpi_guarded());
    }
}
