import BN from "bn.js";
import { MAX_MILESTONES, RELEASE_CONDITIONS, RELEASE_DUE_DATE } from "../constants";
import { InvalidInputError } from "../errors/input";
import { MilepostErrorCode } from "../errors/codes";
import { type IntegerInput, toTimestamp, toU64 } from "./numbers";

/** The milestones of a policy as the instruction takes them: four slots, unused ones zero. */
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
 * Checks and pads what a policy is created from, by the program's rules.
 * Without the due-date bit the timestamps may be left out.
 * Throws `InvalidInputError`.
 */
export function toMilestoneSchedule(
  amounts: readonly IntegerInput[],
  timestamps: readonly IntegerInput[],
  releaseCondition: number,
): MilestoneSchedule {
  const condition = toReleaseCondition(releaseCondition);
  const total = Array.isArray(amounts) ? amounts.length : 0;
  if (total < 1 || total > MAX_MILESTONES) {
    throw new InvalidInputError({
      field: "amounts",
      expected: `1 to ${MAX_MILESTONES} milestones`,
      received: Array.isArray(amounts) ? total : amounts,
      code: MilepostErrorCode.InputMilestoneCount,
    });
  }
  const hasDueDates = (condition & RELEASE_DUE_DATE) !== 0;
  const given = Array.isArray(timestamps) ? timestamps : [];
  if (given.length !== total && (hasDueDates || given.length !== 0)) {
    throw new InvalidInputError({
      field: "timestamps",
      expected: `${total}, one an amount`,
      received: given.length,
      code: MilepostErrorCode.InputMilestoneCount,
    });
  }
  const parsedAmounts = amounts.map((amount, index) => toMilestoneAmount(amount, index));
  const parsedTimestamps = given.map((time, index) => toTimestamp(time, `timestamps[${index}]`));
  if (hasDueDates) refuseDecreasing(parsedTimestamps);
  return {
    milestoneAmounts: pad(parsedAmounts),
    milestoneTimestamps: pad(parsedTimestamps),
    totalMilestones: total,
    releaseCondition: condition,
    escrowAmount: sumOf(parsedAmounts),
  };
}

/** One of 0, 1, 2, 3, 4, 5, 8, 9. Throws `InvalidInputError`. */
export function toReleaseCondition(value: number): number {
  if (!RELEASE_CONDITIONS.includes(value)) {
    throw new InvalidInputError({
      field: "releaseCondition",
      expected: `one of ${RELEASE_CONDITIONS.join(", ")}`,
      received: value,
      hint: "at most one of RELEASE_GATEWAY, RELEASE_OWNER and RELEASE_RECIPIENT, with or without RELEASE_DUE_DATE",
      code: MilepostErrorCode.InputReleaseCondition,
    });
  }
  return value;
}

function toMilestoneAmount(value: IntegerInput, index: number): BN {
  const amount = toU64(value, `amounts[${index}]`);
  if (amount.isZero()) {
    throw new InvalidInputError({
      field: `amounts[${index}]`,
      expected: "an amount above zero",
      received: value,
      code: MilepostErrorCode.InputAmount,
    });
  }
  return amount;
}

function sumOf(amounts: readonly BN[]): BN {
  const sum = amounts.reduce((total, amount) => total.add(amount), new BN(0));
  return toU64(sum, "sum of amounts");
}

function refuseDecreasing(timestamps: readonly BN[]): void {
  timestamps.forEach((time, index) => {
    const before = timestamps[index - 1];
    if (before && time.lt(before)) {
      throw new InvalidInputError({
        field: `timestamps[${index}]`,
        expected: `not before timestamps[${index - 1}] (${before.toString()})`,
        received: time,
        hint: "milestones are released in order, so due dates must not decrease",
        code: MilepostErrorCode.InputTimestamp,
      });
    }
  });
}

function pad(values: readonly BN[]): BN[] {
  return Array.from({ length: MAX_MILESTONES }, (_unused, index) => values[index] ?? new BN(0));
}
