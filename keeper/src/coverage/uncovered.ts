/** Selects the payments of the SDK's coverage that the money does not cover, and why. Pure. */
import BN from "bn.js";
import type { DelegationCoverage, MilestoneErrorName, VaultCoverage } from "@milepost/sdk";
import type { Underfunded } from "../store/alerts";

export type Uncovered = Omit<Underfunded, "owner" | "mint">;

type Delegated = Pick<
  DelegationCoverage,
  "allowance" | "balance" | "delegate" | "userPayment" | "upcoming"
>;

/**
 * Returns the dated payments of delegated policies that the money does not cover, in the order in which they can be pulled. A
 * paused policy pulls nothing, and nothing is pulled from a frozen account.
 */
export function uncoveredPayments(coverage: Delegated, isFrozen = false): Uncovered[] {
  const { allowance, balance, upcoming } = coverage;
  const available = BN.min(allowance, balance);
  let promised = new BN(0);
  const found: Uncovered[] = [];
  for (const { policy, milestoneIndex, amount, dueAt, isPaused } of upcoming) {
    if (isPaused) continue;
    promised = promised.add(amount);
    const missing = BN.min(amount, promised.sub(available));
    if (!dueAt || (!isFrozen && !missing.gtn(0))) continue;
    found.push({
      policy: policy.toBase58(),
      milestoneIndex,
      dueAt: BigInt(dueAt.toString()),
      reason: isFrozen ? "TokenAccountFrozen" : pullProblem(coverage, promised),
      shortfall: missing.isNeg() ? 0n : BigInt(missing.toString()),
    });
  }
  return found;
}

/** Returns the error, in the program's order of checks. */
function pullProblem(coverage: Delegated, promised: BN): MilestoneErrorName {
  const { delegate, userPayment, allowance } = coverage;
  if (!delegate) return "DelegationRevoked";
  if (!delegate.equals(userPayment)) return "DelegationReplaced";
  return allowance.lt(promised) ? "InsufficientDelegation" : "InsufficientFunds";
}

/** State of a held policy's vault as it was read. */
export interface VaultState {
  /** Base units. */
  amount: bigint;
  /** Reason why it cannot pay at all; null when it can. */
  problem: "InvalidVault" | "TokenAccountFrozen" | null;
}

/**
 * Returns the payments of one held policy that its vault cannot make when they are due: not funded, or the vault cannot pay.
 * `currentDueAt` is when the current milestone is due, by its date or by a silent review; no later milestone is due before
 * an earlier one. A payment without a time is left out, because it may be released as soon as it is funded.
 */
export function uncoveredHeldPayments(
  coverage: Pick<VaultCoverage, "policy" | "outstanding" | "upcoming">,
  { amount, problem }: VaultState,
  currentDueAt: bigint | null,
): Uncovered[] {
  const missing = BigInt(coverage.outstanding.toString()) - amount;
  const found: Uncovered[] = [];
  let before = currentDueAt ?? 0n;
  coverage.upcoming.forEach(({ milestoneIndex, unfunded, dueAt }, position) => {
    const date = dueAt && BigInt(dueAt.toString());
    const time = position === 0 ? (currentDueAt ?? date) : date;
    if (time === null) return;
    before = time > before ? time : before;
    const item = { policy: coverage.policy.toBase58(), milestoneIndex, dueAt: before };
    if (!unfunded.isZero()) {
      const shortfall = BigInt(unfunded.toString());
      found.push({ ...item, reason: "MilestoneNotFunded", shortfall });
    } else if (problem) {
      found.push({ ...item, reason: problem, shortfall: 0n });
    } else if (missing > 0n) {
      found.push({ ...item, reason: "InsufficientFunds", shortfall: missing });
    }
  });
  return found;
}
