/** The SDK's decisions on kit's accounts. They touch no network. */
import * as rules from "@milepost/sdk/rules";
import type { Address } from "@solana/kit";
import type { Escrow, PaymentPolicy, UserPayment } from "../generated/accounts";
import { toRuleEscrow, toRulePolicy, toRuleUserPayment } from "./accounts";
import { fromRules, type InKit, toRuleAddress, toRuleInteger } from "./convert";
import {
  type ReleaseSnapshot,
  type TokenAccountState,
  toRuleSnapshot,
  toRuleTokenAccount,
} from "./snapshot";

/** Decision whether and when a policy's current milestone can be released, as the SDK's `ReleaseReport`. */
export type ReleaseReport = InKit<rules.ReleaseReport>;
/** Actions that one party can take, and changes that happen if no party acts, as the SDK's `NextActions`. */
export type NextActions = InKit<rules.NextActions>;
/** Comparison of an owner's promises on one mint with what pays them, as the SDK's `DelegationCoverage`. */
export type DelegationCoverage = InKit<rules.DelegationCoverage>;

/**
 * Decides whether the current milestone can be released: the requirements in the program's order, met and unmet, with the
 * error that the program would return. Default of `now`: the snapshot's chain time.
 * @example
 * const report = decideRelease(await fetchReleaseSnapshot(rpc, policy), { signers: [owner.address] });
 * for (const need of report.requirements) console.log(need.name, need.isMet, need.message);
 */
export function decideRelease(
  snapshot: ReleaseSnapshot,
  { now, signers = [] }: { now?: bigint; signers?: readonly Address[] } = {},
): ReleaseReport {
  return fromRules(
    rules.decideRelease(toRuleSnapshot(snapshot), {
      ...(now !== undefined && { now: toRuleInteger(now, "now") }),
      signers: signers.map(toRuleAddress),
    }),
  );
}

/**
 * Returns what `who` can do with a policy now and later, and what happens by itself if no party acts. Default of `now`: the
 * snapshot's chain time.
 * @example
 * const { possible, later } = decideNextActions(snapshot, owner.address);
 */
export function decideNextActions(
  snapshot: ReleaseSnapshot,
  who: Address,
  now: bigint = snapshot.now,
): NextActions {
  const decided = rules.decideNextActions(
    toRuleSnapshot(snapshot),
    toRuleAddress(who),
    toRuleInteger(now, "now"),
  );
  return fromRules(decided);
}

/** Decoded accounts that `computeCoverage` decides on. Accounts with an address are what kit's decoders return. */
export interface CoverageInput {
  /** Account of the owner on the mint, with its address. */
  userPayment: Decoded<UserPayment>;
  /** Policies of this `UserPayment`, delegated and held, in any order. */
  policies: readonly Decoded<PaymentPolicy>[];
  /** Token account that payments are pulled from; null when it is closed. */
  tokenAccount: TokenAccountState | null;
  /** Escrows of the held policies, in any order. */
  escrows?: readonly Decoded<Escrow>[];
  /** Vaults of the escrows, in any order. */
  vaultAccounts?: readonly (TokenAccountState | null)[];
}

/** Account as kit's decoders return it. */
export interface Decoded<T> {
  /** Address of the account. */
  address: Address;
  /** Account as it was decoded. */
  data: T;
}

/**
 * Compares an owner's promises on one mint with the allowance and the balance that pay them.
 * @example
 * const { shortfall, firstUncovered } = computeCoverage({ userPayment, policies, tokenAccount });
 */
export function computeCoverage(input: CoverageInput): DelegationCoverage {
  const { userPayment, policies, tokenAccount, escrows = [], vaultAccounts = [] } = input;
  return fromRules(
    rules.computeCoverage({
      userPaymentAddress: toRuleAddress(userPayment.address),
      userPayment: toRuleUserPayment(userPayment.data),
      policies: policies.map(({ address, data }) => ({
        address: toRuleAddress(address),
        account: toRulePolicy(data),
      })),
      tokenAccount: tokenAccount && toRuleTokenAccount(tokenAccount),
      escrows: escrows.map(({ address, data }) => ({
        address: toRuleAddress(address),
        account: toRuleEscrow(data),
      })),
      vaultAccounts: vaultAccounts.map((account) => account && toRuleTokenAccount(account)),
    }),
  );
}

/**
 * Decides whether `action` is possible on the milestone at `index` at `now` (Unix seconds), by any signer.
 * @example
 * decideAction("disputeMilestone", policy.data, escrow.data, 0, now).error; // "DisputeWindowClosed"
 */
export function decideAction(
  action: rules.EscrowAction,
  policy: PaymentPolicy,
  escrow: Escrow,
  index: number,
  now: bigint,
): rules.ActionVerdict {
  const { milestone } = toRulePolicy(policy).policyType;
  return rules.decideAction(
    action,
    milestone,
    toRuleEscrow(escrow),
    index,
    toRuleInteger(now, "now"),
  );
}

/**
 * Returns the state of the milestone at `index` at `now` (Unix seconds): a dispute is in mediation from `mediationAt` on.
 * @example
 * milestoneStateAt(escrow.data, 0, now); // "submitted"
 */
export function milestoneStateAt(
  escrow: Escrow,
  index: number,
  now: bigint,
): rules.MilestoneStateName {
  return rules.milestoneStateAt(toRuleEscrow(escrow), index, toRuleInteger(now, "now"));
}
