use super::ExecutePayment;
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

/// Pays the milestone from the owner's token account, whose SPL delegate is the `UserPayment`.
#[inline(always)]
pub fn release(ctx: &mut Context<ExecutePayment>, milestone_index: u8) -> Result<()> {
    let accounts = &mut ctx.accounts;
    if !address_eq(accounts.token_account.address(), &accounts.user_payment.token_account) {
        return Err(refuse(MilestoneError::InvalidTokenAccount));
    }
    let now = sysvars::clock()?.unix_timestamp;

    // Check
    let amount = decide_release(&accounts.policy.milestone, &accounts.request(milestone_index, now))?;
    let fees = split(amount, accounts.policy.gateway_fee_bps.get(), accounts.policy.protocol_fee_bps.get());
    let mint = Mint::load(&accounts.mint, accounts.token_program.address())?;
    accounts.check_token_accounts(amount, &fees)?;
    let reward = match (fees.gateway_fee, accounts.gateway.keeper_reward_bps.get()) {
        (0, _) | (_, 0) => None,
        _ => claimed_reward(ctx, fees.gateway_fee)?,
    };
    let accounts = &mut ctx.accounts;

    // Effect
    accounts.policy.advance(amount, now)?;
    accounts.user_payment.release(amount, now)?;

    // Interaction
    accounts.transfer(&mint, &fees, reward.as_ref());

    emit_event!(PaymentExecuted {
        policy: *accounts.policy.address(),
        executor: *accounts.executor.address(),
        milestone_index,
        amount: amount.into(),
        recipient_amount: fees.recipient.into(),
        gateway_fee: fees.gateway_fee.into(),
        protocol_fee: fees.protocol_fee.into(),
        current_milestone: accounts.policy.milestone.current_milestone,
        status: accounts.policy.status,
        total_paid: accounts.policy.total_paid,
        committed: accounts.user_payment.committed,
        executed_at: now.into(),
    });
    if let Some(reward) = reward {
        reward.log(accounts.policy.address(), milestone_index, accounts.executor.address());
    }
    Ok(())
}

/// Reads the reward's account behind the declared ones. A release without a reward skips this.
#[inline(never)]
fn claimed_reward(ctx: &mut Context<ExecutePayment>, gateway_fee: u64) -> Result<Option<KeeperReward>> {
    let amount = keeper_reward(gateway_fee, ctx.accounts.gateway.keeper_reward_bps.get());
    if amount == 0 {
        return Ok(None);
    }
    let trailing = ctx.remaining_accounts()?;
    let Some(account) = keeper_account(&trailing) else { return Ok(None) };
    let accounts = &ctx.accounts;
    KeeperReward::claimed(account, amount, accounts.token_program.address(), accounts.mint.address())
}

impl ExecutePayment {
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
            let account = self.gateway_fee_account.as_ref().ok_or_else(|| refuse(error))?;
            self.check_destination(account, &self.gateway.fee_recipient, error)?;
        }
        if fees.protocol_fee != 0 {
            let error = MilestoneError::InvalidProtocolFeeAccount;
            let account = self.protocol_fee_account.as_ref().ok_or_else(|| refuse(error))?;
            self.check_destination(account, &self.config.fee_recipient, error)?;
        }
        Ok(())
    }

    /// Checks that `account` is `owner`'s token account of the mint and not frozen. It cannot be the account that pays: that
    /// one is declared mutable, and Anchor refuses to load it twice.
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
    fn transfer(&self, mint: &Mint, fees: &Split, reward: Option<&KeeperReward>) {
        let user_payment = &self.user_payment;
        let mut transfers = Transfers::from(Source {
            token_program: &self.token_program,
            account: &self.token_account,
            mint: &self.mint,
            authority: user_payment.view(),
            decimals: mint.decimals,
        });
        transfers.add(&self.recipient_token_account, fees.recipient);
        // `check_token_accounts` required the account wherever a fee is due. Cannot wrap: a reward is at most the gateway's
        // fee.
        let kept = fees.gateway_fee.wrapping_sub(reward.map_or(0, KeeperReward::amount));
        if let (1.., Some(account)) = (kept, &self.gateway_fee_account) {
            transfers.add_shared(account, kept);
        }
        if let (1.., Some(account)) = (fees.protocol_fee, &self.protocol_fee_account) {
            transfers.add_shared(account, fees.protocol_fee);
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
