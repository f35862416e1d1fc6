/** The SDK's rules of schedules and amounts, with bigints. */
import * as rules from "@milepost/sdk/rules";
import { fromRules, type InKit, toRuleInteger } from "./convert";

/** Milestones of a policy for the instruction: four slots, unused ones zero. */
export type MilestoneSchedule = InKit<rules.MilestoneSchedule>;
/** Division of one milestone's amount, in base units; the three add up to the amount. */
export type AmountSplit = InKit<rules.AmountSplit>;
/** Division of one held milestone, in base units. All five add up to its funding. */
export type MilestonePayout = InKit<rules.MilestonePayout>;

/**
 * Checks and pads the milestones of a new policy by the program's rules, for `createMilestonePolicy`. Without the due-date
 * bit the timestamps may be empty. Throws `InvalidInputError`.
 * @example
 * toMilestoneSchedule([50_000_000n, 50_000_000n], [], 4); // released by the owner's signature
 */
export function toMilestoneSchedule(
  amounts: readonly (bigint | number)[],
  timestamps: readonly (bigint | number)[],
  releaseCondition: number,
): MilestoneSchedule {
  return fromRules(rules.toMilestoneSchedule(amounts, timestamps, releaseCondition));
}

/**
 * Encodes a text as the 64 bytes of a memo. Throws `InvalidInputError` when it takes more bytes.
 * @example
 * const memo = toMemo("project_abc");
 */
export function toMemo(text: string): Uint8Array {
  return Uint8Array.from(rules.createMemoBuffer(text));
}

/**
 * Splits a milestone as the program does: fees are floored, and the recipient gets the rest.
 * @example
 * splitAmount(50_000_000n, 100, 50).recipient; // 49_250_000n
 */
export function splitAmount(
  amount: bigint,
  gatewayFeeBps: number,
  protocolFeeBps: number,
): AmountSplit {
  return fromRules(
    rules.splitAmount(toRuleInteger(amount, "amount"), gatewayFeeBps, protocolFeeBps),
  );
}

/**
 * Divides a held milestone as the program does. `recipientAmount`, at most the amount, goes to the recipient before fees.
 * @example
 * divideMilestone(1_000n, 600n, { gatewayFeeBps: 100, protocolFeeBps: 50, platformFeeBps: 250 });
 */
export function divideMilestone(
  amount: bigint,
  recipientAmount: bigint,
  fees: rules.PayoutFees,
): MilestonePayout {
  const [whole, share] = [
    toRuleInteger(amount, "amount"),
    toRuleInteger(recipientAmount, "recipientAmount"),
  ];
  return fromRules(rules.divideMilestone(whole, share, fees));
}

/**
 * Returns what the owner pays into the vault for a milestone of `amount`: the amount and the platform fee on top.
 * @example
 * fundingOf(1_000_000n, 250); // 1_025_000n
 */
export function fundingOf(amount: bigint, platformFeeBps: number): bigint {
  return fromRules(rules.fundingOf(toRuleInteger(amount, "amount"), platformFeeBps));
}
