import type BN from "bn.js";
import { MAX_MILESTONES, RELEASE_CONDITIONS } from "../protocol";
import { MilepostErrorCode } from "../errors/codes";
import { InvalidInputError } from "../errors/input";

/** Checks a release condition. Throws `InvalidInputError`. */
export function requireReleaseCondition(condition: number): void {
  if (RELEASE_CONDITIONS.includes(condition)) return;
  throw new InvalidInputError({
    field: "releaseCondition",
    expected: `one of ${RELEASE_CONDITIONS.join(", ")}`,
    received: condition,
    hint: "at most one of RELEASE_GATEWAY, RELEASE_OWNER and RELEASE_RECIPIENT, with or without RELEASE_DUE_DATE",
    code: MilepostErrorCode.InputReleaseCondition,
  });
}

/** Checks the number of milestones; `received` is what the error shows. Throws `InvalidInputError`. */
export function requireMilestoneCount(count: number, received: unknown = count): void {
  if (count >= 1 && count <= MAX_MILESTONES) return;
  throw new InvalidInputError({
    field: "amounts",
    expected: `1 to ${MAX_MILESTONES} milestones`,
    received,
    code: MilepostErrorCode.InputMilestoneCount,
  });
}

/** Checks that a milestone pays something; `received` is what the error shows. Throws `InvalidInputError`. */
export function requireAmount(amount: BN, index: number, received: unknown = amount): void {
  if (!amount.isZero()) return;
  throw new InvalidInputError({
    field: `amounts[${index}]`,
    expected: "an amount above zero",
    received,
    code: MilepostErrorCode.InputAmount,
  });
}

/** Checks that due dates (Unix seconds) do not decrease. Throws `InvalidInputError`. */
export function requireInOrder(timestamps: readonly BN[]): void {
  timestamps.forEach((time, index) => {
    const before = timestamps[index - 1];
    if (!before || time.gte(before)) return;
    throw new InvalidInputError({
      field: `timestamps[${index}]`,
      expected: `not before timestamps[${index - 1}] (${before.toString()})`,
      received: time,
      hint: "milestones are released in order, so due dates must not decrease",
      code: MilepostErrorCode.InputTimestamp,
    });
  });
}
