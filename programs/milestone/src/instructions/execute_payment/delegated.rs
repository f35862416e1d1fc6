use super::{needed, ReleaseAccounts, Trailing};
use crate::{
    constants::USER_PAYMENT_SEED,
    error::{refuse, MilestoneError},
    events::{emit_event, PaymentExecuted},
    instructions::{keeper_account, KeeperReward},
    rules::{
        fees::{keeper_reward, split, Split},
        release_condition::decide_release,
    },
    sysvars,
    token::{Mint, Source, TokenAccount, Transfers},
};
use anchor_lang::{address_eq, cpi::CpiSeed as Seed, pinocchio::account::AccountView, prelude::*};

/// A release of which everything is checked except the keeper's reward.
struct Release {
    milestone_index: u8,
    decimals: u8,
    /// Gross amount in base units.
    amount: u64,
    fees: Split,
    /// Unix seconds by the chain's clock.
    now: i64,
}

/// Pays the milestone from the owner's token account, whose SPL delegate is the `UserPayment`.
#[inline(always)]
pub fn release(accounts: &mut ReleaseAccounts, trailing: Trailing, milestone_index: u8) -> Result<()> {
    let release = accounts.decide(milestone_index)?;
    let reward = match (release.fees.gateway_fee, accounts.gateway.keeper_reward_bps.get()) {
        (0, _) | (_, 0) => None,
        (fee, bps) => accounts.claimed_reward(keeper_reward(fee, bps), trailing)?,
    };
    accounts.pay(&release, reward.as_ref())
}

impl ReleaseAccounts {
    /// Decides the release by the rules and checks its token accounts. Errors: `InvalidTokenAccount`, those of
    /// `decide_release`, `Mint::load` and `check_token_accounts`.
    #[inline(always)]
    fn decide(&self, milestone_index: u8) -> Result<Release> {
        if !address_eq(self.token_account.address(), &self.user_payment.token_account) {
            return Err(refuse(MilestoneError::InvalidTokenAccount));
        }
        let now = sysvars::clock()?.unix_timestamp;
        let amount = decide_release(&self.policy.milestone, &self.request(milestone_index, now)).map_err(refuse)?;
        let fees = split(amount, self.policy.gateway_fee_bps.get(), self.policy.protocol_fee_bps.get());
        let mint = Mint::load(&self.mint, self.token_program.address())?;
        self.check_token_accounts(amount, &fees)?;
        Ok(Release { milestone_index, decimals: mint.decimals, amount, fees, now })
    }

    /// Records the release, makes its transfers and logs it. Out of line, because checks and payment together need more
    /// registers than there are: inlined, a release costs more.
    #[inline(never)]
    fn pay(&mut self, release: &Release, reward: Option<&KeeperReward>) -> Result<()> {
        let &Release { milestone_index, decimals, amount, fees, now } = release;

        // Effect
        self.policy.advance(amount, now)?;
        self.user_payment.release(amount, now)?;

        // Interaction
        self.transfer(decimals, &fees, reward);

        emit_event!(PaymentExecuted {
            policy: *self.policy.address(),
            executor: *self.executor.address(),
            milestone_index,
            amount: amount.into(),
            recipient_amount: fees.recipient.into(),
            gateway_fee: fees.gateway_fee.into(),
            protocol_fee: fees.protocol_fee.into(),
            current_milestone: self.policy.milestone.current_milestone,
            status: self.policy.status,
            total_paid: self.policy.total_paid,
            committed: self.user_payment.committed,
            executed_at: now.into(),
        });
        if let Some(reward) = reward {
            reward.log(self.policy.address(), milestone_index, self.executor.address());
        }
        Ok(())
    }

    /// Checks the reward's account, which is behind the declared ones. A release without a reward skips this.
    #[inline(never)]
    fn claimed_reward(&self, amount: u64, trailing: Trailing) -> Result<Option<KeeperReward>> {
        if amount == 0 {
            return Ok(None);
        }
        let Some(account) = keeper_account(needed(trailing)?) else { return Ok(None) };
        KeeperReward::claimed(account, amount, self.token_program.address(), self.mint.address())
    }

    /// Checks that the owner's account can pay `amount` and that each destination belongs to its payee.
    #[inline(always)]
    fn check_token_accounts(&self, amount: u64, fees: &Split) -> Result<()> {
        let token_program = self.token_program.address();
        let user_payment = &self.user_payment;
        self.check_destination(
            &self.recipient_token_account,
            &self.policy.recipient,
            MilestoneError::InvalidRecipientTokenAccount,
        )?;
        let source =
            TokenAccount::load_of(&self.token_account, token_program, &user_payment.owner, self.mint.address())
                .ok_or_else(|| refuse(MilestoneError::InvalidTokenAccount))?;
        if source.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        let delegate = source.delegate().ok_or_else(|| refuse(MilestoneError::DelegationRevoked))?;
        if !address_eq(delegate, user_payment.address()) {
            return Err(refuse(MilestoneError::DelegationReplaced));
        }
        if source.delegated_amount() < amount {
            return Err(refuse(MilestoneError::InsufficientDelegation));
        }
        if source.amount() < amount {
            return Err(refuse(MilestoneError::InsufficientFunds));
        }
        if fees.gateway_fee != 0 {
            let error = MilestoneError::InvalidGatewayFeeAccount;
            self.check_destination(&self.gateway_fee_account, &self.gateway.fee_recipient, error)?;
        }
        if fees.protocol_fee != 0 {
            let error = MilestoneError::InvalidProtocolFeeAccount;
            self.check_destination(&self.protocol_fee_account, &self.config.fee_recipient, error)?;
        }
        Ok(())
    }

    /// Checks that `account` is `owner`'s token account of the mint and not frozen. It cannot be the account that pays: that
    /// one is declared mutable, so neither way to a release takes it twice.
    #[inline(always)]
    fn check_destination(&self, account: &AccountView, owner: &Address, error: MilestoneError) -> Result<()> {
        let destination = TokenAccount::load_of(account, self.token_program.address(), owner, self.mint.address())
            .ok_or_else(|| refuse(error))?;
        if destination.is_frozen() {
            return Err(refuse(MilestoneError::TokenAccountFrozen));
        }
        Ok(())
    }

    #[inline(always)]
    fn transfer(&self, decimals: u8, fees: &Split, reward: Option<&KeeperReward>) {
        let user_payment = &self.user_payment;
        let mut transfers = Transfers::from(Source {
            token_program: &self.token_program,
            account: &self.token_account,
            mint: &self.mint,
            authority: user_payment.view(),
            decimals,
        });
        transfers.add(&self.recipient_token_account, fees.recipient);
        // `check_token_accounts` checked the account wherever a fee is due. Cannot wrap: a reward is at most the gateway's fee.
        let kept = fees.gateway_fee.wrapping_sub(reward.map_or(0, KeeperReward::amount));
        if kept != 0 {
            transfers.add_shared(&self.gateway_fee_account, kept);
        }
        if fees.protocol_fee != 0 {
            transfers.add_shared(&self.protocol_fee_account, fees.protocol_fee);
        }
        if let Some(reward) = reward {
            transfers.add_shared(reward.account(), reward.amount());
        }
        transfers.send(&[
            Seed::from(USER_PAYMENT_SEED),
            Seed::from(user_payment.owner.as_ref()),
            Seed::from(user_payment.mint.as_ref()),
            Seed::from(core::slice::from_ref(&user_payment.bump)),
        ]);
    }
}
