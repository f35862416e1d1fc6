/** From drafts to the amounts that the chain will hold: their sum is the intent's amount to the last base unit. */
import { GatewayError } from "../errors/gateway-error";
import { type Percentage, percentWeight, WHOLE_WEIGHT } from "../money/percentage";
import { splitByWeights } from "../money/split";

/** Most milestones of one intent. */
export const MAX_MILESTONES = 20;

/** A draft by amount, or by percentage alone. */
export interface Draft {
  milestoneIndex: number;
  /** Base units; null where only the percentage is given. */
  amount: bigint | null;
  percentage: Percentage | null;
}

/** What drafts sum to. */
export type ScheduleState =
  | { is: "complete"; amounts: bigint[] }
  /** `planned`: base units so far, rounded down. */
  | { is: "incomplete"; planned: bigint }
  | { is: "exceeded" };

/** Returns a draft's exact share in units of which `WHOLE_WEIGHT` make one base unit. */
const fineShare = (total: bigint, { amount, percentage }: Draft): bigint =>
  amount !== null ? amount * WHOLE_WEIGHT : total * percentWeight(percentage!);

/**
 * Returns whether the drafts make up `total`, and then their amounts in the order of their indexes. Amounts are taken as they
 * are. Drafts by percentage get their share rounded down; the units that are left go one each to the largest remainders, the
 * lower index first.
 * @example
 * scheduleOf(100n, thirds); // by 33.33, 33.33 and 33.34 percent: { is: "complete", amounts: [33n, 33n, 34n] }
 */
export function scheduleOf(total: bigint, drafts: readonly Draft[]): ScheduleState {
  const ordered = [...drafts].sort((a, b) => a.milestoneIndex - b.milestoneIndex);
  const shares = ordered.map((draft) => fineShare(total, draft));
  const sum = shares.reduce((all, share) => all + share, 0n);
  if (sum > total * WHOLE_WEIGHT) return { is: "exceeded" };
  if (sum < total * WHOLE_WEIGHT) return { is: "incomplete", planned: sum / WHOLE_WEIGHT };
  // Shares that are whole units have no remainder, so a fixed amount stays as it is.
  return { is: "complete", amounts: splitByWeights(total, shares) };
}

/** Returns the lowest index from 0 on that no draft has. */
export function firstGap(drafts: readonly { milestoneIndex: number }[]): number {
  const taken = new Set(drafts.map(({ milestoneIndex }) => milestoneIndex));
  let index = 0;
  while (taken.has(index)) index += 1;
  return index;
}

/**
 * Refuses a draft that does not fit beside the others: a used index, too many, more than the total, no share of at least one
 * base unit, or a full sum with a gap in the indexes.
 * Throws `GatewayError` (`invalid_request`) with the texts that Finternet's users know.
 */
export function requireFit(total: bigint, drafts: readonly Draft[], added: Draft): void {
  const refuse = (message: string, param: string): never => {
    throw new GatewayError("invalid_request", message, { param });
  };
  const { milestoneIndex } = added;
  if (drafts.some((draft) => draft.milestoneIndex === milestoneIndex)) {
    refuse(`Milestone with index ${milestoneIndex} already exists`, "milestoneIndex");
  }
  const all = [...drafts, added];
  const schedule = scheduleOf(total, all);
  if (schedule.is === "exceeded") {
    refuse(
      "Total milestone amounts exceed escrow order amount",
      added.amount === null ? "percentage" : "amount",
    );
  }
  if (fineShare(total, added) < WHOLE_WEIGHT) {
    refuse("percentage: expected a share of at least one base unit of the amount", "percentage");
  }
  const gap = firstGap(all);
  if (schedule.is === "complete" && gap < all.length) {
    refuse(
      `milestoneIndex: the amounts are complete, and there is no milestone with index ${gap}. Number milestones from 0 without gaps.`,
      "milestoneIndex",
    );
  }
}
