use crate::{
    error::{refuse, MilestoneError},
    events::{emit_event, KeeperRewarded},
    token::TokenAccount,
};
use anchor_lang::{address_eq, pinocchio::account::AccountView, prelude::*};

/// Returns the keeper's token account, which follows the escrow behind the declared accounts.
#[inline(always)]
pub fn keeper_account(trailing: &[AccountView]) -> Option<&AccountView> {
    trailing.get(1)
}

/// The part of its own fee that the gateway pays to the account that the execution names. Never zero.
pub struct KeeperReward {
    account: AccountView,
    amount: u64,
}

impl KeeperReward {
    /// Checks the reward of `amount` to `account`. Returns `None` for no amount, or when the program's id stands for no account:
    /// then the gateway keeps its whole fee. Anyone may own the account, and it may also be another destination. It cannot be
    /// the account that pays: that one is declared mutable, and Anchor refuses to load it twice.
    ///
    /// Errors: `InvalidKeeperTokenAccount`, `TokenAccountFrozen`.
    #[inline(never)]
    pub fn claimed(
        account: &AccountView,
        amount: u64,
        token_program: &Address,
        mint: &Address,
    ) -> Result<Option<Self>> {
        if amount == 0 || address_eq(account.address(), &crate::ID) {
            return Ok(None);
        }
        let error = MilestoneError::InvalidKeeperTokenAccount;
        let owner = TokenAccount::load(account, token_program).ok_or_else(|| refuse(error))?.owner();
        TokenAccount::check_receiving(account, token_program, owner, mint, error).map_err(refuse)?;
        Ok(Some(Self { account: *account, amount }))
    }

    #[inline(always)]
    pub fn account(&self) -> &AccountView {
        &self.account
    }

    #[inline(always)]
    pub fn amount(&self) -> u64 {
        self.amount
    }

    #[inline(never)]
    pub fn log(&self, policy: &Address, milestone_index: u8, executor: &Address) {
        emit_event!(KeeperRewarded {
            policy: *policy,
            milestone_index,
            executor: *executor,
            keeper_token_account: *self.account.address(),
            amount: self.amount.into(),
        });
    }
}
