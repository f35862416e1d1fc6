/** Computes how many milestones a funding covers and what it costs, and checks that the owner's account can pay it. */
import BN from "bn.js";
import type { PublicKey } from "@solana/web3.js";
import { CpiGuardError } from "../errors/accounts";
import { InvalidInputError } from "../errors/input";
import { refuse } from "../errors/program";
import { toU64, toU8 } from "../input/numbers";
import { fundingOf } from "../rules/payout";
import type { TokenAccountState } from "../tokens/account";
import type { Milestone } from "../types";

/** Accounts that opening and funding an escrow share. */
export interface EscrowAccounts {
  owner: PublicKey;
  userPayment: PublicKey;
  policy: PublicKey;
  escrow: PublicKey;
  vault: PublicKey;
  mint: PublicKey;
  tokenAccount: PublicKey;
  tokenProgram: PublicKey;
}

/** Selection of unfunded milestones: the next one, all of them, or a number of them. */
export type MilestonesToFund = "next" | "all" | number;

/**
 * Returns how many milestones from `first` on are selected. Throws `InvalidInputError`, `MilestoneProgramError`
 * (`InvalidFundingCount`, unless `skipChecks`).
 */
export function fundingCount(
  milestones: MilestonesToFund,
  first: number,
  totalMilestones: number,
  field: string,
  skipChecks = false,
): number {
  const left = Math.max(totalMilestones - first, 0);
  if (milestones === "all") return left;
  if (milestones === "next") return 1;
  if (typeof milestones !== "number") {
    const expected = `"next", "all" or a count`;
    throw new InvalidInputError({ field, expected, received: milestones });
  }
  const count = toU8(milestones, field);
  if (!skipChecks && (count < 1 || count > left)) {
    throw refuse("InvalidFundingCount", `Milestones to fund: ${count}; left: ${left}`);
  }
  return count;
}

/** Returns the base units for `count` milestones from `first` on, platform fees included. */
export function fundingSum(
  { milestoneAmounts }: Pick<Milestone, "milestoneAmounts">,
  platformFeeBps: number,
  first: number,
  count: number,
): BN {
  return milestoneAmounts
    .slice(first, first + count)
    .reduce((sum, amount) => sum.add(fundingOf(amount, platformFeeBps)), new BN(0));
}

/** Throws `InvalidInputError` when what the vault may ever hold does not fit 64 bits. */
export function requireFundable(amounts: readonly BN[], platformFeeBps: number): void {
  const sum = amounts.reduce(
    (all, amount) => all.add(fundingOf(amount, platformFeeBps)),
    new BN(0),
  );
  toU64(sum, "sum of amounts and platform fees");
}

/**
 * Throws `MilestoneProgramError` (`InvalidTokenAccount`, `TokenAccountFrozen`, `InsufficientFunds`), `CpiGuardError` when
 * the owner can't fund `sum` from the account.
 */
export function refuseFundingFrom(
  address: PublicKey,
  source: TokenAccountState | null,
  expected: { owner: PublicKey; mint: PublicKey; sum: BN },
): void {
  const account = `Account: ${address.toBase58()}`;
  if (!source) {
    const advice =
      "It is not a token account: closed, or not created yet; name another with tokenAccount";
    throw refuse("InvalidTokenAccount", account, advice);
  }
  for (const field of ["owner", "mint"] as const) {
    if (source[field].equals(expected[field])) continue;
    const [want, got] = [expected[field].toBase58(), source[field].toBase58()];
    throw refuse("InvalidTokenAccount", account, `Expected ${field}: ${want}`, `Got: ${got}`);
  }
  if (source.isFrozen) throw refuse("TokenAccountFrozen", account);
  if (source.isCpiGuarded) throw new CpiGuardError(address);
  refuseBalanceBelow(source.amount, expected.sum);
}

/** Throws `MilestoneProgramError` (`InsufficientFunds`). Base units. */
export function refuseBalanceBelow(balance: bigint, sum: BN): void {
  const needed = BigInt(sum.toString());
  if (balance < needed) {
    throw refuse("InsufficientFunds", `Balance: ${balance} base units; needed: ${needed}`);
  }
}
