/** Actions that this page can build. The code that builds them is loaded at the click. */
import type { NextAction } from "@milepost/sdk";

const BUILDABLE = [
  "acceptEscrow",
  "approveMilestone",
  "changePaymentPolicyStatus",
  "closeEscrow",
  "deletePaymentPolicy",
  "disputeMilestone",
  "executePayment",
  "expireMediation",
  "fundMilestones",
  "openEscrow",
  "reclaimMilestone",
  "requestMediation",
  "resolveDispute",
  "submitMilestone",
  "syncDelegation",
  "withdrawDispute",
] as const satisfies readonly NextAction["instruction"][];

/** Instruction that one wallet can sign. */
export type Buildable = (typeof BUILDABLE)[number];

/** Returns true for an instruction that `buildAction` builds. */
export const isBuildable = (instruction: NextAction["instruction"]): instruction is Buildable =>
  (BUILDABLE as readonly string[]).includes(instruction);

/** Returns true for an action that this page offers: built here, or explained because two parties sign it. */
export const canBuild = ({ instruction }: NextAction): boolean =>
  isBuildable(instruction) || instruction === "settleMilestone";
