import BN from "bn.js";
import { MAX_MILESTONES } from "../protocol";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";
import { hasDueDate } from "../rules/release-condition";
import {
  requireAmount,
  requireInOrder,
  requireMilestoneCount,
  requireReleaseCondition,
} from "../rules/schedule";
import { type IntegerInput, toTimestamp, toU64 } from "./numbers";

/** Milestones of a policy for the instruction: four slots, unused ones zero. */
export interface MilestoneSchedule {
  /** Amounts in base units, four slots, unused ones zero. */
  milestoneAmounts: BN[];
  /** Due dates in Unix seconds, four slots, unused ones zero. */
  milestoneTimestamps: BN[];
  /** Number of milestones, 1 to 4. */
  totalMilestones: number;
  /** Release condition, one of `RELEASE_CONDITIONS`. */
  releaseCondition: number;
  /** Sum of the amounts, in base units. */
  escrowAmount: BN;
}

/**
 * Checks and pads the milestones of a new policy by the program's rules.
 * Without the due-date bit the timestamps may be empty.
 * Throws `InvalidInputError`.
 */
export function toMilestoneSchedule(
  amounts: readonly IntegerInput[],
  timestamps: readonly IntegerInput[],
  releaseCondition: number,
): MilestoneSchedule {
  const condition = toReleaseCondition(releaseCondition);
  const total = Array.isArray(amounts) ? amounts.length : 0;
  requireMilestoneCount(total, Array.isArray(amounts) ? total : amounts);
  const hasDueDates = hasDueDate(condition);
  const given: readonly IntegerInput[] = Array.isArray(timestamps) ? timestamps : [];
  if (given.length !== total && (hasDueDates || given.length !== 0)) {
    throw new InvalidInputError({
      field: "timestamps",
      expected: `${total}, one per amount`,
      received: given.length,
      code: MilepostErrorCode.InputMilestoneCount,
    });
  }
  const parsedAmounts = amounts.map((amount, index) => toMilestoneAmount(amount, index));
  const parsedTimestamps = given.map((time, index) => toTimestamp(time, `timestamps[${index}]`));
  if (hasDueDates) requireInOrder(parsedTimestamps);
  return {
    milestoneAmounts: pad(parsedAmounts),
    milestoneTimestamps: pad(parsedTimestamps),
    totalMilestones: total,
    releaseCondition: condition,
    escrowAmount: sumOf(parsedAmounts),
  };
}

/** Checks a release condition and returns it. Throws `InvalidInputError`. */
export function toReleaseCondition(value: number): number {
  requireReleaseCondition(value);
  return value;
}

function toMilestoneAmount(value: IntegerInput, index: number): BN {
  const amount = toU64(value, `amounts[${index}]`);
  requireAmount(amount, index, value);
  return amount;
}

function sumOf(amounts: readonly BN[]): BN {
  const sum = amounts.reduce((total, amount) => total.add(amount), new BN(0));
  return toU64(sum, "sum of amounts");
}

function pad(values: readonly BN[]): BN[] {
  return Array.from({ length: MAX_MILESTONES }, (_unused, index) => values[index] ?? new BN(0));
}
